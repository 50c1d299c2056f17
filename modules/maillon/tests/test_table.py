"""Reading rows, and saying what is wrong with them."""
import datetime as dt
import pathlib
import tempfile
import unittest
from decimal import Decimal

from maillon.command.imports.table import (
    Cells, Fault, FileError, Row, as_table, read_csv, read_headers,
    unknown_columns)


class ReadTestCase(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name, 'rows.csv')

    def write(self, text, encoding='utf-8'):
        self.path.write_bytes(text.encode(encoding))
        return self.path

    def test_delimiters_and_byte_order_mark(self):
        for delimiter in ',;\t':
            with self.subTest(delimiter=delimiter):
                self.write(
                    f'code{delimiter}name\r\nA{delimiter}Énée\r\n',
                    'utf-8-sig')

                row, = read_csv(self.path)

                self.assertEqual(row, Row(2, {'code': 'A', 'name': 'Énée'}))
                self.assertEqual(
                    read_headers(self.path), ['code', 'name'])

    def test_line_numbers_over_quoted_and_empty_lines(self):
        self.write('code,name\nA,"two\nlines"\n,\nB,last\n')

        self.assertEqual(
            [(row.line, row.cells['code']) for row in read_csv(self.path)],
            [(2, 'A'), (5, 'B')])

    def test_not_utf8(self):
        self.write('code,name\nA,Énée\n', 'latin-1')

        with self.assertRaisesRegex(FileError, "not UTF-8"):
            list(read_csv(self.path))

    def test_empty_or_missing(self):
        self.write('\n')
        with self.assertRaisesRegex(FileError, "is empty"):
            read_headers(self.path)
        self.path.unlink()
        with self.assertRaisesRegex(FileError, "No such file"):
            list(read_csv(self.path))

    def test_unknown_and_missing_columns(self):
        self.assertEqual(
            [(f.column, f.line) for f in unknown_columns(
                    ['code', 'nom'], ['code', 'name'], ['code', 'name'])],
            [('name', 1), ('nom', 1)])


class CellsTestCase(unittest.TestCase):

    def cells(self, **cells):
        self.faults = []
        return Cells(Row(7, cells), self.faults)

    def test_good_values(self):
        cells = self.cells(
            a='1,25', b='3', c='2026-11-30', d='30/11/2026', e='oui', f='x')

        self.assertEqual(cells.decimal('a'), Decimal('1.25'))
        self.assertEqual(cells.integer('b'), 3)
        self.assertEqual(cells.date('c'), dt.date(2026, 11, 30))
        self.assertEqual(cells.date('d'), dt.date(2026, 11, 30))
        self.assertIs(cells.boolean('e'), True)
        self.assertEqual(cells.choice('f', ['x', 'y']), 'x')
        self.assertIsNone(cells.text('g'))
        self.assertTrue(cells.sound)

    def test_bad_values_name_line_and_column(self):
        for method, value in [
                ('decimal', 'abc'), ('decimal', '-1'), ('decimal', 'NaN'),
                ('integer', '1.5'), ('date', '2026-02-30'),
                ('boolean', 'perhaps')]:
            with self.subTest(method=method, value=value):
                cells = self.cells(a=value)

                self.assertIsNone(getattr(cells, method)('a'))

                fault, = self.faults
                self.assertEqual(
                    (fault.line, fault.column, fault.value),
                    (7, 'a', value))
                self.assertFalse(cells.sound)

    def test_required_and_choice(self):
        cells = self.cells(a='', b='z')
        cells.text('a', required=True)
        cells.choice('b', ['x', 'y'])

        self.assertEqual(
            [f.advice for f in self.faults],
            ["is empty: fill it in", "write one of: x, y"])

    def test_table(self):
        text = as_table([
                Fault(12, 'gtin', '1' * 40, "b"),
                Fault(3, 'name', '', "a")], limit=1)

        self.assertEqual(
            text.splitlines()[2].split(), ['3', 'name', 'a'])
        self.assertEqual(text.splitlines()[-1], "... and 1 more")
