"""When the next entitlement runs: plain date arithmetic, no database."""
from __future__ import annotations

import datetime as dt

from dateutil.relativedelta import relativedelta

DAY = dt.timedelta(days=1)


def last_day(start: dt.date, months: int) -> dt.date:
    """The last day of a period of *months* that begins on *start*.

    >>> last_day(dt.date(2026, 1, 1), 6)
    datetime.date(2026, 6, 30)

    :raises ValueError: less than one month
    """
    if months < 1:
        raise ValueError("a period has at least one month")
    return start + relativedelta(months=months) - DAY


def whole_months(start: dt.date, end: dt.date) -> int | None:
    "How many months from *start* to *end* included, None if not whole ones"
    months = (end.year - start.year) * 12 + end.month - start.month
    for candidate in (months, months + 1):
        if candidate >= 1 and last_day(start, candidate) == end:
            return candidate
    return None


def next_period(
        start: dt.date, end: dt.date, today: dt.date,
        ) -> tuple[dt.date, dt.date]:
    """The period that follows the one from *start* to *end*, as long as it.

    It begins the day after *end*, or today where that day has passed.  Whole
    months stay whole months; else the number of days is kept.

    :return: first and last day
    :raises ValueError: *end* is before *start*
    """
    if end < start:
        raise ValueError(f"{end} is before {start}")
    following = max(end + DAY, today)
    months = whole_months(start, end)
    if months:
        return following, last_day(following, months)
    return following, following + (end - start)
