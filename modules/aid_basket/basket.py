"""A basket: what one household takes from one session."""
from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import wraps

from sql import Null

from trytond.i18n import gettext
from trytond.model import (
    Index, ModelSQL, ModelView, Unique, Workflow, fields)
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Bool, Eval, If
from trytond.transaction import Transaction, without_check_access

from aid_branch.scope import BranchMixin

from . import allergen
from . import checkout as hot_path
from . import in_hand, standing, verdict
from .cards import CardsMixin
from .emergency import EmergencyMixin
from .exceptions import BasketAccessError, FoundChilledWarning
from .exchange import ExchangeMixin, KeptMixin
from .parcel import PackedMixin
from .person import ServedMixin
from .printing import PrintedMixin
from .queue import CalledMixin
from .keep import KeepMixin, forget_timestamps, without_dropped
from .reckoning import reckon
from .repeat import answers_again
from .scan import ScanMixin

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
KNOWLEDGE = [
    (None, ""),
    ('scanned', "Scanned"),
    ('only', "Only Lot on Hand"),
    ('assumed', "Assumed"),
    ('found', "Found, Not in the Books"),
    ]
RULES = [
    (None, ""),
    ('always_free', "Always Free"),
    ('household_free', "Free for the Household"),
    ('emergency', "Emergency Aid"),
    ('household_rate', "Rate of the Household"),
    ('ceiling', "Ceiling of the Supply Source"),
    ('per_kg', "EUR per Kilogram"),
    ('rate', "Share of the Price"),
    ('flat', "Flat Sum"),
    ('free', "Free"),
    ]
_DONE = {'readonly': Eval('state') != 'draft'}
_ALLOWED = {
    'invisible': Eval('cap_choice') != 'allow',
    'required': Eval('cap_choice') == 'allow',
    'readonly': Eval('state') != 'draft',
    }


def named(func):
    """Refuse by name the baskets that are no longer being composed.

    Stands outside the button, whose own message would name nothing. This is
    what answers the second click of a double click.
    """
    @wraps(func)
    def wrapper(cls, baskets, *args, **kwargs):
        hot_path.check_states(baskets)
        return func(cls, baskets, *args, **kwargs)
    return wrapper


class Basket(
        KeepMixin, CardsMixin, ScanMixin, EmergencyMixin, CalledMixin,
        ServedMixin, PrintedMixin, ExchangeMixin, BranchMixin, Workflow,
        ModelSQL, ModelView):
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
        fields.Char("Name"), 'on_change_with_till_name')
    constraints = fields.Function(
        fields.Char(
            "To Mind", states={'invisible': ~Eval('constraints')}),
        'on_change_with_constraints')
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

    message = fields.Function(
        fields.Char("Message", readonly=True), 'get_nothing')
    pick = fields.Function(
        fields.Many2One(
            'aid.family', "Family", states=_DONE,
            domain=[('product', '!=', None)],
            help="Tap a family to add some of it."),
        'get_nothing', setter='set_nothing')
    # Stored, so that a draft opened on another device still knows
    question = fields.Selection(
        QUESTIONS, "Asked", states={'readonly': True}, sort=False)
    question_code = fields.Char(
        "Asked About", states={'readonly': True})
    total_picture = fields.Function(
        fields.Binary("Total", readonly=True), 'get_pictures')
    balance_picture = fields.Function(
        fields.Binary("Balance", readonly=True), 'get_pictures')
    balance_words = fields.Function(
        fields.Text("What We Offer", readonly=True), 'get_pictures')
    cap_words = fields.Function(
        fields.Char("Entitlement", readonly=True), 'get_pictures')
    label_words = fields.Function(
        fields.Text(
            "Look at These Labels", readonly=True,
            states={'invisible': ~Eval('label_words')}), 'get_pictures')
    labels_read = fields.Boolean(
        "Labels Looked At",
        states={
            'invisible': ~Eval('label_words'),
            'readonly': Eval('state') != 'draft',
            })
    cap_exceeded = fields.Function(
        fields.Boolean("Over the Cap"), 'get_pictures')
    cap_choice = fields.Selection([
            (None, ""),
            ('next', "Counts on the Next Period"),
            ('allow', "Allowed"),
            ], "Over the Cap", sort=False,
        states={
            'invisible': ~Eval('cap_exceeded') & ~Eval('cap_choice'),
            'readonly': Eval('state') != 'draft',
            },
        help="Or put something back. Nothing chosen: the social worker is "
        "told.")
    cap_reason = fields.Selection([
            (None, ""),
            ('small', "A Small Difference"),
            ('perishable', "Goods That Must Leave Today"),
            ('more_people', "More People at Table"),
            ('one_off', "Just This Once"),
            ], "Because", sort=False, states=_ALLOWED)
    cap_allowed_by = fields.Char(
        "Allowed By", states=_ALLOWED, help="The person in charge.")
    cap_carried = fields.Numeric(
        "Counted on the Next Period", digits=(None, 3), readonly=True)
    owed = fields.Function(
        Monetary(
            "Still Owed", currency='currency', digits='currency',
            readonly=True,
            help="What the household owes from earlier baskets."),
        'on_change_with_owed')

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
                Index(table, (table.session, Index.Equality())),
                Index(table, (table.household, Index.Equality()),
                    (table.date, Index.Range())),
                Index(table, (table.number, Index.Similarity())),
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

    # What the screen shows while the basket is composed

    @fields.depends('session', methods=['_refresh'])
    def on_change_session(self) -> None:
        if self.session:
            self.branch = self.session.branch
            self.date = self.session.date
        self._refresh()

    @fields.depends('household', methods=['_refresh', '_count_people'])
    def on_change_household(self) -> None:
        self._count_people()
        self._refresh()

    @fields.depends('lines', methods=['_refresh'])
    def on_change_lines(self) -> None:
        self._refresh()

    @fields.depends(
        'session', 'household', 'lines', 'state', 'id', 'emergency',
        'emergency_card', 'replaces')
    def _refresh(self) -> None:
        "Reckon everything that depends on the goods and the household"
        lines = list(self.lines or [])
        reckon(self, lines)
        self.lines = lines
        for name, value in self._shown(lines).items():
            setattr(self, name, value)

    def _shown(self, lines) -> dict:
        "What the screen says of *lines*: pictures and words by field name"
        words, picture = verdict.of_basket(self, lines)
        said, over = standing.shown(self, lines)
        return {
            'balance_words': words,
            'balance_picture': picture,
            'total_picture': verdict.total_picture(self),
            'cap_words': said,
            'cap_exceeded': over,
            'label_words': allergen.words(self, lines),
            }

    @fields.depends('session')
    def on_change_with_currency(self, name: str | None = None):
        return self.session.branch.company.currency if self.session else None

    @fields.depends('household')
    def on_change_with_till_name(self, name: str | None = None):
        return self.household.till_name if self.household else None

    @fields.depends('household')
    def on_change_with_constraints(self, name: str | None = None):
        if not self.household:
            return None
        with without_check_access():
            kinds = {c.kind.name for c in self.household.constraints}
        return ', '.join(sorted(kinds))

    @fields.depends('household', 'id')
    def on_change_with_owed(self, name: str | None = None) -> Decimal:
        if not self.household:
            return Decimal(0)
        return standing.owed(self.household, but=self.id)

    @classmethod
    def get_nothing(cls, baskets, name: str) -> dict:
        return dict.fromkeys([b.id for b in baskets])

    @classmethod
    def set_nothing(cls, baskets, name: str, value) -> None:
        "A tap is answered at once; there is nothing to keep"

    @classmethod
    def get_pictures(cls, baskets, names: list[str]) -> dict:
        result: dict = {name: {} for name in names}
        for basket in baskets:
            shown = basket._shown(basket.lines)
            for name in names:
                result[name][basket.id] = shown[name]
        return result

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

    def reconcile(self) -> None:
        "Close invoice, credit note and payments once they balance"
        MoveLine = Pool().get('account.move.line')
        lines = []
        for invoice in filter(None, [self.invoice, self.credit_note]):
            lines += [
                l for l in (*invoice.lines_to_pay, *invoice.payment_lines)
                if not l.reconciliation]
        if lines and not sum(l.debit - l.credit for l in lines):
            MoveLine.reconcile(lines)

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
                'cap_allowed_by', 'cap_carried', 'served_by', 'prints',
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
        allergen.check(baskets)
        seen = cls._ask_for_dates(baskets)
        hot_path.checkout(baskets, pay, seen)
        return cls.paper_at_checkout(baskets)

    @classmethod
    def _ask_for_dates(cls, baskets) -> set[int]:
        """Ask once whether chilled goods beyond the books are still good.

        :return: ids of the lines whose date somebody has looked at
        :raises FoundChilledWarning: to be answered by yes
        """
        Warning = Pool().get('res.user.warning')
        if not (lines := [l for b in baskets for l in in_hand.chilled(b)]):
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
        return Action.get_action_id(
            ModelData.get_id('aid_basket', f'report_basket_{paper}'))

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


class Line(KeptMixin, PackedMixin, ModelSQL, ModelView):
    """Some goods of one kind in a basket, and what is known of them.

    The facts (weight, value, amounts, rule) are stored as they were.
    """
    __name__ = 'aid.basket.line'

    _readonly = {'readonly': Eval('basket_state') != 'draft'}

    basket = fields.Many2One(
        'aid.basket', "Basket", required=True, ondelete='CASCADE')
    basket_state = fields.Function(
        fields.Selection(STATES, "State of the Basket"),
        'on_change_with_basket_state')
    # A client does not send what is simply read-only
    rank = fields.Integer(
        "Rank", states={'readonly': True},
        help="The line that was touched last has the highest.")
    family = fields.Function(
        fields.Many2One('aid.family', "Family", states=_readonly),
        'on_change_with_family', searcher='search_family')
    product = fields.Many2One(
        'product.product', "Product", required=True, ondelete='RESTRICT',
        states=_readonly,
        domain=[
            If(Bool(Eval('family')), ('template.family', '=',
                    Eval('family', -1)), ()),
            ])
    lot = fields.Many2One(
        'stock.lot', "Lot", ondelete='RESTRICT', states=_readonly,
        domain=[
            If(Bool(Eval('product')), ('product', '=',
                    Eval('product', -1)), ()),
            ])
    lot_knowledge = fields.Selection(
        KNOWLEDGE, "Lot Is", sort=False, states={'readonly': True},
        help="How certain it is that the goods are of this lot.")
    quantity = fields.Float(
        "Quantity", digits='unit', required=True, states=_readonly,
        domain=[('quantity', '>', 0)])
    unit = fields.Many2One(
        'product.uom', "Unit", required=True, ondelete='RESTRICT',
        states=_readonly,
        domain=[
            If(Bool(Eval('unit_category')), ('category', '=',
                    Eval('unit_category', -1)), ()),
            ])
    barcode = fields.Char(
        "Unknown Barcode", states={
            'readonly': True,
            'invisible': ~Eval('barcode'),
            },
        help="Remembered at the branch with the family that was chosen.")
    unit_category = fields.Function(
        fields.Many2One('product.uom.category', "Unit Category"),
        'on_change_with_unit_category')

    allergen_choice = fields.Selection(
        allergen.CHOICES, "Wanted All the Same", sort=False,
        states=_readonly,
        help="What was said of goods that do not go with a constraint.")
    kg = fields.Float("kg", digits=(None, 3), readonly=True)
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    market_value = Monetary(
        "Market Value", currency='currency', digits='currency',
        readonly=True)
    price_per_kg = fields.Numeric(
        "Asked per kg", digits=(None, 4), readonly=True)
    always_free = fields.Boolean("Always Free", readonly=True)
    ceiling = fields.Numeric("Ceiling", digits=(None, 4), readonly=True)
    asked = Monetary(
        "Asked", currency='currency', digits='currency', readonly=True)
    granted = Monetary(
        "Aid Granted", currency='currency', digits='currency',
        readonly=True)
    rule = fields.Selection(RULES, "By", readonly=True, sort=False)

    move = fields.Many2One(
        'stock.move', "Move", readonly=True, ondelete='RESTRICT')
    incident = fields.Char(
        "Incident", readonly=True,
        help="Why these goods should not have been handed over: they were, "
        "and it was written on paper.")
    return_move = fields.Many2One(
        'stock.move', "Return", readonly=True, ondelete='RESTRICT')
    fate = fields.Selection([
            (None, ""),
            ('shelf', "Back on the Shelf"),
            ('bin', "Thrown Away"),
            ('never_left', "Never Left the Shop"),
            ('kept', "Kept by the Household"),
            ], "Fate", readonly=True, sort=False)

    # The first trace

    household = fields.Function(
        fields.Many2One('aid.household', "Household"),
        'get_basket', searcher='search_basket')
    date = fields.Function(
        fields.Date("Date"), 'get_basket', searcher='search_basket')
    branch = fields.Function(
        fields.Many2One('aid.branch', "Branch"),
        'get_basket', searcher='search_basket')
    donation = fields.Function(
        fields.Many2One('aid.donation', "Donation"), 'get_origin',
        searcher='search_origin')
    donor = fields.Function(
        fields.Many2One('party.party', "Donor"), 'get_origin',
        searcher='search_origin')
    supply_source = fields.Function(
        fields.Many2One('aid.supply.source', "Supply Source"),
        'get_origin', searcher='search_origin')

    del _readonly

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('basket')
        table = cls.__table__()
        cls._order = [('rank', 'DESC NULLS LAST'), ('id', 'DESC')]
        cls._sql_indexes.update({
                Index(table, (table.basket, Index.Equality())),
                Index(table, (table.lot, Index.Equality())),
                Index(table, (table.move, Index.Equality())),
                Index(table, (table.id, Index.Range()),
                    where=table.incident != Null),
                Index(table, (table.lot_knowledge, Index.Equality()),
                    where=table.lot_knowledge == 'found'),
                })

    @staticmethod
    def default_basket_state() -> str:
        return 'draft'

    @fields.depends('basket', '_parent_basket.state')
    def on_change_with_basket_state(self, name: str | None = None):
        return self.basket.state if self.basket else 'draft'

    @fields.depends('product')
    def on_change_with_family(self, name: str | None = None):
        return self.product.family if self.product else None

    @classmethod
    def search_family(cls, name: str, clause) -> list:
        return [('product.template.' + clause[0], *clause[1:])]

    @fields.depends('product')
    def on_change_with_unit_category(self, name: str | None = None):
        return self.product.default_uom_category if self.product else None

    @fields.depends('basket', '_parent_basket.session')
    def on_change_with_currency(self, name: str | None = None):
        if self.basket and self.basket.session:
            return self.basket.session.branch.company.currency
        return None

    @fields.depends('family', 'product', methods=['on_change_product'])
    def on_change_family(self) -> None:
        "A family stands for its generic product until a product is chosen"
        if self.family and (
                not self.product or self.product.family != self.family):
            self.product = self.family.product
            self.on_change_product()

    @fields.depends('product', 'unit', 'lot', 'lot_knowledge', 'quantity')
    def on_change_product(self) -> None:
        if not self.product:
            return
        self.unit = self.product.default_uom
        if self.lot and self.lot.product != self.product:
            self.lot = self.lot_knowledge = None
        if not self.quantity:
            self.quantity = 1

    @fields.depends('lot', 'product', methods=['on_change_product'])
    def on_change_lot(self) -> None:
        "A lot chosen by hand is as good as scanned"
        self.lot_knowledge = 'scanned' if self.lot else None
        if self.lot and not self.product:
            self.product = self.lot.product
            self.on_change_product()

    @classmethod
    def get_basket(cls, lines, names: list[str]) -> dict:
        result: dict = {name: {} for name in names}
        for line in lines:
            for name in names:
                value = getattr(line.basket, name)
                result[name][line.id] = (
                    value if name == 'date' else value and value.id)
        return result

    @classmethod
    def search_basket(cls, name: str, clause) -> list:
        return [('basket.' + clause[0], *clause[1:])]

    @classmethod
    @without_check_access
    def get_origin(cls, lines, names: list[str]) -> dict:
        "Where the goods of many lines come from"
        result: dict = {name: {} for name in names}
        for line in lines:
            for name in names:
                value = getattr(line.lot, name) if line.lot else None
                result[name][line.id] = value.id if value else None
        return result

    @classmethod
    def search_origin(cls, name: str, clause) -> list:
        nested = clause[0][len(name):]
        path = 'donation_line.donation' if name == 'donation' else name
        return [(f'lot.{path}{nested}', *clause[1:])]

    def get_rec_name(self, name: str) -> str:
        return f'{self.product.rec_name} @ {self.basket.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('product.rec_name', *clause[1:])]

    @classmethod
    def check_modification(
            cls, mode, lines, values=None, external=False) -> None:
        super().check_modification(
            mode, lines, values=values, external=external)
        if mode != 'create':
            forget_timestamps(cls.__name__, lines)
        if external or mode == 'delete':
            for line in lines:
                if line.basket.state != 'draft':
                    raise BasketAccessError(gettext(
                            'aid_basket.msg_basket_modify',
                            basket=line.basket.rec_name))

    @classmethod
    def on_modification(cls, mode, lines, field_names=None) -> None:
        "What a till has learned of a barcode is known to its branch"
        BranchBarcode = Pool().get('aid.branch.barcode')
        super().on_modification(mode, lines, field_names=field_names)
        if mode == 'create' or (
                mode == 'write' and 'barcode' in field_names):
            BranchBarcode.remember([
                    (l.basket.branch, l.barcode, l.product.family)
                    for l in lines if l.barcode])

    @classmethod
    def copy(cls, lines, default=None):
        default = default.copy() if default is not None else {}
        for name in [
                'move', 'return_move', 'fate', 'kept', 'parcel', 'incident']:
            default.setdefault(name)
        return super().copy(lines, default=default)
