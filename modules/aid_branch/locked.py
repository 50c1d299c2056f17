"""Locks that do not begin a call again.

Tryton's ``Model.lock`` rolls back what was done so far and begins the call
once more with the lock, always. Where nobody else is at it, which is nearly
always, the rows can be locked where one stands.
"""
from __future__ import annotations

from trytond.transaction import Transaction


def lock_now(records) -> None:
    """Keep *records*, of one model, to this transaction.

    Where somebody else has them, or has changed them since it began, the
    database says so and Tryton begins the call again. Where the database has
    no row locks it is ``Model.lock``.
    """
    if not records:
        return
    transaction = Transaction()
    Model = records[0].__class__
    if not transaction.database.has_select_for():
        Model.lock(records)
        return
    held = transaction._locked_records[Model._table]
    new = set(transaction.create_records[Model.__name__])
    missing = {record.id for record in records} - held - new
    if missing and Model._table not in transaction._locked_tables:
        transaction.database.lock_records(
            transaction.connection, Model._table, sorted(missing))
        held |= missing
