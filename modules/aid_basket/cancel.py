"""Reversing a basket: the goods' fate line by line, and the money.

The basket is not deleted: its invoice is credited, its goods come back by
moves that name the ones they undo.
"""
from __future__ import annotations

import datetime as dt
from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import Transaction
from trytond.wizard import Button, StateTransition, StateView, Wizard

from .exceptions import BasketError
from .own_transaction import own_transaction, read_again
from .repeat import press_of

FATES = [
    ('shelf', "Back on the Shelf"),
    ('bin', "Thrown Away"),
    ('never_left', "Never Left the Shop"),
    ]


def cancel(basket, reason: str, fates: dict[int, str], session=None) -> None:
    """Reverse *basket*.

    *fates* maps line ids to `shelf`, `bin` or `never_left` (the default).
    What was paid is paid back from the till of *session*; what was open is
    no longer owed.

    :raises BasketError: the basket is not handed over, or was cancelled
    """
    check_state(basket)
    with own_transaction([basket], basket.session.branch.company):
        pool = Pool()
        Basket = pool.get('aid.basket')
        BranchSequence = pool.get('aid.branch.sequence')
        basket = Basket(basket.id)
        BranchSequence.hold([
                (basket.session.branch, 'hand_over', basket.date)])
        read_again()
        basket = Basket(basket.id)
        check_state(basket)
        session = session or open_session(basket)
        paid_back = basket.paid
        _bring_back(basket, fates)
        if basket.invoice:
            credit(basket)
        basket.state = 'cancelled'
        basket.cancelled_at = dt.datetime.now()
        basket.cancelled_by = Transaction().user or None
        basket.cancel_reason = reason
        basket.request_key = Transaction().context.get('request_key')
        basket.save()
        _pay_back(basket, paid_back, session)
        type(basket).reconcile([basket])


def check_state(basket) -> None:
    "Only a basket that was handed over can be reversed, and only once"
    if basket.state != 'done':
        key = 'draft' if basket.state == 'draft' else 'twice'
        raise BasketError(gettext(
                f'aid_basket.msg_cancel_{key}', basket=basket.rec_name))


def open_session(basket):
    "The open session whose till pays back"
    Session = Pool().get('aid.distribution.session')
    if basket.session.state == 'open':
        return Session(basket.session.id)
    sessions = Session.search([
            ('branch', '=', basket.session.branch.id),
            ('state', '=', 'open'),
            ], order=[('date', 'DESC'), ('id', 'DESC')], limit=1)
    if not sessions:
        raise BasketError(gettext(
                'aid_basket.msg_cancel_no_session',
                basket=basket.rec_name,
                branch=basket.session.branch.rec_name))
    return sessions[0]


# The goods

def _bring_back(basket, fates: dict[int, str]) -> None:
    "Move every line where its fate sends it, all at once"
    pool = Pool()
    Line = pool.get('aid.basket.line')
    Move = pool.get('stock.move')
    lines = [line for line in basket.lines if line.move]
    out = still_out(lines)
    left = {
        line: quantity for line in lines
        if (quantity := min(line.quantity, out[line])) > 0}
    today = basket.session.branch.today()
    moves = Move.create([
            return_values(
                basket, line, fates.get(line.id), today, quantity)
            for line, quantity in left.items()])
    Move.do(moves)
    for line in lines:
        line.fate = fates.get(line.id, 'never_left')
    for line, move in zip(left, moves):
        line.return_move = move
    Line.save(lines)


def still_out(lines) -> dict:
    """How much of what *lines* were handed over by is not here again.

    In the unit of each line. A recall takes goods back and leaves the basket
    as it was; an exchange leaves what is kept on the move it went by. One
    question, which begins with the lots: these have an index, origins have
    none.
    """
    pool = Pool()
    Move = pool.get('stock.move')
    UoM = pool.get('product.uom')
    by_move = {str(line.move): line for line in lines if line.move}

    def quantity(move, line) -> float:
        return UoM.compute_qty(
            move.unit, move.quantity, line.unit, round=False)
    out = {line: quantity(line.move, line) for line in by_move.values()}
    for move in Move.search([
                ('lot', 'in', list({
                            line.move.lot.id for line in by_move.values()
                            if line.move.lot})),
                ('state', '=', 'done'),
                ('origin', 'in', list(by_move)),
                ]):
        line = by_move[str(move.origin)]
        out[line] -= quantity(move, line)
    return {line: round(left, 6) for line, left in out.items()}


def return_values(
        basket, line, fate: str | None, today: dt.date, quantity: float
        ) -> dict:
    "A move that brings *quantity* of *line* back where *fate* sends it"
    ModelData = Pool().get('ir.model.data')
    branch = basket.session.branch
    move = line.move
    priced = fate != 'bin'
    if fate == 'bin':
        to_location = ModelData.get_id('aid_lot', 'location_disposal')
    elif line.lot and (line.lot.hold or line.lot.is_past_use_by(today)):
        # Nobody hands it over any more, but nobody lost it either
        to_location = branch.quarantine.id
    else:
        to_location = move.from_location.id
    return {
        'product': move.product.id,
        'lot': line.lot.id if line.lot else None,
        'quantity': quantity,
        'unit': line.unit.id,
        'from_location': move.to_location.id,
        'to_location': to_location,
        'company': move.company.id,
        'currency': move.currency.id if priced else None,
        'unit_price': move.unit_price if priced else None,
        'planned_date': today,
        'effective_date': today,
        'origin': str(move),
        }


# The money

def credit(basket) -> None:
    """Credit the invoice of *basket* in full.

    The credit note is posted at once: it is reconciled with the original,
    which therefore must have its own entry.
    """
    Invoice = Pool().get('account.invoice')
    today = basket.session.branch.today()
    _hold_numbers(basket, today)
    invoice = Invoice(basket.invoice.id)
    with Transaction().set_context(_skip_warnings=True):
        if not invoice.move:
            Invoice._post([invoice])
            invoice = Invoice(invoice.id)
        credit, = Invoice.credit(
            [invoice], invoice_date=max(today, invoice.invoice_date))
        Invoice.post([credit])
    basket.credit_note = credit


def _hold_numbers(basket, today: dt.date) -> None:
    """Wait for the numbers of the credit note and of the entries.

    Tryton would begin the transaction around this one again, with locks that
    this one then waits for in vain.
    """
    pool = Pool()
    BranchSequence = pool.get('aid.branch.sequence')
    Period = pool.get('account.period')
    branch = basket.session.branch
    days = {today, basket.date, basket.invoice.invoice_date}
    BranchSequence.hold([
            (branch, 'credit_note', max(today, basket.invoice.invoice_date))])
    periods = [Period.find(branch.company, date=day) for day in days]
    BranchSequence.hold_strict([p.move_sequence_used for p in periods])
    read_again()


def _pay_back(basket, amount: Decimal, session) -> None:
    """Give back what was paid, in the way it was paid; forget the rest.

    A waiver is taken back without money.
    """
    Payment = Pool().get('aid.basket.payment')
    if not amount:
        return
    by_kind: dict[str, Decimal] = {}
    for payment in basket.payments:
        by_kind[payment.kind] = (
            by_kind.get(payment.kind, Decimal(0)) + payment.amount)
    payments = Payment.take(
        [(basket, kind, -paid) for kind, paid in by_kind.items() if paid],
        session=session)
    Payment.book([p for p in basket.payments if p.state == 'taken'
            and p not in payments])
    Payment.book(payments)


class CancelStart(ModelView):
    "Why a basket is reversed, and where its goods are"
    __name__ = 'aid.basket.cancel.start'

    basket = fields.Many2One('aid.basket', "Basket", readonly=True)
    reason = fields.Char("Reason", required=True)
    all_lines = fields.Selection(
        FATES, "The Goods Are", required=True, sort=False,
        help="For all lines that say nothing else below.")
    lines = fields.One2Many(
        'aid.basket.cancel.line', None, "Goods")

    @staticmethod
    def default_all_lines() -> str:
        return 'shelf'

    @fields.depends('all_lines', 'lines')
    def on_change_all_lines(self) -> None:
        for line in self.lines or []:
            line.fate = self.all_lines
        self.lines = self.lines


class ReturnedLine(ModelView):
    "What a wizard shows of a line that was handed over, and its fate"

    line = fields.Many2One('aid.basket.line', "Line", readonly=True)
    product = fields.Many2One('product.product', "Product", readonly=True)
    lot = fields.Many2One('stock.lot', "Lot", readonly=True)
    quantity = fields.Float("Quantity", digits='unit', readonly=True)
    unit = fields.Many2One('product.uom', "Unit", readonly=True)
    fate = fields.Selection(FATES, "Fate", required=True, sort=False)

    @staticmethod
    def values_of(line, fate: str) -> dict:
        "The row of *line* with which a wizard begins"
        return {
            'line': line.id,
            'product': line.product.id,
            'lot': line.lot.id if line.lot else None,
            'quantity': line.quantity,
            'unit': line.unit.id,
            'fate': fate,
            }


class CancelLine(ReturnedLine):
    "Where the goods of one line are"
    __name__ = 'aid.basket.cancel.line'


class Cancel(Wizard):
    "Reverse a basket that was handed over"
    __name__ = 'aid.basket.cancel'

    start = StateView(
        'aid.basket.cancel.start', 'aid_basket.cancel_start_view_form', [
            Button("Keep the Basket", 'end', 'tryton-back'),
            Button("Reverse", 'cancel', 'tryton-cancel', default=True,
                states={'readonly': ~Eval('reason', '')}),
            ])
    cancel = StateTransition()

    def default_start(self, names) -> dict:
        basket = self.record
        check_state(basket)
        return {
            'basket': basket.id,
            'lines': [
                CancelLine.values_of(line, CancelStart.default_all_lines())
                for line in basket.lines],
            }

    def transition_cancel(self) -> str:
        with press_of('cancel', self.record) as done:
            if not done:
                cancel(
                    self.record, self.start.reason,
                    {l.line.id: l.fate for l in self.start.lines})
        return 'end'
