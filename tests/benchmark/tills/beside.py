"""A checkout in turns with what it is compared to: milliseconds and CPU.

The machine is not steady: minutes later the same checkout may take a third
more. In turns that falls on both alike.
"""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from measuring import Timed, cpu_so_far, in_turns, p95

from .ours import ROUNDS, Till, one_checkout
from .plain_sql import BySQL
from .stock_tryton import Stock


def plain_sql(till: Till, cluster) -> dict:
    "A checkout in turns with the same rows by plain SQL; its statements too"
    with _writer(till, cluster) as writer:
        ours, sql = in_turns(
            till.composed,
            lambda: partial(writer.checkout, *till.compose()),
            rounds=ROUNDS, cpu=partial(cpu_so_far, cluster))
    said = one_checkout(till)
    return {
        'statements': len(said), 'said': said, **_row(ours),
        'p95_ms': p95(ours.times), 'sql_ms': sql.ms}


@contextmanager
def _writer(till: Till, cluster) -> Iterator[BySQL]:
    basket, = till.compose()
    till.checkout([basket])
    writer = BySQL(cluster, till.user.name, basket)
    try:
        yield writer
    finally:
        writer.connection.close()


def stock_tryton(
        first: Till, last: Till | None, stock: Stock, cluster,
        rounds: int) -> dict[str, dict]:
    """A checkout in turns with the same basket by Tryton alone.

    :param first: a till of the first size
    :param last: one of the last size, where there is more than one
    """
    tills = {'first': first, 'last': last}
    tills = {name: till for name, till in tills.items() if till}
    timed = in_turns(
        *(till.composed for till in tills.values()),
        lambda: stock.checkout, rounds=rounds,
        cpu=partial(cpu_so_far, cluster))
    return {
        name: _row(row) for name, row in zip([*tills, 'stock'], timed)}


def _row(timed: Timed) -> dict:
    return {'ms': timed.ms, 'cpu_ms': timed.cpu_ms}
