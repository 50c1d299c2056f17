from __future__ import annotations

from trytond.i18n import gettext
from trytond.report import Report
from trytond.tools.qrcode import generate_svg

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
        context['qr_svg'] = qr_svg
        return context

    @classmethod
    def convert(cls, report, data, **kwargs):
        try:
            import weasyprint  # noqa: F401
        except (ImportError, OSError):
            return 'html', _with_remark(data)
        return super().convert(report, data, **kwargs)


def qr_svg(code: str) -> str:
    "The code as a drawing that stands inside the page"
    svg = generate_svg(code)
    if isinstance(svg, bytes):
        svg = svg.decode('utf-8')
    return svg[svg.index('<svg'):]


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
