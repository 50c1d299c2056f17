"""Whether what is asked is found by an index, however small the database is.

PostgreSQL is told that reading a whole table is the last thing to do; where
it plans that all the same, no index answers the question, and it takes
longer with each household, lot or move.
"""
from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: Tables that grow as long as people come and goods move
GROWING = frozenset({
        'account_invoice', 'account_invoice_line', 'account_move',
        'account_move_line', 'aid_basket', 'aid_basket_line',
        'aid_basket_payment', 'aid_branch', 'aid_distribution_session',
        'aid_donation', 'aid_donation_line', 'aid_entitlement',
        'aid_household', 'aid_household_constraint', 'aid_household_member',
        'aid_lot_made_of', 'aid_lot_on_hand', 'aid_parcel',
        'aid_session_person', 'aid_session_visit', 'party_address',
        'party_party', 'stock_location', 'stock_lot', 'stock_move'})


class Asked(str):
    "A statement, with what is put in for its values"
    values: Any = ()


@contextmanager
def remembered() -> Iterator[list[Asked]]:
    "The questions that Tryton sends to PostgreSQL meanwhile"
    from trytond.backend.postgresql.database import LoggingCursor

    asked: list[Asked] = []
    execute = LoggingCursor.execute

    def remembering(self, query, values=None, *args, **kwargs):
        if str(query).lstrip('( ').startswith(('SELECT', 'WITH')):
            asked.append(Asked(query))
            asked[-1].values = values
        return execute(self, query, values, *args, **kwargs)
    LoggingCursor.execute = remembering
    try:
        yield asked
    finally:
        LoggingCursor.execute = execute


def read_through(asked: list[Asked], cursor) -> list[str]:
    """What of *asked* has to read a whole table that grows.

    :param cursor: of PostgreSQL, in a transaction of its own
    :return: the table and the statement of each
    """
    cursor.execute('SET LOCAL enable_seqscan = off')
    found = []
    for statement in asked:
        cursor.execute(
            'EXPLAIN (FORMAT JSON) ' + statement, statement.values)
        (plan,), = cursor.fetchall()
        if isinstance(plan, str):
            plan = json.loads(plan)
        found += [
            f'{table}: {statement}' for table in _whole(plan[0]['Plan'])]
    return found


def _whole(node: dict) -> Iterator[str]:
    "The tables that grow of which *node* of a plan reads all"
    table = node.get('Relation Name')
    kind = node['Node Type']
    if table in GROWING and kind.endswith('Scan') and (
            kind == 'Seq Scan' or (
                kind.startswith('Index') and 'Index Cond' not in node)):
        yield table
    for child in node.get('Plans', []):
        yield from _whole(child)
