"""What is missing to serve so many people for so many days: plain numbers."""
from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from aid_nutrition.balance import Target


@dataclass(frozen=True)
class Need:
    "Kilograms of a food group: wanted, there, and missing"
    group: str
    wanted: float
    there: float

    @property
    def missing(self) -> float:
        "What is still to be found, never below 0"
        return max(0.0, round(self.wanted - self.there, 6))


def shares(targets: Sequence[Target]) -> dict[str, float]:
    """What part of the food each group is to be; they sum to 1.

    The share that the source prints where it lies in its band, else the
    middle of the band. Groups of which none is needed are left out.

    >>> shares([Target('A', 0.3, 0.5), Target('B', 0.6), Target('C', None, 1)])
    {'A': 0.4, 'B': 0.6}
    """
    wanted = {t.group: _middle(t) for t in targets if t.min_share}
    total = math.fsum(wanted.values())
    return {
        group: round(share / total, 9) for group, share in wanted.items()}


def _middle(target: Target) -> float:
    most = target.max_share
    if target.share and target.share >= target.min_share and (
            most is None or target.share <= most):
        return target.share
    return (target.min_share + most) / 2 if most else target.min_share


def needs(
        eaters: Iterable[tuple[Sequence[Target], float]],
        there: Mapping[str, float]) -> list[Need]:
    """What food is wanted and there of each group.

    :param eaters: kilograms that people want, with what is asked of them:
        who takes no meat wants as much of all the rest
    :param there: kilograms by group, of the weights that targets compare

    >>> meat, bread = Target('MEAT', 0.2), Target('BREAD', 0.8)
    >>> needs([([meat, bread], 10), ([bread], 10)], {})[1].wanted
    18.0
    """
    wanted: dict[str, float] = defaultdict(float)
    for targets, kg in eaters:
        for group, share in shares(targets).items():
            wanted[group] += share * kg
    return [
        Need(group, kg, there.get(group, 0.0)) for group, kg in wanted.items()]


def divide(
        kg: float, parts: Mapping[Hashable, float]) -> dict[Hashable, int]:
    """*kg* to ask for, divided among families as they went out, in whole kg.

    Where nothing went out, equally. What is less than half a kilogram is
    asked of nobody.

    >>> divide(10, {'apples': 3.0, 'pears': 1.0})
    {'apples': 8, 'pears': 3}
    """
    total = math.fsum(parts.values())
    if kg < 0.5 or not parts:
        return {}
    return {
        family: asked for family, part in parts.items()
        if (asked := math.ceil(round(
                    kg * (part / total if total else 1 / len(parts)), 6)))}
