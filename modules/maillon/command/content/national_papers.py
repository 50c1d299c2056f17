"""The papers of a national network: numbers, invoices, entries, payments.

Copies of what one basket paid in cash and one paid by card have left, once
the poster has been by: see `national`. Each branch numbers its own papers
without a gap, in the order of their days.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from trytond.pool import Pool
from trytond.transaction import Transaction

from . import national_people
from .bulk import Numbers, copy, digits, of_code, say, table

if TYPE_CHECKING:
    from .national import Load

__all__ = ['LOADED', 'make_numbers', 'plan', 'steps']

PAYMENT_LINES = 'account_invoice-account_move_line'
LOADED = [
    'account_invoice', 'account_invoice_line', 'account_move',
    'account_move_line', 'account_move_reconciliation', PAYMENT_LINES,
    'aid_basket_payment']


def make_numbers(load: Load) -> None:
    "The numbers of each branch and year, and a table of what comes next"
    pool = Pool()
    Branch = pool.get('aid.branch')
    BranchSequence = pool.get('aid.branch.sequence')
    branches = Branch.search([('code', 'like', 'S%')])
    years = {load.today, load.today - dt.timedelta(days=366)}
    BranchSequence.make([
            (branch, kind, day) for branch in branches
            for kind in ['invoice', 'hand_over'] for day in sorted(years)])
    table('t_number', """
        SELECT s.branch, s.kind = 'hand_over' AS free,
            extract(year FROM s.since) AS year, q.id AS sequence, q.prefix,
            q.padding, q.number_next_internal AS next
        FROM aid_branch_sequence s
        JOIN ir_sequence_strict q ON q.id = s.sequence
        WHERE s.kind IN ('invoice', 'hand_over')""")


def plan(load: Load) -> dict[str, str]:
    """What stands on the paper of each basket, and where it is booked.

    :return: SQL by the name of its table, in order
    """
    number = digits('p.next + p.nth - 1', 'p.padding')
    invoice = f"{load.first['account_invoice']} - 1 + p.paper"
    entitlement = (
        f"{load.first['aid_entitlement']}"
        f" + p.household * {national_people.PERIODS}"
        f" + (p.date - p.since) / {national_people.PERIOD}")
    return {
        't_paper': f"""
            SELECT p.n, p.prefix || {number} AS number, p.sequence,
                CASE WHEN NOT p.free THEN {invoice} END AS invoice,
                {entitlement} AS entitlement
            FROM (
                SELECT b.*, q.prefix, q.padding, q.next, q.sequence,
                    count(*) FILTER (WHERE NOT b.free) OVER (
                        ORDER BY b.n) AS paper,
                    row_number() OVER (
                        PARTITION BY q.sequence ORDER BY b.n) AS nth
                FROM t_basket b
                JOIN t_number q ON q.branch = b.branch AND q.free = b.free
                    AND q.year = extract(year FROM b.date)) p""",
        # Two entries each, that of the invoice and that of the payment
        't_entry': f"""
            SELECT b.n, b.branch, b.date, b.household, b.asked, b.pay,
                s.n AS session, p.number, p.sequence, p.invoice,
                row_number() OVER (ORDER BY b.n) AS nth,
                q.id AS move_sequence, d.id AS period,
                q.prefix AS move_prefix, q.padding, q.number_next_internal
                + 2 * (row_number() OVER (
                    PARTITION BY q.id ORDER BY b.n) - 1) AS move_number
            FROM t_basket b
            JOIN t_paper p ON p.n = b.n
            JOIN t_session s USING (branch, date)
            JOIN account_period d ON b.date BETWEEN d.start_date
                AND d.end_date AND d.type = 'standard'
            JOIN account_fiscalyear y ON y.id = d.fiscalyear
            JOIN ir_sequence_strict q
                ON q.id = coalesce(d.move_sequence, y.move_sequence)
            WHERE NOT b.free AND y.company = {_company(load)}""",
        }


def _company(load: Load) -> int:
    Basket = Pool().get('aid.basket')
    return Basket(load.story.whole['cash']).branch.company.id


def steps(load: Load) -> list[tuple[str, Callable[[], None]]]:
    "What is to be done once the baskets are planned"
    return [
        ("invoices", lambda: _copy_invoices(load)),
        ("entries", lambda: _copy_entries(load)),
        ("payments", lambda: _copy_payments(load)),
        ("next numbers", lambda: _go_on_numbering(load)),
        ]


def _copy_invoices(load: Load) -> None:
    "An invoice with one line for each basket that was paid"
    invoice = _story(load, 'cash').invoice
    line, = invoice.lines
    copy('account_invoice', invoice.id, 't_entry', {
            'id': 'new.invoice',
            'number': 'new.number',
            **of_code('new.number', 'number'),
            'sequence': 'new.sequence',
            'branch': 'new.branch',
            'party': _party(load),
            'invoice_date': 'new.date',
            'payment_term_date': 'new.date',
            'move': _move(load, 0),
            'total_amount_cache': 'new.asked',
            'untaxed_amount_cache': 'new.asked',
            })
    copy('account_invoice_line', line.id, 't_entry', {
            'id': f"{load.first['account_invoice_line']} + new.nth - 1",
            'invoice': 'new.invoice',
            'unit_price': 'new.asked',
            })


def _copy_entries(load: Load) -> None:
    "For each invoice its entry and that of its payment, reconciled"
    pays = {name: _story(load, name) for name in ['cash', 'card']}
    invoice = pays['cash'].invoice
    booked = {
        name: basket.payments[0].move for name, basket in pays.items()}
    for template, nth, source in [
            (invoice.move, 0, 't_entry'),
            *((move, 1, _paid_by(name)) for name, move in booked.items())]:
        copy('account_move', template.id, source, {
                'id': _move(load, nth),
                'number': 'new.move_prefix || ' + digits(
                    f'new.move_number + {nth}', 'new.padding'),
                'period': 'new.period',
                'date': 'new.date',
                'post_date': 'new.date',
                'origin': "'account.invoice,' || new.invoice",
                **({'description': 'new.number'}
                    if template.description else {}),
                })
    numbers = Numbers(_reconciliations(invoice.company))
    reconciliation, = {l.reconciliation for l in invoice.lines_to_pay}
    copy('account_move_reconciliation', reconciliation.id, 't_entry', {
            'id': _reconciled(load),
            'number': numbers.sql('new.nth - 1'),
            'date': 'new.date',
            })
    numbers.go_on(say('SELECT count(*) FROM t_entry')[0][0])

    for move, entry, source in [
            (invoice.move, 0, 't_entry'),
            *((move, 1, _paid_by(name)) for name, move in booked.items())]:
        for place, line in enumerate(
                sorted(move.lines, key=lambda l: not l.reconciliation)):
            _copy_line(load, line, 2 * entry + place, entry, source)


def _copy_line(
        load: Load, line, nth: int, entry: int, source: str) -> None:
    """Copies of a line of an entry.

    :param nth: which one of the four that an invoice and its payment have
    :param entry: 0 for that of the invoice, 1 for that of the payment
    """
    values = {
        'id': _line(load, nth),
        'move': _move(load, entry),
        'debit': 'new.asked' if line.debit else '0',
        'credit': 'new.asked' if line.credit else '0',
        }
    if line.party:
        values['party'] = _party(load)
    if line.maturity_date:
        values['maturity_date'] = 'new.date'
    if line.reconciliation:
        values['reconciliation'] = _reconciled(load)
    copy('account_move_line', line.id, source, values)


def _copy_payments(load: Load) -> None:
    "What the tills took, and the line of its entry that pays the invoice"
    first = load.first
    link, = say(
        f'SELECT id FROM "{PAYMENT_LINES}" WHERE invoice = %s',
        _story(load, 'cash').invoice.id)
    copy(PAYMENT_LINES, link[0], 't_entry', {
            'id': f'{first[PAYMENT_LINES]} + new.nth - 1',
            'invoice': 'new.invoice',
            'line': _line(load, 2),
            })
    for name in ['cash', 'card']:
        payment, = _story(load, name).payments
        copy('aid_basket_payment', payment.id, _paid_by(name), {
                'id': f"{first['aid_basket_payment']} + new.nth - 1",
                'basket': f"{first['aid_basket']} + new.n - 1",
                'session': f"{first['aid_distribution_session']}"
                " + new.session - 1",
                'amount': 'new.asked',
                'date': 'new.date',
                'taken_at': "least(new.date::timestamp + time '14:00',"
                " now() AT TIME ZONE 'UTC')",
                'move': _move(load, 1),
                })


def _go_on_numbering(load: Load) -> None:
    "The next numbers come after those that were given"
    for given in [
            'SELECT sequence, count(*) AS count FROM t_paper GROUP BY 1',
            'SELECT move_sequence AS sequence, 2 * count(*) AS count'
            ' FROM t_entry GROUP BY 1']:
        say(f"""
            UPDATE ir_sequence_strict q
            SET number_next_internal = number_next_internal + g.count
            FROM ({given}) g WHERE q.id = g.sequence""")


# Where things are, in the expressions of a copy

def _story(load: Load, name: str):
    "The basket that was paid in *name*"
    return Pool().get('aid.basket')(load.story.whole[name])


def _paid_by(name: str) -> str:
    return f"(SELECT * FROM t_entry WHERE pay = '{name}')"


def _move(load: Load, entry: int) -> str:
    return f"{load.first['account_move']} + 2 * (new.nth - 1) + {entry}"


def _line(load: Load, nth: int) -> str:
    return f"{load.first['account_move_line']} + 4 * (new.nth - 1) + {nth}"


def _reconciled(load: Load) -> str:
    return f"{load.first['account_move_reconciliation']} + new.nth - 1"


def _party(load: Load) -> str:
    return f"{load.first['party_party']} + new.household"


def _reconciliations(company):
    "The sequence of reconciliations"
    with Transaction().set_context(company=company.id):
        return Pool().get('account.configuration')(1).get_multivalue(
            'reconciliation_sequence', company=company.id)
