"""Whether goods contain what somebody does not take: plain decisions.

What is declared counts first. Goods that bear no label count as containing
whatever is plausible for their family; a label that says nothing leaves it
open, and somebody looks at it.
"""
from __future__ import annotations

from collections.abc import Iterable

#: What may be said of goods and one allergen, the gravest first
PRESENCES = ('contains', 'traces', 'unknown')


def presence(
        declared: str | None, complete: bool, loose: bool, plausible: bool
        ) -> str | None:
    """What is known of goods and one allergen.

    :param declared: `contains`, `traces` or None: what the product says
    :param complete: whether the product declares all its allergens
    :param loose: goods without a label of their own
    :param plausible: whether their family may well contain the allergen
    :return: one of `PRESENCES`, or None where there is nothing to mind

    >>> presence(None, False, True, True)
    'contains'
    >>> presence(None, False, False, True)
    'unknown'
    """
    if declared in {'contains', 'traces'}:
        return declared
    if complete or not plausible:
        return None
    return 'contains' if loose else 'unknown'


def gravest(found: Iterable[str | None]) -> str | None:
    """What holds of goods that may be any, or a mix, of several.

    >>> gravest([None, 'unknown', 'traces'])
    'traces'
    """
    found = set(found)
    return next((p for p in PRESENCES if p in found), None)
