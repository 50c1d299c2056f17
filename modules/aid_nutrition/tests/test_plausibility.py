import unittest
from decimal import Decimal as D

from aid_nutrition.plausibility import declared_energy, energy_doubt, faults

BREAD = {
    'energy_kj': D(1150), 'fat': D(1), 'saturates': D('0.2'),
    'carbohydrate': D(56), 'sugars': D(2), 'fibre': D(3), 'protein': D(9),
    'salt': D('1.3')}


def kinds(values, **more):
    return [(f.kind, f.name) for f in faults({**BREAD, **values}, **more)]


class PlausibilityTestCase(unittest.TestCase):
    "Test impossible values"

    def test_fine(self):
        self.assertEqual(kinds({}), [])
        self.assertEqual(faults({}), [])
        self.assertEqual(kinds(dict.fromkeys(BREAD)), [])

    def test_over(self):
        self.assertEqual(
            kinds({'fat': D('100.1'), 'saturates': D(8)}), [('over', 'fat')])
        self.assertEqual(
            faults({'fat': D(100)}), [])
        self.assertEqual(
            [f.kind for f in faults({'energy_kj': D(3700)})], [])

    def test_negative(self):
        self.assertEqual(
            kinds({'salt': D('-0.1')}), [('negative', 'salt')])
        self.assertEqual(
            kinds({'energy_kj': D(-5)}), [('negative', 'energy_kj')])

    def test_part(self):
        self.assertEqual(kinds({'saturates': D('1.5')}), [])
        self.assertEqual(
            kinds({'saturates': D('1.6')}), [('part', 'saturates')])
        self.assertEqual(kinds({'sugars': D(57)}), [('part', 'sugars')])
        self.assertEqual(kinds({'carbohydrate': None, 'sugars': D(57)}), [])

    def test_sum(self):
        self.assertEqual(kinds({'protein': D('39.7')}), [])
        self.assertEqual(kinds({'protein': D('39.8')}), [('sum', 'total')])

    def test_syrup(self):
        "100 ml may hold more than 100 g"
        syrup = {'carbohydrate': D(108), 'sugars': D(108)}
        self.assertEqual([f.kind for f in faults(syrup)], ['over', 'over'])
        self.assertEqual(faults(syrup, liquid=True), [])
        self.assertTrue(faults({'fruit_veg_legumes': D(101)}, liquid=True))

    def test_energy(self):
        self.assertEqual(declared_energy(BREAD), 37 + 56 * 17 + 9 * 17 + 24)
        self.assertIsNone(energy_doubt(BREAD))
        self.assertIsNone(declared_energy({**BREAD, 'fat': None}))
        self.assertIsNone(energy_doubt({**BREAD, 'fat': None}))
        self.assertIsNone(energy_doubt({**BREAD, 'energy_kj': None}))
        # kcal entered as kJ
        self.assertEqual(
            energy_doubt({**BREAD, 'energy_kj': D(275)}), D(1166))
        # A quarter off is still fine, more is not
        expected = D(1166)
        for energy, doubted in [
                (expected * D('0.75'), False), (expected * D('1.25'), False),
                (expected * D('0.749'), True), (expected * D('1.251'), True)]:
            self.assertEqual(
                energy_doubt({**BREAD, 'energy_kj': energy}) is not None,
                doubted, energy)

    def test_small_energies(self):
        tea = dict.fromkeys(BREAD, D(0))
        self.assertIsNone(energy_doubt({**tea, 'energy_kj': D(40)}))
        self.assertIsNotNone(energy_doubt({**tea, 'energy_kj': D(41)}))
