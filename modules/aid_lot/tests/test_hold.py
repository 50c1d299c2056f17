import datetime as dt
import unittest

from trytond import backend
from trytond.model.exceptions import AccessError
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from aid_branch.tests.statements import count_statements
from aid_lot.exceptions import HoldError, LotRefusedError
from aid_lot.tests.goods import (
    create_company, hand_over, make_branch, make_lot, make_move, receive,
    set_company)

TODAY = dt.date.today()


class HoldTestCase(unittest.TestCase):
    "Goods that nobody may use"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_lot')

    @with_transaction()
    def test_stop(self):
        "Nothing leaves; goods may be put aside, and released by another one"
        pool = Pool()
        Disposal = pool.get('aid.disposal')
        Hold = pool.get('aid.lot.hold')
        Move = pool.get('stock.move')
        Reason = pool.get('aid.disposal.reason')
        recalled, = Reason.search([('code', '=', 'recalled')])
        with set_company(create_company()):
            branch, other = make_branch(), make_branch('B2')
            lot = make_lot()
            receive(lot, 5, branch.storage)

            hold = Hold.stop([lot], "Smells of petrol")

            self.assertIn("petrol", lot.refusal(TODAY))
            with self.assertRaises(LotRefusedError):
                hand_over(lot, 1, branch.storage)
            with self.assertRaises(LotRefusedError):
                Move.do([make_move(lot, 1, branch.storage, other.storage)])
            Move.do([make_move(lot, 1, branch.storage, branch.quarantine)])

            with self.assertRaises(HoldError):
                Hold.release([hold])
            hold.release_reason = "It was the shelf"
            hold.save()
            hold.held_at -= dt.timedelta(hours=1)
            hold.held_by = self.somebody()
            hold.save()
            with Transaction().set_user(hold.held_by.id):
                with self.assertRaises(HoldError):
                    Hold.release(Hold.browse([hold.id]))
                with self.assertRaises(HoldError):
                    Disposal.dispose(
                        branch, [(lot, branch.storage, 1)], recalled)
            Hold.release([hold])

            self.assertIsNone(lot.refusal(TODAY))
            hand_over(lot, 1, branch.storage)
            with self.assertRaises(HoldError):
                Hold.release([hold])
            with self.assertRaises(AccessError):
                Hold.delete([hold])

    def somebody(self):
        User = Pool().get('res.user')
        user, = User.create([{'name': "Ada", 'login': 'ada'}])
        return user

    @with_transaction()
    def test_two_holds(self):
        "Released by one, still held by the other"
        Hold = Pool().get('aid.lot.hold')
        with set_company(create_company()):
            lots = [make_lot() for _ in range(2)]
            first = Hold.stop(lots, "Label")
            second = Hold.stop(lots[:1], "Recall")
            for hold in [first, second]:
                hold.release_reason = "Seen"
                hold.save()
            Hold.release([first])
            self.assertEqual([l.hold for l in lots], [second, None])
            Hold.release([second])
            self.assertEqual([l.hold for l in lots], [None, None])

    @unittest.skipUnless(
        backend.name == 'sqlite', "counts the statements of SQLite")
    @with_transaction()
    def test_statements(self):
        "A thousand lots in at most ten statements"
        pool = Pool()
        Hold = pool.get('aid.lot.hold')
        Lot = pool.get('stock.lot')
        with set_company(create_company()):
            model = make_lot()
            lots = Lot.create([{
                        'product': model.product.id,
                        'supply_source': model.supply_source.id,
                        'number': f'X{n}',
                        } for n in range(1000)])
            # What a server that runs knows already
            Hold.stop([model], "Label")
            with count_statements() as statements:
                hold = Hold.stop(Lot.browse(lots), "Recall")
            self.assertLessEqual(len(statements), 10)
            self.assertEqual({lot.hold for lot in Lot.browse(lots)}, {hold})
            self.assertEqual(len(hold.lots), 1000)
