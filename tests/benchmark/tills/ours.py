"""What a till of ours asks, within this process: statements, ms and CPU.

Each call has the rights of its user and a transaction of its own, as the
server makes them.
"""
from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial

from measuring import counted, cpu_of, median_ms

from . import gestures
from .ground import LINES, LOTS_EACH, Ground, in_house

ROUNDS = 31
BULK, GIFT = 50, 100


class Till:
    "One till of the ground, whose user does what users do"

    def __init__(self, name: str, ground: Ground, number: int = 0):
        from client import Client

        self.branch = ground.branches[number]
        self.session = ground.sessions[number]
        self.households = ground.households[number]
        self.lots = ground.lots[number]
        self.code = ground.codes[number]
        self.user = Client(name, f'till-{self.code}')
        self._turn = 0

    def compose(self, count: int = 1) -> list[int]:
        "Baskets of ten lines as they stand when all of it is scanned"
        from trytond.pool import Pool

        with self.user.transaction(keep=True) as transaction, \
                transaction.set_context(self.user.context):
            Basket = Pool().get('aid.basket')
            Lot = Pool().get('stock.lot')
            lots = Lot.browse(self.lots)
            baskets = Basket.create([
                    self._values(lots) for _ in range(count)])
            for basket in baskets:
                basket.on_change_lines()
            Basket.save(baskets)
            return [basket.id for basket in baskets]

    def _values(self, lots) -> dict:
        self._turn += 1
        first = self._turn * LINES
        return {
            'session': self.session,
            'household': self.households[
                self._turn % len(self.households)],
            'lines': [('create', [{
                            'product': lot.product.id,
                            'lot': lot.id,
                            'lot_knowledge': 'scanned',
                            'quantity': 1 + n % 3,
                            'unit': lot.product.default_uom.id,
                            } for n, lot in (
                                (n, lots[(first + n) % len(lots)])
                                for n in range(LINES))])],
            }

    def checkout(self, baskets: list[int]) -> None:
        "Press the button that hands over and takes the money in cash"
        self.user.model(
            'aid.basket', 'checkout', baskets, keep=True)

    def composed(self) -> Callable[[], None]:
        "A basket is scanned: its checkout"
        return partial(self.checkout, self.compose())


@contextmanager
def left_to_a_worker():
    "Tasks go to the queue and stay there, as where a worker takes them"
    import trytond.config as config

    before = config.get('queue', 'worker', default='')
    config.set('queue', 'worker', 'True')
    try:
        yield
    finally:
        config.set('queue', 'worker', before)


def one_checkout(till: Till) -> list[str]:
    "The statements of what one till waits for"
    for _ in range(3):
        # What a server reads once of its settings it knows
        till.checkout(till.compose())
    checkout = till.composed()
    with counted() as statements:
        checkout()
    return statements


def in_bulk(till: Till, cluster, pay: str) -> dict:
    """Statements and CPU of many baskets, to the last entry of the ledger.

    :param pay: the button that is pressed, ``checkout_later`` or ``checkout``
    """
    baskets = till.compose(BULK)
    post_what_waits(till.user.name)
    with counted() as statements, cpu_of(cluster) as spent:
        till.user.model('aid.basket', pay, baskets, keep=True)
        at_till = len(statements)
        post_what_waits(till.user.name)
    return {
        'statements': len(statements) / BULK,
        'said': statements,
        'at_till': at_till / BULK,
        'cpu_ms': spent() / BULK,
        }


def post_what_waits(name: str) -> None:
    "What the poster of the company does next"
    from trytond.pool import Pool

    from maillon.command import database

    database.run(
        name, lambda: Pool().get('account.invoice').post_waiting())
    database.run(
        name, lambda: Pool().get('aid.basket.payment').book_waiting())


def receive(till: Till) -> dict:
    "Statements and milliseconds to receive a donation of many lots"
    from trytond.pool import Pool

    from client import Client

    user = Client(till.user.name, f'warehouse-{till.code}')
    result: dict = {}
    for _ in range(2):
        with user.transaction(keep=True) as transaction, \
                transaction.set_context(user.context):
            donation = _make_donation(till, Pool())
        start = time.perf_counter()
        with counted() as statements:
            user.model('aid.donation', 'receive', [donation], keep=True)
        result = {
            'statements': len(statements), 'said': statements,
            'ms': (time.perf_counter() - start) * 1000}
    return result


def _make_donation(till: Till, pool) -> int:
    lots = pool.get('stock.lot').browse(till.lots)
    today = dt.date.today()
    donation, = pool.get('aid.donation').create([{
                'branch': till.branch,
                'donor': lots[0].donor.id,
                'supply_source': lots[0].supply_source.id,
                'lines': [('create', [{
                                'product': lot.product.id,
                                'family': lot.product.family.id,
                                'quantity': 12,
                                'unit': lot.product.default_uom.id,
                                'best_before': (
                                    today + dt.timedelta(days=90 + n)),
                                } for n, lot in enumerate(lots[:GIFT])])],
                }])
    return donation.id


def pick(till: Till) -> dict:
    "Statements and milliseconds to see what is left of a product here"
    from trytond.pool import Pool

    with till.user.transaction() as transaction, \
            transaction.set_context(till.user.context):
        product = Pool().get('stock.lot')(till.lots[0]).product.id

    def look() -> list:
        return till.user.model(
            'aid.lot.on_hand', 'search_read', [
                ('product', '=', product), ('branch', '=', till.branch),
                ('quantity', '>', 0)],
            0, 50, [('expiry', 'ASC'), ('id', 'ASC')],
            ['lot', 'lot.rec_name', 'quantity', 'expiry'])
    assert len(look()) >= LOTS_EACH
    with counted() as statements:
        look()
    return {
        'statements': len(statements), 'said': statements,
        'ms': median_ms(look, ROUNDS)}


def count(uri: str, name: str, branch: str) -> dict[str, list[str]]:
    "The statements of a till of *branch* in the house *name* of the tests"
    from maillon.command import database

    database.configure(uri=uri)
    database.activate(name)
    ground = database.run(name, lambda: in_house(branch))
    with left_to_a_worker():
        till = Till(name, ground)
        return {
            'checkout': one_checkout(till),
            'receive': receive(till)['said'],
            'pick': pick(till)['said'],
            'bulk': in_bulk(till, None, 'checkout_later')['said'],
            'bulk_paid': in_bulk(till, None, 'checkout')['said'],
            **read_only(till),
            **gestures.count(till, counted),
            }


def read_only(till: Till) -> dict[str, list[str]]:
    "The statements of a trace and of a balance"
    from trytond.pool import Pool

    from aid_basket import trace, verdict
    from aid_lot import chain

    basket, = till.compose()
    found: dict = {}
    for _ in range(2):
        with till.user.transaction() as transaction, \
                transaction.set_context(till.user.context):
            with counted() as found['trace']:
                trace.reached_by(chain.forward(till.lots[:5]).lots)
            record = Pool().get('aid.basket')(basket)
            with counted() as found['balance']:
                verdict.of_basket(record, record.lines)
    return found
