"""What is not asked for from those who do not take it.

A household that takes no pork, or nothing of an animal, is not marked down
for it: where its constraint speaks of a food group the floor of that group
is not asked for, and where it speaks of a kind the sub-rule is not.  What it
takes all the same counts as ever.

Nothing here knows of the database nor of a language.
"""
from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from .balance import Target

__all__ = ['Exemption', 'asked_of']


@dataclass(frozen=True)
class Exemption:
    """What a constraint takes out of the targets.

    :param diet: code of the constraint ('vegetarian')
    :param group: code of the food group
    :param kind: code of the kind whose sub-rules fall; None: the floor of the
        group and all its sub-rules do
    """
    diet: str
    group: str
    kind: str | None = None


def asked_of(
        targets: Sequence[Target], exemptions: Iterable[Exemption],
        diets: Collection[str]) -> list[Target]:
    """The *targets* as they are for people with the constraints *diets*.

    >>> fish = Exemption('fish', 'MFE', 'fish')
    >>> asked_of([Target('MFE', 0.08)], [fish], ['peanuts'])[0].min_share
    0.08
    """
    groups: set[str] = set()
    kinds: set[tuple[str, str]] = set()
    for exemption in exemptions:
        if exemption.diet not in diets:
            continue
        if exemption.kind:
            kinds.add((exemption.group, exemption.kind))
        else:
            groups.add(exemption.group)
    return [
        replace(target, min_share=None, sub_rules=())
        if target.group in groups
        else replace(target, sub_rules=tuple(
                rule for rule in target.sub_rules
                if (target.group, rule.kind) not in kinds))
        for target in targets]
