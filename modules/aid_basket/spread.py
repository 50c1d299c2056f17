"""What was seen at a count, spread over the lots: plain arithmetic.

Nobody counts lot by lot. What is missing is taken from the lots that expire
first, because those were handed out first; what is too much belongs to none
of them and is found goods.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from aid_lot.first_expired import Available, allocate

#: Grams: what is less is noise of binary fractions
DIGITS = 3


class Spread(NamedTuple):
    "How much is missing of which lot, and how much belongs to none"
    missing: list[tuple[Any, float]]
    surplus: float


def spread(
        lots: Iterable[tuple], expected: float, seen: float | None) -> Spread:
    """Spread the difference between *seen* and *expected* over *lots*.

    :param lots: (key, quantity there now, expiry or None)
    :param expected: what should have been left when the count began
    :param seen: what was seen; None: nothing is left
    :raises ValueError: a negative quantity was seen

    What has been handed over since the count began is not missing twice: the
    difference counts, and never more than what is still there.

    >>> spread([('a', 2, None), ('b', 3, None)], 5, 4)
    Spread(missing=[('a', 1)], surplus=0.0)
    """
    seen = seen or 0.
    if seen < 0:
        raise ValueError(f"nobody sees a negative quantity: {seen}")
    difference = round(seen - expected, DIGITS)
    if difference >= 0:
        return Spread([], difference)
    taken = allocate(
        [Available(*lot) for lot in lots], -difference, DIGITS).taken
    return Spread([(t.key, t.quantity) for t in taken], 0.)
