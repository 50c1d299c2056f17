"""A national network and a year of its goods, by bulk SQL on PostgreSQL.

One small story goes through the documents that people use; every row of the
year is a copy of the row that such a document left, with other goods, places
and days. So each column is as the ordinary way leaves it, and the quantities
add up: what came in is what is there, thrown away or handed over.

The shape follows a network of 734 groceries and 60 platforms: donations of 20
lots, of which seven in ten are small (1 to 6 hand-overs), a quarter cases (10
to 40) and one in fifty is a pallet (300 to 700) that goes on to other
branches; baskets of 18 lines; lots made of others, up to three steps deep.
"""
from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from aid_basket.checkout import checkout
from aid_branch.slices import slices

from trytond.pool import Pool
from trytond.transaction import Transaction

__all__ = ['BRANCHES', 'Network', 'Story', 'gtin', 'load', 'tell']

BRANCHES = 800
PRODUCTS = 5000
DONORS = 300
#: Moves that a lot has on average; the median is 5
MOVES_A_LOT = 21.7
#: The first lot is a pallet of 1,200 hand-overs over 90 branches, and the
#: first donation has 40 lots
PALLET, SITES, FIRST_DONATION = 1200, 90, 40
#: Lots of the other donations; what is made of others stays within one
GROUP = 20
LINES_A_BASKET = 18
#: Moves for each household: 80 families and 80,000 moves make a year of one
#: grocery, of which a family knows a half
MOVES_A_HOUSEHOLD = 500
DAYS = 365
FAMILIES = ['dry_starch', 'canned', 'pulses', 'sweet_salty', 'fats']
PRODUCT_TABLES = [
    'product_template', 'product_product', 'product_identifier',
    'product_cost_price_method', 'product_list_price', 'product_cost_price']
#: Tables that grow with the moves, with their sequences of ids
LOADED = [
    'stock_lot', 'stock_move', 'aid_lot_parent', 'aid_donation',
    'aid_donation_line', 'aid_distribution_session', 'aid_basket',
    'aid_basket_line', 'aid_household', 'aid_household_member',
    'party_party']


@dataclass(frozen=True)
class Network:
    "Where the copies of one load are: their first ids, and how many"
    first_lot: int
    lots: int
    moves: int
    baskets: int
    donation: int


@dataclass(frozen=True)
class Story:
    "Ids of the rows that are copied"
    lot: int
    received: int
    handed_over: int
    donation: int
    donation_line: int
    session: int
    basket: int
    line: int
    household: int
    member: int
    party: int


def load(story: Story, moves: int, today: dt.date) -> Network:
    """Load about *moves* stock moves of a year that ends on *today*.

    In the current transaction, into the database where `tell` has told the
    *story* that is copied. PostgreSQL only: SQLite has no generated series,
    and no place for millions of rows.
    """
    lots = max(2, round(moves / MOVES_A_LOT / GROUP)) * GROUP
    _say("SET LOCAL work_mem = '256MB'")
    _say("SET LOCAL maintenance_work_mem = '512MB'")
    _say("SET LOCAL max_parallel_workers_per_gather = 0")
    first = {table: _next_id(table) for table in LOADED}
    number, = Pool().get('stock.lot').next_numbers(1)
    first_number = int(number[1:]) + 1
    _plan(lots, moves, today)
    with _without_indexes():
        _copy_all(story, first, first_number)
    for table in LOADED:
        _go_on_counting(table)
    _go_on_numbering(first_number + lots)
    Pool().get('aid.lot.on_hand').rebuild()
    count, baskets = _say(
        "SELECT (SELECT count(*) FROM stock_move),"
        " (SELECT count(*) FROM t_basket)")[0]
    return Network(
        first['stock_lot'], lots, count, baskets, first['aid_donation'])


# The story that is copied

def tell(branches: int, today: dt.date) -> Story:
    """Make a network of *branches*, and one gift that a household takes home.

    In a database that is set up (company, fiscal year).
    """
    company, = Pool().get('company.company').search([])
    with Transaction().set_context(company=company.id):
        return _tell(company, branches, today)


def _tell(company, branches: int, today: dt.date) -> Story:
    pool = Pool()
    Donation = pool.get('aid.donation')
    Session = pool.get('aid.distribution.session')
    places = _make_branches(company, branches)
    products = _make_products()
    donors = _make_donors()
    first = places[0]
    # Always free: no invoice, whose numbers must not be copied
    source, = pool.get('aid.supply.source').search([('code', '=', 'fse')])
    donation, = Donation.create([{
                'branch': first.id,
                'donor': donors[0].id,
                'supply_source': source.id,
                'lines': [('create', [{
                                'product': products[0].id,
                                'family': products[0].family.id,
                                'quantity': 2,
                                'unit': products[0].default_uom.id,
                                'best_before': (
                                    today + dt.timedelta(days=400)),
                                'label_lot': 'B0',
                                }])],
                }])
    Donation.receive([donation])
    lot = donation.lines[0].lot
    household, = pool.get('aid.household').create([{
                'branch': first.id,
                'members': [('create', [
                            {'main': True, 'birth_year': 1980}])],
                }])
    session, = Session.create([{'branch': first.id, 'date': today}])
    basket = _make_basket(session, household, lot)
    Session.write([session], {'cash_counted': session.cash_float})
    Session.close([session])
    line, = basket.lines
    received, = pool.get('stock.move').search([
            ('lot', '=', lot.id), ('from_location.type', '=', 'supplier')])
    return Story(
        lot=lot.id, received=received.id, handed_over=line.move.id,
        donation=donation.id, donation_line=donation.lines[0].id,
        session=session.id, basket=basket.id, line=line.id,
        household=household.id, member=household.members[0].id,
        party=household.party.id)


def _make_basket(session, household, lot):
    Basket = Pool().get('aid.basket')
    basket, = Basket.create([{
                'session': session.id,
                'household': household.id,
                'lines': [('create', [{
                                'product': lot.product.id,
                                'lot': lot.id,
                                'lot_knowledge': 'scanned',
                                'quantity': 1,
                                'unit': lot.product.default_uom.id,
                                }])],
                }])
    checkout([basket], None)
    return Basket(basket.id)


def _make_branches(company, count: int) -> list:
    "A national body, thirteen regions and *count* groceries"
    Branch = Pool().get('aid.branch')
    common = {'company': company.id}
    national, = Branch.create([{
                **common, 'name': "National", 'code': 'NAT',
                'kind': 'national', 'has_stock': False}])
    regions = Branch.create([{
                **common, 'name': f"Région {n}", 'code': f'R{n:02}',
                'kind': 'region', 'parent': national.id, 'has_stock': False,
                } for n in range(1, 14)])
    made = []
    for numbers in slices(range(1, count + 1)):
        made += Branch.create([{
                    **common, 'name': f"Épicerie {n}", 'code': f'S{n:04}',
                    'kind': 'site', 'parent': regions[n % 13].id,
                    } for n in numbers])
    return made


def _make_products() -> list:
    """Goods that keep, each with a barcode.

    One of each family in the ordinary way, the others are copies.

    :return: those of the ordinary way
    """
    pool = Pool()
    Template = pool.get('product.template')
    Family = pool.get('aid.family')
    families = [
        Family.search([('code', '=', code)])[0] for code in FAMILIES]
    made = Template.create([{
                'name': f"Article {n}",
                'type': 'goods',
                'default_uom': family.product.default_uom.id,
                'family': family.id,
                'list_price': Decimal(2),
                'cost_price_method': 'fixed',
                'products': [('create', [{
                                'identifiers': [('create', [{
                                                'type': 'ean',
                                                'code': gtin(n),
                                                }])],
                                }])],
                } for n, family in enumerate(families)])
    _say(
        'CREATE TEMPORARY TABLE t_gtin (n int, code text) ON COMMIT DROP')
    codes = [
        (n, gtin(n)) for n in range(len(families), PRODUCTS)]
    _say(
        'INSERT INTO t_gtin SELECT * FROM unnest(%s::int[], %s::text[])',
        [n for n, _ in codes], [code for _, code in codes])
    for template in made:
        _copy_product(template, len(made), made.index(template))
    for table in PRODUCT_TABLES:
        _go_on_counting(table)
    return [template.products[0] for template in made]


def _copy_product(template, step: int, start: int) -> None:
    "As many products like *template* as there are barcodes for them"
    product, = template.products
    identifier, = product.identifiers
    source = f"(SELECT * FROM t_gtin WHERE n % {step} = {start})"
    ids = {table: _next_id(table) for table in PRODUCT_TABLES}
    nth = 'row_number() OVER (ORDER BY new.n) - 1'
    template_id = f"{ids['product_template']} + {nth}"
    product_id = f"{ids['product_product']} + {nth}"
    name = "'Article ' || new.n"
    for table, old, values in [
            ('product_template', template.id, {'name': name}),
            ('product_product', product.id, {'template': template_id}),
            ('product_identifier', identifier.id, {
                    'product': product_id, 'code': 'new.code'}),
            ]:
        _copy(table, old, source, {'id': f'{ids[table]} + {nth}', **values})
    for table, column, owner, id_ in [
            ('product_cost_price_method', 'template', template, template_id),
            ('product_list_price', 'template', template, template_id),
            ('product_cost_price', 'product', product, product_id)]:
        for old, in _say(
                f'SELECT id FROM {table} WHERE {column} = {owner.id}'):
            _copy(table, old, source, {
                    'id': f'{_next_id(table)} + {nth}', column: id_})


def gtin(number: int) -> str:
    """The barcode of product *number*: an EAN-13 with its check digit.

    >>> gtin(7)
    '3990000000075'
    """
    digits = f'399{number:09}'
    total = sum(
        int(digit) * (3 if place % 2 else 1)
        for place, digit in enumerate(digits))
    return f'{digits}{-total % 10}'


def _make_donors() -> list:
    Party = Pool().get('party.party')
    made = []
    for numbers in slices(range(DONORS)):
        made += Party.create([
                {'name': f"Magasin {n}", 'donor': True} for n in numbers])
    return made


# What is to be loaded, in tables that are gone with the transaction

def _plan(lots: int, moves: int, today: dt.date) -> None:
    "Every lot, link, transfer and hand-over, none of them written yet"
    for table, statement in {
            't_branch': """
                SELECT (row_number() OVER (ORDER BY b.id) - 1)::int AS n,
                    b.id, b.code, w.storage_location AS storage
                FROM aid_branch b
                JOIN stock_location w ON w.id = b.warehouse
                WHERE b.code LIKE 'S%'""",
            't_product': """
                SELECT (row_number() OVER (ORDER BY p.id) - 1)::int AS n,
                    p.id, t.family
                FROM product_product p
                JOIN product_template t ON t.id = p.template
                JOIN product_identifier i ON i.product = p.id
                WHERE i.code LIKE '3990%'""",
            't_donor': """
                SELECT (row_number() OVER (ORDER BY id) - 1)::int AS n, id
                FROM party_party WHERE name LIKE 'Magasin %'""",
            't_household': f"""
                SELECT h.n, b.id AS branch, b.n AS place,
                    h.n / (SELECT count(*) FROM t_branch) AS nth
                FROM generate_series(0, {_households(moves)} - 1) h(n)
                JOIN t_branch b
                    ON b.n = h.n % (SELECT count(*) FROM t_branch)""",
            't_own': f"""
                SELECT *, (outs + left_over + disposed)::float AS total
                FROM (
                    SELECT n,
                        (CASE WHEN n <= {FIRST_DONATION} THEN 0
                            ELSE 1 + (n - {FIRST_DONATION} - 1) / {GROUP}
                            END)::int AS donation,
                        (CASE WHEN n = 1 THEN {PALLET}
                            WHEN n % 50 = 1 THEN 300 + (n * 7919) % 401
                            WHEN n % 4 = 2 THEN 10 + (n * 7919) % 31
                            ELSE 1 + (n * 7919) % 6 END)::int AS outs,
                        CASE WHEN n % 50 = 1 THEN 120
                            WHEN n % 4 = 2 THEN 20 ELSE 3 END AS span,
                        CASE WHEN n = 1 THEN {SITES}
                            WHEN n % 50 = 1 THEN 40 ELSE 1 END AS sites,
                        (CASE WHEN n % 20 < 13 THEN 1 + n % 5
                            ELSE 0 END)::int AS left_over,
                        CASE WHEN n % 20 = 3 THEN 1 ELSE 0 END AS disposed
                    FROM generate_series(1::bigint, {lots}) n
                    ) own""",
            't_link': """
                SELECT (g + l.lot) AS lot, (g + l.parent) AS parent,
                    l.quantity
                FROM (
                    SELECT n - n % 20 AS g,
                        sum(total) FILTER (WHERE n % 20 = 7) AS t7,
                        sum(total) FILTER (WHERE n % 20 = 8) AS t8,
                        sum(total) FILTER (WHERE n % 20 = 9) AS t9
                    FROM t_own GROUP BY 1
                    ) own
                CROSS JOIN LATERAL (VALUES
                    (7, 6, t7 + t8 + t9 / 2), (8, 7, t8 + t9 / 2),
                    (9, 8, t9 / 2), (9, 5, t9 / 2)
                    ) l(lot, parent, quantity)
                WHERE l.quantity IS NOT NULL""",
            't_lot': f"""
                SELECT o.*, b.n AS place, b.id AS branch, b.storage,
                    p.id AS product, p.family,
                    DATE '{today}' - {DAYS - 1} + (
                        o.donation::bigint * {DAYS - 1}
                        / (SELECT greatest(max(donation), 1)
                            FROM t_own))::int AS date,
                    o.total + coalesce(used.quantity, 0) AS quantity,
                    made.lot IS NOT NULL AS made
                FROM t_own o
                JOIN t_branch b ON b.n = (o.donation * 7919::bigint)
                    % (SELECT count(*) FROM t_branch)
                JOIN t_product p ON p.n = (o.n - CASE
                        WHEN o.n % 20 BETWEEN 5 AND 9 THEN o.n % 20 - 5
                        ELSE 0 END) % (SELECT count(*) FROM t_product)
                LEFT JOIN (
                    SELECT parent, sum(quantity) AS quantity FROM t_link
                    GROUP BY parent) used ON used.parent = o.n
                LEFT JOIN (SELECT DISTINCT lot FROM t_link) made
                    ON made.lot = o.n""",
            't_share': f"""
                SELECT l.n, l.product, l.branch AS from_branch,
                    l.storage AS out_of, b.id AS branch, b.storage,
                    least(l.date + 2, DATE '{today}') AS date,
                    count(*)::float AS quantity
                FROM t_lot l
                CROSS JOIN generate_series(1, l.outs) k
                JOIN t_branch b ON b.n = (l.place + 17 * ((k - 1) % l.sites))
                    % (SELECT count(*) FROM t_branch)
                WHERE l.sites > 1 AND b.id != l.branch
                GROUP BY 1, 2, 3, 4, 5, 6, 7""",
            't_taken': f"""
                SELECT n, branch, storage, product, date,
                    (row_number() OVER (
                        PARTITION BY branch ORDER BY date, n) - 1)
                    / {LINES_A_BASKET} AS chunk
                FROM (
                    SELECT l.n, b.id AS branch, b.storage, l.product, least(
                            l.date + 3 + k * l.span / l.outs,
                            DATE '{today}') AS date
                    FROM t_lot l
                    CROSS JOIN generate_series(1, l.outs) k
                    JOIN t_branch b ON b.n = (
                        l.place + 17 * ((k - 1) % l.sites))
                        % (SELECT count(*) FROM t_branch)
                    ) taken""",
            't_basket': """
                SELECT row_number() OVER (
                        ORDER BY max(date), branch, chunk) AS n,
                    branch, chunk, max(date) AS date,
                    count(*)::float AS quantity
                FROM t_taken GROUP BY branch, chunk""",
            't_session': """
                SELECT row_number() OVER (ORDER BY date, branch) AS n,
                    branch, date, count(*) AS baskets,
                    sum(quantity) AS quantity
                FROM t_basket GROUP BY branch, date""",
            't_line': """
                SELECT row_number() OVER (ORDER BY b.n, t.n) AS n,
                    t.n AS lot, b.n AS basket, t.branch, t.storage,
                    t.product, b.date
                FROM t_taken t JOIN t_basket b USING (branch, chunk)""",
            }.items():
        _say(f'CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS {statement}')
        _say(f'ANALYZE {table}')


def _households(moves: int) -> int:
    "As many for each branch: a basket is of the one whose turn it is"
    return max(1, moves // MOVES_A_HOUSEHOLD // BRANCHES) * BRANCHES


# The copies

def _copy_all(
        story: Story, first: dict[str, int], first_number: int) -> None:
    "Write what was planned: the people, the goods, then all that moved"
    _copy_people(story, first)
    _copy_goods(story, first, first_number)
    _copy_baskets(story, first)
    _copy_moves(story, first)


def _copy_people(story: Story, first: dict[str, int]) -> None:
    household = f"{first['aid_household']} + new.n"
    party = f"{first['party_party']} + new.n"
    for table, template, values in [
            ('party_party', story.party, {
                    'id': party,
                    'name': "'N' || lpad(new.n::text, 7, '0')",
                    'code': "'N' || lpad(new.n::text, 7, '0')",
                    'branch': 'new.branch',
                    }),
            ('aid_household', story.household, {
                    'id': household,
                    'party': party,
                    'branch': 'new.branch',
                    'code': "'N' || lpad(new.n::text, 7, '0')",
                    'card_code': "'NC' || lpad(new.n::text, 7, '0')",
                    }),
            ('aid_household_member', story.member, {
                    'id': f"{first['aid_household_member']} + new.n",
                    'household': household,
                    'birth_year': '1940 + (new.n * 7 % 65)::int',
                    })]:
        _copy(table, template, 't_household', values)


def _copy_goods(
        story: Story, first: dict[str, int], first_number: int) -> None:
    "Donations and their lines, the lots, and what was made of what"
    donation = f"{first['aid_donation']} + new.donation"
    _copy('aid_donation', story.donation, """(
            SELECT donation, branch, date, d.id AS donor
            FROM (
                SELECT DISTINCT donation, branch, date FROM t_lot) g
            JOIN t_donor d ON d.n = g.donation % (
                SELECT count(*) FROM t_donor))""", {
            'id': donation,
            'number': "'N' || new.donation",
            'code': "upper(md5('N' || new.donation))",
            'branch': 'new.branch',
            'donor': 'new.donor',
            'received_on': 'new.date',
            'received_at': 'new.date::timestamp + time \'09:00\'',
            })
    line = f"{first['aid_donation_line']} + new.n - 1"
    _copy('aid_donation_line', story.donation_line, 't_lot', {
            'id': line,
            'donation': donation,
            'product': 'new.product',
            'family': 'new.family',
            'quantity': 'new.quantity',
            'net_weight': 'new.quantity',
            'best_before': 'new.date + 400',
            'label_lot': "'B' || new.n % 1000",
            })
    lot = f"{first['stock_lot']} + new.n - 1"
    _copy('stock_lot', story.lot, """(
            SELECT l.*, d.id AS donor FROM t_lot l
            JOIN t_donor d ON d.n = l.donation % (
                SELECT count(*) FROM t_donor))""", {
            'id': lot,
            'number': (
                f"'L' || lpad(({first_number} + new.n)::text, 7, '0')"),
            'product': 'new.product',
            'donor': 'new.donor',
            'donation_line': line,
            'expiration_date': 'new.date + 400',
            'label_lot': "'B' || new.n % 1000",
            'net_weight': 'new.quantity',
            'value_date': 'new.date',
            })
    _say(f"""
        INSERT INTO aid_lot_parent (
            id, lot, parent, quantity, date, create_uid, create_date)
        SELECT {first['aid_lot_parent']} + row_number() OVER (
                ORDER BY k.lot, k.parent) - 1,
            {first['stock_lot']} - 1 + k.lot,
            {first['stock_lot']} - 1 + k.parent,
            k.quantity, l.date + 1, 1, now()
        FROM t_link k JOIN t_lot l ON l.n = k.lot""")


def _copy_baskets(story: Story, first: dict[str, int]) -> None:
    "The sessions with their figures, the baskets and what is in them"
    session = f"{first['aid_distribution_session']} + new.n - 1"
    _copy('aid_distribution_session', story.session, 't_session', {
            'id': session,
            'branch': 'new.branch',
            'date': 'new.date',
            'opened_at': "new.date::timestamp + time '08:00'",
            'closed_at': "new.date::timestamp + time '18:00'",
            'frozen_baskets_count': 'new.baskets',
            'frozen_people_count': 'new.baskets * old.frozen_people_count',
            'frozen_kg': 'new.quantity * old.frozen_kg',
            'frozen_market_value': (
                'new.quantity::numeric * old.frozen_market_value'),
            'frozen_granted': 'new.quantity::numeric * old.frozen_granted',
            })
    _copy('aid_basket', story.basket, """(
            SELECT b.*, s.n AS session, p.code, h.n AS household
            FROM t_basket b
            JOIN t_session s USING (branch, date)
            JOIN t_branch p ON p.id = b.branch
            JOIN t_household h ON h.branch = b.branch AND h.nth = b.n % (
                SELECT count(*) FROM t_household m
                WHERE m.place = 0))""", {
            'id': f"{first['aid_basket']} + new.n - 1",
            'session': f"{first['aid_distribution_session']} "
            "+ new.session - 1",
            'branch': 'new.branch',
            'date': 'new.date',
            'number': "new.code || '-N' || new.n",
            'household': f"{first['aid_household']} + new.household",
            'kg': 'new.quantity * old.kg',
            'market_value': 'new.quantity::numeric * old.market_value',
            'granted': 'new.quantity::numeric * old.granted',
            'checked_out_at': "new.date::timestamp + time '14:00'",
            })
    _copy('aid_basket_line', story.line, 't_line', {
            'id': f"{first['aid_basket_line']} + new.n - 1",
            'basket': f"{first['aid_basket']} + new.basket - 1",
            'product': 'new.product',
            'lot': f"{first['stock_lot']} + new.lot - 1",
            'lot_knowledge': (
                "CASE WHEN new.n % 10 < 7 THEN 'scanned'"
                " ELSE 'assumed' END"),
            'move': f"{first['stock_move']} + new.n - 1",
            })


def _copy_moves(story: Story, first: dict[str, int]) -> None:
    """All that came, was made, went on, was thrown away or handed over.

    What was handed over comes first, so that its ids are those of the lines.
    """
    get_id = Pool().get('ir.model.data').get_id
    sorting = get_id('aid_lot', 'location_resort')
    disposal = get_id('aid_lot', 'location_disposal')
    transit = get_id('stock', 'location_transit')
    line = f"{first['aid_basket_line']} + new.n - 1"
    _copy('stock_move', story.handed_over, 't_line', {
            'id': f"{first['stock_move']} + new.n - 1",
            'lot': f"{first['stock_lot']} + new.lot - 1",
            'product': 'new.product',
            'from_location': 'new.storage',
            'from_branch': 'new.branch',
            'planned_date': 'new.date',
            'effective_date': 'new.date',
            'origin': f"'aid.basket.line,' || ({line})",
            })
    donated = f"{first['aid_donation_line']} + new.n - 1"
    for source, template, values in [
            ('(SELECT * FROM t_lot WHERE NOT made)', story.received, {
                    'to_location': 'new.storage',
                    'to_branch': 'new.branch',
                    'origin': f"'aid.donation.line,' || ({donated})",
                    }),
            ("""(SELECT l.*, k.quantity AS part
                FROM t_link k JOIN t_lot l ON l.n = k.parent)""",
                story.received, {
                    **_inside('new.storage', sorting),
                    'from_branch': 'new.branch',
                    'quantity': 'new.part',
                    'internal_quantity': 'new.part',
                    }),
            ("""(SELECT l.*, k.quantity AS part
                FROM t_link k JOIN t_lot l ON l.n = k.lot)""",
                story.received, {
                    **_inside(sorting, 'new.storage'),
                    'to_branch': 'new.branch',
                    'quantity': 'new.part',
                    'internal_quantity': 'new.part',
                    }),
            ('t_share', story.received, {
                    **_inside('new.out_of', transit),
                    'from_branch': 'new.from_branch',
                    'to_branch': 'new.branch',
                    }),
            ('t_share', story.received, {
                    **_inside(transit, 'new.storage'),
                    'from_branch': 'new.from_branch',
                    'to_branch': 'new.branch',
                    }),
            ("""(SELECT *, disposed::float AS part
                FROM t_lot WHERE disposed > 0)""", story.received, {
                    **_inside('new.storage', disposal),
                    'from_branch': 'new.branch',
                    'quantity': 'new.part',
                    'internal_quantity': 'new.part',
                    }),
            ]:
        _copy('stock_move', template, source, {
                'id': f"{_next_id('stock_move')} + row_number() OVER () - 1",
                'lot': f"{first['stock_lot']} + new.n - 1",
                'product': 'new.product',
                'quantity': 'new.quantity',
                'internal_quantity': 'new.quantity',
                'planned_date': 'new.date',
                'effective_date': 'new.date',
                **values})


def _inside(out_of, into) -> dict[str, str]:
    "What moves that are neither bought nor handed over have of their own"
    return {
        'from_location': str(out_of),
        'to_location': str(into),
        'from_branch': 'NULL::int',
        'to_branch': 'NULL::int',
        'origin': 'NULL',
        'unit_price': 'NULL::numeric',
        'currency': 'NULL::int',
        }


def _copy(
        table: str, template: int, source: str,
        values: dict[str, str]) -> None:
    """A row like that of the id *template* for each of *source*.

    :param source: a table or a subquery, ``new`` in the expressions
    :param values: SQL by column, for what is not as in the template (``old``)
    """
    columns = [name for name, in _say(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name = %s"
            " ORDER BY ordinal_position", table)]
    wrong = values.keys() - set(columns)
    if wrong:
        raise ValueError(f"{table} has no columns {sorted(wrong)}")
    names = ', '.join(f'"{name}"' for name in columns)
    chosen = ', '.join(
        values.get(name, f'old."{name}"') for name in columns)
    _say(
        f'INSERT INTO {table} ({names}) SELECT {chosen}'
        f' FROM {source} new CROSS JOIN {table} old'
        f' WHERE old.id = {template}')


@contextmanager
def _without_indexes():
    """Load without secondary indexes, unique constraints and foreign keys.

    They are made again afterwards, which checks all rows at once.
    """
    tables = ', '.join(f"'{table}'::regclass" for table in LOADED)
    constraints = _say(f"""
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint
        WHERE conrelid IN ({tables}) AND contype IN ('f', 'u', 'x')
        ORDER BY contype DESC, conname""")
    for table, name, _ in constraints:
        _say(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    indexes = _say(f"""
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
        FROM pg_index
        WHERE indrelid IN ({tables}) AND NOT indisprimary
        ORDER BY 1""")
    for name, _ in indexes:
        _say(f'DROP INDEX {name}')
    yield
    for table in LOADED:
        _say(f'ANALYZE {table}')
    for _, definition in indexes:
        _say(definition)
    for table, name, definition in constraints:
        _say(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def _next_id(table: str) -> int:
    return _say(f'SELECT coalesce(max(id), 0) + 1 FROM {table}')[0][0]


def _go_on_counting(table: str) -> None:
    "The next id is after those that were loaded"
    _say(
        f"SELECT setval('{table}_id_seq', coalesce("
        f"(SELECT max(id) FROM {table}), 1))")


def _go_on_numbering(number: int) -> None:
    "The next lot is numbered after those that were loaded"
    pool = Pool()
    Sequence = pool.get('ir.sequence')
    get_id = pool.get('ir.model.data').get_id
    Sequence.write(
        [Sequence(get_id('aid_lot', 'sequence_lot'))],
        {'number_next': number + 1})


def _say(statement: str, *parameters) -> list:
    "Rows of one SQL *statement*"
    cursor = Transaction().connection.cursor()
    cursor.execute(statement, parameters or None)
    return cursor.fetchall() if cursor.description else []
