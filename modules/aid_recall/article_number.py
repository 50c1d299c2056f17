"""The number under the bars, as notices of recall write it.

Plain functions over texts.  Numbers that begin with 2, 02 or 04 are given by
each shop as it likes: the same number is another product in the next shop,
so they are never compared across the network.
"""
from __future__ import annotations

import re

from biip.checksums import gs1_standard_check_digit

__all__ = ['doubt', 'gtin_14', 'in_prose']

_LENGTHS = (8, 12, 13, 14)
#: In prose eight digits are a lot more often than a barcode
_LONG = re.compile(r'(?<![\w.])\d{12,14}(?![\w.])')


def doubt(text: str | None) -> str | None:
    """Why goods cannot be found by the number *text*, None if they can.

    :return: ``length``, ``check_digit``, ``in_store``, or None; also where
        there is no number at all
    """
    digits = _digits(text)
    if not digits and not (text or '').strip():
        return None
    if not 8 <= len(digits) <= 14 or not digits.strip('0'):
        return 'length'
    if _is_in_store(digits):
        # Often written with zeros for the weight, and no check digit
        return 'in_store'
    if int(digits[-1]) != gs1_standard_check_digit(digits[:-1]):
        return 'check_digit'
    return None


def gtin_14(text: str | None) -> str | None:
    """The 14 digits by which goods are found, None where they cannot be.

    >>> gtin_14("3760289220694"), gtin_14("0203684000000")
    ('03760289220694', None)
    """
    digits = _digits(text)
    if not digits or doubt(text):
        return None
    return digits.zfill(14)


def in_prose(text: str | None) -> list[str]:
    "The numbers in *text* by which goods are found, as they are written"
    return [
        number for number in _LONG.findall(text or '') if gtin_14(number)]


def _digits(text: str | None) -> str:
    "The digits of a number that may be written with spaces"
    compact = re.sub(r'[\s.-]', '', text or '')
    return compact if compact.isdecimal() and compact.isascii() else ''


def _is_in_store(digits: str) -> bool:
    """Whether only a shop knows what the number is.

    GS1 General Specifications 2.1: prefixes 02, 04 and 20 to 29 of thirteen
    digits, 0 and 2 of eight; a number that is 11 or 12 digits long has lost
    its zeros.
    """
    if len(digits) == 8:
        return digits[0] in '02'
    base = digits[1:] if len(digits) == 14 else digits.zfill(13)
    return base.startswith(('2', '02', '04'))
