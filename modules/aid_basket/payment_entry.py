"""The entries of the ledger for payments, many at once.

``account.invoice.pay_invoice`` makes, posts and adds one entry for each
payment. A till has dozens an hour of a few euros each, so the same entries
are made of all of them together.
"""
from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from trytond.pool import Pool
from trytond.transaction import Transaction

ZERO = Decimal(0)


class Booked(NamedTuple):
    "A payment, the invoice or credit note that it settles, and how"
    payment: object
    invoice: object
    method: object


def book(what: list[Booked], company) -> None:
    """Give payments their entry and put it beside their invoice.

    Nothing is saved of the payments themselves.

    :param what: of *company*, each about another basket, in its currency
    """
    pool = Pool()
    Basket = pool.get('aid.basket')
    Invoice = pool.get('account.invoice')
    Move = pool.get('account.move')
    if not what:
        return
    with Transaction().set_context(company=company.id):
        moves = [_entry(each, company) for each in what]
        Move.save(moves)
        Move.post(moves)
        Invoice.add_payment_lines({
                each.invoice: [_settling(move, each.invoice)]
                for each, move in zip(what, moves)})
    for each, move in zip(what, moves):
        each.payment.move = move
        each.payment.state = 'booked'
    Basket.reconcile([each.payment.basket for each in what])


def _entry(booked: Booked, company):
    "The entry of one payment, not saved"
    pool = Pool()
    Move = pool.get('account.move')
    Line = pool.get('account.move.line')
    Period = pool.get('account.period')
    payment, invoice, method = booked
    taken, given = max(payment.amount, ZERO), max(-payment.amount, ZERO)
    # What comes in is debited to the till, and the other way round
    till = method.debit_account if taken else method.credit_account
    lines = [
        Line(account=invoice.account, debit=given, credit=taken),
        Line(
            account=till.current(date=payment.date),
            debit=taken, credit=given)]
    for line in lines:
        if line.account.party_required:
            line.party = invoice.party
    return Move(
        journal=method.journal,
        period=Period.find(company, date=payment.date),
        date=payment.date,
        origin=invoice,
        description=payment.basket.number,
        company=company,
        lines=lines)


def _settling(move, invoice):
    "The line of *move* that settles *invoice*"
    return next(l for l in move.lines if l.account == invoice.account)
