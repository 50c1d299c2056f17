"""The code sheet (*la planche*): what has no label, to scan from paper.

A4, to laminate: families, loose produce of the week, tares and commands,
each with a picture, a code for the reader and the key to type instead.
"""
from __future__ import annotations

import re
from typing import NamedTuple

from genshi.input import XML

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.report import Report
from trytond.transaction import without_check_access

from aid_branch.code_picture import picture
from aid_branch.paper import PaperReport

from .command import COMMANDS
from .scan import family_key, numbered_families

#: So many kinds of loose produce, the most there is first
PRODUCE = 24


class Card(NamedTuple):
    "One field of the sheet"
    label: str
    code: str
    #: what to type without a reader
    key: str
    #: an SVG element, or nothing
    icon: str

    @property
    def qr(self) -> tuple[int, str]:
        "Modules along a side of its QR code, and the data of an SVG path"
        return picture(self.code)


class CodeSheet(PaperReport, Report):
    "Pictures and codes of what a branch hands out without a label"
    __name__ = 'aid.distribution.code_sheet'

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        context = super().get_context(records, header, data)
        Session = Pool().get('aid.distribution.session')
        context['title'] = gettext('aid_basket.msg_sheet_title')
        context['hint'] = gettext('aid_basket.msg_sheet_hint')
        context['drawn'] = XML
        with without_check_access():
            sheets = dict.fromkeys(
                (s.branch, s.date) for s in Session.browse(records))
            context['sheets'] = [
                (branch.rec_name, sections(branch, date))
                for branch, date in sheets]
        return context


def sections(branch, date) -> list[tuple[str, list[Card]]]:
    "Titles and cards of the sheet of *branch* on *date*, empty ones left out"
    Tare = Pool().get('aid.tare')
    result = [
        ('families', [
                Card(f.name, f.code, family_key(n), _icon_of(f))
                for n, f in numbered_families()]),
        ('produce', produce(branch)),
        ('tares', [
                Card(t.name, t.code, t.code, '')
                for t in Tare.of_branch(branch, date)]),
        ('commands', [
                Card(c.label, c.code, '-' if c.name == 'remove' else '',
                    _drawn(c.path))
                for c in COMMANDS]),
        ]
    return [
        (gettext(f'aid_basket.msg_sheet_{name}'), cards)
        for name, cards in result if cards]


def produce(branch) -> list[Card]:
    "What lies loose at *branch*: weighed goods of families without a date"
    pool = Pool()
    Family = pool.get('aid.family')
    OnHand = pool.get('aid.lot.on_hand')
    families = Family.search([('date_kind', '=', 'none')])
    there: dict = {}
    for row in OnHand.in_branch(branch, families=families):
        product = row.product
        if (product == row.family.product
                or product.to_kg(1, product.default_uom) != 1):
            continue
        quantity, lot = there.get(product, (0, row.lot))
        there[product] = quantity + row.quantity, lot
    most = sorted(there.items(), key=lambda item: -item[1][0])[:PRODUCE]
    return sorted(
        Card(product.name, product.code or lot.number,
            product.code or lot.number, _icon_of(product.family))
        for product, (_, lot) in most)


def _icon_of(family) -> str:
    "The picture of *family*, to be drawn in the page itself"
    Icon = Pool().get('ir.ui.icon')
    icons = Icon.search([('name', '=', family.icon)], limit=1)
    if not icons:
        return ''
    return re.sub(r'<\?xml[^>]*\?>', '', icons[0].icon)


def _drawn(path: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'
        f'<path d="{path}" fill="none" stroke="#1f6f4a" stroke-width="1.8" '
        'stroke-linecap="round" stroke-linejoin="round"/></svg>')
