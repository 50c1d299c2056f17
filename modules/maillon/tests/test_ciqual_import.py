"""Importing the Ciqual table: small ones of our own, and the whole of 2020."""
import csv
import datetime as dt
import pathlib
import tempfile
import time
import unittest
from decimal import Decimal

from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from aid_nutrition.tests.test_product import create_product, data
from maillon.command import imports

#: The published table, where somebody has put it beside the project
REAL = (
    pathlib.Path(__file__).parents[4] / 'shared' / 'data' / 'ciqual2020'
    / 'ciqual2020_fr.tsv')
#: Most seconds that the whole table may take, on a machine with other work
MOST_SECONDS = 60

IDENTITY = (
    "alim_grp_code\talim_ssgrp_code\talim_ssssgrp_code\talim_grp_nom_{0}\t"
    "alim_ssgrp_nom_{0}\talim_ssssgrp_nom_{0}\talim_code\talim_nom_{0}\t"
    "alim_nom_sci")
FRENCH = IDENTITY.format('fr') + (
    "\tEnergie, Règlement UE N° 1169/2011 (kJ/100 g)"
    "\tProtéines, N x 6.25 (g/100 g)\tGlucides (g/100 g)"
    "\tLipides (g/100 g)\tSucres (g/100 g)\tAG saturés (g/100 g)"
    "\tSel chlorure de sodium (g/100 g)\tFer (mg/100 g)\n")
LENTILS = (
    "02\t0203\t020303\tlégumes\tlégumineuses\tsèches\t9001\tLentille\tLens\t"
    "-\t25\t48\t1\t2\t0,2\ttraces\t{}\n")
BEANS = (
    "02\t0203\t020303\tlégumes\tlégumineuses\tsèches\t9002\tHaricot\t-\t"
    "1300\t21\t46\t2\t4\t0,4\t< 0,1\t-\n")
ENGLISH = IDENTITY.format('eng') + (
    "\tFat (g/100g)\n"
    "02\t0203\t020303\tvegetables\tpulses\tdried\t9001\tLentil\tLens\t1\n")


class CiqualImportCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_nutrition', lang='fr')

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def import_(self, text, name='ciqual2020.tsv', **kwargs):
        path = self.folder / name
        path.write_text(text, encoding='utf-8')
        outcome = imports.import_file('ciqual', path, **kwargs)
        return (
            (outcome.created, outcome.updated, outcome.unchanged),
            outcome.faults or outcome.left_out)

    def food(self, code):
        food, = Pool().get('aid.ciqual.food').search([('code', '=', code)])
        return food


class CiqualImportTestCase(CiqualImportCase):
    "Test what an import writes"

    @with_transaction()
    def test_first_second_and_third(self):
        "The second, of a newer table, changes; the third changes nothing"
        text = FRENCH + LENTILS.format('6') + BEANS
        self.assertEqual(self.import_(text), ((2, 0, 0), []))
        lentils = self.food('9001')
        self.assertEqual(
            (lentils.name, lentils.name_scientific, lentils.year,
                lentils.group.rec_name),
            ("Lentille", "Lens", 2020, "légumes > légumineuses > sèches"))
        self.assertEqual(lentils.contents['iron'], '6')
        self.assertEqual(lentils.contents['salt'], 'traces')
        self.assertEqual((lentils.salt, lentils.protein), (0, 25))
        self.assertIsNone(lentils.energy_kj)
        self.assertNotIn('iron', self.food('9002').contents)

        newer = FRENCH + LENTILS.format('7,5')
        self.assertEqual(
            self.import_(newer, 'ciqual2025.tsv'), ((0, 1, 0), []))
        self.assertEqual(self.food('9001').contents['iron'], '7,5')
        self.assertEqual(self.food('9001').year, 2025)
        self.assertEqual(self.food('9002').year, 2020)
        self.assertEqual(
            self.import_(newer, 'ciqual2025.tsv'), ((0, 0, 1), []))
        done, (fault,) = self.import_(text)
        self.assertEqual(done, (0, 0, 0))
        self.assertIn("2025", fault.advice)

    @with_transaction()
    def test_names(self):
        self.import_(FRENCH + LENTILS.format('6') + BEANS)
        self.assertEqual(self.import_(ENGLISH), ((0, 1, 0), []))
        lentils = self.food('9001')
        self.assertEqual(
            (lentils.name, lentils.name_english), ("Lentille", "Lentil"))
        self.assertEqual(lentils.group.name, "sèches")
        self.assertEqual(lentils.group.name_english, "dried")
        Constituent = Pool().get('aid.ciqual.constituent')
        for language, name in [('en', "Iron (mg)"), ('fr', "Fer (mg)")]:
            with Transaction().set_context(language=language):
                iron, = Constituent.search([('name', '=', 'iron')])
                self.assertEqual(
                    (iron.string, iron.unit, iron.infoods),
                    (name, 'mg', 'FE'))

    @with_transaction()
    def test_all_or_nothing(self):
        bad = FRENCH + LENTILS.format('six') + BEANS
        done, (fault,) = self.import_(bad)
        self.assertEqual(done, (0, 0, 0))
        self.assertEqual(
            (fault.line, fault.column), (2, "Fer (mg/100 g)"))
        self.assertFalse(Pool().get('aid.ciqual.food').search([]))
        done, left_out = self.import_(bad, skip_bad_rows=True)
        self.assertEqual(done, (1, 0, 0))
        self.assertEqual(left_out, [fault])
        self.assertEqual(self.food('9002').protein, 21)

    @with_transaction()
    def test_goods_and_families_take_from_it(self):
        "Field by field: label, then the food, then the mean of the family"
        pool = Pool()
        Average = pool.get('aid.nutrition.average')
        Composition = pool.get('aid.product.composition')
        Product = pool.get('product.product')
        today = dt.date(2026, 11, 23)
        self.import_(FRENCH + LENTILS.format('6') + BEANS)
        pulses = data('aid_nutrition.average_pu')
        self.assertEqual(pulses.foods_counted, 2)
        self.assertEqual(pulses.contents['protein'], '23')
        self.assertEqual(pulses.contents['iron'], '6')

        red = create_product("Lentils", 'pulses')
        composition, = Composition.create([{
                    'product': red.id, 'salt': Decimal('0.5'),
                    'ciqual_food': self.food('9001').id,
                    'food_class': 'general', 'fruit_veg_legumes': 0}])
        chickpeas = create_product("Chickpeas", 'pulses')
        found = Product.nutrition_values([red, chickpeas], today)
        values = found[red.id]
        self.assertEqual(
            [(values.get(name), values.origin[name]) for name in (
                    'salt_g', 'sugars_g', 'iron', 'fibre_g')],
            [(.5, 'label'), (2, 'ciqual'), (6, 'ciqual'),
                (pulses.fibre, 'estimated')])
        # 25 g of protein, 48 g of carbohydrate and 1 g of fat
        self.assertEqual(values.energy_kj, 1278 + 8 * pulses.fibre)
        self.assertEqual(found[chickpeas.id].fat_g, 1.5)
        self.assertEqual(
            set(found[chickpeas.id].origin.values()), {'estimated'})
        self.assertEqual(composition.nutri_score, 'A')
        with Transaction().set_context(language='en'):
            told = Product.get_nutrition_used([red], 'nutrition_used')
        label, table, average = told[red.id].splitlines()
        self.assertEqual(label, "label: salt\xa00.50\xa0g")
        self.assertIn("sugars\xa02.0\xa0g", table)
        self.assertIn("fibre", average)

        # A newer table changes the letter and the mean
        sweet = LENTILS.format('6').replace('\t2\t0,2', '\t45\t0,2')
        self.import_(FRENCH + sweet, 'ciqual2025.tsv')
        composition = Composition(composition.id)
        self.assertEqual(composition.nutri_score, 'D')
        self.assertEqual(
            Average(pulses.id).contents['sugars'], '24,5')


@unittest.skipUnless(REAL.exists(), "the published table is not here")
class WholeTableTestCase(CiqualImportCase):
    "Test the whole table of 2020, cell by cell where it counts"

    @with_transaction()
    def test_whole_table(self):
        start = time.monotonic()
        outcome = imports.import_file('ciqual', REAL)
        seconds = time.monotonic() - start

        # 3,186 rows, of which wheat bran has two
        self.assertEqual(outcome.faults, [])
        self.assertEqual(outcome.created, 3185)
        self.assertLess(seconds, MOST_SECONDS)
        pool = Pool()
        self.assertEqual(
            pool.get('aid.ciqual.constituent').search([], count=True), 67)
        self._check_cells(pool.get('aid.ciqual.food'))
        for average in pool.get('aid.nutrition.average').search([]):
            with self.subTest(average=average.rec_name):
                self.assertTrue(average.foods_counted)
                # The rounded samples are near what the table tells
                values = average.values()
                for name in ('protein_g', 'fat_g', 'carbohydrate_g'):
                    self.assertIsNotNone(values[name])
        self.assertEqual(
            imports.import_file('ciqual', REAL).unchanged, 3185)

    def _check_cells(self, Food):
        "Every 160th food, that is 20 of them, against the file itself"
        with open(REAL, encoding='utf-8', newline='') as file:
            header, *rows = csv.reader(file, delimiter='\t')
        columns = {
            'energy_kj': 9, 'protein': 15, 'carbohydrate': 16, 'fat': 17,
            'sugars': 18, 'fibre': 26, 'saturates': 31, 'cholesterol': 48,
            'salt': 49, 'calcium': 50, 'iron': 53, 'vitamin_d': 64,
            'vitamin_c': 68, 'vitamin_b12': 75}
        self.assertEqual(header[75], "Vitamine B12 (µg/100 g)")
        chosen = rows[::160]
        foods = {
            food.code: food for food in Food.search([
                    ('code', 'in', [row[6] for row in chosen])])}
        self.assertEqual(len(foods), 20)
        for row in chosen:
            food = foods[row[6]]
            with self.subTest(food=food.name):
                self.assertEqual(food.name, row[7])
                self.assertEqual(food.group.code, max(
                        (c for c in row[:3] if c.strip('0')), key=len,
                        default='00'))
                for name, column in columns.items():
                    cell = row[column].strip()
                    self.assertEqual(
                        food.contents.get(name),
                        None if cell in {'', '-'} else cell)
                number = row[17].replace(',', '.')
                if number.replace('.', '').isdigit():
                    self.assertEqual(food.fat, float(number))
