import datetime as dt
import doctest
import unittest
from zoneinfo import ZoneInfo

from aid_volunteer import likeness, shift_time

PARIS = ZoneInfo('Europe/Paris')


def load_tests(loader, tests, pattern):
    for module in [shift_time, likeness]:
        tests.addTests(doctest.DocTestSuite(module))
    return tests


class ShiftTimeTestCase(unittest.TestCase):
    "Clocks on the wall, instants, nights and repetitions"

    def lasts(self, day, start, end):
        begin, finish = shift_time.instants(
            day, dt.time(start), dt.time(end), PARIS)
        return shift_time.hours(begin, finish)

    def test_hours_of_the_two_nights(self):
        self.assertEqual(self.lasts(dt.date(2026, 3, 28), 22, 6), 7)
        self.assertEqual(self.lasts(dt.date(2026, 10, 24), 22, 6), 9)
        self.assertEqual(self.lasts(dt.date(2026, 11, 24), 22, 6), 8)

    def test_a_time_that_does_not_exist_or_exists_twice(self):
        day = dt.date(2026, 3, 29)
        start, _ = shift_time.instants(day, dt.time(2, 30), dt.time(6), PARIS)
        self.assertEqual(
            shift_time.local(start, PARIS), dt.datetime(2026, 3, 29, 3, 30))
        day = dt.date(2026, 10, 25)
        start, end = shift_time.instants(
            day, dt.time(2, 30), dt.time(2, 45), PARIS)
        self.assertEqual(shift_time.hours(start, end), 1.25)

    def test_saturdays_keep_their_time_over_the_change(self):
        days = list(shift_time.occurrences(
                'FREQ=WEEKLY', dt.date(2026, 3, 7), dt.date(2026, 3, 21),
                dt.date(2026, 4, 4)))
        self.assertEqual([d.day for d in days], [21, 28, 4])
        self.assertEqual([
                shift_time.local(shift_time.instants(
                        d, dt.time(9), dt.time(12), PARIS)[0], PARIS).hour
                for d in days], [9, 9, 9])

    def test_no_rule(self):
        for rule in ['', 'every saturday', 'FREQ=NEVER']:
            with self.subTest(rule=rule), self.assertRaises(ValueError):
                list(shift_time.occurrences(
                        rule, dt.date(2026, 1, 1), dt.date(2026, 1, 1),
                        dt.date(2026, 2, 1)))

    def test_night(self):
        def at_night(start, end):
            day = dt.datetime(2026, 11, 24)
            return shift_time.is_at_night(
                day + dt.timedelta(hours=start),
                day + dt.timedelta(hours=end), dt.time(22), dt.time(6))
        self.assertFalse(at_night(6, 22))
        self.assertTrue(at_night(5, 8))
        self.assertTrue(at_night(20, 22.5))
        self.assertTrue(at_night(23, 24))


class LikenessTestCase(unittest.TestCase):
    "Whether two records may be of one person"

    def test_names(self):
        for name, other, alike in [
                ('amina bensaid', 'amina bensaid', True),
                ('amina bensaid', 'amina bensayd', True),
                ('amina', 'amina bensaid', True),
                ('amina bensaid', 'paul durand', False),
                ('amina bensaid', 'karim bensaid', False),
                ('', 'amina', False)]:
            with self.subTest(name=name, other=other):
                self.assertEqual(likeness.are_alike(name, other), alike)

    def test_phones(self):
        self.assertEqual(
            likeness.phone_key('0033 6 12 34 56 78'),
            likeness.phone_key('0612345678'))
        self.assertIsNone(likeness.phone_key('none'))
