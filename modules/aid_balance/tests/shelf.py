"""A branch with a till whose shelves are the user's."""
from __future__ import annotations

from contextlib import contextmanager

from trytond.pool import Pool
from trytond.transaction import Transaction

from aid_basket.tests.till import at_till


@contextmanager
def at_shelf():
    "A branch with a till, that the user may propose goods of"
    with at_till() as branch:
        User = Pool().get('res.user')
        User.write([User(Transaction().user)], {
                'branches': [('add', [branch.id])]})
        yield branch
