"""The branches below those of a user, remembered.

Whatever a user looks for or reads is kept to them. They change a few times a
year: to ask the database for them each time would be one more question for
each search and each reading, and one that it cannot plan with.
"""
from __future__ import annotations

from collections.abc import Collection

from trytond.cache import Cache
from trytond.pool import Pool
from trytond.transaction import inactive_records, without_check_access

#: Who sees more branches than this is kept to them by their place in the
#: tree, rather than by a list
MOST = 50
#: Ids by those of the roots
_below = Cache('aid_branch.below', context=False)


def below(roots: Collection[int]) -> tuple[int, ...] | None:
    """Ids of the branches *roots* and of all below them, active or not.

    :return: None where there are more than `MOST`
    """
    roots = tuple(sorted(roots))
    # None is an answer too
    if (known := _below.get(roots)) is None:
        known = _below.set(roots, (_read(roots),))
    return known[0]


def _read(roots: tuple[int, ...]) -> tuple[int, ...] | None:
    Branch = Pool().get('aid.branch')
    with without_check_access(), inactive_records():
        branches = Branch.search(
            [('parent', 'child_of', list(roots), 'parent')],
            order=[('id', 'ASC')], limit=MOST + 1)
    if len(branches) > MOST:
        return None
    return tuple(branch.id for branch in branches)


def forget() -> None:
    "The tree of branches is another one from now on"
    _below.clear()
