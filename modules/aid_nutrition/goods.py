"""A set of goods whose balance is asked for, whatever it is.

A basket, the month of a household, a parcel and its model, what a branch has
on hand, a donation, the baskets of some sessions: each model that can tell
its goods has a class method ``goods_to_balance(records) -> Goods``, and the
wizard ``aid.goods.balance`` shows it.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .energy import Person

__all__ = ['Goods']


@dataclass(frozen=True)
class Goods:
    """Some goods, for whom they are and where more of them might be.

    :param name: what the set is, in the language of the reader
    :param pairs: a ``product.product`` or an ``aid.family``, and its kg; None
        where the weight is not known
    :param date: the day whose rule set holds
    :param branch: whose shelf is looked at for what might complete it; None:
        nothing is proposed
    :param diets: codes of the constraints that are minded
    :param people: who eats it; None where it is for nobody in particular
    :param refused: which of some products are not proposed, because somebody
        does not take them or has to look at the label
    :param conflicts: what of some products is against a constraint: the
        product, ``contains``, ``traces`` or ``unknown``, and the constraints
        by name
    """
    name: str
    pairs: Sequence[tuple[Any, float | None]]
    date: dt.date
    branch: Any = None
    diets: frozenset[str] = frozenset()
    people: Sequence[Person] | None = None
    refused: Callable[[list], set] | None = None
    conflicts: Callable[[list], list[tuple[Any, str, str]]] | None = None
