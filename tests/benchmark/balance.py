"""How long the balance of a basket takes: 20 lines, a household of 5.

    python tests/benchmark/balance.py [--rounds 50]

Prints a table and, as its last line, the same as one JSON object. Four
things are timed: the plain function that finds the verdict, all that the
server does for what the till shows of the balance, a whole call of the till
that changes a line, and one that scans a code; the calls are those that a
client sends, with what it sends. It makes a database of its own in memory,
whose household has come three times before; where the tests have not
prepared one of this code yet, about a minute goes into that.

``--profile`` prints what the time of a call goes into, and what the database
is asked.
"""
from __future__ import annotations

import argparse
import datetime as dt
import json
import pathlib
import statistics
import sys

LINES, PEOPLE, VISITS = 20, 5, 3
#: What the issue asks for, in milliseconds
LIMITS = {'plain verdict': 2., 'balance on the server': None,
    'till call': 60., 'till scan': None}
FAMILIES = [
    'bread', 'fruit_vegetables', 'dairy', 'meat_fish_eggs', 'dry_starch',
    'canned', 'sweet_salty']
SHELF = 60

ROOT = pathlib.Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / 'modules')]

from measuring import p95, times_ms  # noqa: E402


def make_products(family, count: int) -> list:
    "Goods in kilograms, of one family after the other"
    from trytond.pool import Pool
    Template = Pool().get('product.template')
    kilogram = family('bread').product.default_uom
    return [
        template.products[0] for template in Template.create([{
                    'name': f"Goods {i}",
                    'type': 'goods',
                    'default_uom': kilogram.id,
                    'family': family(FAMILIES[i % len(FAMILIES)]).id,
                    'cost_price_method': 'fixed',
                    'products': [('create', [{}])],
                    } for i in range(count)])]


def make_household(till, branch):
    "A household of five that may come"
    from trytond.pool import Pool
    Member = Pool().get('aid.household.member')
    household = till.create_household(branch)
    Member.create([
            {'household': household.id, 'birth_year': year, 'sex': sex}
            for year, sex in [(1986, 'male'), (2016, 'female')]])
    till.grant_entitlement(household)
    household = Pool().get('aid.household')(household.id)
    assert household.size == PEOPLE, household.size
    return household


def make_basket(till, products, branch):
    "The draft of a household that came before, and a shelf that is not bare"
    from trytond.pool import Pool

    from aid_basket.checkout import checkout
    from aid_lot.tests.goods import make_lot, receive
    today = branch.today()
    till.rule()
    till.found_limit(999)
    for i in range(SHELF):
        lot = make_lot(
            product=products[i % LINES].id,
            expiration_date=today + dt.timedelta(days=10 + i))
        receive(lot, 5, branch.storage)
    household = make_household(till, branch)
    session = till.open_session(branch)
    for visit in range(VISITS):
        goods = products[visit::VISITS]
        basket = till.basket_of(session, household, *((p, 1) for p in goods))
        checkout([basket], None, {line.id for line in basket.lines})
    basket = till.basket_of(session, household, *((p, 1) for p in products))
    # As it stands after each of them was scanned
    basket = Pool().get('aid.basket')(basket.id)
    basket.on_change_lines()
    basket.save()
    return Pool().get('aid.basket')(basket.id)


def measure(
        rounds: int, profile: bool = False) -> dict[str, list[float]]:
    "Times by what was timed, in a database that is gone afterwards"
    from trytond.pool import Pool
    from trytond.tests.test_tryton import DB_NAME, drop_db
    from trytond.transaction import Transaction

    from conftest import prepare_databases

    prepare_databases()
    from aid_basket import verdict
    from aid_basket.tests import till
    from aid_nutrition.balance import OUTSIDE, balance

    till.TillTestCase.setUpClass()
    try:
        with Transaction().start(DB_NAME, 1) as transaction:
            with till.at_till() as branch:
                products = make_products(till.family, LINES)
                basket = make_basket(till, products, branch)
                goods = verdict.goods_of(basket, basket.lines)
                rule_set = Pool().get('aid.nutrition.rule.set').at(goods.date)
                items = Pool().get('product.product').nutrition_items(
                    goods.pairs)
                targets = rule_set.targets()
                id_, sent = basket.id, till.sent(basket)
                def plain():
                    balance(items, targets, outside=OUTSIDE)

                def on_server():
                    # As a request finds it: nothing is read yet
                    till.forget()
                    record = Pool().get('aid.basket')(id_)
                    verdict.of_basket(record, record.lines)

                def call():
                    till.forget()
                    answer = till.answer('on_change', sent, ['lines'])
                    assert answer['balance_picture']
                    return answer

                def scan():
                    till.forget()
                    # As many as before: what is kept stays what is sent
                    return till.answer('on_scan_code', sent, '1')
                work = {
                    'plain verdict': plain,
                    'balance on the server': on_server,
                    'till call': call,
                    'till scan': scan,
                    }
                result = {
                    name: times_ms(function, rounds)
                    for name, function in work.items()}
                if profile:
                    explain(work, rounds)
            transaction.rollback()
    finally:
        drop_db()
    return result


def explain(work: dict, rounds: int) -> None:
    "Print what the database is asked by each of *work*, and the functions"
    import cProfile
    import pstats

    from aid_branch.tests.statements import count_statements
    for name, function in work.items():
        with count_statements() as statements:
            function()
        print(f'{name}: {len(statements)} statements')
        for statement in statements:
            print('   ', statement.partition(' FROM ')[2][:110])
        with cProfile.Profile() as profile:
            for _ in range(rounds):
                function()
        pstats.Stats(profile).sort_stats('cumtime').print_stats(60)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--rounds', type=int, default=50)
    parser.add_argument('--profile', action='store_true')
    options = parser.parse_args()
    rounds = options.rounds
    result = {}
    print(f'{"":24}{"median":>10}{"p95":>10}{"limit":>10}  (ms)')
    for name, times in measure(rounds, options.profile).items():
        median = statistics.median(times)
        limit = LIMITS[name]
        print(f'{name:24}{median:10.2f}{p95(times):10.2f}{limit or "":>10}')
        result[name] = {
            'median_ms': round(median, 3), 'p95_ms': round(p95(times), 3),
            'limit_ms': limit, 'met': limit is None or median < limit}
    print(json.dumps({
                'benchmark': 'balance', 'lines': LINES, 'people': PEOPLE,
                'rounds': rounds, 'results': result}))


if __name__ == '__main__':
    main()
