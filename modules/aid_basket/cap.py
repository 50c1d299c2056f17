"""What is left of a household's entitlement: plain arithmetic.

A cap counts one thing (amount asked, kilograms, passages, or items of a
family) over one period (week, month, or the whole entitlement), with a
tolerance. It never blocks a basket: it says where the household stands, and
the social worker hears of it. Always-free goods are never counted.
"""
from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Cap:
    """A cap: `kind` is `none amount kg passages items`.

    `quantity` is in the unit of the kind, `tolerance` a share of it (0.10
    lets a household go a tenth beyond).
    """
    kind: str = 'none'
    quantity: Decimal = ZERO
    tolerance: Decimal = ZERO


@dataclass(frozen=True)
class Standing:
    """Where a household stands: `left` is never below zero.

    `state` is `none` (no cap), `within`, `tolerated` or `exceeded`.
    """
    state: str
    used: Decimal = ZERO
    left: Decimal = ZERO


def stand(cap: Cap, used_before: Decimal, basket: Decimal) -> Standing:
    """Where *cap* stands once *basket* is added to *used_before*.

    >>> stand(Cap('kg', Decimal(20)), Decimal(12), Decimal(5))
    Standing(state='within', used=Decimal('17'), left=Decimal('3'))
    """
    if cap.kind == 'none':
        return Standing('none')
    used = used_before + basket
    left = max(cap.quantity - used, ZERO)
    if used <= cap.quantity:
        state = 'within'
    elif used <= cap.quantity * (1 + cap.tolerance):
        state = 'tolerated'
    else:
        state = 'exceeded'
    return Standing(state, used, left)


def period(
        kind: str, date: dt.date, first: dt.date | None = None,
        last: dt.date | None = None) -> tuple[dt.date, dt.date]:
    """First and last day of the period of *kind* that *date* lies in.

    `week` begins on Monday; `month` is the calendar month; `whole` is the
    entitlement, *first* to *last*.

    >>> period('week', dt.date(2026, 11, 22))
    (datetime.date(2026, 11, 16), datetime.date(2026, 11, 22))
    """
    if kind == 'week':
        monday = date - dt.timedelta(days=date.weekday())
        return monday, monday + dt.timedelta(days=6)
    if kind == 'month':
        start = date.replace(day=1)
        after = (start + dt.timedelta(days=32)).replace(day=1)
        return start, after - dt.timedelta(days=1)
    return first or dt.date.min, last or dt.date.max
