"""When a shift is: clocks on the wall, instants, nights and repetitions.

Plain functions over plain values, no database. Instants are naive and in
UTC, as Tryton keeps them; dates and times of day are those of the branch.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from dateutil import rrule
from dateutil.tz import resolve_imaginary


def instants(
        date: dt.date, start: dt.time, end: dt.time,
        zone: dt.tzinfo) -> tuple[dt.datetime, dt.datetime]:
    """When a shift that the clock of the branch gives begins and ends.

    It ends on the next day where *end* is not after *start*. A time that the
    clock leaps over in spring is the one it leaps to; one that it passes
    twice in autumn is the first for a start and the second for an end, so
    that nobody comes late or leaves early.

    >>> from zoneinfo import ZoneInfo
    >>> instants(
    ...     dt.date(2026, 10, 24), dt.time(22), dt.time(6),
    ...     ZoneInfo('Europe/Paris'))
    (datetime.datetime(2026, 10, 24, 20, 0), datetime.datetime(2026, 10, 25, 5, 0))
    """
    last = date if end > start else date + dt.timedelta(days=1)
    return (
        _utc(dt.datetime.combine(date, start), zone, fold=0),
        _utc(dt.datetime.combine(last, end), zone, fold=1))


def _utc(local: dt.datetime, zone: dt.tzinfo, fold: int) -> dt.datetime:
    aware = resolve_imaginary(local.replace(tzinfo=zone, fold=fold))
    return aware.astimezone(dt.timezone.utc).replace(tzinfo=None)


def local(instant: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    "What the clock of the branch says at *instant*, naive"
    return instant.replace(tzinfo=dt.timezone.utc).astimezone(
        zone).replace(tzinfo=None)


def hours(start: dt.datetime, end: dt.datetime) -> float:
    """How long it is from one instant to the other, in hours to the minute.

    >>> hours(dt.datetime(2026, 1, 1, 8), dt.datetime(2026, 1, 1, 11, 30))
    3.5
    """
    return round((end - start).total_seconds() / 60) / 60


def occurrences(
        rule: str, first: dt.date, after: dt.date,
        until: dt.date) -> Iterator[dt.date]:
    """The days of a repetition, those of *after* and *until* included.

    :param rule: an RRULE of RFC 5545 without its name
    :param first: the day it is reckoned from
    :raises ValueError: *rule* is none

    >>> [str(d) for d in occurrences(
    ...     'FREQ=WEEKLY;INTERVAL=2', dt.date(2026, 11, 7),
    ...     dt.date(2026, 11, 10), dt.date(2026, 12, 10))]
    ['2026-11-21', '2026-12-05']
    """
    begin = dt.datetime.combine(first, dt.time())
    days = rrule.rrulestr(rule, dtstart=begin)
    for day in days.xafter(
            dt.datetime.combine(after, dt.time()), inc=True):
        if day.date() > until:
            return
        yield day.date()


def is_at_night(
        start: dt.datetime, end: dt.datetime, night_from: dt.time,
        night_to: dt.time) -> bool:
    """Whether any minute between two local times lies in the night.

    :param start: as the clock of the branch says
    :param night_from: when the night begins, the evening before
    :param night_to: when it ends, the next morning
    """
    day = start.date() - dt.timedelta(days=1)
    while day <= end.date():
        night = (
            dt.datetime.combine(day, night_from),
            dt.datetime.combine(day + dt.timedelta(days=1), night_to))
        if start < night[1] and night[0] < end:
            return True
        day += dt.timedelta(days=1)
    return False

