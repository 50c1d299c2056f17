import unittest
from decimal import Decimal as D
from unittest.mock import patch

from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction

from aid_basket import bilan, cash

from .till import (
    TillTestCase, at_till, basket_of, create_household, give, open_session,
    rule)


class PlainTestCase(unittest.TestCase):
    "Arithmetic of the end of the day"

    def test_cash_by_coin(self):
        self.assertEqual(cash.total([]), 0)
        self.assertEqual(
            cash.total([(D('0.50'), 3), (D(20), 1), (D(5), None)]),
            D('21.50'))

    def test_small_counts_are_not_shown(self):
        self.assertEqual(bilan.shown_count(10, 10), 10)
        self.assertIsNone(bilan.shown_count(9, 10))
        self.assertEqual(bilan.shown_count(0, 10), 0)

    def test_meals(self):
        self.assertEqual(bilan.meals(12.3, 0.5), 24)
        self.assertIsNone(bilan.meals(12.3, None))


def printed(session, name, report):
    "The text of a report of *session*"
    pool = Pool()
    Report = pool.get(name, type='report')
    action_id = pool.get('ir.action').get_action_id(
        pool.get('ir.model.data').get_id('aid_basket', report))
    with patch('aid_basket.bilan.can_pdf', return_value=False):
        _, content, _, _ = Report.execute([session.id], {
                'model': 'aid.distribution.session',
                'action_id': action_id})
    return content if isinstance(content, str) else content.decode()


class ClosingTestCase(TillTestCase):
    "The end of the day of a branch"

    def wizard(self, name, record):
        Wizard = Pool().get(name, type='wizard')
        session_id, _, _ = Wizard.create()
        wizard = Wizard(session_id)
        wizard.record = record
        wizard.model = type(record)
        return wizard

    @with_transaction()
    def test_bilan(self):
        "The sheet of the day adds up all tills and names nobody"
        with at_till() as branch:
            Basket = Pool().get('aid.basket')
            Rule = Pool().get('aid.distribution.rule')
            rule()
            bread, soap = give(
                branch, {'family': 'bread', 'net_weight': 20},
                {'family': 'hygiene', 'net_weight': 5})
            households = [create_household(branch) for _ in range(3)]
            tills = [open_session(branch), open_session(branch, till='2')]
            baskets = [
                basket_of(tills[i % 2], household, (bread, 2), (soap, 1))
                for i, household in enumerate([*households, households[0]])]
            Basket.checkout(baskets)

            day = bilan.day_of(branch, branch.today())
            self.assertEqual(day['kg'], 12)
            self.assertEqual(day['meals'], 16)
            self.assertEqual(
                sorted(kg for _, kg in day['families']), [4, 8])
            self.assertEqual(day['donors'], [bread.donor.name])
            self.assertNotIn('3', day['households'])
            text = printed(
                tills[0], 'aid.distribution.bilan', 'report_bilan')
            for household in households:
                self.assertNotIn(household.code, text)
                self.assertNotIn(household.till_name, text)
            self.assertIn('<svg', text)

            Rule.create([{'branch': branch.id, 'smallest_count': 3}])
            day = bilan.day_of(branch, branch.today())
            self.assertEqual(day['households'], '3')
