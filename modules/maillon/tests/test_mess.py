"""What is not clean in the demo, as far as it is arithmetic."""
import datetime as dt
import random
import unittest

from aid_donation import mixed_dates
from maillon.command.content import mess

DAY = dt.date(2026, 11, 23)


class CrateTestCase(unittest.TestCase):

    def test_dates_are_of_all_that_is_in_the_crate(self):
        chance = random.Random(1)
        typed = [
            mess.crate(chance, {'net_weight': weight / 10}, 'use_by', DAY)
            | {'weight': weight / 10} for weight in range(60, 240)]

        mixed = [values for values in typed if 'dates' in values]
        self.assertTrue(0 < len(mixed) < len(typed) / 2)
        for values in mixed:
            first, second = mixed_dates.read(values['dates'], DAY)
            self.assertEqual(first.date, DAY)
            self.assertGreater(second.date, DAY)
            self.assertAlmostEqual(
                first.quantity + second.quantity, values['weight'])
        self.assertTrue(all(
                values['use_by'] == DAY for values in typed
                if values not in mixed))
