"""Which lots a notice of recall is about: plain values, no database."""
from __future__ import annotations

from dataclasses import dataclass

#: From certain to a mere hint
GRADES = [
    ('lot', "Barcode and Lot"),
    ('date', "Barcode and Date"),
    ('gtin', "Barcode"),
    ('words', "Brand and Words"),
    ]


@dataclass(frozen=True)
class Match:
    """A lot that a notice may be about.

    :param lot: id of the ``stock.lot``
    :param grade: one of ``GRADES``: ``lot`` (GTIN and lot), ``date`` (GTIN
        and date), ``gtin``, or ``words`` (brand and words: a human looks)
    :param why: what agrees, as it is written on the pack
    """
    lot: int
    grade: str
    why: str
