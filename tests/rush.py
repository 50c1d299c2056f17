"""Sixteen tills of eight branches at once, and whatever may happen to them.

Run as a program it furnishes four more branches in the prepared house and
says where things are; imported, it is the people at the tills.
"""
from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

import house as builder
import server
from web import Page, Refused

MORE = ['nord2', 'sud2', 'est2', 'ouest2']
BRANCHES = [*builder.BRANCHES, *MORE]
TILLS_EACH = 2
#: Of which every branch has one kilogram, and nobody gets more
LAST = {'fats': 1}
#: What an ordinary household takes, in kilograms
ORDINARY = {'dry_starch': 0.5, 'canned': 0.25}
#: ... and enough of it for a long day
PLENTY = {'dry_starch': 200, 'canned': 100}


@dataclass(frozen=True)
class Place:
    "Ids of what the tills of a branch need"
    code: str
    branch: int
    session: int
    households: list[int]
    #: product and unit of each family
    goods: dict[str, list[int]]
    #: lots of each family
    lots: dict[str, list[int]]
    source: int
    donor: int


# The ground they stand on

def prepare(cluster, name: str) -> list[Place]:
    "Furnish the house *name* on *cluster*, in a process of its own"
    done = subprocess.run(
        [sys.executable, __file__, '--uri', cluster.uri, name],
        env=server.environment(), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-4000:])
    return [Place(**row) for row in json.loads(done.stdout.splitlines()[-1])]


def furnish(uri: str, name: str) -> list[Place]:
    "Four more branches, goods for all, and open sessions"
    from maillon.command import database

    database.configure(uri=uri)
    database.activate(name)
    database.run(name, open_branches)
    database.run(name, builder.furnish_goods, MORE)
    database.run(name, builder.furnish_households, MORE)
    database.run(name, open_tills)
    return database.run(name, lambda: [place(code) for code in BRANCHES])


def open_branches() -> None:
    "The branches and who works there"
    from trytond.pool import Pool

    from maillon.command.organisation import User, make_user

    Branch = Pool().get('aid.branch')
    region, = Branch.search([('code', '=', 'region')])
    Branch.create([{
                'name': f"Épicerie {code.title()}", 'code': code,
                'kind': 'site', 'company': region.company.id,
                'parent': region.id} for code in MORE])
    for code in MORE:
        make_user(User(
                login=f'till-{code}', name=f'till {code}', role='role_till',
                password=builder.PASSWORD, branches=(code,)), 'fr')


def open_tills() -> None:
    "Sessions, plenty of some goods, a kilogram of what everybody wants"
    from trytond.pool import Pool

    pool = Pool()
    Branch = pool.get('aid.branch')
    Donation = pool.get('aid.donation')
    Session = pool.get('aid.distribution.session')
    branches = Branch.search([('code', 'in', BRANCHES)])
    Session.create([
            {'branch': b.id, 'date': b.today()}
            for b in branches if b.code in MORE])
    # The last kilogram is the last: nothing beyond the books
    pool.get('aid.distribution.rule').create([
            {'branch': b.id, 'found_limit': 0} for b in branches])
    donor, = pool.get('party.party').create([{
                'name': "Huilerie du Test", 'donor': True}])
    donations = [
        builder.donation(
            branch, donor, {
                family: (kg, 300) for family, kg in (LAST | PLENTY).items()})
        for branch in branches]
    Donation.save(donations)
    Donation.receive(donations)


def place(code: str) -> Place:
    "Where things are at the branch *code*"
    from trytond.pool import Pool

    pool = Pool()
    branch, = pool.get('aid.branch').search([('code', '=', code)])
    session, = pool.get('aid.distribution.session').search(
        [('branch', '=', branch.id), ('state', '=', 'open')])
    source, = pool.get('aid.supply.source').search(
        [('code', '=', 'shop_collection')])
    goods, lots = {}, {}
    for family in pool.get('aid.family').search(
            [('code', 'in', [*builder.FAMILIES, *LAST])]):
        goods[family.code] = [
            family.product.id, family.product.default_uom.id]
        lots[family.code] = [row.lot.id for row in pool.get(
                'aid.lot.on_hand').search([
                    ('product', '=', family.product.id),
                    ('location', '=', branch.storage.id)])]
    return Place(
        code=code, branch=branch.id, session=session.id,
        households=[h.id for h in builder.House.households(code)],
        goods=goods, lots=lots, source=source.id,
        donor=pool.get('party.party').search(
            [('donor', '=', True)], order=[('id', 'ASC')], limit=1)[0].id)


# The people

class Till:
    "Somebody at a till of *place*, over the balancer at *url*"

    def __init__(self, url: str, database: str, place: Place):
        self.page = Page(
            url, database, f'till-{place.code}', builder.PASSWORD)
        self.place = place
        #: seconds that each checkout took until it was answered
        self.waited: list[float] = []
        self._turn = 0

    def compose(self, families: dict[str, float] = ORDINARY) -> int:
        "A basket of so many kg of each family, for the next household"
        households = self.place.households
        household = households[self._turn % len(households)]
        self._turn += 1
        lines = []
        for code, weight in families.items():
            product, unit = self.place.goods[code]
            lines.append(
                {'product': product, 'unit': unit, 'quantity': weight})
        # Twice would be a basket that nobody fills
        basket, = self.page.insist('model.aid.basket.create', [{
                    'session': self.place.session,
                    'branch': self.place.branch,
                    'household': household,
                    'lines': [('create', lines)],
                    }])
        return basket

    def checkout(self, basket: int) -> None:
        """Press until there is an answer.

        :raises Refused: by the server, in words
        """
        start = time.monotonic()
        self.page.insist('model.aid.basket.checkout', [basket])
        self.waited.append(time.monotonic() - start)

    def sell(self, families: dict[str, float] = ORDINARY) -> int:
        "A basket, composed and handed over"
        basket = self.compose(families)
        self.checkout(basket)
        return basket


def open_all(url: str, database: str, places: list[Place]) -> list[Till]:
    "The tills of all *places*, with somebody signed in at each"
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(
                lambda place: Till(url, database, place),
                [p for p in places for _ in range(TILLS_EACH)]))


class Disaster(NamedTuple):
    "What happens once so many baskets are handed over"
    after: int
    name: str
    strike: Callable[[], None]


@dataclass
class Told:
    "What the tills were told"
    baskets: list[int] = field(default_factory=list)
    seconds: float = 0
    #: name of each disaster, and how many baskets were done by then
    struck: list[tuple[str, int]] = field(default_factory=list)


def hand_over(
        tills: list[Till], count: int,
        disasters: list[Disaster] = ()) -> Told:
    "*count* ordinary baskets by all *tills* at once, through *disasters*"
    told = Told()
    turns = iter(range(count))
    lock = threading.Lock()
    ended = threading.Event()

    def serve(till: Till) -> None:
        while True:
            with lock:
                if next(turns, None) is None:
                    return
            told.baskets.append(till.sell())

    def strike() -> None:
        for disaster in disasters:
            while len(told.baskets) < disaster.after:
                if ended.wait(0.02):
                    return
            disaster.strike()
            told.struck.append((disaster.name, len(told.baskets)))

    start = time.monotonic()
    with ThreadPoolExecutor(len(tills) + 1) as pool:
        fate = pool.submit(strike)
        try:
            list(pool.map(serve, tills))
        finally:
            ended.set()
        told.seconds = time.monotonic() - start
        fate.result()
    return told


def disasters(
        site, cluster, count: int, kills: int,
        restarts: int) -> list[Disaster]:
    """*kills* of hosts in turn and *restarts* of PostgreSQL, spread evenly.

    Over the handing over of *count* baskets. A host is killed once the one
    before is back: a network has one that lives.
    """
    def kill(number: int) -> Callable[[], None]:
        def strike() -> None:
            site.hosts[1 - number].wait()
            site.kill(number)
            site.revive(number)
        return strike

    strikes = [('host', kill(n % 2)) for n in range(kills)]
    for n in range(restarts):
        place = (n + 1) * len(strikes) // (restarts + 1) + n
        strikes.insert(place, ('PostgreSQL', cluster.crash))
    step = count / (len(strikes) + 1)
    return [
        Disaster(int(step * n), *strike)
        for n, strike in enumerate(strikes, 1)]


def sweep(url: str, database: str) -> None:
    "What the cron does every five minutes for the accounts"
    admin = Page(url, database, 'admin', builder.PASSWORD)
    cron, = admin.ids('ir.cron', [
            ('method', '=', 'aid.distribution.session|catch_up')])
    deadline = time.monotonic() + 60
    # The cron may be at it just now
    while refusal(lambda: admin.insist('model.ir.cron.run_once', [cron])):
        assert time.monotonic() < deadline, "it cannot be run"
        time.sleep(0.5)


def refusal(work: Callable[[], object]) -> str | None:
    "What the till is told when *work* is refused, else None"
    try:
        work()
    except Refused as refused:
        return str(refused)
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--uri', required=True)
    parser.add_argument('name')
    options = parser.parse_args()
    places = furnish(options.uri, options.name)
    print(json.dumps([asdict(place) for place in places]))


if __name__ == '__main__':
    main()
