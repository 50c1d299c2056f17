"""Who a household is made of: names at the till, ages, bands, units.

Plain functions over plain values, no database.  A person may be known by a
birth date, by a year of birth, by an age band, or not at all: each is enough
to count.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from aid_branch.person import age_on


@dataclass(frozen=True)
class Band:
    """An age band, both ends included.

    :param key: what the caller names it by
    :param age_from: youngest age in full years
    :param age_to: oldest age in full years, None where there is no end
    """
    key: object
    age_from: int
    age_to: int | None = None

    def holds(self, age: int) -> bool:
        "Whether someone of *age* full years is in the band"
        return self.age_from <= age and (
            self.age_to is None or age <= self.age_to)


@dataclass(frozen=True)
class Person:
    """One person, or *count* persons of whom only the band is known.

    The first of ``birth_date``, ``birth_year`` and ``band`` that is known
    tells the age.
    """
    birth_date: dt.date | None = None
    birth_year: int | None = None
    band: Band | None = None
    count: int = 1


@dataclass(frozen=True)
class Scale:
    """Weights that turn persons into consumption units.

    :param first: weight of the first grown-up
    :param other: weight of every other person of *child_below* or older
    :param child: weight of a younger one
    :param child_below: age in full years from which one counts as *other*
    """
    first: Decimal
    other: Decimal
    child: Decimal
    child_below: int


def known_age(person: Person, date: dt.date) -> int | None:
    """The age that *person* counts with on *date*, None if nothing is known.

    Of a year of birth alone it is the age reached in that year; of a band
    alone, its youngest age.
    """
    if person.birth_date:
        return age_on(person.birth_date, date)
    if person.birth_year:
        return max(date.year - person.birth_year, 0)
    if person.band:
        return person.band.age_from
    return None


def head_count(
        people: Iterable[Person], bands: Sequence[Band], date: dt.date,
        ) -> dict[Band | None, int]:
    """How many persons stand in each band on *date*.

    A person entered by a band that is not in *bands* is counted by the
    youngest age of that band.  The key None holds those of unknown age.  Only
    bands with somebody in them are returned; the values sum up to everybody.
    """
    counts: dict[Band | None, int] = {}
    for person in people:
        band = _band_of(person, bands, date)
        counts[band] = counts.get(band, 0) + person.count
    return counts


def _band_of(
        person: Person, bands: Sequence[Band], date: dt.date) -> Band | None:
    if (person.band in bands
            and not person.birth_date and not person.birth_year):
        return person.band
    age = known_age(person, date)
    if age is None:
        return None
    return next((band for band in bands if band.holds(age)), None)


def count_children(
        people: Iterable[Person], child_below: int, date: dt.date) -> int:
    "How many persons are known to be younger than *child_below* on *date*"
    return sum(p.count for p in people if _is_child(p, child_below, date))


def consumption_units(
        people: Iterable[Person], scale: Scale, date: dt.date) -> Decimal:
    """The weight of a household, for comparing households of unlike size.

    Someone of unknown age counts as grown up; where there are only children
    the first of them counts as the first person.

    :return: 0 for nobody
    """
    people = list(people)
    size = sum(p.count for p in people)
    if not size:
        return Decimal(0)
    children = count_children(people, scale.child_below, date)
    others = max(size - children - 1, 0)
    children = size - 1 - others
    return scale.first + others * scale.other + children * scale.child


def _is_child(person: Person, child_below: int, date: dt.date) -> bool:
    age = known_age(person, date)
    return age is not None and age < child_below


def till_name(first_name: str | None, last_name: str | None) -> str | None:
    """What the till may see of a name: the first name and an initial.

    >>> till_name('Amina', 'Bensaïd')
    'Amina B.'
    """
    first = ' '.join((first_name or '').split())
    last = ' '.join((last_name or '').split())
    words = [first] if first else []
    if last:
        words.append(f'{last[0].upper()}.')
    return ' '.join(words) or None
