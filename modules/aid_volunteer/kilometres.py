"""What kilometres are worth by a scale of bands: plain arithmetic.

The scale is that of a whole year: up to so many kilometres one rate, further
on a lower one and a fixed sum. A journey is worth what it adds to the year.
"""
from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

ZERO = Decimal(0)


class Band(NamedTuple):
    "What holds for a year of more than `above` kilometres"
    above: Decimal
    #: for each of all kilometres of the year
    rate: Decimal
    #: on top, for the year
    fixed: Decimal


def of_year(bands: Iterable[Band], kilometres: Decimal) -> Decimal:
    """What a year of *kilometres* is worth.

    :raises ValueError: no band holds so few kilometres
    """
    if not kilometres:
        return ZERO
    holding = [b for b in bands if b.above < kilometres]
    if not holding:
        raise ValueError(kilometres)
    band = max(holding)
    return kilometres * band.rate + band.fixed


def of_journey(
        bands: Iterable[Band], before: Decimal,
        kilometres: Decimal) -> Decimal:
    """What a journey adds to what the year is worth, not rounded.

    Never less than nothing, even where a scale leaps downwards.

    :param before: kilometres of the year so far

    >>> scale = [
    ...     Band(Decimal(0), Decimal('0.5'), ZERO),
    ...     Band(Decimal(5000), Decimal('0.3'), Decimal(1000))]
    >>> of_journey(scale, Decimal(4900), Decimal(200))
    Decimal('80.0')
    """
    bands = list(bands)
    return max(
        of_year(bands, before + kilometres) - of_year(bands, before), ZERO)
