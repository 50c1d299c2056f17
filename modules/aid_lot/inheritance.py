"""What goods that were put together inherit: plain arithmetic.

The strictest rule wins, the earliest date counts, and only what all of them
share is still said of the whole.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Part:
    """Some of a lot that went in.

    :param lot: whatever the caller knows it by
    :param quantity: in the default unit of its product, above zero
    :param weight: kilograms
    :param most: largest share of the market value that may be asked, 0 for
        goods that are always free, None without a ceiling
    """
    lot: Any
    quantity: float
    weight: float
    most: Decimal | None = None


def strictest(parts: Sequence[Part]):
    """The lot whose supply source holds for the whole.

    Always free before a low ceiling before a high one before none; of
    equals, the one of which most went in.

    >>> strictest([Part('a', 5, 5), Part('b', 1, 1, Decimal(0))])
    'b'
    """
    def rank(part: Part) -> tuple:
        return (
            part.most is None, part.most or Decimal(0), -part.weight)
    return min(parts, key=rank).lot


def earliest(dates: Iterable[dt.date | None]) -> dt.date | None:
    "The first of *dates*; None where there is none"
    return min((d for d in dates if d), default=None)


def shared(values: Sequence[dict]) -> dict:
    """What all of *values* say alike; None for what they say differently.

    >>> shared([{'a': 1, 'b': 2}, {'a': 1, 'b': 3}])
    {'a': 1, 'b': None}
    """
    first, *others = values
    return {
        name: value if all(o[name] == value for o in others) else None
        for name, value in first.items()}
