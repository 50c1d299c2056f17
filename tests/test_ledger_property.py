"""Whatever happens in whatever order, the goods add up.

Hypothesis makes up days in two branches: donations, hand-overs, transfers,
counts, cancellations of each. After every step what is on hand is the sum of
the moves, nothing is below zero, and every lot says where it comes from.
"""
from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine, initialize, invariant, precondition, rule,
    run_state_machine_as_test)

import house as builder
from trytond.exceptions import UserError
from trytond.pool import Pool
from trytond.transaction import Transaction

BRANCHES = ['nord', 'sud']
#: How much more than the books say may be handed over on a line
FOUND = {'nord': 0, 'sud': 10}
#: More of them for a long night
EXAMPLES = int(os.environ.get('MAILLON_EXAMPLES', 12))
# Sources of which a donation is known, hence a donation line on each lot
DONATED = {
    'shop_collection', 'public_collection', 'food_bank', 'company_gift',
    'farm_gift', 'fse', 'national_credit'}
branches = st.sampled_from(BRANCHES)
families = st.sampled_from(['dry_starch', 'pulses', 'canned', 'bread'])
weights = st.integers(1, 400).map(lambda n: n / 10)
places = st.integers(0, 1000)
fates = st.sampled_from(['shelf', 'bin', 'never_left'])


@contextmanager
def request():
    "What fails inside leaves nothing behind, as a refused request does"
    transaction = Transaction()
    cursor = transaction.connection.cursor()
    cursor.execute('SAVEPOINT request')
    try:
        yield
    except UserError:
        cursor.execute('ROLLBACK TO request')
        for cache in list(transaction.cache.values()):
            cache.clear()
        raise
    finally:
        cursor.execute('RELEASE request')


class Days(RuleBasedStateMachine):
    "Two branches, and the documents that were made there"

    house: builder.House

    @initialize()
    def morning(self):
        self._context = ExitStack()
        # One connection has nobody to wait for; a request would be begun
        # again with the lock, these days cannot
        for method in ['lock_records', 'lock_table']:
            self._context.enter_context(
                patch.object(Transaction, method, lambda *args: None))
        self._context.enter_context(self.house.everything())
        self.donations: list = []
        self.baskets: list = []
        pool = Pool()
        Session = pool.get('aid.distribution.session')
        self.sessions = {}
        for code in BRANCHES:
            branch = self.house.branch(code)
            self.sessions[code], = Session.search([
                    ('branch', '=', branch.id), ('state', '=', 'open')])
            pool.get('aid.distribution.rule').create([{
                        'branch': branch.id, 'found_limit': FOUND[code]}])

    def teardown(self):
        if context := self.__dict__.pop('_context', None):
            context.close()

    # What people do

    @rule(branch=branches, family=families, weight=weights)
    def donate(self, branch, family, weight):
        Donation = Pool().get('aid.donation')
        donor, = Pool().get('party.party').search(
            [('donor', '=', True)], limit=1)
        donation = builder.donation(
            self.house.branch(branch), donor, {family: (weight, 90)})
        donation.save()
        Donation.receive([donation])
        self.donations.append(donation.id)

    @precondition(lambda self: self.donations)
    @rule(place=places)
    def cancel_donation(self, place):
        "Possible while nothing was taken from it, refused by name after"
        Donation = Pool().get('aid.donation')
        donation = Donation(self.donations[place % len(self.donations)])
        if donation.state != 'received':
            return
        taken = any(
            abs(self.on_hand(lot, donation.branch) - lot_weight(lot)) > 1e-6
            for lot in donation.lots)
        try:
            with request():
                Donation.cancel([donation])
        except UserError:
            assert taken, "an untouched donation could not be cancelled"
        else:
            assert not taken, "goods that left were taken back"

    @rule(branch=branches, family=families, weight=weights,
        who=st.integers(0, builder.HOUSEHOLDS - 1))
    def hand_over(self, branch, family, weight, who):
        "Everything that is there, and what is in the hand up to the limit"
        Basket = Pool().get('aid.basket')
        session = self.sessions[branch]
        household = self.house.households(branch)[who]
        basket = builder.basket(session, household, {family: weight})
        basket.save()
        there = self.usable(basket.lines[0].product, session.branch)
        try:
            with request():
                Basket.checkout([basket])
        except UserError as error:
            assert weight > there + FOUND[branch], str(error)
            basket = Basket(basket.id)
            assert basket.state == 'draft' and not basket.number
            assert not any(line.move for line in basket.lines)
        else:
            assert weight <= there + FOUND[branch] + 1e-6
            extra = sum(
                line.quantity for line in Basket(basket.id).lines
                if line.lot_knowledge == 'found')
            assert extra == pytest.approx(max(weight - there, 0))
            self.baskets.append(basket.id)

    @precondition(lambda self: self.baskets)
    @rule(place=places, fate=fates)
    def cancel_basket(self, place, fate):
        from aid_basket.cancel import cancel
        basket = Pool().get('aid.basket')(
            self.baskets[place % len(self.baskets)])
        if basket.state != 'done':
            with pytest.raises(UserError), request():
                cancel(basket, "twice", {})
            return
        cancel(basket, "test", {line.id: fate for line in basket.lines})
        assert Pool().get('aid.basket')(basket.id).state == 'cancelled'

    @rule(branch=branches, place=places, share=st.integers(1, 12))
    def transfer(self, branch, place, share):
        "A part of a lot, sometimes more than there is"
        row = self.row(branch, place)
        if row is None:
            return
        other, = set(BRANCHES) - {branch}
        from_, to = self.house.branch(branch), self.house.branch(other)
        there = row.quantity
        quantity = round(there * share / 10, 3)
        if not quantity:
            return
        try:
            with request():
                self.ship(row, from_, to, quantity)
        except UserError:
            assert quantity > there
        else:
            assert quantity <= there + 1e-6

    @staticmethod
    def ship(row, from_, to, quantity: float) -> None:
        Shipment = Pool().get('stock.shipment.internal')
        shipment, = Shipment.create([{
                    'from_location': from_.storage.id,
                    'to_location': to.storage.id,
                    'moves': [('create', [{
                                    'product': row.product.id,
                                    'lot': row.lot.id,
                                    'quantity': quantity,
                                    'unit': row.unit.id,
                                    'from_location': from_.storage.id,
                                    'to_location': to.storage.id,
                                    }])],
                    }])
        Shipment.wait([shipment])
        Shipment.assign_force([shipment])
        Shipment.pack([shipment])
        Shipment.ship([shipment])
        Shipment.do([shipment])

    @rule(branch=branches, place=places, share=st.integers(0, 15))
    def count(self, branch, place, share):
        "An inventory of one lot that finds less, more or nothing"
        Inventory = Pool().get('stock.inventory')
        row = self.row(branch, place)
        if row is None:
            return
        found = round(row.quantity * share / 10, 3)
        lot, location = row.lot, row.location
        inventory, = Inventory.create([{
                    'location': location.id,
                    'date': row.branch.today(),
                    'lines': [('create', [{
                                    'product': row.product.id,
                                    'lot': lot.id,
                                    'quantity': found,
                                    }])],
                    }])
        Inventory.confirm([inventory])
        assert self.on_hand(lot, self.house.branch(branch)) == pytest.approx(
            found)

    # What they see

    def row(self, branch: str, place: int):
        "Some lot that lies in *branch*, or None"
        OnHand = Pool().get('aid.lot.on_hand')
        rows = OnHand.search([
                ('branch.code', '=', branch), ('quantity', '>', 0),
                ('location', '=', self.house.branch(branch).storage.id),
                ], order=[('id', 'ASC')])
        return rows[place % len(rows)] if rows else None

    def on_hand(self, lot, branch) -> float:
        OnHand = Pool().get('aid.lot.on_hand')
        return sum(row.quantity for row in OnHand.search([
                    ('lot', '=', lot.id),
                    ('location', '=', branch.storage.id)]))

    def usable(self, product, branch) -> float:
        OnHand = Pool().get('aid.lot.on_hand')
        today = branch.today()
        return sum(
            row.quantity
            for row in OnHand.in_branch(branch, products=[product])
            if not row.lot.refusal(today))

    # What must hold after each of their doings

    @invariant()
    def on_hand_is_the_sum_of_the_moves(self):
        if '_context' not in self.__dict__:
            return
        assert not Pool().get('aid.lot.on_hand').differences()
        assert on_hand_by_lot() == pytest.approx(moved_by_lot())

    @invariant()
    def nothing_is_below_zero(self):
        if '_context' not in self.__dict__:
            return
        OnHand = Pool().get('aid.lot.on_hand')
        assert not OnHand.search([('quantity', '<', 0)])

    @invariant()
    def every_lot_says_where_it_comes_from(self):
        if '_context' not in self.__dict__:
            return
        for lot in Pool().get('stock.lot').search([]):
            assert lot.supply_source, lot.rec_name
            if lot.supply_source.code in DONATED:
                assert lot.donation, lot.rec_name
            if lot.supply_source.party_required != 'none':
                assert lot.donor, lot.rec_name

    @invariant()
    def invoices_ask_what_baskets_ask(self):
        if '_context' not in self.__dict__:
            return
        for basket in Pool().get('aid.basket').browse(self.baskets):
            asked = basket.invoice.total_amount if basket.invoice else 0
            assert Decimal(asked) == basket.asked


def lot_weight(lot) -> float:
    "What the donation of *lot* brought, in the unit of its product"
    line = lot.donation_line
    return line.quantity if line.quantity else line.net_weight


def on_hand_by_lot() -> dict[tuple[int, int], float]:
    "Quantity by location and lot, as the index says"
    OnHand = Pool().get('aid.lot.on_hand')
    return {
        (row.location.id, row.lot.id): row.quantity
        for row in OnHand.search([('quantity', '!=', 0)])}


def moved_by_lot() -> dict[tuple[int, int], float]:
    """The same, added up here from the rows of the moves.

    Without any of the code under test.
    """
    cursor = Transaction().connection.cursor()
    cursor.execute(
        "SELECT location, lot, SUM(quantity) FROM ("
        " SELECT to_location AS location, lot, internal_quantity AS quantity"
        " FROM stock_move WHERE state = 'done' AND lot IS NOT NULL"
        " UNION ALL"
        " SELECT from_location, lot, -internal_quantity"
        " FROM stock_move WHERE state = 'done' AND lot IS NOT NULL"
        ") AS ends JOIN stock_location ON stock_location.id = location"
        " WHERE stock_location.type = 'storage' GROUP BY location, lot")
    return {
        (location, lot): total
        for location, lot, total in cursor.fetchall()
        if abs(total) > 1e-6}


def test_any_days_leave_the_goods_in_order(house):
    Days.house = house
    run_state_machine_as_test(
        Days,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=12, deadline=None,
            derandomize=True, print_blob=True,
            # Making a failing case smaller takes many minutes
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck)))
