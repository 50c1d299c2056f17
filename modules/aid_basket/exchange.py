"""Exchanging goods after payment: one act, one slip, one difference.

The till opens a basket that replaces the one handed over. What the household
keeps is in it already and does not move again; other goods are scanned as
ever. When it is checked out, what came back goes where its fate sends it, the
old invoice is credited and only the difference is paid or returned.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import Index, Model, ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateAction, StateView, Wizard

from . import cancel
from .exceptions import CheckoutError

ZERO = Decimal(0)


# The money, without the database

def carry(
        paid: Mapping[str, Decimal], asked: Decimal, kind: str
        ) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """What of *paid* goes over to a basket of which *asked* is asked.

    *paid* is by kind of payment (`cash card waiver`). What is too much is
    given back as *kind*; what was waived is never given back as money.

    :return: payments of the old basket (negative), and of the new one

    >>> carry({'card': Decimal(5)}, Decimal(4), 'cash')
    ({'card': Decimal('-4'), 'cash': Decimal('-1')}, {'card': Decimal('4')})
    """
    kept: dict[str, Decimal] = {}
    back: dict[str, Decimal] = defaultdict(Decimal)
    left = asked
    for name in sorted(paid, key=lambda name: (name == 'waiver', name)):
        kept[name] = min(paid[name], max(left, ZERO))
        left -= kept[name]
        back[name] -= kept[name]
        returned = paid[name] - kept[name]
        back[name if name == 'waiver' else kind] -= returned
    return (
        {name: amount for name, amount in back.items() if amount},
        {name: amount for name, amount in kept.items() if amount})


class ExchangeMixin(Model):
    "A basket may replace one that was handed over"
    __slots__ = ()

    # A client does not send what is simply read-only
    replaces = fields.Many2One(
        'aid.basket', "Replaces", ondelete='RESTRICT',
        states={'readonly': True, 'invisible': ~Eval('replaces', None)},
        help="The basket whose goods are exchanged.")
    returns = fields.One2Many(
        'aid.basket.return', 'basket', "Goods That Come Back",
        states={
            'readonly': Eval('state') != 'draft',
            'invisible': ~Eval('replaces', None),
            })
    difference = fields.Function(
        Monetary(
            "Difference", currency='currency', digits='currency',
            states={'invisible': ~Eval('replaces', None)},
            help="Below zero it is given back."),
        'on_change_with_difference')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.replaces, Index.Equality()),
                where=table.replaces != None))  # noqa: E711
        cls._buttons.update({
                'exchange': {
                    'invisible': Eval('state') != 'done',
                    'depends': ['state'],
                    },
                })

    @fields.depends('replaces', 'asked')
    def on_change_with_difference(
            self, name: str | None = None) -> Decimal | None:
        if not self.replaces:
            return None
        return (self.asked or ZERO) - (self.replaces.paid or ZERO)

    @classmethod
    @ModelView.button_action('aid_basket.wizard_basket_exchange')
    def exchange(cls, baskets) -> None:
        "Ask what comes back, then go on scanning"


class KeptMixin(Model):
    "A line may be goods that were handed over already and are kept"
    __slots__ = ()

    kept = fields.Many2One(
        'aid.basket.line', "Kept From", ondelete='RESTRICT',
        states={'readonly': True},
        help="The line of the replaced basket that these goods are of.")


class Return(ModelSQL, ModelView):
    "Where goods that a household brings back go"
    __name__ = 'aid.basket.return'

    basket = fields.Many2One(
        'aid.basket', "Basket", required=True, ondelete='CASCADE')
    line = fields.Many2One(
        'aid.basket.line', "Line", required=True, readonly=True,
        ondelete='CASCADE')
    fate = fields.Selection(
        cancel.FATES, "Fate", required=True, sort=False)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('basket')
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.basket, Index.Equality())))


def usual_fate(product) -> str:
    """Where *product* goes when it comes back.

    Nobody knows how long chilled and frozen goods were warm.
    """
    family = product.family
    if family and (family.chilled or family.code == 'frozen'):
        return 'bin'
    return 'shelf'


# Before the checkout

def begin(basket, back: Mapping[int, tuple[float, str]]):
    """A basket being composed that will replace *basket*.

    *back* maps lines to how much of them comes back, in their unit, and
    its fate. Nothing has changed until it is checked out; one that was begun
    before and not checked out is dropped.

    :raises BasketError: it was not handed over, or more comes back than was
    """
    Basket = Pool().get('aid.basket')
    cancel.check_state(basket)
    session = cancel.open_session(basket)
    with without_check_access():
        Basket.delete(Basket.search([
                    ('replaces', '=', basket.id),
                    ('state', '=', 'draft'),
                    ]))
        kept, returns = [], []
        for line in basket.lines:
            quantity, fate = back.get(line.id, (0, None))
            _check_quantity(basket, line, quantity or 0)
            if quantity:
                returns.append({'line': line.id, 'fate': fate})
            if left := round(line.quantity - (quantity or 0), 6):
                kept.append(_kept_values(line, left))
        new, = Basket.create([{
                    'session': session.id,
                    'replaces': basket.id,
                    'household': (
                        basket.household.id if basket.household else None),
                    'people': basket.people,
                    'lines': [('create', kept)],
                    'returns': [('create', returns)],
                    **{
                        name: getattr(basket, name) for name in [
                            'emergency', 'emergency_reason', 'adults',
                            'children', 'babies']},
                    'emergency_card': (
                        basket.emergency_card.id
                        if basket.emergency_card else None),
                    }])
        new._refresh()
        new.save()
    return new


def _kept_values(line, quantity: float) -> dict:
    return {
        'kept': line.id,
        'product': line.product.id,
        'lot': line.lot.id if line.lot else None,
        'lot_knowledge': line.lot_knowledge,
        'quantity': quantity,
        'unit': line.unit.id,
        'always_free': line.always_free,
        'rank': line.rank,
        }


def _check_quantity(basket, line, quantity: float) -> None:
    if not 0 <= quantity <= line.quantity:
        lang = Pool().get('ir.lang').get()
        raise CheckoutError(gettext(
                'aid_basket.msg_exchange_too_much',
                basket=basket.rec_name, product=line.product.rec_name,
                quantity=lang.format_number_symbol(
                    line.quantity, line.unit)))


# At the checkout, inside its transaction

def bring_back(baskets) -> None:
    """Take back what *baskets* do not keep of those they replace.

    The replaced ones are reversed: their invoices are credited.

    :raises BasketError: one was reversed in the meantime
    """
    for basket in baskets:
        if basket.replaces:
            _bring_back(basket, basket.replaces)


def _bring_back(basket, old) -> None:
    pool = Pool()
    Line = pool.get('aid.basket.line')
    Move = pool.get('stock.move')
    cancel.check_state(old)
    kept = _kept_of(basket)
    fates = {r.line: r.fate for r in basket.returns}
    today = basket.session.branch.today()
    lines, values = [], []
    handed_over = list(old.lines)
    out = cancel.still_out(handed_over)
    for line in handed_over:
        back = round(line.quantity - kept.get(line, 0), 6)
        # More is kept than was there: the goods on top are to be scanned
        _check_quantity(basket, line, back)
        if not (back > 0 and line.move):
            line.fate = 'kept'
            continue
        line.fate = fates.get(line) or usual_fate(line.product)
        # A recall may have brought some of it back before
        left = min(back, round(out[line] - kept.get(line, 0), 6))
        if left > 0:
            lines.append(line)
            values.append(cancel.return_values(
                    old, line, line.fate, today, left))
    moves = Move.create(values)
    Move.do(moves)
    for line, move in zip(lines, moves):
        line.return_move = move
    Line.save(handed_over)
    if old.invoice:
        cancel.credit(old)
    old.state = 'cancelled'
    old.cancelled_at = dt.datetime.now()
    old.cancelled_by = Transaction().user or None
    old.cancel_reason = gettext('aid_basket.msg_exchange')
    old.save()


def _kept_of(basket) -> dict:
    "How much of each line of the replaced basket is kept, in its unit"
    UoM = Pool().get('product.uom')
    kept: dict = defaultdict(float)
    for line in basket.lines:
        if line.kept:
            kept[line.kept] += UoM.compute_qty(
                line.unit, line.quantity, line.kept.unit, round=False)
    return kept


def settle(basket, pay: str | None) -> None:
    """Carry what was paid over to *basket*, and the difference.

    What is still to pay is taken as *pay*; None leaves it open. What is too
    much is given back, in cash where nothing else is said.
    """
    Payment = Pool().get('aid.basket.payment')
    old, session = basket.replaces, basket.session
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for payment in old.payments:
        paid[payment.kind] += payment.amount
    back, over = carry(
        {k: v for k, v in paid.items() if v > 0}, basket.asked, pay or 'cash')
    missing = basket.asked - sum(over.values(), ZERO)
    if pay and missing:
        over[pay] = over.get(pay, ZERO) + missing
    Payment.book([p for p in old.payments if p.state == 'taken'])
    returned = Payment.take(
        [(old, kind, amount) for kind, amount in back.items()],
        session=session)
    Payment.take(
        [(basket, kind, amount) for kind, amount in over.items()],
        session=session)
    Payment.book(returned)
    type(old).reconcile([old])


# The question

class ExchangeStart(ModelView):
    "What a household brings back"
    __name__ = 'aid.basket.exchange.start'

    basket = fields.Many2One('aid.basket', "Basket", readonly=True)
    lines = fields.One2Many('aid.basket.exchange.line', None, "Goods")
    begun = fields.Many2One('aid.basket', "Begun", readonly=True)


class ExchangeLine(cancel.ReturnedLine):
    "How much of one line comes back, and where it goes"
    __name__ = 'aid.basket.exchange.line'

    back = fields.Float(
        "Comes Back", digits='unit',
        domain=['OR', ('back', '=', None), [
                ('back', '>=', 0), ('back', '<=', Eval('quantity', 0))]])

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.quantity.string = "Handed Over"


class Exchange(Wizard):
    "Exchange goods of a basket that was handed over"
    __name__ = 'aid.basket.exchange'

    start = StateView(
        'aid.basket.exchange.start', 'aid_basket.exchange_start_view_form', [
            Button("Keep the Basket", 'end', 'tryton-back'),
            Button("Scan Other Goods", 'open_', 'tryton-forward',
                default=True),
            ])
    open_ = StateAction('aid_basket.act_basket_exchange')

    def default_start(self, names) -> dict:
        basket = self.record
        cancel.check_state(basket)
        return {
            'basket': basket.id,
            'lines': [
                ExchangeLine.values_of(line, usual_fate(line.product))
                for line in basket.lines],
            }

    def do_open_(self, action) -> tuple[dict, dict]:
        # Pressed again after a lost answer: it is begun already
        if not self.start.begun:
            self.start.begun = begin(self.record, {
                    l.line.id: (l.back or 0, l.fate)
                    for l in self.start.lines})
        return action, {'res_id': [self.start.begun.id]}
