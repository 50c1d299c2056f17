import datetime as dt
import unittest

from hypothesis import given
from hypothesis import strategies as st

from aid_household.period import last_day, next_period, whole_months

days = st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31))


class PeriodTestCase(unittest.TestCase):
    "How long an entitlement runs and when the next one does"

    def test_last_day(self):
        self.assertEqual(
            last_day(dt.date(2026, 1, 15), 3), dt.date(2026, 4, 14))
        self.assertEqual(
            last_day(dt.date(2026, 8, 31), 6), dt.date(2027, 2, 27))
        with self.assertRaises(ValueError):
            last_day(dt.date(2026, 1, 1), 0)

    def test_whole_months(self):
        self.assertEqual(
            whole_months(dt.date(2026, 1, 1), dt.date(2026, 6, 30)), 6)
        self.assertIsNone(
            whole_months(dt.date(2026, 1, 1), dt.date(2026, 6, 29)))

    def test_next_begins_after_the_last_day(self):
        self.assertEqual(
            next_period(
                dt.date(2026, 1, 1), dt.date(2026, 6, 30),
                today=dt.date(2026, 6, 10)),
            (dt.date(2026, 7, 1), dt.date(2026, 12, 31)))

    def test_next_begins_today_when_it_is_late(self):
        self.assertEqual(
            next_period(
                dt.date(2026, 1, 1), dt.date(2026, 6, 30),
                today=dt.date(2026, 7, 14)),
            (dt.date(2026, 7, 14), dt.date(2027, 1, 13)))

    def test_odd_days_are_kept(self):
        self.assertEqual(
            next_period(
                dt.date(2026, 1, 1), dt.date(2026, 1, 10),
                today=dt.date(2026, 1, 5)),
            (dt.date(2026, 1, 11), dt.date(2026, 1, 20)))

    def test_backwards(self):
        with self.assertRaises(ValueError):
            next_period(
                dt.date(2026, 1, 2), dt.date(2026, 1, 1),
                today=dt.date(2026, 1, 1))

    @given(days, st.integers(0, 800), days)
    def test_never_overlaps_nor_begins_in_the_past(
            self, start, length, today):
        end = start + dt.timedelta(days=length)
        following, until = next_period(start, end, today)
        self.assertGreater(following, end)
        self.assertGreaterEqual(following, today)
        self.assertGreaterEqual(until, following)

    @given(days, st.integers(1, 36))
    def test_whole_months_are_recognised(self, start, months):
        # From the 31st, one month and the next may end on the same day
        end = last_day(start, months)
        found = whole_months(start, end)
        self.assertEqual(last_day(start, found), end)
