"""What hours are worth: plain arithmetic, no database.

Nothing imposes a method; it must be the same every year, decided by the
board, and follow from lists of who was there. Ours: hours times the wage of
their day, times a coefficient of the kind of work, times one plus the rate of
social charges.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

ONE = Decimal(1)


def worth(
        hours: Decimal, wage: Decimal, coefficient: Decimal,
        charges_rate: Decimal) -> Decimal:
    """What *hours* are worth, not rounded.

    :param wage: per hour
    :param coefficient: 1 for plain work, more for what takes a profession
    :param charges_rate: what an employer would pay on top, 0.1 for 10 %

    >>> worth(Decimal('10'), Decimal('12.02'), Decimal(2), Decimal('0.1'))
    Decimal('264.440')
    """
    return hours * wage * coefficient * (ONE + charges_rate)


def periods(
        first: dt.date, last: dt.date,
        changes: Iterable[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """The days from *first* to *last*, cut where a value changes.

    :param changes: the days on which something new holds for the first time
    :return: first and last day of each part, both included, in order

    >>> [(str(a), str(b)) for a, b in periods(
    ...     dt.date(2025, 12, 1), dt.date(2026, 1, 31),
    ...     [dt.date(2026, 1, 1), dt.date(2024, 11, 1)])]
    [('2025-12-01', '2025-12-31'), ('2026-01-01', '2026-01-31')]
    """
    if last < first:
        return []
    starts = sorted({first, *(d for d in changes if first < d <= last)})
    ends = [start - dt.timedelta(days=1) for start in starts[1:]]
    return list(zip(starts, [*ends, last]))
