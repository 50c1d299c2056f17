"""Goods that left on paper: they have left, whatever the rules say.

What is good is taken first; then what should not have been handed over, which
is kept as an incident for a recall. What is missing then is found.
"""
from __future__ import annotations

from aid_lot.first_expired import allocate


def take(rows, refused, wanted: float, left: dict) -> tuple[list, float]:
    """Take *wanted* from *rows*, then from *refused*, first expired first.

    :param rows: rows on hand that may be handed over
    :param refused: rows on hand that may not
    :param left: row id → what nobody has taken yet, reduced here
    :return: (row, quantity) pairs, and how much has to be found beside
    """
    taken, missing = [], wanted
    for some in [rows, refused]:
        part = allocate(
            [(row, left[row.id], row.expiry) for row in some], missing,
            digits=6)
        taken += [tuple(t) for t in part.taken]
        missing = part.missing
    for row, quantity in taken:
        left[row.id] = round(left[row.id] - quantity, 6)
    return taken, missing


def note_incidents(lines, shelf) -> None:
    "Say on each of *lines* why its lot should not have been handed over"
    for line in lines:
        line.incident = shelf.refusal(line.lot)
