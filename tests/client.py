"""What a client asks of the server, without the HTTP around it.

Each call is a transaction of its own with the access rights of its user, as
`trytond.protocols.dispatcher` makes them; nothing is kept afterwards unless
asked for.
"""
from __future__ import annotations

from contextlib import contextmanager
from typing import Any

from trytond.pool import Pool
from trytond.tools import is_instance_method
from trytond.transaction import Transaction, TransactionError
from trytond.worker import run_task


class Forbidden(Exception):
    "The method is not open to clients"


class Client:
    """A signed-in user of the database *name*.

    `context` is what the client sends with each call: the user's own
    preferences.
    """

    def __init__(self, name: str, login: str):
        self.name = name
        self.login = login
        with Transaction().start(name, 0, readonly=True):
            user, = Pool().get('res.user').search([('login', '=', login)])
            self.user = user.id
        self.context: dict[str, Any] = {}
        self.context = self(
            'model', 'res.user', 'get_preferences', True)

    def __repr__(self) -> str:
        return f'Client({self.login})'

    @contextmanager
    def transaction(self, keep: bool = False, **extras: Any):
        """One transaction of the user; nothing stays unless *keep*.

        For what needs several calls in a row. A call that Tryton wants to
        start again has to be started again by the caller: see __call__.
        """
        with Transaction().start(
                self.name, self.user, **extras) as transaction:
            try:
                yield transaction
                if keep:
                    transaction.commit()
            finally:
                transaction.rollback()
                tasks = list(transaction.tasks)
                transaction.tasks.clear()
        if keep:
            for task in tasks:
                run_task(Pool(self.name), task)

    def __call__(
            self, kind: str, name: str, method: str, *args: Any,
            keep: bool = False, **context: Any) -> Any:
        """What *method* of the *kind* (model, wizard, report) *name* answers.

        *keep* commits what the call did. Raises what the server would send
        to the client.
        """
        extras: dict[str, Any] = {}
        while True:
            try:
                with self.transaction(keep, **extras) as transaction:
                    return self.call(
                        transaction, kind, name, method, *args, **context)
            except TransactionError as error:
                error.fix(extras)

    def call(
            self, transaction, kind: str, name: str, method: str,
            *args: Any, **context: Any) -> Any:
        "The same as calling the client, in a *transaction* that goes on"
        target = Pool().get(name, type=kind)
        if method not in target.__rpc__:
            raise Forbidden(f'{name}.{method}')
        rpc = target.__rpc__[method]
        before = transaction.context
        args, kwargs, transaction.context, _ = rpc.convert(
            target, *args, {**self.context, **context})
        try:
            function = rpc.decorate(getattr(target, method))
            if rpc.instantiate is None or not is_instance_method(
                    target, method):
                return rpc.result(function(*args, **kwargs))
            records = args.pop(0)
            if hasattr(records, method):
                return rpc.result(function(records, *args, **kwargs))
            return [
                rpc.result(function(record, *args, **kwargs))
                for record in records]
        finally:
            transaction.context = before

    def model(self, name: str, method: str, *args: Any, **kwargs: Any) -> Any:
        "Call *method* of the model *name*"
        return self('model', name, method, *args, **kwargs)
