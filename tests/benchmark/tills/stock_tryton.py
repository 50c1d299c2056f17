"""The same basket as stock Tryton does it: moves, then a posted invoice."""
from __future__ import annotations

from decimal import Decimal

from measuring import counted, cpu_of, median_ms, told

from .ground import BRANCHES, EACH, GOODS, LINES, LOTS_EACH
from .ours import BULK

NAME = 'stock'
MODULES = ['stock_lot', 'account_invoice']
#: Warehouses beside those of the network, to see what they cost
MANY = 2000
ROUNDS_OF_MANY = 3


# What any Tryton needs, its point of sale too

def make_company():
    "A company with a chart of accounts and a fiscal year, as the current one"
    from trytond.modules.account.tests import create_chart, get_fiscalyear
    from trytond.modules.account_invoice.tests import set_invoice_sequences
    from trytond.modules.company.tests import create_company, set_company

    company = create_company()
    with set_company(company):
        create_chart(company)
        fiscalyear = set_invoice_sequences(get_fiscalyear(company))
        fiscalyear.save()
        fiscalyear.create_period([fiscalyear])
    return company


def make_warehouses(numbers: range) -> list[int]:
    "Warehouses beside the one that Tryton begins with; their storages"
    from trytond.pool import Pool

    Location = Pool().get('stock.location')
    ends = Location.create([
            {'name': f'{kind} {n}', 'type': 'storage'}
            for n in numbers for kind in ['Input', 'Output', 'Storage']])
    Location.create([{
                'name': f'Warehouse {n}', 'type': 'warehouse',
                'input_location': ends[3 * place].id,
                'output_location': ends[3 * place + 1].id,
                'storage_location': ends[3 * place + 2].id,
                } for place, n in enumerate(numbers)])
    return [storage.id for storage in ends[2::3]]


#: Tryton takes a second to make one more among a thousand
COPY_WAREHOUSE = """
    WITH source AS (
        SELECT *, row_number() OVER (ORDER BY "left") - 1 AS place
        FROM stock_location WHERE %(id)s IN (id, parent)),
    base AS (
        SELECT max(id) + 1 AS id, max("right") AS "right"
        FROM stock_location),
    copy AS (
        SELECT number, base.id + 4 * number AS first,
            base."right" + 1 + 8 * number - (
                SELECT min("left") FROM source) AS further
        FROM base, generate_series(0, %(count)s - 1) AS number)
    INSERT INTO stock_location (
        id, name, active, type, "left", "right", parent,
        input_location, output_location, storage_location)
    SELECT first + place, name || ' copy ' || number, active, type,
        "left" + further, "right" + further,
        CASE WHEN parent IS NOT NULL THEN first END,
        first + (SELECT place FROM source s WHERE s.id = w.input_location),
        first + (SELECT place FROM source s WHERE s.id = w.output_location),
        first + (SELECT place FROM source s WHERE s.id = w.storage_location)
    FROM source w, copy"""


def copy_warehouse(count: int) -> None:
    "The warehouse that was made last, *count* times more"
    from trytond.pool import Pool
    from trytond.transaction import Transaction

    *_, last = Pool().get('stock.location').search(
        [('type', '=', 'warehouse')], order=[('id', 'ASC')])
    cursor = Transaction().connection.cursor()
    cursor.execute(COPY_WAREHOUSE, {'id': last.id, 'count': count})
    cursor.execute(
        "SELECT setval('stock_location_id_seq', max(id)) FROM stock_location")


def make_products(**values) -> list:
    "Goods by the kilogram that are sold at 2 each"
    from trytond.pool import Pool

    pool = Pool()
    unit, = pool.get('product.uom').search([('symbol', '=', 'kg')], limit=1)
    category, = pool.get('product.category').create([{
                'name': "Goods", 'accounting': True,
                'account_revenue': revenue_account().id,
                }])
    return [
        template.products[0]
        for template in pool.get('product.template').create([{
                    'name': f'Goods {n}', 'type': 'goods',
                    'account_category': category.id,
                    'default_uom': unit.id,
                    'cost_price_method': 'fixed', 'list_price': Decimal(2),
                    'products': [('create', [{
                                    'cost_price': Decimal(0),
                                    'suffix_code': f'G{n:03}',
                                    }])],
                    **values,
                    } for n in range(GOODS)])]


def revenue_account():
    from trytond.pool import Pool

    account, = Pool().get('account.account').search([
            ('type.revenue', '=', True), ('closed', '!=', True)], limit=1)
    return account


# Moves and an invoice

class Stock:
    """Tryton alone, with as many warehouses: moves from lots, then an invoice.

    No tax, which takes a third off what it would cost with one. Everything is
    done as its server does it: in one transaction that is begun again with
    each lock it turns out to want.
    """

    def __init__(self, ids: dict):
        from maillon.command import database

        database.activate(NAME, modules=MODULES)
        self.run = lambda work: database.run(NAME, work)
        self._ids = ids

    def grow(self) -> None:
        "Have many warehouses, to see what they cost"
        self.run(lambda: copy_warehouse(MANY - BRANCHES))

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


def make(uri: str) -> dict:
    "Activate the modules in their database, which is there and empty"
    from maillon.command import database

    database.configure(uri=uri)
    database.activate(NAME, modules=MODULES, languages=[])
    return database.run(NAME, _furnish)


def _furnish() -> dict:
    "Ids of the goods, where they are, and who takes them"
    from trytond.modules.company.tests import set_company
    from trytond.pool import Pool

    company = make_company()
    with set_company(company):
        *_, storage = make_warehouses(range(1, BRANCHES))
        party, = Pool().get('party.party').create([{
                    'name': "Household",
                    'addresses': [('create', [{}])],
                    }])
        return {
            'company': company.id, 'currency': company.currency.id,
            'storage': storage, 'revenue': revenue_account().id,
            'party': party.id, 'lots': _make_lots(company, storage)}


def _make_lots(company, storage: int) -> list[int]:
    "Lots, received: the same goods and as much as on our shelves"
    from trytond.pool import Pool

    pool = Pool()
    Move = pool.get('stock.move')
    supplier, = pool.get('stock.location').search(
        [('type', '=', 'supplier')], limit=1)
    lots = pool.get('stock.lot').create([{
                'product': product.id, 'number': f'{n}',
                } for n, product in enumerate(make_products() * LOTS_EACH)])
    Move.do(Move.create([{
                    'product': lot.product.id, 'lot': lot.id,
                    'quantity': EACH, 'unit': lot.product.default_uom.id,
                    'from_location': supplier.id, 'to_location': storage,
                    'company': company.id, 'unit_price': Decimal(0),
                    'currency': company.currency.id,
                    } for lot in lots]))
    return [lot.id for lot in lots]


def by_stock(cluster, stock: Stock, quick: bool) -> dict:
    """What stock Tryton needs for the same basket in bulk, and among many.

    :param quick: a fifth of the rounds
    """
    with counted() as statements:
        stock.checkout()
    count = BULK // 5 if quick else BULK
    with told(f"  {count} baskets at once"), cpu_of(cluster) as spent:
        stock.checkout(count)
        bulk_cpu_ms = spent() / count
    with told(f"  a basket of it among {MANY:,} warehouses"):
        stock.grow()
        cluster.execute('VACUUM ANALYZE', NAME)
        many_ms = median_ms(stock.checkout, 1 if quick else ROUNDS_OF_MANY)
    return {
        'statements': len(statements), 'bulk_cpu_ms': bulk_cpu_ms,
        'many_warehouses_ms': many_ms}
