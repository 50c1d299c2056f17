"""Prices that fall for what a basket lacks."""
import doctest
import unittest
from decimal import ROUND_HALF_UP
from decimal import Decimal as D

from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction

from aid_balance import promotion
from aid_balance.promotion import left
from aid_basket.tests.till import (
    TillTestCase, at_till, basket_of, count_statements, create_household,
    family, give, give_free, open_session, rule)


class LeftTestCase(unittest.TestCase):
    "What a promotion leaves of a price"

    def test_left(self):
        self.assertFalse(doctest.testmod(promotion).failed)
        for arguments, expected in [
                ((D('0.5'), 0.33, 0.33), D('0.5')),
                ((D('0.5'), 1.0, 0.25), D('0.875')),
                ((D(0), 0.1, 0.2), D(0)),
                ((D(2), 0.1, 0.2), D(1)),
                ((D(-1), 0.1, 0.2), D(0)),
                ((D('0.5'), 0.0, 0.33), D(1)),
                ((D('0.5'), 0.4, None), D(1)),
                ]:
            with self.subTest(arguments=arguments):
                self.assertEqual(left(*arguments), expected)


class IncentiveTestCase(TillTestCase):
    "Promotions at the till"
    module = 'aid_balance'

    @with_transaction()
    def test_incentive(self):
        "Shown on line and paper, stored, and asked at the checkout"
        with at_till() as branch:
            pool = Pool()
            Basket = pool.get('aid.basket')
            Group = pool.get('aid.food.group')
            Incentive = pool.get('aid.price.incentive')
            Paper = pool.get('aid.basket.paper', type='report')
            rule(rate=D('0.1'))
            pulses, bread, fruit = give(
                branch, {'family': 'pulses', 'net_weight': 20},
                {'family': 'bread', 'net_weight': 20},
                {'family': 'fruit_vegetables', 'net_weight': 20})
            give_free(branch, 'canned', 20)
            session = open_session(branch)
            household = create_household(branch)

            def basket():
                basket = basket_of(
                    session, household, (pulses, 0.1), (bread, 4),
                    (fruit, 4), (family('canned').product, 2))
                basket.on_change_lines()
                return basket, {
                    l.product.family.code: l for l in basket.lines}

            plain, lines = basket()
            asked = {code: l.asked for code, l in lines.items()}
            self.assertFalse(any(l.promotion for l in lines.values()))
            Incentive.create([{
                        'branch': branch.id,
                        'food_group': Group.search([
                                ('code', '=', code)])[0].id,
                        'factor': D('0.4'),
                        'valid_to': branch.today(),
                        } for code in ['PU', 'FV']])
            less, lines = basket()
            self.assertEqual(lines['pulses'].promotion, D('0.6'))
            self.assertIn('60', lines['pulses'].promotion_words)
            value = lines['pulses'].market_value
            self.assertEqual(
                lines['pulses'].asked,
                (value * D('0.04')).quantize(D('0.01'), ROUND_HALF_UP))
            self.assertLess(lines['pulses'].asked, asked['pulses'])
            # More than the floor of it: only that part is cheaper
            self.assertLess(lines['fruit_vegetables'].promotion, D('0.6'))
            self.assertGreater(lines['fruit_vegetables'].promotion, 0)
            self.assertEqual(lines['bread'].asked, asked['bread'])
            self.assertIsNone(lines['bread'].promotion)
            self.assertEqual(
                (lines['canned'].asked, lines['canned'].promotion,
                    lines['canned'].rule), (D(0), None, 'always_free'))

            less.save()
            Basket.checkout([less])
            less = Basket(less.id)
            stored = {l.product.family.code: l for l in less.lines}
            self.assertEqual(
                stored['pulses'].asked, lines['pulses'].asked)
            self.assertEqual(stored['pulses'].rule, 'promotion')
            paper = Paper._paper(less)
            self.assertIn('60', ' '.join(l['note'] for l in paper['charged']))
            self.assertLess(less.asked, plain.asked)

    @with_transaction()
    def test_off(self):
        "Where no branch has any, a till pays nothing for it"
        with at_till() as branch:
            Incentive = Pool().get('aid.price.incentive')
            self.assertEqual(Incentive.factors(branch, branch.today()), {})
            with count_statements() as statements:
                Incentive.factors(branch, branch.today())
            self.assertFalse(list(statements))
