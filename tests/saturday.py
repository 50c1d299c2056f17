"""What the story of a Saturday does beside clicking.

A scanner, those who make no story of their own, an answer to a question,
papers as text, a worker that is down, and the books compared.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from proteus import Model
from proteus.config import get_config
from trytond.pool import Pool
from trytond.transaction import Transaction, TransactionError

#: What the scanner of the form tells the server of a basket
SHOWN = ['session', 'household', 'emergency_card']


def scan(basket, *codes: str) -> str:
    """Scan or type *codes* into the saved *basket*; what the till says last.

    Before each code the basket is read again, as another device does that
    goes on where the last one stopped.
    """
    Basket = Model.get('aid.basket')
    said = ''
    for code in codes:
        there = Basket(basket.id)
        shown = {
            'id': there.id, 'state': there.state,
            'question': there.question,
            'question_code': there.question_code,
            'emergency': there.emergency,
            'emergency_reason': there.emergency_reason,
            'lines': [line.id for line in there.lines],
            **{name: _id(getattr(there, name)) for name in SHOWN},
            }
        said = Basket._proxy.on_scan_code(
            shown, code, get_config().context).get('message') or ''
    basket.reload()
    return said


def _id(record) -> int | None:
    return record.id if record else None


def ordinary_households(branch, count: int) -> list:
    "So many households of one person, entitled for a year"
    Household = Model.get('aid.household')
    Entitlement = Model.get('aid.entitlement')
    context = get_config().context
    today = dt.date.today()
    ids = Household._proxy.create([{
                'branch': branch.id,
                'members': [('create', [{
                                'main': True,
                                'first_name': "Camille",
                                'last_name': f"Martin-{number}",
                                }])],
                } for number in range(count)], context)
    Entitlement._proxy.grant(Entitlement._proxy.create([{
                    'household': id_,
                    'branch': branch.id,
                    'valid_from': today,
                    'valid_until': today + dt.timedelta(days=364),
                    } for id_ in ids], context), context)
    return [Household(id_) for id_ in ids]


def serve_ordinary(tills: list, households: list, goods: dict) -> list:
    """Serve *households* in turn at the *tills*, the same to each.

    :param goods: kilograms by family
    :return: the baskets, paid in cash
    """
    Basket = Model.get('aid.basket')
    baskets = []
    for n, till in enumerate(tills):
        context = {**get_config().context, 'session': till.id}
        ids = Basket._proxy.create([{
                    'household': household.id,
                    'lines': [('create', [{
                                    'product': family.product.id,
                                    'quantity': kg,
                                    'unit': family.product.default_uom.id,
                                    } for family, kg in goods.items()])],
                    } for household in households[n::len(tills)]], context)
        Basket._proxy.checkout(ids, context)
        baskets += map(Basket, ids)
    return baskets


def answer_yes(question) -> None:
    "Confirm what the warning *question* asks"
    Model.get('res.user.warning')._proxy.skip(
        question.name, False, get_config().context)


@contextmanager
def papers_as_text() -> Iterator[None]:
    "Papers come as HTML, as where the library for PDF lacks"
    with patch('aid_branch.paper.can_pdf', return_value=False):
        yield


def text_of(paper) -> str:
    "The text of what a report or a button that prints has returned"
    content = paper[1]
    return content if isinstance(content, str) else content.decode()


@contextmanager
def worker_down() -> Iterator[None]:
    "Nobody does what is put into the queue meanwhile"
    with patch('trytond.worker.run_task', lambda *args: None):
        yield


def post_entries() -> None:
    "Post the entries that wait, and nothing else of the sweep"
    _as_system(lambda: Pool().get('account.invoice').post_waiting())


def differences() -> list:
    "Where what is on hand is not the sum of the moves"
    return _as_system(
        lambda: Pool().get('aid.lot.on_hand').differences())


def _as_system(function: Callable) -> Any:
    "Call *function* in a transaction that is begun again with its locks"
    extras: dict = {}
    while True:
        with Transaction().start(
                get_config().database_name, 1, **extras) as transaction:
            try:
                result = function()
                transaction.commit()
                return result
            except TransactionError as error:
                transaction.rollback()
                error.fix(extras)
