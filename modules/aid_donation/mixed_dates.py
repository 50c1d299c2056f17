"""Several dates typed into one field: ``12 @ 24/11, 30 @ 26/11``.

A crate from a shop holds yoghurts of three dates. Nobody adds three rows for
it at a truck: the quantities and dates are typed in one go, as they are
counted.
"""
from __future__ import annotations

import calendar
import datetime as dt
import re
from collections import defaultdict
from typing import NamedTuple

# A day without a year is the next one to come, but what passed so few days
# ago has passed: it must not become a date of next year
PASSED = dt.timedelta(days=90)

_PIECE = re.compile(
    r'\s*(?P<quantity>\d+(?:[.,]\d+)?)\s*(?:kg)?'
    r'(?:\s*[@:=]\s*|\s+(?:au\s+|le\s+)?)'
    r'(?P<date>\d{4}-\d{1,2}-\d{1,2}'
    r'|\d{1,2}[/.-]\d{1,2}[/.-]\d{4}'
    r'|\d{1,2}[/.-]\d{1,2}[/.-]\d{2}'
    r'|\d{1,2}[/.-]\d{4}'
    r'|\d{1,2}[/.-]\d{1,2})'
    r'(?![\d/.-])'
    r'(?:\s*(?:[,;+]|et\b|and\b)|\s*$|(?=\s+\d))', re.IGNORECASE)


class Dated(NamedTuple):
    "So much of the goods carries this date"
    quantity: float
    date: dt.date


class MixedDatesError(ValueError):
    """The text cannot be read.

    ``kind`` is ``pair`` (no quantity with a date), ``date`` (there is no such
    day) or ``quantity`` (nothing of a date); ``detail`` is the part at fault.
    """

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail


def read(text: str, today: dt.date) -> list[Dated]:
    """The quantities and dates in *text*, first date first.

    Days are written the French way (24/11, 24.11.26, 24-11-2026), as in ISO
    (2026-11-24) or as month and year (11/2027: the end of that month). Equal
    dates are added up.

    :param today: the day that a date without year is counted from
    :raises MixedDatesError: what cannot be read, and where

    >>> read('12 @ 24/11, 30 @ 26/11', dt.date(2026, 11, 23))[1].quantity
    30.0
    """
    text = text.strip().rstrip(',;+ ')
    quantities: dict[dt.date, float] = defaultdict(float)
    position = 0
    while position < len(text) or not text:
        found = _PIECE.match(text, position)
        if not found:
            raise MixedDatesError('pair', text[position:].strip() or text)
        quantity = float(found['quantity'].replace(',', '.'))
        if not quantity:
            raise MixedDatesError('quantity', found[0].strip(' ,;+'))
        quantities[read_date(found['date'], today)] += quantity
        position = found.end()
    return [
        Dated(round(quantity, 6), date)
        for date, quantity in sorted(quantities.items())]


def read_date(text: str, today: dt.date) -> dt.date:
    """One date as people write it, see :func:`read`.

    :raises MixedDatesError: there is no such day
    """
    numbers = [int(n) for n in re.split(r'[/.-]', text)]
    try:
        if re.match(r'\d{4}-', text):
            return dt.date(*numbers)
        if len(numbers) == 3:
            day, month, year = numbers
            return dt.date(year + 2000 if year < 100 else year, month, day)
        first, second = numbers
        if second >= 1000:
            return dt.date(
                second, first, calendar.monthrange(second, first)[1])
        return _without_year(first, second, today)
    except (ValueError, calendar.IllegalMonthError):
        raise MixedDatesError('date', text) from None


def _without_year(day: int, month: int, today: dt.date) -> dt.date:
    "The first such day that did not pass long ago"
    # The 29th of February comes within eight years
    for year in range(today.year - 1, today.year + 9):
        try:
            date = dt.date(year, month, day)
        except ValueError:
            continue
        if date >= today - PASSED:
            return date
    raise ValueError(f"no such day: {day}/{month}")
