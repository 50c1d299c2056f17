import datetime as dt
import unittest
from zoneinfo import ZoneInfo

from aid_donation.shelf_life import hours_left, is_short

PARIS = ZoneInfo('Europe/Paris')


class ShelfLifeTestCase(unittest.TestCase):
    "How long goods with a use-by date may still be handed over"

    def test_through_the_end_of_the_day(self):
        "The day of the date itself still counts"
        day = dt.date(2026, 11, 23)
        self.assertEqual(hours_left(day, dt.datetime(2026, 11, 23, 18)), 6)
        self.assertEqual(hours_left(day, dt.datetime(2026, 11, 24)), 0)
        self.assertEqual(hours_left(day, dt.datetime(2026, 11, 24, 1)), -1)

    def test_clock_change(self):
        "The night the clock goes back has an hour more"
        at = dt.datetime(2026, 10, 25, tzinfo=PARIS)
        self.assertEqual(hours_left(dt.date(2026, 10, 25), at), 25)
        at = dt.datetime(2026, 3, 29, tzinfo=PARIS)
        self.assertEqual(hours_left(dt.date(2026, 3, 29), at), 23)

    def test_short(self):
        "Less than 48 hours, but not past"
        at = dt.datetime(2026, 11, 23, 0, 0)
        for day, expected in [
                (22, False), (23, True), (24, False), (25, False)]:
            with self.subTest(day=day):
                self.assertEqual(
                    is_short(dt.date(2026, 11, day), at, 48), expected)
        at = dt.datetime(2026, 11, 23, 0, 1)
        self.assertTrue(is_short(dt.date(2026, 11, 24), at, 48))
