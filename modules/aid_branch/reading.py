"""Records that were come by one by one, read together all the same."""
from __future__ import annotations

from collections.abc import Iterable


def read_together(records: Iterable) -> None:
    """Read all of *records*, of one model, in one question.

    What belongs to lines that a client sends is read record by record; what
    was read once in a transaction is not read again.
    """
    records = {r.id: r for r in records if r and r.id is not None}
    if len(records) > 1:
        Model = type(next(iter(records.values())))
        # The first value that is asked for reads those of all of them
        Model.browse(list(records))[0].create_date
