import datetime as dt
import unittest

from aid_nutrition.balance import (
    BALANCED, TO_COMPLETE, Item, SubRule, Target, balance, without_word)
from aid_nutrition.diet import Exemption, asked_of
from aid_nutrition.energy import Person, trimester
from aid_nutrition.for_whom import Advice, advice

TARGETS = [
    Target('FV', 0.33, 0.50), Target('ST', 0.15, 0.28),
    Target('DA', 0.15, 0.30),
    Target('MFE', 0.08, 0.15, (SubRule('fish', 0.2), SubRule('egg', 0.1))),
    ]
EXEMPTIONS = [
    Exemption('vegetarian', 'MFE'), Exemption('fish', 'MFE', 'fish')]
NO_MEAT = [
    Item('FV', 4.8), Item('ST', 2.4), Item('DA', 2.4), Item('PU', 0.4)]


class DietTestCase(unittest.TestCase):
    "Test that nobody is marked down for what they do not take"

    def test_group(self):
        self.assertEqual(balance(NO_MEAT, TARGETS).word, TO_COMPLETE)
        asked = asked_of(TARGETS, EXEMPTIONS, {'vegetarian'})
        result = balance(NO_MEAT, asked)
        self.assertEqual(result.word, BALANCED)
        self.assertEqual(result.missing, ())
        self.assertEqual(result.sub_shares, ())

    def test_eggs_of_who_takes_no_meat_still_count(self):
        asked = asked_of(TARGETS, EXEMPTIONS, {'vegetarian'})
        result = balance([*NO_MEAT, Item('MFE', 1, kind='egg')], asked)
        self.assertAlmostEqual(result.shares['MFE'], 1 / 11)

    def test_kind(self):
        asked = asked_of(TARGETS, EXEMPTIONS, {'fish', 'peanuts'})
        self.assertEqual(asked[3].min_share, 0.08)
        self.assertEqual(asked[3].sub_rules, (SubRule('egg', 0.1),))

    def test_nobody_else(self):
        self.assertEqual(asked_of(TARGETS, EXEMPTIONS, {'gluten'}), TARGETS)
        self.assertEqual(asked_of(TARGETS, EXEMPTIONS, ()), TARGETS)


class ForWhomTestCase(unittest.TestCase):
    "Test for whom nothing is said"

    def test_everybody(self):
        self.assertEqual(advice([]), Advice(True, False))
        self.assertEqual(
            advice([Person(35), Person(3), Person(80)]), Advice(True, False))

    def test_some_of_a_table(self):
        for special in [
                Person(2.9), Person(30, 'female', pregnancy_trimester=2),
                Person(30, 'female', breastfeeding=True)]:
            self.assertEqual(
                advice([Person(35), special]), Advice(True, True))
            self.assertEqual(advice([special]), Advice(False, True))

    def test_the_age_is_a_rule(self):
        self.assertTrue(advice([Person(3)], 4).professional)

    def test_no_word(self):
        result = without_word(balance(NO_MEAT, TARGETS), 'professional')
        self.assertIsNone(result.word)
        self.assertEqual(
            (result.reason, result.good, result.hints),
            ('professional', (), ()))

    def test_trimester(self):
        due = dt.date(2026, 12, 31)
        for days, expected in [
                (281, None), (280, 1), (183, 1), (182, 2), (85, 2), (84, 3),
                (0, 3), (-1, None)]:
            self.assertEqual(
                trimester(due, due - dt.timedelta(days=days)), expected,
                days)
        self.assertIsNone(trimester(None, due))
