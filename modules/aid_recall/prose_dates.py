"""Dates in French prose: "ddm : 10/2027", "du 20/01 au 28/02/2022".

Plain functions over texts. A month alone is all of its days; a date that
cannot be is no date.
"""
from __future__ import annotations

import calendar
import datetime as dt
import re

from .words import fold

__all__ = ['Period', 'date_kind', 'period', 'periods', 'without_dates']

#: First and last day, both included; None where it is open
Period = tuple[dt.date | None, dt.date | None]

_MONTHS = [
    'janvier', 'fevrier', 'mars', 'avril', 'mai', 'juin', 'juillet', 'aout',
    'septembre', 'octobre', 'novembre', 'decembre']
_MONTH = '|'.join(_MONTHS + [
        'janv', 'fevr', 'fev', 'avr', 'juil', 'sept', 'oct', 'nov', 'dec'])
_YEAR = r'(?:20\d\d)'
_DATE = re.compile(
    rf'(?<![\w/.-])(?:'
    rf'(?P<iso>{_YEAR}-\d\d-\d\d)(?:[t ]\d\d:\d\d\S*)?'
    rf'|(?P<d>\d{{1,2}})(?P<s>[/.-])(?P<m>\d{{1,2}})(?P=s)'
    rf'(?P<y>{_YEAR}|\d\d)'
    rf'|(?:(?P<dd>\d{{1,2}})(?:er)? )?(?P<mm>{_MONTH})\.? (?P<yy>{_YEAR})'
    rf'|(?P<m2>0?[1-9]|1[0-2])[/.-](?P<y2>{_YEAR})'
    rf')(?![\w/]|[.-]\w)')
_BETWEEN = re.compile(r'^\s*(?:inclus )?(?:au|a|et(?: le)?|et jusqu.au|-)\s*$')
_OPENS = re.compile(r'\b(?:du|entre(?: le)?|de)\s*$')
_SINCE = re.compile(r'\b(?:depuis(?: le)?|a partir du)\s*$')
_UNTIL = re.compile(r'\bjusqu.(?:au|a)(?: le)?\s*$')
#: What says which date is meant, as labels and notices write it
_KINDS = [
    ('use_by', re.compile(
            r'\bdlc\b|limite de consommation|\ba consommer jusqu')),
    ('best_before', re.compile(
            r'\bddm\b|\bdluo\b|durabilite minimale|\bde preference\b')),
    ]


def date_kind(text: str | None) -> str | None:
    """Which date *text* speaks of: ``use_by``, ``best_before`` or None.

    >>> date_kind("date limite de consommation"), date_kind("DDM : 10/2027")
    ('use_by', 'best_before')
    """
    folded = fold(text or '')
    return next(
        (kind for kind, sign in _KINDS if sign.search(folded)), None)


def period(text: str | None) -> Period:
    """The period that *text* as a whole speaks of, open where it is.

    >>> period("Depuis le 11/12/2021")
    (datetime.date(2021, 12, 11), None)
    """
    found = periods(text)
    if not found:
        return None, None
    if len(found) == 1:
        return found[0]
    firsts = [first for first, _ in found if first]
    lasts = [last for _, last in found if last]
    return (
        min(firsts) if len(firsts) == len(found) else None,
        max(lasts) if len(lasts) == len(found) else None)


def periods(text: str | None) -> list[Period]:
    """Every date or period that *text* speaks of, in its order.

    A day is a period of one day, a month one from its first to its last.
    """
    folded = fold(text or '')
    found: list[Period] = []
    open_ = None
    end = 0
    for match in _DATE.finditer(folded):
        span = _span(match)
        if span is None:
            continue
        before = folded[end:match.start()]
        if open_ is not None and _BETWEEN.match(before):
            first = found.pop()[0] if found else None
            found.append((first, span[1]))
            open_ = None
        elif _SINCE.search(before):
            found.append((span[0], None))
            open_ = None
        elif _UNTIL.search(before):
            found.append((None, span[1]))
            open_ = None
        else:
            found.append(span)
            open_ = span if _OPENS.search(before) else None
        end = match.end()
    return [p for p in found if not all(p) or p[0] <= p[1]]


def without_dates(text: str) -> str:
    "*text* folded, with a gap where its dates stood"
    return _DATE.sub(
        lambda match: ' ; ' if _span(match) else match[0], fold(text))


def _span(match: re.Match) -> tuple[dt.date, dt.date] | None:
    "First and last day of one date as it was written"
    try:
        if match['iso']:
            day = dt.date.fromisoformat(match['iso'])
            return day, day
        if match['d']:
            year = int(match['y'])
            day = dt.date(
                year if year > 99 else 2000 + year, int(match['m']),
                int(match['d']))
            return day, day
        year = int(match['yy'] or match['y2'])
        month = (
            _month(match['mm']) if match['mm'] else int(match['m2']))
        if match['dd']:
            day = dt.date(year, month, int(match['dd']))
            return day, day
        return (
            dt.date(year, month, 1),
            dt.date(year, month, calendar.monthrange(year, month)[1]))
    except ValueError:
        return None


def _month(name: str) -> int:
    return next(
        i for i, month in enumerate(_MONTHS, 1) if month.startswith(name))
