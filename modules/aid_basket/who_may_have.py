"""Who may have goods of some lots, from certain to only possible.

What a till knows of a line is how its lot was told: scanned, the only one on
hand, or assumed. A line of other goods of the same kind may hold them too, if
they lay at the same branch on that day and nothing says which lot it was.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from sql import Literal, Null, Select, Union
from sql.aggregate import Max, Min, Sum
from sql.conditionals import Case, Coalesce

from trytond.model import Index, fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction

from aid_branch.reading import as_date

#: From the most certain to the least
GRADES = ('certain', 'assumed', 'same_product', 'same_family')
NOTHING = 1e-6
FOR_EVER = dt.date.max


class Reached(NamedTuple):
    """A line of a basket that holds, or may hold, goods of a lot.

    All but the grade, the date and the weight are ids.
    """
    #: one of ``GRADES``: the lot was scanned, found by its label or the only
    #: one on hand; it was assumed, first expired first; or the line is of the
    #: same product, or of its family, and of a day when the lot lay there
    grade: str
    lot: int
    line: int
    basket: int
    branch: int
    #: None where no file was opened
    household: int | None
    date: dt.date
    product: int
    #: of the whole line
    kg: float | None


def of_lots(lots: Iterable) -> list[Reached]:
    """The lines handed over that hold, or may hold, goods of *lots*.

    One question, however many lots, lines and branches. A line stands in it
    once, for its most certain reason; what was brought back is not in it.
    Neither is a line whose label of another lot was scanned. What the lots
    became is for the caller to add: ``of_lots(chain.forward(lots).lots)``.
    It asks without record rules: a caller shows only what may be seen.

    :param lots: ``stock.lot`` or their ids
    :return: the most certain first, then by day
    """
    ids = [int(lot) for lot in lots]
    if not ids:
        return []
    cursor = Transaction().connection.cursor()
    cursor.execute(*Union(_known(ids), _possible(ids), all_=True))
    best: dict[int, Reached] = {}
    for row in cursor:
        reached = Reached(*row)
        other = best.get(reached.line)
        if not other or _rank(reached) < _rank(other):
            best[reached.line] = reached
    return sorted(
        (r._replace(date=as_date(r.date)) for r in best.values()),
        key=lambda r: (GRADES.index(r.grade), r.date, r.line))


def _rank(reached: Reached) -> tuple[int, int]:
    return GRADES.index(reached.grade), reached.lot


def _known(ids: list[int]) -> Select:
    "Lines that the books say are of the lots, or that bore their label"
    pool = Pool()
    basket = pool.get('aid.basket').__table__()
    line = pool.get('aid.basket.line').__table__()
    lot = pool.get('stock.lot').__table__()
    return (lot
        .join(line, condition=line.lot == lot.id)
        .join(basket, condition=line.basket == basket.id)
        .select(
            Case((line.lot_knowledge == 'assumed', 'assumed'),
                else_='certain'),
            Case((_in(lot.id, ids), lot.id), else_=lot.found_as),
            *_columns(line, basket),
            where=(_in(lot.id, ids) | _in(lot.found_as, ids))
            & (basket.state == 'done')))


def _possible(ids: list[int]) -> Select:
    "Other lines of the same goods, of where and when the lots lay"
    pool = Pool()
    basket = pool.get('aid.basket').__table__()
    line = pool.get('aid.basket.line').__table__()
    Lot = pool.get('stock.lot')
    lot, other = Lot.__table__(), Lot.__table__()
    Product = pool.get('product.product')
    product, wanted = Product.__table__(), Product.__table__()
    Template = pool.get('product.template')
    template, wanted_template = Template.__table__(), Template.__table__()
    lay = _lay(ids)
    return (lay
        .join(lot, condition=lay.lot == lot.id)
        .join(wanted, condition=lot.product == wanted.id)
        .join(wanted_template,
            condition=wanted.template == wanted_template.id)
        .join(basket,
            condition=(basket.branch == lay.branch)
            & (basket.date >= lay.first)
            & (basket.date <= lay.last))
        .join(line, condition=line.basket == basket.id)
        .join(product, condition=line.product == product.id)
        .join(template, condition=product.template == template.id)
        .join(other, 'LEFT', condition=line.lot == other.id)
        .select(
            Case((line.product == lot.product, 'same_product'),
                else_='same_family'),
            lot.id, *_columns(line, basket),
            where=(basket.state == 'done')
            & ((line.product == lot.product)
                | (template.family == wanted_template.family))
            & (Coalesce(line.lot_knowledge, '') != 'scanned')
            & (other.found_as == Null)))


def _lay(ids: list[int]) -> Select:
    "From which day to which the lots lay where they could be taken"
    ends = Union(_end(ids, 'to', 1), _end(ids, 'from', -1), all_=True)
    last = fields.Date('last').sql_cast(Literal(FOR_EVER))
    return ends.select(
        ends.lot.as_('lot'), ends.branch.as_('branch'),
        Min(ends.date).as_('first'),
        Case((Sum(ends.quantity) > NOTHING, last),
            else_=Max(ends.date)).as_('last'),
        group_by=[ends.lot, ends.branch])


def _end(ids: list[int], end: str, sign: int) -> Select:
    "What moves brought to, or took from, the shelves of branches"
    pool = Pool()
    branch = pool.get('aid.branch').__table__()
    location = pool.get('stock.location').__table__()
    move = pool.get('stock.move').__table__()
    place = getattr(move, f'{end}_location')
    # Not the branches of the move: those of a transfer are of both its ends
    return (move
        .join(location, condition=place == location.id)
        .join(branch, condition=location.branch == branch.id)
        .select(
            move.lot.as_('lot'), branch.id.as_('branch'),
            move.effective_date.as_('date'),
            (move.internal_quantity * sign).as_('quantity'),
            where=_in(move.lot, ids)
            & (move.state == 'done')
            & (location.type == 'storage')
            & (place != Coalesce(branch.quarantine, 0))
            & (place != Coalesce(branch.parcels, 0))))


def _columns(line, basket) -> list:
    return [
        line.id, line.basket, basket.branch, basket.household, basket.date,
        line.product, line.kg]


def _in(column, ids: list[int]):
    return fields.SQL_OPERATORS['in'](column, ids)


class Basket(metaclass=PoolMeta):
    __name__ = 'aid.basket'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        # Who came to a branch while goods lay there
        cls._sql_indexes.add(
            Index(table, (table.branch, Index.Equality()),
                (table.date, Index.Range())))


class Lot(metaclass=PoolMeta):
    __name__ = 'stock.lot'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.found_as, Index.Equality()),
                where=table.found_as != Null))
