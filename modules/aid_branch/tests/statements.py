"""What the database is asked, to be counted.

A count does not depend on the machine; it grows when something asks once per
record what could be asked once.
"""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from trytond.transaction import Transaction


@contextmanager
def count_statements() -> Iterator[list[str]]:
    "What SQLite is asked meanwhile, as a list that fills"
    statements: list[str] = []
    connection = Transaction().connection
    # Of a trigger SQLite tells the statements as comments
    connection.set_trace_callback(
        lambda sql: sql.startswith('--') or statements.append(sql))
    try:
        yield statements
    finally:
        connection.set_trace_callback(None)
