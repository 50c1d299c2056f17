import datetime as dt
import doctest
import unittest

from aid_training import validity
from aid_training.validity import Validity

MONTHS = Validity('months', months=24, renewal_days=90, grace_days=30)


def load_tests(loader, tests, pattern):
    tests.addTests(doctest.DocTestSuite(validity))
    return tests


class ValidityTestCase(unittest.TestCase):
    "The last day on which a certificate counts"

    def until(self, rule, obtained, before=None):
        def day(text):
            return dt.date.fromisoformat(text) if text else None
        result = validity.valid_until(rule, day(obtained), day(before))
        return result and result.isoformat()

    def test_leap_days(self):
        year = Validity('months', months=12)
        for rule, obtained, until in [
                (year, '2024-02-29', '2025-02-27'),
                (year, '2023-03-01', '2024-02-29'),
                (MONTHS, '2024-02-29', '2026-02-27'),
                (Validity('months', months=48), '2024-02-29', '2028-02-28'),
                (Validity('months', months=1), '2026-01-31', '2026-02-27'),
                ]:
            with self.subTest(obtained=obtained, rule=rule):
                self.assertEqual(self.until(rule, obtained), until)

    def test_end_of_year(self):
        rule = Validity('end_of_year', years=1)
        for obtained, until in [
                ('2026-01-01', '2027-12-31'),
                ('2026-12-31', '2027-12-31'),
                ('2027-01-01', '2028-12-31'),
                ]:
            with self.subTest(obtained=obtained):
                # When it is renewed within the year changes nothing
                for before in [None, '2026-12-31']:
                    self.assertEqual(
                        self.until(rule, obtained, before), until)

    def test_never_ends(self):
        self.assertIsNone(self.until(Validity(), '2026-01-01'))
        self.assertIsNone(validity.accepted_until(MONTHS, None))

    def test_window_of_renewal(self):
        before = '2026-06-30'
        for obtained, until in [
                ('2026-03-31', '2028-03-30'),  # a day too early
                ('2026-04-01', '2028-06-30'),  # the first day of the window
                ('2026-06-30', '2028-06-30'),
                ('2026-07-01', '2028-06-30'),  # over, counted from its day
                ('2026-07-15', '2028-07-14'),
                ]:
            with self.subTest(obtained=obtained):
                self.assertEqual(
                    self.until(MONTHS, obtained, before), until)

    def test_standing(self):
        obtained, until = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
        accepted = validity.accepted_until(MONTHS, until)
        self.assertEqual(accepted, dt.date(2027, 1, 30))
        for day, standing in [
                ('2025-12-31', 'coming'), ('2026-01-01', 'valid'),
                ('2026-10-01', 'valid'), ('2026-10-02', 'renew'),
                ('2026-12-31', 'renew'), ('2027-01-01', 'grace'),
                ('2027-01-30', 'grace'), ('2027-01-31', 'lapsed')]:
            with self.subTest(day=day):
                self.assertEqual(validity.standing(
                        dt.date.fromisoformat(day), obtained, until,
                        accepted, MONTHS.renewal_days), standing)
        self.assertEqual(
            validity.standing(dt.date(2090, 1, 1), obtained, None, None),
            'valid')
