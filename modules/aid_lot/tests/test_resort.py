import datetime as dt
import unittest

from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction

from aid_lot.exceptions import MakerLotError, ResortError
from aid_lot.resort import Sorted, resort
from aid_lot.tests.goods import (
    create_company, family, make_branch, make_lot, make_move, place, receive,
    set_company, source)

TODAY = dt.date.today()
DAY = dt.timedelta(days=1)


class ResortTestCase(unittest.TestCase):
    "Crates of mixed dates, and goods without one"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_lot')

    def row(self, lot):
        OnHand = Pool().get('aid.lot.on_hand')
        row, = OnHand.search([('lot', '=', lot.id)])
        return row

    @with_transaction()
    def test_resort(self):
        pool = Pool()
        Disposal = pool.get('aid.disposal')
        Move = pool.get('stock.move')
        OnHand = pool.get('aid.lot.on_hand')
        Party = pool.get('party.party')
        with set_company(create_company()):
            branch = make_branch()
            shop, = Party.create([{'name': "Shop"}])
            yoghurts = make_lot(
                'dairy', shelf_life_expiration_date=TODAY, label_lot='A1',
                supply_source=source('shop_collection').id, donor=shop.id)
            tins = make_lot('canned', expiration_date=TODAY - DAY)
            apples = make_lot('fruit_vegetables')
            for lot in [yoghurts, tins, apples]:
                receive(lot, 10, branch.storage)
            yoghurts.shelf_life_expiration_date = TODAY - DAY
            yoghurts.save()
            self.assertEqual(self.row(yoghurts).freshness, 'past')

            for past, date in [
                    (11, TODAY + DAY), (4, None), (4, TODAY - DAY)]:
                with self.assertRaises(ResortError):
                    resort([Sorted(self.row(yoghurts), past, date)])

            new, = resort([
                    Sorted(self.row(yoghurts), 4, TODAY + 3 * DAY),
                    Sorted(self.row(tins), 10),
                    Sorted(self.row(apples), 1)])

            self.assertEqual(new.shelf_life_expiration_date, TODAY + 3 * DAY)
            self.assertEqual(new.supply_source, yoghurts.supply_source)
            self.assertEqual(new.donor, shop)
            self.assertEqual(new.label_lot, 'A1')
            self.assertEqual(new.net_weight, 6)
            self.assertIsNone(new.refusal(TODAY))
            parent, = new.parents
            self.assertEqual(
                (parent.parent, parent.quantity, parent.date),
                (yoghurts, 6, TODAY))
            self.assertEqual(
                {m.lot for m in Move.search([('origin', '=', str(parent))])},
                {yoghurts, new})
            self.assertEqual(
                [self.row(l).quantity for l in [yoghurts, tins, apples, new]],
                [0, 0, 9, 6])
            disposal, = Disposal.search([])
            self.assertEqual(disposal.weight, 15)
            self.assertEqual(
                {l.reason.code for l in disposal.lines}, {'past_date'})
            self.assertEqual(OnHand.differences(), [])

    @with_transaction()
    def test_look_again(self):
        "Goods without date ask to be looked at, and stop nothing"
        OnHand = Pool().get('aid.lot.on_hand')
        with set_company(create_company()):
            branch = make_branch()
            term, = family('fruit_vegetables').terms
            days = dt.timedelta(days=term.look_again_after)
            old = make_lot('fruit_vegetables', looked_on=TODAY - days)
            fresh = make_lot('fruit_vegetables', looked_on=TODAY)
            soap = make_lot('hygiene', looked_on=TODAY - 400 * DAY)
            for lot in [old, fresh, soap]:
                receive(lot, 1, branch.storage)

            def to_look(value=True):
                return {
                    r.lot for r in OnHand.search(
                        [('look_again', '=', value)])}

            self.assertEqual(to_look(), {old})
            self.assertEqual(to_look(False), {fresh, soap})
            self.assertEqual(self.row(old).freshness, 'look')
            self.assertIn(old.number, old.look_again(TODAY))
            self.assertIsNone(old.refusal(TODAY))
            self.assertIsNone(fresh.look_again(TODAY))
            self.assertIsNone(soap.look_again(TODAY))

            OnHand.looked([self.row(old)])

            self.assertEqual(to_look(), set())
            self.assertIsNone(old.look_again(TODAY))

    @with_transaction()
    def test_baby_food(self):
        "Past its best-before by a day, baby food stays"
        with set_company(create_company()):
            make_branch()
            lot = make_lot('baby_food', expiration_date=TODAY)
            self.assertIsNone(lot.refusal(TODAY))
            self.assertTrue(lot.refusal(TODAY + DAY))

    @with_transaction()
    def test_maker_lot(self):
        "Reg. 931/2011: animal products go to another body with their lot"
        pool = Pool()
        Disposal = pool.get('aid.disposal')
        Party = pool.get('party.party')
        Reason = pool.get('aid.disposal.reason')
        Shipment = pool.get('stock.shipment.out')
        Move = pool.get('stock.move')
        with set_company(create_company()):
            branch = make_branch()
            partner, = Party.create(
                [{'name': "Partner", 'addresses': [('create', [{}])]}])
            dairy = make_lot(
                'dairy', shelf_life_expiration_date=TODAY + 9 * DAY)
            bread = make_lot('bread')
            for lot in [dairy, bread]:
                receive(lot, 5, branch.storage)
            shipment, = Shipment.create([{
                        'company': branch.company.id,
                        'customer': partner.id,
                        'delivery_address': partner.addresses[0].id,
                        'warehouse': branch.warehouse.id,
                        'warehouse_storage': branch.storage.id,
                        'warehouse_output': branch.storage.id,
                        }])
            moves = [
                make_move(
                    lot, 1, branch.storage, place('customer'),
                    shipment=shipment)
                for lot in [dairy, bread]]
            with self.assertRaises(MakerLotError) as caught:
                Move.do(moves)
            self.assertIn(dairy.number, str(caught.exception))
            self.assertNotIn(bread.number, str(caught.exception))
            passed_on, = Reason.search([('code', '=', 'passed_on')])
            with self.assertRaises(MakerLotError):
                Disposal.dispose(
                    branch, [(dairy, branch.storage, 1)], passed_on)

            dairy.label_lot = 'A1'
            dairy.save()

            Move.do(Move.browse(moves))
            Disposal.dispose(branch, [(dairy, branch.storage, 1)], passed_on)
            self.assertEqual(self.row(dairy).quantity, 3)
