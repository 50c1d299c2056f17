import datetime as dt
import doctest
import unittest
from decimal import Decimal

from aid_volunteer import worth as module
from aid_volunteer.worth import periods, worth

DAY = dt.date(2026, 3, 1)


def load_tests(loader, tests, pattern):
    tests.addTests(doctest.DocTestSuite(module))
    return tests


class WorthTestCase(unittest.TestCase):
    "Plain arithmetic of the value of hours"

    def test_worth(self):
        for hours, wage, coefficient, charges, value in [
                ('3', '12.02', '1', '0', '36.06'),
                ('7.5', '12.02', '3', '0', '270.45'),
                ('2', '10', '2', '0.42', '56.80'),
                ('0', '12.02', '1', '0.42', '0'),
                ]:
            with self.subTest(hours=hours, coefficient=coefficient):
                self.assertEqual(
                    worth(*map(Decimal, [hours, wage, coefficient, charges])),
                    Decimal(value))

    def test_periods(self):
        before, after = DAY - dt.timedelta(40), DAY + dt.timedelta(40)
        middle = DAY + dt.timedelta(10)
        for changes, parts in [
                ([], [(DAY, after)]),
                ([before, DAY], [(DAY, after)]),
                ([middle, middle], [
                        (DAY, middle - dt.timedelta(1)), (middle, after)]),
                ([after], [
                        (DAY, after - dt.timedelta(1)), (after, after)]),
                ([after + dt.timedelta(1)], [(DAY, after)]),
                ]:
            with self.subTest(changes=changes):
                self.assertEqual(periods(DAY, after, changes), parts)
        self.assertEqual(periods(DAY, before, []), [])


if __name__ == '__main__':
    unittest.main()
