import datetime as dt
import unittest

from trytond.model.exceptions import AccessError
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction

from aid_lot.exceptions import (
    InsufficientQuantityError, LotLineageError, RepackingError)
from aid_lot.tests.goods import (
    create_company, family, hand_over, make_branch, make_lot, receive,
    set_company, source)

TODAY = dt.date.today()
DAY = dt.timedelta(days=1)
USE_BY = 'shelf_life_expiration_date'


class RepackingTestCase(unittest.TestCase):
    "Goods that change their shape keep where they come from"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_lot')

    def repack(self, branch, inputs, outputs):
        Repacking = Pool().get('aid.repacking')
        repacking, = Repacking.create([{
                    'branch': branch.id,
                    'date': TODAY,
                    'inputs': [('create', [{
                                    'lot': lot.id,
                                    'location': branch.storage.id,
                                    'quantity': quantity,
                                    **values,
                                    } for lot, quantity, values in inputs])],
                    'outputs': [('create', [{
                                    'product': family(code).product.id,
                                    'quantity': quantity,
                                    **values,
                                    } for code, quantity, values
                                in outputs])],
                    }])
        return repacking

    def left(self, *lots):
        OnHand = Pool().get('aid.lot.on_hand')
        return [
            sum(r.quantity for r in OnHand.search([('lot', '=', lot.id)]))
            for lot in lots]

    @with_transaction()
    def test_merge(self):
        "Two crates and some that was spilled become one bag"
        pool = Pool()
        OnHand = pool.get('aid.lot.on_hand')
        Party = pool.get('party.party')
        Reason = pool.get('aid.disposal.reason')
        Repacking = pool.get('aid.repacking')
        spilled, = Reason.search([('code', '=', 'damaged')])
        with set_company(create_company()):
            branch = make_branch()
            shop, = Party.create([{'name': "Shop"}])
            given = make_lot(
                supply_source=source('shop_collection').id, donor=shop.id,
                expiration_date=TODAY + 9 * DAY, label_lot='A')
            funded = make_lot(
                supply_source=source('fse').id, donor=shop.id,
                expiration_date=TODAY + 30 * DAY, label_lot='B')
            for lot in [given, funded]:
                receive(lot, 10, branch.storage)
            repacking = self.repack(branch, [
                    (given, 6, {'lost': 1, 'reason': spilled.id}),
                    (funded, 4, {}),
                    ], [('dry_starch', 3, {}), ('dry_starch', 6, {})])
            self.assertEqual(repacking.unaccounted, 0)

            Repacking.do([repacking])

            small, large = [o.lot for o in repacking.outputs]
            self.assertEqual(
                self.left(given, funded, small, large), [4, 6, 3, 6])
            self.assertEqual(large.supply_source, source('fse'))
            self.assertEqual(large.expiration_date, TODAY + 9 * DAY)
            self.assertIsNone(large.label_lot)
            self.assertEqual(large.donor, shop)
            self.assertEqual(
                {p.parent: p.quantity for p in large.parents},
                {given: 3.333333, funded: 2.666667})
            disposal = repacking.inputs[0].disposal
            self.assertEqual(
                [(l.lot, l.quantity) for l in disposal.lines], [(given, 1)])
            self.assertEqual(OnHand.differences(), [])
            with self.assertRaises(RepackingError):
                Repacking.do([repacking])
            with self.assertRaises(AccessError):
                Repacking.delete([repacking])

            Repacking.cancel([repacking])

            self.assertEqual(
                self.left(given, funded, small, large), [10, 10, 0, 0])
            self.assertEqual(disposal.state, 'cancelled')
            self.assertFalse(large.__class__(large.id).parents)
            self.assertEqual(OnHand.differences(), [])

    @with_transaction()
    def test_made_of(self):
        "What went in is known however often goods are repacked"
        pool = Pool()
        MadeOf = pool.get('aid.lot.made_of')
        Repacking = pool.get('aid.repacking')
        with set_company(create_company()):
            branch = make_branch()
            rice, oil = make_lot('dry_starch'), make_lot('fats')
            for lot in [rice, oil]:
                receive(lot, 10, branch.storage)
            same = self.repack(
                branch, [(rice, 2, {})], [('dry_starch', 2, {})])
            mixed = self.repack(
                branch, [(rice, 2, {}), (oil, 1, {})],
                [('dry_starch', 3, {})])
            Repacking.do([same, mixed])
            bag = mixed.outputs[0].lot
            again = self.repack(
                branch, [(bag, 3, {})], [('sweet_salty', 3, {})])
            Repacking.do([again])

            last = again.outputs[0].lot
            both = {rice.product, oil.product}
            self.assertEqual(
                MadeOf.products_of([
                        rice, same.outputs[0].lot, bag, last]),
                {bag: both, last: both})
            self.assertEqual(
                MadeOf.on_shelf(branch, [last.product, rice.product]),
                {last.product: both})
            Repacking.cancel([again])
            self.assertEqual(MadeOf.products_of([bag, last]), {bag: both})

    @with_transaction()
    def test_cancel_too_late(self):
        "What has left cannot be put back into its bag"
        Repacking = Pool().get('aid.repacking')
        with set_company(create_company()):
            branch = make_branch()
            bag = make_lot()
            receive(bag, 5, branch.storage)
            repacking = self.repack(
                branch, [(bag, 5, {})], [('dry_starch', 5, {})])
            Repacking.do([repacking])
            hand_over(repacking.outputs[0].lot, 1, branch.storage)
            with self.assertRaises(InsufficientQuantityError):
                Repacking.cancel([repacking])

    @with_transaction()
    def test_refused(self):
        Repacking = Pool().get('aid.repacking')
        with set_company(create_company()):
            branch = make_branch()
            bag = make_lot(expiration_date=TODAY + DAY)
            receive(bag, 5, branch.storage)
            rice = 'dry_starch'
            for inputs, outputs, error, said in [
                    ([(bag, 5, {})], [], RepackingError, "add what"),
                    ([], [(rice, 5, {})], RepackingError, "add what"),
                    ([(bag, 5, {})], [(rice, 6, {})], RepackingError,
                        "1.000 kg more"),
                    ([(bag, 5, {})], [(rice, 4.5, {})], RepackingError,
                        "0.500 kg are missing"),
                    ([(bag, 6, {})], [(rice, 6, {})],
                        InsufficientQuantityError, bag.number),
                    ([(bag, 5, {})], [(rice, 5, {'date': TODAY + 2 * DAY})],
                        RepackingError, "cannot last longer"),
                    ]:
                repacking = self.repack(branch, inputs, outputs)
                with self.subTest(said=said), \
                        self.assertRaises(error) as caught:
                    Repacking.do([repacking])
                self.assertIn(said, caught.exception.message)
            self.assertEqual(self.left(bag), [5])

    @with_transaction()
    def test_freeze(self):
        "Chilled goods are frozen before their use-by, where one may"
        Repacking = Pool().get('aid.repacking')
        with set_company(create_company()):
            branch = make_branch()
            meat = make_lot('meat_fish_eggs', **{USE_BY: TODAY})
            receive(meat, 5, branch.storage)
            later = TODAY + 90 * DAY
            frozen = {'frozen': True, 'date': later}

            repacking = self.repack(
                branch, [(meat, 5, {})], [('frozen', 5, frozen)])
            with self.assertRaises(RepackingError):
                Repacking.do([repacking])
            branch.freezes = True
            branch.save()
            Repacking.do([repacking])

            lot = repacking.outputs[0].lot
            self.assertIsNone(lot.shelf_life_expiration_date)
            self.assertEqual(lot.expiration_date, later)
            self.assertEqual([p.parent for p in lot.parents], [meat])

            past = make_lot('meat_fish_eggs', **{USE_BY: TODAY})
            receive(past, 5, branch.storage)
            past.shelf_life_expiration_date = TODAY - DAY
            past.save()
            for code, values in [
                    ('frozen', frozen), ('meat_fish_eggs', {})]:
                with self.assertRaises(RepackingError):
                    Repacking.do([self.repack(
                                branch, [(past, 5, {})],
                                [(code, 5, values)])])

    @with_transaction()
    def test_cycle(self):
        "Nothing comes out of itself"
        Parent = Pool().get('aid.lot.parent')
        with set_company(create_company()):
            lots = [make_lot() for _ in range(4)]
            steps = [{
                    'lot': lot.id,
                    'parent': parent.id,
                    'quantity': 1,
                    'date': TODAY,
                    } for parent, lot in zip(lots, lots[1:])]
            Parent.create(steps)
            with self.assertRaises(LotLineageError):
                Parent.create([{
                            **steps[0],
                            'lot': lots[0].id,
                            'parent': lots[3].id,
                            }])
