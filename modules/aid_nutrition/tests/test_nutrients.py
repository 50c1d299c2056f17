import math
import unittest
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from aid_nutrition.energy import Person, household_energy
from aid_nutrition.nutrients import Food, Reference, nutrients
from aid_nutrition.values import Values

REFERENCES = [
    Reference('protein', 50, min_share=0.10, max_share=0.20),
    Reference('fat', 70, limit=True, max_share=0.40),
    Reference('saturates', 20, limit=True, max_share=0.12),
    Reference('salt', 6, limit=True),
    Reference('fibre', 30),
    Reference('calcium', 800, 'mg'),
    ]
# 100 g of each: dry pasta and whole milk, as labels have them
PASTA = Values(
    1490, 12.5, 1.5, 0.3, 71, 3.2, 3.2, 0.01, {'calcium': 22})
MILK = Values(
    272, 3.3, 3.6, 2.3, 4.8, 4.8, 0, 0.1, {'calcium': 120})
numbers = st.one_of(st.none(), st.floats(0, 50))
some_values = st.builds(
    Values, energy_kj=st.one_of(st.none(), st.floats(50, 3700)),
    protein_g=numbers, fat_g=numbers, saturates_g=numbers,
    fibre_g=numbers, salt_g=numbers,
    micro=st.dictionaries(st.just('calcium'), st.floats(0, 500)),
    origin=st.dictionaries(
        st.just('energy_kj'), st.sampled_from(['label', 'estimated'])))
foods = st.builds(
    Food, kg=st.integers(0, 20_000).map(lambda grams: grams / 1000),
    values=some_values,
    edible_share=st.sampled_from([1.0, 0.85]),
    letter=st.sampled_from([None, *'ABCDE']))


class NutrientsTestCase(unittest.TestCase):
    "Test what a set of goods holds"

    def test_totals(self):
        "By hand: 1 kg of pasta and 2 kg of milk"
        found = nutrients([Food(1, PASTA), Food(2, MILK)], REFERENCES)
        kj = 10 * 1490 + 20 * 272
        self.assertAlmostEqual(found.kcal, kj / 4.184)
        protein = found['protein']
        self.assertAlmostEqual(protein.amount, 125 + 66)
        self.assertAlmostEqual(
            protein.per_reference, 191 / (kj / 4.184) * 2000)
        self.assertAlmostEqual(protein.energy_share, 191 * 17 / kj)
        self.assertEqual(protein.state, 'reached')
        self.assertEqual(protein.share_state, 'within')
        self.assertEqual(found['salt'].state, 'within')
        self.assertEqual(found['fibre'].state, 'low')
        self.assertEqual(found['calcium'].state, 'reached')
        self.assertEqual((found.coverage, found.estimated), (1, 0))

    def test_mar_cuts_at_one(self):
        "Plenty of protein does not make up for a lack of fibre"
        found = nutrients([Food(1, PASTA), Food(2, MILK)], REFERENCES)
        self.assertAlmostEqual(
            found.mar, (1 + found['fibre'].ratio + 1) / 3)

    def test_days_of_a_household(self):
        "Man 35, woman 34, boy 8, girl 4 (domain-rules 3.3): 7,814 kcal"
        people = [
            Person(35, 'male'), Person(34, 'female'), Person(8, 'male'),
            Person(4, 'female')]
        need = household_energy(people)
        self.assertEqual(need, 7814)
        found = nutrients([Food(10, PASTA)])
        self.assertAlmostEqual(
            found.days(need), 100 * 1490 / 4.184 / 7814)
        self.assertIsNone(found.days(0))
        self.assertIsNone(nutrients([Food(1)]).days(need))

    def test_edible_share(self):
        self.assertAlmostEqual(
            nutrients([Food(1, PASTA, 0.5)]).kcal * 2,
            nutrients([Food(1, PASTA)]).kcal)

    def test_estimated_is_told_apart(self):
        guess = replace(PASTA, origin={'energy_kj': 'estimated'})
        found = nutrients([Food(1, guess), Food(2, MILK), Food(1)])
        self.assertAlmostEqual(found.coverage, 0.75)
        self.assertAlmostEqual(found.estimated, 0.25)

    def test_letters(self):
        found = nutrients([
                Food(1, letter='D'), Food(2, letter='A'), Food(1)])
        self.assertEqual(list(found.letters), ['A', 'D', None])
        self.assertEqual(found.letters['A'], 0.5)

    def test_a_missing_value_is_no_zero(self):
        "Salt that nobody knows is never said to be kept"
        blank = replace(PASTA, salt_g=None, fibre_g=None)
        found = nutrients([Food(1, blank), Food(1, MILK)], REFERENCES)
        self.assertEqual(found['salt'].state, 'unknown')
        self.assertEqual(found['salt'].coverage, 0.5)
        self.assertEqual(found['fibre'].state, 'unknown')
        salty = replace(MILK, salt_g=30)
        found = nutrients([Food(1, blank), Food(1, salty)], REFERENCES)
        self.assertEqual(found['salt'].state, 'plenty')

    def test_nothing(self):
        found = nutrients([], REFERENCES)
        self.assertEqual(
            (found.kg, found.coverage, found.kcal, found.mar),
            (0, 0, 0, None))
        self.assertEqual({n.state for n in found.nutrients}, {'unknown'})

    def test_bad_weights(self):
        for food in [Food(-1), Food(math.nan), Food(1, edible_share=0)]:
            with self.assertRaises(ValueError):
                nutrients([food])

    @given(st.lists(foods, max_size=8), st.floats(0.1, 100))
    def test_scaling(self, goods, factor):
        before = nutrients(goods, REFERENCES)
        after = nutrients(
            [replace(f, kg=f.kg * factor) for f in goods], REFERENCES)
        self.assertAlmostEqual(after.coverage, before.coverage)
        if before.mar is not None:
            self.assertAlmostEqual(after.mar, before.mar)
        self.assertAlmostEqual(
            math.fsum(after.letters.values()), 1 if before.kg else 0)

    @given(st.lists(foods, max_size=8), st.data())
    def test_knowing_less_never_looks_better(self, goods, data):
        "A value that gets lost: coverage falls, no word improves"
        before = nutrients(goods, REFERENCES)
        name = data.draw(st.sampled_from(
                ['protein_g', 'fat_g', 'saturates_g', 'salt_g', 'fibre_g']))
        lost = data.draw(st.integers(0, max(len(goods) - 1, 0)))
        less = [
            replace(f, values=replace(f.values, **{name: None}))
            if i == lost else f for i, f in enumerate(goods)]
        after = nutrients(less, REFERENCES)
        self.assertEqual(after.coverage, before.coverage)
        if before.mar is not None:
            self.assertLessEqual(after.mar, before.mar + 1e-9)
        good = {'reached', 'within'}
        for one, other in zip(before.nutrients, after.nutrients):
            self.assertLessEqual(other.coverage, one.coverage)
            if one.state not in good:
                self.assertNotIn(other.state, good)
        nothing = nutrients(
            [replace(f, values=Values()) if i == lost else f
                for i, f in enumerate(goods)], REFERENCES)
        self.assertLessEqual(nothing.coverage, before.coverage + 1e-9)
