"""What the database gives, read together, read again, and as what it is."""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from trytond.transaction import Transaction, without_check_access


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


def look_through(records: Iterable, *names: str) -> None:
    """Ask *records* that were found together for *names*, in their order.

    What the first is asked for is read and made of all behind it. Asked in
    another order, it would be made again for each of them.
    """
    for name in names:
        for record in records:
            getattr(record, name)


@without_check_access
def read_lists(records: Iterable, name: str) -> None:
    """Read the list *name* of *records* and what stands in it together.

    Tryton asks what there is, and then whose it is.
    """
    records = list(records)
    if not records:
        return
    field = type(records[0])._fields[name]
    Target = field.get_target()
    domain = [(field.field, 'in', [r.id for r in records])]
    if field.filter:
        domain.append(field.filter)
    lists = defaultdict(list)
    for target in Target.search(domain, order=field.order or Target._order):
        lists[getattr(target, field.field).id].append(target)
    for record in records:
        # As where Tryton keeps it: until something is written
        record._local_cache.refresh()
        record._local_cache[record.id][name] = tuple(lists[record.id])


def share(records: Iterable, *names: str) -> None:
    """Let *records* name by *names* the same record where it is the same.

    What a client sends names each record for itself, and each would be read,
    and all that is reckoned of it, alone. Only what was sent is replaced.
    """
    records = [r for r in records if r is not None]
    for name in names:
        sent = [
            r for r in records
            if r._values and getattr(r._values, name, None)]
        named = {getattr(r, name).id: getattr(r, name) for r in sent}
        if not sent or any(i is None or i < 0 for i in named):
            continue
        Model = type(next(iter(named.values())))
        same = {r.id: r for r in Model.browse(list(named))}
        for record in sent:
            setattr(record, name, same[getattr(record, name).id])


def forget_read(Model) -> None:
    """Drop what the transaction has read of *Model* before rows were written.

    For who writes them by a statement of its own.
    """
    transaction = Transaction()
    transaction.counter += 1
    for cache in transaction.cache.values():
        cache.pop(Model.__name__, None)


def as_date(value: dt.date | dt.datetime | str | None) -> dt.date | None:
    "The date of what a question reckoned: SQLite gives the text of it"
    if isinstance(value, str):
        return dt.date.fromisoformat(value[:10])
    return value.date() if isinstance(value, dt.datetime) else value
