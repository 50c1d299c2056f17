"""What was paid for a basket: taken at the till, booked later.

The ledger can only book a payment once the invoice has its entry; the till
does not wait for that.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from sql import Null
from sql.aggregate import Sum
from sql.conditionals import Coalesce

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from aid_branch import lane

from . import payment_entry
from .exceptions import BasketAccessError, BasketError
from .reckoning import rule_of

KINDS = [
    ('cash', "Cash"),
    ('card', "Card"),
    ('waiver', "Waived"),
    ]
#: Where a row is written without being read again: what it has, and who has
#: a word in it but says nothing of a new one
COLUMNS = frozenset({
        'basket', 'session', 'kind', 'amount', 'date', 'taken_at', 'taken_by',
        'state', 'move'})
KNOWN = frozenset({'aid_basket.payment.Payment.check_modification'})
MONEY = frozenset({'cash', 'card'})
BATCH = 50


class Payment(ModelSQL, ModelView):
    """Money taken for a basket, paid back, or not asked for any more.

    Paid back is a negative amount. A waiver settles what is open without
    money. Payments never change; the accounts follow them.
    """
    __name__ = 'aid.basket.payment'

    basket = fields.Many2One(
        'aid.basket', "Basket", required=True, readonly=True,
        ondelete='RESTRICT')
    session = fields.Many2One(
        'aid.distribution.session', "Session", required=True, readonly=True,
        ondelete='RESTRICT', help="Whose till the money is in.")
    kind = fields.Selection(
        KINDS, "Kind", required=True, readonly=True, sort=False)
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"), 'get_currency')
    amount = Monetary(
        "Amount", currency='currency', digits='currency', required=True,
        readonly=True)
    date = fields.Date("Date", required=True, readonly=True)
    taken_at = fields.DateTime("Taken At", readonly=True)
    taken_by = fields.Many2One(
        'res.user', "Taken By", readonly=True, ondelete='RESTRICT')
    state = fields.Selection([
            ('taken', "Taken"),
            ('booked', "Booked"),
            ], "State", required=True, readonly=True, sort=False)
    move = fields.Many2One(
        'account.move', "Entry", readonly=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('basket')
        table = cls.__table__()
        cls._order = [('id', 'DESC')]
        cls._sql_indexes.update({
                Index(table, (table.basket, Index.Equality())),
                Index(table, (table.session, Index.Equality())),
                Index(table, (table.id, Index.Range()),
                    where=table.state == 'taken'),
                })

    @staticmethod
    def default_state() -> str:
        return 'taken'

    @classmethod
    def get_currency(cls, payments, name: str) -> dict:
        return {
            p.id: p.session.branch.company.currency.id for p in payments}

    def get_rec_name(self, name: str) -> str:
        lang = Pool().get('ir.lang').get()
        return f'{lang.currency(self.amount, self.currency)} ' \
            f'{self.basket.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('basket.rec_name', *clause[1:])]

    @classmethod
    def check_modification(
            cls, mode, payments, values=None, external=False) -> None:
        super().check_modification(
            mode, payments, values=values, external=external)
        if mode == 'delete' or (mode == 'write' and external):
            for payment in payments:
                raise BasketAccessError(gettext(
                        'aid_basket.msg_payment_modify',
                        payment=payment.rec_name))

    @classmethod
    @without_check_access
    def take(cls, what: list[tuple], session=None) -> list:
        """Record payments: *what* is a list of (basket, kind, amount).

        The money goes into the till of *session*, else of the basket's.
        """
        now = dt.datetime.now()
        user = Transaction().user or None
        rows = [{
                    'basket': basket.id,
                    'session': (session or basket.session).id,
                    'kind': kind,
                    'amount': amount,
                    'date': (session or basket.session).date,
                    'taken_at': now,
                    'taken_by': user,
                    'state': 'taken',
                    } for basket, kind, amount in what if amount]
        if (rows and lane.is_created_plainly(cls, COLUMNS, KNOWN)
                and all(_is_exact(*payment) for payment in what)):
            return lane.insert(cls, rows)
        return cls.create(rows)

    @classmethod
    @without_check_access
    def settled(cls, ids: list[int]) -> dict[int, Decimal]:
        "What was paid or waived of the baskets *ids*, in one statement"
        table = cls.__table__()
        cursor = Transaction().connection.cursor()
        result: dict = {}
        if not ids:
            return result
        cursor.execute(*table.select(
                table.basket, Sum(table.amount),
                where=fields.SQL_OPERATORS['in'](table.basket, ids),
                group_by=[table.basket]))
        for basket, amount in cursor.fetchall():
            result[basket] = Decimal(str(amount)).quantize(Decimal('0.01'))
        return result

    # The books

    @classmethod
    @without_check_access
    def book_waiting(cls) -> None:
        "Book what was taken, batch by batch, where the invoice has its entry"
        last = 0
        while payments := cls.search([
                    ('state', '=', 'taken'),
                    ('id', '>', last),
                    ('basket.invoice.move', '!=', None),
                    ], order=[('id', 'ASC')], limit=BATCH):
            last = payments[-1].id
            cls.book(payments)

    @classmethod
    @without_check_access
    def book(cls, payments) -> None:
        """Book *payments* against their invoice, or its credit note.

        A payment whose method is not set up stays as it is: the next sweep
        takes it once it is.
        """
        waiting: dict = defaultdict(list)
        for payment in payments:
            if payment.state == 'taken':
                waiting[payment.session.branch.company].append(payment)
        for company, group in waiting.items():
            # What is the second of a basket finds the first one booked
            while group:
                first: dict = {}
                for payment in group:
                    first.setdefault(payment.basket, payment)
                cls._book(list(first.values()), company)
                group = [p for p in group if p is not first[p.basket]]

    @classmethod
    def _book(cls, payments, company) -> None:
        "Book *payments* of *company*, each about another basket"
        Configuration = Pool().get('aid.basket.configuration')
        configuration = Configuration(1)
        what = []
        for payment in payments:
            with Transaction().set_context(company=company.id):
                method = configuration.method_for(payment.kind, company)
            invoice = payment._invoice()
            if method and invoice:
                what.append(payment_entry.Booked(payment, invoice, method))
        payment_entry.book(what, company)
        cls.save([each.payment for each in what])

    def _invoice(self):
        "The posted invoice, or credit note, that this settles, or None"
        invoice = self.basket.invoice
        if self.amount < 0 and self.basket.credit_note:
            invoice = self.basket.credit_note
        if invoice and invoice.move and invoice.state == 'posted':
            return invoice
        return None

    # What is no longer asked

    @classmethod
    @without_check_access
    def lapse(cls) -> None:
        "Waive what has been open longer than the rule of the branch says"
        pool = Pool()
        Basket = pool.get('aid.basket')
        Session = pool.get('aid.distribution.session')
        what = []
        rules: dict = {}
        for basket in Basket.browse(cls._open_baskets()):
            branch = basket.session.branch
            if branch.id not in rules:
                today = branch.today()
                rules[branch.id] = rule_of(branch, today), today
            rule, today = rules[branch.id]
            if not rule or rule.lapse_after is None:
                continue
            if (today - basket.date).days > rule.lapse_after:
                what.append((basket, 'waiver', basket.due))
        cls.take(what)
        Session.catch_up()

    @classmethod
    def _open_baskets(cls) -> list[int]:
        "Ids of the baskets of which something is open, in one statement"
        basket = Pool().get('aid.basket').__table__()
        table = cls.__table__()
        cursor = Transaction().connection.cursor()
        cursor.execute(*basket.join(
                table, 'LEFT', condition=table.basket == basket.id).select(
                basket.id,
                where=(basket.state == 'done') & (basket.invoice != Null),
                group_by=[basket.id, basket.asked],
                having=Coalesce(Sum(table.amount), 0) < basket.asked))
        return [id_ for id_, in cursor.fetchall()]


def _is_exact(basket, kind: str, amount: Decimal | None) -> bool:
    "Whether *amount* has no more digits than the money of *basket*"
    currency = basket.session.branch.company.currency
    return not amount or currency.round(amount) == amount


class PayStart(ModelView):
    "What is paid of what a household owes"
    __name__ = 'aid.basket.pay.start'

    taken = fields.Boolean("Taken")
    household = fields.Many2One(
        'aid.household', "Household", readonly=True)
    session = fields.Many2One(
        'aid.distribution.session', "Session", required=True,
        domain=[('state', '=', 'open')])
    currency = fields.Many2One('currency.currency', "Currency")
    owed = Monetary(
        "Still Owed", currency='currency', digits='currency', readonly=True)
    amount = Monetary(
        "Amount", currency='currency', digits='currency', required=True,
        domain=[('amount', '>', 0), ('amount', '<=', Eval('owed', 0))])
    kind = fields.Selection([
            ('cash', "Cash"),
            ('card', "Card"),
            ], "Paid By", required=True, sort=False)


class Pay(Wizard):
    "Take what a household owes, oldest baskets first"
    __name__ = 'aid.basket.pay'

    start = StateView(
        'aid.basket.pay.start', 'aid_basket.pay_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Take", 'take', 'tryton-ok', default=True),
            ])
    take = StateTransition()

    @property
    def _household(self):
        if self.model.__name__ == 'aid.household':
            return self.record
        return self.record.household

    def default_start(self, names) -> dict:
        from . import standing
        Session = Pool().get('aid.distribution.session')
        household = self._household
        owed = standing.owed(household)
        sessions = Session.search([
                ('branch', '=', household.branch.id),
                ('state', '=', 'open'),
                ], limit=1)
        return {
            'household': household.id,
            'session': sessions[0].id if sessions else None,
            'currency': household.branch.company.currency.id,
            'owed': owed,
            'amount': owed,
            'kind': 'cash',
            }

    def transition_take(self) -> str:
        # Pressed again after a lost answer: it is taken already
        if self.start.taken:
            return 'end'
        pay_debt(
            self._household, self.start.session, self.start.kind,
            self.start.amount)
        self.start.taken = True
        return 'end'


@without_check_access
def pay_debt(household, session, kind: str, amount: Decimal) -> list:
    """Take *amount* of what *household* owes, oldest baskets first.

    :raises BasketError: it is more than what is owed, or the session is
        closed
    """
    pool = Pool()
    Basket = pool.get('aid.basket')
    Payment = pool.get('aid.basket.payment')
    if session.state != 'open':
        raise BasketError(gettext(
                'aid_basket.msg_session_closed', session=session.rec_name))
    what, left = [], amount
    for basket in Basket.search([
                ('household', '=', household.id),
                ('state', '=', 'done'),
                ('invoice', '!=', None),
                ], order=[('date', 'ASC'), ('id', 'ASC')]):
        part = min(basket.due, left)
        if part > 0:
            what.append((basket, kind, part))
            left -= part
    if left > 0:
        raise BasketError(gettext(
                'aid_basket.msg_pay_too_much',
                household=household.code))
    payments = Payment.take(what, session=session)
    Payment.__queue__.book(payments)
    return payments
