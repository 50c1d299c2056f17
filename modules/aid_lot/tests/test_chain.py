import datetime as dt
import unittest
from collections import defaultdict

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trytond import backend
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from aid_branch.tests.statements import count_statements
from aid_lot import chain
from aid_lot.tests.goods import (
    create_company, hand_over, make_branch, make_lot, make_move, receive,
    set_company, throw_away)

TODAY = dt.date.today()

#: (newer lot, older lot) by their place in a list of seven
LINKS = st.lists(
    st.tuples(st.integers(1, 6), st.integers(0, 5)).filter(
        lambda pair: pair[0] > pair[1]),
    max_size=10, unique=True)
MOVES = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.sampled_from(['receive', 'hand_over', 'throw_away', 'send']),
        st.integers(1, 4)),
    max_size=12)


def walk(roots, links, forwards):
    "The obvious way: step by step, one link after the other"
    reached = set(roots)
    grown = True
    while grown:
        grown = False
        for lot, parent in links:
            near, far = (parent, lot) if forwards else (lot, parent)
            if near in reached and far not in reached:
                reached.add(far)
                grown = True
    return reached


class KindTestCase(unittest.TestCase):
    "What a move between two places is"

    def test_kind_of(self):
        for out_of, into, expected in [
                ('supplier', 'storage', 'received'),
                ('storage', 'supplier', 'given_back'),
                ('storage', 'customer', 'handed_over'),
                ('customer', 'storage', 'returned'),
                ('storage', 'storage', 'moved'),
                ('storage', 'transit', 'sent'),
                ('transit', 'storage', 'arrived'),
                ('storage', 'disposal', 'disposed'),
                ('disposal', 'storage', 'found'),
                ('lost_found', 'storage', 'found'),
                ('storage', 'lost_found', 'lost'),
                ('storage', 'sorting', 'used'),
                ('sorting', 'storage', 'made'),
                ('supplier', 'customer', None)]:
            with self.subTest(out_of=out_of, into=into):
                self.assertEqual(chain.kind_of(out_of, into), expected)

    def test_certain(self):
        "Lot 3 is made of 1 and of 9; 5 and 7 of nothing but 3, 8 of 2 and 3"
        links = [
            chain.Link(parent, lot, 1) for parent, lot in [
                (1, 2), (1, 3), (9, 3), (2, 4), (3, 5), (5, 7), (2, 8),
                (3, 8)]]
        for roots, forwards, expected in [
                ([1], True, {1, 2, 4}),
                ([1, 9], True, {1, 2, 3, 4, 5, 7, 8, 9}),
                ([2, 3], True, {2, 3, 4, 5, 7, 8}),
                ([7], False, {7, 5, 3}),
                ([4], False, {4, 2, 1}),
                ([8], False, {8}),
                ([4, 7], False, {4, 2, 1, 7, 5, 3}),
                ([6], False, {6})]:
            with self.subTest(roots=roots, forwards=forwards):
                reached = walk(
                    roots, [(l.lot, l.parent) for l in links], forwards)
                found = chain.Chain(
                    roots, links, [], dict.fromkeys(reached, 0), forwards)
                self.assertEqual(
                    {lot for lot in reached if found.is_certain(lot)},
                    expected)


class ChainTestCase(unittest.TestCase):
    "The chain both ways"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_lot')

    @with_transaction()
    def test_random(self):
        "As a slow walk finds it, in both directions, and it adds up"
        @settings(
            max_examples=15, deadline=None, database=None,
            suppress_health_check=list(HealthCheck))
        @given(LINKS, MOVES, st.sets(st.integers(0, 6), min_size=1))
        def tell(links, moves, roots):
            with set_company(create_company()):
                self.branch = make_branch()
                self.other = make_branch('B2')
                self.check(links, moves, sorted(roots))
            Transaction().rollback()

        tell()

    def check(self, links, moves, roots):
        pool = Pool()
        OnHand = pool.get('aid.lot.on_hand')
        Parent = pool.get('aid.lot.parent')
        lots = [make_lot() for _ in range(7)]
        ids = [lot.id for lot in lots]
        Parent.create([{
                    'lot': ids[lot],
                    'parent': ids[parent],
                    'quantity': 1,
                    'date': TODAY,
                    } for lot, parent in links])
        handed, on_the_way = self.act(lots, moves)
        for follow, forwards in [
                (chain.forward, True), (chain.backward, False)]:
            found = follow([lots[n] for n in roots])
            expected = walk(roots, links, forwards)
            self.assertEqual(
                set(found.lots), {ids[n] for n in expected})
            self.assertEqual(
                {(l.lot, l.parent) for l in found.links},
                {(ids[l], ids[p]) for l, p in links if l in expected})
            for n in expected:
                account = found.account(ids[n])
                there = {
                    (ids[n], row.branch.id): row.quantity
                    for row in OnHand.search([
                            ('lot', '=', ids[n]), ('branch', '!=', None),
                            ('quantity', '>', 0)])}
                self.assertEqual(account.on_hand, sum(there.values()))
                self.assertEqual({
                        key: left for key, left in found.on_hand.items()
                        if key[0] == ids[n]}, there)
                self.assertEqual(account.on_the_way, on_the_way[n])
                self.assertEqual(
                    account.sums['handed_over'], handed[n])

    def act(self, lots, moves):
        """Do *moves* where there is enough.

        :return: how much of each lot was handed over, and is on the way
        """
        there, handed, on_the_way = (defaultdict(float) for _ in range(3))
        storage = self.branch.storage
        for n, what, quantity in moves:
            if what == 'receive':
                receive(lots[n], quantity, storage)
                there[n] += quantity
            elif there[n] >= quantity:
                there[n] -= quantity
                if what == 'hand_over':
                    hand_over(lots[n], quantity, storage)
                    handed[n] += quantity
                elif what == 'throw_away':
                    throw_away(lots[n], quantity, storage)
                elif quantity > 1:
                    self.send(lots[n], quantity)
                    on_the_way[n] += 1
                else:
                    self.move(
                        lots[n], 1, self.branch.storage, self.other.storage)
        return handed, on_the_way

    def send(self, lot, quantity):
        "To another branch as a transfer goes; one is still on the way"
        pool = Pool()
        transit = pool.get('stock.location')(
            pool.get('ir.model.data').get_id('stock', 'location_transit'))
        self.move(lot, quantity, self.branch.storage, transit)
        self.move(lot, quantity - 1, transit, self.other.storage)

    def move(self, lot, quantity, from_, to):
        Pool().get('stock.move').do([make_move(lot, quantity, from_, to)])

    @unittest.skipUnless(
        backend.name == 'sqlite', "counts the statements of SQLite")
    @with_transaction()
    def test_statements(self):
        "Two questions, whatever lies on the way"
        Parent = Pool().get('aid.lot.parent')
        with set_company(create_company()):
            branch = make_branch()
            lots = [make_lot() for _ in range(5)]
            Parent.create([{
                        'lot': lot.id,
                        'parent': parent.id,
                        'quantity': 1,
                        'date': TODAY,
                        } for parent, lot in zip(lots, lots[1:])])
            for lot in lots:
                receive(lot, 1, branch.storage)
            for follow, root in [
                    (chain.forward, lots[0]), (chain.backward, lots[-1])]:
                follow([root])
                with count_statements() as statements:
                    found = follow([root])
                self.assertEqual(len(found.steps), 5)
                self.assertEqual(len(statements), 2)

    @with_transaction()
    def test_screen(self):
        "What a warehouse volunteer is shown of a lot"
        Wizard = Pool().get('aid.lot.trace.forward', type='wizard')
        Repacking = Pool().get('aid.repacking')
        with set_company(create_company()):
            branch = make_branch()
            bag = make_lot()
            receive(bag, 5, branch.storage)
            repacking, = Repacking.create([{
                        'branch': branch.id,
                        'date': TODAY,
                        'inputs': [('create', [{
                                        'lot': bag.id,
                                        'location': branch.storage.id,
                                        'quantity': 4,
                                        }])],
                        'outputs': [('create', [{
                                        'product': bag.product.id,
                                        'quantity': 4,
                                        }])],
                        }])
            Repacking.do([repacking])
            small = repacking.outputs[0].lot
            hand_over(small, 1, branch.storage)

            with Transaction().set_context(
                    active_model='stock.lot', active_id=bag.id,
                    active_ids=[bag.id]):
                session_id, _, _ = Wizard.create()
                shown = Wizard.execute(session_id, {}, 'shown')
            values = shown['view']['defaults']

            self.assertEqual(
                [(r['lot'], r['kind'], r['quantity'], r['certain'])
                    for r in values['lines']], [
                    (bag.number, 'received', 5, 'certain'),
                    (bag.number, 'used', 4, 'certain'),
                    (bag.number, 'on_hand', 1, 'certain'),
                    (small.number, 'made', 4, 'certain'),
                    (small.number, 'handed_over', 1, 'certain'),
                    (small.number, 'on_hand', 3, 'certain')])
            self.assertIn('2', values['words'])
