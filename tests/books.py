"""What is true of a database whatever has happened to its servers.

Asked of PostgreSQL itself, which knows nothing of how it came to be.
"""
from __future__ import annotations

import re
from collections import defaultdict

#: A lock that was not given, or a transaction that came too late
LOCK_ERROR = re.compile(
    'could not serialize|deadlock detected|could not obtain lock'
    '|lock timeout')


def assert_goods_add_up(cluster, name: str) -> None:
    "What is on hand is the sum of the moves, added up by the database"
    assert not cluster.execute("""
        WITH ends AS (
            SELECT to_location AS location, lot, internal_quantity AS kg
            FROM stock_move WHERE state = 'done' AND lot IS NOT NULL
            UNION ALL
            SELECT from_location, lot, -internal_quantity
            FROM stock_move WHERE state = 'done' AND lot IS NOT NULL),
        moved AS (
            SELECT location, lot, SUM(kg) AS kg FROM ends
            JOIN stock_location AS l ON l.id = location
            WHERE l.type = 'storage' GROUP BY location, lot)
        SELECT * FROM moved
        FULL JOIN aid_lot_on_hand AS h USING (location, lot)
        WHERE ABS(COALESCE(moved.kg, 0) - COALESCE(h.quantity, 0)) > 1e-6
            OR h.quantity < 0
        """, name)


def assert_numbers_have_no_gap(cluster, name: str, branches: int) -> None:
    """Each of *branches* counts its papers from one, each number once.

    Each has papers; invoices and slips are there.
    """
    numbers = defaultdict(list)
    for branch, document, number in cluster.execute(
            "SELECT branch, document, number FROM aid_basket"
            " WHERE state = 'done'", name):
        prefix, digits = split(number)
        numbers[branch, document, prefix].append(digits)
    documents = {document for _, document, _ in numbers}
    assert documents == {'invoice', 'hand_over'}
    assert len({branch for branch, *_ in numbers}) == branches, numbers
    for key, used in numbers.items():
        assert sorted(used) == list(range(1, len(used) + 1)), key


def split(number: str) -> tuple[str, int]:
    """The words and the count of the number of a paper.

    >>> split('nord-F2026-00012')
    ('nord-F2026-', 12)
    """
    prefix, digits = re.fullmatch(r'(.*?)(\d+)', number).groups()
    return prefix, int(digits)


def assert_invoices_are_entered(cluster, name: str) -> None:
    """Every numbered invoice has one entry, numbered without a gap.

    That of its payment, which names it too, is in another journal.
    """
    waiting, = cluster.execute(
        "SELECT COUNT(*) FROM account_invoice"
        " WHERE number IS NOT NULL AND move IS NULL", name)
    assert waiting == (0,)
    twice = cluster.execute(
        "SELECT origin FROM account_move"
        " WHERE origin LIKE 'account.invoice,%'"
        " GROUP BY origin, journal HAVING COUNT(*) > 1", name)
    assert not twice
    numbers = [
        split(number)[1] for number, in cluster.execute(
            "SELECT number FROM account_move WHERE state = 'posted'", name)]
    assert sorted(numbers) == list(
        range(min(numbers), min(numbers) + len(numbers)))


def done_baskets(cluster, name: str) -> set[int]:
    "Ids of the baskets that are done"
    return {id_ for id_, in cluster.execute(
            "SELECT id FROM aid_basket WHERE state = 'done'", name)}


def assert_baskets_happened_once(
        cluster, name: str, told: list[int], before: set[int]) -> None:
    """What tills were *told* is done is done, once, and nothing else is.

    :param told: ids of baskets
    :param before: what `done_baskets` said when they began
    """
    assert len(told) == len(set(told))
    done = done_baskets(cluster, name) - before
    assert not set(told) - done, "a till was told, and it is not there"
    assert not done - set(told), "done, and nobody was told"
    unlike = cluster.execute("""
        SELECT b.id, COUNT(m.id), COUNT(l.id)
        FROM aid_basket AS b
        JOIN aid_basket_line AS l ON l.basket = b.id
        LEFT JOIN stock_move AS m ON m.state = 'done'
            AND m.origin = 'aid.basket.line,' || l.id
        WHERE b.state = 'done'
        GROUP BY b.id HAVING COUNT(m.id) <> COUNT(l.id)
        """, name)
    assert not unlike, "goods left twice, or not at all"
    paid = cluster.execute("""
        SELECT b.id FROM aid_basket AS b
        LEFT JOIN aid_basket_payment AS p ON p.basket = b.id
        WHERE b.state = 'done' AND b.document = 'invoice'
        GROUP BY b.id, b.asked
        HAVING COALESCE(SUM(p.amount), 0) <> b.asked
        """, name)
    assert not paid, "paid twice, or not at all"


def lock_errors(log: str) -> list[str]:
    "What a *log* of PostgreSQL says of locks that were not given"
    return [line for line in log.splitlines() if LOCK_ERROR.search(line)]
