"""What is printed of a donation: the slip and the crate labels."""
from __future__ import annotations

from trytond.report import Report

from aid_branch.code_picture import picture
from aid_branch.paper import PaperReport
from aid_lot.label import LotLabel

from .donation import arrival
from .public_code import spaced


class Slip(PaperReport, Report):
    """The *bon de retrait*: what was given, kept and sent back, and by whom.

    The convention between a shop and an association asks for it.  One PDF
    for each donation.
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
