"""How much energy a person, then a household, needs in a day.

The figures are average requirements of groups of people.  They say how long
the goods we offer last; they judge nobody.
"""
from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

__all__ = [
    'EFSA_2013', 'EnergyTable', 'Person', 'daily_energy', 'days_covered',
    'household_energy', 'trimester']

MALE = frozenset({'male', 'm', 'man', 'boy', 'h', 'homme'})
FEMALE = frozenset({'female', 'f', 'woman', 'girl', 'w', 'femme'})

Columns = Mapping[float, float]


@dataclass(frozen=True)
class EnergyTable:
    """Average requirements in kcal a day.

    ``infants`` by completed month, ``ages`` by the first year of a band,
    each for male and female; a year gives kcal by level of activity (the
    physical activity level, energy spent over energy at rest).
    """
    source: str
    infants: Mapping[str, Mapping[int, float]]
    ages: Mapping[str, Mapping[int, Columns]]
    pregnancy: Mapping[int, float]
    breastfeeding: float


def _rows(text: str) -> dict[int, Columns]:
    "Lines 'first age: activity=kcal ...' as a mapping"
    rows: dict[int, Columns] = {}
    for line in text.strip().splitlines():
        age, _, cells = line.partition(':')
        rows[int(age)] = {
            float(level): float(kcal)
            for level, _, kcal in (c.partition('=') for c in cells.split())}
    return rows


EFSA_2013 = EnergyTable(
    source=(
        "EFSA Panel NDA, Scientific Opinion on Dietary Reference Values for "
        "energy, EFSA Journal 2013;11(1):3005. From 80 years on, where it "
        "gives none, the figures of 70 to 79 years"),
    infants={
        'male': {7: 636, 8: 661, 9: 688, 10: 725, 11: 742},
        'female': {7: 573, 8: 599, 9: 625, 10: 656, 11: 673},
        },
    ages={
        'male': _rows("""
            1: 1.4=777
            2: 1.4=1028
            3: 1.4=1174
            4: 1.4=1256 1.6=1436 1.8=1615
            5: 1.4=1332 1.6=1522 1.8=1712
            6: 1.4=1409 1.6=1610 1.8=1811
            7: 1.4=1497 1.6=1711 1.8=1925
            8: 1.4=1592 1.6=1819 1.8=2046
            9: 1.4=1684 1.6=1925 1.8=2165
            10: 1.6=1933 1.8=2174 2.0=2416
            11: 1.6=2043 1.8=2298 2.0=2554
            12: 1.6=2174 1.8=2445 2.0=2717
            13: 1.6=2333 1.8=2625 2.0=2916
            14: 1.6=2513 1.8=2828 2.0=3142
            15: 1.6=2699 1.8=3036 2.0=3374
            16: 1.6=2845 1.8=3201 2.0=3556
            17: 1.6=2940 1.8=3307 2.0=3675
            18: 1.4=2338 1.6=2672 1.8=3006 2.0=3340
            30: 1.4=2264 1.6=2588 1.8=2911 2.0=3235
            40: 1.4=2234 1.6=2553 1.8=2873 2.0=3192
            50: 1.4=2204 1.6=2519 1.8=2834 2.0=3149
            60: 1.4=2017 1.6=2305 1.8=2593 2.0=2882
            70: 1.4=1984 1.6=2267 1.8=2550 2.0=2834
            """),
        'female': _rows("""
            1: 1.4=712
            2: 1.4=946
            3: 1.4=1096
            4: 1.4=1168 1.6=1335 1.8=1502
            5: 1.4=1239 1.6=1417 1.8=1594
            6: 1.4=1312 1.6=1500 1.8=1687
            7: 1.4=1392 1.6=1591 1.8=1790
            8: 1.4=1477 1.6=1688 1.8=1899
            9: 1.4=1566 1.6=1790 1.8=2013
            10: 1.6=1818 1.8=2046 2.0=2273
            11: 1.6=1908 1.8=2146 2.0=2385
            12: 1.6=2004 1.8=2255 2.0=2505
            13: 1.6=2099 1.8=2361 2.0=2624
            14: 1.6=2175 1.8=2447 2.0=2719
            15: 1.6=2228 1.8=2507 2.0=2786
            16: 1.6=2259 1.8=2542 2.0=2824
            17: 1.6=2277 1.8=2562 2.0=2846
            18: 1.4=1878 1.6=2147 1.8=2415 2.0=2683
            30: 1.4=1813 1.6=2072 1.8=2331 2.0=2590
            40: 1.4=1798 1.6=2055 1.8=2312 2.0=2569
            50: 1.4=1783 1.6=2037 1.8=2292 2.0=2547
            60: 1.4=1628 1.6=1861 1.8=2093 2.0=2326
            70: 1.4=1614 1.6=1844 1.8=2075 2.0=2305
            """),
        },
    pregnancy={1: 70, 2: 260, 3: 500},
    breastfeeding=500,
    )


@dataclass(frozen=True)
class Person:
    "Somebody who eats; what we do not know is left out"
    age_years: float
    sex: str | None = None
    activity: float = 1.6
    months: int | None = None
    pregnancy_trimester: int | None = None
    breastfeeding: bool = False
    table: EnergyTable = field(default=EFSA_2013, repr=False)


def daily_energy(
        age_years: float, sex: str | None = None, activity: float = 1.6, *,
        months: int | None = None,
        pregnancy_trimester: int | None = None,
        breastfeeding: bool = False,
        table: EnergyTable = EFSA_2013) -> float:
    """The average requirement of one person in kcal a day.

    :param age_years: age in years; below 1 the part of a year counts as
        months, unless *months* is given
    :param sex: 'male' or 'female' (or their first letter); anything else is
        a sex that was not given: the mean of both
    :param activity: physical activity level; the nearest column that exists
        for the age is taken, the lower of two equally near
    :param months: completed months of an infant
    :param pregnancy_trimester: 1, 2 or 3
    :param breastfeeding: in the first six months after birth
    :raises ValueError: for an impossible age, activity or trimester

    An infant of 0 to 6 months eats nothing out of a basket: 0 kcal.
    """
    _check(age_years, activity, months, pregnancy_trimester)
    sexes = _sexes(sex)
    if age_years < 1:
        if months is None:
            # 8 / 12 of a year times 12 may fall just short of 8
            months = math.floor(age_years * 12 + 1e-9)
        base = _mean(table.infants[s].get(months, 0) for s in sexes)
    else:
        base = _mean(
            _nearest(_band(table.ages[s], age_years), activity)
            for s in sexes)
    if pregnancy_trimester:
        base += table.pregnancy[pregnancy_trimester]
    if breastfeeding:
        base += table.breastfeeding
    return base


def household_energy(people: Iterable[Person]) -> float:
    "The sum of the average requirements of *people*, in kcal a day"
    return math.fsum(
        daily_energy(
            person.age_years, person.sex, person.activity,
            months=person.months,
            pregnancy_trimester=person.pregnancy_trimester,
            breastfeeding=person.breastfeeding,
            table=person.table)
        for person in people)


def trimester(
        due_on: dt.date | None, date: dt.date) -> int | None:
    """The trimester on *date* of a pregnancy whose birth is due on *due_on*.

    Of 280 days: the second begins after 14 weeks, the third after 28.
    None before it began, after that day, or where it is not known.
    """
    if not due_on or not 0 <= (left := (due_on - date).days) <= 280:
        return None
    weeks = (280 - left) // 7
    return 1 if weeks < 14 else 2 if weeks < 28 else 3


def days_covered(kcal: float, people: Iterable[Person]) -> float | None:
    "How many days *kcal* last for *people*; None where nobody needs any"
    need = household_energy(people)
    return kcal / need if need else None


def _check(age_years, activity, months, trimester) -> None:
    if not math.isfinite(age_years) or age_years < 0 or age_years > 130:
        raise ValueError(f"an age cannot be {age_years} years")
    if not math.isfinite(activity) or activity <= 0:
        raise ValueError(f"a level of activity cannot be {activity}")
    if months is not None and not 0 <= months <= 11:
        raise ValueError(f"months of an infant are 0 to 11, not {months}")
    if trimester is not None and trimester not in {1, 2, 3}:
        raise ValueError(f"a trimester is 1, 2 or 3, not {trimester}")


def _sexes(sex: str | None) -> tuple[str, ...]:
    word = str(sex or '').strip().lower()
    if word in MALE:
        return ('male',)
    if word in FEMALE:
        return ('female',)
    return ('male', 'female')


def _band(ages: Mapping[int, Columns], age_years: float) -> Columns:
    return ages[max(first for first in ages if first <= age_years)]


def _nearest(columns: Columns, activity: float) -> float:
    # Rounded, for 1.5 is as near to 1.4 as to 1.6 though not in binary
    level = min(columns, key=lambda c: (round(abs(c - activity), 6), c))
    return columns[level]


def _mean(values: Iterable[float]) -> float:
    values = list(values)
    return math.fsum(values) / len(values)
