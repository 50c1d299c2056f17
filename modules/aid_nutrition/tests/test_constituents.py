import unittest
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from aid_nutrition.constituents import (
    CATALOGUE, Constituent, amount, constituent_of, in_grams, printed,
    values_of)
from aid_nutrition.values import MACROS, MICRO_UNITS

# Headers of the official sheets, as they are written there
HEADERS = [
    # 2020, French and English
    ("Energie, Règlement UE N° 1169/2011 (kJ/100 g)", 'energy_kj'),
    ("Energie, N x facteur Jones, avec fibres  (kcal/100 g)",
        'energy_jones_kcal'),
    ("Protéines, N x facteur de Jones (g/100 g)", 'protein_jones'),
    ("Protéines, N x 6.25 (g/100 g)", 'protein'),
    ("Sel chlorure de sodium (g/100 g)", 'salt'),
    ("AG 18:1 9c (n-9), oléique (g/100 g)", 'fa_18_1_n9'),
    ("Iode (µg/100 g)", 'iodine'),
    ("Vitamine B9 ou Folates totaux (µg/100 g)", 'vitamin_b9'),
    ("Energy, N x Jones' factor, with fibres (kJ/100g)", 'energy_jones_kj'),
    ("fructose (g/100g)", 'fructose'),
    ("Protein (g/100g)", 'protein_jones'),
    ("Vitamin B9 or Folate (µg/100g)", 'vitamin_b9'),
    # 2025
    ("Energie,\nRèglement\nUE N°\n1169\n2011 (kJ\n100 g)", 'energy_kj'),
    ("Energie,\nRèglement\nUE N°\n1169\n2011 (kcal\n100 g)", 'energy_kcal'),
    ("Eau\n(g\n100\ng)", 'water'),
    ("Alcool\n(éthanol)\n(g\n100 g)", 'alcohol'),
    ("AG 18:3\nc9,c12,c15 (n-3),\nalpha-linolénique\n(g\n100 g)",
        'fa_18_3_n3'),
    ("Activité\nvitaminique\nA,\néquivalents\nrétinol (µg\n100 g)",
        'vitamin_a'),
    ("Vitamin A\nactivity,\nretinol\nequivalent\n(µg\n100mg)", 'vitamin_a'),
    ("Alpha-tocopherol\n(vitamine E)(mg\n100g)", 'alpha_tocopherol'),
    ("Alpha-tocophérol\n(vitamine E) (mg\n100 g)", 'alpha_tocopherol'),
    ("Vitamine\nE (mg\n100 g)", 'vitamin_e'),
    ("Vitamine B9 ou\nFolates totaux,\néquivalents folates\nalimentaires, "
        "DFE (µg\n100 g)", 'folates_dfe'),
    ("Intrinsic\nfolate\n(µg\n100 g)", 'folates_intrinsic'),
    ("Facteur\nde\nJones", 'jones_factor'),
    ("Jones\nfactor", 'jones_factor'),
    # Another sign for micro
    ("Iode (μg/100 g)", 'iodine'),
    ]


class ConstituentTestCase(unittest.TestCase):
    "Test what headers and cells say"

    def test_headers(self):
        for header, code in HEADERS:
            with self.subTest(header):
                self.assertEqual(constituent_of(header), CATALOGUE[code])

    def test_own_names(self):
        "Whatever the catalogue prints, it finds again"
        for constituent in CATALOGUE.values():
            for name in (constituent.name, constituent.french):
                header = (
                    name if constituent.unit == '-'
                    else f'{name} ({constituent.unit}/100 g)')
                with self.subTest(header):
                    self.assertEqual(
                        constituent_of(header).code, constituent.code)
        self.assertEqual(len(CATALOGUE), 67 + 7 + 1)

    def test_no_constituent(self):
        for header in ('alim_code', 'alim_nom_fr', '', '(g/100 g)', 'Prix'):
            self.assertIsNone(constituent_of(header))

    def test_a_table_to_come(self):
        "Nothing is lost: what is new gets a code; so does another unit"
        self.assertEqual(
            constituent_of("Caféine\n(mg\n100 g)"),
            Constituent('cafeine', "Caféine", "Caféine", 'mg'))
        self.assertEqual(
            constituent_of("Calcium (g/100 g)").code, 'calcium_g')

    def test_cells(self):
        for text, kind, value, shown in [
                ('45,4', 'exact', D('45.4'), '45,4'),
                ('6.25', 'exact', D('6.25'), '6,25'),
                ('1070', 'exact', D(1070), '1070'),
                ('1070.0', 'exact', D(1070), '1070'),
                ('5e-05', 'exact', D('0.00005'), '0,00005'),
                ('0', 'exact', D(0), '0'),
                ('-2', 'exact', D(-2), '-2'),
                ('< 0,2', 'below', D('0.1'), '< 0,2'),
                ('<0.20', 'below', D('0.1'), '< 0,2'),
                ('<\xa05', 'below', D('2.5'), '< 5'),
                ('traces', 'trace', D(0), 'traces'),
                ('Trace ', 'trace', D(0), 'traces'),
                ('-', 'unknown', None, None),
                ('', 'unknown', None, None),
                (None, 'unknown', None, None)]:
            with self.subTest(text):
                self.assertEqual(amount(text), (kind, value))
                self.assertEqual(printed(text), shown)

    def test_wrong_cells(self):
        for text in ('1,2,3', '1.234,5', 'O,5', '<', '< -', '12 g', 'nan'):
            with self.subTest(text), self.assertRaises(ValueError):
                amount(text)

    @given(st.decimals(0, 10000, places=4), st.booleans())
    def test_printed_is_read_again(self, number, below):
        text = ('< ' if below else '') + str(number).replace('.', ',')
        self.assertEqual(amount(printed(text)), amount(text))
        self.assertEqual(printed(printed(text)), printed(text))

    def test_grams(self):
        self.assertEqual(in_grams(D(1500), 'mg'), D('1.5'))
        self.assertIsNone(in_grams(D(1500), 'kJ'))


class ValuesOfTestCase(unittest.TestCase):
    "Test what cells make"

    def test_names(self):
        "Every cell of the catalogue known makes every value there is"
        values = values_of(dict.fromkeys(CATALOGUE, '1'))
        self.assertEqual(set(values), {*MACROS, *MICRO_UNITS})
        for code, unit in MICRO_UNITS.items():
            if code in CATALOGUE:
                self.assertEqual(CATALOGUE[code].unit, unit)

    def test_unknown_is_not_zero(self):
        self.assertEqual(
            values_of({'iron': '-', 'calcium': 'traces', 'zinc': '< 0,2'}),
            {'calcium': 0, 'zinc': .1})

    def test_made_of_others(self):
        values = values_of({
                'sodium': '400', 'retinol': '100', 'beta_carotene': '60',
                'vitamin_k1': '10', 'energy_jones_kj': '500',
                'alpha_tocopherol': '2', 'folates_dfe': '30',
                'protein_jones': '5'})
        self.assertEqual(values, {
                'salt_g': 1, 'vitamin_a': 110, 'vitamin_k': 10,
                'energy_kj': 500, 'vitamin_e': 2, 'vitamin_b9': 30,
                'protein_g': 5})
        # Retinol alone says too little of vitamin A
        self.assertEqual(values_of({'retinol': '100'}), {})
        self.assertEqual(
            values_of({'vitamin_k1': '10', 'vitamin_k2': '1'}),
            {'vitamin_k': 11})
