"""Shifts as a calendar that any programme subscribes to (RFC 5545).

Plain functions over plain values, no database. Times are instants in UTC:
the clock of whoever reads it says the right hour on both sides of a change
between summer and winter time.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from icalendar import Calendar, Event


@dataclass(frozen=True)
class Entry:
    """A shift as it stands in a calendar.

    :param uid: the same at each look, so that nothing stands there twice
    :param start: in UTC, naive, as Tryton keeps it; so are the others
    :param changed: when it was last changed
    :param held: False: it was cancelled, and whoever took it over is told
    """
    uid: str
    start: dt.datetime
    end: dt.datetime
    title: str
    place: str | None
    words: str | None
    changed: dt.datetime
    held: bool = True


def calendar(name: str, entries: Iterable[Entry]) -> bytes:
    """The calendar *name* with *entries*, to be sent as ``text/calendar``.

    >>> b'X-WR-CALNAME:Shifts' in calendar("Shifts", [])
    True
    """
    result = Calendar()
    result.add('version', '2.0')
    result.add('prodid', '-//Maillon//Volunteers//')
    result.add('x-wr-calname', name)
    result.add(
        'refresh-interval', dt.timedelta(hours=6), {'value': 'DURATION'})
    for entry in entries:
        result.add_component(_event(entry))
    return result.to_ical()


def _event(entry: Entry) -> Event:
    event = Event()
    event.add('uid', entry.uid)
    event.add('dtstamp', _utc(entry.changed))
    event.add('last-modified', _utc(entry.changed))
    event.add('dtstart', _utc(entry.start))
    event.add('dtend', _utc(entry.end))
    event.add('summary', entry.title)
    if entry.place:
        event.add('location', entry.place)
    if entry.words:
        event.add('description', entry.words)
    event.add('status', 'CONFIRMED' if entry.held else 'CANCELLED')
    return event


def _utc(instant: dt.datetime) -> dt.datetime:
    return instant.replace(microsecond=0, tzinfo=dt.timezone.utc)
