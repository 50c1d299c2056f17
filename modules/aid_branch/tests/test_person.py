import datetime as dt
import unittest

from aid_branch.person import age_on, search_key


class PersonTestCase(unittest.TestCase):
    "Names without their spelling, and ages"

    def test_search_key_knows_no_spelling(self):
        self.assertEqual(
            search_key("Élodie", "Le-Goff"), search_key("le goff", "ELODIE"))
        self.assertNotEqual(
            search_key("Elodie", "Goff"), search_key("Elodie", "Le Goff"))

    def test_day_before_and_on_the_birthday(self):
        birth = dt.date(2012, 11, 23)
        self.assertEqual(age_on(birth, dt.date(2026, 11, 22)), 13)
        self.assertEqual(age_on(birth, dt.date(2026, 11, 23)), 14)

    def test_leap_day(self):
        birth = dt.date(2024, 2, 29)
        self.assertEqual(age_on(birth, dt.date(2026, 2, 28)), 1)
        self.assertEqual(age_on(birth, dt.date(2026, 3, 1)), 2)

    def test_before_birth(self):
        with self.assertRaises(ValueError):
            age_on(dt.date(2026, 11, 23), dt.date(2026, 11, 22))
