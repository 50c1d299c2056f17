"""A basket: what one household takes from one session."""
from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import wraps

from sql.conditionals import Coalesce

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, Workflow, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import Transaction

from aid_branch.lent import Answers
from aid_branch.reading import read_lists
from aid_branch.scope import BranchMixin

from . import allergen
from . import checkout as hot_path
from . import in_hand
from .cards import CardsMixin
from .emergency import EmergencyMixin
from .exceptions import BasketAccessError, FoundChilledWarning
from .exchange import ExchangeMixin
from .keep import KeepMixin
from .on_screen import ScreenMixin
from .over_cap import OverCapMixin
from .person import ServedMixin
from .printing import PrintedMixin
from .queue import CalledMixin
from .repeat import answers_again
from .scan import ScanMixin
from .sent_again import forget_timestamps, without_dropped
from .told import ToldMixin

STATES = [
    ('draft', "Being Composed"),
    ('done', "Handed Over"),
    ('cancelled', "Cancelled"),
    ]
#: What the till waits for an answer to, see ``scan._answer_<question>``
QUESTIONS = [
    (None, ""),
    ('family', "Which Family"),
    ('allergen', "Whether It Is Wanted"),
    ]
DOCUMENTS = [
    (None, ""),
    ('invoice', "Invoice"),
    ('hand_over', "Hand-Over Slip"),
    ]
#: The action of each paper, which never changes
_papers = Answers('aid_basket.papers', of=())
_DONE = {'readonly': Eval('state') != 'draft'}


def named(func):
    """Refuse by name the baskets that are no longer being composed.

    Stands outside the button, whose own message would name nothing. This is
    what answers the second click of a double click.
    """
    @wraps(func)
    def wrapper(cls, baskets, *args, **kwargs):
        # The button asks each for them
        read_lists(baskets, 'lines')
        # Of what else may stop them the checkout tells once it is their turn
        hot_path.check_states([
                b for b in baskets if b.state != 'draft' or not b.lines])
        return func(cls, baskets, *args, **kwargs)
    return wrapper


class Basket(
        KeepMixin, CardsMixin, ScanMixin, ToldMixin, ScreenMixin,
        OverCapMixin, EmergencyMixin, CalledMixin, ServedMixin, PrintedMixin,
        ExchangeMixin, BranchMixin, Workflow, ModelSQL, ModelView):
    """What a household takes home from a distribution session.

    It is composed freely, checked out once, and then only reversed. What was
    weighed, valued, asked and granted is stored with it.
    """
    __name__ = 'aid.basket'

    session = fields.Many2One(
        'aid.distribution.session', "Session", required=True,
        ondelete='RESTRICT', states=_DONE,
        domain=[
            If((Eval('state') == 'draft') & ~Eval('from_paper', False),
                ('state', '=', 'open'), ()),
            ])
    date = fields.Date("Date", readonly=True, required=True)
    number = fields.Char("Number", readonly=True)
    document = fields.Selection(
        DOCUMENTS, "Paper", readonly=True, sort=False)
    state = fields.Selection(
        STATES, "State", required=True, readonly=True, sort=False)
    household = fields.Many2One(
        'aid.household', "Household", ondelete='RESTRICT', states=_DONE)
    till_name = fields.Function(
        fields.Char("Name"), 'get_of_household')
    constraints = fields.Function(
        fields.Char(
            "To Mind", states={'invisible': ~Eval('constraints')}),
        'get_of_household')
    people = fields.Integer("People", readonly=True)
    lines = fields.One2Many(
        'aid.basket.line', 'basket', "Goods", states=_DONE)

    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    kg = fields.Float("Kilograms", digits=(None, 3), readonly=True)
    market_value = Monetary(
        "Market Value", currency='currency', digits='currency',
        readonly=True)
    asked = Monetary(
        "To Pay", currency='currency', digits='currency', readonly=True)
    granted = Monetary(
        "Aid Granted", currency='currency', digits='currency',
        readonly=True)

    # Stored, so that a draft opened on another device still knows
    question = fields.Selection(
        QUESTIONS, "Asked", states={'readonly': True}, sort=False)
    question_code = fields.Char(
        "Asked About", states={'readonly': True})
    entitlement = fields.Many2One(
        'aid.entitlement', "Entitlement", readonly=True,
        ondelete='RESTRICT')
    to_review = fields.Boolean("For the Social Worker", readonly=True)
    review_reason = fields.Char(
        "Why", readonly=True, states={'invisible': ~Eval('to_review')})
    note = fields.Text("Note to the Social Worker")
    from_paper = fields.Boolean(
        "Entered from Paper", readonly=True,
        states={'invisible': ~Eval('from_paper')})
    request_key = fields.Char("Request Key", readonly=True)

    invoice = fields.Many2One(
        'account.invoice', "Invoice", readonly=True, ondelete='RESTRICT')
    checked_out_at = fields.DateTime("Checked Out At", readonly=True)
    checked_out_by = fields.Many2One(
        'res.user', "Checked Out By", readonly=True, ondelete='RESTRICT')
    payments = fields.One2Many(
        'aid.basket.payment', 'basket', "Payments", readonly=True)
    paid = fields.Function(
        Monetary("Paid", currency='currency', digits='currency'),
        'get_paid')
    due = fields.Function(
        Monetary("Open", currency='currency', digits='currency'),
        'get_paid')
    credit_note = fields.Many2One(
        'account.invoice', "Credit Note", readonly=True,
        ondelete='RESTRICT',
        states={'invisible': ~Eval('credit_note')})
    cancelled_at = fields.DateTime(
        "Cancelled At", readonly=True,
        states={'invisible': ~Eval('cancelled_at')})
    cancelled_by = fields.Many2One(
        'res.user', "Cancelled By", readonly=True, ondelete='RESTRICT',
        states={'invisible': ~Eval('cancelled_at')})
    cancel_reason = fields.Char(
        "Reason of Cancellation", readonly=True,
        states={'invisible': ~Eval('cancelled_at')})

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.branch.readonly = True
        table = cls.__table__()
        cls._sql_constraints.append(
            ('invoice_unique', Unique(table, table.invoice),
                'aid_basket.msg_basket_invoice_unique'))
        cls._sql_indexes.update({
                # The last one of a session tells who serves
                Index(table, (table.session, Index.Equality()),
                    (table.id, Index.Range())),
                Index(table, (table.household, Index.Equality()),
                    (table.date, Index.Range())),
                # What need not be there is looked for as a text
                Index(table,
                    (Coalesce(table.number, ''), Index.Similarity())),
                Index(table, (table.invoice, Index.Equality())),
                Index(table, (table.to_review, Index.Equality()),
                    where=table.to_review == True),  # noqa: E712
                })
        cls._order = [('id', 'DESC')]
        cls._transitions |= {('draft', 'done'), ('done', 'cancelled')}
        draft = {'invisible': Eval('state') != 'draft', 'depends': ['state']}
        done = {'invisible': Eval('state') != 'done', 'depends': ['state']}
        cls._buttons.update({
                'checkout': {**draft, 'readonly': ~Eval('lines', [])},
                'checkout_card': {
                    'invisible': (
                        (Eval('state') != 'draft') | ~Eval('asked', 0)),
                    'depends': ['state', 'asked'],
                    },
                'checkout_later': {
                    'invisible': (
                        (Eval('state') != 'draft') | ~Eval('asked', 0)),
                    'depends': ['state', 'asked'],
                    },
                'next_basket': {
                    'invisible': Eval('state') == 'draft',
                    'depends': ['state'],
                    },
                'print_again': {
                    'invisible': Eval('state') == 'draft',
                    'depends': ['state'],
                    },
                'trace': done,
                'cancel': done,
                'pay': {
                    'invisible': (
                        (Eval('state') != 'done') | ~Eval('due', 0)),
                    'depends': ['state', 'due'],
                    },
                'reviewed': {
                    'invisible': ~Eval('to_review', False),
                    'depends': ['to_review'],
                    },
                })
        cls._buttons['checkout']['depends'] = ['state', 'lines']

    # What a new basket begins with

    @staticmethod
    def default_state() -> str:
        return 'draft'

    @classmethod
    def default_session(cls) -> int | None:
        "The session it was opened from, or the only one open here"
        Session = Pool().get('aid.distribution.session')
        if session_id := Transaction().context.get('session'):
            return session_id
        if not (branch_id := cls.default_branch()):
            return None
        sessions = Session.search([
                ('branch', '=', branch_id),
                ('state', '=', 'open'),
                ], limit=2)
        return sessions[0].id if len(sessions) == 1 else None

    @classmethod
    def default_branch(cls) -> int | None:
        Session = Pool().get('aid.distribution.session')
        if session_id := Transaction().context.get('session'):
            return Session(session_id).branch.id
        return super().default_branch()

    @classmethod
    def default_date(cls) -> dt.date | None:
        Session = Pool().get('aid.distribution.session')
        if session_id := cls.default_session():
            return Session(session_id).date
        return None

    @staticmethod
    def default_asked() -> Decimal:
        return Decimal(0)

    @classmethod
    def preprocess_values(cls, mode: str, values: dict) -> dict:
        Session = Pool().get('aid.distribution.session')
        values = super().preprocess_values(mode, values)
        if session_id := values.get('session'):
            session = Session(session_id)
            values['branch'] = session.branch.id
            values['date'] = session.date
        if mode == 'write' and values.get('lines'):
            values['lines'] = without_dropped(values['lines'])
        return values

    @fields.depends('session')
    def on_change_with_currency(self, name: str | None = None):
        return self.session.branch.company.currency if self.session else None

    @classmethod
    def get_paid(cls, baskets, names: list[str]) -> dict:
        "What was paid or waived, and what is open, of many baskets at once"
        Payment = Pool().get('aid.basket.payment')
        settled = Payment.settled([b.id for b in baskets])
        zero = Decimal(0)
        result: dict = {name: {} for name in names}
        for basket in baskets:
            amount = settled.get(basket.id, zero)
            asked = basket.asked if basket.state == 'done' else zero
            if 'paid' in names:
                result['paid'][basket.id] = amount
            if 'due' in names:
                result['due'][basket.id] = (asked or zero) - amount
        return result

    @classmethod
    def reconcile(cls, baskets) -> None:
        "Close invoice, credit note and payments of each once they balance"
        MoveLine = Pool().get('account.move.line')
        balanced = []
        for basket in cls.browse(baskets):
            lines = basket._open_lines()
            if lines and not sum(l.debit - l.credit for l in lines):
                balanced.append(lines)
        MoveLine.reconcile(*balanced)

    def _open_lines(self) -> list:
        "Lines of entries of invoice, credit note and payments, not closed"
        return [
            l for invoice in filter(None, [self.invoice, self.credit_note])
            for l in (*invoice.lines_to_pay, *invoice.payment_lines)
            if not l.reconciliation]

    # Its name

    def get_rec_name(self, name: str) -> str:
        who = self.household.code if self.household else ''
        if self.emergency:
            who = gettext('aid_basket.msg_emergency_name')
        if self.number:
            return f'{self.number} {who}'.strip()
        return f'({self.id}) {who}'.strip()

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        if clause[1].startswith(('!', 'not ')):
            return [
                ('number', *clause[1:]),
                ['OR',
                    ('household', '=', None),
                    ('household.code', *clause[1:]),
                    ],
                ]
        return ['OR',
            ('number', *clause[1:]),
            ('household.code', *clause[1:]),
            ]

    # What may be changed

    @classmethod
    def check_modification(
            cls, mode, baskets, values=None, external=False) -> None:
        super().check_modification(
            mode, baskets, values=values, external=external)
        if mode != 'create':
            forget_timestamps(cls.__name__, baskets)
        free = mode == 'write' and not (values.keys() - {'note'})
        if mode == 'delete' or (
                mode == 'write' and external and not free):
            for basket in baskets:
                if basket.state != 'draft':
                    raise BasketAccessError(gettext(
                            'aid_basket.msg_basket_modify',
                            basket=basket.rec_name))

    @classmethod
    def copy(cls, baskets, default=None):
        default = default.copy() if default is not None else {}
        for name in [
                'number', 'document', 'invoice', 'credit_note', 'payments',
                'checked_out_at', 'checked_out_by', 'cancelled_at',
                'cancelled_by', 'cancel_reason', 'entitlement',
                'to_review', 'review_reason', 'note', 'question',
                'question_code', 'labels_read', 'cap_choice', 'cap_reason',
                'cap_person', 'cap_allowed_by', 'cap_carried', 'told',
                'served_by', 'prints',
                'replaces', 'returns', 'from_paper', 'request_key']:
            default.setdefault(name)
        default.setdefault('state', 'draft')
        return super().copy(baskets, default=default)

    # Its workflow

    @classmethod
    @answers_again
    @named
    @ModelView.button
    def checkout(cls, baskets):
        """Hand the goods over, take the amount in cash, print.

        :raises CheckoutError: naming the basket; nothing has changed then
        """
        return cls._checkout(baskets, 'cash')

    @classmethod
    @answers_again
    @named
    @ModelView.button
    def checkout_card(cls, baskets):
        "Hand the goods over, take the amount by card, print"
        return cls._checkout(baskets, 'card')

    @classmethod
    @answers_again
    @named
    @ModelView.button
    def checkout_later(cls, baskets):
        "Hand the goods over and carry the amount forward, print"
        return cls._checkout(baskets, None)

    @classmethod
    def _checkout(cls, baskets, pay: str | None):
        return hot_path.checkout(
            baskets, pay, ask=cls._ask, tell=cls.paper_at_checkout)

    @classmethod
    def _ask(cls, baskets, shelves: dict) -> set[int]:
        """Ask what the screen has to answer before *baskets* leave.

        :param shelves: basket id → its shelf
        :return: ids of the lines whose date somebody has looked at
        """
        allergen.check(baskets)
        return cls._ask_for_dates(baskets, shelves)

    @classmethod
    def _ask_for_dates(cls, baskets, shelves: dict) -> set[int]:
        """Ask once whether chilled goods beyond the books are still good.

        :return: ids of the lines whose date somebody has looked at
        :raises FoundChilledWarning: to be answered by yes
        """
        Warning = Pool().get('res.user.warning')
        if not (lines := [
                    l for b in baskets
                    for l in in_hand.chilled(b, shelves[b.id])]):
            return set()
        key = Warning.format('found_chilled', lines)
        if Warning.check(key):
            raise FoundChilledWarning(key, gettext(
                    'aid_basket.msg_in_hand_chilled', goods=', '.join(
                        sorted({l.product.rec_name for l in lines}))))
        return {l.id for l in lines}

    @classmethod
    def _print_action(cls, baskets):
        "The report that the session of *baskets* prints"
        pool = Pool()
        Action = pool.get('ir.action')
        ModelData = pool.get('ir.model.data')
        if not baskets:
            return None
        paper = baskets[0].session.paper
        return _papers(paper, lambda: Action.get_action_id(
                ModelData.get_id('aid_basket', f'report_basket_{paper}')))

    @classmethod
    @ModelView.button
    def print_again(cls, baskets):
        "Print the paper of *baskets* once more"
        return cls._print_action(baskets)

    @classmethod
    @ModelView.button
    def next_basket(cls, baskets) -> str:
        "Begin the basket of the next household on the same screen"
        return 'new'

    @classmethod
    @ModelView.button_action('aid_basket.act_basket_trace')
    def trace(cls, baskets) -> None:
        "Who gave what is in these baskets"

    @classmethod
    @ModelView.button_action('aid_basket.wizard_basket_cancel')
    def cancel(cls, baskets) -> None:
        "Ask where the goods are, then reverse the basket"

    @classmethod
    @ModelView.button_action('aid_basket.wizard_basket_pay')
    def pay(cls, baskets) -> None:
        "Take what is still open"

    @classmethod
    @ModelView.button
    def reviewed(cls, baskets) -> None:
        "The social worker has seen to it"
        cls.write(list(baskets), {'to_review': False})
