"""The published table, of every layout, good cells and bad ones."""
import pathlib
import tempfile
import unittest

from openpyxl import Workbook

from maillon.command.imports import ciqual_table
from maillon.command.imports.table import FileError

GROUPS = [
    'alim_grp_code', 'alim_ssgrp_code', 'alim_ssssgrp_code',
    'alim_grp_nom_fr', 'alim_ssgrp_nom_fr', 'alim_ssssgrp_nom_fr',
    'alim_code', 'alim_nom_fr', 'alim_nom_sci']
#: Our own foods, in the columns of 2020
CONSTITUENTS_2020 = [
    "Energie, Règlement UE N° 1169/2011 (kJ/100 g)",
    "Protéines, N x 6.25 (g/100 g)", "Glucides (g/100 g)",
    "Lipides (g/100 g)", "Sucres (g/100 g)", "AG saturés (g/100 g)",
    "Sodium (mg/100 g)", "Iode (µg/100 g)"]
PASTA = [
    '03', '0301', '030102', "céréales", "pâtes", "crues", '9001',
    "Pâtes \"maison\"", '-', '1500', '12', '72,5', '1,5', '3', '0,3',
    'traces', '< 20']
STEW = [
    '01', '0101', '000000', "plats", '', '-', '9002', "Ragoût", '', '-', '-',
    '', '4', '-', '5', '300', '12']
#: The same columns as the sheet of 2025 writes them
CONSTITUENTS_2025 = [
    "Energie,\nRèglement\nUE N°\n1169\n2011 (kJ\n100 g)",
    "Protéines,\nN x 6.25\n(g\n100 g)", "Glucides\n(g\n100 g)",
    "Lipides\n(g\n100 g)", "Sucres\n(g\n100 g)", "AG\nsaturés\n(g\n100 g)",
    "Sodium\n(mg\n100 g)", "Iode\n(µg\n100 g)",
    "Activité\nvitaminique\nA,\néquivalents\nrétinol (µg\n100 g)",
    "Facteur\nde\nJones"]


class CiqualTableCase(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, *rows, name='table.tsv', separator='\t'):
        path = self.folder / name
        path.write_text(''.join(
            separator.join(
                f'"{cell}"' if '\n' in cell else cell for cell in row) + '\n'
            for row in rows), encoding='utf-8')
        return path

    def read(self, *rows, header=None, **kwargs):
        header = header or [*GROUPS, *CONSTITUENTS_2020]
        return ciqual_table.read(self.write(header, *rows, **kwargs))


class LayoutTestCase(CiqualTableCase):
    "Test the official layouts"

    def test_2020(self):
        stew = [*STEW]
        stew[-4] = '4'
        stew[-3] = '< 5'
        (pasta, ragout), faults = self.read(PASTA, stew)

        self.assertFalse(faults)
        self.assertEqual(
            (pasta['line'], pasta['code'], pasta['name'],
                pasta['name_scientific'], pasta['language'], pasta['year']),
            (2, '9001', 'Pâtes "maison"', None, 'fr', 2020))
        self.assertEqual(pasta['groups'], (
                ('03', "céréales"), ('0301', "pâtes"), ('030102', "crues")))
        self.assertEqual(pasta['contents'], {
                'energy_kj': '1500', 'protein': '12', 'carbohydrate': '72,5',
                'fat': '1,5', 'sugars': '3', 'saturates': '0,3',
                'sodium': 'traces', 'iodine': '< 20'})
        # What is not known is not there
        self.assertEqual(ragout['contents'], {
                'fat': '4', 'sugars': '4', 'saturates': '< 5',
                'sodium': '300', 'iodine': '12'})
        self.assertEqual(
            ragout['groups'], (('01', "plats"), ('0101', None)))

    def test_2025(self):
        "Headers of many lines, columns in another order, a factor"
        header = [*GROUPS, *CONSTITUENTS_2025]
        pasta = [*PASTA, '-', '6.25']
        order = [*range(8, -1, -1), *range(18, 8, -1)]
        (food,), faults = self.read(
            [pasta[i] for i in order], header=[header[i] for i in order])

        self.assertFalse(faults)
        self.assertEqual(food['line'], sum(h.count('\n') for h in header) + 2)
        self.assertEqual(food['year'], 2025)
        self.assertEqual(food['contents']['carbohydrate'], '72,5')
        self.assertEqual(food['contents']['jones_factor'], '6,25')
        self.assertNotIn('vitamin_a', food['contents'])

    def test_english(self):
        header = [
            name.replace('nom_fr', 'nom_eng') for name in GROUPS
            ] + ["Fat (g/100g)", "Iodine (µg/100g)"]
        (food,), faults = self.read(
            [*PASTA[:7], "Home-made pasta", '', '1,5', '-'], header=header,
            name='CIQUAL2025_ENG_2025_11_03.csv')

        self.assertFalse(faults)
        self.assertEqual(food['language'], 'en')
        self.assertEqual(food['year'], 2025)
        self.assertEqual(food['contents'], {'fat': '1,5'})

    def test_xlsx(self):
        "Numbers of a workbook are the same as their text"
        book = Workbook()
        book.active.append([*GROUPS, *CONSTITUENTS_2025])
        book.active.append([
                *PASTA[:6], 9001.0, *PASTA[7:9], 1500, 12.0, 72.5, 1.5, 3,
                0.3, 'traces', '< 20', None, 6.25])
        path = self.folder / 'Ciqual 2025.xlsx'
        book.save(path)
        (xlsx,), faults = ciqual_table.read(path)
        (tsv,), _ = self.read(
            [*PASTA, '', '6.25'], header=[*GROUPS, *CONSTITUENTS_2025])

        self.assertFalse(faults)
        self.assertEqual(xlsx['contents'], tsv['contents'])
        self.assertEqual(xlsx['code'], tsv['code'])

    def test_a_constituent_to_come_is_kept(self):
        (food,), faults = self.read(
            [*PASTA, '12'],
            header=[*GROUPS, *CONSTITUENTS_2020, "Caféine (mg/100 g)"])

        self.assertFalse(faults)
        self.assertEqual(food['contents']['cafeine'], '12')
        self.assertEqual(
            [(c.name, c.unit) for c in food['constituents']][-1],
            ("Caféine", 'mg'))

    def test_a_food_on_two_rows(self):
        "One row tells one value, the other the rest: one food"
        first, second = [*PASTA], [*PASTA]
        first[10:] = [''] * 7
        second[9] = ''
        (food,), faults = self.read(first, second)

        self.assertFalse(faults)
        self.assertEqual(food['contents']['energy_kj'], '1500')
        self.assertEqual(food['contents']['fat'], '1,5')


class BadTableTestCase(CiqualTableCase):
    "Test what is wrong in a table"

    def test_other_headers(self):
        for header, column in [
                ([*GROUPS[1:], *CONSTITUENTS_2020], 'alim_grp_code'),
                ([*GROUPS, *CONSTITUENTS_2020, "Prix"], "Prix"),
                ([*GROUPS, *CONSTITUENTS_2020, "Lipides (g/100 g)"],
                    "Lipides (g/100 g)"),
                (GROUPS, '')]:
            with self.subTest(column):
                wanted, (fault, *_) = self.read(PASTA, header=header)
                self.assertFalse(wanted)
                self.assertEqual((fault.line, fault.column), (1, column))

    def test_bad_cells_name_line_and_column(self):
        for index, text, column, said in [
                (12, '1,5,2', "Lipides (g/100 g)", "no amount"),
                (12, '-1', "Lipides (g/100 g)", "less than 0"),
                (12, '101', "Lipides (g/100 g)", "more than 100 g"),
                (15, '150000', "Sodium (mg/100 g)", "more than 100 g"),
                (14, '3', "AG saturés (g/100 g)", "more than the fat"),
                (12, '40', "Lipides (g/100 g)", "makes 124.5 g"),
                (9, '900', CONSTITUENTS_2020[0], "25 %"),
                (6, 'X1', 'alim_code', "no code"),
                (7, '', 'alim_nom_fr', "empty")]:
            with self.subTest(column=column, text=text):
                bad = [*PASTA]
                bad[index] = text
                wanted, faults = self.read(STEW_ALONE, bad)
                self.assertEqual([w['code'] for w in wanted], ['9002'])
                self.assertTrue(any(
                        (f.line, f.column) == (3, column)
                        and said in f.advice for f in faults), faults)

    def test_truncated_row(self):
        wanted, (fault,) = self.read(PASTA[:-3], STEW_ALONE)

        self.assertEqual([w['code'] for w in wanted], ['9002'])
        self.assertEqual(
            (fault.line, fault.column), (2, "AG saturés (g/100 g)"))
        self.assertIn("14 cells, the header 17", fault.advice)

    def test_a_food_twice(self):
        other = [*PASTA]
        other[12] = '2'
        wanted, (fault,) = self.read(PASTA, other)

        self.assertEqual([w['line'] for w in wanted], [2])
        self.assertEqual((fault.line, fault.column), (3, 'alim_code'))

    def test_no_table(self):
        for name, content in [
                ('table.xls', b'\xd0\xcf'), ('table.xlsx', b'no zip'),
                ('table.csv', b''), ('table.tsv', b'\xe9\t\xff')]:
            with self.subTest(name):
                path = self.folder / name
                path.write_bytes(content)
                with self.assertRaises(FileError):
                    ciqual_table.read(path)


STEW_ALONE = [*STEW[:14], '< 5', *STEW[15:]]
