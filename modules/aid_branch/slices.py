"""Many records at once, as many as every database can take."""
from __future__ import annotations

from collections.abc import Iterable, Iterator

from trytond.tools import grouped_slice

#: Tryton checks the records of one create or write by one search with a
#: condition for each, and SQLite bounds the size of a search
AT_ONCE = 80


def slices(records: Iterable) -> Iterator[list]:
    """*records* in lists that may be created or written at once.

    >>> [len(some) for some in slices(range(200))]
    [80, 80, 40]
    """
    return (list(some) for some in grouped_slice(list(records), AT_ONCE))
