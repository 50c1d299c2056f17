import datetime as dt
import doctest
import unittest

from hypothesis import given
from hypothesis import strategies as st

from aid_lot import first_expired as module
from aid_lot.first_expired import Available, allocate, first_expired

MONDAY = dt.date(2026, 11, 23)
TUESDAY = MONDAY + dt.timedelta(days=1)

goods = st.lists(st.builds(
        Available,
        key=st.integers(),
        quantity=st.integers(0, 10 ** 6).map(lambda n: n / 1000),
        expiry=st.none() | st.dates()))


class FirstExpiredTestCase(unittest.TestCase):
    "Choose what leaves first"

    def test_order(self):
        self.assertEqual(
            [g.key for g in first_expired([
                        Available('none', 1),
                        Available('late', 1, TUESDAY),
                        Available('soon', 1, MONDAY),
                        Available('late too', 1, TUESDAY),
                        ])],
            ['soon', 'late', 'late too', 'none'])

    def test_allocate(self):
        available = [('a', 3), ('b', 2, TUESDAY), ('c', 1, MONDAY)]
        for wanted, taken, missing in [
                (0, [], 0),
                (1, [('c', 1)], 0),
                (2.5, [('c', 1), ('b', 1.5)], 0),
                (10, [('c', 1), ('b', 2), ('a', 3)], 4),
                ]:
            with self.subTest(wanted=wanted):
                allocation = allocate(available, wanted)
                self.assertEqual(allocation.taken, taken)
                self.assertEqual(allocation.missing, missing)

    def test_nothing_is_taken_from_nothing(self):
        self.assertEqual(
            allocate([('a', 0), ('b', 0.0004), ('c', -1)], 1), ([], 1))

    def test_negative(self):
        with self.assertRaises(ValueError):
            allocate([], -1)

    def test_binary_fractions(self):
        allocation = allocate([('a', 0.1), ('b', 0.2)], 0.3)
        self.assertEqual(allocation.missing, 0)
        self.assertEqual(allocation.taken, [('a', 0.1), ('b', 0.2)])

    @given(goods, st.integers(0, 10 ** 7).map(lambda n: n / 1000))
    def test_always(self, available, wanted):
        taken, missing = allocate(available, wanted)
        total = sum(t.quantity for t in taken)
        self.assertAlmostEqual(total + missing, wanted, 2)
        self.assertGreaterEqual(missing, 0)
        if missing > 0:
            self.assertAlmostEqual(
                total, sum(g.quantity for g in available), 2)
        self.assertTrue(all(t.quantity > 0 for t in taken))

    def test_documentation(self):
        result = doctest.testmod(module)
        self.assertGreater(result.attempted, 0)
        self.assertEqual(result.failed, 0)
