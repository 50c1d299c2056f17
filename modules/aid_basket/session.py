"""One opening of one till: a float, baskets, money counted, figures kept."""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from sql import Literal
from sql.aggregate import Count, Sum

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Workflow, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Bool, Eval
from trytond.transaction import Transaction, without_check_access

from aid_branch.scope import BranchMixin

from .cash import REASONS
from .exceptions import BasketAccessError, SessionError
from .own_transaction import own_transaction, read_again
from .person import PeopleMixin
from .printing import PrintingMixin
from .queue import QueueMixin

#: What a session adds up; each has a frozen twin once it is closed.
FIGURES = [
    'baskets_count', 'people_count', 'kg', 'market_value', 'asked',
    'granted', 'cash_taken', 'card_taken']


def _figure(name: str, label: str):
    "The pair of fields of one figure: as it stands, and as it was frozen"
    if name.endswith('_count'):
        def make(text):
            return fields.Integer(text, readonly=True)
    elif name == 'kg':
        def make(text):
            return fields.Float(text, digits=(None, 3), readonly=True)
    else:
        def make(text):
            return Monetary(
                text, currency='currency', digits='currency', readonly=True)
    return fields.Function(make(label), 'get_figures'), make(label)


class Session(
        PeopleMixin, PrintingMixin, QueueMixin, BranchMixin, Workflow,
        ModelSQL, ModelView):
    """A distribution session: one till of a branch, from opening to closing.

    Several may be open at once. Closing counts the cash and freezes the
    figures; the session becomes posted by itself when the accounts have
    caught up with it.
    """
    __name__ = 'aid.distribution.session'

    _states = {'readonly': Eval('state') != 'open'}

    date = fields.Date("Date", required=True, states=_states)
    till = fields.Char("Till", required=True, states=_states)
    state = fields.Selection([
            ('open', "Open"),
            ('closed', "Closed"),
            ('posted', "Posted"),
            ], "State", required=True, readonly=True, sort=False)
    paper = fields.Selection([
            ('ticket', "Ticket 80 mm"),
            ('a4', "A4 Sheet"),
            ], "Paper", required=True, sort=False, states=_states,
        help="What comes out when a basket is checked out.")
    opened_by = fields.Many2One(
        'res.user', "Opened By", readonly=True, ondelete='RESTRICT')
    opened_at = fields.DateTime("Opened At", readonly=True)
    closed_by = fields.Many2One(
        'res.user', "Closed By", readonly=True, ondelete='RESTRICT',
        states={'invisible': Eval('state') == 'open'})
    closed_at = fields.DateTime(
        "Closed At", readonly=True,
        states={'invisible': Eval('state') == 'open'})
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    cash_float = Monetary(
        "Cash at Opening", currency='currency', digits='currency',
        required=True, states=_states)
    cash_expected = fields.Function(
        Monetary(
            "Cash Expected", currency='currency', digits='currency',
            help="Cash at opening and what was taken since."),
        'get_cash_expected')
    cash_counted = Monetary(
        "Cash Counted", currency='currency', digits='currency',
        states=_states)
    cash_difference = fields.Function(
        Monetary("Difference", currency='currency', digits='currency'),
        'on_change_with_cash_difference')
    difference_reason = fields.Selection(
        REASONS, "Reason of the Difference", sort=False,
        states={
            'readonly': Eval('state') != 'open',
            'invisible': ~Eval('cash_difference', 0),
            })
    coins = fields.One2Many(
        'aid.session.coin', 'session', "Coins and Notes", readonly=True,
        states={'invisible': ~Eval('coins', [])})
    baskets = fields.One2Many(
        'aid.basket', 'session', "Baskets", readonly=True)

    baskets_count, frozen_baskets_count = _figure(
        'baskets_count', "Baskets")
    people_count, frozen_people_count = _figure('people_count', "People")
    kg, frozen_kg = _figure('kg', "Kilograms")
    market_value, frozen_market_value = _figure(
        'market_value', "Market Value")
    asked, frozen_asked = _figure('asked', "Contributions")
    granted, frozen_granted = _figure('granted', "Aid Granted")
    cash_taken, frozen_cash_taken = _figure('cash_taken', "Cash Taken")
    card_taken, frozen_card_taken = _figure('card_taken', "Card Payments")

    del _states

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.branch.states = {
            'readonly': (Eval('state') != 'open') | Bool(Eval('baskets')),
            }
        table = cls.__table__()
        cls._order = [('date', 'DESC'), ('id', 'DESC')]
        cls._sql_indexes.update({
                Index(table, (table.branch, Index.Equality()),
                    (table.date, Index.Range())),
                Index(table, (table.state, Index.Equality(
                            cardinality='low')),
                    where=table.state.in_(['open', 'closed'])),
                })
        cls._transitions |= {('open', 'closed'), ('closed', 'posted')}
        cls._buttons.update({
                'emergency_basket': {
                    'invisible': Eval('state') != 'open',
                    'depends': ['state'],
                    },
                'new_basket': {
                    'invisible': Eval('state') != 'open',
                    'depends': ['state'],
                    },
                'close': {
                    'invisible': Eval('state') != 'open',
                    'depends': ['state'],
                    },
                'count_goods': {},
                'from_paper': {},
                'close_till': {
                    'invisible': Eval('state') != 'open',
                    'depends': ['state'],
                    },
                })

    @staticmethod
    def default_state() -> str:
        return 'open'

    @staticmethod
    def default_till() -> str:
        return '1'

    @staticmethod
    def default_paper() -> str:
        return 'ticket'

    @staticmethod
    def default_cash_float() -> Decimal:
        return Decimal(0)

    @classmethod
    def default_date(cls) -> dt.date:
        pool = Pool()
        Branch = pool.get('aid.branch')
        if branch_id := cls.default_branch():
            return Branch(branch_id).today()
        return pool.get('ir.date').today()

    @staticmethod
    def default_opened_by() -> int:
        return Transaction().user

    @staticmethod
    def default_opened_at() -> dt.datetime:
        return dt.datetime.now()

    @fields.depends('branch')
    def on_change_branch(self) -> None:
        if self.branch:
            self.date = self.branch.today()

    @fields.depends('branch')
    def on_change_with_currency(self, name: str | None = None):
        return self.branch.company.currency if self.branch else None

    @fields.depends('cash_counted', 'cash_expected')
    def on_change_with_cash_difference(
            self, name: str | None = None) -> Decimal | None:
        if self.cash_counted is None:
            return None
        return self.cash_counted - (self.cash_expected or Decimal(0))

    @classmethod
    def get_cash_expected(cls, sessions, name: str) -> dict:
        zero = Decimal(0)
        return {
            s.id: (s.cash_float or zero) + (s.cash_taken or zero)
            for s in sessions}

    def get_rec_name(self, name: str) -> str:
        lang = Pool().get('ir.lang').get()
        return f'{self.branch.rec_name} {lang.strftime(self.date)} ' \
            f'({self.till})'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('branch.rec_name', *clause[1:])]

    @classmethod
    def get_figures(cls, sessions, names: list[str]) -> dict:
        "The figures of *sessions*: frozen ones where they are closed"
        result: dict = {name: {} for name in names}
        live = [s for s in sessions if s.state == 'open']
        counted = cls.count(live)
        for session in sessions:
            for name in names:
                result[name][session.id] = (
                    counted[session.id][name] if session.state == 'open'
                    else getattr(session, f'frozen_{name}'))
        return result

    @classmethod
    @without_check_access
    def count(cls, sessions) -> dict[int, dict]:
        """The figures of *sessions* as the baskets and payments have them.

        :return: session id → figure → value; two statements in all
        """
        figures = {s.id: cls._no_figures() for s in sessions}
        if not sessions:
            return figures
        for id_, *values in cls._count_baskets(list(figures)):
            row = figures[id_]
            row['baskets_count'] = values[0]
            row['people_count'] = int(values[1] or 0)
            row['kg'] = round(values[2] or 0, 3)
            for name, value in zip(
                    ['market_value', 'asked', 'granted'], values[3:]):
                row[name] = _money(value)
        for id_, kind, amount in cls._count_payments(list(figures)):
            figures[id_][f'{kind}_taken'] += _money(amount)
        return figures

    @staticmethod
    def _no_figures() -> dict:
        return {
            'baskets_count': 0, 'people_count': 0, 'kg': 0.,
            **dict.fromkeys(FIGURES[3:], Decimal('0.00'))}

    @staticmethod
    def _count_baskets(ids: list[int]) -> list[tuple]:
        table = Pool().get('aid.basket').__table__()
        cursor = Transaction().connection.cursor()
        cursor.execute(*table.select(
                table.session, Count(Literal(1)), Sum(table.people),
                Sum(table.kg), Sum(table.market_value), Sum(table.asked),
                Sum(table.granted),
                where=fields.SQL_OPERATORS['in'](table.session, ids)
                & (table.state == 'done'),
                group_by=[table.session]))
        return cursor.fetchall()

    @staticmethod
    def _count_payments(ids: list[int]) -> list[tuple]:
        table = Pool().get('aid.basket.payment').__table__()
        cursor = Transaction().connection.cursor()
        cursor.execute(*table.select(
                table.session, table.kind, Sum(table.amount),
                where=fields.SQL_OPERATORS['in'](table.session, ids)
                & table.kind.in_(['cash', 'card']),
                group_by=[table.session, table.kind]))
        return cursor.fetchall()

    @classmethod
    def check_modification(
            cls, mode, sessions, values=None, external=False) -> None:
        super().check_modification(
            mode, sessions, values=values, external=external)
        if mode == 'delete' or (mode == 'write' and external):
            for session in sessions:
                if session.state != 'open' or (
                        mode == 'delete' and session.baskets):
                    raise BasketAccessError(gettext(
                            'aid_basket.msg_session_modify',
                            session=session.rec_name))

    @classmethod
    def copy(cls, sessions, default=None):
        default = default.copy() if default is not None else {}
        for name in [
                'baskets', 'coins', 'cash_counted', 'difference_reason',
                'closed_by', 'closed_at', *(f'frozen_{f}' for f in FIGURES)]:
            default.setdefault(name)
        return super().copy(sessions, default=default)

    @classmethod
    @ModelView.button_action('aid_basket.act_basket_new')
    def new_basket(cls, sessions) -> None:
        "Open the till screen for the next household"

    @classmethod
    @ModelView.button_action('aid_basket.act_count_today')
    def count_goods(cls, sessions) -> dict | None:
        "Open the count of the day of the branch"
        Count = Pool().get('aid.session.count')
        if not sessions:
            return None
        session = sessions[0]
        count = Count.of_day(session.branch, session.date)
        return {'res_id': [count.id]}

    @classmethod
    @ModelView.button_action('aid_basket.wizard_session_catch_up')
    def from_paper(cls, sessions) -> None:
        "Enter what was written on paper"

    @classmethod
    @ModelView.button_action('aid_basket.wizard_session_close')
    def close_till(cls, sessions) -> None:
        "Count the cash by coin, then close"

    @classmethod
    @ModelView.button_action('aid_basket.act_basket_emergency')
    def emergency_basket(cls, sessions) -> None:
        "Open the till screen for somebody without a file"

    @classmethod
    @ModelView.button
    def close(cls, sessions) -> None:
        """Count the cash and freeze the figures.

        Baskets begun without any line are dropped.

        :raises SessionError: cash not counted, difference without a reason,
            or a basket still open
        """
        if not sessions:
            return
        ids = [s.id for s in sessions]
        with own_transaction(sessions, sessions[0].branch.company):
            cls._wait_for_tills(sessions)
            cls._freeze(cls.browse(ids))
            # Where nothing is left to book no entry will say so
            cls.mark_posted(cls.browse(ids))
        cls.__queue__.catch_up(sessions)

    @classmethod
    def _wait_for_tills(cls, sessions) -> None:
        "No till of the branch is in the middle of a checkout after this"
        BranchSequence = Pool().get('aid.branch.sequence')
        BranchSequence.hold(sorted({
                    (s.branch, 'hand_over', s.date) for s in sessions},
                key=lambda k: (k[0].id, k[2])))
        read_again()

    @classmethod
    def _freeze(cls, sessions) -> None:
        Visit = Pool().get('aid.session.visit')
        figures = cls.count(sessions)
        for session in sessions:
            session._check_close()
        for session in sessions:
            session._drop_empty_baskets()
            for name, value in figures[session.id].items():
                setattr(session, f'frozen_{name}', value)
            session.state = 'closed'
            session.closed_by = Transaction().user or None
            session.closed_at = dt.datetime.now()
        cls.save(sessions)
        Visit.close_day(sessions)

    def _check_close(self) -> None:
        if self.state != 'open':
            raise SessionError(gettext(
                    'aid_basket.msg_session_closed', session=self.rec_name))
        if self.cash_counted is None:
            raise SessionError(gettext(
                    'aid_basket.msg_session_count_cash',
                    session=self.rec_name))
        if self.cash_difference and not self.difference_reason:
            raise SessionError(gettext(
                    'aid_basket.msg_session_difference_reason',
                    session=self.rec_name,
                    difference=self._format(self.cash_difference)))
        begun = [
            b for b in self.baskets if b.state == 'draft' and b.lines]
        if begun:
            raise SessionError(gettext(
                    'aid_basket.msg_session_open_baskets',
                    session=self.rec_name,
                    baskets=', '.join(b.rec_name for b in begun[:5])))

    def _format(self, amount: Decimal) -> str:
        Lang = Pool().get('ir.lang')
        return Lang.get().currency(amount, self.currency)

    def _drop_empty_baskets(self) -> None:
        Basket = Pool().get('aid.basket')
        with without_check_access():
            Basket.delete([
                    b for b in self.baskets
                    if b.state == 'draft' and not b.lines])

    @classmethod
    @without_check_access
    def count_again(cls, sessions) -> None:
        "Freeze the figures of closed *sessions* anew: paper was caught up"
        closed = [s for s in sessions if s.state != 'open']
        figures = cls.count(closed)
        for session in closed:
            for name, value in figures[session.id].items():
                setattr(session, f'frozen_{name}', value)
            session.state = 'closed'
        cls.save(closed)
        cls.__queue__.catch_up(closed)

    @classmethod
    def catch_up(cls, sessions=None) -> None:
        """Bring the accounts up to the tills.

        Posts numbered invoices without an entry, books payments, lapses old
        debts, then marks as posted the closed sessions with nothing left to
        book. A cron task calls it, closing a session wakes it up.
        """
        pool = Pool()
        Invoice = pool.get('account.invoice')
        Payment = pool.get('aid.basket.payment')
        Invoice.post_waiting()
        Payment.book_waiting()
        cls.mark_posted(cls.search([('state', '=', 'closed')]))

    @classmethod
    @without_check_access
    def mark_posted(cls, sessions) -> None:
        """Mark those of *sessions* as posted that are closed and booked.

        Called with the last entry of a session as well: nobody waits for a
        sweep.
        """
        closed = [s for s in sessions if s.state == 'closed']
        waiting = cls._waiting([s.id for s in closed])
        done = [s for s in closed if not waiting[s.id]]
        cls.write(done, {'state': 'posted'})

    @classmethod
    def _waiting(cls, ids: list[int]) -> dict[int, int]:
        "How many invoices and payments of sessions the books still lack"
        pool = Pool()
        basket = pool.get('aid.basket').__table__()
        invoice = pool.get('account.invoice').__table__()
        payment = pool.get('aid.basket.payment').__table__()
        cursor = Transaction().connection.cursor()
        waiting: dict[int, int] = defaultdict(int)
        if not ids:
            return waiting
        in_ = fields.SQL_OPERATORS['in']
        cursor.execute(*basket.join(
                invoice, condition=basket.invoice == invoice.id
                ).select(
                basket.session, Count(Literal(1)),
                where=in_(basket.session, ids)
                & (invoice.state == 'posted')
                & (invoice.move == None),  # noqa: E711
                group_by=[basket.session]))
        for session, count in cursor.fetchall():
            waiting[session] += count
        cursor.execute(*payment.select(
                payment.session, Count(Literal(1)),
                where=in_(payment.session, ids)
                & (payment.state == 'taken')
                & payment.kind.in_(['cash', 'card']),
                group_by=[payment.session]))
        for session, count in cursor.fetchall():
            waiting[session] += count
        return waiting


def _money(value) -> Decimal:
    # SQLite adds up as float
    return Decimal(str(value or 0)).quantize(Decimal('0.01'))
