"""What goes into prepared parcels: plain arithmetic, no database.

Every parcel of a size is alike in what it holds, not in the lots it is made
from: those go first expired first, from parcel to parcel.
"""
from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

#: Quantities are binary fractions; beyond this digit there is only noise
DIGITS = 6


@dataclass(frozen=True)
class Stock:
    """Goods of one lot in one place.

    `quantity` is in the unit of the goods, `counts` what one unit counts
    towards what is wanted (its weight in kg, or 1), `whole` whether a unit
    cannot be divided.
    """
    key: Hashable
    quantity: float
    counts: float = 1.
    whole: bool = False


@dataclass(frozen=True)
class Want:
    "How much of something each parcel holds, and the goods it may be, in order"
    name: str
    quantity: float
    stocks: Sequence[Stock]


class ShortError(ValueError):
    "There is enough of *name* for *parcels* parcels only"

    def __init__(self, name: str, parcels: int) -> None:
        super().__init__(f'{name}: {parcels}')
        self.name = name
        self.parcels = parcels


def fill(wants: Sequence[Want], count: int) -> list[dict[Hashable, float]]:
    """What each of *count* parcels holds: key of the goods → quantity.

    :raises ShortError: naming what is short, and for how many there is enough

    >>> milk = Stock('milk', 5, counts=1.03, whole=True)
    >>> fill([Want("Milk", 2, [milk])], 2)
    [{'milk': 2}, {'milk': 2}]
    """
    left = {s.key: s.quantity for want in wants for s in want.stocks}
    parcels: list[dict[Hashable, float]] = []
    for number in range(count):
        parcel: dict[Hashable, float] = {}
        for want in wants:
            missing = want.quantity
            for stock in want.stocks:
                if missing <= 10 ** -DIGITS:
                    break
                taken = _take(stock, left[stock.key], missing)
                if taken > 0:
                    left[stock.key] = round(left[stock.key] - taken, DIGITS)
                    parcel[stock.key] = round(
                        parcel.get(stock.key, 0) + taken, DIGITS)
                    missing = round(missing - taken * stock.counts, DIGITS)
            if missing > 10 ** -DIGITS:
                raise ShortError(want.name, number)
        parcels.append(parcel)
    return parcels


def _take(stock: Stock, left: float, missing: float) -> float:
    "How much of *stock* is taken where *missing* is still wanted"
    if not stock.counts > 0:
        return 0
    wanted = missing / stock.counts
    if stock.whole:
        # Rather a little more than half a pack
        wanted = math.ceil(wanted - 10 ** -DIGITS)
        left = math.floor(left + 10 ** -DIGITS)
    return min(wanted, left)
