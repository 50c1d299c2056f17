"""What Tryton asks PostgreSQL about foreign keys, asked where they stand.

It asks two views of the standard while it makes tables, which takes seconds
each time among some hundred tables: nine tenths of what PostgreSQL does for
a new database. The catalogue behind the views knows the same at once.
"""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

#: How the catalogue abbreviates what the views spell out
RULES = {
    'a': 'NO ACTION', 'r': 'RESTRICT', 'c': 'CASCADE', 'n': 'SET NULL',
    'd': 'SET DEFAULT'}
STATEMENT = """
    SELECT con.conname, att.attname, con.confdeltype::text
    FROM pg_constraint con
    JOIN pg_class rel ON rel.oid = con.conrelid
    JOIN pg_namespace nsp ON nsp.oid = rel.relnamespace
    JOIN pg_attribute att
        ON att.attrelid = con.conrelid AND att.attnum = ANY(con.conkey)
    WHERE con.contype = 'f' AND rel.relname = %s AND nsp.nspname = %s
    """


def delete_rules(
        table_name: str, table_schema: str) -> dict[tuple[str, str], str]:
    "By constraint and column of a table: what deleting what it names does"
    from trytond.transaction import Transaction

    cursor = Transaction().connection.cursor()
    cursor.execute(STATEMENT, (table_name, table_schema))
    return {
        (constraint, column): RULES[rule]
        for constraint, column, rule in cursor}


@contextmanager
def asked_of_the_catalogue() -> Iterator[None]:
    "While modules are activated: nothing changes on other databases"
    from trytond import backend

    TableHandler = backend.TableHandler
    plain = vars(TableHandler).get('_fk_deltypes')
    if backend.name != 'postgresql' or plain is None:
        yield
        return
    TableHandler._fk_deltypes = property(_fk_deltypes)
    try:
        yield
    finally:
        TableHandler._fk_deltypes = plain


def _fk_deltypes(self) -> dict[tuple[str, str], str]:
    # Forgotten by the table itself whenever it makes or drops a constraint
    known = '_TableHandler__fk_deltypes'
    if getattr(self, known) is None:
        setattr(self, known, delete_rules(self.table_name, self.table_schema))
    return getattr(self, known)
