"""Choose what leaves first: the goods whose date comes first."""
from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable
from typing import NamedTuple


class Available(NamedTuple):
    "Some goods on hand"
    #: whatever tells the goods apart, for example the id of a lot
    key: Hashable
    #: how much there is, in any one unit
    quantity: float
    #: the day after which the goods are past their date, if they have one
    expiry: dt.date | None = None


class Taken(NamedTuple):
    "How much to take of some goods"
    key: Hashable
    quantity: float


class Allocation(NamedTuple):
    "What to take, in the order to take it, and how much is missing"
    taken: list[Taken]
    missing: float


def first_expired(available: Iterable[Available]) -> list[Available]:
    """*available* in the order to use it.

    Goods without a date come last; goods of one date stay in their order.
    """
    return sorted(available, key=lambda goods: goods.expiry or dt.date.max)


def allocate(
        available: Iterable[Available | tuple], wanted: float,
        digits: int = 3) -> Allocation:
    """Take *wanted* from *available*, first expired first.

    :param available: :class:`Available` or tuples in its order; whoever may
        not be handed over is left out by the caller
    :param wanted: how much to take, in the unit of the quantities
    :param digits: decimals of that unit: less than its last digit is nothing
    :raises ValueError: if *wanted* is negative

    >>> today = dt.date(2026, 11, 23)
    >>> allocate([('b', 3), ('a', 2, today)], 4)
    Allocation(taken=[Taken(key='a', quantity=2), Taken(key='b', quantity=2)], missing=0)
    """  # noqa: E501
    if wanted < 0:
        raise ValueError(f"cannot take a negative quantity: {wanted}")
    taken: list[Taken] = []
    missing = round(wanted, digits)
    for goods in first_expired(Available(*goods) for goods in available):
        if missing <= 0:
            break
        quantity = round(min(goods.quantity, missing), digits)
        if quantity <= 0:
            continue
        taken.append(Taken(goods.key, quantity))
        missing = round(missing - quantity, digits)
    return Allocation(taken, missing)
