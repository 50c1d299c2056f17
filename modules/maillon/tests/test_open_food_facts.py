"""Exports of Open Food Facts, of every kind there is."""
import datetime as dt
import json
import pathlib
import tempfile
import unittest
from decimal import Decimal

from maillon.command.imports import off_record, open_food_facts, products

#: Real exports, where somebody has put them beside the project
REAL = (
    pathlib.Path(__file__).parents[4] / 'shared' / 'data' / 'off_products')

CSV = """\
code,product_name,quantity,brands,pnns_groups_2,energy_100g,fat_100g,salt_100g
3017620422003,P&acirc;te à tartiner,400 g,"Une Marque, Autre",Sweets,2252,30.9,0.107
3017620422004,Mauvaise clé,400 g,,,,,
,Sans code,,,,,,
3168930010265,,,,,,,
20022464,Eau gazeuse,6 x 1L,,Waters and flavored waters,0,0,130
"""


class WeightTestCase(unittest.TestCase):

    def test_weights(self):
        for text, expected in [
                ("400 g", .4), ("1,5 L", 1.5), ("6 x 125 g", .75),
                ("75cl", .75), ("4×100G", .4), ("1 kg e", 1),
                ("12 œufs", None), ("", None), ("0 g", None)]:
            with self.subTest(text=text):
                weight = open_food_facts.weight_of(text)
                if expected is None:
                    self.assertIsNone(weight)
                else:
                    self.assertAlmostEqual(weight, expected)


class FamilyTestCase(unittest.TestCase):

    def test_narrow_before_wide(self):
        for record, expected in [
                ({'categories_tags': 'en:frozen-foods,en:fishes'}, 'frozen'),
                ({'pnns_groups_2': 'Legumes'}, 'fruit_vegetables'),
                ({'main_category_fr': 'Biscuits'}, 'sweet_salty'),
                ({'categories_tags': ['en:baby-foods']}, 'baby_food'),
                ({'pnns_groups_2': 'unknown'}, None),
                ({}, None)]:
            with self.subTest(record=record):
                self.assertEqual(open_food_facts.family_of(record), expected)


class RecordTestCase(unittest.TestCase):
    "Test what a record tells beside name and family"

    def test_food_group(self):
        for pnns, expected in [
                ("Vegetables", 'FV'), ("fish-and-seafood", 'MFE'),
                ("Milk and yogurt", 'DA'), ("Legumes", 'PU'),
                ("Teas and herbal teas and coffees", 'COFFEE'),
                ("One-dish meals", None), ("unknown", None), (None, None)]:
            with self.subTest(pnns):
                self.assertEqual(
                    off_record.food_group_of({'pnns_groups_2': pnns}),
                    expected)

    def test_food_class(self):
        for record, expected in [
                ({'pnns_groups_2': 'Cheese'}, 'cheese'),
                ({'categories_tags': ['en:dairies', 'en:milks']},
                    'beverage'),
                ({'categories_tags': 'en:meats,en:beef'}, 'red_meat'),
                ({'categories_tags': 'en:fats,en:vegetable-oils'}, 'fat'),
                ({'categories_tags': 'en:pastas'}, None), ({}, None)]:
            with self.subTest(record=record):
                self.assertEqual(off_record.food_class_of(record), expected)

    def test_allergens(self):
        "What is contained is not told as a trace too"
        for record in [
                {'allergens_tags': 'en:milk', 'traces_tags':
                    'en:nuts,en:milk'},
                {'allergens_tags': ['en:milk'], 'traces_tags':
                    ['en:nuts', 'en:milk']}]:
            self.assertEqual(
                off_record.allergens_of(record),
                {'en:milk': 'contains', 'en:nuts': 'traces'})
        self.assertEqual(off_record.allergens_of({}), {})

    def test_values(self):
        values = off_record.off_values({
                'brands': "Une Marque, Autre", 'quantity': '400 g',
                'nutriscore_grade': 'd', 'last_modified_t': 1566592573,
                'allergens_tags': 'en:nuts,en:milk',
                'fruits-vegetables-legumes-estimate-from-ingredients_100g':
                    12.34,
                }, {'fat': Decimal('30.9')})
        self.assertEqual(
            (values['fat'], values['salt'], values['fruit_veg_legumes']),
            (30.9, None, 12.3))
        self.assertEqual(values['nutri_grade'], 'D')
        self.assertEqual(values['allergens'], 'en:milk, en:nuts')
        self.assertIsNone(values['traces'])
        self.assertEqual(values['modified_on'], dt.date(2019, 8, 23))

    def test_energy_in_the_wrong_unit_is_left_out(self):
        bread = {
            'fat': Decimal(1), 'carbohydrate': Decimal(56),
            'protein': Decimal(9), 'energy_kj': Decimal(275)}
        self.assertIsNone(off_record.off_values({}, bread)['energy_kj'])
        bread['energy_kj'] = Decimal(1150)
        self.assertEqual(
            off_record.off_values({}, bread)['energy_kj'], 1150)


class ReadTestCase(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_csv(self):
        path = self.folder / 'export.csv'
        path.write_text(CSV, encoding='utf-8')

        wanted, faults = products.read(path)

        self.assertTrue(products.is_foreign(path))
        spread, water = wanted
        self.assertEqual(spread['name'], "Pâte à tartiner")
        self.assertEqual(spread['gtin'], '03017620422003')
        self.assertEqual(spread['code'], '3017620422003')
        self.assertEqual(spread['brand'], "Une Marque")
        self.assertEqual(spread['weight_kg'], Decimal('0.4'))
        self.assertEqual(spread['composition'], {
                'energy_kj': Decimal(2252), 'fat': Decimal('30.9'),
                'salt': Decimal('0.107')})
        # 8 digits stay 8 digits; 130 g of salt in 100 g are left out
        self.assertEqual(water['code'], '20022464')
        self.assertEqual(water['family'], 'drinks')
        self.assertNotIn('salt', water['composition'])
        self.assertEqual(
            [(f.line, f.column) for f in faults],
            [(3, 'gtin'), (4, 'gtin'), (5, 'name')])

    def test_json(self):
        product = {
            'code': '3017620422003', 'product_name': "Pâte",
            'categories_tags': ['en:spreads'],
            'nutriments': {'fat_100g': 30.9, 'energy-kj_100g': 2252}}
        for name, text in [
                ('list.json', json.dumps([product])),
                ('one.json', json.dumps({'product': product})),
                ('search.json', json.dumps({'products': [product]})),
                ('lines.jsonl', json.dumps(product) + '\n')]:
            with self.subTest(name=name):
                path = self.folder / name
                path.write_text(text, encoding='utf-8')

                wanted, faults = products.read(path)

                self.assertFalse(faults)
                self.assertEqual(
                    wanted[0]['composition']['fat'], Decimal('30.9'))

    def test_impossible_composition_is_left_out_of_an_export(self):
        path = self.folder / 'export.csv'
        path.write_text(
            'code,product_name,fat_100g,saturated-fat_100g\n'
            '3017620422003,Pâte,5,50\n', encoding='utf-8')

        (wanted,), faults = products.read(path)

        self.assertFalse(faults)
        self.assertEqual(wanted['composition'], {})

    @unittest.skipUnless(REAL.is_dir(), "the real exports are not here")
    def test_real_exports(self):
        for name, good, bad in [
                ('off_fr_2017_nutrition.csv', 6_600, 110),
                ('off_fr_2019_full.csv', 800, 7),
                ('off_fr_json_samples.json', 40, 14)]:
            with self.subTest(name=name):
                wanted, faults = products.read(REAL / name)

                self.assertGreater(len(wanted), good)
                self.assertLess(len(faults), bad)
                self.assertEqual(
                    len({w['gtin'] for w in wanted}), len(wanted))
