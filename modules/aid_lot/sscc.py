"""The number of a logistic unit (SSCC), and its bars: plain functions.

GS1 General Specifications: 18 digits, the company prefix of whoever packed
it among them, written as application identifier 00 of a GS1-128 barcode.
"""
from __future__ import annotations

from biip.checksums import gs1_standard_check_digit

from trytond.tools.barcode import generate_svg

LENGTH = 18


def sscc(prefix: str, serial: int) -> str:
    """The SSCC of the unit *serial* of the company with that GS1 *prefix*.

    :param prefix: 7 to 12 digits, as GS1 assigned it
    :raises ValueError: it is no such prefix, or too many units were numbered

    >>> sscc('3012345', 17)
    '030123450000000178'
    """
    if not (prefix.isdecimal() and prefix.isascii()
            and 7 <= len(prefix) <= 12):
        raise ValueError(f"no GS1 company prefix: {prefix!r}")
    room = LENGTH - 2 - len(prefix)
    number = f'{serial:0{room}d}'
    if len(number) > room:
        raise ValueError(f"no number is left for {prefix!r}: {serial}")
    number = f'0{prefix}{number}'
    return f'{number}{gs1_standard_check_digit(number)}'


def bars(number: str) -> str:
    """The GS1-128 barcode of an SSCC, as the SVG element of a page.

    :param number: its 18 digits
    """
    svg = generate_svg(
        'gs1_128', f'00{number}', width=0.33, height=22, border=4,
        font_size=0, text_distance=1).getvalue().decode('utf-8')
    return svg[svg.index('<svg'):]
