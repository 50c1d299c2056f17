"""Pressing again after a lost answer gives the first answer.

The request key of a press is made of the page that it came from (Tryton's
web client tells it with every call) and of the button. It is stored with what
the press did, in the same transaction. Whoever else presses, or presses
another button, is told that it is done.
"""
from __future__ import annotations

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
        if key and baskets and all(_did(b, key) for b in baskets):
            return cls._print_action(baskets)
        with Transaction().set_context(request_key=key):
            return func(cls, baskets, *args, **kwargs)
    return wrapper


def _did(basket, key: str) -> bool:
    "Whether *basket* was checked out by the press of *key*"
    return (
        basket.state == 'done'
        and basket.request_key == key
        and basket.checked_out_by
        and basket.checked_out_by.id == Transaction().user)
