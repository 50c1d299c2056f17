import datetime as dt
import unittest
from decimal import Decimal

from aid_lot.inheritance import Part, earliest, shared, strictest

DAY = dt.date(2026, 3, 1)


class InheritanceTestCase(unittest.TestCase):
    "What goods that were put together inherit"

    def test_strictest(self):
        bought = Part('bought', 100, 100)
        shop = Part('shop', 10, 10, Decimal('0.3'))
        more = Part('more', 20, 20, Decimal('0.3'))
        state = Part('state', 1, 1, Decimal('0.1'))
        europe = Part('europe', 0.001, 0.001, Decimal(0))
        for parts, expected in [
                ([bought], 'bought'),
                ([bought, shop], 'shop'),
                ([bought, shop, more], 'more'),
                ([shop, state, bought], 'state'),
                ([bought, shop, state, europe], 'europe')]:
            with self.subTest(expected=expected):
                self.assertEqual(strictest(parts), expected)
                self.assertEqual(strictest(parts[::-1]), expected)

    def test_earliest(self):
        self.assertIsNone(earliest([]))
        self.assertIsNone(earliest([None, None]))
        self.assertEqual(
            earliest([None, DAY, DAY + dt.timedelta(days=1)]), DAY)

    def test_shared(self):
        self.assertEqual(shared([{'a': 1}]), {'a': 1})
        self.assertEqual(
            shared([{'a': 1, 'b': None}, {'a': 1, 'b': 2}]),
            {'a': 1, 'b': None})
