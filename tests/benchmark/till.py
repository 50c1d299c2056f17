"""How long a till waits: a checkout of 10 lines, beside SQL and stock Tryton.

    python tests/benchmark/till.py [--quick] [--moves N ...]

Fills a PostgreSQL of its own with a network and its stock moves
(``maillon.command.content.national``): 100,000 in 25 branches and 10 million
in 800, ``--quick`` the former only. On each size it checks baskets out as a user of the till does,
one by one and 50 at once up to the last ledger entry, receives a donation of
100 lots, looks for what is left here, and lets four tills of four branches
work over HTTP (``maillon serve`` with gunicorn, and a worker). Beside it, in
the same run, the same rows are written by plain SQL, and Tryton alone does
the same basket, with as many warehouses and with 2,000, and at its own point
of sale over HTTP.

Prints what it finds as it comes, then a table and, as its last line, one JSON
object. What fails is told and left out, the rest goes on; the exit status is
1 then. Each part has a file in ``tills``.

Tryton's point of sale (the extra "benchmark") comes with modules that ours
run without: ``--stock-python`` is a Python of its own for it.

What stock Tryton leaves to a worker (its print) is not in its figures, as
what we leave to the worker (the entry) is not in what the till waits for.
Over HTTP everything counts, the worker too.
"""
from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import pathlib
import signal
import sys
import traceback

ROOT = pathlib.Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / 'tests'), str(ROOT / 'modules')]

import national_network  # noqa: E402
from measuring import begin, counted, end, told  # noqa: E402
from tills import (  # noqa: E402
    beside, clients, gestures, ground, ours, stock_point, stock_tryton,
    table)

SIZES = [100_000, 10_000_000]
#: From so many moves on it is the network of a nation, and not of a region
MANY = 1_000_000
#: Seconds that tills work over HTTP
SECONDS, SECONDS_QUICK = 40, 15
#: Checkouts in turns with Tryton alone
TURNS, TURNS_QUICK = 15, 5


class Parts:
    "What is measured, one part after the other; one that fails is left out"

    def __init__(self) -> None:
        self.failed: list[str] = []

    def __call__(self, name: str, work):
        "What *work* gives, or None where it failed"
        try:
            with told(name):
                return work()
        except Exception:
            self.failed.append(name)
            traceback.print_exc()
            return None


def tell(uri: str, name: str, branches: int) -> None:
    "Give the database *name* a network and its tills; print their ids"
    from maillon.command import database

    story = national_network.tell(uri, name, branches)
    with told("  the tills and their shelves"):
        furnished = database.run(
            name, lambda: ground.furnish(dt.date.today()))
    print(json.dumps({
                'story': vars(story),
                'ground': dataclasses.asdict(furnished)}))


def branches_of(moves: int) -> int:
    "How many branches make so many moves in a year"
    from maillon.command.content import national

    return ground.BRANCHES if moves < MANY else national.BRANCHES


def network(cluster, branches: int) -> tuple[str, dict]:
    "A database with so many *branches* and no past, and what is in it"
    name = f'branches_{branches}'
    cluster.create(name, national_network.BASE)
    return name, end(begin(
            __file__, '--tell', cluster.uri, name, str(branches)))


def measure(
        part: Parts, cluster, name: str, moves: int, tills: ground.Ground,
        seconds: float) -> dict:
    "Everything that is ours, on one database"
    till = ours.Till(name, tills)
    works = {
        'checkout': lambda: beside.plain_sql(till, cluster),
        'bulk': lambda: ours.in_bulk(till, cluster, 'checkout_later'),
        'bulk_paid': lambda: ours.in_bulk(till, cluster, 'checkout'),
        'receive': lambda: ours.receive(till),
        'pick': lambda: ours.pick(till),
        'gestures': lambda: gestures.measure(till, counted),
        'http': lambda: clients.ours(cluster, name, tills, seconds),
        }
    return {'moves': moves, **{
            key: part(f"  {key}", work) for key, work in works.items()}}


def compare(options, part: Parts, cluster) -> dict:
    "Ours, plain SQL and Tryton alone: the figures"
    from maillon.command import database

    cluster.create(stock_tryton.NAME)
    alone = begin(__file__, '--stock', cluster.uri)
    points = None
    if stock_point.is_installed(options.stock_python):
        cluster.create(stock_point.NAME)
        points = begin(
            __file__, '--point', cluster.uri, python=options.stock_python)
    else:
        print(stock_point.INSTALL, file=sys.stderr)
    with told("The modules, and an organisation"):
        founding = begin(__file__, '--found', cluster.uri)
        if founding.wait():
            raise RuntimeError("the modules cannot be loaded")
    database.configure(uri=cluster.uri)
    from maillon.command.content.national import Story
    seconds = SECONDS_QUICK if options.quick else SECONDS
    sizes: list[dict] = []
    tills: list[ours.Till] = []
    with ours.left_to_a_worker():
        for moves in SIZES[:1] if options.quick else options.moves:
            base, known = network(cluster, branches_of(moves))
            furnished = ground.Ground(**known['ground'])
            name, filled = national_network.fill(
                cluster, Story(**known['story']), moves, base)
            sizes.append(measure(
                    part, cluster, name, filled.moves, furnished, seconds))
            table.show_ours(sizes[-1], options.said)
            tills.append(ours.Till(name, furnished))
        turns, stock = with_stock(
            part, cluster, tills, end(alone), options.quick)
    for till in tills[1:]:
        national_network.drop(cluster, till.user.name)
    point = points and part("Tryton's point of sale", lambda: (
            clients.at_points(
                cluster, stock_point.Points(**end(points)),
                options.stock_python, seconds)))
    for label, row in (point or {}).items():
        table.show_http(f"Tryton's point of sale, {label}", row)
    return table.summary(sizes, turns, stock, point)


def with_stock(
        part: Parts, cluster, tills: list[ours.Till], made: dict,
        quick: bool) -> tuple[dict | None, dict | None]:
    """Tryton alone, and our tills in turns with it.

    :param tills: of ours, fewest moves first
    :param made: what `stock_tryton.make` has made
    """
    cluster.execute('VACUUM ANALYZE', stock_tryton.NAME)
    alone = stock_tryton.Stock(made)
    first, *_, last = [*tills, None] if len(tills) == 1 else tills
    turns = part("In turns with Tryton alone", lambda: beside.stock_tryton(
            first, last, alone, cluster, TURNS_QUICK if quick else TURNS))
    if turns:
        table.show_turns(turns)
    stock = part("Tryton alone", lambda: stock_tryton.by_stock(
            cluster, alone, quick))
    if stock:
        table.show_stock(stock)
    return turns, stock


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        '--quick', action='store_true', help="100,000 moves only")
    parser.add_argument(
        '--moves', type=int, nargs='+', default=SIZES, metavar='N')
    parser.add_argument(
        '--said', action='store_true', help="print the statements")
    parser.add_argument(
        '--stock-python', default=sys.executable, metavar='PYTHON',
        help="a Python with trytond_sale_point (default: this one)")
    parser.add_argument('--found', metavar='URI', help=argparse.SUPPRESS)
    parser.add_argument(
        '--tell', nargs=3, metavar=('URI', 'NAME', 'BRANCHES'),
        help=argparse.SUPPRESS)
    parser.add_argument('--stock', metavar='URI', help=argparse.SUPPRESS)
    parser.add_argument('--point', metavar='URI', help=argparse.SUPPRESS)
    parser.add_argument(
        '--count', nargs=3, metavar=('URI', 'NAME', 'BRANCH'),
        help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.found:
        national_network.found(options.found)
        return 0
    if options.tell:
        uri, name, branches = options.tell
        tell(uri, name, int(branches))
        return 0
    if options.stock:
        print(json.dumps(stock_tryton.make(options.stock)))
        return 0
    if options.point:
        print(json.dumps(stock_point.make(options.point)))
        return 0
    if options.count:
        print(json.dumps(ours.count(*options.count)))
        return 0
    return run(options)


def run(options) -> int:
    "All of it, on a PostgreSQL that is gone afterwards"
    from cluster import Cluster

    # Whoever ends it early leaves no server behind
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    cluster = Cluster(national_network.LOADED)
    part = Parts()
    cluster.start()
    try:
        figures = compare(options, part, cluster)
    finally:
        cluster.stop()
    if part.failed:
        print("failed: " + ', '.join(map(str.strip, part.failed)))
    table.show_bars(figures)
    table.show_last({**figures, 'failed': part.failed})
    return 1 if part.failed else 0


if __name__ == '__main__':
    sys.exit(main())
