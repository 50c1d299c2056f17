"""What the next sessions can absorb of goods that end soon: plain arithmetic.

What is usual on a weekday is what was handed over on that weekday of the last
weeks, on average: it knows at once how much leaves, and on which days there
is a session at all. Goods that end first leave first. What a branch cannot
absorb is offered to the nearest one that can.
"""
from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from aid_branch.distance import Place, distance_km

DAY = dt.timedelta(days=1)
#: Answers that are kept: goods of one branch and family end one by one
ASKED_AGAIN = 1000
#: Kilograms below which nothing is left over
GRAM = 0.001
Key = tuple[Hashable, Hashable]


class Good(NamedTuple):
    """Some goods that end.

    *last* is the last day they may be handed over, *first* the first one
    (None: today); *key* is whatever the caller knows them by.
    """
    key: Hashable
    branch: Hashable
    family: Hashable
    kg: float
    last: dt.date
    first: dt.date | None = None


class Offer(NamedTuple):
    "So many kilograms of some goods could go to a branch"
    branch: Hashable
    kg: float


@dataclass
class Appetite:
    """What a branch still hands over of a family, day by day.

    :param usual: kilograms on a weekday, Monday first
    :param taken: what of a day is spoken for
    """
    usual: tuple[float, ...]
    taken: dict[dt.date, float]

    @classmethod
    def of(cls, handed_over: Mapping[dt.date, float], weeks: int) -> Appetite:
        """From what was *handed_over* by day within so many whole *weeks*.

        >>> Appetite.of({dt.date(2026, 11, 21): 8.0}, 4).usual[5]
        2.0
        """
        sums = [0.0] * 7
        for day, kg in handed_over.items():
            sums[day.weekday()] += kg
        return cls(tuple(kg / weeks for kg in sums), {})

    def left(self, first: dt.date, last: dt.date) -> float:
        "Kilograms that can still be handed over from *first* to *last*"
        return sum(self._of(day) for day in _days(first, last))

    def take(self, kg: float, first: dt.date, last: dt.date) -> float:
        "How much of *kg* is handed over by *last*, the first days first"
        wanted = kg
        for day in _days(first, last):
            here = min(self._of(day), wanted)
            if here > 0:
                self.taken[day] = self.taken.get(day, 0.0) + here
                wanted -= here
            if wanted < GRAM:
                return kg
        return kg - wanted

    def _of(self, day: dt.date) -> float:
        return self.usual[day.weekday()] - self.taken.get(day, 0.0)


def absorb(
        goods: Iterable[Good], appetites: Mapping[Key, Appetite],
        today: Mapping[Hashable, dt.date]) -> dict[Hashable, float]:
    """How many kilograms of each of *goods* their own branch hands over.

    :param appetites: by (branch, family); they are taken from
    :param today: the day at each branch
    :return: by the key of the goods
    """
    result = {}
    for good in sorted(goods, key=lambda g: (g.last, str(g.key))):
        appetite = appetites.get((good.branch, good.family))
        result[good.key] = appetite.take(
            good.kg, good.first or today[good.branch],
            good.last) if appetite else 0.0
    return result


def offer(
        surplus: Iterable[Good], appetites: Mapping[Key, Appetite],
        paths: Mapping[Hashable, tuple], today: Mapping[Hashable, dt.date],
        worth: float, places: Mapping[Hashable, Place] | None = None
        ) -> dict[Hashable, Offer]:
    """The nearest branch that can hand over what another one cannot.

    Goods are on the way for a day. The first in need are served first.

    :param surplus: what the branches cannot hand over themselves
    :param paths: where each branch stands, from the root down to itself
    :param worth: kilograms that a way is worth; less goes only where it is
        all there is
    :param places: where each branch is on the map, as far as it is known
    :return: by the key of the goods; without what nobody can take
    """
    near = Neighbours(paths, appetites, places)
    result = {}
    for good in sorted(surplus, key=lambda g: (g.last, str(g.key))):
        least = max(GRAM, min(good.kg, worth))
        for branch in near.of(good.branch, good.family):
            appetite = appetites[branch, good.family]
            days = today[branch] + DAY, good.last
            if appetite.left(*days) >= least:
                result[good.key] = Offer(
                    branch, appetite.take(good.kg, *days))
                break
    return result


class Neighbours:
    "The branches that hand over a family, the nearest first"

    def __init__(
            self, paths: Mapping[Hashable, tuple], branches: Iterable[Key],
            places: Mapping[Hashable, Place] | None = None) -> None:
        self.paths = paths
        self.places = places or {}
        self._by_distance = lru_cache(ASKED_AGAIN)(self._sorted)
        self.below: dict[tuple, list] = defaultdict(list)
        for branch, family in sorted(branches, key=str):
            for above in paths.get(branch, ()):
                self.below[above, family].append(branch)

    def of(self, branch: Hashable, family: Hashable) -> Iterable:
        """By their distance where both places are known, then by the network.

        Of the same network in any case.

        >>> paths = {'a': ('r', 'd', 'a'), 'b': ('r', 'd', 'b'),
        ...     'c': ('r', 'c')}
        >>> near = Neighbours(
        ...     paths, [(b, 'bread') for b in 'cba'],
        ...     {'a': (48.8, 2.3), 'c': (48.9, 2.4)})
        >>> list(near.of('a', 'bread'))
        ['c', 'b']
        """
        if branch in self.places:
            return self._by_distance(branch, family)
        return self.by_network(branch, family)

    def _sorted(self, branch: Hashable, family: Hashable) -> list:
        here = self.places[branch]

        def distance(other) -> float:
            there = self.places.get(other)
            return distance_km(here, there) if there else math.inf
        return sorted(self.by_network(branch, family), key=distance)

    def by_network(self, branch: Hashable, family: Hashable) -> Iterator:
        """Those below the same branch first, then those below the next one.

        >>> paths = {'a': ('r', 'd', 'a'), 'b': ('r', 'd', 'b'),
        ...     'c': ('r', 'c')}
        >>> near = Neighbours(paths, [(b, 'bread') for b in 'cba'])
        >>> list(near.by_network('a', 'bread'))
        ['b', 'c']
        """
        seen = {branch}
        for above in reversed(self.paths.get(branch, ())):
            for other in self.below[above, family]:
                if other not in seen:
                    seen.add(other)
                    yield other


def in_unit(kg: float, quantity: float, of_kg: float, whole: bool) -> float:
    """So much of *quantity* as *kg* are of its *of_kg*.

    :param whole: whether only whole pieces can be counted

    >>> in_unit(1.9, 10, 5.0, True)
    3
    """
    if not of_kg:
        return 0
    part = quantity * min(1.0, kg / of_kg)
    return math.floor(part + 1e-6) if whole else round(part, 3)


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    return (first + n * DAY for n in range((last - first).days + 1))
