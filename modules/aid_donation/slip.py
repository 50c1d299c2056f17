"""What is printed of a donation: the slip and the crate labels."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.report import Report

from aid_lot.label import LotLabel, picture

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
    def labels(cls, donations) -> list:
        return super().labels(
            [lot for donation in donations for lot in donation.lots])


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
