"""The chain of lots: what became of goods, and what they were made of.

Two questions to the database in each direction, however many lots, moves and
branches lie on the way: the lineage (``aid.lot.parent``), and the done moves
of all the lots on it, summed. What is there, given and lost adds up.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import TopologicalSorter

from sql import With
from sql.aggregate import Count, Max, Min, Sum

from trytond.model import fields
from trytond.pool import Pool
from trytond.transaction import Transaction

from aid_branch.reading import as_date

#: What may happen to goods, in the order in which it mostly does
KINDS = (
    'received', 'found', 'made', 'moved', 'sent', 'arrived', 'handed_over',
    'returned', 'given_back', 'disposed', 'lost', 'used')
#: What brings goods to a shelf, and what takes them away from there
IN = frozenset({'received', 'found', 'made', 'arrived', 'returned'})
OUT = frozenset({
    'sent', 'handed_over', 'given_back', 'disposed', 'lost', 'used'})
#: The two sides of an account, whose sums are the same
CAME = ('received', 'found', 'made', 'returned')
WENT = (
    'on_hand', 'on_the_way', 'handed_over', 'given_back', 'disposed', 'lost',
    'used')
DIGITS = 6


@dataclass(frozen=True)
class Link:
    "So much of the lot *parent* (in its default unit) went into *lot*"
    parent: int
    lot: int
    quantity: float


@dataclass(frozen=True)
class Step:
    """What happened to a lot between two places, summed over all days.

    :param lot: id of the ``stock.lot``
    :param kind: one of ``KINDS``
    :param quantity: in the default unit of the product, above zero
    :param count: how many moves
    :param from_branch: id of the ``aid.branch`` it left, None outside
    """
    lot: int
    kind: str
    quantity: float
    count: int
    first: dt.date
    last: dt.date
    from_branch: int | None = None
    to_branch: int | None = None


@dataclass
class Account:
    """What came to be of one lot, in the default unit of its product.

    ``received + found + made + returned = on hand + on the way + handed over
    + given back + disposed + lost + used``: it adds up by its making, and
    ``on_hand`` is what the index of goods on hand says too.
    """
    sums: dict[str, float] = field(
        default_factory=lambda: dict.fromkeys(KINDS, 0.0))

    def add(self, step: Step) -> None:
        self.sums[step.kind] = round(
            self.sums[step.kind] + step.quantity, DIGITS)

    @property
    def on_hand(self) -> float:
        "What lies on a shelf, of whatever branch"
        return round(
            sum(self.sums[k] for k in IN)
            - sum(self.sums[k] for k in OUT), DIGITS)

    @property
    def on_the_way(self) -> float:
        "What has left a branch and not arrived at another"
        return round(self.sums['sent'] - self.sums['arrived'], DIGITS)


@dataclass
class Chain:
    """The lots that some others became, or were made of.

    :param roots: ids of the lots that were asked about
    :param links: every link into the lots of the chain
    :param steps: what happened to them
    :param depth: how many steps each lot is away from the roots
    :param forwards: what they became, else what they were made of
    """
    roots: list[int]
    links: list[Link]
    steps: list[Step]
    depth: dict[int, int]
    forwards: bool = True

    @property
    def lots(self) -> list[int]:
        "Ids of all lots of the chain, the ones asked about first"
        return sorted(self.depth, key=lambda lot: (self.depth[lot], lot))

    @cached_property
    def steps_of(self) -> dict[int, list[Step]]:
        "The steps of each lot that moved, in their order"
        steps = defaultdict(list)
        for step in self.steps:
            steps[step.lot].append(step)
        return dict(steps)

    @cached_property
    def accounts(self) -> dict[int, Account]:
        "What came to be of each lot of the chain"
        accounts = {lot: Account() for lot in self.lots}
        for step in self.steps:
            accounts[step.lot].add(step)
        return accounts

    def account(self, lot: int) -> Account:
        "What came to be of *lot*"
        return self.accounts[lot]

    @cached_property
    def on_hand(self) -> dict[tuple[int, int | None], float]:
        "What is left of each lot at each branch that has any, by their ids"
        left: dict[tuple[int, int | None], float] = defaultdict(float)
        for step in self.steps:
            if step.kind in IN or step.kind == 'moved':
                left[step.lot, step.to_branch] += step.quantity
            if step.kind in OUT or step.kind == 'moved':
                left[step.lot, step.from_branch] -= step.quantity
        return {
            key: round(quantity, DIGITS) for key, quantity in left.items()
            if round(quantity, DIGITS)}

    def is_certain(self, lot: int) -> bool:
        """Whether *lot* and those that were asked about surely share goods.

        Forwards: all of *lot* comes from them. Where other goods went in as
        well, some of it may be of those alone. Backwards: all of one of them
        went through *lot*. Where it is one of several that went in, what is
        looked at may be of the others alone.
        """
        return lot in self._certain

    @cached_property
    def _certain(self) -> set[int]:
        origins = defaultdict(set)
        for link in self.links:
            origins[link.lot].add(link.parent)
        if self.forwards:
            return _made_only_of(self.roots, origins, self.depth)
        return _all_went_through(self.roots, origins)


def _made_only_of(
        roots: Iterable[int], origins: dict[int, set[int]],
        lots: Iterable[int]) -> set[int]:
    """Those of *lots* that nothing but *roots* went into.

    All that comes from a lot beside the chain is left out, up to the roots.
    """
    made = defaultdict(set)
    for lot, parents in origins.items():
        for parent in parents:
            made[parent].add(lot)
    roots = set(roots)
    foreign = {
        parent for parent in made
        if parent not in origins and parent not in roots}
    front = list(foreign)
    while front:
        reached = made[front.pop()] - foreign - roots
        foreign |= reached
        front += reached
    return set(lots) - foreign


def _all_went_through(
        roots: Iterable[int], origins: dict[int, set[int]]) -> set[int]:
    "The lots that all the goods of at least one of *roots* went through"
    through: dict[int, frozenset[int]] = {}
    for lot in TopologicalSorter(origins).static_order():
        before = [through[parent] for parent in origins.get(lot, ())]
        through[lot] = frozenset([lot]).union(
            frozenset.intersection(*before) if before else ())
    return {
        lot for root in roots for lot in through.get(root, [root])}


def forward(lots: Iterable) -> Chain:
    "What became of *lots* (``stock.lot``), to the last of them"
    return _chain(lots, forwards=True)


def backward(lots: Iterable) -> Chain:
    "What *lots* (``stock.lot``) were made of, to the first of them"
    return _chain(lots, forwards=False)


def came_in(first: dt.date, last: dt.date, domain: list) -> list[int]:
    """The lots of *domain* that came to a shelf from outside within days.

    :param domain: of ``stock.lot``, for example those of a donor
    :return: their ids, the oldest first
    """
    pool = Pool()
    lots = pool.get('stock.lot').search(domain, order=[], query=True)
    move = pool.get('stock.move').__table__()
    Location = pool.get('stock.location')
    out_of, into = Location.__table__(), Location.__table__()
    cursor = Transaction().connection.cursor()
    cursor.execute(*move
        .join(out_of, condition=move.from_location == out_of.id)
        .join(into, condition=move.to_location == into.id)
        .select(
            move.lot,
            where=move.lot.in_(lots)
            & (move.state == 'done')
            & (move.effective_date >= first)
            & (move.effective_date <= last)
            & out_of.type.in_(['supplier', 'lost_found'])
            & (into.type == 'storage'),
            group_by=[move.lot], order_by=[move.lot]))
    return [lot for lot, in cursor]


def _chain(lots: Iterable, forwards: bool) -> Chain:
    roots = [int(lot) for lot in lots]
    if not roots:
        return Chain([], [], [], {}, forwards)
    way = ('parent', 'lot') if forwards else ('lot', 'parent')
    links = _links(roots, *way)
    return Chain(
        roots, links, _steps(roots, *way), _depths(roots, links, *way),
        forwards)


def _reached(roots: list[int], from_: str, to: str) -> With:
    """A recursive query for the ids of all lots of the chain.

    UNION, not UNION ALL: each lot once, on however many ways it is reached.
    """
    pool = Pool()
    lot = pool.get('stock.lot').__table__()
    parent = pool.get('aid.lot.parent').__table__()
    reached = With('lot', recursive=True)
    reached.query = (
        lot.select(lot.id, where=fields.SQL_OPERATORS['in'](lot.id, roots))
        | parent.join(
            reached,
            condition=(getattr(parent, from_) == reached.lot)
            & few(reached.lot)
            ).select(getattr(parent, to)))
    return reached


def few(column):
    """What is true of every row, and lets PostgreSQL expect few of them.

    It takes ten times as many lots for each step of a recursion as it began
    with, and would rather read all the moves there are than follow the index
    for so many. An equality that it knows nothing of counts as rare.
    """
    return column == column + 0


def _links(roots: list[int], from_: str, to: str) -> list[Link]:
    "Every link into a lot of the chain, also out of lots beside it"
    parent = Pool().get('aid.lot.parent').__table__()
    reached = _reached(roots, from_, to)
    cursor = Transaction().connection.cursor()
    cursor.execute(*parent.join(
            reached,
            condition=(parent.lot == reached.lot) & few(reached.lot)
            ).select(
                parent.parent, parent.lot, parent.quantity,
                order_by=[parent.id], with_=[reached]))
    return [Link(*row) for row in cursor]


def _steps(roots: list[int], from_: str, to: str) -> list[Step]:
    pool = Pool()
    move = pool.get('stock.move').__table__()
    Location = pool.get('stock.location')
    out_of, into = Location.__table__(), Location.__table__()
    reached = _reached(roots, from_, to)
    keys = [
        move.lot, move.from_location, out_of.type, out_of.branch,
        move.to_location, into.type, into.branch, move.from_branch,
        move.to_branch]
    cursor = Transaction().connection.cursor()
    cursor.execute(*move
        .join(reached,
            condition=(move.lot == reached.lot) & few(reached.lot))
        .join(out_of, condition=move.from_location == out_of.id)
        .join(into, condition=move.to_location == into.id)
        .select(
            *keys, Sum(move.internal_quantity), Count(move.id),
            Min(move.effective_date), Max(move.effective_date),
            where=move.state == 'done', group_by=keys, with_=[reached]))
    special = _special_places()
    steps = []
    for (lot, out_id, out_type, out_branch, in_id, in_type, in_branch,
            from_branch, to_branch, quantity, count, first, last) in cursor:
        kind = kind_of(
            special.get(out_id) or _place(out_type, out_branch),
            special.get(in_id) or _place(in_type, in_branch))
        if kind and quantity:
            steps.append(Step(
                    lot, kind, round(quantity, DIGITS), count,
                    as_date(first), as_date(last), from_branch, to_branch))
    return sorted(
        steps, key=lambda s: (s.lot, s.first, KINDS.index(s.kind), s.last))


def _special_places() -> dict[int, str]:
    "What the places are for whose type does not say so"
    get_id = Pool().get('ir.model.data').get_id
    return {
        get_id('aid_lot', 'location_disposal'): 'disposal',
        get_id('aid_lot', 'location_resort'): 'sorting',
        }


def _place(type_: str, branch: int | None) -> str:
    """The kind of a place of Tryton's.

    Goods on their way lie in a storage too, which belongs to no branch.
    """
    return 'transit' if type_ == 'storage' and not branch else type_


def kind_of(out_of: str, into: str) -> str | None:
    """What a move between places of two kinds is, None where it is nothing.

    A place is a shelf (``storage``) or something outside: ``supplier``,
    ``customer``, ``transit``, ``disposal``, ``sorting``, or ``lost_found``.
    What comes back from where it was thrown away is found again.

    >>> kind_of('storage', 'customer')
    'handed_over'
    """
    if out_of == into == 'storage':
        return 'moved'
    if into == 'storage':
        return {
            'supplier': 'received',
            'customer': 'returned',
            'transit': 'arrived',
            'sorting': 'made',
            }.get(out_of, 'found')
    if out_of == 'storage':
        return {
            'supplier': 'given_back',
            'customer': 'handed_over',
            'transit': 'sent',
            'sorting': 'used',
            'disposal': 'disposed',
            }.get(into, 'lost')
    return None


def _depths(
        roots: list[int], links: list[Link], from_: str,
        to: str) -> dict[int, int]:
    "How many steps each lot of the chain is away from those asked about"
    nexts = defaultdict(set)
    for link in links:
        nexts[getattr(link, from_)].add(getattr(link, to))
    depth = dict.fromkeys(roots, 0)
    front = list(depth)
    steps = 0
    while front:
        steps += 1
        front = list({n for lot in front for n in nexts[lot]} - depth.keys())
        depth.update(dict.fromkeys(front, steps))
    return depth
