"""How far recalled goods have gone: lots, branches, baskets, households.

A handful of questions to the database, however many lots, branches and
hand-overs there are.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sql import Literal, Null
from sql.aggregate import Sum
from sql.conditionals import Case

from trytond.model import fields
from trytond.pool import Pool
from trytond.transaction import Transaction

from aid_basket import who_may_have
from aid_donation.scanning import written_forms
from aid_lot import chain

from .balance import Flow


@dataclass(frozen=True)
class Lineage:
    """Recalled lots with all they became.

    :param lots: their ids, those that were chosen first
    :param certain: ids of those that are wholly of chosen ones of which
        nobody doubts
    :param became: ids of those that were made of the chosen ones
    :param found: ids of those that bore a recalled label when they were found
    :param branches: ids of the branches they ever were at
    """
    lots: list[int]
    certain: frozenset[int]
    became: frozenset[int]
    found: frozenset[int]
    branches: frozenset[int]


def lineage(lots: Iterable, unsure: Iterable = ()) -> Lineage:
    """What *lots* became, to the last of them, in the whole network.

    What was found with one of their labels is of them as well.

    :param unsure: those among *lots* that are stopped as a precaution
    """
    roots = [int(lot) for lot in lots]
    doubted = {int(lot) for lot in unsure}
    found: list[int] = []
    while True:
        links = chain.forward([*roots, *found])
        more = _labelled_as(links.lots) - set(links.lots)
        if not more:
            break
        found += sorted(more)
    sure = links if not doubted else chain.forward(
        [lot for lot in links.roots if lot not in doubted])
    return Lineage(
        links.lots,
        frozenset(lot for lot in sure.lots if sure.is_certain(lot)),
        frozenset(links.lots) - set(roots) - set(found),
        frozenset(found),
        frozenset(
            branch for step in links.steps
            for branch in [step.from_branch, step.to_branch] if branch))


def _labelled_as(lots: list[int]) -> set[int]:
    lot = Pool().get('stock.lot').__table__()
    if not lots:
        return set()
    cursor = Transaction().connection.cursor()
    cursor.execute(*lot.select(lot.id, where=_in(lot.found_as, lots)))
    return {id_ for id_, in cursor}


def on_hand(lots: list[int]) -> dict[tuple[int, int], float]:
    "(branch id, lot id) → what lies there, put aside or not"
    table = Pool().get('aid.lot.on_hand').__table__()
    if not lots:
        return {}
    cursor = Transaction().connection.cursor()
    cursor.execute(*table.select(
            table.branch, table.lot, Sum(table.quantity),
            where=_in(table.lot, lots) & (table.quantity > 0)
            & (table.branch != Null),
            group_by=[table.branch, table.lot]))
    return {(branch, lot): quantity for branch, lot, quantity in cursor}


@dataclass
class Reached:
    """What one household got of one product, as far as is known.

    :param quantity: in the default unit of the product
    :param certain: whether it surely got some
    :param booked: whether the books say so; else it only may have it
    :param last: the day it was handed over last
    """
    branch: int
    household: int
    product: int
    quantity: float
    certain: bool
    booked: bool
    last: dt.date


@dataclass
class HandedOver:
    """Whom baskets went to.

    :param reached: by household and product
    :param baskets: how many baskets there were, with all below
    :param erased: how many households nobody can name any more: their file,
        or the link of the basket to it, was erased
    :param without_file: how many baskets of emergency aid: nobody knows whose
    :param branches: ids of the branches that handed them over
    """
    reached: dict[tuple[int, int], Reached] = field(default_factory=dict)
    baskets: int = 0
    erased: int = 0
    without_file: int = 0
    branches: set[int] = field(default_factory=set)


def handed_over(
        line: Lineage, gtins: Iterable[str] = (),
        since: dt.date | None = None) -> HandedOver:
    """Who got, or may have, some of the goods of *line* in a basket.

    Goods that somebody chose by their own name are what they are: of the same
    family only those count that stand for anything of it.

    :param gtins: of 14 digits; whoever took goods that a till scanned by one
        of them, without knowing which they are, may have some too
    :param since: the first day on which such a scan counts
    """
    result = HandedOver()
    baskets, erased, without_file = set(), set(), set()
    rows = who_may_have.of_lots(line.lots)
    rows = [r for r in rows if r.grade != 'same_family' or _stands_for(r)]
    known_lines = {r.line for r in rows}
    rows += [r for r in _scanned(gtins, since) if r.line not in known_lines]
    known = _what_was(rows)
    converted = _Converted()
    for row in rows:
        quantity, unit, emergency, gone = known[row.line]
        baskets.add(row.basket)
        result.branches.add(row.branch)
        if not row.household:
            (without_file if emergency else erased).add(
                ('basket', row.basket))
            continue
        if gone:
            erased.add(('household', row.household))
            continue
        _add(result.reached, Reached(
                row.branch, row.household, row.product,
                converted(row.product, unit, quantity),
                row.grade == 'certain' and row.lot in line.certain,
                row.grade in {'certain', 'assumed'}, row.date))
    result.baskets = len(baskets)
    result.erased = len(erased)
    result.without_file = len(without_file)
    return result


def _scanned(
        gtins: Iterable[str], since: dt.date | None
        ) -> list[who_may_have.Reached]:
    "Lines whose barcode no till knew, and which is one of *gtins*"
    pool = Pool()
    line = pool.get('aid.basket.line').__table__()
    basket = pool.get('aid.basket').__table__()
    forms = [form for gtin in gtins for form in written_forms(gtin)]
    if not forms:
        return []
    cursor = Transaction().connection.cursor()
    cursor.execute(*line
        .join(basket, condition=line.basket == basket.id)
        .select(
            line.lot, line.id, line.basket, basket.branch, basket.household,
            basket.date, line.product, line.kg,
            where=_in(line.barcode, forms)
            & (basket.state == 'done')
            & (basket.date >= since if since else Literal(True)),
            order_by=[line.id]))
    return [
        who_may_have.Reached('scanned', *values)._replace(
            date=chain.as_date(values[5])) for values in cursor]


def _stands_for(row) -> bool:
    "Whether either of the goods is only known by its family"
    pool = Pool()
    handed = pool.get('product.product')(row.product)
    wanted = pool.get('stock.lot')(row.lot).product
    return any(
        product.family and product.family.product == product
        for product in [handed, wanted])


def _add(reached: dict, new: Reached) -> None:
    "Put *new* to what its household got of the product before"
    key = new.household, new.product
    old = reached.setdefault(key, new)
    if old is not new:
        old.quantity = round(old.quantity + new.quantity, 6)
        old.certain |= new.certain
        old.booked |= new.booked
        old.last = max(old.last, new.last)


def _what_was(rows: list) -> dict[int, tuple]:
    "Line id → quantity, unit, emergency aid, file erased; one statement"
    pool = Pool()
    line = pool.get('aid.basket.line').__table__()
    basket = pool.get('aid.basket').__table__()
    household = pool.get('aid.household').__table__()
    if not rows:
        return {}
    cursor = Transaction().connection.cursor()
    cursor.execute(*line
        .join(basket, condition=line.basket == basket.id)
        .join(household, 'LEFT', condition=basket.household == household.id)
        .select(
            line.id, line.quantity, line.unit, basket.emergency,
            Case((household.erased_on != Null, Literal(1)),
                else_=Literal(0)),
            where=_in(line.id, [r.line for r in rows])))
    return {id_: tuple(values) for id_, *values in cursor}


class _Converted:
    "Quantities in the default unit of their product; each is read once"

    def __init__(self) -> None:
        self.factors: dict[tuple[int, int], float] = {}

    def __call__(self, product: int, unit: int, quantity: float) -> float:
        pool = Pool()
        Uom = pool.get('product.uom')
        if (product, unit) not in self.factors:
            self.factors[product, unit] = Uom.compute_qty(
                Uom(unit), 1,
                pool.get('product.product')(product).default_uom,
                round=False)
        return round(quantity * self.factors[product, unit], 6)


def flows(lots: list[int], opened_on: dt.date | None) -> dict[int, list]:
    """What moved between places, of each of *lots*.

    :param opened_on: moves of that day or later are those of the recall
    :return: lot id → ``Flow`` in the default unit of its product
    """
    pool = Pool()
    move = pool.get('stock.move').__table__()
    if not lots:
        return {}
    since = Case(
        (move.effective_date >= opened_on, Literal(1)), else_=Literal(0)
        ) if opened_on else Literal(0)
    # Grouped outside: a database that is sent values apart does not see
    # that the same condition stands twice
    moved = move.select(
        move.lot.as_('lot'), move.from_location.as_('out_of'),
        move.to_location.as_('into'), since.as_('recalled'),
        move.internal_quantity.as_('quantity'),
        where=_in(move.lot, lots) & (move.state == 'done'))
    keys = [moved.lot, moved.out_of, moved.into, moved.recalled]
    cursor = Transaction().connection.cursor()
    cursor.execute(*moved.select(
            *keys, Sum(moved.quantity), group_by=keys))
    rows = cursor.fetchall()
    kinds = _kinds({place for row in rows for place in row[1:3]})
    result = defaultdict(list)
    for lot, out_of, into, recalled, quantity in rows:
        result[lot].append(Flow(
                kinds[out_of], kinds[into], quantity or 0, bool(recalled)))
    return dict(result)


def _kinds(places: set[int]) -> dict[int, str]:
    "What each place is for the balance"
    pool = Pool()
    Location = pool.get('stock.location')
    get_id = pool.get('ir.model.data').get_id
    special = {
        get_id('aid_lot', 'location_disposal'): 'disposal',
        get_id('aid_lot', 'location_resort'): 'sorting',
        }
    result = {}
    for location in Location.browse(places):
        kind = special.get(location.id, location.type)
        if kind == 'storage':
            kind = 'quarantine' if is_aside(location) else 'shelf'
        result[location.id] = kind
    return result


def is_aside(location) -> bool:
    "Whether *location* lies in the quarantine of its branch"
    branch = location.branch
    while branch and branch.quarantine and location:
        if location == branch.quarantine:
            return True
        location = location.parent
    return False


def _in(column, ids: Iterable[int]):
    return fields.SQL_OPERATORS['in'](column, list(ids))

