"""How much food people need: by their ages, not by their number.

A household of two babies is not two grown-ups. Everything is said in persons
of the rule of proposals, who need its energy a day (2,000 kcal): two active
grown-ups may be two and a half of them. Only the server knows of whom the
numbers are made.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from trytond.pool import Pool
from trytond.transaction import without_check_access

from aid_basket import at_table
from aid_nutrition.energy import Person, household_energy


def persons(people: Iterable[Person], kcal_per_day: float) -> float:
    """How many persons of *kcal_per_day* need as much energy as *people*.

    >>> persons([Person(8, 'female'), Person(8, 'male')], 2000) < 2
    True
    """
    return household_energy(people) / kcal_per_day


@without_check_access
def of_basket(basket, date: dt.date, kcal_per_day: float) -> float:
    "How many persons *basket* is for; of nobody known one"
    return persons(at_table.of_basket(basket, date), kcal_per_day) or 1.0


@without_check_access
def by_diet(
        households: Iterable, date: dt.date, kcal_per_day: float
        ) -> dict[frozenset[str], float]:
    """How many persons *households* are, by the diets they mind.

    A few statements, however many there are.
    """
    result: dict = defaultdict(float)
    for household in _in_order(households):
        result[at_table.diets(household)] += persons(
            at_table.of_household(household, date), kcal_per_day)
    return dict(result)


@without_check_access
def a_head(households: Iterable, date: dt.date, kcal_per_day: float) -> float:
    "How many persons somebody of *households* is on average; of nobody one"
    people = [
        person for household in _in_order(households)
        for person in at_table.of_household(household, date)]
    return persons(people, kcal_per_day) / len(people) if people else 1.0


def _in_order(households: Iterable) -> list:
    "*households* as found together: their members are read at once"
    Household = Pool().get('aid.household')
    return Household.browse(sorted({h.id for h in households}))
