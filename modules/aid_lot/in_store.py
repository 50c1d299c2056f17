"""Read the labels that a shop prints for itself: prefixes 20 to 29.

Such a number means something only where it was printed. Most scales write
two digits of prefix, the number of the goods, a value (weight or price) and
the check digit; which digits are what is a layout that a branch knows.
"""
from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

LENGTH = 13
#: Where nobody said more: two digits of prefix and five of the goods
GOODS_END = 7


class Layout(NamedTuple):
    """How one kind of label is written, for example 29 GGGGG WWWWW C.

    The value are the last `value_digits` before the check digit, with
    `decimals` of them behind the comma; before it stand the goods.
    """
    prefix: str
    #: `weight` in kilograms or `price`
    value: str = 'weight'
    value_digits: int = 5
    decimals: int = 3


class Label(NamedTuple):
    "What a label says"
    #: what stays the same on every label of the same goods
    key: str
    weight_kg: Decimal | None = None
    price: Decimal | None = None


def read(number: str, layouts: Iterable[Layout] = ()) -> Label:
    """What the in-store *number* says, by the first of *layouts* that fits.

    Of a number of another length the whole is the key.

    >>> read('2912345012502', [Layout('29')])
    Label(key='2912345', weight_kg=Decimal('1.250'), price=None)
    >>> read('2912345012502')
    Label(key='2912345', weight_kg=None, price=None)
    >>> read('21234567')
    Label(key='21234567', weight_kg=None, price=None)
    """
    if len(number) != LENGTH or not number.isdecimal():
        return Label(number)
    for layout in layouts:
        if not number.startswith(layout.prefix):
            continue
        end = LENGTH - 1
        digits = number[end - layout.value_digits:end]
        value = Decimal(digits).scaleb(-layout.decimals)
        key = number[:end - layout.value_digits]
        if layout.value == 'weight':
            return Label(key, weight_kg=value)
        return Label(key, price=value)
    return Label(number[:GOODS_END])
