"""Tryton's own point of sale: made ready, and what its client asks of it.

The module is optional and comes with others of Tryton that ours are not
installed with: it runs with a Python of its own (``--stock-python``), by the
same command and settings as our server.
"""
from __future__ import annotations

import subprocess
from dataclasses import asdict, dataclass

from national_network import PASSWORD

from .ground import BRANCHES, LINES, TILLS
from .web_client import Client, Form, Record

NAME = 'point'
MODULE = 'sale_point'
INSTALL = (
    "Tryton's own point of sale is not installed there: make a Python for it"
    "\n  python -m venv FOLDER"
    "\n  FOLDER/bin/pip install"
    " 'trytond_sale_point >= 8.0, < 8.1' 'psycopg[binary,pool]' gunicorn tqdm"
    "\nand say --stock-python FOLDER/bin/python"
    " (or install the extra \"benchmark\").")
GROUPS = ['group_sale_point', 'group_sale_point_posting']


@dataclass(frozen=True)
class Points:
    "Ids of what the clients use, and who they are"
    logins: list[str]
    points: list[int]
    cash: int
    #: id and code of each of the goods
    goods: list[tuple[int, str]]


def is_installed(python: str) -> bool:
    "Whether *python* has the module"
    return not subprocess.run(
        [python, '-c', 'import trytond.modules.sale_point'],
        stderr=subprocess.DEVNULL).returncode


# With a Python of its own

def make(uri: str) -> dict:
    "Activate the module in its database, which is there and empty"
    from maillon.command import database

    database.configure(uri=uri)
    database.activate(NAME, modules=[MODULE], languages=[])
    return asdict(database.run(NAME, furnish))


def furnish() -> Points:
    "Warehouses, goods, and points of sale with a user and a session each"
    from trytond.modules.company.tests import set_company
    from trytond.pool import Pool

    from .stock_tryton import make_company, make_products, make_warehouses

    pool = Pool()
    company = make_company()
    with set_company(company):
        storages = make_warehouses(range(1, BRANCHES))[:TILLS]
        products = make_products(salable=True, sale_uom=_kilogram())
        points = pool.get('sale.point').create([
                _point(company, n, storage)
                for n, storage in enumerate(storages)])
        account, = pool.get('account.account').search(
            [('code', '=', '1.1.1')], limit=1)
        cash, = pool.get('sale.point.payment.method').create([{
                    'company': company.id, 'name': "Cash", 'cash': True,
                    'account': account.id}])
        # It takes a lock on the table where there is none yet
        pool.get('sale.point.cash.session').create(
            [{'point': point.id} for point in points])
        return Points(
            _make_users(company), [point.id for point in points], cash.id,
            [(product.id, product.code) for product in products])


def _kilogram() -> int:
    from trytond.pool import Pool

    unit, = Pool().get('product.uom').search(
        [('symbol', '=', 'kg')], limit=1)
    return unit.id


def _point(company, n: int, storage: int) -> dict:
    from trytond.pool import Pool

    pool = Pool()
    sequence, = pool.get('ir.sequence.strict').create([{
                'name': f"POS {n}", 'company': company.id,
                'sequence_type': pool.get('ir.model.data').get_id(
                    MODULE, 'sequence_type_sale')}])
    customer, = pool.get('stock.location').search(
        [('type', '=', 'customer')], limit=1)
    journal, = pool.get('account.journal').search(
        [('type', '=', 'revenue')], limit=1)
    return {
        'name': f"POS {n}", 'company': company.id,
        'sequence': sequence.id, 'storage_location': storage,
        'customer_location': customer.id, 'journal': journal.id}


def _make_users(company) -> list[str]:
    from trytond.pool import Pool

    pool = Pool()
    get_id = pool.get('ir.model.data').get_id
    return [user.login for user in pool.get('res.user').create([{
                    'name': f"Till {n}", 'login': f'till-{n}',
                    'password': PASSWORD,
                    'company': company.id,
                    'companies': [('add', [company.id])],
                    'groups': [
                        ('add', [get_id(MODULE, name) for name in GROUPS])],
                    } for n in range(TILLS)])]


# Over HTTP

class Seller:
    """Somebody at one of the *points*, with the web client.

    :param typed: whether everything is asked that the web client asks while
        somebody types; else only what no client could do without
    """

    def __init__(self, url: str, points: Points, number: int, typed: bool):
        self.client = Client(
            url, NAME, points.logins[number], PASSWORD)
        self.points = points
        self.point = points.points[number]
        self._turn = number * LINES
        self._sell = self._typed if typed else self._at_once
        if typed:
            self.form = Form(self.client, 'sale.point.sale')

    def sell(self) -> None:
        "Ten lines, paid in cash, posted"
        goods = self.points.goods
        self._turn += LINES
        self._sell([
                (*goods[(self._turn + n) % len(goods)], 1 + n % 3)
                for n in range(LINES)])

    def _typed(self, lines: list[tuple]) -> None:
        sale = Record.new(self.form)
        sale.type('point', self.point)
        for product, code, quantity in lines:
            line = sale.add('lines')
            self.client.model(
                'product.product', 'autocomplete', code,
                [('salable', '=', True)], 1000, None)
            line.type('product', product)
            line.type('quantity', quantity)
        sale.save()
        sale.read()
        sale.press('pay')
        self._pay(sale.id, sale.values['amount_to_pay'])
        sale.read()
        sale.press('post')
        sale.read()
        assert sale.values['state'] == 'posted', sale.values['state']

    def _at_once(self, lines: list[tuple]) -> None:
        ids = self.client.model('sale.point.sale', 'create', [{
                    'point': self.point,
                    'lines': [['create', [{
                                    'product': product,
                                    'quantity': quantity,
                                    'unit_list_price': _decimal(2),
                                    'unit_gross_price': _decimal(2),
                                    } for product, _, quantity in lines]]],
                    }])
        self._pay(
            ids[0], _decimal(2 * sum(quantity for *_, quantity in lines)))
        self.client.model('sale.point.sale', 'post', ids)

    def _pay(self, sale: int, amount) -> None:
        "What the wizard asks when the exact amount is paid in cash"
        name = 'sale.point.sale.pay'
        about = {
            'active_model': 'sale.point.sale', 'active_id': sale,
            'active_ids': [sale]}
        session, state, _ = self.client.wizard(name, 'create', **about)
        self.client.wizard(name, 'execute', session, {}, state, **about)
        self.client.wizard(name, 'execute', session, {'payment': {
                    'sale': sale, 'method': self.points.cash,
                    'amount': amount}}, 'pay', **about)
        self.client.wizard(name, 'delete', session)


def _decimal(value: int) -> dict:
    "How a client writes a decimal"
    return {'__class__': 'Decimal', 'decimal': str(value)}


