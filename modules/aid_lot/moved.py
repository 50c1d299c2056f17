"""Goods that have moved: done moves, however many, in a few statements."""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from .done_moves import done_moves


class Moved(NamedTuple):
    """So much of a lot went from a place to another.

    *quantity* is in the default unit of the product; places are ids of
    ``stock.location``; *origin* is the record that says why, or None.
    """
    lot: Any
    quantity: float
    from_location: int
    to_location: int
    date: dt.date
    company: Any
    origin: Any = None

    def back(self) -> Moved:
        "The same goods the other way"
        return self._replace(
            from_location=self.to_location, to_location=self.from_location)


def move_goods(moved: Iterable[Moved]) -> list:
    """Write down that goods have *moved*.

    :return: the done ``stock.move``, in the same order
    :raises InsufficientQuantityError: there is less of a lot than that
    """
    return done_moves([_values(one) for one in moved])


def _values(moved: Moved) -> dict:
    product = moved.lot.product
    return {
        'product': product.id,
        'lot': moved.lot.id,
        'quantity': moved.quantity,
        'unit': product.default_uom.id,
        # Left to be computed, it costs an update for each move
        'internal_quantity': moved.quantity,
        'from_location': int(moved.from_location),
        'to_location': int(moved.to_location),
        'planned_date': moved.date,
        'effective_date': moved.date,
        'company': moved.company.id,
        'origin': str(moved.origin) if moved.origin else None,
        }
