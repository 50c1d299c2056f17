import datetime as dt
import unittest
from decimal import Decimal as D

from trytond.model.exceptions import AccessError
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction

from aid_lot.exceptions import DisposalStateError, InsufficientQuantityError
from aid_lot.tests.goods import (
    create_company, make_branch, make_lot, receive, set_company)

TODAY = dt.date.today()
DAY = dt.timedelta(days=1)


class DisposalTestCase(unittest.TestCase):
    "Goods that nobody eats leave with a reason"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_lot')

    def reason(self, code):
        Reason = Pool().get('aid.disposal.reason')
        found, = Reason.search([('code', '=', code)])
        return found

    def left(self, lot):
        OnHand = Pool().get('aid.lot.on_hand')
        return sum(r.quantity for r in OnHand.search([('lot', '=', lot.id)]))

    @with_transaction()
    def test_dispose(self):
        pool = Pool()
        Disposal = pool.get('aid.disposal')
        Move = pool.get('stock.move')
        with set_company(create_company()):
            branch = make_branch()
            past = make_lot(
                'dairy', shelf_life_expiration_date=TODAY + DAY)
            lots = [past] + [make_lot() for _ in range(99)]
            for lot in lots:
                receive(lot, 2, branch.storage)
            past.shelf_life_expiration_date = TODAY - DAY
            past.save()

            disposal = Disposal.dispose(
                branch, [(lot, branch.storage, 1.5) for lot in lots],
                self.reason('spoiled'), on=TODAY - DAY)

            self.assertEqual(disposal.state, 'done')
            self.assertEqual(disposal.weight, 150)
            worth = past.product.market_values([past.product], TODAY - DAY)
            each = worth[past.product] * D('1.5')
            self.assertEqual(
                disposal.lines[0].value, disposal.currency.round(each))
            self.assertGreater(disposal.value, 100)
            self.assertEqual({l.fate for l in disposal.lines}, {'compost'})
            moves = Move.search([('origin', '=', str(disposal))])
            self.assertEqual(len(moves), 100)
            self.assertEqual(
                {(m.state, m.effective_date) for m in moves},
                {('done', TODAY - DAY)})
            self.assertEqual(self.left(past), 0.5)
            with self.assertRaises(DisposalStateError):
                Disposal.do([disposal])

            Disposal.cancel([disposal])
            self.assertEqual(disposal.state, 'cancelled')
            self.assertEqual(self.left(past), 2)
            self.assertEqual(pool.get('aid.lot.on_hand').differences(), [])
            with self.assertRaises(DisposalStateError):
                Disposal.cancel([disposal])
            with self.assertRaises(AccessError):
                Disposal.delete([disposal])

    @with_transaction()
    def test_refused(self):
        Disposal = Pool().get('aid.disposal')
        with set_company(create_company()):
            branch = make_branch()
            lot = make_lot()
            receive(lot, 2, branch.storage)
            reason = self.reason('surplus')
            self.assertIsNone(
                Disposal.dispose(branch, [(lot, branch.storage, 0)], reason))
            with self.assertRaises(InsufficientQuantityError):
                Disposal.dispose(branch, [(lot, branch.storage, 3)], reason)
            with self.assertRaises(DisposalStateError):
                Disposal.dispose(
                    branch, [(lot, branch.storage, 1)], reason,
                    on=TODAY + 2 * DAY)
