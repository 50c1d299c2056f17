"""Labels to stick on goods: a code to scan, and what is read from afar.

One page for all of them (``report/label.html``); a report says what stands on
each of its labels.
"""
from __future__ import annotations

from dataclasses import dataclass

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.report import Report

from aid_branch.code_picture import picture
from aid_branch.paper import PaperReport


@dataclass(frozen=True)
class Label:
    """What stands on one label.

    *code* is drawn and written below its picture. *rows* are texts from top
    to bottom, each with how it is printed: ``title``, ``number`` (very
    large), ``date`` or ``small``.
    """
    code: str
    rows: tuple[tuple[str, str], ...]


class LabelReport(PaperReport, Report):
    """Labels on a sheet of A4, or on a roll.

    The picture of a label holds its code and nothing else, so that any
    reader that types can scan it.
    """
    #: ``sheet`` (2 x 7 labels of 99.1 x 38.1 mm) or ``roll`` (100 x 50 mm)
    _paper = 'sheet'

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        context = super().get_context(records, header, data)
        context['paper'] = cls._paper
        context['labels'] = cls.labels(records)
        context['picture'] = picture
        return context

    @classmethod
    def labels(cls, records) -> list[Label]:
        "What stands on the label of each of *records*"
        raise NotImplementedError


class LotLabel(LabelReport):
    "Labels to stick on crates and pallets"
    __name__ = 'stock.lot.label'

    @classmethod
    def labels(cls, lots) -> list[Label]:
        today = Pool().get('ir.date').today()
        return [
            Label(lot.number, tuple(cls._rows(lot, today))) for lot in lots]

    @classmethod
    def _rows(cls, lot, today):
        "What to know of *lot* before it is opened"
        name = lot.product.name
        yield 'title', lot.family.name if lot.family else name
        if lot.family and lot.family.name != name:
            yield 'small', name
        if lot.shelf_life_expiration_date:
            yield 'date', gettext(
                'aid_lot.msg_label_use_by',
                date=cls.format_date(lot.shelf_life_expiration_date))
        if lot.expiration_date:
            yield 'date', gettext(
                'aid_lot.msg_label_best_before',
                date=cls.format_date(lot.expiration_date))
        if not lot.expiry:
            yield 'date', gettext('aid_lot.msg_label_by_eye')
        if lot.made_of:
            yield 'small', gettext(
                'aid_lot.msg_label_made_of',
                products=', '.join(p.name for p in lot.made_of))
        yield 'small', ' - '.join(cls._origin(lot))
        term = lot.supply_source.term_at(today)
        if term and term.always_free:
            yield 'small', gettext('aid_lot.msg_label_free')

    @classmethod
    def _origin(cls, lot):
        "How much *lot* was, and where it comes from"
        if lot.net_weight:
            lang = Pool().get('ir.lang').get()
            yield f'{lang.format_number(lot.net_weight)} kg'
        if lot.label_lot:
            yield gettext('aid_lot.msg_label_maker', lot=lot.label_lot)
        yield lot.supply_source.name


class LotRollLabel(LotLabel):
    "Labels to stick on crates and pallets, one after the other"
    __name__ = 'stock.lot.label.roll'
    _paper = 'roll'
