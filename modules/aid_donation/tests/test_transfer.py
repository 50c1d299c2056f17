import datetime as dt
import unittest
from contextlib import contextmanager

from trytond.model.exceptions import AccessError
from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction, check_access

from aid_branch.tests.network import create_network, create_user
from aid_donation.exceptions import TransferError
from aid_lot.exceptions import InsufficientQuantityError

from .gifts import make_donation


class TransferTestCase(unittest.TestCase):
    "Goods that go from a branch to another"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_donation', 'en')

    @contextmanager
    def bread(self):
        "Two branches, and bread in the first"
        pool = Pool()
        Donation = pool.get('aid.donation')
        OnHand = pool.get('aid.lot.on_hand')
        self.network = network = create_network()
        self.here, self.there = network['grocery'], network['other']
        with set_company(network['company']):
            donation = make_donation(
                [{'family': 'bread', 'net_weight': 10}],
                branch=self.here.id)
            Donation.receive([donation])
            self.lot, = donation.lots
            self.on_hand, = OnHand.in_branch(self.here)
            yield

    def prepare(self, quantity=4, **values):
        Start = Pool().get('aid.transfer.start')
        Line = Pool().get('aid.transfer.start.line')
        return Start(
            from_branch=values.get('from_branch', self.here),
            to_branch=values.get('to_branch', self.there),
            lines=[Line(
                    on_hand=self.on_hand, unit=self.on_hand.unit,
                    quantity=quantity)]).prepare()

    def on_hand_in(self, branch):
        OnHand = Pool().get('aid.lot.on_hand')
        return {o.lot: o.quantity for o in OnHand.in_branch(branch)}

    @with_transaction()
    def test_pallet(self):
        "A pallet is sent with what is still there, and stands where it came"
        pool = Pool()
        Pallet = pool.get('aid.pallet')
        Wizard = pool.get('aid.transfer', type='wizard')
        with self.bread():
            pallet, = Pallet.create([{
                        'branch': self.here.id,
                        'location': self.here.storage.id,
                        'lines': [('create', [
                                    {'lot': self.lot.id, 'quantity': 12}])],
                        }])

            def put_on_transfer():
                with Transaction().set_context(
                        active_model='aid.pallet', active_id=pallet.id,
                        active_ids=[pallet.id]):
                    session, start, _ = Wizard.create()
                    view = Wizard.execute(session, {}, start)['view']
                    line, = view['defaults']['lines']
                    self.assertEqual(line['quantity'], 10)
                    return Wizard.execute(session, {'start': {
                                'from_branch': self.here.id,
                                'to_branch': self.there.id,
                                'lines': [{
                                        name: value for name, value
                                        in line.items() if '.' not in name}],
                                }}, 'create_')
            put_on_transfer()
            shipment = pallet.transfer
            shipment.cancel([shipment])
            self.assertIsNone(Pallet(pallet.id).transfer)
            result = put_on_transfer()
            pallet = Pallet(pallet.id)
            (_, data), = result['actions']
            shipment = pallet.transfer
            self.assertEqual(data['res_id'], [shipment.id])
            shipment.send([shipment])
            self.assertEqual(pallet.branch, self.here)
            shipment.accept([shipment])
            pallet = Pallet(pallet.id)
            self.assertEqual(
                (pallet.branch, pallet.location, pallet.transfer),
                (self.there, None, None))
            self.assertEqual(self.on_hand_in(self.there), {self.lot: 10})

    @with_transaction()
    def test_goods_of_another_branch_are_out_of_reach(self):
        "Whatever branch a client names: it must see the goods"
        with self.bread():
            user = create_user('there', [self.there], ['group_warehouse'])
            with Transaction().set_user(user.id), self.assertRaises(
                    AccessError):
                self.prepare()

    @with_transaction()
    def test_lot_travels(self):
        "The lot stays the same lot and keeps its donor and source"
        pool = Pool()
        Shipment = pool.get('stock.shipment.internal')
        OnHand = pool.get('aid.lot.on_hand')
        Lot = pool.get('stock.lot')
        with self.bread():
            before = Lot.read([self.lot.id], [
                    'donor', 'supply_source', 'donation_line', 'number'])
            transfer = self.prepare()
            self.assertEqual(self.on_hand_in(self.here), {self.lot: 10})
            Shipment.send([transfer])
            self.assertEqual(transfer.state, 'shipped')
            self.assertEqual(self.on_hand_in(self.here), {self.lot: 6})
            self.assertEqual(self.on_hand_in(self.there), {})
            Shipment.accept([transfer])
            self.assertEqual(transfer.state, 'done')
            self.assertEqual(self.on_hand_in(self.here), {self.lot: 6})
            self.assertEqual(self.on_hand_in(self.there), {self.lot: 4})
            self.assertEqual(OnHand.differences(), [])
            self.assertEqual(Lot.search([], count=True), 1)
            self.assertEqual(
                Lot.read([self.lot.id], [
                        'donor', 'supply_source', 'donation_line', 'number']),
                before)

    @with_transaction()
    def test_both_ends_see_all_of_it(self):
        "Whoever receives opens the transfer and its lots, a third does not"
        pool = Pool()
        Shipment = pool.get('stock.shipment.internal')
        Branch = pool.get('aid.branch')
        with self.bread():
            third, = Branch.create([{
                        'name': "Third", 'code': 'T', 'kind': 'site',
                        'company': self.network['company'].id,
                        'parent': self.network['national'].id,
                        }])
            keeper = create_user('keeper', [self.here], ['group_warehouse'])
            getter = create_user('getter', [self.there], ['group_warehouse'])
            stranger = create_user('stranger', [third], ['group_warehouse'])
            transfer = self.prepare()
            names = [
                'rec_name', 'from_branch.rec_name', 'to_branch.rec_name',
                'moves.rec_name', 'outgoing_moves.lot.rec_name',
                'incoming_moves.lot.rec_name',
                'incoming_moves.lot.donor.rec_name',
                'incoming_moves.lot.donation_number']
            with Transaction().set_user(keeper.id), check_access():
                Shipment.send([Shipment(transfer.id)])
            with Transaction().set_user(getter.id), check_access():
                Shipment.read([transfer.id], names)
                Shipment.accept([Shipment(transfer.id)])
                row, = Shipment.read([transfer.id], names)
                self.assertEqual(
                    row['incoming_moves.'][0]['lot.']['rec_name'],
                    self.lot.rec_name)
            with Transaction().set_user(stranger.id), check_access():
                self.assertEqual(Shipment.search([]), [])
            self.assertEqual(self.on_hand_in(self.there), {self.lot: 4})

    @with_transaction()
    def test_wizard_from_on_hand(self):
        "Rows chosen in the list of what is on hand are proposed"
        pool = Pool()
        Wizard = pool.get('aid.transfer', type='wizard')
        with self.bread():
            session_id, start, _ = Wizard.create()
            with Transaction().set_context(
                    active_model='aid.lot.on_hand',
                    active_id=self.on_hand.id,
                    active_ids=[self.on_hand.id]):
                view = Wizard.execute(session_id, {}, start)['view']
                line, = view['defaults']['lines']
                self.assertEqual(line['quantity'], 10)
                self.assertEqual(view['defaults']['from_branch'], self.here.id)
                (action, data), = Wizard.execute(session_id, {'start': {
                            'from_branch': self.here.id,
                            'to_branch': self.there.id,
                            'lines': [{
                                    'on_hand': self.on_hand.id,
                                    'unit': self.on_hand.unit.id,
                                    'quantity': 3,
                                    }],
                            }}, 'create_')['actions']
            self.assertEqual(action['res_model'], 'stock.shipment.internal')
            Shipment = pool.get('stock.shipment.internal')
            transfer = Shipment(data['res_id'][0])
            self.assertEqual(transfer.from_branch, self.here)
            self.assertEqual(transfer.to_branch, self.there)
            self.assertEqual([m.quantity for m in transfer.moves], [3])

    @with_transaction()
    def test_refused(self):
        "What cannot be sent or taken in says why and changes nothing"
        pool = Pool()
        Shipment = pool.get('stock.shipment.internal')
        Company = pool.get('company.company')
        Party = pool.get('party.party')
        with self.bread():
            with self.subTest("more than there is"):
                transfer = self.prepare(quantity=11)
                with self.assertRaisesRegex(
                        InsufficientQuantityError, self.lot.number):
                    Shipment.send([transfer])
            with self.subTest("of another branch"):
                with self.assertRaisesRegex(TransferError, self.lot.number):
                    self.prepare(from_branch=self.there, to_branch=self.here)
            with self.subTest("empty"):
                transfer = self.prepare()
                pool.get('stock.move').delete(transfer.moves)
                with self.assertRaises(TransferError):
                    Shipment.send([Shipment(transfer.id)])
            with self.subTest("twice"):
                transfer = self.prepare()
                with self.assertRaises(TransferError):
                    Shipment.accept([transfer])
                Shipment.send([transfer])
                with self.assertRaises(TransferError):
                    Shipment.send([transfer])
                Shipment.accept([transfer])
                with self.assertRaises(TransferError):
                    Shipment.accept([transfer])
            with self.subTest("another body"):
                party, = Party.create([{'name': "Other body"}])
                company, = Company.create([{
                            'party': party.id,
                            'currency': self.here.company.currency.id,
                            }])
                Branch = pool.get('aid.branch')
                foreign, = Branch.create([{
                            'name': "Foreign", 'code': 'F', 'kind': 'site',
                            'company': company.id,
                            }])
                transfer = self.prepare(quantity=1, to_branch=foreign)
                with self.assertRaisesRegex(TransferError, "Foreign"):
                    Shipment.send([transfer])

    @with_transaction()
    def test_past_use_by_stays(self):
        "Goods past their use-by are not sent to another branch"
        pool = Pool()
        Donation = pool.get('aid.donation')
        OnHand = pool.get('aid.lot.on_hand')
        Shipment = pool.get('stock.shipment.internal')
        with self.bread():
            yesterday = self.here.today() - dt.timedelta(1)
            donation = make_donation([{
                        'family': 'dairy', 'net_weight': 2,
                        'use_by': yesterday,
                        }], branch=self.here.id, received_on=yesterday)
            Donation.receive([donation])
            lot, = donation.lots
            self.on_hand, = OnHand.search([('lot', '=', lot.id)])
            transfer = self.prepare(quantity=1)
            with self.assertRaisesRegex(TransferError, lot.number):
                Shipment.send([transfer])
