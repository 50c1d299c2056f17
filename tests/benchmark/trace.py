"""How long a trace takes in a national network, and a match and a hold.

    python tests/benchmark/trace.py [--quick] [--moves N ...]

Fills a PostgreSQL of its own with 800 branches and 100,000, 2 million and 10
million stock moves (``maillon.command.content.national``); ``--quick`` takes
100,000 only. On each it traces a lot of 1,200 hand-overs and a donation of 40
lots forward and a basket backward, beside the same questions written by hand
in SQL, matches 100 notices of recall against all open lots, and holds 1,000
lots. Prints a table and, as its last line, one JSON object.

A trace is what the screen asks for: the lineage, what happened to all its
lots, and how many baskets and households got something.
"""
from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import os
import pathlib
import signal
import sys
import time
from functools import partial

ROOT = pathlib.Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / 'tests'), str(ROOT / 'modules')]

import national_network  # noqa: E402
from measuring import (  # noqa: E402
    begin, counted, end, in_turns, met, told)

SIZES = [100_000, 2_000_000, 10_000_000]
ROUNDS, MATCH_ROUNDS = 25, 3
NOTICES, HELD = 100, 1000
#: What the issue asks for
BARS = {
    'trace_statements': 3, 'trace_over_sql': 1.5, 'growth': 1.5,
    'match_s': 5, 'hold_statements': 10}
#: Milliseconds that a trace may take beside its share of the SQL
ALLOWED = 20

# By the indexes, whatever PostgreSQL expects of a recursion
LINEAGE = """
    WITH RECURSIVE chain(lot) AS (
        SELECT unnest(%(lots)s::int[])
        UNION
        SELECT p.lot FROM chain c CROSS JOIN LATERAL (
            SELECT {far} AS lot FROM aid_lot_parent WHERE {near} = c.lot
            OFFSET 0) p)
    """
BY_HAND = [
    LINEAGE + """
        SELECT m.lot, m.from_location, m.to_location, m.from_branch,
            m.to_branch, sum(m.internal_quantity), count(*),
            min(m.effective_date), max(m.effective_date)
        FROM chain c CROSS JOIN LATERAL (
            SELECT * FROM stock_move
            WHERE lot = c.lot AND state = 'done' OFFSET 0) m
        GROUP BY 1, 2, 3, 4, 5""",
    LINEAGE + """
        SELECT l.lot, b.branch, l.lot_knowledge = 'assumed',
            count(DISTINCT b.id), count(DISTINCT b.household), count(*),
            sum(m.internal_quantity)
        FROM chain c CROSS JOIN LATERAL (
            SELECT * FROM aid_basket_line WHERE lot = c.lot OFFSET 0) l
        JOIN aid_basket b ON b.id = l.basket
        JOIN stock_move m ON m.id = l.move
        WHERE b.state = 'done'
        GROUP BY 1, 2, 3""",
    ]


# What is measured

def _backend() -> pathlib.Path:
    "Where Linux tells of the process that serves this connection"
    from trytond.transaction import Transaction

    cursor = Transaction().connection.cursor()
    cursor.execute('SELECT pg_backend_pid()')
    (pid,), = cursor.fetchall()
    return pathlib.Path(f'/proc/{pid}/stat')


def _processor(backend: pathlib.Path) -> float | None:
    "Milliseconds of a processor that we and *backend* have used so far"
    try:
        fields = backend.read_text().rpartition(')')[2].split()
    except OSError:
        return None
    ticks = int(fields[11]) + int(fields[12])
    return (
        time.process_time() + ticks / os.sysconf('SC_CLK_TCK')) * 1000


def trace(lots: list[int], forwards: bool):
    "What the screen asks: the chain, and how many got something of it"
    from aid_basket.trace import reached_by
    from aid_lot import chain

    found = (chain.forward if forwards else chain.backward)(lots)
    return found, reached_by(found.lots)


def by_hand(lots: list[int], forwards: bool) -> None:
    "The same by SQL"
    from trytond.transaction import Transaction

    near, far = ('parent', 'lot') if forwards else ('lot', 'parent')
    cursor = Transaction().connection.cursor()
    for statement in BY_HAND:
        cursor.execute(
            statement.format(near=near, far=far), {'lots': lots})
        cursor.fetchall()


def questions(network) -> dict[str, tuple[list[int], bool]]:
    "The lots of each trace, and whether it goes forward"
    from trytond.pool import Pool

    donation = Pool().get('aid.donation')(network.donation)
    return {
        'lot of 1,200 hand-overs': ([network.first_lot], True),
        'donation of 40 lots': ([lot.id for lot in donation.lots], True),
        'basket backward': (basket_lots(network), False),
        }


def basket_lots(network) -> list[int]:
    """The lots of a basket with goods made of two others.

    Of those baskets, the one nearest to 15 lots that moved 2,000 times: which
    pallets a basket happens to hold says more than the size of the network.
    """
    from trytond.transaction import Transaction

    cursor = Transaction().connection.cursor()
    cursor.execute("""
        SELECT lots FROM (
            SELECT array_agg(DISTINCT l.lot) AS lots, (
                SELECT count(*) FROM stock_move m
                WHERE m.lot = ANY(array_agg(DISTINCT l.lot))
                    AND m.state = 'done') AS moves
            FROM aid_basket_line l
            WHERE l.basket IN (
                SELECT basket FROM aid_basket_line
                WHERE lot IN (
                    SELECT lot FROM aid_lot_parent
                    GROUP BY lot HAVING count(*) = 2 ORDER BY lot LIMIT 60))
            GROUP BY l.basket) b
        ORDER BY abs(moves - 2000) + 100 * abs(cardinality(lots) - 15)
        LIMIT 1""")
    (lots,), = cursor.fetchall()
    return lots


def match(network) -> tuple[float, int, int]:
    "Seconds to match notices against the open lots, how many, and matches"
    from trytond.pool import Pool
    from trytond.transaction import Transaction

    from maillon.command.content.national import gtin

    Notice = Pool().get('aid.recall.notice')
    cursor = Transaction().connection.cursor()
    cursor.execute(
        'SELECT count(DISTINCT lot) FROM aid_lot_on_hand WHERE quantity > 0')
    (open_lots,), = cursor.fetchall()
    today = dt.date.today()
    notices = Notice.create([{
                'title': f"Article {n * 7}",
                'brand': "Marque",
                'published': today,
                'items': [('create', [{
                                'gtin': gtin(n * 7),
                                'lot': f'B{n * 37 % 1000}' if n % 2 else None,
                                'date_kind': 'best_before',
                                'date_from': today,
                                'date_to': today + dt.timedelta(days=40),
                                }])],
                } for n in range(NOTICES)])
    best = math.inf
    for _ in range(MATCH_ROUNDS):
        Transaction().cache.clear()
        asked = Notice.browse([notice.id for notice in notices])
        start = time.perf_counter()
        found = Notice.matches(asked)
        best = min(best, time.perf_counter() - start)
    return (
        best, open_lots, sum(len(matches) for matches in found.values()))


def hold(network) -> int:
    "How many statements it takes to hold many lots"
    from trytond.pool import Pool

    Hold = Pool().get('aid.lot.hold')
    Lot = Pool().get('stock.lot')
    first = network.first_lot
    Hold.stop([Lot(first)], "What a server reads once")
    with counted() as statements:
        Hold.stop(Lot.browse(range(first + 1, first + 1 + HELD)), "Many")
    return len(statements)


def measure(name: str, network) -> dict:
    "Everything, on one database; nothing of it is kept"
    from trytond.transaction import Transaction

    result: dict = {'moves': network.moves, 'traces': {}}
    with Transaction().start(name, 1) as transaction:
        for label, (lots, forwards) in questions(network).items():
            # What a server has read once of its settings it knows
            trace(lots, forwards)
            with counted() as statements:
                found, _ = trace(lots, forwards)
            backend = _backend()
            ours, sql = in_turns(
                lambda: partial(trace, lots, forwards),
                lambda: partial(by_hand, lots, forwards),
                rounds=ROUNDS, cpu=lambda: _processor(backend))
            # What other processes take of the machine only makes it longer
            ours_ms, sql_ms = (
                round(min(timed.times), 2) for timed in [ours, sql])
            result['traces'][label] = {
                'statements': len(statements),
                'lots': len(found.lots),
                'moves': sum(step.count for step in found.steps),
                'ms': ours_ms,
                'sql_ms': sql_ms,
                'over_sql': _over(ours_ms, sql_ms),
                'processor_ms': ours.cpu_ms,
                'sql_processor_ms': sql.cpu_ms,
                }
        seconds, open_lots, matches = match(network)
        result.update({
                'match_s': round(seconds, 2), 'open_lots': open_lots,
                'matches': matches, 'hold_statements': hold(network)})
        transaction.rollback()
    return result


def _over(ours: float, sql: float) -> float:
    return round(max(ours - ALLOWED, 0) / sql, 2)


# What is said

def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        '--quick', action='store_true', help="100,000 moves only")
    parser.add_argument(
        '--moves', type=int, nargs='+', default=SIZES, metavar='N')
    parser.add_argument('--tell', metavar='URI', help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.tell:
        national_network.found(options.tell)
        print(json.dumps(vars(national_network.tell(options.tell))))
        return
    from cluster import Cluster
    from maillon.command import database

    # Whoever ends it early leaves no server behind
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    cluster = Cluster(national_network.LOADED)
    cluster.start()
    results: list[dict] = []
    first = again = None
    try:
        with told("A network of branches, and the story that is copied"):
            known = end(begin(__file__, '--tell', cluster.uri))
        database.configure(uri=cluster.uri)
        from maillon.command.content.national import Story
        story = Story(**known)
        for moves in SIZES[:1] if options.quick else options.moves:
            start = time.perf_counter()
            name, network = national_network.fill(
                cluster, story, moves)
            filled = time.perf_counter() - start
            results.append({
                    **measure(name, network), 'fill_s': round(filled)})
            show(results[-1])
            first = first or (name, network)
            if name != first[0]:
                national_network.drop(cluster, name)
        if len(results) > 1:
            # The machine may have been less busy when it began
            again = {**measure(*first), 'fill_s': 0}
            show(again)
    finally:
        cluster.stop()
    print(json.dumps(summary(results, again)))


def show(result: dict) -> None:
    print(f"\n{result['moves']:,} moves, filled in {result['fill_s']} s")
    print(
        f"{'':26}{'statements':>11}{'lots':>6}{'moves':>7}{'ms':>9}"
        f"{'SQL ms':>9}{'over':>7}{'CPU ms':>9}{'SQL CPU':>9}")
    for label, row in result['traces'].items():
        print(
            f"{label:26}{row['statements']:11}{row['lots']:6}"
            f"{row['moves']:7}{row['ms']:9.1f}{row['sql_ms']:9.1f}"
            f"{row['over_sql']:7.2f}{row['processor_ms'] or 0:9.1f}"
            f"{row['sql_processor_ms'] or 0:9.1f}")
    print(
        f"{NOTICES} notices against {result['open_lots']:,} open lots: "
        f"{result['match_s']} s, {result['matches']} matches; "
        f"hold of {HELD} lots: {result['hold_statements']} statements",
        flush=True)


def summary(results: list[dict], again: dict | None) -> dict:
    """The figures of the bars, over all sizes, and whether they are met.

    :param again: the first size once more, after the last one: growth is
        between the two

    ``growth_processor`` is the growth of what a trace takes of a processor:
    where others use the machine it says more than the time on the clock.
    """
    figures = {
        'trace_statements': max(
            row['statements'] for r in results
            for row in r['traces'].values()),
        'trace_over_sql': max(
            row['over_sql'] for r in results for row in r['traces'].values()),
        'growth': _growth(again, results[-1], 'ms'),
        'match_s': max(r['match_s'] for r in results),
        'hold_statements': max(r['hold_statements'] for r in results),
        }
    return {
        'benchmark': 'trace', **figures,
        'growth_processor': _growth(again, results[-1], 'processor_ms'),
        'met': met(figures, BARS),
        'sizes': results,
        }


def _growth(first: dict | None, last: dict, name: str) -> float | None:
    "How much more the trace that grows most takes in *last* than in *first*"
    if not first or not all(row[name] for row in first['traces'].values()):
        return None
    return round(max(
            row[name] / first['traces'][label][name]
            for label, row in last['traces'].items()), 2)


if __name__ == '__main__':
    main()
