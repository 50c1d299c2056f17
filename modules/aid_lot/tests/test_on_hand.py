import datetime as dt
import unittest

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from trytond import backend
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from aid_branch.tests.statements import count_statements
from aid_lot.exceptions import InsufficientQuantityError
from aid_lot.on_hand import freshness
from aid_lot.tests.goods import (
    create_company, family, hand_over, make_branch, make_lot, make_move, place,
    receive, set_company, throw_away)

TODAY = dt.date.today()
DAY = dt.timedelta(days=1)


class FreshnessTestCase(unittest.TestCase):
    "How near a date is"

    def test_freshness(self):
        for days, expected in [
                (-1, 'past'), (0, 'today'), (1, 'today'), (2, 'soon'),
                (7, 'soon'), (8, 'later')]:
            with self.subTest(days=days):
                self.assertEqual(
                    freshness(TODAY + days * DAY, TODAY), expected)
        self.assertEqual(freshness(None, TODAY), 'none')


class OnHandTestCase(unittest.TestCase):
    "What is on hand follows the moves"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_lot')

    def on_hand(self):
        "{(lot id, location id): quantity}"
        OnHand = Pool().get('aid.lot.on_hand')
        return {
            (r.lot.id, r.location.id): r.quantity
            for r in OnHand.search([('quantity', '>', 0)])}

    def assertInStep(self):
        OnHand = Pool().get('aid.lot.on_hand')
        self.assertEqual(OnHand.differences(), [])

    @with_transaction()
    def test_in_and_out(self):
        with set_company(create_company()):
            branch = make_branch()
            lot = make_lot(expiration_date=TODAY + 30 * DAY)
            receive(lot, 10, branch.storage)
            hand_over(lot, 2.5, branch.storage)
            throw_away(lot, 0.25, branch.storage)
            self.assertEqual(
                self.on_hand(), {(lot.id, branch.storage.id): 7.25})
            self.assertInStep()
            record, = Pool().get('aid.lot.on_hand').search([])
            self.assertEqual(record.branch, branch)
            self.assertEqual(record.product, lot.product)
            self.assertEqual(record.family, family('dry_starch'))
            self.assertEqual(record.expiry, TODAY + 30 * DAY)
            self.assertEqual(record.unit, lot.product.default_uom)
            self.assertEqual(record.best_before, TODAY + 30 * DAY)
            self.assertEqual(record.use_by, None)
            self.assertEqual(record.supply_source, lot.supply_source)
            self.assertEqual(record.freshness, 'later')
            self.assertEqual(record.icon, 'aid-family-dry-starch')

    @with_transaction()
    def test_between_branches(self):
        with set_company(create_company()):
            one, two = make_branch('B1'), make_branch('B2')
            lot = make_lot()
            receive(lot, 10, one.storage)
            Pool().get('stock.move').do(
                [make_move(lot, 4, one.storage, two.storage)])
            self.assertEqual(self.on_hand(), {
                    (lot.id, one.storage.id): 6,
                    (lot.id, two.storage.id): 4,
                    })
            self.assertInStep()

    @with_transaction()
    def test_cancel_of_a_done_move(self):
        Move = Pool().get('stock.move')
        with set_company(create_company()):
            branch = make_branch()
            lot = make_lot()
            received = receive(lot, 10, branch.storage)
            handed = hand_over(lot, 4, branch.storage)
            Move.cancel(handed)
            self.assertEqual(
                self.on_hand(), {(lot.id, branch.storage.id): 10})
            # Twice is not more than once
            Move.cancel(handed)
            self.assertEqual(
                self.on_hand(), {(lot.id, branch.storage.id): 10})
            # A draft has taken nothing
            Move.cancel([make_move(
                        lot, 3, branch.storage, place('customer'))])
            self.assertEqual(
                self.on_hand(), {(lot.id, branch.storage.id): 10})
            Move.cancel(received)
            self.assertEqual(self.on_hand(), {})
            self.assertInStep()

    @with_transaction()
    def test_more_than_there_is(self):
        with set_company(create_company()):
            branch = make_branch()
            lot, other = make_lot(), make_lot()
            receive(lot, 2, branch.storage)
            receive(other, 5, branch.storage)
            moves = [
                make_move(other, 1, branch.storage, place('customer')),
                make_move(lot, 3, branch.storage, place('customer'))]
            with self.assertRaises(InsufficientQuantityError) as caught:
                Pool().get('stock.move').do(moves)
            message = str(caught.exception)
            self.assertIn(lot.number, message)
            self.assertNotIn(other.number, message)
            self.assertIn('3', message)
            self.assertIn('2', message)
            self.assertIn(branch.storage.name, message)

    @with_transaction()
    def test_a_lot_that_was_never_there(self):
        with set_company(create_company()):
            branch = make_branch()
            lot = make_lot()
            with self.assertRaises(InsufficientQuantityError) as caught:
                hand_over(lot, 1, branch.storage)
            self.assertIn(lot.number, str(caught.exception))

    @with_transaction()
    def test_a_receipt_whose_goods_have_left_stays(self):
        with set_company(create_company()):
            branch = make_branch()
            lot = make_lot()
            received = receive(lot, 2, branch.storage)
            hand_over(lot, 1, branch.storage)
            with self.assertRaises(InsufficientQuantityError):
                Pool().get('stock.move').cancel(received)

    @with_transaction()
    def test_binary_fractions(self):
        with set_company(create_company()):
            branch = make_branch()
            lot = make_lot()
            for _ in range(10):
                receive(lot, 0.1, branch.storage)
            hand_over(lot, 1, branch.storage)
            self.assertEqual(self.on_hand(), {})
            self.assertInStep()

    @unittest.skipUnless(
        backend.name == 'sqlite', "counts the statements of SQLite")
    @with_transaction()
    def test_few_statements_for_many_lots(self):
        OnHand = Pool().get('aid.lot.on_hand')
        with set_company(create_company()):
            branch = make_branch()
            lots = [make_lot() for _ in range(20)]
            few = {(branch.storage.id, lots[0].id): 1}
            many = {(branch.storage.id, lot.id): 1 for lot in lots[1:]}
            # Everything that the lots say is read
            OnHand.change({(branch.storage.id, l.id): 1 for l in lots})
            with count_statements() as for_few:
                OnHand.change(few)
            with count_statements() as for_many:
                OnHand.change(many)
            self.assertEqual(len(for_few), len(for_many))
            with count_statements() as to_take:
                OnHand.change({key: -1 for key in many})
            self.assertLessEqual(len(to_take), 2)

    @with_transaction()
    def test_rebuild(self):
        OnHand = Pool().get('aid.lot.on_hand')
        with set_company(create_company()):
            branch = make_branch()
            lot, gone = make_lot(), make_lot()
            receive(lot, 10, branch.storage)
            receive(gone, 1, branch.storage)
            hand_over(gone, 1, branch.storage)
            key = branch.storage.id, lot.id
            before = self.on_hand()
            OnHand.change({key: 3})
            self.assertEqual(OnHand.differences(), [(*key, 10.0, 13.0)])
            self.assertEqual(OnHand.rebuild(), [(*key, 10.0, 13.0)])
            self.assertInStep()
            self.assertEqual(self.on_hand(), before)
            record, = OnHand.search([])
            self.assertEqual(record.family, family('dry_starch'))
            self.assertEqual(record.branch, branch)
            self.assertEqual(OnHand.rebuild(), [])

    @with_transaction()
    def test_in_branch(self):
        OnHand = Pool().get('aid.lot.on_hand')
        with set_company(create_company()):
            branch, other = make_branch('B1'), make_branch('B2')
            late = make_lot(expiration_date=TODAY + 9 * DAY)
            none = make_lot('fruit_vegetables')
            soon = make_lot('dairy',
                shelf_life_expiration_date=TODAY + 2 * DAY)
            for lot in [late, none, soon]:
                receive(lot, 1, branch.storage)
            receive(make_lot(), 1, other.storage)
            receive(make_lot(), 1, branch.quarantine)
            self.assertEqual(
                [r.lot for r in OnHand.in_branch(branch)],
                [soon, late, none])
            self.assertEqual(
                [r.lot for r in OnHand.in_branch(
                        branch, families=[family('dairy')])],
                [soon])
            self.assertEqual(
                [r.lot for r in OnHand.in_branch(
                        branch, products=[none.product])],
                [none])
            self.assertEqual(OnHand.in_branch(branch, families=[]), [])
            head = make_branch('HQ', kind='national', has_stock=False)
            self.assertEqual(OnHand.in_branch(head), [])

    @with_transaction()
    def test_follows_what_it_copies(self):
        OnHand = Pool().get('aid.lot.on_hand')
        with set_company(create_company()):
            branch = make_branch()
            lot = make_lot()
            receive(lot, 1, branch.storage)
            record, = OnHand.search([])
            self.assertEqual(record.expiry, None)
            lot.expiration_date = TODAY + 9 * DAY
            lot.save()
            self.assertEqual(OnHand(record.id).expiry, TODAY + 9 * DAY)
            lot.shelf_life_expiration_date = TODAY + 3 * DAY
            lot.save()
            self.assertEqual(OnHand(record.id).expiry, TODAY + 3 * DAY)
            template = lot.product.template
            template.family = family('pulses')
            template.save()
            self.assertEqual(OnHand(record.id).family, family('pulses'))

    @with_transaction()
    def test_any_sequence(self):
        "Any sequence of moves and cancellations keeps the index in step"
        step = st.tuples(
            st.integers(0, 2), st.integers(1, 5000),
            st.integers(0, 5), st.integers(0, 5), st.booleans())

        @settings(
            max_examples=20, deadline=None, database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck))
        @given(st.lists(st.lists(step, max_size=4), max_size=6))
        def check(batches):
            # Each sequence begins with an empty house
            Transaction().rollback()
            with set_company(create_company()):
                places = [
                    make_branch('B1').storage, make_branch('B2').storage,
                    make_branch('B3').quarantine,
                    place('supplier'), place('customer'),
                    place('lost_found')]
                lots = [make_lot() for _ in range(3)]
                self.play(batches, lots, places)
        check()

    def play(self, batches, lots, places):
        pool = Pool()
        Move = pool.get('stock.move')
        OnHand = pool.get('aid.lot.on_hand')
        done = []
        for batch in batches:
            undo = [
                done.pop() for *_, cancel in batch if cancel and done]
            moves = [
                make_move(lots[lot], grams / 1000, places[from_], places[to])
                for lot, grams, from_, to, cancel in batch
                if from_ != to and not cancel]
            for direction, records in [(-1, undo), (1, moves)]:
                before = self.on_hand()
                if self.would_be_enough(records, direction):
                    (Move.do if direction == 1 else Move.cancel)(records)
                    done += records if direction == 1 else []
                else:
                    with self.assertRaises(InsufficientQuantityError):
                        OnHand.follow(records, direction)
                    self.assertEqual(self.on_hand(), before)
                    done += records if direction == -1 else []
                self.assertInStep()

    def would_be_enough(self, moves, direction):
        "Whether nothing gets negative, reckoned without the index"
        left = self.on_hand()
        for move in moves:
            for location, sign in [
                    (move.from_location, -1), (move.to_location, 1)]:
                if location.type == 'storage':
                    key = move.lot.id, location.id
                    left[key] = round(
                        left.get(key, 0)
                        + sign * direction * move.quantity, 3)
        return all(quantity >= 0 for quantity in left.values())
