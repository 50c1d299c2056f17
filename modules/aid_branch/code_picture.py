"""A code to scan, drawn as one shape.

Plain, no database.
"""
from __future__ import annotations

import qrcode


def picture(code: str) -> tuple[int, str]:
    """A QR code of *code*, to be drawn in the page itself.

    WeasyPrint fetches no picture but from the web, not even one that stands
    in its own address, and one shape is smaller than a thousand squares.

    :return: modules along a side, and the data of an SVG path
    """
    symbol = qrcode.QRCode(border=1)
    symbol.add_data(code)
    matrix = symbol.get_matrix()
    return len(matrix), ''.join(
        f'M{x} {y}h1v1h-1z'
        for y, row in enumerate(matrix)
        for x, dark in enumerate(row) if dark)
