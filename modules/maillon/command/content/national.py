"""A national network and a year of its goods, by bulk SQL on PostgreSQL.

One small story (`national_story`) goes through the documents that people use;
every row of the year is a copy of the row that such a document left, with
other goods, places and days. So each column is as the ordinary way leaves it,
and the quantities add up: what came in is what is there, thrown away or
handed over.

The shape follows a network of 734 groceries and 60 platforms: donations of 20
lots, of which seven in ten are small (1 to 6 hand-overs), a quarter cases (10
to 40) and one in fifty is a pallet (300 to 700) that goes on to other
branches; baskets of 18 lines; lots made of others, up to three steps deep.

A benchmark of goods needs no more than goods: every basket is free, and who
takes it is a code. The demo tells the story with `whole`: households with
names and entitlements (`national_people`), invoices and their entries
(`national_papers`), volunteers, and the papers of what moved.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from trytond.pool import Pool
from trytond.transaction import Transaction

from aid_branch.card import ALPHABET as CARD_ALPHABET
from aid_donation import public_code

from . import national_papers, national_people
from .bulk import (
    Indexes, Numbers, code, copy, go_on_counting, next_id, of_code, say, table)
from .national_story import DAYS, KEEPS, Story, gtin, tell

__all__ = [
    'BRANCHES', 'SCALES', 'Load', 'Network', 'Scale', 'Story', 'gtin', 'load',
    'tell']

BRANCHES = 800
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
#: Tables that grow with the moves, with their sequences of ids
LOADED = [
    'stock_lot', 'stock_move', 'aid_lot_parent', 'aid_donation',
    'aid_donation_line', 'aid_distribution_session', 'aid_basket',
    'aid_basket_line', 'aid_household', 'aid_household_member',
    'party_party']
#: And those that only a whole network has
LOADED_WHOLE = [
    'stock_shipment_internal', 'aid_disposal', 'aid_disposal_line',
    *national_people.LOADED, *national_papers.LOADED]


@dataclass(frozen=True)
class Network:
    "Where the copies of one load are: their first ids, and how many"
    first_lot: int
    lots: int
    moves: int
    baskets: int
    donation: int


@dataclass(frozen=True)
class Scale:
    "How large a network is; *moves* are those of its year"
    sites: int
    households: int
    moves: int


#: A region, and the whole network; as many households at each site
SCALES = {
    'large': Scale(sites=90, households=7_560, moves=1_000_000),
    'national': Scale(sites=800, households=60_000, moves=10_000_000),
    }


Step = tuple[str, Callable[[], None]]


@dataclass
class Load:
    """One load of about *moves* stock moves of a year that ends on *today*.

    In one transaction, into the database where `tell` has told the *story*
    that is copied: all of it is there afterwards, or nothing.

    :param households: of the whole network; empty: by the number of moves
    """
    story: Story
    moves: int
    today: dt.date
    households: int | None = None
    #: The first id of each table that is loaded
    first: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        groups = max(2, round(self.moves / MOVES_A_LOT / GROUP))
        self.lots = groups * GROUP
        if self.households is None:
            self.households = max(
                1, self.moves // MOVES_A_HOUSEHOLD // BRANCHES) * BRANCHES
        self.tables = LOADED + (LOADED_WHOLE if self.story.whole else [])
        self.indexes = Indexes(self.tables)
        self.first = {name: next_id(name) for name in self.tables}
        self.numbers = Numbers.of('aid_lot', 'sequence_lot')

    def steps(self) -> list[Step]:
        "What is to be done one after the other, each with its name"
        plan = [
            (name[2:], lambda n=name, s=statement: table(n, s))
            for name, statement in _plan(self).items()]
        before: list[Step] = []
        beside: list[Step] = []
        if self.story.whole:
            before = [
                ("names", national_people.name_all),
                ("numbers", lambda: national_papers.make_numbers(self))]
            beside = [
                *national_people.steps(self), *_steps_of_papers(self),
                *national_papers.steps(self)]
        return [
            ("begin", self._begin),
            *before,
            *plan,
            ("indexes off", self.indexes.drop),
            ("people", lambda: _copy_people(self)),
            ("goods", lambda: _copy_goods(self)),
            *beside,
            ("baskets", lambda: _copy_baskets(self)),
            ("moves", lambda: _copy_moves(self)),
            *self.indexes.steps(),
            ("next ids", self._end),
            ("goods on hand", Pool().get('aid.lot.on_hand').rebuild),
            ]

    @staticmethod
    def _begin() -> None:
        say("SET LOCAL work_mem = '256MB'")
        say("SET LOCAL maintenance_work_mem = '512MB'")
        say("SET LOCAL max_parallel_workers_per_gather = 0")

    def _end(self) -> None:
        for name in self.tables:
            go_on_counting(name)
        self.numbers.go_on(self.lots)

    def network(self) -> Network:
        "Where the copies are, once all steps are done"
        count, baskets = say(
            "SELECT (SELECT count(*) FROM stock_move),"
            " (SELECT count(*) FROM t_basket)")[0]
        return Network(
            self.first['stock_lot'], self.lots, count, baskets,
            self.first['aid_donation'])


def load(story: Story, moves: int, today: dt.date) -> Network:
    "Do all steps of a `Load`, in the current transaction"
    loading = Load(story, moves, today)
    for _, work in loading.steps():
        work()
    return loading.network()


# What is to be loaded, in tables that are gone with the transaction

def _plan(load: Load) -> dict[str, str]:
    """Every lot, link, transfer, hand-over and basket, none of them written.

    :return: SQL by the name of its table, in order
    """
    return {
        **_plan_people(load), **_plan_goods(load), **_plan_baskets(load),
        **(national_papers.plan(load) if load.story.whole else {})}


def _plan_people(load: Load) -> dict[str, str]:
    whole = bool(load.story.whole)
    size = (
        "CASE WHEN born < 1970 THEN 1 + h.n % 2"
        " ELSE (ARRAY[1,1,1,2,2,2,3,3,4,4,5,6])[1 + h.n * 7 % 12] END"
        if whole else '1')
    return {
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
            FROM party_party WHERE name ~ '^Magasin [0-9]+$'""",
        # People of a branch take turns; the first of eight pays nothing
        't_household': f"""
            SELECT h.*, {size} AS size
            FROM (
                SELECT h.n, b.id AS branch, b.n AS place,
                    h.n / (SELECT count(*) FROM t_branch) AS nth,
                    1950 + h.n * 7 % 53 AS born,
                    DATE '{load.today}' - {DAYS} - h.n * 37 % 180 AS since,
                    {"h.n / (SELECT count(*) FROM t_branch) % 8 = 0"
                        if whole else 'true'} AS free
                FROM generate_series(0, {load.households} - 1) h(n)
                JOIN t_branch b
                    ON b.n = h.n % (SELECT count(*) FROM t_branch)) h""",
        }


def _plan_goods(load: Load) -> dict[str, str]:
    today = load.today
    return {
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
                FROM generate_series(1::bigint, {load.lots}) n
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
            SELECT *, least(date + 1, DATE '{today}') AS made_on,
                least(date + 2, DATE '{today}') AS gone_on
            FROM (
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
                    ON made.lot = o.n) lot""",
        't_share': """
            SELECT l.n, l.product, l.branch AS from_branch,
                l.storage AS out_of, b.id AS branch, b.storage,
                l.gone_on AS date, count(*)::float AS quantity
            FROM t_lot l
            CROSS JOIN generate_series(1, l.outs) k
            JOIN t_branch b ON b.n = (l.place + 17 * ((k - 1) % l.sites))
                % (SELECT count(*) FROM t_branch)
            WHERE l.sites > 1 AND b.id != l.branch
            GROUP BY 1, 2, 3, 4, 5, 6, 7""",
        }


def _plan_baskets(load: Load) -> dict[str, str]:
    story = load.story
    return {
        't_template': _templates(story),
        't_good': """
            SELECT family, max(kg) AS kg, max(market_value) AS market_value,
                max(asked) AS asked
            FROM t_template GROUP BY family""",
        't_taken': f"""
            SELECT n, branch, storage, product, family, date,
                (row_number() OVER (
                    PARTITION BY branch ORDER BY date, n) - 1)
                / {LINES_A_BASKET} AS chunk
            FROM (
                SELECT l.n, b.id AS branch, b.storage, l.product, l.family,
                    least(
                        l.date + 3 + k * l.span / l.outs,
                        DATE '{load.today}') AS date
                FROM t_lot l
                CROSS JOIN generate_series(1, l.outs) k
                JOIN t_branch b ON b.n = (
                    l.place + 17 * ((k - 1) % l.sites))
                    % (SELECT count(*) FROM t_branch)
                ) taken""",
        't_basket': """
            SELECT b.*, h.n AS household, h.size, h.since, h.free,
                CASE WHEN h.free THEN 0 ELSE b.price END AS asked,
                CASE WHEN h.free THEN 'free' WHEN b.turn % 4 = 3 THEN 'card'
                    ELSE 'cash' END AS pay
            FROM (
                SELECT row_number() OVER (
                        ORDER BY max(t.date), branch, chunk) AS n,
                    row_number() OVER (
                        PARTITION BY branch
                        ORDER BY max(t.date), chunk) AS turn,
                    branch, chunk, max(t.date) AS date, sum(g.kg) AS kg,
                    sum(g.market_value) AS market_value,
                    sum(g.asked) AS price
                FROM t_taken t JOIN t_good g USING (family)
                GROUP BY branch, chunk) b
            JOIN t_household h ON h.branch = b.branch AND h.nth = b.turn % (
                SELECT count(*) FROM t_household m WHERE m.place = 0)""",
        't_session': """
            SELECT row_number() OVER (ORDER BY date, branch) AS n,
                branch, date, count(*) AS baskets, sum(size) AS people,
                sum(kg) AS kg, sum(market_value) AS market_value,
                sum(asked) AS asked,
                coalesce(sum(asked) FILTER (WHERE pay = 'cash'), 0) AS cash,
                coalesce(sum(asked) FILTER (WHERE pay = 'card'), 0) AS card
            FROM t_basket GROUP BY branch, date""",
        't_line': """
            SELECT row_number() OVER (ORDER BY b.n, t.n) AS n,
                t.n AS lot, b.n AS basket, t.branch, t.storage,
                t.product, b.date, o.line, o.move
            FROM t_taken t
            JOIN t_basket b USING (branch, chunk)
            JOIN t_template o ON o.family = t.family AND o.free = b.free""",
        't_paper': """
            SELECT b.n, p.code || '-N' || b.n AS number,
                NULL::int AS invoice, NULL::int AS entitlement
            FROM t_basket b JOIN t_branch p ON p.id = b.branch""",
        }


def _templates(story: Story) -> str:
    "SQL of the line that is copied for goods of each family, free and not"
    columns = 'l.id AS line, l.move, l.kg, l.market_value, l.asked'
    if not story.whole:
        return f"""
            SELECT f.family, true AS free, {columns}
            FROM aid_basket_line l
            CROSS JOIN (SELECT DISTINCT family FROM t_product) f
            WHERE l.id = {story.line}"""
    return f"""
        SELECT DISTINCT ON (t.family, b.document) t.family,
            b.document = 'hand_over' AS free, {columns}
        FROM aid_basket_line l
        JOIN aid_basket b ON b.id = l.basket
        JOIN product_product p ON p.id = l.product
        JOIN product_template t ON t.id = p.template
        WHERE b.session = {story.session}
        ORDER BY t.family, b.document, l.id"""


# The copies

def _copy_people(load: Load) -> None:
    "Households with their parties; one person each, unless it is whole"
    story, first = load.story, load.first
    numbers = Numbers.of('aid_household', 'sequence_household')
    number = numbers.sql('new.n')
    household = f"{first['aid_household']} + new.n"
    party = f"{first['party_party']} + new.n"
    copy('party_party', story.party, 't_household', {
            'id': party, 'name': number, 'code': number,
            **of_code(number, 'code'), 'branch': 'new.branch'})
    copy(
        'aid_household', story.household,
        national_people.HOUSEHOLDS if story.whole else 't_household', {
            'id': household,
            'party': party,
            'branch': 'new.branch',
            'code': number,
            'card_code': f"'C' || {code('new.n', 10, CARD_ALPHABET)}",
            **(national_people.ADDRESS if story.whole else {}),
            })
    if not story.whole:
        copy('aid_household_member', story.member, 't_household', {
                'id': f"{first['aid_household_member']} + new.n",
                'household': household,
                'birth_year': 'new.born',
                })
    numbers.go_on(load.households)


def _copy_goods(load: Load) -> None:
    "Donations and their lines, the lots, and what was made of what"
    story, first = load.story, load.first
    numbers = Numbers.of('aid_donation', 'sequence_donation')
    donation = f"{first['aid_donation']} + new.donation"
    source = """(
        SELECT donation, branch, date, d.id AS donor
        FROM (
            SELECT DISTINCT donation, branch, date FROM t_lot) g
        JOIN t_donor d ON d.n = g.donation % (
            SELECT count(*) FROM t_donor))"""
    copy('aid_donation', story.donation, source, {
            'id': donation,
            'number': numbers.sql('new.donation'),
            'code': code('new.donation', public_code.LENGTH,
                public_code.ALPHABET),
            'branch': 'new.branch',
            'donor': 'new.donor',
            'received_on': 'new.date',
            'received_at': 'new.date::timestamp + time \'09:00\'',
            })
    numbers.go_on(say('SELECT max(donation) + 1 FROM t_lot')[0][0])
    line = f"{first['aid_donation_line']} + new.n - 1"
    copy(
        'aid_donation_line', story.donation_line,
        '(SELECT * FROM t_lot WHERE NOT made)', {
            'id': line,
            'donation': donation,
            'product': 'new.product',
            'family': 'new.family',
            'quantity': 'new.quantity',
            'net_weight': 'new.quantity',
            'best_before': f'new.date + {KEEPS}',
            'label_lot': "'B' || new.n % 1000",
            })
    copy('stock_lot', story.lot, """(
            SELECT l.*, d.id AS donor FROM t_lot l
            JOIN t_donor d ON d.n = l.donation % (
                SELECT count(*) FROM t_donor))""", {
            'id': f"{first['stock_lot']} + new.n - 1",
            'number': load.numbers.sql('new.n - 1'),
            'product': 'new.product',
            'donor': 'new.donor',
            'donation_line': f'CASE WHEN NOT new.made THEN {line} END',
            'expiration_date': f'new.date + {KEEPS}',
            'label_lot': "'B' || new.n % 1000",
            'net_weight': 'new.quantity',
            'value_date': 'new.date',
            'looked_on': 'new.date',
            })
    say(f"""
        INSERT INTO aid_lot_parent (
            id, lot, parent, quantity, date, create_uid, create_date)
        SELECT {first['aid_lot_parent']} + row_number() OVER (
                ORDER BY k.lot, k.parent) - 1,
            {first['stock_lot']} - 1 + k.lot,
            {first['stock_lot']} - 1 + k.parent,
            k.quantity, l.made_on, 1, now()
        FROM t_link k JOIN t_lot l ON l.n = k.lot""")


def _copy_baskets(load: Load) -> None:
    "The sessions with their figures, the baskets and what is in them"
    story, first = load.story, load.first
    session = first['aid_distribution_session']
    at = "least(new.date::timestamp + time '{}', now() AT TIME ZONE 'UTC')"
    copy('aid_distribution_session', story.session, 't_session', {
            'id': f'{session} + new.n - 1',
            'branch': 'new.branch',
            'date': 'new.date',
            'opened_at': at.format('08:00'),
            'closed_at': at.format('18:00'),
            'cash_counted': 'old.cash_float + new.cash',
            'frozen_baskets_count': 'new.baskets',
            'frozen_people_count': 'new.people',
            'frozen_kg': 'new.kg',
            'frozen_market_value': 'new.market_value',
            'frozen_asked': 'new.asked',
            'frozen_granted': 'new.market_value - new.asked',
            'frozen_cash_taken': 'new.cash',
            'frozen_card_taken': 'new.card',
            })
    paid = (story.whole or {}).get('cash', story.basket)
    copy('aid_basket', [story.basket, paid], f"""(
            SELECT b.*, s.n AS session, p.number, p.invoice, p.entitlement,
                CASE WHEN b.free THEN {story.basket} ELSE {paid} END
                AS template
            FROM t_basket b
            JOIN t_session s USING (branch, date)
            JOIN t_paper p ON p.n = b.n)""", {
            'id': f"{first['aid_basket']} + new.n - 1",
            'session': f'{session} + new.session - 1',
            'branch': 'new.branch',
            'date': 'new.date',
            'number': 'new.number',
            'invoice': 'new.invoice',
            'household': f"{first['aid_household']} + new.household",
            'entitlement': 'new.entitlement',
            'people': 'new.size',
            'kg': 'new.kg',
            'market_value': 'new.market_value',
            'asked': 'new.asked',
            'granted': 'new.market_value - new.asked',
            'checked_out_at': at.format('14:00'),
            })
    copy('aid_basket_line', _of_templates('line'),
        '(SELECT *, line AS template FROM t_line)', {
            'id': f"{first['aid_basket_line']} + new.n - 1",
            'basket': f"{first['aid_basket']} + new.basket - 1",
            'product': 'new.product',
            'lot': f"{first['stock_lot']} + new.lot - 1",
            'lot_knowledge': (
                "CASE WHEN new.n % 10 < 7 THEN 'scanned'"
                " ELSE 'assumed' END"),
            'move': f"{first['stock_move']} + new.n - 1",
            })


def _of_templates(column: str) -> list[int]:
    return [id_ for id_, in say(f'SELECT DISTINCT {column} FROM t_template')]


def _copy_moves(load: Load) -> None:
    """All that came, was made, went on, was thrown away or handed over.

    What was handed over comes first, so that its ids are those of the lines.
    """
    story, first = load.story, load.first
    get_id = Pool().get('ir.model.data').get_id
    sorting = get_id('aid_lot', 'location_resort')
    disposal = get_id('aid_lot', 'location_disposal')
    transit = get_id('stock', 'location_transit')
    line = f"{first['aid_basket_line']} + new.n - 1"
    copy('stock_move', _of_templates('move'),
        '(SELECT *, move AS template FROM t_line)', {
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
    whole = story.whole or dict.fromkeys(
        ['sent', 'arrived', 'disposed'], story.received)
    for source, template, values in [
            ('(SELECT * FROM t_lot WHERE NOT made)', story.received, {
                    'to_location': 'new.storage',
                    'to_branch': 'new.branch',
                    'origin': f"'aid.donation.line,' || ({donated})",
                    }),
            ("""(SELECT l.*, k.quantity AS part, l.made_on AS day
                FROM t_link k JOIN t_lot l ON l.n = k.parent)""",
                whole['sent'], {
                    **_inside('new.storage', sorting),
                    'from_branch': 'new.branch',
                    **_PART,
                    }),
            ("""(SELECT l.*, k.quantity AS part, l.made_on AS day
                FROM t_link k JOIN t_lot l ON l.n = k.lot)""",
                whole['arrived'], {
                    **_inside(sorting, 'new.storage'),
                    'to_branch': 'new.branch',
                    **_PART,
                    }),
            (_SHARES if story.whole else 't_share', whole['sent'], {
                    **_inside('new.out_of', transit),
                    'from_branch': 'new.from_branch',
                    'to_branch': 'new.branch',
                    **_shipment(load),
                    }),
            (_SHARES if story.whole else 't_share', whole['arrived'], {
                    **_inside(transit, 'new.storage'),
                    'from_branch': 'new.from_branch',
                    'to_branch': 'new.branch',
                    **_shipment(load),
                    }),
            (_DISPOSED if story.whole else """(
                SELECT *, disposed::float AS part, gone_on AS day
                FROM t_lot WHERE disposed > 0)""", whole['disposed'], {
                    **_inside('new.storage', disposal),
                    'from_branch': 'new.branch',
                    **_PART,
                    **({'origin': "'aid.disposal,' || ("
                        f"{first['aid_disposal']} + new.disposal - 1)"}
                        if story.whole else {}),
                    }),
            ]:
        copy('stock_move', template, source, {
                'id': f"{next_id('stock_move')} + row_number() OVER () - 1",
                'lot': f"{first['stock_lot']} + new.n - 1",
                'product': 'new.product',
                'quantity': 'new.quantity',
                'internal_quantity': 'new.quantity',
                'planned_date': 'new.date',
                'effective_date': 'new.date',
                **values})


#: A part of a lot, on another day than it came
_PART = {
    'quantity': 'new.part',
    'internal_quantity': 'new.part',
    'planned_date': 'new.day',
    'effective_date': 'new.day',
    }


def _inside(out_of, into) -> dict[str, str]:
    "What moves that are neither bought nor handed over have of their own"
    return {
        'from_location': str(out_of),
        'to_location': str(into),
        'from_branch': 'NULL::int',
        'to_branch': 'NULL::int',
        'origin': 'NULL',
        'shipment': 'NULL',
        'unit_price': 'NULL::numeric',
        'currency': 'NULL::int',
        }


# The papers of what moves from branch to branch, or out

_SHARES = """(
    SELECT s.*, p.n AS shipment FROM t_share s
    JOIN t_shipment p USING (from_branch, branch, date))"""
_DISPOSED = """(
    SELECT l.*, l.disposed::float AS part, l.gone_on AS day,
        p.n AS disposal
    FROM t_lot l
    JOIN t_disposal p ON p.branch = l.branch AND p.date = l.gone_on
    WHERE l.disposed > 0)"""


def _shipment(load: Load) -> dict[str, str]:
    if not load.story.whole:
        return {}
    first = load.first['stock_shipment_internal']
    return {
        'shipment': "'stock.shipment.internal,' ||"
        f" ({first} + new.shipment - 1)"}


def _steps_of_papers(load: Load) -> list[Step]:
    return [
        ("transfers", lambda: _copy_transfers(load)),
        ("disposals", lambda: _copy_disposals(load)),
        ]


def _copy_transfers(load: Load) -> None:
    "A transfer for each two branches and day"
    table('t_shipment', """
        SELECT row_number() OVER (
                ORDER BY date, from_branch, branch) AS n, *
        FROM (
            SELECT DISTINCT from_branch, out_of, branch, storage, date
            FROM t_share) s""")
    shipment = Pool().get('stock.shipment.internal')(
        load.story.whole['shipment'])
    with Transaction().set_context(company=shipment.company.id):
        numbers = Numbers(
            Pool().get('stock.configuration')(1).get_multivalue(
                'shipment_internal_sequence', company=shipment.company.id))
    first = load.first['stock_shipment_internal']
    copy('stock_shipment_internal', shipment.id, 't_shipment', {
            'id': f'{first} + new.n - 1',
            'number': numbers.sql('new.n - 1'),
            'from_location': 'new.out_of',
            'to_location': 'new.storage',
            'from_branch': 'new.from_branch',
            'to_branch': 'new.branch',
            **dict.fromkeys([
                    'planned_date', 'planned_start_date', 'effective_date',
                    'effective_start_date'], 'new.date'),
            })
    numbers.go_on(say('SELECT count(*) FROM t_shipment')[0][0])


def _copy_disposals(load: Load) -> None:
    "A disposal for each branch and day"
    whole, first = load.story.whole, load.first
    table('t_disposal', """
        SELECT row_number() OVER (ORDER BY date, branch) AS n, *
        FROM (
            SELECT DISTINCT branch, gone_on AS date
            FROM t_lot WHERE disposed > 0) d""")
    disposal = f"{first['aid_disposal']} - 1"
    copy('aid_disposal', whole['disposal'], 't_disposal', {
            'id': f'{disposal} + new.n',
            'branch': 'new.branch',
            'date': 'new.date',
            })
    copy('aid_disposal_line', whole['disposal_line'], _DISPOSED, {
            'id': f"{first['aid_disposal_line']} + row_number() OVER () - 1",
            'disposal': f'{disposal} + new.disposal',
            'lot': f"{first['stock_lot']} + new.n - 1",
            'location': 'new.storage',
            'quantity': 'new.part',
            })
