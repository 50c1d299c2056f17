"""Checkouts while servers die: is everything there, once, that was told?

    python tests/benchmark/crash.py [--checkouts N] [--kills N] [--restarts N]

Starts a PostgreSQL of its own with the settings of a real site, two
application hosts, a worker, a cron and a balancer (HAProxy), and sixteen
tills in eight branches over real HTTP. While they hand over baskets, hosts
are killed with SIGKILL in turn and PostgreSQL is restarted in immediate mode,
each time in the middle of it. Tills repeat what got no answer. Afterwards,
once the sweep has run: each basket that a till was told is done is there
once, with its goods and its money, and no other is; no number is missing or
doubled; what is on hand is the sum of the moves; every numbered invoice has
one entry. `tests/test_hosts.py` does the same with fewer. Prints a table and,
as its last line, one JSON object; ends with 1 where something is untrue.
"""
from __future__ import annotations

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
from collections import Counter

ROOT = pathlib.Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / 'tests'), str(ROOT / 'modules')]

NAME = 'crash'
CHECKOUTS, KILLS, RESTARTS = 1000, 5, 2
#: Lines of the hosts that are looked at when something is untrue
LAST_WORDS = 4000


def measure(
        cluster, folder: pathlib.Path, checkouts: int, kills: int,
        restarts: int) -> dict:
    "What happened, in figures; `untrue` has what should not be"
    import rush
    from hosts import Site

    build(cluster)
    places = rush.prepare(cluster, NAME)
    site = Site(NAME, cluster.uri, folder)
    try:
        site.start()
        tills = rush.open_all(site.url, NAME, places)
        since = len(cluster.log)
        calm = rush.hand_over(tills, len(tills))
        plan = rush.disasters(site, cluster, checkouts, kills, restarts)
        for till in tills:
            till.waited.clear()
            till.page.lost.clear()
        told = rush.hand_over(tills, checkouts, plan)
        rush.sweep(site.url, NAME)
        untrue = look(
            cluster, [*calm.baskets, *told.baskets], len(places))
        untrue += [
            f'{name} is gone' for name in ['worker', 'cron', 'balancer']
            if not site.is_working(name)]
        if untrue:
            print(site.log[-LAST_WORDS:], file=sys.stderr)
    finally:
        site.stop()
    return {
        'benchmark': 'crash',
        'checkouts': len(told.baskets),
        'struck': [name for name, _ in told.struck],
        **figures(tills, told),
        'lock_errors': len(lock_errors(cluster.log[since:])),
        'untrue': untrue,
        }


def build(cluster) -> None:
    "The prepared house of the tests, as the database NAME"
    subprocess.run(
        [sys.executable, ROOT / 'tests' / 'house.py', '--uri', cluster.uri,
            NAME],
        check=True, stdout=sys.stderr)


def look(cluster, told: list[int], branches: int) -> list[str]:
    "What is untrue of the database"
    import books

    # One basket of each branch of the house was done when it was furnished
    furnished = {id_ for id_, in cluster.execute(
            "SELECT id FROM aid_basket WHERE state = 'done'"
            " AND request_key IS NULL", NAME)}
    untrue = []
    for name, check in {
            'baskets': lambda: books.assert_baskets_happened_once(
                cluster, NAME, told, furnished),
            'numbers': lambda: books.assert_numbers_have_no_gap(
                cluster, NAME, branches),
            'goods': lambda: books.assert_goods_add_up(cluster, NAME),
            'entries': lambda: books.assert_invoices_are_entered(
                cluster, NAME),
            }.items():
        try:
            check()
        except AssertionError as error:
            untrue.append(f'{name}: {error}')
    return untrue


def figures(tills: list, told) -> dict:
    "How long it took, and what the tills noticed"
    waited = sorted(s for till in tills for s in till.waited)
    lost = Counter(
        said.split(': ', 1)[1][:3] if said.split(': ', 1)[1][:3].isdigit()
        else 'no answer'
        for till in tills for said in till.page.lost)
    return {
        'seconds': round(told.seconds, 1),
        'baskets_per_second': round(len(told.baskets) / told.seconds, 2),
        'checkout_ms': round(statistics.median(waited) * 1000),
        'p95_ms': round(waited[int(len(waited) * .95)] * 1000),
        'longest_s': round(waited[-1], 1),
        'asked_again': dict(lost),
        }


def lock_errors(log: str) -> list[str]:
    import books
    return books.lock_errors(log)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--checkouts', type=int, default=CHECKOUTS)
    parser.add_argument(
        '--kills', type=int, default=KILLS, help="of application hosts")
    parser.add_argument(
        '--restarts', type=int, default=RESTARTS, help="of PostgreSQL")
    options = parser.parse_args()
    from cluster import Cluster
    from hosts import postgresql_settings

    cluster = Cluster(postgresql_settings())
    with tempfile.TemporaryDirectory(prefix='maillon-crash-') as folder:
        try:
            cluster.start()
            result = measure(
                cluster, pathlib.Path(folder), options.checkouts,
                options.kills, options.restarts)
        finally:
            cluster.stop()
    for name, value in result.items():
        print(f'{name:20} {value}')
    print(json.dumps(result))
    return 1 if result['untrue'] else 0


if __name__ == '__main__':
    sys.exit(main())
