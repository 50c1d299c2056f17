"""Goods that end soon, and more of them than the next sessions can absorb.

Looked at once a day for the whole network: what ends, what will leave at the
usual rate before it does, and which branch near by could hand out the rest. A
click makes the transfer.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import islice

from sql import Literal
from sql.aggregate import Sum
from sql.functions import CurrentTimestamp

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval, If
from trytond.transaction import Transaction, without_check_access

from aid_branch.dated import RuleMixin
from aid_branch.named import visible
from aid_donation import transfer
from aid_lot.ending import Ending, ending

from . import absorb
from .absorb import Appetite, Good

#: Rows written by one statement
AT_ONCE = 500


class ExpiringRule(RuleMixin, ModelSQL, ModelView):
    "How far goods that end are looked ahead, and what is usual, from a day on"
    __name__ = 'aid.expiring.rule'

    days = fields.Integer(
        "Days Ahead", required=True, domain=[('days', '>=', 0)],
        help="Goods whose last day is further away are not looked at.")
    weeks = fields.Integer(
        "Weeks Back", required=True, domain=[('weeks', '>=', 1)],
        help="What was handed over on each weekday of so many weeks is what "
        "is usual.")
    worth = fields.Float(
        "Worth a Way (kg)", digits=(None, 3), required=True,
        domain=[('worth', '>=', 0)],
        help="A branch that can take less is not proposed, unless less is "
        "all there is.")

    @staticmethod
    def default_days() -> int:
        return 30

    @staticmethod
    def default_weeks() -> int:
        return 4

    @staticmethod
    def default_worth() -> float:
        return 5.

    def get_rec_name(self, name: str) -> str:
        return self.source or str(self.days)

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('source', *clause[1:])]


class Expiring(ModelSQL, ModelView):
    """Goods of a lot at a branch that end soon, as they were this morning.

    Both the branch where they lie and the one they could go to see it.
    Written anew each day by `look_ahead`.
    """
    __name__ = 'aid.expiring'

    _branch_scope = ('branch', 'to_branch')

    date = fields.Date("As Of", required=True, readonly=True)
    branch = fields.Many2One(
        'aid.branch', "Branch", required=True, readonly=True,
        ondelete='CASCADE')
    on_hand = fields.Many2One(
        'aid.lot.on_hand', "On Hand", required=True, readonly=True,
        ondelete='CASCADE')
    lot = fields.Many2One(
        'stock.lot', "Lot", required=True, readonly=True, ondelete='CASCADE')
    product = fields.Many2One(
        'product.product', "Product", required=True, readonly=True,
        ondelete='CASCADE')
    family = fields.Many2One(
        'aid.family', "Family", readonly=True, ondelete='SET NULL')
    icon = fields.Function(fields.Char("Picture"), 'get_icon')
    unit = fields.Function(
        fields.Many2One('product.uom', "Unit"), 'get_unit')
    quantity = fields.Float(
        "There", digits='unit', required=True, readonly=True)
    last_day = fields.Date(
        "Last Day", required=True, readonly=True,
        help="The last day the goods may be handed over.")
    absorbed = fields.Float(
        "Will Leave", digits='unit', required=True, readonly=True,
        help="What the sessions until then hand over at the usual rate, what "
        "ends first first.")
    surplus = fields.Float(
        "Too Much", digits='unit', required=True, readonly=True)
    to_branch = fields.Many2One(
        'aid.branch', "Could Go To", readonly=True, ondelete='SET NULL',
        help="The nearest branch that usually hands out enough of it.")
    offered = fields.Float("Of It", digits='unit', readonly=True)
    transfer = fields.Many2One(
        'stock.shipment.internal', "Transfer", readonly=True,
        ondelete='SET NULL')
    words = fields.Function(fields.Char("What to Do"), 'get_words')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._order = [('last_day', 'ASC'), ('id', 'ASC')]
        cls._sql_indexes.update({
                Index(table,
                    (table.branch, Index.Equality()),
                    (table.last_day, Index.Range())),
                Index(table, (table.to_branch, Index.Equality())),
                Index(table, (table.on_hand, Index.Equality())),
                })
        cls._buttons.update({
                'send': {
                    'invisible': ~Eval('to_branch') | Eval('transfer'),
                    'depends': ['to_branch', 'transfer'],
                    },
                'dispose': {
                    'invisible': ~Eval('surplus', 0),
                    'depends': ['surplus'],
                    },
                })

    @classmethod
    def view_attributes(cls) -> list:
        return super().view_attributes() + [
            ('/tree', 'visual',
                If(Eval('last_day', None) < Eval('date', None), 'danger',
                    If(Eval('surplus', 0) > 0, 'warning', ''))),
            ]

    def get_rec_name(self, name: str) -> str:
        return f'{self.lot.rec_name} @ {self.branch.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return ['OR',
            ('lot.rec_name', *clause[1:]),
            ('product.rec_name', *clause[1:]),
            ]

    @classmethod
    def get_icon(cls, rows, name: str) -> dict[int, str | None]:
        return {r.id: r.family.icon if r.family else None for r in rows}

    @classmethod
    def get_unit(cls, rows, name: str) -> dict[int, int]:
        return {r.id: r.product.default_uom.id for r in rows}

    @classmethod
    def get_words(cls, rows, name: str) -> dict[int, str]:
        "What to do with each, in a sentence"
        lang = Pool().get('ir.lang').get()
        return {row.id: row._words(lang) for row in rows}

    def _words(self, lang) -> str:
        unit = self.product.default_uom
        names = {
            'date': lang.strftime(self.last_day),
            'branch': self.branch.rec_name,
            'surplus': lang.format_number_symbol(self.surplus, unit),
            }
        if self.last_day < self.date:
            return gettext('aid_basket.msg_expiring_past', **names)
        if self.to_branch:
            here = Transaction().context.get('branch')
            key = (
                'sending' if self.transfer
                else 'take' if here == self.to_branch.id else 'send')
            return gettext(
                f'aid_basket.msg_expiring_{key}', **names,
                offered=lang.format_number_symbol(self.offered, unit),
                to=self.to_branch.rec_name)
        key = 'too_much' if self.surplus else 'first'
        return gettext(f'aid_basket.msg_expiring_{key}', **names)

    # What one does about it

    @classmethod
    @ModelView.button_action('aid_donation.act_transfer')
    def send(cls, rows) -> dict:
        """Prepare the transfers that are proposed, one for each pair.

        The goods leave when whoever holds them presses *Send* on it.

        :return: how to open them
        """
        pairs = defaultdict(list)
        for row in visible(rows):
            if row.to_branch and not row.transfer:
                pairs[row.branch, row.to_branch].append(row)
        made = []
        with without_check_access():
            for (from_, to), some in pairs.items():
                shipment = transfer.prepare(
                    from_, to, [(r.lot, r.offered) for r in some])
                cls.write(some, {'transfer': shipment.id})
                made.append(shipment.id)
        return {'res_id': made} if made else {}

    @classmethod
    @ModelView.button_action('aid_basket.wizard_expiring_dispose')
    def dispose(cls, rows) -> None:
        "Take what cannot be eaten in time out of the branch"

    # The daily look

    @classmethod
    @without_check_access
    def look_ahead(cls) -> None:
        """See anew what ends soon, in the whole network.

        Costs a handful of statements, and one for each 500 rows it writes.
        """
        pool = Pool()
        Rule = pool.get('aid.expiring.rule')
        today = pool.get('ir.date').today()
        table = cls.__table__()
        Transaction().connection.cursor().execute(*table.delete())
        if not (rule := Rule.at(today)):
            return
        look = Look(rule, today, ending(rule.days))
        cls._insert(look.rows())

    @classmethod
    def _insert(cls, rows) -> None:
        table = cls.__table__()
        cursor = Transaction().connection.cursor()
        names = [
            'date', 'branch', 'on_hand', 'lot', 'product', 'family',
            'quantity', 'last_day', 'absorbed', 'surplus', 'to_branch',
            'offered']
        columns = [getattr(table, name) for name in names]
        stamps = [table.create_uid, table.create_date]
        rows = iter(rows)
        while some := list(islice(rows, AT_ONCE)):
            cursor.execute(*table.insert(columns + stamps, [
                        [*row, Literal(Transaction().user),
                            CurrentTimestamp()]
                        for row in some]))


class Look:
    """What a look at the whole network found, branch by branch.

    What transfers under way take away or bring counts as if it had arrived.

    :param endings: the goods that end soon
    """

    def __init__(self, rule, today: dt.date, endings: list[Ending]) -> None:
        Branch = Pool().get('aid.branch')
        branches = Branch.search([('has_stock', '=', True)])
        self.today = {b.id: b.today() for b in branches}
        self.paths = {
            b.id: (f'company {b.company.id}', *b.lineage) for b in branches}
        self.places = {b.id: b.place for b in branches if b.place}
        self.appetites = {
            key: Appetite.of(by_day, rule.weeks) for key, by_day
            in handed_over(today, rule.weeks).items() if key[0] in self.today}
        self.worth = rule.worth
        self.endings = endings = [
            e for e in endings if e.on_hand.branch.id in self.today]
        leaving, coming = transfer.planned()
        self.there = {}
        for each in endings:
            row = each.on_hand
            key = row.branch, row.lot
            gone = min(row.quantity, leaving.get(key, 0))
            leaving[key] = leaving.get(key, 0) - gone
            self.there[row.id] = round(row.quantity - gone, 6)
        self.goods = {
            each.on_hand.id: self._good(
                each.on_hand.id, each.on_hand.branch, each.on_hand.lot,
                self.there[each.on_hand.id], each.last_day)
            for each in endings if self.there[each.on_hand.id]}
        # What is on the way is not there before tomorrow
        self.coming = [
            self._good(
                ('coming', n), branch, lot, quantity, last
                )._replace(first=today + absorb.DAY)
            for n, (branch, lot, quantity) in enumerate(coming)
            if (last := lot.last_day(today))]

    @staticmethod
    def _good(key, branch, lot, quantity: float, last: dt.date) -> Good:
        product = lot.product
        return Good(
            key, branch.id, product.family.id if product.family else None,
            product.to_kg(quantity, product.default_uom) or 0, last)

    def rows(self):
        "The values of a row for each of the goods, in their order"
        eaten = absorb.absorb(
            [*self.goods.values(), *self.coming], self.appetites, self.today)
        over = [
            good._replace(kg=left) for key, good in self.goods.items()
            if good.last > self.today[good.branch]
            and (left := round(good.kg - eaten[key], 3)) > 0]
        offers = absorb.offer(
            over, self.appetites, self.paths, self.today, self.worth,
            self.places)
        for each in self.endings:
            row = each.on_hand
            if row.id not in self.goods:
                continue
            kg, there = self.goods[row.id].kg, self.there[row.id]
            whole = row.product.default_uom.rounding >= 1
            if kg:
                absorbed = absorb.in_unit(eaten[row.id], there, kg, whole)
            else:
                # Nobody knows what it weighs
                past = each.last_day < self.today[row.branch.id]
                absorbed = 0 if past else there
            offer = offers.get(row.id)
            offered = (
                absorb.in_unit(offer.kg, there, kg, whole) if offer else 0)
            yield [
                self.today[row.branch.id], row.branch.id, row.id, row.lot.id,
                row.product.id, row.family.id if row.family else None, there,
                each.last_day, absorbed, round(there - absorbed, 3),
                offer.branch if offered else None, offered or None]


def handed_over(today: dt.date, weeks: int) -> dict:
    """What each branch handed over of each family in whole *weeks* before.

    One statement for the whole network; only the baskets of these weeks are
    read.

    :return: {(branch id, family id): {day: kilograms}}
    """
    pool = Pool()
    session = pool.get('aid.distribution.session').__table__()
    basket = pool.get('aid.basket').__table__()
    line = pool.get('aid.basket.line').__table__()
    product = pool.get('product.product').__table__()
    template = pool.get('product.template').__table__()
    keys = [session.branch, template.family, session.date]
    cursor = Transaction().connection.cursor()
    cursor.execute(*session
        .join(basket, condition=basket.session == session.id)
        .join(line, condition=line.basket == basket.id)
        .join(product, condition=line.product == product.id)
        .join(template, condition=product.template == template.id)
        .select(
            *keys, Sum(line.kg), group_by=keys,
            where=(session.date >= today - dt.timedelta(weeks=weeks))
            & (session.date < today)
            & (basket.state == 'done')))
    result: dict = defaultdict(dict)
    for branch, family, day, kg in cursor:
        result[branch, family][day] = kg or 0
    return dict(result)


class Session(metaclass=PoolMeta):
    __name__ = 'aid.distribution.session'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        # What is usual is asked for the last weeks of all branches
        cls._sql_indexes.add(Index(table, (table.date, Index.Range())))


class Dispose(metaclass=PoolMeta):
    __name__ = 'aid.lot.dispose'

    def chosen(self) -> list:
        if self.model.__name__ != 'aid.expiring':
            return super().chosen()
        return [row.on_hand for row in visible(self.records)]

    def transition_dispose(self) -> str:
        state = super().transition_dispose()
        if self.model.__name__ == 'aid.expiring':
            Expiring = Pool().get('aid.expiring')
            with without_check_access():
                Expiring.delete(list(self.records))
        return state
