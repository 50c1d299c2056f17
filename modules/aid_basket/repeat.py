"""Pressing again after a lost answer gives the first answer.

The request key of a press is made of the page that it came from (Tryton's
web client tells it with every call) and of the button. It is stored with what
the press did, in the same transaction. Whoever else presses, or presses
another button, is told that it is done.

A wizard whose work is in the transaction of the press marks its own start
instead (``aid.basket.pay``, ``aid.basket.exchange``).
"""
from __future__ import annotations

from contextlib import contextmanager
from functools import wraps

from trytond.transaction import Transaction


def request_key(button: str) -> str | None:
    "The key of a press of *button*, None where the page is not known"
    client = Transaction().context.get('client')
    return f'{client}:{button}' if client else None


def answers_again(func):
    """Let a button of baskets answer a repeated press like the first one.

    Stands outside of whatever refuses baskets that are done.
    """
    @wraps(func)
    def wrapper(cls, baskets, *args, **kwargs):
        key = request_key(func.__name__)
        if key and baskets and all(
                b.state == 'done' and _did(b, key) for b in baskets):
            return cls._print_action(baskets)
        with Transaction().set_context(request_key=key):
            return func(cls, baskets, *args, **kwargs)
    return wrapper


def _did(basket, key: str) -> bool:
    "Whether *basket* is as it is by the press of *key*, of the same user"
    by = {
        'done': basket.checked_out_by,
        'cancelled': basket.cancelled_by,
        }.get(basket.state)
    return (
        by is not None
        and by.id == Transaction().user
        and basket.request_key == key)


@contextmanager
def press_of(button: str, basket):
    """The press of *button* on *basket*: gives whether it was done before.

    What is done inside stores the request key with it.
    """
    key = request_key(button)
    with Transaction().set_context(request_key=key):
        yield bool(key) and _did(basket, key)
