"""How long a till waits: a checkout of 10 lines, beside SQL and stock Tryton.

    python tests/benchmark/till.py [--quick] [--moves N ...] [--profile]

Fills a PostgreSQL of its own with a network and its stock moves
(``maillon.command.content.national``); ``--quick`` takes 100,000 only. On
each size it checks baskets out as a user of the till does (each call with the
rights of that user, in transactions as the server makes them), one by one and
50 at once up to the last ledger entry, receives a donation of 100 lots, and
looks for what is left here. Beside it, in the same run, the same rows are
written by plain SQL, and stock Tryton (moves and a posted invoice, modules
``stock_lot`` and ``account_invoice`` only) does the same basket with as many
warehouses. Prints a table and, as its last line, one JSON object.

What stock Tryton leaves to a worker (its print) is not in its figures, as
what we leave to the worker (the entry) is not in what the till waits for.
"""
from __future__ import annotations

import argparse
import datetime as dt
import json
import pathlib
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from decimal import Decimal

ROOT = pathlib.Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / 'tests'), str(ROOT / 'modules')]

SIZES = [100_000, 10_000_000]
BASE, STOCK = 'network', 'stock'
#: Branches of the network: as many warehouses as stock Tryton is given
BRANCHES = 25
TILLS, LINES, HOUSEHOLDS = 4, 10, 8
GOODS, LOTS_EACH, EACH = 40, 3, 5000
ROUNDS, STOCK_ROUNDS = 31, 7
BULK, GIFT = 50, 100
PASSWORD = 'network-2026'
#: What the issue asks for
BARS = {
    'checkout_statements': 40, 'till_over_sql': 12,
    'till_over_stock': 1 / 25, 'bulk_statements': 15,
    'bulk_cpu_over_stock': 1 / 15, 'receive_statements': 60,
    'growth': 1.2, 'picker_ms': 15, 'picker_statements': 3}


@dataclass(frozen=True)
class Ground:
    "Ids of what the tills stand on, one of each for each till"
    codes: list[str]
    branches: list[int]
    sessions: list[int]
    #: households of each till
    households: list[list[int]]
    #: lots of each till, as many of each of the goods
    lots: list[list[int]]


# The network

def prepare(cluster):
    """A database with the network and its tills; what is in them.

    In a process of its own: a database that is open cannot be copied.
    """
    from maillon.command import database
    from maillon.command.content.national import Story

    done = subprocess.run(
        [sys.executable, __file__, '--tell', cluster.uri], check=True,
        stdout=subprocess.PIPE, text=True)
    database.configure(uri=cluster.uri)
    told = json.loads(done.stdout.splitlines()[-1])
    return Story(**told['story']), Ground(**told['ground'])


def tell(uri: str) -> None:
    "Make the database with the network and its tills; print their ids"
    from house import taken_on_trust
    from maillon.command import database, setup
    from maillon.command.content import national
    from maillon.command.organisation import Organisation

    today = dt.date.today()
    database.configure(uri=uri)
    with taken_on_trust():
        setup.prepare(
            BASE, Organisation(
                name="Network", previous_year=True,
                year_start=today.replace(month=1, day=1)),
            password=PASSWORD, email='admin@example.org')
    story = database.run(BASE, lambda: national.tell(BRANCHES, today))
    ground = database.run(BASE, lambda: furnish(today))
    print(json.dumps({'story': vars(story), 'ground': asdict(ground)}))


def furnish(today: dt.date) -> Ground:
    "Tills with their users, shelves, households and an open session"
    from trytond.pool import Pool

    pool = Pool()
    Branch = pool.get('aid.branch')
    Session = pool.get('aid.distribution.session')
    branches = Branch.search(
        [('code', 'like', 'S%')], order=[('code', 'ASC')], limit=TILLS)
    pool.get('aid.contribution.rule').create([{
                'mode': 'rate', 'rate': Decimal('0.1'), 'rounding': None}])
    for branch in branches:
        make_user(branch)
    products = pool.get('product.product').search(
        [('identifiers.code', 'like', '3990%')],
        order=[('id', 'ASC')], limit=GOODS)
    lots = shelves(branches, products, today)
    households = [
        [make_household(branch, today) for _ in range(HOUSEHOLDS)]
        for branch in branches]
    sessions = Session.create([
            {'branch': branch.id, 'date': today} for branch in branches])
    return Ground(
        [b.code for b in branches], [b.id for b in branches],
        [s.id for s in sessions], households, lots)


def make_user(branch) -> None:
    "Who stands at the till of *branch*, and who receives there"
    from maillon.command.organisation import User
    from maillon.command.organisation import make_user as make

    for role in ['till', 'warehouse']:
        make(User(
                login=f'{role}-{branch.code}', name=f'{role} {branch.name}',
                role=f'role_{role}', password=PASSWORD,
                branches=(branch.code,)), 'fr')


def make_household(branch, today: dt.date) -> int:
    from trytond.pool import Pool

    pool = Pool()
    Entitlement = pool.get('aid.entitlement')
    household, = pool.get('aid.household').create([{
                'branch': branch.id,
                'members': [('create', [
                            {'main': True, 'birth_year': 1980},
                            {'birth_year': 2015}])],
                }])
    entitlement, = Entitlement.create([{
                'household': household.id,
                'valid_from': today,
                'valid_until': today + dt.timedelta(days=90),
                }])
    Entitlement.grant([entitlement])
    return household.id


def shelves(branches, products, today: dt.date) -> list[list[int]]:
    """Lots of *products*, given by shops: something may be asked for them.

    :return: their ids for each of *branches*
    """
    from aid_branch.slices import slices
    from trytond.pool import Pool

    pool = Pool()
    Move = pool.get('stock.move')
    Lot = pool.get('stock.lot')
    source, = pool.get('aid.supply.source').search(
        [('code', '=', 'shop_collection')])
    donor, = pool.get('party.party').search(
        [('donor', '=', True)], limit=1, order=[('id', 'ASC')])
    supplier, = pool.get('stock.location').search(
        [('type', '=', 'supplier')], limit=1)
    result = []
    for branch in branches:
        lots: list = []
        for some in slices(range(len(products) * LOTS_EACH)):
            lots += Lot.create([{
                        'product': products[n % len(products)].id,
                        'supply_source': source.id,
                        'donor': donor.id,
                        'expiration_date': today + dt.timedelta(
                            days=100 + n),
                        } for n in some])
        for some in slices(lots):
            Move.do(Move.create([{
                            'product': lot.product.id,
                            'lot': lot.id,
                            'quantity': EACH,
                            'unit': lot.product.default_uom.id,
                            'internal_quantity': EACH,
                            'from_location': supplier.id,
                            'to_location': branch.storage.id,
                            'effective_date': today,
                            'company': branch.company.id,
                            'currency': branch.company.currency.id,
                            'unit_price': Decimal(0),
                            } for lot in some]))
        result.append([lot.id for lot in lots])
    return result


# A till

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


# What is measured

@contextmanager
def counted():
    "The statements that Tryton sends to PostgreSQL"
    from trytond.backend.postgresql.database import LoggingCursor

    statements: list[str] = []
    execute = LoggingCursor.execute

    def counting(self, query, *args, **kwargs):
        # Tryton asks nothing at all to see whether it is still connected
        if str(query):
            statements.append(str(query))
        return execute(self, query, *args, **kwargs)
    LoggingCursor.execute = counting
    try:
        yield statements
    finally:
        LoggingCursor.execute = execute


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


def one_checkout(till: Till, rounds: int = ROUNDS) -> dict:
    "Statements and milliseconds of what one till waits for"
    for _ in range(3):
        # What a server reads once of its settings it knows
        till.checkout(till.compose())
    times = []
    for _ in range(rounds):
        basket = till.compose()
        start = time.perf_counter()
        till.checkout(basket)
        times.append((time.perf_counter() - start) * 1000)
    basket = till.compose()
    with counted() as statements:
        till.checkout(basket)
    return {
        'statements': len(statements),
        'said': statements,
        'ms': statistics.median(times),
        'p95_ms': sorted(times)[int(len(times) * 0.95)],
        }


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
    from maillon.command import database
    from trytond.pool import Pool

    database.run(
        name, lambda: Pool().get('account.invoice').post_waiting())
    database.run(
        name, lambda: Pool().get('aid.basket.payment').book_waiting())


@contextmanager
def cpu_of(cluster):
    "Milliseconds of CPU of this process and of PostgreSQL, when called"
    def now() -> float:
        server = cluster.cpu_ms() if cluster else 0
        return time.process_time() * 1000 + server
    before = now()
    yield lambda: now() - before


def receive(till: Till) -> dict:
    "Statements and milliseconds to receive a donation of many lots"
    from client import Client
    from trytond.pool import Pool

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
        'ms': median_ms(look)}


def median_ms(work, rounds: int = ROUNDS) -> float:
    "Median of *rounds* of *work* in milliseconds, the first left out"
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


# The same rows by plain SQL

class BySQL:
    """Writes what a checkout leaves, copied from one, and checks nothing.

    Locks the numbers and the goods as a checkout does, in a transaction each.
    """

    def __init__(self, cluster, name: str, basket: int):
        import psycopg

        self.connection = psycopg.connect(cluster.uri + name)
        self.cursor = self.connection.cursor()
        self.basket, = self._rows('aid_basket', basket)
        self.lines = self._rows('aid_basket_line', basket, 'basket')
        self.moves = [
            row for line in self.lines
            for row in self._rows('stock_move', line['move'])]
        self.invoice, = self._rows(
            'account_invoice', self.basket['invoice'])
        self.invoice_lines = self._rows(
            'account_invoice_line', self.invoice['id'], 'invoice')
        self.payment, = self._rows('aid_basket_payment', basket, 'basket')
        self.queued = self._rows(
            'ir_queue', 'account.invoice', 'name', limit=1)
        self.connection.commit()

    def _rows(self, table: str, value, column='id', limit=1000) -> list[dict]:
        self.cursor.execute(
            f'SELECT * FROM {table} WHERE {column} = %s'
            f' ORDER BY id DESC LIMIT {limit}', [value])
        names = [column.name for column in self.cursor.description]
        return [dict(zip(names, row)) for row in reversed(
                self.cursor.fetchall())]

    def _insert(self, table: str, rows: list[dict]) -> list[int]:
        names = [name for name in rows[0] if name != 'id']
        one = '(' + ', '.join(['%s'] * len(names)) + ')'
        self.cursor.execute(
            f"INSERT INTO {table} ({', '.join(names)})"
            f" VALUES {', '.join([one] * len(rows))} RETURNING id",
            [row[name] for row in rows for name in names])
        return [id_ for id_, in self.cursor.fetchall()]

    def checkout(self, basket: int) -> None:
        "Write all that a checkout of *basket* leaves"
        self.cursor.execute(
            'UPDATE ir_sequence_strict'
            ' SET number_next_internal = number_next_internal + 1'
            ' WHERE id = %s RETURNING number_next_internal',
            [self.invoice['sequence']])
        (number,), = self.cursor.fetchall()
        self.cursor.execute(
            'SELECT l.id, l.lot, l.quantity, h.id FROM aid_basket_line l'
            ' JOIN aid_lot_on_hand h ON h.lot = l.lot AND h.location = %s'
            ' WHERE l.basket = %s ORDER BY h.location, h.lot FOR UPDATE OF h',
            [self.moves[0]['from_location'], basket])
        lines = self.cursor.fetchall()
        self.cursor.execute(
            'UPDATE aid_lot_on_hand h SET quantity = h.quantity - v.quantity'
            ' FROM unnest(%s::int[], %s::float[]) AS v(id, quantity)'
            ' WHERE h.id = v.id AND h.quantity >= v.quantity',
            [[line[3] for line in lines], [line[2] for line in lines]])
        moves = self._insert('stock_move', [{
                    **move, 'origin': f'aid.basket.line,{line}', 'lot': lot,
                    'quantity': quantity, 'internal_quantity': quantity,
                    } for move, (line, lot, quantity, _) in zip(
                        self.moves, lines)])
        self.cursor.execute(
            'UPDATE aid_basket_line l SET move = v.move, write_date = now()'
            ' FROM unnest(%s::int[], %s::int[]) AS v(id, move)'
            ' WHERE l.id = v.id', [[line[0] for line in lines], moves])
        invoice, = self._insert('account_invoice', [
                {**self.invoice, 'number': f'SQL-{number}'}])
        self._insert('account_invoice_line', [
                {**line, 'invoice': invoice} for line in self.invoice_lines])
        self.cursor.execute(
            "UPDATE aid_basket SET state = 'done', invoice = %s, number = %s,"
            " document = 'invoice', checked_out_at = now(),"
            " write_date = now() WHERE id = %s",
            [invoice, f'SQL-{number}', basket])
        self._insert('aid_basket_payment', [
                {**self.payment, 'basket': basket}])
        if self.queued:
            self._insert('ir_queue', self.queued)
        self.connection.commit()


def by_sql(till: Till, cluster) -> float:
    "Median milliseconds of the same rows by plain SQL"
    basket, = till.compose()
    till.checkout([basket])
    writer = BySQL(cluster, till.user.name, basket)
    times = []
    for basket in till.compose(ROUNDS):
        start = time.perf_counter()
        writer.checkout(basket)
        times.append((time.perf_counter() - start) * 1000)
    writer.connection.close()
    return statistics.median(times)


# Stock Tryton

class Stock:
    """Tryton alone, with as many warehouses: moves from lots, then an invoice.

    No tax, which takes a third off what it would cost with one. Everything is
    done as its server does it: in one transaction that is begun again with
    each lock it turns out to want.
    """

    def __init__(self, cluster):
        from maillon.command import database

        self.run = lambda work: database.run(STOCK, work)
        cluster.create(STOCK)
        database.activate(STOCK, modules=['stock_lot', 'account_invoice'])
        self._ids = self.run(self._furnish)

    def _furnish(self) -> dict:
        from trytond.modules.account.tests import (
            create_chart, get_fiscalyear)
        from trytond.modules.account_invoice.tests import (
            set_invoice_sequences)
        from trytond.modules.company.tests import create_company, set_company
        from trytond.pool import Pool

        company = create_company()
        with set_company(company):
            create_chart(company)
            fiscalyear = set_invoice_sequences(get_fiscalyear(company))
            fiscalyear.save()
            fiscalyear.create_period([fiscalyear])
            pool = Pool()
            storage = self._warehouses(pool)
            revenue, = pool.get('account.account').search([
                    ('type.revenue', '=', True), ('closed', '!=', True),
                    ], limit=1)
            party, = pool.get('party.party').create([{
                        'name': "Household",
                        'addresses': [('create', [{}])],
                        }])
            lots = self._lots(pool, company, storage)
            return {
                'company': company.id, 'currency': company.currency.id,
                'storage': storage, 'revenue': revenue.id,
                'party': party.id, 'lots': lots}

    @staticmethod
    def _warehouses(pool) -> int:
        "Make the warehouses; the id of the storage of the last"
        Location = pool.get('stock.location')
        for n in range(BRANCHES - 1):
            ends = Location.create([
                    {'name': f'{kind} {n}', 'type': 'storage'}
                    for kind in ['Input', 'Output', 'Storage']])
            Location.create([{
                        'name': f'Warehouse {n}', 'type': 'warehouse',
                        'input_location': ends[0].id,
                        'output_location': ends[1].id,
                        'storage_location': ends[2].id,
                        }])
        return ends[2].id

    @staticmethod
    def _lots(pool, company, storage: int) -> list[int]:
        "Lots, received: the same goods and as much as on our shelves"
        Move = pool.get('stock.move')
        unit, = pool.get('product.uom').search(
            [('symbol', '=', 'kg')], limit=1)
        supplier, = pool.get('stock.location').search(
            [('type', '=', 'supplier')], limit=1)
        revenue, = pool.get('account.account').search([
                ('type.revenue', '=', True), ('closed', '!=', True),
                ], limit=1)
        category, = pool.get('product.category').create([{
                    'name': "Goods", 'accounting': True,
                    'account_revenue': revenue.id,
                    }])
        templates = pool.get('product.template').create([{
                    'name': f'Goods {n}', 'type': 'goods',
                    'account_category': category.id,
                    'default_uom': unit.id,
                    'cost_price_method': 'fixed', 'list_price': Decimal(2),
                    'products': [('create', [{'cost_price': Decimal(0)}])],
                    } for n in range(GOODS)])
        lots = pool.get('stock.lot').create([{
                    'product': template.products[0].id, 'number': f'{n}',
                    } for n, template in enumerate(templates * LOTS_EACH)])
        Move.do(Move.create([{
                        'product': lot.product.id, 'lot': lot.id,
                        'quantity': EACH, 'unit': unit.id,
                        'from_location': supplier.id, 'to_location': storage,
                        'company': company.id, 'unit_price': Decimal(0),
                        'currency': company.currency.id,
                        } for lot in lots]))
        return [lot.id for lot in lots]

    def checkout(self, count: int = 1) -> None:
        "Moves done and an invoice posted, for *count* baskets at once"
        from trytond.transaction import Transaction

        def work() -> None:
            with Transaction().set_context(company=self._ids['company']):
                self._checkout(count)
        self.run(work)

    def _checkout(self, count: int) -> None:
        from trytond.pool import Pool

        pool = Pool()
        Move, Invoice = pool.get('stock.move'), pool.get('account.invoice')
        ids = self._ids
        customer, = pool.get('stock.location').search(
            [('type', '=', 'customer')], limit=1)
        lots = pool.get('stock.lot').browse(ids['lots'])[:LINES]
        Move.do(Move.create([{
                        'product': lot.product.id, 'lot': lot.id,
                        'quantity': 1 + n % 3,
                        'unit': lot.product.default_uom.id,
                        'from_location': ids['storage'],
                        'to_location': customer.id,
                        'company': ids['company'], 'unit_price': Decimal(2),
                        'currency': ids['currency'],
                        } for _ in range(count)
                    for n, lot in enumerate(lots)]))
        Invoice.post([
                self._invoice(pool, lots, ids) for _ in range(count)])

    @staticmethod
    def _invoice(pool, lots, ids: dict):
        Invoice = pool.get('account.invoice')
        Line = pool.get('account.invoice.line')
        invoice = Invoice(
            type='out', company=ids['company'], currency=ids['currency'],
            party=ids['party'])
        invoice.set_journal()
        invoice.on_change_party()
        invoice.lines = [
            Line(
                type='line', company=ids['company'],
                currency=ids['currency'], product=lot.product,
                account=ids['revenue'], quantity=1 + n % 3,
                unit=lot.product.default_uom, unit_price=Decimal(2))
            for n, lot in enumerate(lots)]
        invoice.save()
        return invoice


def by_stock(cluster) -> dict:
    "What stock Tryton needs for the same basket, and in bulk"
    stock = Stock(cluster)
    ms = median_ms(stock.checkout, STOCK_ROUNDS)
    with counted() as statements:
        stock.checkout()
    with cpu_of(cluster) as spent:
        stock.checkout(BULK)
    return {
        'statements': len(statements), 'ms': ms,
        'bulk_cpu_ms': spent() / BULK}


# What is counted in the tests

def count(uri: str, name: str, branch: str) -> dict[str, list[str]]:
    "The statements of a till of *branch* in the house *name* of the tests"
    import gestures
    from maillon.command import database

    database.configure(uri=uri)
    database.activate(name)
    ground = database.run(name, lambda: in_house(branch))
    with left_to_a_worker():
        till = Till(name, ground)
        return {
            'checkout': one_checkout(till, rounds=1)['said'],
            'receive': receive(till)['said'],
            'pick': pick(till)['said'],
            'bulk': in_bulk(till, None, 'checkout_later')['said'],
            **read_only(till),
            **gestures.count(till, counted),
            }


def in_house(code: str) -> Ground:
    "A till in the house of the tests, with goods that have no barcode"
    from trytond.pool import Pool

    pool = Pool()
    branch, = pool.get('aid.branch').search([('code', '=', code)])
    session, = pool.get('aid.distribution.session').search(
        [('branch', '=', branch.id), ('state', '=', 'open')])
    households = pool.get('aid.household').search(
        [('branch', '=', branch.id)], order=[('id', 'ASC')])
    pool.get('aid.contribution.rule').create([{
                'mode': 'rate', 'rate': Decimal('0.1'), 'rounding': None}])
    products = [
        family.product for family in pool.get('aid.family').search(
            [('date_kind', '=', 'best_before')], order=[('id', 'ASC')])]
    lots = shelves([branch], products, dt.date.today())
    # The last is asked nothing, and has no invoice
    return Ground(
        [code], [branch.id], [session.id],
        [[h.id for h in households[:-1]]], lots)


def read_only(till: Till) -> dict[str, list[str]]:
    "The statements of a trace and of a balance"
    from aid_basket import trace, verdict
    from aid_lot import chain
    from trytond.pool import Pool

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


# All of it

def measure(cluster, name: str, network, ground: Ground) -> dict:
    "Everything that is ours, on one database"
    import gestures

    till = Till(name, ground)
    one = one_checkout(till)
    return {
        'moves': network.moves,
        'checkout': one,
        'sql_ms': by_sql(till, cluster),
        'bulk': in_bulk(till, cluster, 'checkout_later'),
        'bulk_paid': in_bulk(till, cluster, 'checkout'),
        'receive': receive(till),
        'pick': pick(till),
        'gestures': gestures.measure(till, counted),
        }


def fill(cluster, story, moves: int):
    "A database of *moves* moves: its name, and where its copies are"
    from maillon.command import database
    from maillon.command.content import national

    name = f'moves_{moves}'
    cluster.create(name, BASE)
    database.activate(name)
    network = database.run(
        name, lambda: national.load(story, moves, dt.date.today()))
    cluster.execute('VACUUM ANALYZE', name)
    return name, network


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        '--quick', action='store_true', help="100,000 moves only")
    parser.add_argument(
        '--moves', type=int, nargs='+', default=SIZES, metavar='N')
    parser.add_argument(
        '--said', action='store_true', help="print the statements")
    parser.add_argument('--tell', metavar='URI', help=argparse.SUPPRESS)
    parser.add_argument(
        '--count', nargs=3, metavar=('URI', 'NAME', 'BRANCH'),
        help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.tell:
        tell(options.tell)
        return
    if options.count:
        print(json.dumps(count(*options.count)))
        return
    from cluster import Cluster

    cluster = Cluster()
    cluster.start()
    results = []
    try:
        story, ground = prepare(cluster)
        with left_to_a_worker():
            for moves in SIZES[:1] if options.quick else options.moves:
                name, network = fill(cluster, story, moves)
                results.append(measure(cluster, name, network, ground))
                show(results[-1], options.said)
                cluster.drop(name)
            stock = by_stock(cluster)
    finally:
        cluster.stop()
    print(
        f"stock Tryton: {stock['statements']} statements, "
        f"{stock['ms']:.0f} ms; in bulk {stock['bulk_cpu_ms']:.0f} ms of CPU")
    print(json.dumps(summary(results, stock)))


def show(result: dict, said: bool) -> None:
    print(f"\n{result['moves']:,} moves")
    print(f"{'':28}{'statements':>11}{'ms':>9}")
    for label, key in [
            ('checkout of 10 lines', 'checkout'),
            ('receiving 100 lots', 'receive'), ('lot picker', 'pick')]:
        row = result[key]
        print(f"{label:28}{row['statements']:11}{row['ms']:9.1f}")
        for statement in row.pop('said', []):
            if said:
                print('   ', statement[:200])
    for label, row in result['gestures'].items():
        print(f"{label:28}{row['statements']:11}{row['ms']:9.1f}")
    print(f"{'the same rows by SQL':28}{'':11}{result['sql_ms']:9.1f}")
    for label, key in [
            ('50 at once, a basket', 'bulk'),
            ('... paid in cash', 'bulk_paid')]:
        row = result[key]
        row.pop('said')
        print(
            f"{label:28}{row['statements']:11.1f}{row['cpu_ms']:9.1f} of CPU"
            f" ({row['at_till']:.1f} statements at the till)")
    sys.stdout.flush()


def summary(results: list[dict], stock: dict) -> dict:
    "The figures of the bars, over all sizes, and whether they are met"
    first, last = results[0], results[-1]
    figures = {
        'checkout_statements': max(
            r['checkout']['statements'] for r in results),
        'till_over_sql': max(
            r['checkout']['ms'] / r['sql_ms'] for r in results),
        'till_over_stock': first['checkout']['ms'] / stock['ms'],
        'bulk_statements': max(r['bulk']['statements'] for r in results),
        'bulk_paid_statements': max(
            r['bulk_paid']['statements'] for r in results),
        'bulk_cpu_over_stock': (
            first['bulk']['cpu_ms'] / stock['bulk_cpu_ms']),
        'receive_statements': max(
            r['receive']['statements'] for r in results),
        'growth': last['checkout']['ms'] / first['checkout']['ms']
        if len(results) > 1 else None,
        'picker_ms': last['pick']['ms'],
        'slowest_gesture_ms': max(
            row['ms'] for row in last['gestures'].values()),
        'picker_statements': max(r['pick']['statements'] for r in results),
        }
    figures = {
        name: value if value is None else round(value, 3)
        for name, value in figures.items()}
    return {
        'benchmark': 'till', **figures,
        'met': {
            name: figures[name] <= bar for name, bar in BARS.items()
            if figures[name] is not None},
        'stock': stock, 'sizes': results,
        }


if __name__ == '__main__':
    main()
