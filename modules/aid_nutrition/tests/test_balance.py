import datetime as dt
import math
import unittest
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from aid_nutrition.balance import (
    BALANCED, LITTLE_VARIED, OUTSIDE, TO_COMPLETE, Item, ShelfGood, SubRule,
    Target, balance, sentences)

TARGETS = [
    Target('FV', 0.33, 0.50, (SubRule('fruit', 0.35, 0.50),)),
    Target('ST', 0.15, 0.28),
    Target('PU', 0.015),
    Target('DA', 0.15, 0.30),
    Target('MFE', 0.08, 0.15, (
            SubRule('fish', 0.2), SubRule('charcuterie', None, 0.17))),
    Target('NU', 0),
    Target('FA', 0.02, 0.04),
    Target('SW', None, 0.05),
    ]
BALANCED_BASKET = [
    Item('FV', 4.2, "Carrots"), Item('ST', 2.2, "Bread"),
    Item('PU', 0.2, "Lentils"), Item('DA', 1.8, "Milk"),
    Item('MFE', 1.0, "Eggs"), Item('FA', 0.3, "Oil"),
    Item('SW', 0.3, "Biscuits")]
RANK = {None: 0, LITTLE_VARIED: 1, TO_COMPLETE: 2, BALANCED: 3}
TODAY = dt.date(2026, 11, 22)
TEMPLATES = {
    'good': "Bien présents : %(groups)s.",
    'start': "C'est un bon début.",
    'hint': "Il reste %(goods)s.",
    'hint_names': "Il reste aussi : %(goods)s.",
    'group': "À ajouter quand il y en aura : %(groups)s.",
    'and': "et",
    'few_goods': "Encore quelques produits.",
    'unknown_groups': "Nous ne connaissons pas assez ces produits.",
    }
NAMES = {
    'FV': "fruits et légumes", 'ST': "féculents", 'PU': "légumes secs",
    'DA': "produits laitiers", 'MFE': "viande, poisson, œufs",
    'FA': "huile et beurre"}

groups = st.sampled_from([t.group for t in TARGETS])
weights = st.integers(1, 20_000).map(lambda grams: grams / 1000)
items = st.builds(
    Item, group=groups, kg=weights,
    cooked_factor=st.sampled_from([1.0, 2.5, 8.0]),
    edible_share=st.sampled_from([1.0, 0.9, 0.6]),
    kind=st.sampled_from([None, 'fish', 'fruit']))
unknown = st.builds(Item, group=st.none(), kg=weights)
outside = st.builds(
    Item, group=st.sampled_from(sorted(OUTSIDE)), kg=weights)


class BalanceTestCase(unittest.TestCase):
    "Test the balance of a set of goods"

    def assertShares(self, result, **shares):
        for code, share in shares.items():
            self.assertAlmostEqual(result.shares[code], share, msg=code)

    def test_balanced(self):
        result = balance(BALANCED_BASKET, TARGETS)
        self.assertEqual(result.word, BALANCED)
        self.assertShares(
            result, FV=0.42, ST=0.22, PU=0.02, DA=0.18, MFE=0.1, NU=0,
            FA=0.03, SW=0.03)
        self.assertEqual(result.good, ('FV', 'ST', 'PU', 'DA', 'MFE', 'FA'))
        self.assertEqual(result.missing, ())
        self.assertEqual(result.coverage, 1)
        self.assertEqual(result.to_move, 0)

    def test_a_band_holds_its_limits(self):
        basket = [
            Item('FV', 3.3), Item('ST', 2.8), Item('PU', 0.15),
            Item('DA', 1.5), Item('MFE', 1.5), Item('FA', 0.25),
            Item('SW', 0.5)]
        result = balance(basket, TARGETS)
        self.assertEqual(
            {group.group: group.state for group in result.groups},
            dict.fromkeys(
                ['FV', 'ST', 'PU', 'DA', 'MFE', 'FA', 'SW'], 'within')
            | {'NU': 'free'})
        self.assertEqual(result.word, BALANCED)

    def test_small_groups_may_be_missing(self):
        "A bottle of oil lasts longer than a basket"
        basket = [item for item in BALANCED_BASKET if item.group != 'FA']
        result = balance(basket, TARGETS)
        self.assertEqual(result.word, BALANCED)
        self.assertEqual(result.missing, ('FA',))

    def test_to_complete(self):
        basket = [
            Item('FV', 2), Item('ST', 4), Item('DA', 2), Item('MFE', 1)]
        result = balance(basket, TARGETS)
        self.assertEqual(result.word, TO_COMPLETE)
        self.assertEqual(result.missing, ('FA', 'PU', 'FV'))
        self.assertEqual(result.good, ('ST', 'DA', 'MFE'))

    def test_main_group_missing_is_never_balanced(self):
        basket = [
            item for item in BALANCED_BASKET if item.group != 'MFE']
        self.assertEqual(
            balance(basket, TARGETS, tolerance=0.2).word, TO_COMPLETE)

    def test_little_varied(self):
        sweets = [Item('SW', 1, str(i)) for i in range(4)]
        result = balance(sweets, TARGETS)
        self.assertEqual(result.word, LITTLE_VARIED)
        self.assertEqual(result.good, ())
        bread = [Item('ST', 1), Item('ST', 2), Item('DA', 1), Item('SW', 1)]
        result = balance(bread, TARGETS)
        self.assertEqual(result.word, LITTLE_VARIED)
        self.assertEqual(result.good, ('ST', 'DA'))

    def test_good_names_the_nearest_when_none_is_reached(self):
        basket = [
            Item('SW', 9), Item('FV', 1), Item('ST', 1), Item('DA', 0.2)]
        result = balance(basket, TARGETS)
        self.assertEqual(result.good, ('ST', 'FV'))

    def test_no_word_for_few_goods(self):
        three = BALANCED_BASKET[:3]
        self.assertIsNone(balance(three, TARGETS).word)
        self.assertEqual(balance(three, TARGETS).reason, 'few_goods')
        light = [replace(i, kg=i.kg * 0.299) for i in BALANCED_BASKET]
        self.assertIsNone(balance(light, TARGETS).word)
        enough = [replace(i, kg=i.kg * 0.3) for i in BALANCED_BASKET]
        self.assertEqual(balance(enough, TARGETS).word, BALANCED)
        four = [Item('FV', 1), Item('ST', 1), Item('DA', 1), Item('MFE', 0)]
        self.assertEqual(balance(four, TARGETS).lines, 3)
        self.assertIsNone(balance(four, TARGETS).word)
        self.assertIsNone(balance([], TARGETS).word)
        self.assertEqual(balance([], TARGETS).coverage, 1)
        self.assertEqual(
            balance(three, TARGETS, minimum_kg=0, minimum_lines=1).word,
            TO_COMPLETE)

    def test_outside_and_unknown_do_not_reach_the_minimum(self):
        basket = [
            *BALANCED_BASKET[:3], Item('WATER', 6), Item(None, 1),
            Item('NONFOOD', 1), Item('COFFEE', 0.25)]
        result = balance(basket, TARGETS)
        self.assertIsNone(result.word)
        self.assertEqual(result.lines, 3)
        self.assertAlmostEqual(result.outside_kg, 7.25)
        self.assertAlmostEqual(result.unknown_kg, 1)
        self.assertAlmostEqual(result.coverage, 6.6 / 7.6)

    def test_mostly_unknown(self):
        kg = sum(item.kg for item in BALANCED_BASKET)
        half = balance([*BALANCED_BASKET, Item(None, kg)], TARGETS)
        self.assertEqual(half.word, BALANCED)
        less = balance([*BALANCED_BASKET, Item('', kg + 0.1)], TARGETS)
        self.assertIsNone(less.word)
        self.assertEqual(less.reason, 'unknown_groups')

    def test_edible_share(self):
        result = balance(
            [Item('FV', 10, edible_share=0.6), Item('ST', 4)], TARGETS)
        self.assertShares(result, FV=0.6, ST=0.4)
        self.assertEqual(result.counted_kg, 14)

    def test_weight_basis(self):
        "Dry goods weigh what they weigh cooked only where the target says so"
        goods = [Item('ST', 1, cooked_factor=2.5), Item('FV', 2.5)]
        self.assertShares(balance(goods, TARGETS), ST=1 / 3.5, FV=2.5 / 3.5)
        cooked = [replace(t, cooked=True) for t in TARGETS]
        self.assertShares(balance(goods, cooked), ST=0.5, FV=0.5)

    def test_included_groups(self):
        "A rule set may count pulses among starch"
        targets = [
            Target('ST', 0.1, 0.2, includes=('PU',), cooked=True),
            Target('FV', 0.33)]
        result = balance(
            [Item('PU', 1, cooked_factor=2.5), Item('ST', 1.5),
                Item('FV', 4)], targets,
            shelf=[ShelfGood("Lentils", 'PU')])
        self.assertShares(result, ST=0.5, FV=0.5)
        self.assertNotIn('PU', result.shares)

    def test_included_group_with_target_of_its_own(self):
        targets = [
            Target('ST', 0.1, includes=('PU',)), Target('PU', 0.02)]
        self.assertShares(
            balance([Item('PU', 1), Item('ST', 1)], targets), PU=0.5, ST=0.5)

    def test_group_without_target(self):
        result = balance([Item('NEW', 1), Item('FV', 1)], TARGETS)
        self.assertShares(result, NEW=0.5, FV=0.5)
        self.assertEqual(result.groups[-1].state, 'free')

    def test_sub_rules(self):
        basket = [
            Item('MFE', 1, kind='fish'), Item('MFE', 2, kind='poultry'),
            Item('MFE', 1, kind='charcuterie'), Item('MFE', 4)]
        shares = {
            sub.rule.kind: sub for sub in balance(basket, TARGETS).sub_shares}
        self.assertEqual(shares['fish'].share, 0.25)
        self.assertEqual(shares['fish'].state, 'within')
        self.assertEqual(shares['charcuterie'].state, 'plenty')
        self.assertEqual(shares['fish'].known, 0.5)
        self.assertNotIn('fruit', shares)
        dark = balance([*basket, Item('MFE', 0.1)], TARGETS).sub_shares
        self.assertEqual({sub.state for sub in dark}, {'unknown'})

    def test_bad_input(self):
        for bad in [
                Item('FV', -1), Item('FV', math.nan), Item('FV', math.inf),
                Item('FV', 1, cooked_factor=0),
                Item('FV', 1, edible_share=0),
                Item('FV', 1, edible_share=1.1)]:
            with self.subTest(bad), self.assertRaises(ValueError):
                balance([bad], TARGETS)

    # hints

    def shelf(self):
        return [
            ShelfGood("Rice", 'ST', TODAY, phrase="du riz"),
            ShelfGood("Lentils", 'PU', TODAY + dt.timedelta(30),
                phrase="des lentilles"),
            ShelfGood("Chickpeas", 'PU', TODAY + dt.timedelta(90),
                phrase="des pois chiches"),
            ShelfGood("Apples", 'FV', None, phrase="des pommes"),
            ShelfGood("Pears", 'FV', TODAY + dt.timedelta(2),
                phrase="des poires"),
            ShelfGood("Oil", 'FA', TODAY, 0, phrase="de l'huile"),
            ShelfGood("Mystery", None, TODAY),
            ]

    def basket(self):
        return [
            Item('FV', 1), Item('ST', 2), Item('DA', 2), Item('MFE', 1)]

    def test_hints(self):
        "At most two goods, of missing groups, really there, first expired"
        result = balance(self.basket(), TARGETS, shelf=self.shelf())
        self.assertEqual(result.missing, ('FA', 'PU', 'FV'))
        self.assertEqual(
            [good.name for good in result.hints], ["Lentils", "Pears"])
        self.assertEqual(
            sentences(result, TEMPLATES, NAMES), [
                "Bien présents : féculents, produits laitiers, viande, "
                "poisson, œufs.",
                "Il reste des lentilles et des poires."])

    def test_two_hints_of_one_group(self):
        shelf = [g for g in self.shelf() if g.group == 'FV']
        shelf.append(replace(shelf[1], expiry=TODAY))
        result = balance(self.basket(), TARGETS, shelf=shelf)
        self.assertEqual(
            [good.name for good in result.hints], ["Pears", "Apples"])

    def test_hints_of_included_group(self):
        targets = [
            Target('ST', 0.5, includes=('PU',)), Target('FV', 0.1)]
        result = balance(
            [Item('FV', 1)] * 4, targets, shelf=self.shelf()[1:2])
        self.assertEqual([g.name for g in result.hints], ["Lentils"])

    def test_sentences_without_phrase(self):
        shelf = [replace(g, phrase=None) for g in self.shelf()]
        result = balance(self.basket(), TARGETS, shelf=shelf)
        self.assertEqual(
            sentences(result, TEMPLATES, NAMES)[1],
            "Il reste aussi : Lentils et Pears.")

    def test_sentences_with_an_empty_shelf(self):
        result = balance(self.basket(), TARGETS)
        self.assertEqual(
            sentences(result, TEMPLATES, NAMES)[1],
            "À ajouter quand il y en aura : huile et beurre, légumes "
            "secs.")

    def test_sentences_balanced(self):
        result = balance(BALANCED_BASKET, TARGETS, shelf=self.shelf())
        self.assertEqual(len(sentences(result, TEMPLATES, NAMES)), 1)
        self.assertEqual(result.hints, ())

    def test_sentences_without_word(self):
        self.assertEqual(
            sentences(balance([], TARGETS), TEMPLATES, NAMES),
            ["Encore quelques produits."])
        goods = [*BALANCED_BASKET, Item(None, 50)]
        self.assertEqual(
            sentences(balance(goods, TARGETS), TEMPLATES, NAMES),
            ["Nous ne connaissons pas assez ces produits."])

    def test_sentences_start(self):
        sweets = [Item('SW', 1)] * 4
        self.assertEqual(
            sentences(balance(sweets, TARGETS), TEMPLATES, NAMES)[0],
            "C'est un bon début.")

    # properties

    @given(st.lists(st.one_of(items, unknown, outside), max_size=12))
    def test_shares_sum_to_one(self, goods):
        result = balance(goods, TARGETS)
        total = math.fsum(result.shares.values())
        self.assertAlmostEqual(total, 1 if result.lines else 0)
        self.assertTrue(0 <= result.coverage <= 1)

    @given(
        st.lists(st.one_of(items, unknown, outside), max_size=12),
        st.integers(1, 1000))
    def test_scaling_changes_no_share(self, goods, tenths):
        factor = tenths / 10
        before = balance(goods, TARGETS, minimum_kg=0)
        after = balance(
            [replace(i, kg=i.kg * factor) for i in goods], TARGETS,
            minimum_kg=0)
        for code, share in before.shares.items():
            self.assertAlmostEqual(after.shares[code], share)
        self.assertEqual(after.word, before.word)
        self.assertEqual(after.missing, before.missing)
        self.assertAlmostEqual(after.coverage, before.coverage)

    @given(
        st.lists(st.one_of(items, unknown), max_size=10),
        st.lists(st.one_of(unknown, outside), max_size=10))
    def test_unknown_never_improves(self, goods, more):
        before = balance(goods, TARGETS)
        after = balance([*goods, *more], TARGETS)
        self.assertLessEqual(RANK[after.word], RANK[before.word])
        self.assertEqual(after.shares, before.shares)

    @given(st.lists(items, max_size=10), st.randoms())
    def test_order_does_not_matter(self, goods, random):
        mixed = list(goods)
        random.shuffle(mixed)
        self.assertEqual(
            balance(mixed, TARGETS).word, balance(goods, TARGETS).word)

    @given(
        st.lists(st.one_of(items, unknown), max_size=10),
        st.lists(st.builds(
                ShelfGood, name=st.sampled_from("abcdef"),
                group=st.one_of(groups, st.none()),
                expiry=st.one_of(st.none(), st.dates()),
                quantity=st.integers(0, 3)), max_size=10))
    def test_hints_are_on_the_shelf(self, goods, shelf):
        result = balance(goods, TARGETS, shelf=shelf)
        self.assertLessEqual(len(result.hints), 2)
        for hint in result.hints:
            self.assertIn(hint, shelf)
            self.assertGreater(hint.quantity, 0)
            self.assertIn(hint.group, result.missing)
        said = ' '.join(sentences(result, TEMPLATES, NAMES)).lower()
        for word in ('trop', 'mauvais'):
            self.assertNotIn(word, said)
