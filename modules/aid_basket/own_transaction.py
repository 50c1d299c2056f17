"""A transaction of its own, that waits for its turn instead of failing."""
from __future__ import annotations

from contextlib import contextmanager

from trytond.transaction import Transaction, without_check_access

#: Longer than any queue at a till; a till that hangs is told so
LOCK_TIMEOUT = '20s'


@contextmanager
def own_transaction(records, company=None):
    """A transaction that waits for locks and then sees what others did.

    Tryton's own is REPEATABLE READ and takes locks without waiting: a till
    that has to wait would fail. Where the database has no row locks, and for
    *records* that are not yet committed (nobody else can see them), the
    current transaction is used; so it is where nobody else is there at all
    and much is done in one (``_alone`` in the context, which no client can
    send): what it has locked it would wait for. Access was checked before; inside it is not.

    :param company: whose books it is about; that of the context where nothing
        else is said
    """
    transaction = Transaction()
    context = {'company': company.id} if company else {}
    created = {
        (name, int(id_)) for name in {r.__name__ for r in records}
        for id_ in transaction.create_records.get(name, ())}
    if (not transaction.database.has_select_for()
            or transaction.context.get('_alone')
            or any((r.__name__, r.id) in created for r in records)):
        with transaction.set_context(context), without_check_access():
            yield
        return
    with transaction.new_transaction() as own:
        own.connection.cursor().execute(
            'SET TRANSACTION ISOLATION LEVEL READ COMMITTED;'
            f" SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        with own.set_context(context), without_check_access():
            yield


def read_again() -> None:
    "Forget what was read: others may have written while we waited"
    transaction = Transaction()
    if transaction.database.has_select_for():
        for cache in list(transaction.cache.values()):
            cache.clear()
