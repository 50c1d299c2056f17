"""What a till asks beside a checkout, with the calls of the web client.

Each gesture is what the web client calls for it, with what it sends, by the
rights of the user of a till; `docs/performance.md` lists them. Beginning a
basket is more than one call to any Tryton: which they are stands there too.
"""
from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

#: How often a gesture is done for its time
ROUNDS = 15


class Gestures:
    """One till and what is done at it; each method is one gesture.

    :param till: a ``tills.ours.Till``
    """
    #: The methods that are one gesture each, by the name of what is measured
    EACH = (
        'open_session', 'begin', 'find_by_name', 'choose', 'find_by_card',
        'scan', 'change', 'offered_lots', 'paper')

    def __init__(self, till):
        from trytond.pool import Pool

        self.till = till
        self.user = till.user
        with self._reading():
            pool = Pool()
            household = pool.get('aid.household')(till.households[0])
            self.household = household.id
            self.code, self.card = household.code, household.card_code
            self.name = (household.till_name or self.code)[:4].lower()
            lot = pool.get('stock.lot')(till.lots[-1])
            self.label, self.product = lot.number, lot.product.id
        self.basket, = till.compose()
        self.sent = self._sent()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self.user.transaction() as transaction, \
                transaction.set_context(self.user.context):
            yield

    def _sent(self) -> dict:
        "What the web client sends of the basket with each change"
        from trytond.pool import Pool

        from aid_basket.tests.till import sent

        with self._reading():
            return sent(Pool().get('aid.basket')(self.basket))

    def open_session(self) -> None:
        "Save a new session, as it is filled in by itself"
        self.user.model('aid.distribution.session', 'create', [{
                    'branch': self.till.branch,
                    'date': dt.date.today(),
                    'till': '2',
                    'cash_float': 20,
                    'paper': 'ticket',
                    'printing': 'automatic',
                    }])

    def begin(self) -> None:
        "What a new basket begins with"
        self.user.model(
            'aid.basket', 'default_get', [
                'session', 'branch', 'date', 'state', 'asked', 'served_by',
                'emergency', 'emergency_reason', 'adults', 'message'],
            session=self.till.session)

    def find_by_name(self) -> None:
        "A few letters of a first name"
        found = self.user.model(
            'aid.household', 'autocomplete', self.name, [], 1000, None)
        assert self.household in {row['id'] for row in found}

    def choose(self) -> None:
        "One of those that were offered"
        said = self.user.model(
            'aid.basket', 'on_change_household', self._empty(
                household=self.household))
        assert said['people']

    def find_by_card(self) -> None:
        "The card of a household"
        said = self.user.model(
            'aid.basket', 'on_scan_code', self._empty(), self.card)
        assert said['household'] == self.household

    def _empty(self, **values: Any) -> dict:
        return {
            **dict.fromkeys(self.sent), 'id': -1, 'lines': [],
            'session': self.till.session, 'state': 'draft', **values}

    def scan(self) -> None:
        "A label more, in a basket of ten lines; it is saved with it"
        said = self.user.model(
            'aid.basket', 'on_scan_code', self.sent, self.label)
        assert said['balance_words'] and said['lines'], said['message']

    def change(self) -> None:
        "A quantity typed over another one: amounts, cap, balance, labels"
        said = self.user.model(
            'aid.basket', 'on_change', self.sent, ['lines'])
        assert said['balance_words']

    def offered_lots(self) -> None:
        "The lots that are offered to who chooses one by hand"
        found = self.user.model(
            'stock.lot', 'autocomplete', 'L0',
            [('product', '=', self.product)], 1000, None,
            offered_at=self.till.branch)
        assert found

    def paper(self) -> None:
        "The paper of the basket that left last"
        self.user(
            'report', 'aid.basket.paper', 'execute', [self.done], {
                'model': 'aid.basket', 'action_id': self.report})

    def hand_over(self) -> None:
        "A basket whose paper is printed"
        from trytond.pool import Pool

        self.done, = self.till.compose()
        self.till.checkout([self.done])
        with self._reading():
            pool = Pool()
            self.report = pool.get('ir.action').get_action_id(
                pool.get('ir.model.data').get_id(
                    'aid_basket', 'report_basket_ticket'))


def count(till, counted: Callable) -> dict[str, list[str]]:
    "The statements of each gesture, when settings are known"
    gestures = Gestures(till)
    gestures.hand_over()
    result = {}
    for name in Gestures.EACH:
        for _ in range(2):
            with counted() as statements:
                getattr(gestures, name)()
        result[name] = statements
    return result


def measure(till, counted: Callable) -> dict[str, dict[str, float]]:
    "Statements and milliseconds of each gesture"
    gestures = Gestures(till)
    gestures.hand_over()
    result = {}
    for name, statements in count(till, counted).items():
        times = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            getattr(gestures, name)()
            times.append((time.perf_counter() - start) * 1000)
        result[name] = {
            'statements': len(statements), 'ms': statistics.median(times),
            'worst_ms': max(times)}
    return result
