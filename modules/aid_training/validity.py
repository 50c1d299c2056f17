"""Until when a certificate counts, and what a renewal changes.

Plain functions over dates: the rules themselves are dated data of
``aid.course.validity``.
"""
from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from dateutil.relativedelta import relativedelta


class Validity(NamedTuple):
    """How long a certificate of a course counts.

    :ivar kind: ``none`` (for good), ``months`` after it was obtained, or
        ``end_of_year`` (31 December of the year that is *years* later)
    :ivar months: how many, of kind ``months``
    :ivar years: how many, of kind ``end_of_year``
    :ivar renewal_days: so many days before its end it may be renewed without
        losing any of them
    :ivar grace_days: so many days after its end it is accepted all the same
    """
    kind: str = 'none'
    months: int = 0
    years: int = 0
    renewal_days: int = 0
    grace_days: int = 0


def valid_until(
        rule: Validity, obtained_on: dt.date,
        before: dt.date | None = None) -> dt.date | None:
    """The last day on which a certificate counts, None if it has none.

    :param before: until when the one that it renews counts, None if it
        renews none

    It counts up to the day before the one on which the months are over:

    >>> months = Validity('months', months=24, renewal_days=90)
    >>> valid_until(months, dt.date(2026, 3, 10))
    datetime.date(2028, 3, 9)

    Renewed in its last 90 days it goes on from where it would have ended,
    and earlier or later from the day of the renewal:

    >>> valid_until(months, dt.date(2028, 1, 2), dt.date(2028, 3, 9))
    datetime.date(2030, 3, 9)
    >>> valid_until(months, dt.date(2027, 6, 1), dt.date(2028, 3, 9))
    datetime.date(2029, 5, 31)
    >>> valid_until(
    ...     Validity('end_of_year', years=1), dt.date(2026, 1, 31))
    datetime.date(2027, 12, 31)
    """
    if rule.kind == 'months':
        start = obtained_on
        if before and may_renew(rule, before, obtained_on):
            start = before + dt.timedelta(days=1)
        return start + relativedelta(months=rule.months) - dt.timedelta(
            days=1)
    if rule.kind == 'end_of_year':
        return dt.date(obtained_on.year + rule.years, 12, 31)
    return None


def may_renew(rule: Validity, until: dt.date, day: dt.date) -> bool:
    """Whether *day* is in the window in which what ends on *until* is renewed

    without losing a day: its last days, the end included.
    """
    return until - dt.timedelta(days=rule.renewal_days) <= day <= until


def accepted_until(
        rule: Validity, until: dt.date | None) -> dt.date | None:
    """The last day on which what ends on *until* is accepted: with the grace

    >>> accepted_until(Validity(grace_days=30), dt.date(2024, 1, 31))
    datetime.date(2024, 3, 1)
    """
    return until and until + dt.timedelta(days=rule.grace_days)


def standing(
        day: dt.date, obtained_on: dt.date, until: dt.date | None,
        accepted: dt.date | None, renewal_days: int = 0) -> str:
    """What a certificate is on *day*.

    ``coming`` before it was obtained, ``valid``, ``renew`` (valid, and time
    to renew it), ``grace`` (ended and still accepted) or ``lapsed``.
    """
    if day < obtained_on:
        return 'coming'
    if until is None:
        return 'valid'
    if day > until:
        return 'grace' if accepted and day <= accepted else 'lapsed'
    if day >= until - dt.timedelta(days=renewal_days):
        return 'renew'
    return 'valid'
