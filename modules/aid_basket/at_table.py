"""Who eats what a basket holds: as much of it as energy and targets need.

Only ages, sexes and what changes the need of energy, never a name; nothing
of it leaves the server but what is reckoned from it.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from trytond.transaction import without_check_access

from aid_household.composition import Person as Member
from aid_household.composition import known_age
from aid_nutrition.energy import Person, trimester

from . import allergen

#: Ages in years of those of whom nothing else is known
ADULT, CHILD, BABY = 35, 8, 1


@without_check_access
def of_household(household, date: dt.date) -> list[Person]:
    "The people of *household* on *date*, by what is known of each"
    people = []
    for member in household.members_of([household]):
        age = _age(member.plain(), date)
        people += [Person(
                ADULT if age is None else age, member.sex,
                pregnancy_trimester=trimester(member.due_on, date),
                breastfeeding=bool(
                    member.breastfeeding_until
                    and date <= member.breastfeeding_until),
                )] * member.count
    return people


def _age(member: Member, date: dt.date) -> float | None:
    "The age of *member*; of a band with two ends the middle of it"
    if (member.band and member.band.age_to is not None
            and not member.birth_date and not member.birth_year):
        return (member.band.age_from + member.band.age_to) / 2
    return known_age(member, date)


@without_check_access
def of_basket(basket, date: dt.date) -> list[Person]:
    "Who *basket* is for: its household, or those that it counts"
    if household := getattr(basket, 'household', None):
        return of_household(household, date)
    people: list[Person] = []
    for name, age in [
            ('adults', ADULT), ('children', CHILD), ('babies', BABY)]:
        people += [Person(age)] * (getattr(basket, name, None) or 0)
    return people


def of_size(size: int) -> list[Person]:
    "So many grown-ups, for goods that are for nobody in particular"
    return [Person(ADULT)] * size


@without_check_access
def diets(household) -> frozenset[str]:
    "Codes of what *household* does not take or cannot prepare"
    return frozenset(c.kind.code for c in household.constraints)


@without_check_access
def diets_of_basket(basket) -> frozenset[str]:
    "The same of who *basket* is for, as far as it was told"
    return frozenset(k.code for k in allergen.constraints_of(basket))


def against(kinds: Iterable, date: dt.date, branch=None) -> Any:
    """What of some products is against *kinds*, or may be.

    :param branch: where they are
    :return: a function of products, see ``Goods.conflicts``; None where
        there is nothing to mind
    """
    if not kinds:
        return None

    def conflicts(products: list) -> list[tuple[Any, str, str]]:
        return [
            (product, presence, ', '.join(sorted(k.name for k in found)))
            for product, presences in allergen.present(
                kinds, products, date, branch).items()
            for presence, found in presences.items()]
    return conflicts


def not_proposed(kinds: Iterable, date: dt.date, branch=None) -> Any:
    """What of some products is not proposed to who minds *kinds*.

    What holds something that they do not take, or may hold it: whoever
    proposes it would have to read a label first.

    :param branch: whose shelf is looked at
    :return: a function of products, None where anything may be proposed
    """
    if not kinds:
        return None

    def refused(products: Iterable) -> set:
        return set(allergen.present(kinds, list(products), date, branch))
    return refused
