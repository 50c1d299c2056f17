import unittest
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from aid_household.budget import left_to_live

amounts = st.lists(
    st.decimals(0, 10000, places=2, allow_nan=False), max_size=8)


class LeftToLiveTestCase(unittest.TestCase):
    "What is left to live on, per person and day"

    def test_published_formula(self):
        self.assertEqual(
            left_to_live([Decimal(1200)], [Decimal(660)], 3), Decimal('6.00'))

    def test_rounded_half_up(self):
        self.assertEqual(
            left_to_live([Decimal('0.15')], [], 1), Decimal('0.01'))
        self.assertEqual(
            left_to_live([Decimal('0.149')], [], 1), Decimal('0.00'))

    def test_coin_of_the_currency(self):
        self.assertEqual(
            left_to_live([Decimal(1000)], [], 1, rounding=Decimal('0.05')),
            Decimal('33.35'))

    def test_more_charges_than_resources(self):
        self.assertEqual(
            left_to_live([Decimal(300)], [Decimal(600)], 1), Decimal('-10'))

    def test_nothing_known_is_nothing_left(self):
        self.assertEqual(left_to_live([], [], 4), 0)

    def test_nobody(self):
        with self.assertRaises(ValueError):
            left_to_live([Decimal(1)], [], 0)

    def test_no_day(self):
        with self.assertRaises(ValueError):
            left_to_live([Decimal(1)], [], 1, days=0)

    def test_negative_amounts(self):
        for resources, charges in [([Decimal(-1)], []), ([], [Decimal(-1)])]:
            with self.assertRaises(ValueError):
                left_to_live(resources, charges, 1)

    @given(amounts, amounts, st.integers(1, 12))
    def test_within_half_a_cent_of_the_exact(
            self, resources, charges, persons):
        result = left_to_live(resources, charges, persons)
        exact = sum(resources) - sum(charges)
        self.assertLessEqual(
            abs(result * persons * 30 - exact),
            Decimal('0.005') * persons * 30)
        self.assertEqual(result, round(result, 2))

    @given(amounts, amounts, st.integers(1, 12),
        st.decimals(0, 1000, places=2, allow_nan=False))
    def test_more_income_never_leaves_less(
            self, resources, charges, persons, more):
        before = left_to_live(resources, charges, persons)
        self.assertGreaterEqual(
            left_to_live([*resources, more], charges, persons), before)
        self.assertLessEqual(
            left_to_live(resources, [*charges, more], persons), before)

    @given(amounts, amounts, st.integers(1, 12))
    def test_order_of_lines_does_not_matter(
            self, resources, charges, persons):
        self.assertEqual(
            left_to_live(resources, charges, persons),
            left_to_live(resources[::-1], charges[::-1], persons))
