"""For whom a verdict is not ours to give.

Small children, and who is pregnant or breastfeeding, need other things than
the targets speak of.  Nothing is said of them; a kind word sends them to
those who know.  What others at the same table are offered is said as ever.

Nothing here knows of the database nor of a language.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .energy import Person

__all__ = ['Advice', 'advice']


@dataclass(frozen=True)
class Advice:
    """What may be said to a household.

    :param word: whether the balance may be put in a word: somebody eats of
        the goods for whom the targets are made
    :param professional: whether a professional is to be named
    """
    word: bool = True
    professional: bool = False


def advice(people: Iterable[Person], youngest_age: float = 3) -> Advice:
    """What may be said to *people*; of nobody known as of anybody.

    :param youngest_age: below that age, in years, nothing is said
    """
    special = [_is_special(person, youngest_age) for person in people]
    return Advice(
        word=not special or not all(special), professional=any(special))


def _is_special(person: Person, youngest_age: float) -> bool:
    return bool(
        person.age_years < youngest_age or person.pregnancy_trimester
        or person.breastfeeding)
