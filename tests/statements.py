"""The SQL that a piece of work sends, to be counted and read.

A count does not depend on the machine; it grows when something asks once
per record what could be asked once.
"""
import re
from collections import Counter
from contextlib import contextmanager

from trytond.transaction import Transaction

SILENT = ('BEGIN', 'COMMIT', 'ROLLBACK', 'SAVEPOINT', 'RELEASE', 'PRAGMA')


@contextmanager
def recorded(database: str):
    """The statements sent to the SQLite *database* in memory.

    A list that fills while the block runs, whatever transactions there are
    in it; statements that only open or close one are left out.
    """
    said: list[str] = []

    def trace(statement: str) -> None:
        if not statement.lstrip('- ').upper().startswith(SILENT):
            said.append(statement)

    if Transaction().connection:
        connection = Transaction().connection
    else:
        # A database in memory has one connection for everybody
        with Transaction().start(database, 0, readonly=True) as transaction:
            connection = transaction.connection
    connection.set_trace_callback(trace)
    try:
        yield said
    finally:
        connection.set_trace_callback(None)


def grown(before: list[str], after: list[str]) -> str:
    "The statements of *after* that *before* has not, to explain a failure"
    more = Counter(_shape(s) for s in after)
    more.subtract(_shape(s) for s in before)
    return '\n'.join(
        f'{count:+4d} {shape[:300]}'
        for shape, count in more.most_common(15) if count > 0)


def _shape(statement: str) -> str:
    "*statement* without its values"
    statement = re.sub(r"'(?:[^']|'')*'", '?', statement)
    statement = re.sub(r'\b\d+(\.\d+)?\b', '?', statement)
    return re.sub(r'\?(\s*,\s*\?)+', '?', statement)
