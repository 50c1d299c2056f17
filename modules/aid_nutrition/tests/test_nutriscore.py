import unittest
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from aid_nutrition.nutriscore import CLASSES, letter_for, nutri_score

# name, class, (kJ, sugars, saturates, salt, protein, fibre, fruit %), more,
# negative, positive, points, letter
VECTORS = [
    ('dry pasta', 'general',
        (1490, 3.2, 0.3, 0.01, 12.5, 3.2, 0), {}, 4, 6, -2, 'A'),
    ('canned lentils', 'general',
        (380, 0.6, 0.1, 0.60, 6.5, 4.2, 65), {}, 3, 6, -3, 'A'),
    ('emmental', 'cheese',
        (1570, 0.2, 19, 0.60, 28, 0, 0), {}, 16, 7, 9, 'C'),
    ('sweet spread', 'general',
        (2252, 56.3, 10.6, 0.107, 6.3, 0, 0), {}, 31, 0, 31, 'E'),
    ('minced beef 15 %', 'red_meat',
        (900, 0, 6.5, 0.17, 19, 0, 0), {}, 8, 2, 6, 'C'),
    ('frozen green beans', 'general',
        (130, 1.8, 0.1, 0.01, 1.9, 3.4, 100), {}, 0, 6, -6, 'A'),
    ('semi-skimmed milk', 'beverage',
        (195, 4.8, 1.0, 0.1, 3.3, 0, 0), {}, 6, 7, -1, 'B'),
    ('cola', 'beverage',
        (180, 10.6, 0, 0, 0, 0, 0), {}, 12, 0, 12, 'E'),
    ('diet cola', 'beverage',
        (1, 0, 0, 0.02, 0, 0, 0), {'sweeteners': True}, 4, 0, 4, 'C'),
    ('water', 'beverage',
        (0, 0, 0, 0, 0, 0, 0), {'water': True}, 0, 0, 0, 'A'),
    ('rapeseed oil', 'fat',
        (3700, 0, 7.3, 0, 0, 0, 0), {'fat_g': 100}, 2, 0, 2, 'B'),
    ('olive oil', 'fat',
        (3700, 0, 14, 0, 0, 0, 100), {'fat_g': 100}, 5, 5, 0, 'B'),
    ('butter', 'fat',
        (3060, 0.6, 55, 0, 0.7, 0, 0), {'fat_g': 82}, 20, 0, 20, 'E'),
    ('boundary', 'general',
        (1946, 51, 15, 0.22, 0, 0, 0), {}, 30, 0, 30, 'E'),
    ('skyr', 'general',
        (260, 4, 0.1, 0.1, 17.5, 0, 0), {}, 1, 7, -6, 'A'),
    ]
NAMES = (
    'energy_kj', 'sugars_g', 'saturates_g', 'salt_g', 'protein_g', 'fibre_g',
    'fruit_veg_legumes_pct')

# The thresholds as printed, written a second time on purpose
GENERAL = {
    'energy_kj': [
        335, 670, 1005, 1340, 1675, 2010, 2345, 2680, 3015, 3350],
    'sugars_g': [
        '3.4', '6.8', 10, 14, 17, 20, 24, 27, 31, 34, 37, 41, 44, 48, 51],
    'saturates_g': [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    'salt_g': [
        '0.2', '0.4', '0.6', '0.8', 1, '1.2', '1.4', '1.6', '1.8', 2,
        '2.2', '2.4', '2.6', '2.8', 3, '3.2', '3.4', '3.6', '3.8', 4],
    }
BEVERAGE = {
    'energy_kj': [30, 90, 150, 210, 240, 270, 300, 330, 360, 390],
    'sugars_g': ['0.5', 2, '3.5', 5, 6, 7, 8, 9, 10, 11],
    'saturates_g': GENERAL['saturates_g'],
    'salt_g': GENERAL['salt_g'],
    }
PROTEIN = ['2.4', '4.8', '7.2', '9.6', 12, 14, 17]
BEVERAGE_PROTEIN = ['1.2', '1.5', '1.8', '2.1', '2.4', '2.7', '3.0']
FIBRE = ['3.0', '4.1', '5.2', '6.3', '7.4']
COMPONENTS = {
    'energy_kj': 'energy', 'sugars_g': 'sugars', 'saturates_g': 'saturates',
    'salt_g': 'salt', 'protein_g': 'protein', 'fibre_g': 'fibre',
    'fruit_veg_legumes_pct': 'fruit_veg_legumes'}


def score(food_class, **values):
    "A score where everything not given is 0"
    known = dict.fromkeys(NAMES, 0)
    if food_class == 'fat':
        known['fat_g'] = 100
    return nutri_score(food_class, **{**known, **values})


class NutriScoreTestCase(unittest.TestCase):
    "Test the Nutri-Score of 2023"

    def test_vectors(self):
        for (name, food_class, values, more,
                negative, positive, points, letter) in VECTORS:
            with self.subTest(name):
                result = nutri_score(
                    food_class, **dict(zip(NAMES, values)), **more)
                self.assertEqual(
                    (result.negative, result.positive,
                        result.points, result.letter),
                    (negative, positive, points, letter))
                self.assertEqual(result.missing, ())

    def assertBoundaries(self, food_class, name, thresholds, points=None):
        "Being equal to a threshold does not pass it, just above does"
        points = points or range(len(thresholds) + 1)
        component = COMPONENTS[name]
        for i, threshold in enumerate(map(Decimal, thresholds)):
            for value, expected in [
                    (threshold, points[i]),
                    (float(threshold), points[i]),
                    (threshold + Decimal('0.001'), points[i + 1])]:
                with self.subTest(food_class, name=name, value=value):
                    result = score(food_class, **{name: value})
                    self.assertEqual(result.components[component], expected)

    def test_negative_boundaries(self):
        for name, thresholds in GENERAL.items():
            for food_class in ('general', 'cheese', 'red_meat'):
                self.assertBoundaries(food_class, name, thresholds)
        for name, thresholds in BEVERAGE.items():
            self.assertBoundaries('beverage', name, thresholds)
        for name in ('sugars_g', 'salt_g'):
            self.assertBoundaries('fat', name, GENERAL[name])

    def test_positive_boundaries(self):
        for food_class in ('general', 'cheese', 'fat'):
            self.assertBoundaries(food_class, 'protein_g', PROTEIN)
        self.assertBoundaries(
            'red_meat', 'protein_g', PROTEIN, [0, 1, 2, 2, 2, 2, 2, 2])
        self.assertBoundaries('beverage', 'protein_g', BEVERAGE_PROTEIN)
        for food_class in CLASSES:
            self.assertBoundaries(food_class, 'fibre_g', FIBRE)
            self.assertBoundaries(
                food_class, 'fruit_veg_legumes_pct', [40, 60, 80],
                [0, 2, 4, 6] if food_class == 'beverage' else [0, 1, 2, 5])

    def test_saturates_of_fats(self):
        "The ratio passes when it reaches its threshold, the energy does not"
        for i, percent in enumerate([10, 16, 22, 28, 34, 40, 46, 52, 58, 64]):
            with self.subTest(percent=percent):
                for fat in (100, 82, 33):
                    reached = score(
                        'fat', fat_g=fat,
                        saturates_g=Decimal(fat) * percent / 100)
                    self.assertEqual(reached.components['saturates'], i + 1)
                below = score(
                    'fat', saturates_g=Decimal(percent) - Decimal('0.001'))
                self.assertEqual(below.components['saturates'], i)
        for i in range(1, 11):
            energy = Decimal(120 * i) / 37
            result = score('fat', saturates_g=energy.quantize(
                    Decimal('0.0001'), 'ROUND_DOWN'))
            self.assertEqual(result.components['energy'], i - 1)
            result = score('fat', saturates_g=energy.quantize(
                    Decimal('0.0001'), 'ROUND_UP'))
            self.assertEqual(result.components['energy'], i)

    def test_most_points(self):
        worst = dict(
            energy_kj=9999, sugars_g=100, saturates_g=100, salt_g=100)
        self.assertEqual(score('general', **worst).negative, 55)
        self.assertEqual(
            score('beverage', sweeteners=True, **worst).negative, 54)
        best = dict(protein_g=100, fibre_g=100, fruit_veg_legumes_pct=100)
        self.assertEqual(score('general', **best).positive, 17)
        self.assertEqual(score('red_meat', **best).positive, 12)
        self.assertEqual(score('beverage', **best).positive, 18)

    def test_protein_dropped(self):
        "Protein no longer counts from 11 negative points on, 7 for fats"
        ten = dict(energy_kj=3351, protein_g=20)
        self.assertEqual(score('general', **ten).points, 10 - 7)
        eleven = dict(ten, salt_g=0.3)
        self.assertEqual(score('general', **eleven).points, 11)
        self.assertEqual(score('red_meat', **eleven).points, 11)
        self.assertEqual(score('cheese', **eleven).points, 11 - 7)
        self.assertEqual(score('beverage', **eleven).points, 11 - 7)
        self.assertEqual(
            score('fat', salt_g=1.3, protein_g=20).points, 6 - 7)
        self.assertEqual(
            score('fat', salt_g=1.5, protein_g=20).points, 7)

    def test_letters(self):
        limits = {
            'general': [(0, 'A'), (2, 'B'), (10, 'C'), (18, 'D')],
            'cheese': [(0, 'A'), (2, 'B'), (10, 'C'), (18, 'D')],
            'red_meat': [(0, 'A'), (2, 'B'), (10, 'C'), (18, 'D')],
            'fat': [(-6, 'A'), (2, 'B'), (10, 'C'), (18, 'D')],
            'beverage': [(2, 'B'), (6, 'C'), (9, 'D')],
            }
        for food_class, steps in limits.items():
            for (last, letter), (_, after) in zip(
                    steps, [*steps[1:], (None, 'E')]):
                self.assertEqual(letter_for(food_class, last), letter)
                self.assertEqual(letter_for(food_class, last + 1), after)
        self.assertEqual(letter_for('beverage', -18), 'B')

    def test_water_only(self):
        self.assertEqual(score('beverage').letter, 'B')
        self.assertEqual(score('beverage', water=True).letter, 'A')
        mineral = nutri_score(
            'beverage', water=True, energy_kj=None, sugars_g=None,
            saturates_g=None, salt_g=None, protein_g=None)
        self.assertEqual(mineral.letter, 'A')

    def test_missing(self):
        "What is missing is said; without a main value there is no letter"
        values = dict(
            energy_kj=100, sugars_g=1, saturates_g=0, salt_g=0, protein_g=1)
        result = nutri_score('general', **values)
        self.assertEqual(
            result.missing, ('fibre_g', 'fruit_veg_legumes_pct'))
        self.assertEqual(result.letter, 'A')
        self.assertTrue(result.estimated)
        for name in values:
            result = nutri_score('general', **dict(values, **{name: None}))
            self.assertIsNone(result.letter)
            self.assertIsNone(result.points)
            self.assertIn(name, result.missing)
            self.assertFalse(result.estimated)
        self.assertIn('fat_g', nutri_score('fat', **values).missing)
        self.assertIsNone(nutri_score('fat', **values).letter)
        oil = nutri_score('fat', **dict(values, energy_kj=None), fat_g=100)
        self.assertEqual(oil.letter, 'B')

    def test_fat_without_fat(self):
        self.assertEqual(
            score('fat', fat_g=0).components['saturates'], 0)

    def test_bad_input(self):
        for bad in [
                dict(energy_kj=-1), dict(salt_g=-0.1), dict(sugars_g=100.1),
                dict(protein_g=float('nan')), dict(energy_kj=float('inf')),
                dict(fruit_veg_legumes_pct=101), dict(salt_g='abc')]:
            with self.subTest(**bad), self.assertRaises(ValueError):
                score('general', **bad)
        with self.assertRaises(ValueError):
            score('vegetable')
        with self.assertRaises(ValueError):
            score('general', water=True)

    @given(st.lists(st.integers(0, 1000), min_size=7, max_size=7))
    def test_sweeteners_and_points(self, tenths):
        "Sweeteners never make a drink better; the points are their parts"
        values = {n: Decimal(v) / 10 for n, v in zip(NAMES, tenths)}
        plain = score('beverage', **values)
        sweet = score('beverage', sweeteners=True, **values)
        self.assertEqual(sweet.points, plain.points + 4)
        self.assertGreaterEqual(sweet.letter, plain.letter)
        for food_class in CLASSES:
            result = score(food_class, **values)
            good = {'protein', 'fibre', 'fruit_veg_legumes'}
            self.assertEqual(result.negative, sum(
                    points for name, points in result.components.items()
                    if name not in good))
            self.assertEqual(result.letter, letter_for(
                    food_class, result.points))

    @given(
        st.sampled_from(CLASSES), st.sampled_from(NAMES),
        st.lists(st.integers(0, 1000), min_size=7, max_size=7),
        st.integers(0, 300), st.booleans())
    def test_monotone(self, food_class, changed, tenths, more, sweeteners):
        "More of the bad never improves the letter, more of the good does not"
        values = {n: Decimal(v) / 10 for n, v in zip(NAMES, tenths)}
        values['energy_kj'] *= 35
        before = score(food_class, sweeteners=sweeteners, **values)
        step = Decimal(more) / 10
        values[changed] = (
            values[changed] + step * 35 if changed == 'energy_kj'
            else min(Decimal(100), values[changed] + step))
        after = score(food_class, sweeteners=sweeteners, **values)
        if changed in {'protein_g', 'fibre_g', 'fruit_veg_legumes_pct'}:
            self.assertLessEqual(after.letter, before.letter)
            self.assertLessEqual(after.points, before.points)
        else:
            self.assertGreaterEqual(after.letter, before.letter)
            self.assertGreaterEqual(after.points, before.points)
