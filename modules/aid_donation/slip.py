"""What is printed of a donation: the slip and the crate labels."""
from __future__ import annotations

import qrcode

from trytond.i18n import gettext
from trytond.report import Report

from aid_lot.lot import LotLabel

from .donation import arrival
from .public_code import spaced


class Slip(Report):
    """The *bon de retrait*: what was given, kept and sent back, and by whom.

    The convention between a shop and an association asks for it.  One PDF
    for each donation; where WeasyPrint or its system library Pango is
    missing, the same sheet as HTML, with a line that says what to install.
    """
    __name__ = 'aid.donation.slip'

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        context = super().get_context(records, header, data)
        context['arrival'] = arrival
        context['spaced'] = spaced
        context['goods'] = _goods
        context['picture'] = picture
        return context

    @classmethod
    def convert(cls, report, data, **kwargs):
        try:
            import weasyprint  # noqa: F401
        except (ImportError, OSError):
            return 'html', _with_remark(data)
        return super().convert(report, data, **kwargs)


class Label(LotLabel):
    "The crate labels of all the lots of a donation, in one go"
    __name__ = 'aid.donation.label'

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        lots = [lot.id for donation in records for lot in donation.lots]
        return super().get_context(
            cls._get_records(lots, 'stock.lot', data), header, data)


def picture(code: str) -> tuple[int, str]:
    """A QR code of *code*, to be drawn in the page itself.

    WeasyPrint fetches no picture but from the web, not even one that stands
    in its own address.

    :return: modules along a side, and the data of an SVG path
    """
    symbol = qrcode.QRCode(border=1)
    symbol.add_data(code)
    matrix = symbol.get_matrix()
    return len(matrix), ''.join(
        f'M{x} {y}h1v1h-1z'
        for y, row in enumerate(matrix)
        for x, dark in enumerate(row) if dark)


def _goods(donation) -> list:
    "The lines that a slip lists: what came or was sent back"
    return [
        line for line in donation.lines
        if line.came or line.refused_weight]


def _with_remark(data) -> str:
    if isinstance(data, bytes):
        data = data.decode('utf-8')
    remark = gettext('aid_donation.msg_slip_pango')
    return data.replace('<body>', f'<body><p class="remark">{remark}</p>', 1)
