"""The hot path: what happens when a basket leaves the shop.

Read from top to bottom it is the story of a checkout. Everything happens in
one transaction of its own that waits for its turn instead of failing: first
the numbers of the branch, then the goods in a fixed order. What was true
before the wait is asked again after it. Nothing changes unless everything
does.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import Transaction, without_check_access

from aid_branch import lane
from aid_branch.lent import lent
from aid_branch.reading import read_lists
from aid_lot.done_moves import done_moves
from aid_lot.exceptions import InsufficientQuantityError
from aid_lot.first_expired import allocate
from aid_lot.found import found_lots

from . import emergency, exchange, in_hand, on_paper, standing
from .exceptions import CheckoutError
from .own_transaction import own_transaction, read_again
from .reckoning import Known, market_values, reckon, rule_of
from .shelf import Shelf

ZERO = Decimal(0)


@lent()
def checkout(
        baskets, pay: str | dict[int, Decimal] | None = 'cash',
        seen: set[int] | None = None,
        ask: Callable | None = None, tell: Callable | None = None) -> Any:
    """Hand over the goods of *baskets*, number their papers, take the money.

    *pay* is `cash` or `card` for the exact amount, None to carry it forward,
    or what was paid in cash by basket id; what is beyond the amount asked is
    not taken. *seen* are the ids of the lines of chilled goods whose date was
    looked at; None where there is nobody to ask. *ask* is called with the
    baskets as they are once it is their turn and with the shelf of each, by
    its id; it gives *seen* and may refuse. *tell* is called with them once
    all is known. Costs nearly the same for one basket as for fifty.

    :return: what *tell* gives
    :raises CheckoutError: naming the basket; nothing has changed then
    """
    if not baskets:
        return None
    keys = {(b.branch, b.date) for b in baskets}
    with own_transaction(baskets, baskets[0].branch.company):
        Parcel = Pool().get('aid.parcel')
        baskets, shelves = _wait_for_turn(baskets, keys)
        check_states(baskets)
        if ask is not None:
            seen = ask(baskets, {
                    b.id: _shelf_of(b, shelves) for b in baskets})
        if Parcel.unpack(baskets):
            shelves = _shelves(baskets)
        exchange.bring_back(baskets)
        lines = _settle_goods(baskets, shelves, seen)
        entitlements = _entitlements(baskets)
        _settle_amounts(baskets, lines, shelves, entitlements)
        _mark_for_review(baskets, lines, entitlements)
        _hand_over(baskets, lines)
        _write_papers(baskets)
        at_once = isinstance(pay, str) and not any(
            b.replaces for b in baskets)
        if at_once:
            # Before their rows are written: nothing is read again
            _take_all(baskets, pay)
        told = tell(baskets) if tell else None
        _finish(baskets)
        if not at_once:
            _take_payment(baskets, pay)
        return told


# Before and after the wait

def check_states(baskets) -> None:
    """Refuse baskets that cannot be checked out, by name.

    :raises CheckoutError: already checked out, session closed, no household
        or one of another branch, no goods
    """
    for basket in baskets:
        if problem := _problem(basket):
            raise CheckoutError(problem)


def _problem(basket) -> str | None:
    about = partial(_say, basket)
    if basket.state == 'done':
        return about('done')
    if basket.state != 'draft':
        return about('cancelled')
    if basket.session.state != 'open' and not basket.from_paper:
        return about('session_closed')
    if not basket.household and not basket.emergency:
        return about('no_household')
    with without_check_access():
        household = basket.household
        if household and household.branch != basket.session.branch:
            return about(
                'household_elsewhere', household=household.code,
                branch=basket.session.branch.rec_name)
    if not basket.lines:
        return about('empty')
    return None


def _say(basket, problem: str, **names: str) -> str:
    "The *problem* of *basket*, by name"
    return gettext(
        f'aid_basket.msg_checkout_{problem}', basket=basket.rec_name,
        session=basket.session.rec_name, **names)


def _wait_for_turn(baskets, keys: set[tuple]) -> tuple[list, dict]:
    """Wait for the branches of *baskets*, then for the goods they hold.

    The row of the hand-over numbers stands for the branch: whoever holds it
    is the only till of the branch in here. Everything is read after it, so
    that nothing is read twice. Goods are held in the order of (location,
    lot).

    :param keys: branch and date of each, as they were before the wait
    :return: the baskets as they are now, and branch id and day → what is on
        its shelves
    """
    pool = Pool()
    Basket = pool.get('aid.basket')
    OnHand = pool.get('aid.lot.on_hand')
    _hold_branches(keys)
    read_again()
    baskets = list(Basket.browse([b.id for b in baskets]))
    moved = {(b.session.branch, b.session.date) for b in baskets} - keys
    if moved:
        _hold_branches(moved)
    read_lists(baskets, 'lines')
    wanted = defaultdict(lambda: (set(), set()))
    for basket in baskets:
        products, lots = wanted[basket.session.branch]
        for line in basket.lines:
            if _is_labelled(line):
                lots.add(line.lot.id)
            else:
                products.add(line.product.id)
    return baskets, _shelves(baskets, OnHand.hold_goods(wanted))


def _is_labelled(line) -> bool:
    "Whether of the shelf only the lot of *line* matters"
    return bool(
        line.lot and not line.basket.from_paper
        and (line.kept or line.lot_knowledge == 'scanned'))


def _hold_branches(keys: set[tuple]) -> None:
    pool = Pool()
    BranchSequence = pool.get('aid.branch.sequence')
    BranchSequence.hold([
            (branch, 'hand_over', date) for branch, date in sorted(
                keys, key=lambda k: (k[0].id, k[1]))])


def _shelves(baskets, held: dict | None = None) -> dict:
    "Branch id and day → its shelf, of what is *held* there if that is known"
    products = defaultdict(list)
    whole = defaultdict(set)
    sessions = {}
    for basket in baskets:
        key = basket.session.branch.id, basket.session.date
        sessions[key] = basket.session
        products[key] += [line.product for line in basket.lines]
        whole[key[0]] |= {
            line.product.id for line in basket.lines
            if not _is_labelled(line)}
    if held is None:
        return {
            key: Shelf(session.branch, session.date, products[key])
            for key, session in sessions.items()}
    return {
        key: Shelf(
            session.branch, session.date, products[key], held[key[0]],
            {p.id for p in products[key]} - whole[key[0]])
        for key, session in sessions.items()}


def _shelf_of(basket, shelves: dict) -> Shelf:
    return shelves[basket.session.branch.id, basket.session.date]


# The goods

class Place(NamedTuple):
    "Where goods are taken from; rows of what is on hand are as good"
    lot: object
    location: object


class Missing(NamedTuple):
    "Goods of a line that are in the hand and not in the books"
    basket: object
    line: object
    #: in the default unit of the product
    quantity: float


def _settle_goods(baskets, shelves: dict, seen: set[int] | None) -> dict:
    """Decide which lot, and where it lies, each line is taken from.

    Scanned lots first, they are certain; then the others, first expired
    first; what is missing then is found. A line that needs several lots
    becomes several lines.

    :return: basket id → list of (line, place)
    """
    left = {
        row.id: row.quantity for shelf in shelves.values()
        for rows in shelf.by_product.values() for row in rows}
    lines = [
        (b, line) for b in baskets for line in b.lines if not line.kept]
    # A line may not be saved yet: its own identity tells it apart
    taken: dict[int, list] = {}
    missing = []
    for basket, line in sorted(
            lines, key=lambda pair: pair[1].lot_knowledge != 'scanned'):
        taken[id(line)], short = _take(
            basket, line, _shelf_of(basket, shelves), left)
        if short:
            missing.append(Missing(basket, line, short))
    for each, place in zip(missing, _find(missing, seen)):
        taken[id(each.line)].append((place, each.quantity))
    settled: dict = {basket.id: [] for basket in baskets}
    for basket, line in lines:
        settled[basket.id] += _split(line, taken[id(line)])
    for basket in baskets:
        if basket.from_paper:
            on_paper.note_incidents(
                [line for line, _ in settled[basket.id]],
                _shelf_of(basket, shelves))
        # What is kept from a replaced basket has left already
        settled[basket.id] += [(l, None) for l in basket.lines if l.kept]
    return settled


def _take(
        basket, line, shelf: Shelf, left: dict) -> tuple[list, float]:
    """The rows that *line* is taken from, which are then no more in *left*.

    :return: (row, quantity) pairs, and how much has to be found beside
    """
    UoM = Pool().get('product.uom')
    unit = line.product.template.default_uom
    scanned = line.lot if line.lot_knowledge == 'scanned' else None
    if scanned:
        if refusal := shelf.refusal(scanned):
            raise CheckoutError(_about(basket, refusal))
        rows = shelf.rows_of(scanned)
    else:
        # How many lots are there now, not when the line was composed
        line.lot_knowledge, line.lot = shelf.knowledge(line.product)
        rows = shelf.usable(line.product)
    wanted = UoM.compute_qty(line.unit, line.quantity, unit, round=False)
    if basket.from_paper:
        there = shelf.rows(line.product)
        return on_paper.take(
            rows, [r for r in there if r not in rows], wanted, left)
    taken, missing = allocate(
        [(row, left[row.id], row.expiry) for row in rows], wanted, digits=6)
    if missing > 0 or not taken:
        problem = in_hand.refusal(line.product, scanned, missing, shelf)
        if problem:
            raise CheckoutError(_about(basket, problem))
        if problem is not None or not missing > 0:
            raise CheckoutError(
                _short(basket, line, rows, left, wanted, shelf))
    for row, quantity in taken:
        left[row.id] = round(left[row.id] - quantity, 6)
    return list(taken), missing


def _find(missing: list[Missing], seen: set[int] | None) -> list[Place]:
    """Take goods that are in the hand into the books, in bulk.

    :param seen: ids of chilled lines whose date was looked at; None where
        there is nobody to ask
    """
    by_day = defaultdict(list)
    for each in missing:
        family = each.line.product.family
        if (seen is not None and family and family.chilled
                and each.line.id not in seen):
            # Somebody else took them while we waited: ask now
            raise CheckoutError(gettext(
                    'aid_basket.msg_in_hand_chilled_now',
                    basket=each.basket.rec_name,
                    goods=each.line.product.rec_name))
        session = each.basket.session
        by_day[session.branch, session.date].append(each)
    places = {}
    for (branch, date), group in by_day.items():
        lots = found_lots(branch, [
                (m.line.product, m.quantity, _label_of(m.line))
                for m in group], date)
        for each, lot in zip(group, lots):
            places[id(each)] = Place(lot, branch.storage)
    return [places[id(each)] for each in missing]


def _label_of(line):
    return line.lot if line.lot_knowledge == 'scanned' else None


def _about(basket, message: str) -> str:
    return gettext(
        'aid_basket.msg_checkout_about', basket=basket.rec_name,
        message=message)


def _short(
        basket, line, rows, left: dict, wanted: float, shelf: Shelf) -> str:
    "That the books have too little, or that it is not here or past its date"
    lang = Pool().get('ir.lang').get()
    unit = line.product.template.default_uom
    scanned = line.lot_knowledge == 'scanned'
    if scanned and not rows:
        return gettext(
            'aid_basket.msg_checkout_lot_elsewhere',
            basket=basket.rec_name, lot=line.lot.rec_name,
            product=line.product.rec_name,
            branch=basket.session.branch.rec_name)
    if not rows and (past := shelf.rows(line.product)):
        return _about(basket, shelf.refusal(past[0].lot))
    return gettext(
        'aid_basket.msg_checkout_short',
        basket=basket.rec_name,
        goods=(line.lot if scanned else line.product).rec_name,
        branch=basket.session.branch.rec_name,
        wanted=lang.format_number_symbol(wanted, unit),
        there=lang.format_number_symbol(
            sum(left[r.id] for r in rows), unit))


def _split(line, taken: list) -> list[tuple]:
    "One line for each place *taken* from; the first one is *line* itself"
    Line = Pool().get('aid.basket.line')
    unit = line.product.template.default_uom
    knowledge = line.lot_knowledge
    result = []
    for i, (place, quantity) in enumerate(taken):
        part = line if not i else Line(
            basket=line.basket, product=line.product, rank=line.rank,
            always_free=line.always_free)
        part.lot = place.lot
        part.lot_knowledge = (
            'found' if isinstance(place, Place) else knowledge)
        if len(taken) > 1:
            part.quantity, part.unit = quantity, unit
        result.append((part, place))
    return result


# The amounts

def _entitlements(baskets) -> dict:
    "Basket id → the entitlement in force of its household, or None"
    Household = Pool().get('aid.household')
    of_day = defaultdict(dict)
    for basket in baskets:
        if basket.household:
            of_day[basket.session.date][basket.household.id] = (
                basket.household)
    in_force = {
        date: Household.entitlements_at(list(households.values()), date)
        for date, households in of_day.items()}
    return {
        b.id: in_force[b.session.date][b.household.id] if b.household
        else None for b in baskets}


def _settle_amounts(
        baskets, settled: dict, shelves: dict, entitlements: dict) -> None:
    "Reckon *baskets* on the lots they are really taken from"
    groups = defaultdict(list)
    for basket in baskets:
        groups[basket.session.branch, basket.session.date].append(basket)
    for (branch, date), group in groups.items():
        lines = {
            b: [line for line, _ in settled[b.id]] for b in group}
        with Transaction().set_context(company=branch.company.id):
            known = Known(
                rule_of(branch, date),
                market_values(chain(*lines.values()), date), entitlements)
        for basket in group:
            reckon(
                basket, lines[basket], _shelf_of(basket, shelves),
                place=False, known=known)


def _mark_for_review(baskets, settled: dict, entitlements: dict) -> None:
    "Note what the social worker should know; it stops nobody"
    for basket in baskets:
        basket.people = basket.count_people()
        if basket.household:
            basket.entitlement = entitlements[basket.id]
        if basket.emergency:
            if reason := emergency.review_reason(basket):
                _refer(basket, reason)
            continue
        if not basket.entitlement:
            _refer(basket, gettext('aid_basket.msg_review_no_entitlement'))
            continue
        stand = standing.standing(
            basket, basket.entitlement,
            [line for line, _ in settled[basket.id]])
        if stand.state == 'exceeded':
            _settle_cap(basket, stand)


def _settle_cap(basket, stand) -> None:
    "What beyond the cap becomes of: chosen at the till, or to be seen to"
    entitlement = basket.entitlement
    if basket.cap_choice == 'allow':
        return
    if basket.cap_choice == 'next' and entitlement.cap_period != 'whole':
        basket.cap_carried = stand.used - entitlement.cap_quantity
        return
    _refer(basket, gettext('aid_basket.msg_review_cap'))


def _refer(basket, reason: str) -> None:
    basket.to_review = True
    basket.review_reason = ' '.join(
        filter(None, [basket.review_reason, reason]))


# The goods leave

def _hand_over(baskets, settled: dict) -> None:
    """Take the goods off the shelves: one create, one do for all baskets.

    :raises CheckoutError: somebody else took them in the meantime
    """
    Line = Pool().get('aid.basket.line')
    lines = [line for basket in baskets for line, _ in settled[basket.id]]
    pairs = [
        pair for basket in baskets for pair in settled[basket.id]
        if pair[1] is not None]
    # Their ids are the origins of the moves
    Line.save([line for line, _ in pairs if line.id is None])
    values = [
        _move_values(line.basket.session, line, place)
        for line, place in pairs]
    try:
        moves = done_moves(values, {
                (place.location.id, place.lot.id) for _, place in pairs
                if not isinstance(place, Place)})
    except InsufficientQuantityError as error:
        names = ', '.join(b.rec_name for b in baskets)
        raise CheckoutError(gettext(
                'aid_basket.msg_checkout_about', basket=names,
                message=error.message)) from error
    for (line, _), move in zip(pairs, moves):
        line.move = move
    for basket in baskets:
        for line, place in settled[basket.id]:
            if place is None:
                line.move = line.kept.move
    lane.save(Line, lines)


def _move_values(session, line, place) -> dict:
    "Everything that a move of *line* from *place* holds"
    ModelData = Pool().get('ir.model.data')
    company = session.branch.company
    return {
        'product': line.product.id,
        'lot': line.lot.id,
        'quantity': line.quantity,
        'unit': line.unit.id,
        'from_location': place.location.id,
        'to_location': ModelData.get_id('stock', 'location_customer'),
        'company': company.id,
        'currency': company.currency.id,
        'unit_price': _unit_price(line),
        'planned_date': session.date,
        'effective_date': session.date,
        'origin': str(line),
        }


def _unit_price(line) -> Decimal:
    return (line.asked / Decimal(str(line.quantity))).quantize(
        Decimal('0.0001'))


# The papers

def _write_papers(baskets) -> None:
    "An invoice where something is asked, else a hand-over slip"
    pool = Pool()
    Invoice = pool.get('account.invoice')
    BranchSequence = pool.get('aid.branch.sequence')
    asked = [b for b in baskets if b.asked > 0]
    for basket, (invoice, number) in zip(asked, Invoice.for_baskets(asked)):
        basket.document = 'invoice'
        basket.invoice = invoice
        basket.number = number
    free = defaultdict(list)
    for basket in baskets:
        if not basket.asked > 0:
            free[basket.session.branch, basket.session.date].append(basket)
    for (branch, date), group in free.items():
        sequence = BranchSequence.numbers(branch, 'hand_over', date)
        with Transaction().set_context(date=date):
            numbers = BranchSequence.next_numbers(sequence, len(group))
            for basket, number in zip(group, numbers):
                basket.document = 'hand_over'
                basket.number = number


def _finish(baskets) -> None:
    pool = Pool()
    Basket = pool.get('aid.basket')
    Visit = pool.get('aid.session.visit')
    for basket in baskets:
        basket.state = 'done'
        basket.date = basket.session.date
        basket.checked_out_at = dt.datetime.now()
        basket.checked_out_by = Transaction().user or None
        basket.request_key = Transaction().context.get('request_key')
        if basket.emergency:
            basket.told = []
    Visit.serve(baskets)
    lane.save(Basket, baskets)


# The money

def _take_all(baskets, kind: str) -> None:
    "Take what is asked, in cash or by card"
    Payment = Pool().get('aid.basket.payment')
    Payment.take([(b, kind, b.asked) for b in baskets if b.asked > 0])


def _take_payment(
        baskets, pay: str | dict[int, Decimal] | None) -> None:
    """Take the exact amount, a part of it, or carry it forward.

    What goes beyond what a household may owe is waived or sent to the social
    worker, as the rule of the branch says; it never stops the basket.
    """
    pool = Pool()
    Basket = pool.get('aid.basket')
    Payment = pool.get('aid.basket.payment')
    for basket in baskets:
        if basket.replaces:
            exchange.settle(basket, pay)
    asked = [
        b for b in baskets
        if b.asked > 0 and not (b.replaces and pay)]
    if isinstance(pay, str):
        Payment.take([(b, pay, b.asked) for b in asked])
        return
    paid = {b.id: min((pay or {}).get(b.id, ZERO), b.asked) for b in asked}
    Payment.take([(b, 'cash', paid[b.id]) for b in asked])
    waived, referred = [], []
    rules: dict = {}
    for basket in asked:
        if paid[basket.id] == basket.asked:
            continue
        key = basket.session.branch, basket.session.date
        if key not in rules:
            rules[key] = rule_of(*key)
        rule = rules[key]
        beyond = beyond_limit(basket, rule)
        if beyond <= 0:
            continue
        if rule.beyond_limit == 'waive':
            waived.append((basket, 'waiver', beyond))
        else:
            _refer(basket, gettext('aid_basket.msg_review_owed'))
            referred.append(basket)
    Payment.take(waived)
    Basket.save(referred)


def beyond_limit(basket, rule) -> Decimal:
    "How much of *basket* goes beyond what its household may owe"
    if not rule or rule.carry_limit is None:
        return ZERO
    owed = standing.owed(basket.household)
    return min(basket.asked, max(owed - rule.carry_limit, ZERO))
