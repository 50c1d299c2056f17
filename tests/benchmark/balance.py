"""How long the balance of a basket takes: 20 lines, a household of 5.

    python tests/benchmark/balance.py [--rounds 50]

Prints a table and, as its last line, the same as one JSON object. Three
things are timed: the plain function that finds the verdict, all that the
server does for what the till shows of the balance, and a whole call of the
till that changes a line. It makes a database of its own in memory, whose
household has come three times before; where the tests have not prepared one
of this code yet, about a minute goes into that.
"""
from __future__ import annotations

import argparse
import datetime as dt
import json
import pathlib
import statistics
import sys
import time

LINES, PEOPLE, VISITS = 20, 5, 3
#: What the issue asks for, in milliseconds
LIMITS = {'plain verdict': 2., 'balance on the server': None,
    'till call': 60.}
FAMILIES = [
    'bread', 'fruit_vegetables', 'dairy', 'meat_fish_eggs', 'dry_starch',
    'canned', 'sweet_salty']
SHELF = 60

ROOT = pathlib.Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / 'modules')]


def timed(work, rounds: int) -> list[float]:
    "Milliseconds of each of *rounds* times of *work*, the first left out"
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return times


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
    return till.basket_of(session, household, *((p, 1) for p in products))


def measure(rounds: int) -> dict[str, list[float]]:
    "Times by what was timed, in a database that is gone afterwards"
    from conftest import prepare_databases
    from trytond.pool import Pool
    from trytond.tests.test_tryton import DB_NAME, drop_db
    from trytond.transaction import Transaction

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
                basket = Pool().get('aid.basket')(basket.id)
                goods = verdict.goods_of(basket, basket.lines)
                rule_set = Pool().get('aid.nutrition.rule.set').at(goods.date)
                items = Pool().get('product.product').nutrition_items(
                    goods.pairs)
                targets = rule_set.targets()
                id_, line_ids = basket.id, [l.id for l in basket.lines]

                def plain():
                    balance(items, targets, outside=OUTSIDE)

                def on_server():
                    # As a request finds it: nothing is read yet
                    forget(transaction)
                    record = Pool().get('aid.basket')(id_)
                    verdict.of_basket(record, record.lines)

                def call():
                    forget(transaction)
                    till_call(id_, line_ids)
                result = {
                    'plain verdict': timed(plain, rounds),
                    'balance on the server': timed(on_server, rounds),
                    'till call': timed(call, rounds),
                    }
            transaction.rollback()
    finally:
        drop_db()
    return result


def forget(transaction) -> None:
    "Forget the records that were read, as between two requests"
    for cache in list(transaction.cache.values()):
        cache.clear()


def till_call(basket_id: int, line_ids: list[int]) -> None:
    "What the server does when a line of the basket changes"
    from trytond.pool import Pool
    Basket = Pool().get('aid.basket')
    stored = Basket(basket_id)
    form = Basket(basket_id)
    form.state = 'draft'
    form.session = stored.session
    form.household = stored.household
    form.lines = Pool().get('aid.basket.line').browse(line_ids)
    form.on_change_lines()
    assert form.balance_picture


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--rounds', type=int, default=50)
    rounds = parser.parse_args().rounds
    result = {}
    print(f'{"":24}{"median":>10}{"p95":>10}{"limit":>10}  (ms)')
    for name, times in measure(rounds).items():
        median = statistics.median(times)
        p95 = sorted(times)[int(len(times) * 0.95)]
        limit = LIMITS[name]
        print(f'{name:24}{median:10.2f}{p95:10.2f}{limit or "":>10}')
        result[name] = {
            'median_ms': round(median, 3), 'p95_ms': round(p95, 3),
            'limit_ms': limit, 'met': limit is None or median < limit}
    print(json.dumps({
                'benchmark': 'balance', 'lines': LINES, 'people': PEOPLE,
                'rounds': rounds, 'results': result}))


if __name__ == '__main__':
    main()
