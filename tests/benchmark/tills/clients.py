"""Tills that work at the same time, each with a client of its own.

One basket of ours is what the web client asks from *new basket* to the basket
that is done: the household's code and ten lots scanned, each answered with
the balance, the balance once more, the checkout.
"""
from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from measuring import p95
from national_network import PASSWORD

from . import stock_point
from .ground import LINES, TILLS, Ground
from .served import Served, served
from .web_client import Client, Form, Record, Refused

#: Baskets of each that are not counted: what a server reads once
WARM_UP = 2


class Till:
    "The volunteer at the till *number* of the *ground*, with the web client"

    def __init__(self, url: str, name: str, ground: Ground, number: int):
        self.client = Client(
            url, name, f'till-{ground.codes[number]}', PASSWORD)
        self.session = ground.sessions[number]
        self.households = self._codes(
            'aid.household', 'code', ground.households[number])
        self.lots = self._codes(
            'stock.lot', 'number', ground.lots[number])
        self.form = Form(self.client, 'aid.basket')
        self._turn = 0

    def _codes(self, model: str, field: str, ids: list[int]) -> list[str]:
        "What is printed on the cards and labels of *ids*"
        rows = self.client.model(model, 'read', ids, [field])
        codes = {row['id']: row[field] for row in rows}
        return [codes[id_] for id_ in ids]

    def sell(self) -> None:
        "Ten lines, scanned and checked out"
        self._turn += 1
        self.client.model(
            'aid.distribution.session', 'new_basket', [self.session])
        basket = Record.new(self.form, session=self.session)
        # It is there before the first scan, and saved with each
        basket.save()
        basket.read()
        basket.scan(self.households[self._turn % len(self.households)])
        first = self._turn * LINES
        for n in range(first, first + LINES):
            basket.scan(self.lots[n % len(self.lots)])
        lines = basket.lists['lines']
        assert len(lines) == LINES, basket.values['message']
        lines[0].type('quantity', 2)
        basket.press('checkout')
        basket.read()
        assert basket.values['state'] == 'done', basket.values


def ours(cluster, name: str, ground: Ground, seconds: float) -> dict:
    """What the tills of the *ground* get done on our server.

    :raises RuntimeError: when one of them was refused a basket
    """
    with served(cluster, name) as server:
        result = together([
                Till(server.url, name, ground, n) for n in range(TILLS)],
            seconds, server, cluster)
    if result['given_up']:
        raise RuntimeError(result['given_up'][:3])
    return result


def at_points(
        cluster, points: stock_point.Points, python: str,
        seconds: float) -> dict[str, dict]:
    """What Tryton's own points of sale get done, served by *python*.

    :return: as its web client asks, and with the fewest calls that a client
        could do with
    """
    found = {}
    cluster.execute('VACUUM ANALYZE', stock_point.NAME)
    with served(cluster, stock_point.NAME, python) as server:
        for label, typed in [('typed', True), ('at_once', False)]:
            found[label] = together([
                    stock_point.Seller(server.url, points, n, typed)
                    for n in range(TILLS)], seconds, server, cluster)
    return found


def together(
        sellers: Sequence, seconds: float, server: Served, cluster) -> dict:
    """What *sellers* get done in *seconds*, all at the same time.

    :param sellers: what has `sell` and a `client`
    :return: baskets per second, milliseconds and calls of each, CPU of server
        and database, lock errors that a client saw, restarts of the server
    """
    _each(sellers, lambda seller: _until(seller.sell, 0, WARM_UP))
    for seller in sellers:
        seller.client.forget()
    restarts = len(server.restarts())
    cpu = server.cpu_ms() + cluster.cpu_ms()
    done = _each(sellers, lambda seller: _until(seller.sell, seconds))
    cpu = server.cpu_ms() + cluster.cpu_ms() - cpu
    taken = [ms for some in done for ms in some.times]
    clients = [seller.client for seller in sellers]
    return {
        # Each by its own time: at the end one is done before the others
        'baskets_per_s': sum(
            len(some.times) / some.seconds for some in done),
        'baskets': len(taken),
        'ms': statistics.median(taken),
        'p95_ms': p95(taken),
        'cpu_ms': cpu / len(taken),
        'calls': sum(
            c.calls.total() for c in clients) / len(taken),
        'lock_errors': sum(c.locked for c in clients),
        'given_up': [why for some in done for why in some.given_up],
        'restarts': len(server.restarts()) - restarts,
        'calls_ms': _by_method(clients),
        }


class Done(NamedTuple):
    "What one till got done: ms of each basket, seconds in all, given up"
    times: list[float]
    seconds: float
    given_up: list[str]


def _until(work: Callable, seconds: float, least: int = 1) -> Done:
    """What comes of *work* again and again, begun before the end.

    :param least: how many times at least
    """
    times: list[float] = []
    given_up: list[str] = []
    begin = now = time.perf_counter()
    while now < begin + seconds or len(times) + len(given_up) < least:
        start = now
        try:
            work()
        except Refused as reason:
            given_up.append(str(reason))
        else:
            times.append((time.perf_counter() - start) * 1000)
        now = time.perf_counter()
    return Done(times, now - begin, given_up)


def _each(sellers: Sequence, work: Callable) -> list:
    """What *work* gives for each of *sellers*, all at the same time.

    :raises Exception: what any of them met, once all have ended
    """
    results: list = [None] * len(sellers)
    failed: list[BaseException] = []

    def one(place: int) -> None:
        try:
            results[place] = work(sellers[place])
        except BaseException as error:
            failed.append(error)
    threads = [
        threading.Thread(target=one, args=(n,)) for n in range(len(sellers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return results


def _by_method(clients: list[Client]) -> dict[str, float]:
    "Median milliseconds of each kind of call"
    found: dict[str, list[float]] = {}
    for client in clients:
        for method, times in client.times.items():
            found.setdefault(method, []).extend(times)
    return {
        method: round(statistics.median(times), 1)
        for method, times in sorted(found.items())}
