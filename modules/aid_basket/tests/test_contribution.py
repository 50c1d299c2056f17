import doctest
import unittest
from dataclasses import replace
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from aid_basket import cap, contribution
from aid_basket.cap import Cap, Standing, period, stand
from aid_basket.contribution import (
    Household, Item, Rule, charge, round_down, share)


def load_tests(loader, tests, pattern):
    tests.addTests(doctest.DocTestSuite(contribution))
    tests.addTests(doctest.DocTestSuite(cap))
    return tests


class DoctestTestCase(unittest.TestCase):
    "The examples in the docstrings hold"

    def test_examples(self):
        "The examples in the docstrings are true"
        for module in (contribution, cap):
            result = doctest.testmod(module)
            self.assertGreater(result.attempted, 0)
            self.assertEqual(result.failed, 0)


class ChargeTestCase(unittest.TestCase):
    "What is asked for a basket"

    def asked(self, items, rule, household=Household()):
        return [c.asked for c in charge(items, rule, household)]

    def test_per_kg(self):
        "Kilograms times the price of the family times the rate"
        items = [
            Item(D('6.00'), kg=2.5, price_per_kg=D('2.40')),
            Item(D('3.00'), kg=0.5, price_per_kg=D('6.00'))]
        self.assertEqual(
            self.asked(items, Rule('per_kg', rate=D('0.10'))),
            [D('0.60'), D('0.30')])

    def test_per_kg_unknown_weight(self):
        "A line nobody weighed is not asked for by weight"
        self.assertEqual(
            self.asked([Item(D(2))], Rule('per_kg')), [D(0)])

    def test_rate(self):
        "Reference price times the rate"
        self.assertEqual(
            self.asked([Item(D('12.50'))], Rule('rate', rate=D('0.20'))),
            [D('2.50')])

    def test_free(self):
        "A free branch asks for nothing and grants the whole value"
        charge_, = charge([Item(D('12.50'))], Rule('free'))
        self.assertEqual(
            (charge_.asked, charge_.granted, charge_.reason),
            (D(0), D('12.50'), 'free'))
        self.assertFalse(charge_.free)

    def test_flat_basket(self):
        "A flat sum is shared by the value of the lines"
        self.assertEqual(
            self.asked(
                [Item(D(6)), Item(D(2))],
                Rule('flat_basket', amount=D(2))),
            [D('1.50'), D('0.50')])

    def test_flat_person(self):
        "A flat sum for each person"
        self.assertEqual(
            sum(self.asked(
                    [Item(D(60)), Item(D(20))],
                    Rule('flat_person', amount=D('0.50')),
                    Household(size=5))),
            D('2.50'))

    def test_flat_not_above_value(self):
        "Nobody is asked more than the goods are worth"
        self.assertEqual(
            self.asked(
                [Item(D('0.80'))], Rule('flat_basket', amount=D(2))),
            [D('0.80')])

    def test_always_free_takes_no_part(self):
        "Always-free goods stay out of flat sums, minimums and rounding"
        for rule in (
                Rule('flat_basket', amount=D(2)),
                Rule('rate', rate=D('0.1'), minimum=D(2))):
            with self.subTest(rule=rule):
                free, other = charge(
                    [Item(D(50), always_free=True), Item(D(5))], rule)
                self.assertEqual(free.asked, D(0))
                self.assertEqual(free.reason, 'always_free')
                self.assertTrue(free.free)
                self.assertEqual(other.asked, D(2))

    def test_only_always_free(self):
        "A basket of always-free goods owes no flat sum and no minimum"
        for mode in ('per_kg', 'rate', 'flat_basket', 'flat_person'):
            with self.subTest(mode=mode):
                self.assertEqual(
                    self.asked(
                        [Item(D(9), kg=1, always_free=True)],
                        Rule(mode, amount=D(2), minimum=D(1))),
                    [D(0)])

    def test_ceiling(self):
        "A supply source bounds what is asked for its goods"
        one, other = charge(
            [Item(D(10), ceiling=D('0.10')), Item(D(10))],
            Rule('rate', rate=D('0.30')))
        self.assertEqual((one.asked, one.reason), (D(1), 'ceiling'))
        self.assertEqual((other.asked, other.reason), (D(3), 'rate'))

    def test_ceiling_flat(self):
        "What a ceiling keeps from a flat sum is carried by the others"
        self.assertEqual(
            self.asked(
                [Item(D(10), ceiling=D('0.10')), Item(D(10))],
                Rule('flat_basket', amount=D(4))),
            [D(1), D(3)])

    def test_household_free(self):
        "A household's own decision comes before the rule of the branch"
        charge_, = charge(
            [Item(D(10))], Rule('rate', rate=D('0.3'), minimum=D(1)),
            Household(contribution='free'))
        self.assertEqual(
            (charge_.asked, charge_.reason), (D(0), 'household_free'))

    def test_household_rate(self):
        "A household's rate is its share of what the branch asks"
        for rule, asked in [
                (Rule('flat_basket', amount=D(5), minimum=D(3)), D('2.50')),
                (Rule('rate', rate=D('0.2'), minimum=D(3)), D('1.00')),
                (Rule('per_kg', rate=D('0.2')), D('0.20')),
                ]:
            with self.subTest(rule=rule):
                charge_, = charge(
                    [Item(D(10), kg=1, price_per_kg=D(2))], rule,
                    Household(contribution='rate', rate=D('0.5')))
                self.assertEqual(
                    (charge_.asked, charge_.reason),
                    (asked, 'household_rate'))

    def test_minimum_and_maximum(self):
        "A basket is raised to its minimum and lowered to its maximum"
        items = [Item(D(10)), Item(D(30))]
        rule = Rule('rate', rate=D('0.1'), minimum=D(5))
        self.assertEqual(sum(self.asked(items, rule)), D(5))
        rule = Rule('rate', rate=D('0.1'), maximum=D(2))
        self.assertEqual(self.asked(items, rule), [D('0.50'), D('1.50')])

    def test_rounding(self):
        "Cash is rounded down, the lines follow"
        amounts = self.asked(
            [Item(D('3.33')), Item(D('4.44'))],
            Rule('rate', rate=D('0.3'), rounding=D('0.05')))
        self.assertEqual(sum(amounts), D('2.30'))

    def test_empty(self):
        "An empty basket asks for nothing"
        self.assertEqual(
            charge([], Rule('flat_basket', amount=D(2))), [])

    def test_round_down(self):
        self.assertEqual(round_down(D('1.05'), D('0.05')), D('1.05'))
        self.assertEqual(round_down(D('1.04'), D('0.05')), D('1.00'))
        self.assertEqual(round_down(D('1.04'), None), D('1.04'))


amounts = st.decimals(0, 500, places=2)
items = st.lists(st.builds(
        Item,
        market_value=amounts,
        kg=st.one_of(st.none(), st.floats(0, 50)),
        price_per_kg=st.one_of(st.none(), st.decimals(0, 20, places=2)),
        always_free=st.booleans(),
        ceiling=st.one_of(st.none(), st.decimals(0, 1, places=2))),
    max_size=12)
rules = st.builds(
    Rule,
    mode=st.sampled_from(
        ['per_kg', 'rate', 'flat_basket', 'flat_person', 'free']),
    rate=st.decimals(0, 1, places=2),
    amount=st.decimals(0, 30, places=2),
    minimum=st.one_of(st.none(), st.decimals(0, 5, places=2)),
    maximum=st.one_of(st.none(), st.decimals(0, 50, places=2)),
    rounding=st.one_of(st.none(), st.just(D('0.05'))))
households = st.builds(
    Household,
    size=st.integers(1, 9),
    contribution=st.sampled_from(['standard', 'free', 'rate']),
    rate=st.one_of(st.none(), st.decimals(0, 1, places=2)))


class ChargePropertyTestCase(unittest.TestCase):
    "Whatever the basket, the rule and the household"

    @given(items, rules, households)
    def test_lines(self, items, rule, household):
        "Every line keeps its promises"
        for item, line in zip(
                items, charge(items, rule, household), strict=True):
            self.assertEqual(line.market_value, item.market_value)
            self.assertEqual(line.asked + line.granted, item.market_value)
            self.assertGreaterEqual(line.asked, 0)
            self.assertGreaterEqual(line.granted, 0)
            self.assertEqual(line.asked, line.asked.quantize(D('0.01')))
            self.assertIn(line.reason, contribution.REASONS)
            if item.always_free:
                self.assertEqual(line.asked, 0)
            if item.ceiling is not None:
                self.assertLessEqual(
                    line.asked, item.market_value * item.ceiling)

    @given(items, rules, households)
    def test_total(self, items, rule, household):
        "The basket is a multiple of the coin and within its maximum"
        total = sum(
            (c.asked for c in charge(items, rule, household)), D(0))
        if rule.rounding and household.contribution != 'free':
            self.assertEqual(total % rule.rounding, 0)
        if rule.maximum is not None:
            self.assertLessEqual(total, rule.maximum)

    @given(items, rules, households)
    def test_always_free_changes_nothing(self, items, rule, household):
        "Taking the always-free goods away changes no other line"
        kept = [i for i in items if not i.always_free]
        self.assertEqual(
            [c for c in charge(items, rule, household) if not c.free],
            charge(kept, rule, household))

    @given(items, rules, households, st.lists(
            st.decimals(-1, 2, places=2), min_size=10, max_size=10))
    def test_promotion(self, items, rule, household, factors):
        "A promotion never makes any line dearer, and keeps all promises"
        before = charge(items, rule, household)
        promoted = [
            replace(item, factor=factors[n % 10])
            for n, item in enumerate(items)]
        after = charge(promoted, rule, household)
        for item, then, now in zip(promoted, before, after, strict=True):
            self.assertLessEqual(0, now.asked)
            self.assertLessEqual(now.asked, then.asked)
            self.assertEqual(
                now.reason == 'promotion', now.asked < then.asked)
            self.assertEqual(now.asked + now.granted, item.market_value)
        total = sum((c.asked for c in after), D(0))
        if rule.rounding and household.contribution != 'free':
            self.assertEqual(total % rule.rounding, 0)
        if rule.minimum is not None and household.contribution == 'standard':
            plain = sum((c.asked for c in before), D(0))
            self.assertGreaterEqual(
                total, min(plain, round_down(rule.minimum, rule.rounding)))

    def test_promotion_before_ceiling(self):
        "Half of 4.00 is 2.00, which the ceiling of 3.00 lets pass"
        item = Item(D(4), ceiling=D('0.75'), factor=D('0.5'))
        line, = charge([item], Rule('rate'))
        self.assertEqual((line.asked, line.reason), (D(2), 'promotion'))
        line, = charge([replace(item, factor=D('0.9'))], Rule('rate'))
        self.assertEqual((line.asked, line.reason), (D(3), 'ceiling'))
        line, = charge([item], Rule('flat_basket', amount=D(1)))
        self.assertEqual((line.asked, line.reason), (D(1), 'flat'))

    @given(
        st.decimals(0, 500, places=2),
        st.lists(st.tuples(amounts, amounts), max_size=10))
    def test_share(self, total, vessels):
        "A share loses nothing and overflows nothing"
        weights = [w for w, _ in vessels]
        limits = [min(w, l) for w, l in vessels]
        parts = share(total, weights, limits)
        self.assertEqual(
            sum(parts, D(0)), min(total, sum(limits, D(0))))
        for part, limit in zip(parts, limits, strict=True):
            self.assertLessEqual(0, part)
            self.assertLessEqual(part, limit)


class CapTestCase(unittest.TestCase):
    "What is left of an entitlement"

    def test_states(self):
        cap = Cap('amount', D(30), D('0.10'))
        self.assertEqual(
            stand(cap, D(20), D(5)), Standing('within', D(25), D(5)))
        self.assertEqual(
            stand(cap, D(20), D(10)), Standing('within', D(30), D(0)))
        self.assertEqual(
            stand(cap, D(20), D(13)), Standing('tolerated', D(33), D(0)))
        self.assertEqual(
            stand(cap, D(20), D('13.01')),
            Standing('exceeded', D('33.01'), D(0)))

    def test_none(self):
        self.assertEqual(stand(Cap(), D(20), D(5)).state, 'none')

    def test_period(self):
        import datetime as dt
        day = dt.date(2026, 12, 31)
        self.assertEqual(
            period('month', day),
            (dt.date(2026, 12, 1), dt.date(2026, 12, 31)))
        self.assertEqual(
            period('week', day),
            (dt.date(2026, 12, 28), dt.date(2027, 1, 3)))
        self.assertEqual(
            period('whole', day, dt.date(2026, 1, 1), None),
            (dt.date(2026, 1, 1), dt.date.max))
