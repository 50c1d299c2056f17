"""Whatever happens in whatever order, the goods add up.

Hypothesis makes up days in two branches: donations with one date or several,
goods of the European Union, hand-overs with more in the hand than in the
books, exchanges, prepared parcels, paper that is caught up, transfers, counts,
goods sorted again or thrown away, cancellations. After every step what is on
hand is the sum of the moves, nothing is below zero, every lot says where it
comes from, nothing of the Union is asked for, and each document has a number
of its own.
"""
from __future__ import annotations

import datetime as dt
import os
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine, initialize, invariant, precondition, rule,
    run_state_machine_as_test)

from trytond.exceptions import UserError
from trytond.pool import Pool
from trytond.transaction import Transaction

import house as builder

BRANCHES = ['nord', 'sud']
#: How much more than the books say may be handed over on a line
FOUND = {'nord': 0, 'sud': 10}
#: More of them for a long night
EXAMPLES = int(os.environ.get('MAILLON_EXAMPLES', 14))
STEPS = int(os.environ.get('MAILLON_STEPS', 25))
# Sources of which a donation is known, hence a donation line on each lot
DONATED = {
    'shop_collection', 'public_collection', 'food_bank', 'company_gift',
    'farm_gift', 'fse', 'national_credit'}
#: Of what is asked for goods that may be asked for
RATE = Decimal('0.1')
branches = st.sampled_from(BRANCHES)
# Dairy has a use-by, bread no date
families = st.sampled_from(['dry_starch', 'canned', 'bread', 'dairy'])
weights = st.integers(1, 400).map(lambda n: n / 10)
baskets = st.dictionaries(families, weights, min_size=1, max_size=3)
parcels = st.dictionaries(
    families, st.integers(1, 60).map(lambda n: n / 10), min_size=1,
    max_size=3)
places = st.integers(0, 1000)
#: Tenths of what is there; sometimes more than that
shares = st.integers(1, 12)
people = st.integers(0, builder.HOUSEHOLDS - 1)
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
        self.disposals: list = []
        self.parcels: list = []
        pool = Pool()
        Session = pool.get('aid.distribution.session')
        self.sessions = {}
        for code in BRANCHES:
            branch = self.house.branch(code)
            self.sessions[code], = Session.search([
                    ('branch', '=', branch.id), ('state', '=', 'open')])
            pool.get('aid.distribution.rule').create([{
                        'branch': branch.id, 'found_limit': FOUND[code]}])
        pool.get('aid.contribution.rule').create([{
                    'mode': 'rate', 'rate': RATE, 'rounding': None}])
        self.pasta = self.make_pasta()

    @staticmethod
    def make_pasta():
        "Packs of half a kilogram, which the Union gives and shops sell"
        pool = Pool()
        Template = pool.get('product.template')
        Uom = pool.get('product.uom')
        family, = pool.get('aid.family').search([('code', '=', 'dry_starch')])
        unit, = Uom.search([('symbol', '=', 'u')])
        kilogram, = Uom.search([('symbol', '=', 'kg')])
        template, = Template.create([{
                    'name': "Pasta 500 g", 'type': 'goods',
                    'default_uom': unit.id, 'family': family.id,
                    'cost_price_method': 'fixed',
                    'list_price': Decimal('1.50'),
                    'weight': .5, 'weight_uom': kilogram.id,
                    'products': [('create', [{}])],
                    }])
        return template.products[0]

    def teardown(self):
        if context := self.__dict__.pop('_context', None):
            context.close()

    # What comes in

    @rule(branch=branches, family=families, weight=weights)
    def donate(self, branch, family, weight):
        self.receive(builder.donation(
                self.house.branch(branch), self.donor(),
                {family: (weight, 90)}))

    @rule(branch=branches, weight=weights)
    def donate_late(self, branch, weight):
        "Milk of yesterday, which nobody may hand over today"
        donation = builder.donation(
            self.house.branch(branch), self.donor(), {'dairy': (weight, -1)})
        donation.received_on = donation.branch.today() - dt.timedelta(days=1)
        self.receive(donation)

    @rule(branch=branches, family=families,
        some=st.lists(weights, min_size=2, max_size=4))
    def donate_mixed_dates(self, branch, family, some):
        "A crate whose dates are typed into one field, a lot each"
        donation = builder.donation(
            self.house.branch(branch), self.donor(), {family: (1, None)})
        line, = donation.lines
        if line.family.date_kind == 'none':
            return
        today = donation.branch.today()
        line.dates = ', '.join(
            f'{weight} @ {today + dt.timedelta(days=n):%d/%m/%Y}'
            for n, weight in enumerate(some))
        line.net_weight = round(sum(some), 1)
        self.receive(donation)
        lots = Pool().get('aid.donation')(donation.id).lots
        assert len(lots) == len(some)

    @rule(branch=branches, pieces=st.integers(1, 30),
        source=st.sampled_from(['fse', 'purchase']))
    def donate_packs(self, branch, pieces, source):
        pool = Pool()
        Line = pool.get('aid.donation.line')
        Donation = pool.get('aid.donation')
        branch = self.house.branch(branch)
        of, = pool.get('aid.supply.source').search([('code', '=', source)])
        self.receive(Donation(
                branch=branch, donor=self.donor(), supply_source=of,
                lines=[Line(
                        family=self.pasta.family, product=self.pasta,
                        quantity=pieces, unit=self.pasta.default_uom,
                        net_weight=pieces / 2, label_lot='A1',
                        best_before=branch.today() + dt.timedelta(days=90))]))

    def receive(self, donation):
        Donation = Pool().get('aid.donation')
        donation.save()
        Donation.receive([donation])
        self.donations.append(donation.id)

    @staticmethod
    def donor():
        donor, = Pool().get('party.party').search(
            [('donor', '=', True)], limit=1)
        return donor

    @precondition(lambda self: self.donations)
    @rule(place=places)
    def cancel_donation(self, place):
        "Possible while nothing was taken from it, refused by name after"
        Donation = Pool().get('aid.donation')
        donation = Donation(self.donations[place % len(self.donations)])
        if donation.state != 'received':
            return
        brought = sum(lot_weight(line) for line in donation.lines)
        there = sum(
            self.on_hand(lot, donation.branch) for lot in donation.lots)
        try:
            with request():
                Donation.cancel([donation])
        except UserError:
            assert there != pytest.approx(brought) or sorted_again(
                donation), "an untouched donation could not be cancelled"
        else:
            assert there == pytest.approx(brought), "goods that left came back"

    # What goes out

    @rule(branch=branches, family=families, weight=weights, who=people)
    def hand_over(self, branch, family, weight, who):
        "Everything that is there, and what is in the hand up to the limit"
        Basket = Pool().get('aid.basket')
        session = self.sessions[branch]
        household = self.house.households(branch)[who]
        basket = builder.basket(session, household, {family: weight})
        basket.save()
        product = basket.lines[0].product
        there = self.usable(product, session.branch)
        most = there + (
            # What is held may be one of those in the hand
            0 if self.has_past(product, session.branch) else FOUND[branch])
        if self.check_out(basket, must=weight <= most):
            assert weight <= most + 1e-6
            extra = sum(
                line.quantity for line in Basket(basket.id).lines
                if line.lot_knowledge == 'found')
            assert extra == pytest.approx(max(weight - there, 0))

    @rule(branch=branches, goods=baskets, adults=st.integers(1, 4))
    def help_somebody(self, branch, goods, adults):
        "Nobody is known, nothing is asked"
        basket = Pool().get('aid.basket')(
            session=self.sessions[branch], emergency=True, adults=adults,
            lines=self.lines(goods))
        basket.save()
        if self.check_out(basket):
            basket = Pool().get('aid.basket')(basket.id)
            assert (basket.asked, basket.people) == (0, adults)

    @rule(branch=branches, place=places, pieces=st.integers(1, 6), who=people,
        scanned=st.booleans())
    def hand_over_packs(self, branch, place, pieces, who, scanned):
        "Packs of pasta, known by the label of their lot or not at all"
        session = self.sessions[branch]
        household = self.house.households(branch)[who]
        row = self.row(branch, place, self.pasta)
        basket = builder.basket(session, household, {'dry_starch': 1})
        line, = basket.lines
        line.product, line.unit = self.pasta, self.pasta.default_uom
        line.quantity = pieces
        if scanned and row:
            line.lot, line.lot_knowledge = row.lot, 'scanned'
        basket.save()
        self.check_out(basket, must=bool(
                scanned and row and pieces <= row.quantity))

    def check_out(self, basket, must: bool = False) -> bool:
        """Whether *basket* could be handed over; nothing of it has, if not.

        :param must: there is no reason to refuse it
        """
        Basket = Pool().get('aid.basket')
        try:
            with request():
                Basket.checkout([basket])
        except UserError as error:
            assert not must, str(error)
            basket = Basket(basket.id)
            assert basket.state == 'draft' and not basket.number
            assert not any(
                line.move for line in basket.lines if not line.kept)
            return False
        self.baskets.append(basket.id)
        return True

    @precondition(lambda self: self.baskets)
    @rule(place=places, fate=fates)
    def cancel_basket(self, place, fate):
        from aid_basket.cancel import cancel
        basket = self.basket(place)
        if basket.state != 'done':
            with pytest.raises(UserError), request():
                cancel(basket, "twice", {})
            return
        cancel(basket, "test", {line.id: fate for line in basket.lines})
        basket = Pool().get('aid.basket')(basket.id)
        assert basket.state == 'cancelled'
        assert not basket.paid

    @precondition(lambda self: self.baskets)
    @rule(place=places, share=shares, fate=fates, goods=baskets,
        more=st.booleans())
    def exchange(self, place, share, fate, goods, more):
        "A part of each line comes back, perhaps other goods go instead"
        from aid_basket.exchange import begin
        old = self.basket(place)
        back = {
            line.id: (
                line.unit.round(line.quantity * min(share, 10) / 10), fate)
            for line in old.lines}
        try:
            with request():
                new = begin(old, back)
        except UserError:
            assert old.state != 'done'
            return
        assert old.state == 'done'
        if more:
            new.lines = [*new.lines, *self.lines(goods)]
            new.save()
        if not self.check_out(new):
            return
        old, new = (Pool().get('aid.basket')(b.id) for b in [old, new])
        assert (old.state, old.paid) == ('cancelled', 0)
        assert new.paid == new.asked

    def lines(self, goods: dict[str, float]) -> list:
        Line = Pool().get('aid.basket.line')
        return [
            Line(
                product=family.product, quantity=kg,
                unit=family.product.default_uom)
            for family, kg in self.by_family(goods)]

    def basket(self, place: int):
        return Pool().get('aid.basket')(
            self.baskets[place % len(self.baskets)])

    @rule(branch=branches, who=people, goods=baskets, some=baskets,
        paid=st.integers(0, 4))
    def catch_up(self, branch, who, goods, some, paid):
        "Two rows of a tally sheet: what happened is refused for no goods"
        from aid_basket.catch_up import Row, enter
        session = self.sessions[branch]
        household = self.house.households(branch)[who]
        rows = [
            Row(household, self.by_family(goods), Decimal(paid) / 2),
            Row(None, self.by_family(some), people=(1, 1, 0))]
        try:
            with request():
                entered = enter(session, rows)
        except UserError:
            assert paid, "paper was refused"
            return
        for basket, row in zip(entered, rows):
            assert basket.paid == row.paid
            assert sum(line.kg for line in basket.lines) == pytest.approx(
                sum(kg for _, kg in row.weights))
        self.baskets += [b.id for b in entered]

    @staticmethod
    def by_family(goods: dict[str, float]) -> list[tuple]:
        Family = Pool().get('aid.family')
        return [
            (Family.search([('code', '=', code)])[0], kg)
            for code, kg in goods.items()]

    # Parcels

    @rule(branch=branches, goods=parcels, count=st.integers(1, 4))
    def make_parcels(self, branch, goods, count):
        pool = Pool()
        Model = pool.get('aid.parcel.model')
        Parcel = pool.get('aid.parcel')
        branch = self.house.branch(branch)
        model, = Model.create([{
                    'name': "Parcel", 'size': 1,
                    'lines': [('create', [
                                {'family': family.id, 'quantity': kg}
                                for family, kg in self.by_family(goods)])],
                    }])
        try:
            with request():
                parcels = Parcel.make(branch, model, count)
        except UserError:
            assert any(
                self.usable(family.product, branch) < kg * count
                for family, kg in self.by_family(goods))
        else:
            assert len(parcels) == count
            self.parcels += [p.id for p in parcels]

    @precondition(lambda self: self.parcels)
    @rule(place=places, who=people, taken_out=st.booleans())
    def hand_over_parcel(self, place, who, taken_out):
        parcel = self.parcel(place)
        household = self.house.households(parcel.branch.code)[who]
        basket = Pool().get('aid.basket')(
            session=self.sessions[parcel.branch.code], state='draft',
            household=household, lines=[])
        basket.on_scan_code(parcel.number)
        if parcel.state != 'ready':
            assert not basket.lines and parcel.number in basket.message
            return
        assert len(basket.lines) == len(parcel.lines)
        if taken_out:
            basket.lines = basket.lines[1:]
        basket.save()
        if self.check_out(basket, must=bool(basket.lines)):
            assert self.parcel(place).state == 'handed_over'

    @precondition(lambda self: self.parcels)
    @rule(place=places)
    def undo_parcel(self, place):
        Parcel = Pool().get('aid.parcel')
        parcel = self.parcel(place)
        before = parcel.state
        try:
            with request():
                Parcel.undo([parcel])
        except UserError:
            assert before != 'ready'
        else:
            assert before == 'ready'
            assert self.parcel(place).state == 'undone'

    def parcel(self, place: int):
        return Pool().get('aid.parcel')(
            self.parcels[place % len(self.parcels)])

    # What happens on the shelves

    @rule(branch=branches, place=places, share=shares)
    def transfer(self, branch, place, share):
        "A part of a lot, sometimes more than there is"
        row = self.row(branch, place)
        if row is None:
            return
        other, = set(BRANCHES) - {branch}
        from_, to = self.house.branch(branch), self.house.branch(other)
        there = row.quantity
        quantity = row.unit.round(there * share / 10)
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
        found = row.unit.round(row.quantity * share / 10)
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

    @rule(branch=branches, seen=st.lists(
            st.integers(0, 15), min_size=1, max_size=4),
        leaves=st.booleans())
    def count_the_day(self, branch, seen, leaves):
        "The count of what was handled: no lot is named, all is found or lost"
        pool = Pool()
        Count = pool.get('aid.session.count')
        branch = self.house.branch(branch)
        count = Count.of_day(branch, branch.today())
        left = {}
        for n, line in enumerate(count.lines):
            line.seen = line.unit.round(
                line.expected * seen[n % len(seen)] / 10)
            left[line.product] = line.seen
            if leaves and not n:
                line.reason = self.reason('spoiled')
                left[line.product] = 0
        count.lines = count.lines
        count.save()
        Count.book([count])
        for product, quantity in left.items():
            assert self.there(product, branch) == pytest.approx(quantity)

    @rule(branch=branches, place=places, share=shares)
    def throw_away(self, branch, place, share):
        Disposal = Pool().get('aid.disposal')
        row = self.row(branch, place)
        if row is None:
            return
        there = row.quantity
        quantity = row.unit.round(there * share / 10)
        try:
            with request():
                disposal = Disposal.dispose(
                    self.house.branch(branch),
                    [(row.lot, row.location, quantity)],
                    self.reason('damaged'))
        except UserError:
            assert quantity > there
        else:
            assert quantity <= there + 1e-6
            if disposal:
                self.disposals.append(disposal.id)

    @precondition(lambda self: self.disposals)
    @rule(place=places)
    def cancel_disposal(self, place):
        Disposal = Pool().get('aid.disposal')
        disposal = Disposal(
            self.disposals[place % len(self.disposals)])
        try:
            with request():
                Disposal.cancel([disposal])
        except UserError:
            assert disposal.state == 'cancelled'
        else:
            assert Disposal(disposal.id).state == 'cancelled'

    @staticmethod
    def reason(code: str):
        reason, = Pool().get('aid.disposal.reason').search(
            [('code', '=', code)])
        return reason

    @rule(branch=branches, place=places, share=st.integers(0, 12),
        days=st.integers(0, 9))
    def sort_again(self, branch, place, share, days):
        "Some is past; what is left gets a lot with a date of its own"
        from aid_lot.resort import Sorted, resort
        row = self.row(branch, place)
        if row is None:
            return
        there, old = row.quantity, row.lot
        past = row.unit.round(there * share / 10)
        date = row.branch.today() + dt.timedelta(days=days)
        try:
            with request():
                lots = resort([Sorted(row, past, date)])
        except UserError:
            # Or goods get a date that came before the one they had
            assert past > there or date < row.expiry
            return
        assert past <= there + 1e-6
        for lot in lots:
            assert lot.supply_source == old.supply_source
            assert lot.donation_line == old.donation_line
            assert self.on_hand(lot, row.branch) == pytest.approx(
                there - past)

    # What they see

    def row(self, branch: str, place: int, product=None):
        "Some lot, of *product*, that may leave *branch*, or None"
        pool = Pool()
        OnHand = pool.get('aid.lot.on_hand')
        held = {row.lot.id for row in pool.get('aid.lot.held').search([])}
        rows = OnHand.search([
                ('branch.code', '=', branch), ('quantity', '>', 0),
                ('location', '=', self.house.branch(branch).storage.id),
                ('product', '=', product.id) if product else (),
                ('lot', 'not in', list(held)),
                ], order=[('id', 'ASC')])
        return rows[place % len(rows)] if rows else None

    def on_hand(self, lot, branch) -> float:
        OnHand = Pool().get('aid.lot.on_hand')
        return sum(row.quantity for row in OnHand.search([
                    ('lot', '=', lot.id),
                    ('location', '=', branch.storage.id)]))

    def usable(self, product, branch) -> float:
        today = branch.today()
        return sum(
            row.quantity for row in self.rows(product, branch)
            if not row.lot.refusal(today))

    def there(self, product, branch) -> float:
        return sum(row.quantity for row in self.rows(product, branch))

    def has_past(self, product, branch) -> bool:
        "Whether some of it must not be handed over"
        today = branch.today()
        return any(
            row.lot.is_past_use_by(today)
            for row in self.rows(product, branch))

    @staticmethod
    def rows(product, branch) -> list:
        OnHand = Pool().get('aid.lot.on_hand')
        return [
            row for row in OnHand.in_branch(branch, products=[product])
            if row.quantity]

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

    @invariant()
    def nothing_of_the_union_is_asked_for(self):
        "Neither for what is known to be of it, nor for what may be"
        if '_context' not in self.__dict__:
            return
        Line = Pool().get('aid.basket.line')
        for line in Line.search([
                    ('basket', 'in', self.baskets),
                    ('lot.supply_source.code', '=', 'fse')]):
            assert line.asked == 0, line.rec_name

    @invariant()
    def each_document_has_a_number_of_its_own(self):
        "No number is there twice, none is missing in between"
        if '_context' not in self.__dict__:
            return
        pool = Pool()
        numbers = []
        for basket in pool.get('aid.basket').search(
                [('state', '!=', 'draft')]):
            if basket.invoice:
                assert basket.number == basket.invoice.number
            else:
                numbers.append(basket.number)
        numbers += [
            invoice.number for invoice in pool.get('account.invoice').search([
                    ('state', 'not in', ['draft', 'validated'])])]
        assert all(numbers)
        series = defaultdict(list)
        for number in numbers:
            head = number.rstrip('0123456789')
            series[head].append(int(number[len(head):]))
        for head, some in series.items():
            assert sorted(some) == list(range(1, len(some) + 1)), head
        for name in ['stock.lot', 'aid.donation', 'aid.parcel']:
            numbers = [r.number for r in pool.get(name).search([])]
            assert len(set(numbers)) == len(numbers)


def lot_weight(line) -> float:
    "What the *line* of a donation brought, in the unit of its product"
    return line.quantity if line.quantity else line.net_weight


def sorted_again(donation) -> bool:
    "Whether some of what it brought has become another lot"
    return bool(Pool().get('aid.lot.parent').search([
                ('parent.donation', '=', donation.id)], limit=1))


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
            max_examples=EXAMPLES, stateful_step_count=STEPS,
            deadline=None,
            derandomize=True, print_blob=True,
            # Making a failing case smaller takes many minutes
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck)))
