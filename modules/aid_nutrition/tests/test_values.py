import unittest

from hypothesis import given
from hypothesis import strategies as st

from aid_nutrition.values import MACROS, MICRO_UNITS, ORIGINS, Values, merge

AMOUNTS = st.dictionaries(
    st.sampled_from([*MACROS, *MICRO_UNITS]),
    st.none() | st.floats(0, 100), max_size=8)


class ValuesTestCase(unittest.TestCase):
    "Test what several sources know together"

    def test_the_surest_wins_field_by_field(self):
        values = merge([
                ('label', {'fat_g': 1.5, 'sugars_g': None, 'salt_g': 0}),
                ('ciqual', {
                        'fat_g': 2, 'sugars_g': 3, 'salt_g': .2, 'iron': 7}),
                ('estimated', {'fibre_g': 4, 'iron': 1})])
        self.assertEqual(
            (values.fat_g, values.sugars_g, values.salt_g, values.fibre_g),
            (1.5, 3, 0, 4))
        self.assertEqual(values.micro, {'iron': 7})
        self.assertEqual(dict(values.origin), {
                'fat_g': 'label', 'sugars_g': 'ciqual', 'salt_g': 'label',
                'fibre_g': 'estimated', 'iron': 'ciqual'})
        self.assertEqual(values.get('iron'), 7)
        self.assertIsNone(values.protein_g)
        self.assertIsNone(values.get('calcium'))
        self.assertTrue(values.estimated)

    def test_nothing(self):
        for nothing in [merge([]), merge([('label', {'fat_g': None})])]:
            self.assertEqual(nothing, Values())
            self.assertFalse(nothing)
            self.assertFalse(nothing.estimated)

    def test_energy_is_reckoned_from_what_is_known_better(self):
        label = {'fat_g': 10, 'carbohydrate_g': 20, 'protein_g': 5}
        table = {'energy_kj': 2000, 'fibre_g': 2}
        values = merge([('label', label), ('estimated', table)])
        self.assertEqual(values.energy_kj, 370 + 340 + 85 + 16)
        self.assertEqual(values.origin['energy_kj'], 'label')
        # As sure as its parts, it is taken as it stands
        values = merge([('label', {**label, 'energy_kj': 800})])
        self.assertEqual(values.energy_kj, 800)
        # The table knows no energy of dry lentils, but what makes it
        values = merge([('ciqual', label)])
        self.assertEqual(values.energy_kj, 795)
        self.assertEqual(values.origin['energy_kj'], 'ciqual')
        # One part of it is but an estimate
        values = merge([
                ('label', {'fat_g': 10, 'carbohydrate_g': 20}),
                ('ciqual', {'energy_kj': 900}),
                ('estimated', {'protein_g': 5})])
        self.assertEqual(values.energy_kj, 900)

    def test_a_part_of_another_source_is_cut_to_its_whole(self):
        values = merge([
                ('label', {'fat_g': 1, 'sugars_g': 9}),
                ('estimated', {'saturates_g': 3, 'carbohydrate_g': 5})])
        self.assertEqual(values.saturates_g, 1)
        self.assertEqual(values.sugars_g, 5)
        # What one source says is not ours to change
        self.assertEqual(
            merge([('label', {'fat_g': 1, 'saturates_g': 1.2})]).saturates_g,
            1.2)

    def test_unknown_origin(self):
        with self.assertRaises(ValueError):
            merge([('hearsay', {})])

    @given(st.lists(AMOUNTS, max_size=4))
    def test_what_nobody_said_stays_unknown(self, said):
        values = merge(zip(ORIGINS, said))
        known = {
            name for amounts in said for name, value in amounts.items()
            if value is not None}
        self.assertLessEqual(known, set(values.origin))
        self.assertLessEqual(set(values.origin) - known, {'energy_kj'})
        for name in (*MACROS, *MICRO_UNITS):
            self.assertEqual(
                values.get(name) is None, name not in values.origin)
