"""A network in miniature, loaded as the national one is, and looked at.

    python tests/nation.py URI NAME

Loads six groceries and 2,000 moves around the prepared house *NAME* and
prints, as one JSON object, what does not agree by the question that was
asked: rows that should not be there.
"""
from __future__ import annotations

import datetime as dt
import json
import sys

SITES, HOUSEHOLDS, MOVES = 6, 96, 2000
#: Each gives the rows that are wrong; ``today`` is a parameter
QUESTIONS = {
    'numbers without a gap, in the order of their days': """
        SELECT number FROM (
            SELECT number, invoice_date, sequence,
                lag(invoice_date) OVER numbers AS before,
                substring(number FROM '[0-9]+$')::int
                - row_number() OVER numbers AS gap
            FROM account_invoice WHERE branch IS NOT NULL
            WINDOW numbers AS (PARTITION BY sequence ORDER BY number)) i
        WHERE gap != 0 OR before > invoice_date""",
    'slips without a gap': """
        SELECT branch, count(*) FROM aid_basket
        WHERE document = 'hand_over'
        GROUP BY branch, split_part(number, '-', 2)
        HAVING count(*) != max(substring(number FROM '[0-9]+$')::int)""",
    'the next number comes after the last': """
        SELECT q.name FROM ir_sequence_strict q
        JOIN account_invoice i ON i.sequence = q.id
        GROUP BY q.id HAVING q.number_next_internal != count(*) + 1""",
    'entries are numbered without a gap': """
        SELECT left(number, 7) FROM account_move WHERE state = 'posted'
        GROUP BY 1
        HAVING count(*) != max(substring(number FROM '[0-9]+$')::int)""",
    'entries balance': """
        SELECT move FROM account_move_line
        GROUP BY move HAVING sum(debit) != sum(credit)""",
    'reconciled lines balance': """
        SELECT reconciliation FROM account_move_line
        WHERE reconciliation IS NOT NULL
        GROUP BY 1 HAVING sum(debit) != sum(credit)""",
    'an entry is in the period of its day': """
        SELECT m.id FROM account_move m JOIN account_period p
            ON p.id = m.period
        WHERE m.date NOT BETWEEN p.start_date AND p.end_date""",
    'an invoice asks what its basket asks, and bears its party': """
        SELECT b.id FROM aid_basket b
        JOIN account_invoice i ON i.id = b.invoice
        JOIN aid_household h ON h.id = b.household
        JOIN account_invoice_line l ON l.invoice = i.id
        WHERE l.unit_price != b.asked OR i.total_amount_cache != b.asked
            OR i.party != h.party OR i.number != b.number""",
    'a basket is the sum of its lines': """
        SELECT b.id FROM aid_basket b
        JOIN aid_basket_line l ON l.basket = b.id WHERE b.state = 'done'
        GROUP BY b.id
        HAVING sum(l.asked) != b.asked OR sum(l.granted) != b.granted
            OR sum(l.market_value) != b.market_value
            OR abs(sum(l.kg) - b.kg) > .001""",
    'what is paid was taken and booked': """
        SELECT b.id FROM aid_basket b
        LEFT JOIN aid_basket_payment p ON p.basket = b.id
        LEFT JOIN account_move m ON m.id = p.move
        WHERE b.number LIKE 'S0%%' AND b.asked > 0 AND (
            p.amount IS DISTINCT FROM b.asked OR p.state != 'booked'
            OR m.date != b.date OR p.session != b.session)""",
    'a session adds its baskets up': """
        SELECT s.id FROM aid_distribution_session s
        JOIN aid_basket b ON b.session = s.id WHERE s.state = 'posted'
        GROUP BY s.id
        HAVING s.frozen_baskets_count != count(*)
            OR s.frozen_people_count != sum(b.people)
            OR s.frozen_asked != sum(b.asked)
            OR s.frozen_cash_taken + s.frozen_card_taken != sum(b.asked)
            OR s.cash_counted != s.cash_float + s.frozen_cash_taken""",
    'who takes a basket may': """
        SELECT b.id FROM aid_basket b
        JOIN aid_entitlement e ON e.id = b.entitlement
        WHERE e.household != b.household
            OR b.date NOT BETWEEN e.valid_from AND e.valid_until""",
    'everybody may today, once': """
        SELECT h.id FROM aid_household h
        JOIN aid_branch b ON b.id = h.branch
        LEFT JOIN aid_entitlement e ON e.household = h.id
            AND %(today)s BETWEEN e.valid_from AND e.valid_until
        WHERE b.code LIKE 'S0%%' AND h.till_name IS NOT NULL
        GROUP BY h.id HAVING count(e.id) != 1""",
    'a household has its people, one of them the contact': """
        SELECT h.id FROM aid_household h
        JOIN aid_household_member m ON m.household = h.id
        JOIN aid_basket b ON b.household = h.id
        WHERE b.number LIKE 'S0%%'
        GROUP BY h.id, b.id
        HAVING count(*) != b.people
            OR count(*) FILTER (WHERE m.main) != 1""",
    'nobody takes what has not come, or is past its date': """
        SELECT m.id FROM stock_move m
        JOIN stock_lot l ON l.id = m.lot
        JOIN stock_move i ON i.lot = m.lot AND i.id != m.id
            AND i.to_location = m.from_location
            AND i.state = 'done'
        WHERE m.state = 'done' AND m.from_branch IS NOT NULL
        GROUP BY m.id, l.id
        HAVING min(i.effective_date) > m.effective_date
            OR l.expiration_date < m.effective_date""",
    'nothing is in the future': """
        SELECT id FROM stock_move WHERE effective_date > %(today)s
        UNION ALL SELECT id FROM aid_basket WHERE date > %(today)s
        UNION ALL SELECT id FROM aid_lot_parent WHERE date > %(today)s""",
    'a line is what its move moved': """
        SELECT l.id FROM aid_basket_line l JOIN stock_move m
            ON m.id = l.move
        WHERE l.lot != m.lot OR l.product != m.product
            OR l.quantity != m.quantity
            OR m.origin != 'aid.basket.line,' || l.id""",
    'a donation is what came': """
        SELECT d.id FROM aid_donation_line d
        JOIN stock_lot l ON l.donation_line = d.id
        JOIN stock_move m ON m.origin = 'aid.donation.line,' || d.id
        WHERE m.lot != l.id OR m.quantity != d.quantity
            OR l.product != m.product""",
    'a transfer arrives whole': """
        SELECT shipment FROM stock_move
        WHERE shipment LIKE 'stock.shipment.internal,%%'
            AND state = 'done'
        GROUP BY shipment
        HAVING sum(CASE WHEN from_branch IS NULL OR to_branch IS NULL
                THEN 1 ELSE 0 END) > 0 OR count(*) %% 2 != 0""",
    'what was thrown away stands on a paper': """
        SELECT m.id FROM stock_move m
        LEFT JOIN aid_disposal_line l ON l.lot = m.lot
            AND m.origin = 'aid.disposal,' || l.disposal
        WHERE m.origin LIKE 'aid.disposal,%%'
            AND l.quantity IS DISTINCT FROM m.quantity""",
    'a shift counts who comes': """
        SELECT s.id FROM aid_shift s
        LEFT JOIN aid_shift_signup u ON u.shift = s.id
            AND u.state IN ('coming', 'present')
        GROUP BY s.id HAVING s.taken != count(u.id)""",
    'people sign up where they belong': """
        SELECT u.id FROM aid_shift_signup u
        JOIN aid_shift s ON s.id = u.shift
        JOIN aid_volunteer v ON v.id = u.volunteer
        WHERE v.branch != s.branch""",
    }


def main() -> None:
    uri, name = sys.argv[1:]
    from maillon.command import check, database

    database.configure(uri=uri)
    database.activate(name)
    from maillon.command import demo
    demo.grow(name, SITES, HOUSEHOLDS, MOVES, dt.date.today())
    wrong = {
        'maillon check': [
            str(d) for d in database.run(name, check.check)]}
    wrong.update(database.run(name, ask))
    counts = database.run(name, count)
    print(json.dumps({'wrong': wrong, 'counts': counts}))


def ask() -> dict[str, list[str]]:
    "The first rows of each question"
    from trytond.pool import Pool
    from trytond.transaction import Transaction

    branch, = Pool().get('aid.branch').search([], limit=1)
    # In the evening it may be tomorrow there already
    today = max(dt.date.today(), branch.today())
    cursor = Transaction().connection.cursor()
    wrong = {}
    for question, statement in QUESTIONS.items():
        cursor.execute(statement, {'today': today})
        wrong[question] = [str(row) for row in cursor.fetchmany(5)]
    return wrong


def count() -> dict[str, int]:
    "How many records there are of what was loaded"
    from trytond.pool import Pool

    return {
        model: Pool().get(model).search([], count=True)
        for model in [
            'stock.move', 'aid.basket', 'aid.household', 'account.invoice',
            'aid.lot.on_hand', 'aid.volunteer', 'aid.shift.signup',
            'stock.shipment.internal', 'aid.disposal']}


if __name__ == '__main__':
    main()
