"""What a promotion leaves of the price of goods: plain arithmetic.

A food group that a branch promotes costs less up to its floor in the basket:
what completes the basket is cheap, what is beyond has its ordinary price. The
order in which goods are taken changes nothing.
"""
from __future__ import annotations

from decimal import ROUND_UP, Decimal

ONE = Decimal(1)
DIGITS = Decimal('0.0001')


def left(factor: Decimal, share: float, floor: float | None) -> Decimal:
    """What is left of the price of goods of a group, 0 to 1.

    :param factor: what a promotion leaves of the price up to the floor
    :param share: the share of the group in the basket, 0 to 1
    :param floor: the share that a balanced basket has of it; None or 0 where
        none is wanted: then nothing can be missing

    >>> left(Decimal('0.5'), 0.10, 0.33)
    Decimal('0.5000')
    >>> left(Decimal('0.5'), 0.66, 0.33)
    Decimal('0.7500')
    """
    factor = min(max(factor, Decimal(0)), ONE)
    if not floor or share <= 0:
        return ONE
    part = min(ONE, Decimal(str(floor)) / Decimal(str(share)))
    return (ONE - (ONE - factor) * part).quantize(DIGITS, ROUND_UP)
