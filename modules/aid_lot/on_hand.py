"""What is left of each lot in each place.

The moves are the truth.  This index beside them follows them in the
transaction that does or cancels them, so that "what is left here" never adds
up moves; :meth:`OnHand.differences` compares the two.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from sql import Column, Conflict, For, Literal, Null, Table, Union
from sql.aggregate import Sum
from sql.conditionals import Case, Coalesce
from sql.functions import Abs, CurrentTimestamp, Round
from sql.operators import And, Or

from trytond.i18n import gettext
from trytond.model import Check, Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import Transaction, without_check_access

from aid_branch.named import visible
from aid_branch.reading import as_date, forget_read, look_through

from .exceptions import InsufficientQuantityError
from .location import inside

# Quantities are binary fractions: beyond this digit there is only noise, and
# no unit of measure is finer
DIGITS = 6
FRESHNESSES = [
    ('past', "Past"),
    ('today', "Today or Tomorrow"),
    ('look', "To Look At"),
    ('soon', "This Week"),
    ('later', "Later"),
    ('none', "No Date"),
    ]
Key = tuple[int, int]


class Difference(NamedTuple):
    "Where the index disagrees with the moves"
    location: int
    lot: int
    #: sum of the done moves, in the default unit of the product
    expected: float
    #: what the index says
    found: float


class OnHand(ModelSQL, ModelView):
    "How much of a lot lies at a location"
    __name__ = 'aid.lot.on_hand'

    _branch_scope = ('branch',)
    _branch_scope_empty = True
    first_expired_order = [('expiry', 'ASC NULLS LAST'), ('lot', 'ASC')]

    lot = fields.Many2One(
        'stock.lot', "Lot", required=True, readonly=True, ondelete='CASCADE')
    location = fields.Many2One(
        'stock.location', "Location",
        required=True, readonly=True, ondelete='CASCADE')
    product = fields.Many2One(
        'product.product', "Product",
        required=True, readonly=True, ondelete='CASCADE')
    family = fields.Many2One(
        'aid.family', "Family", readonly=True, ondelete='SET NULL')
    branch = fields.Many2One(
        'aid.branch', "Branch", readonly=True, ondelete='SET NULL')
    quantity = fields.Float(
        "Quantity", digits='unit', required=True, readonly=True)
    unit = fields.Function(
        fields.Many2One('product.uom', "Unit"), 'get_product')
    expiry = fields.Date(
        "Date", readonly=True,
        help="The earliest of the use-by and the best-before date.")
    freshness = fields.Function(
        fields.Selection(FRESHNESSES, "Freshness", sort=False),
        'get_freshness')
    look_again = fields.Function(
        fields.Boolean(
            "To Look At",
            help="No date, and nobody looked for as many days as the family "
            "says."),
        'get_look_again', searcher='search_look_again')
    finish_first = fields.Function(
        fields.Boolean(
            "To Finish First",
            help="Few days are left, or somebody should look at the goods."),
        'get_finish_first', searcher='search_finish_first')
    use_by = fields.Function(fields.Date("Use by"), 'get_lot')
    best_before = fields.Function(fields.Date("Best before"), 'get_lot')
    supply_source = fields.Function(
        fields.Many2One('aid.supply.source', "Supply Source"), 'get_lot',
        searcher='search_lot')
    donor = fields.Function(
        fields.Many2One('party.party', "Donor or Supplier"), 'get_lot',
        searcher='search_lot')
    icon = fields.Function(fields.Char("Picture"), 'get_icon')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('location_lot_unique', Unique(table, table.location, table.lot),
                'aid_lot.msg_on_hand_unique'),
            ('quantity_positive', Check(table, table.quantity >= 0),
                'aid_lot.msg_on_hand_positive'),
            ]
        cls._sql_indexes.update({
                Index(table,
                    (table.branch, Index.Equality()),
                    (table.expiry, Index.Range()),
                    where=table.quantity > 0),
                Index(table,
                    (table.location, Index.Equality()),
                    (table.product, Index.Equality()),
                    (table.expiry, Index.Range()),
                    where=table.quantity > 0),
                Index(table, (table.lot, Index.Equality())),
                Index(table, (table.product, Index.Equality())),
                # What was there until lately, see found.free_goods
                Index(table,
                    (table.branch, Index.Equality()),
                    (table.family, Index.Equality())),
                })
        cls._order.insert(0, ('expiry', 'ASC NULLS LAST'))

        cls._buttons.update({
                'resort': {
                    'invisible': ~Eval('freshness').in_(['past', 'today']),
                    'depends': ['freshness'],
                    },
                'looked': {
                    'invisible': ~Eval('look_again', False),
                    'depends': ['look_again'],
                    },
                })

    @classmethod
    def view_attributes(cls) -> list:
        return super().view_attributes() + [
            ('/tree', 'visual',
                If(Eval('freshness') == 'past', 'danger',
                    If(Eval('freshness').in_(['today', 'look']), 'warning',
                        If(Eval('freshness') == 'later', 'success', '')))),
            ]

    def get_rec_name(self, name: str) -> str:
        return f'{self.lot.rec_name} @ {self.location.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('lot.rec_name', *clause[1:]),
            ('product.rec_name', *clause[1:]),
            ('family.rec_name', *clause[1:]),
            ]

    @classmethod
    def get_product(cls, records, name: str) -> dict[int, int]:
        return {r.id: r.product.default_uom.id for r in records}

    @classmethod
    def get_lot(cls, records, names: list[str]) -> dict[str, dict]:
        of_lot = {
            'use_by': 'shelf_life_expiration_date',
            'best_before': 'expiration_date',
            }
        values: dict[str, dict] = {}
        for name in names:
            field = cls._fields[name]
            values[name] = {}
            for record in records:
                value = getattr(record.lot, of_lot.get(name, name))
                if field._type == 'many2one':
                    value = value.id if value else None
                values[name][record.id] = value
        return values

    @classmethod
    def search_lot(cls, name: str, clause) -> list:
        return [('lot.' + clause[0], *clause[1:])]

    @classmethod
    def get_icon(cls, records, name: str) -> dict[int, str | None]:
        return {r.id: r.family.icon if r.family else None for r in records}

    @classmethod
    def get_freshness(cls, records, name: str) -> dict[int, str]:
        look = cls.get_look_again(records, 'look_again')
        today: dict = {}
        result = {}
        for record in records:
            if record.branch not in today:
                today[record.branch] = today_at(record.branch)
            result[record.id] = (
                'look' if look[record.id]
                else freshness(record.expiry, today[record.branch]))
        return result

    @classmethod
    def get_look_again(cls, records, name: str) -> dict[int, bool]:
        today: dict = {}
        result = {}
        for record in records:
            if record.branch not in today:
                today[record.branch] = today_at(record.branch)
            day = (
                None if record.expiry
                else record.lot.look_again_on(today[record.branch]))
            result[record.id] = bool(day and day <= today[record.branch])
        return result

    @classmethod
    def search_look_again(cls, name: str, clause) -> list:
        return cls._whether(_to_look(*_terms()), clause)

    @classmethod
    def get_finish_first(cls, records, name: str) -> dict[int, bool]:
        look = cls.get_look_again(records, 'look_again')
        _, terms = _terms()
        today: dict = {}
        result = {}
        for record in records:
            if record.branch not in today:
                today[record.branch] = today_at(record.branch)
            within = dt.timedelta(days=_within(terms.get(record.family)))
            result[record.id] = look[record.id] or bool(
                record.expiry
                and record.expiry <= today[record.branch] + within)
        return result

    @classmethod
    def search_finish_first(cls, name: str, clause) -> list:
        today, terms = _terms()
        of_days = defaultdict(list)
        for family, term in terms.items():
            of_days[_within(term)].append(family.id)
        domain: list = ['OR', _to_look(today, terms), [
                ('family', '=', None),
                ('expiry', '<=', today + dt.timedelta(days=_within(None))),
                ]]
        for days, families in of_days.items():
            domain.append([
                    ('family', 'in', families),
                    ('expiry', '<=', today + dt.timedelta(days=days)),
                    ])
        return cls._whether(domain, clause)

    @classmethod
    def _whether(cls, domain: list, clause) -> list:
        "The *domain* or its contrary, as the *clause* of a yes or no asks"
        _, operator, value = clause
        if (operator == '=') == bool(value):
            return domain
        return [('id', 'not in', cls.search(domain, query=True, order=[]))]

    @classmethod
    @ModelView.button_action('aid_lot.wizard_resort')
    def resort(cls, records) -> None:
        "Sort goods of mixed dates again"

    @classmethod
    @ModelView.button
    def looked(cls, records) -> None:
        "Somebody looked at goods without a date: they are still good"
        Lot = Pool().get('stock.lot')
        of_day = defaultdict(list)
        for record in visible(records):
            of_day[today_at(record.branch)].append(record.lot)
        to_write: list = []
        for day, lots in of_day.items():
            to_write += [lots, {'looked_on': day}]
        if to_write:
            Lot.write(*to_write)

    # What is there

    def refusal(self, date: dt.date) -> str | None:
        "Why what lies here may not be handed over on *date*, or None"
        return self.lot.refusal(date)

    @classmethod
    def in_branch(
            cls, branch, products=None, families=None, lots=()) -> list:
        """What *branch* may hand over, first expired first.

        :param branch: an ``aid.branch``; without a storage it has nothing.
            Goods in quarantine are not counted
        :param products: only these ``product.product``
        :param families: only these ``aid.family``
        :param lots: these ``stock.lot`` beside the *products*
        :return: records with a quantity; whoever is past its date is among
            them, see ``lot.refusal``
        """
        if not branch.storage:
            return []
        domain = cls.in_branch_domain(branch)
        if products is not None:
            goods = [('product', 'in', [int(p) for p in products])]
            if lots:
                goods.append(('lot', 'in', [int(l) for l in lots]))
            domain.append(['OR', *goods])
        if families is not None:
            domain.append(('family', 'in', [int(f) for f in families]))
        return cls.search(domain, order=cls.first_expired_order)

    @staticmethod
    def in_branch_domain(branch) -> list:
        "Domain of what *branch*, which has a storage, may hand over"
        return [
            ('branch', '=', branch.id),
            ('location', 'in', inside(branch.storage.id)),
            ('quantity', '>', 0),
            ]

    @staticmethod
    def in_branch_clause(table, branch):
        "The same of the rows of *table*, for who asks by SQL"
        return (
            (table.branch == branch.id)
            & table.location.in_(inside(branch.storage.id))
            & (table.quantity > 0))

    @classmethod
    def most_of(cls, lot, branch):
        "The record of the place in *branch* where most of *lot* lies, or None"
        rows = cls.search([
                ('lot', '=', lot.id),
                ('branch', '=', branch.id),
                ('quantity', '>', 0),
                ], order=[('quantity', 'DESC')], limit=1)
        return rows[0] if rows else None

    # Follow the moves

    @classmethod
    def follow(cls, moves, direction: int, held=frozenset()) -> None:
        """Bring the index in step with *moves*.

        :param direction: 1 for moves just done, -1 for done moves cancelled
        :param held: see `change`
        :raises InsufficientQuantityError: if less would be left than nothing
        """
        deltas: dict[Key, float] = defaultdict(float)
        for move in moves:
            if not move.lot or not move.internal_quantity:
                continue
            quantity = direction * move.internal_quantity
            if move.from_location.type == 'storage':
                deltas[move.from_location.id, move.lot.id] -= quantity
            if move.to_location.type == 'storage':
                deltas[move.to_location.id, move.lot.id] += quantity
        cls.change(deltas, held)

    @classmethod
    @without_check_access
    def change(cls, deltas: dict[Key, float], held=frozenset()) -> None:
        """Add *deltas* to what is on hand, all or nothing.

        Takes at most one statement to lock, one to take away and one to add,
        however many lots change.

        :param deltas: {(location id, lot id): quantity in the default unit}
        :param held: the keys that this transaction has locked already
        :raises InsufficientQuantityError: if less would be left than nothing
        """
        deltas = {
            key: round(delta, DIGITS) for key, delta in deltas.items()
            if round(delta, DIGITS)}
        if not deltas:
            return
        known = held if Transaction().database.has_select_for() else ()
        there = None if deltas.keys() <= set(known) else cls.hold(deltas)
        less = {key: -delta for key, delta in deltas.items() if delta < 0}
        if less:
            cls._take(less, there)
        more = {key: delta for key, delta in deltas.items() if delta > 0}
        if more:
            cls._add(more)
        forget_read(cls)

    @classmethod
    def hold(cls, keys: Iterable[Key]) -> dict[Key, float]:
        """Lock the rows of *keys*, waiting for whoever has them.

        Always in the order of (location, lot), so that two tills never wait
        for each other.  Where the database has no row locks it only reads.

        :param keys: (location id, lot id)
        :return: what is there for each key
        """
        transaction = Transaction()
        there = dict.fromkeys(sorted(set(keys)), 0.0)
        if not there:
            return there
        table = cls.__table__()
        query = table.select(
            table.location, table.lot, table.quantity,
            where=_is_one_of(table, there),
            order_by=[table.location.asc, table.lot.asc])
        if transaction.database.has_select_for():
            query.for_ = For('UPDATE')
        cursor = transaction.connection.cursor()
        cursor.execute(*query)
        for location, lot, quantity in cursor:
            there[location, lot] = quantity
        return there

    @classmethod
    def hold_goods(cls, wanted: dict) -> dict[int, list]:
        """Lock what branches may hand over, waiting for whoever has it.

        In one statement that reads it too and, as `hold`, in the order of
        (location, lot). Where the database has no row locks it only reads.

        :param wanted: ``aid.branch`` → ids of ``product.product``, of which
            all is wanted, and ids of ``stock.lot``, wanted beside
        :return: branch id → records, first expired first, as `in_branch`
        """
        transaction = Transaction()
        held: dict[int, list] = {branch.id: [] for branch in wanted}
        conditions = [
            cls._on_shelf(branch, *goods) for branch, goods in wanted.items()
            if branch.storage and any(goods)]
        if not conditions:
            return held
        table = cls.__table__()
        names = ['branch', 'location', 'lot', 'product', 'expiry', 'quantity']
        query = table.select(
            table.id, *(Column(table, name) for name in names),
            where=Or([condition(table) for condition in conditions]),
            order_by=[table.location.asc, table.lot.asc])
        if transaction.database.has_select_for():
            query.for_ = For('UPDATE')
        cursor = transaction.connection.cursor()
        cursor.execute(*query)
        known = transaction.get_cache()[cls.__name__]
        ids = []
        for id_, *values in cursor.fetchall():
            row = dict(zip(names, values))
            row['expiry'] = as_date(row['expiry'])
            known[id_]._update(row)
            ids.append((row['expiry'] or dt.date.max, row['lot'], id_))
        records = cls.browse([id_ for _, _, id_ in sorted(ids)])
        look_through(records, 'location')
        for record in records:
            held[known[record.id]['branch']].append(record)
        return held

    @classmethod
    def _on_shelf(cls, branch, products: set[int], lots: set[int]):
        "Condition, of a table, of what *branch* may hand over of them"
        def condition(table):
            goods = Or([
                    _in(column, some) for column, some in [
                        (table.product, products), (table.lot, lots)]
                    if some])
            return cls.in_branch_clause(table, branch) & goods
        return condition

    @classmethod
    def hold_lots(cls, lots: Iterable[int]) -> None:
        """Lock all rows of *lots*, in the same order as `hold`.

        Whoever is taking some of them away finishes first; whoever comes next
        waits. Where the database has no row locks there is nothing to do.

        :param lots: ids of ``stock.lot``
        """
        transaction = Transaction()
        table = cls.__table__()
        lots = list(lots)
        if not lots or not transaction.database.has_select_for():
            return
        transaction.connection.cursor().execute(*table.select(
                table.id, where=fields.SQL_OPERATORS['in'](table.lot, lots),
                order_by=[table.location.asc, table.lot.asc],
                for_=For('UPDATE')))

    @classmethod
    def _take(
            cls, less: dict[Key, float],
            there: dict[Key, float] | None) -> None:
        """Take *less* away where there is enough.

        *there* is what was read, to name what is missing; what decides is the
        condition of the update. Where nothing was read it is read then.
        """
        if there is not None:
            cls._check_enough(less, there)
        table = cls.__table__()
        cursor = Transaction().connection.cursor()
        left = _rounded(table.quantity - Case(
                *((_is(table, key), quantity)
                    for key, quantity in sorted(less.items())),
                else_=0.0))
        update = table.update(
            [table.quantity, table.write_date, table.write_uid],
            [left, CurrentTimestamp(), Transaction().user],
            where=_is_one_of(table, less) & (left >= 0))
        if there is None:
            update.returning = [table.location, table.lot]
        cursor.execute(*update)
        if cursor.rowcount == len(less):
            return
        if there is None:
            taken = set(cursor.fetchall())
            less = {key: less[key] for key in less.keys() - taken}
            cls._check_enough(less, cls.hold(less))
        # Someone was faster between the read and the update
        cls._check_enough(less, dict.fromkeys(less, 0.0))

    @classmethod
    def _check_enough(
            cls, less: dict[Key, float], there: dict[Key, float]) -> None:
        "Name the first lot of which *there* is not enough"
        pool = Pool()
        Lot = pool.get('stock.lot')
        Location = pool.get('stock.location')
        Lang = pool.get('ir.lang')
        for key, quantity in sorted(less.items()):
            if round(there[key] - quantity, DIGITS) >= 0:
                continue
            lang = Lang.get()
            location, lot = Location(key[0]), Lot(key[1])
            unit = lot.product.default_uom
            raise InsufficientQuantityError(gettext(
                    'aid_lot.msg_insufficient_quantity',
                    lot=lot.rec_name,
                    product=lot.product.rec_name,
                    location=location.rec_name,
                    wanted=lang.format_number_symbol(quantity, unit),
                    there=lang.format_number_symbol(there[key], unit)))

    @classmethod
    def _add(cls, more: dict[Key, float]) -> None:
        "Add *more*, making the rows that are not there yet"
        pool = Pool()
        Lot = pool.get('stock.lot')
        Location = pool.get('stock.location')
        transaction = Transaction()
        table = cls.__table__()
        lots = {l.id: l for l in Lot.browse({lot for _, lot in more})}
        locations = {
            l.id: l for l in Location.browse({place for place, _ in more})}
        rows = []
        for (location_id, lot_id), quantity in sorted(more.items()):
            lot = lots[lot_id]
            branch = locations[location_id].branch
            rows.append([
                    location_id, lot_id, lot.product.id,
                    lot.family.id if lot.family else Null,
                    branch.id if branch else Null,
                    lot.expiry or Null,
                    quantity, transaction.user, CurrentTimestamp()])
        transaction.connection.cursor().execute(*table.insert(
                [table.location, table.lot, table.product, table.family,
                    table.branch, table.expiry, table.quantity,
                    table.create_uid, table.create_date],
                rows,
                on_conflict=Conflict(
                    table, [table.location, table.lot],
                    columns=[
                        table.quantity, table.write_date, table.write_uid],
                    values=[
                        _rounded(table.quantity + _PROPOSED.quantity),
                        CurrentTimestamp(), transaction.user])))

    # Rebuild and check

    @classmethod
    def _from_moves(cls):
        "Query of location, lot and quantity as the done moves have it"
        pool = Pool()
        Move = pool.get('stock.move')
        Location = pool.get('stock.location')
        queries = []
        for end, sign in [('to_location', 1), ('from_location', -1)]:
            move = Move.__table__()
            place = Location.__table__()
            queries.append(move
                .join(place, condition=getattr(move, end) == place.id)
                .select(
                    place.id.as_('location'),
                    move.lot.as_('lot'),
                    (move.internal_quantity * sign).as_('quantity'),
                    where=(move.state == 'done')
                    & (move.lot != Null)
                    & (place.type == 'storage')))
        union = Union(*queries, all_=True)
        return union.select(
            union.location.as_('location'),
            union.lot.as_('lot'),
            _rounded(Sum(union.quantity)).as_('quantity'),
            group_by=[union.location, union.lot])

    @classmethod
    def differences(cls) -> list[Difference]:
        "Where the index disagrees with the sum of the done moves"
        table = cls.__table__()
        moved = cls._from_moves()
        both = Union(
            moved.select(
                moved.location.as_('location'), moved.lot.as_('lot'),
                moved.quantity.as_('expected'), Literal(0.0).as_('found')),
            table.select(
                table.location.as_('location'), table.lot.as_('lot'),
                Literal(0.0).as_('expected'), table.quantity.as_('found')),
            all_=True)
        cursor = Transaction().connection.cursor()
        cursor.execute(*both.select(
                both.location, both.lot,
                Sum(both.expected), Sum(both.found),
                group_by=[both.location, both.lot],
                having=Abs(Sum(both.expected) - Sum(both.found))
                >= 10 ** -DIGITS,
                order_by=[both.location, both.lot]))
        return [
            Difference(location, lot, float(expected), float(found))
            for location, lot, expected, found in cursor]

    @classmethod
    @without_check_access
    def rebuild(cls) -> list[Difference]:
        """Make the index again from the moves.

        :return: what differed before.  Rows of nothing are dropped
        """
        pool = Pool()
        Lot = pool.get('stock.lot')
        Location = pool.get('stock.location')
        Product = pool.get('product.product')
        Template = pool.get('product.template')
        differences = cls.differences()
        table = cls.__table__()
        cursor = Transaction().connection.cursor()
        cursor.execute(*table.delete())
        moved = cls._from_moves()
        lot, location = Lot.__table__(), Location.__table__()
        product, template = Product.__table__(), Template.__table__()
        cursor.execute(*table.insert(
                [table.location, table.lot, table.product, table.family,
                    table.branch, table.expiry, table.quantity,
                    table.create_uid, table.create_date],
                moved
                .join(lot, condition=moved.lot == lot.id)
                .join(location, condition=moved.location == location.id)
                .join(product, condition=lot.product == product.id)
                .join(template, condition=product.template == template.id)
                .select(
                    moved.location, moved.lot, lot.product, template.family,
                    location.branch, _earliest(lot), moved.quantity,
                    Literal(Transaction().user), CurrentTimestamp(),
                    where=moved.quantity > 0)))
        forget_read(cls)
        return differences

    @classmethod
    @without_check_access
    def refresh(cls, lots=(), products=(), locations=()) -> None:
        "Bring date, family and branch in step with what they come from"
        pool = Pool()
        Lot = pool.get('stock.lot')
        Location = pool.get('stock.location')
        Product = pool.get('product.product')
        Template = pool.get('product.template')
        table = cls.__table__()
        cursor = Transaction().connection.cursor()
        if lots:
            lot = Lot.__table__()
            cursor.execute(*table.update(
                    [table.expiry],
                    [lot.select(_earliest(lot), where=lot.id == table.lot)],
                    where=_in(table.lot, lots)))
        if products:
            product, template = Product.__table__(), Template.__table__()
            cursor.execute(*table.update(
                    [table.family],
                    [product.join(template,
                            condition=product.template == template.id)
                        .select(template.family,
                            where=product.id == table.product)],
                    where=_in(table.product, products)))
        if locations:
            location = Location.__table__()
            cursor.execute(*table.update(
                    [table.branch],
                    [location.select(location.branch,
                            where=location.id == table.location)],
                    where=_in(table.location, locations)))
        forget_read(cls)


class _Proposed(Table):
    """The row that a conflict kept out.

    As ``sql.Excluded``, whose quoted capitals PostgreSQL does not find.
    """
    __slots__ = ()
    alias = 'excluded'
    has_alias = False


_PROPOSED = _Proposed('excluded')


def _terms() -> tuple[dt.date, dict]:
    "Today, and the terms of all the families: there are a dozen"
    pool = Pool()
    Family = pool.get('aid.family')
    today = pool.get('ir.date').today()
    return today, {f: f.term_at(today) for f in Family.search([])}


def _within(term) -> int:
    "How many days before their date goods are handed out first"
    Term = Pool().get('aid.family.term')
    return term.finish_within if term else Term.default_finish_within()


def _to_look(today: dt.date, terms: dict) -> list:
    "Domain of the goods without a date that nobody looked at lately"
    domain: list = ['OR']
    for family, term in terms.items():
        if not term or not term.look_again_after:
            continue
        before = today - dt.timedelta(days=term.look_again_after)
        end = dt.datetime.combine(before + dt.timedelta(days=1), dt.time())
        domain.append([
                ('family', '=', family.id),
                ['OR',
                    ('lot.looked_on', '<=', before),
                    [
                        ('lot.looked_on', '=', None),
                        ('lot.create_date', '<', end),
                        ],
                    ],
                ])
    return [
        ('expiry', '=', None),
        domain if len(domain) > 1 else ('id', '<', 0),
        ]


def today_at(branch) -> dt.date:
    "The date at *branch*, or of the company where there is no branch"
    return branch.today() if branch else Pool().get('ir.date').today()


def freshness(expiry: dt.date | None, today: dt.date) -> str:
    "How near *expiry* is, as one of ``FRESHNESSES``"
    if expiry is None:
        return 'none'
    left = (expiry - today).days
    if left < 0:
        return 'past'
    if left <= 1:
        return 'today'
    return 'soon' if left <= 7 else 'later'


def _is(table, key: Key):
    location, lot = key
    return (table.location == location) & (table.lot == lot)


def _is_one_of(table, keys: Iterable[Key]):
    "Expression that finds the rows of *keys* through the unique index"
    lots_of: dict[int, list[int]] = defaultdict(list)
    for location, lot in sorted(keys):
        lots_of[location].append(lot)
    return Or([
            And([table.location == location, _in(table.lot, lots)])
            for location, lots in lots_of.items()])


def _in(column, records):
    return fields.SQL_OPERATORS['in'](column, [int(r) for r in records])


def _rounded(expression):
    "*expression* without the noise of binary fractions, on any database"
    return fields.Float('rounded').sql_cast(
        Round(fields.Numeric('rounded').sql_cast(expression), DIGITS))


def _earliest(lot):
    "The earliest of the dates of *lot*, in SQL"
    use_by, best_before = lot.shelf_life_expiration_date, lot.expiration_date
    return Case(
        (use_by <= best_before, use_by),
        else_=Coalesce(best_before, use_by))
