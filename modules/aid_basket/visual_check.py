"""Goods without a date: a word to look at them, when nobody did lately.

It warns and never stops anything.
"""
from __future__ import annotations


def words(basket, line) -> str | None:
    """What to say when *line* is new in *basket*, or None.

    Once for each lot of the basket.
    """
    lot = line.lot
    if not lot or any(
            getattr(other, 'lot', None) == lot
            for other in basket.lines if other is not line):
        return None
    return lot.look_again(basket.session.date)
