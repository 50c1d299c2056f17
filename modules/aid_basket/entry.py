"""What somebody typed or a device sent into the one box of the till.

A code, a weight, a number of pieces, or "take the last one out": told apart
here by their shape alone, without the database.
"""
from __future__ import annotations

import re
from typing import NamedTuple

#: "1,25", "0.450 kg", "450 g", "+001.250kg", "ST,GS,+  1.250kg": scales that
#: type like a keyboard say whether the weight is stable, gross or net
_WEIGHT = re.compile(
    r'(?:ST\s*,\s*)?(?:(?:GS|NT)\s*,\s*)?\+?\s*'
    r'(?P<number>\d{1,6}(?:[.,]\d{1,4})?)\s*(?P<unit>kg|g)', re.I)
#: Without a unit it is the quantity in the unit of the goods; longer numbers
#: are codes
_QUANTITY = re.compile(r'\+?(?P<number>\d{1,4}(?:[.,]\d{1,3})?)')
_PIECES = re.compile(r'(?P<number>\d{1,4})\s*p', re.I)
_REMOVE = {'-', '\u2212', '\u2013'}


class Entry(NamedTuple):
    """What was entered.

    `kind` is one of `nothing`, `code`, `quantity` (`number` in the unit of
    the goods), `weight` (`number` kilograms), `pieces` (`number` of them),
    `remove`.
    """
    kind: str
    code: str = ''
    number: float | None = None


def read(text: str | None) -> Entry:
    """Tell what *text* is.

    >>> read('1,25')
    Entry(kind='quantity', code='1,25', number=1.25)
    >>> read('3p').kind, read('3p').number
    ('pieces', 3.0)
    >>> read('ST,GS,+  0.450kg').number
    0.45
    >>> read('3017620422003').kind
    'code'
    """
    code = (text or '').strip()
    if not code:
        return Entry('nothing')
    if code in _REMOVE:
        return Entry('remove', code)
    if match := _QUANTITY.fullmatch(code):
        number = _number(match)
        return Entry('quantity' if number else 'remove', code, number)
    if match := _PIECES.fullmatch(code):
        number = _number(match)
        return Entry('pieces' if number else 'remove', code, number)
    if match := _WEIGHT.fullmatch(code):
        number = _number(match)
        if match['unit'].lower() == 'g':
            number /= 1000
        return Entry('weight', code, round(number, 4))
    return Entry('code', code)


def _number(match) -> float:
    return float(match['number'].replace(',', '.'))
