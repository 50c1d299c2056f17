"""What to hand out first this morning: how much, where, and for how many."""
from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from typing import NamedTuple

from genshi.input import XML

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.report import Report
from trytond.transaction import Transaction, check_access
from trytond.wizard import Button, StateReport, StateView, Wizard

from aid_branch.named import visible
from aid_branch.paper import PaperReport

from .family import get_kilogram

# Smaller amounts are not weighed at a till
STEP = 0.05


class Share(NamedTuple):
    "What is left for each household, or one piece for every so many"
    amount: float
    households: int = 1


def share(
        quantity: float, households: int,
        piece: float | None = None) -> Share | None:
    """Divide *quantity* among *households*, rounded down to what one can do.

    :param piece: what one piece is, in the unit of *quantity*: 1 where goods
        are counted, the weight of a piece where they are weighed
    :return: an amount for each, or one piece for every so many; None where
        there is not even one piece

    >>> share(130, 60, piece=1)
    Share(amount=2, households=1)
    >>> share(12.0, 60)
    Share(amount=0.2, households=1)
    >>> share(3.0, 60, piece=0.3)
    Share(amount=0.3, households=6)
    """
    if households <= 0 or quantity <= 0:
        return None
    each = quantity / households
    if piece and each < piece:
        pieces = math.floor(round(quantity / piece, 6))
        if not pieces:
            return None
        return Share(piece, math.ceil(households / pieces))
    if piece == 1:
        return Share(math.floor(each))
    steps = math.floor(round(each / STEP, 6))
    return Share(round(steps * STEP, 3)) if steps else None


class FinishFirst(Wizard):
    "Print what to hand out first"
    __name__ = 'aid.finish_first'

    start = StateView(
        'aid.finish_first.start', 'aid_lot.finish_first_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Print", 'print_', 'tryton-print', default=True),
            ])
    print_ = StateReport('aid.finish_first.list')

    def do_print_(self, action):
        branch, = visible([self.start.branch])
        return action, {
            'model': 'aid.branch',
            'id': branch.id,
            'ids': [branch.id],
            'households': self.start.households,
            }


class FinishFirstStart(ModelView):
    "Which branch, and for how many households"
    __name__ = 'aid.finish_first.start'

    branch = fields.Many2One(
        'aid.branch', "Branch", required=True,
        domain=[('has_stock', '=', True)])
    households = fields.Integer(
        "Households Expected",
        domain=['OR', ('households', '=', None), ('households', '>', 0)],
        help="The list says how much there is for each. "
        "Empty: it only says how much there is.")

    @staticmethod
    def default_branch() -> int | None:
        return Transaction().context.get('branch')


class Goods(NamedTuple):
    "A row of the list"
    #: SVG, or None
    picture: str | None
    name: str
    family: str
    quantity: str
    share: str
    date: dt.date | None
    #: how many days are left, the last one included; less than one where the
    #: best-before has passed and is tolerated; None without a date
    days: int | None
    place: str
    #: whether somebody should look at the goods before they leave
    look: bool


class FinishFirstList(PaperReport, Report):
    "One page of pictures: what leaves first"
    __name__ = 'aid.finish_first.list'

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        context = super().get_context(records, header, data)
        context['goods'] = to_finish
        context['households'] = (data or {}).get('households')
        context['drawn'] = XML
        return context


def to_finish(branch, households: int | None = None) -> list[Goods]:
    """What *branch* should hand out first, the most urgent first.

    Goods of one product, date and place stand together, whoever gave them.
    Goods that may no longer leave are not in it.

    :param households: how many are expected
    """
    OnHand = Pool().get('aid.lot.on_hand')
    if not branch.storage:
        return []
    today = branch.today()
    with check_access():
        rows = OnHand.search([
                *OnHand.in_branch_domain(branch),
                ('finish_first', '=', True),
                ], order=[
                ('expiry', 'ASC NULLS LAST'), ('family', 'ASC'),
                ('lot', 'ASC')])
    grouped = defaultdict(float)
    for row in rows:
        if not row.lot.refusal(today):
            grouped[row.product, row.expiry, row.location] += row.quantity
    pictures = _pictures(product.family for product, *_ in grouped)
    return [
        _goods(product, date, place, quantity, households, today, pictures)
        for (product, date, place), quantity in grouped.items()]


def _goods(
        product, date: dt.date | None, place, quantity: float,
        households: int | None, today: dt.date, pictures: dict) -> Goods:
    lang = Pool().get('ir.lang').get()
    family, unit = product.family, product.default_uom
    return Goods(
        picture=pictures.get(family.icon) if family else None,
        name=product.rec_name,
        family=family.name if family else '',
        quantity=lang.format_number_symbol(quantity, unit),
        share=_share_text(product, quantity, households or 0),
        date=date,
        days=(date - today).days + 1 if date else None,
        place=place.name,
        look=date is None)


def _share_text(product, quantity: float, households: int) -> str:
    lang = Pool().get('ir.lang').get()
    unit = product.default_uom
    weighed = unit.category == get_kilogram().category
    piece = 1
    if weighed:
        piece = product.family.piece_weight if product.family else None
    divided = share(quantity, households, piece)
    if not divided:
        return ''
    if divided.households > 1:
        return gettext(
            'aid_lot.msg_share_one_in', households=divided.households)
    return gettext(
        'aid_lot.msg_share_each',
        quantity=lang.format_number_symbol(divided.amount, unit))


def _pictures(families) -> dict[str, str]:
    """The pictures of *families* to be drawn in a page, by their name.

    WeasyPrint fetches no picture but from the web: each is put into the page.
    """
    Icon = Pool().get('ir.ui.icon')
    names = {f.icon for f in families if f and f.icon}
    return {
        icon.name: icon.icon[icon.icon.index('<svg'):]
        for icon in Icon.search([('name', 'in', list(names))])}
