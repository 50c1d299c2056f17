"""Catch-up: what was written on paper becomes ordinary baskets.

One row per household as on the tally sheet of the paper kit (`paper_kit.py`):
its code, kilograms by family, what was paid. The rows go through the hot path
like any basket, dated on the day of their session, and are marked as entered
from paper. They tell what has happened already, so nothing of it is refused:
goods past their use-by are recorded as an incident instead, and a session
that is closed takes them too.
"""
from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, NamedTuple
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from . import checkout as hot_path
from .exceptions import CatchUpError

ZERO = Decimal(0)
#: Columns of kilograms, one for each family in their order; those without a
#: family are not shown
COLUMNS = 16
EMPTY_ROWS = 5


class Row(NamedTuple):
    """A row of a tally sheet.

    `weights` are (family, kg), `paid` is cash, `time` where the branch is,
    `people` adults, children and babies where no household is known.
    """
    household: Any
    weights: list[tuple]
    paid: Decimal = ZERO
    time: dt.time | None = None
    people: tuple[int, int, int] = (0, 0, 0)


class CatchUpStart(ModelView):
    "What stands on the tally sheets of a session"
    __name__ = 'aid.session.catch_up.start'

    session = fields.Many2One(
        'aid.distribution.session', "Session", readonly=True)
    branch = fields.Many2One('aid.branch', "Branch", readonly=True)
    currency = fields.Many2One('currency.currency', "Currency")
    entered = fields.Boolean("Entered")
    rows = fields.One2Many(
        'aid.session.catch_up.row', None, "Tally Sheet",
        help="One row for each household, as on the paper. "
        "Rows without any goods are left out.")


class CatchUpRow(ModelView):
    "What one household took and paid, as it stands on paper"
    __name__ = 'aid.session.catch_up.row'

    branch = fields.Many2One('aid.branch', "Branch")
    household = fields.Many2One(
        'aid.household', "Household",
        domain=[('branch', '=', Eval('branch', -1))])
    time = fields.Time("Time", format='%H:%M')
    currency = fields.Many2One('currency.currency', "Currency")
    paid = Monetary("Paid", currency='currency', digits='currency')
    adults = fields.Integer(
        "Adults", help="Emergency aid: people are counted, nobody is named.")
    children = fields.Integer("Children")
    babies = fields.Integer("Babies")
    # A tree has no columns but fields: they are named after the families
    for _column in range(COLUMNS):
        locals()[f'kg_{_column}'] = fields.Float("kg", digits=(None, 3))
    del _column

    @classmethod
    def fields_view_get(cls, view_id=None, view_type='form', level=None):
        "Give the columns the names of the families"
        # What is given is shared by all who ask
        view = dict(super().fields_view_get(
                view_id=view_id, view_type=view_type, level=level))
        view['fields'] = dict(view['fields'])
        names = [f.name for f in families()]
        for i in range(COLUMNS):
            field = view['fields'].get(f'kg_{i}')
            if field and i < len(names):
                view['fields'][f'kg_{i}'] = {**field, 'string': names[i]}
        view['arch'] = _without(view['arch'], {
                f'kg_{i}' for i in range(len(names), COLUMNS)})
        return view

    def as_row(self) -> Row:
        "What stands in the row, as a plain value"
        return Row(
            self.household, self.weights(), self.paid or ZERO, self.time,
            (self.adults or 0, self.children or 0, self.babies or 0))

    def weights(self) -> list[tuple]:
        "(family, kilograms) of what was taken"
        pairs = []
        for i, family in enumerate(families()):
            kg = getattr(self, f'kg_{i}', None)
            if kg:
                pairs.append((family, kg))
        return pairs


def families() -> list:
    "The families that have a column, in their order"
    Family = Pool().get('aid.family')
    with without_check_access():
        return Family.search([('product', '!=', None)], limit=COLUMNS)


def _without(arch: str, names: set[str]) -> str:
    "The view *arch* without the fields *names*"
    tree = ElementTree.fromstring(arch)
    for parent in tree.iter():
        for child in list(parent):
            if child.get('name') in names:
                parent.remove(child)
    return ElementTree.tostring(tree, encoding='unicode')


class CatchUp(Wizard):
    "Enter what was written on paper"
    __name__ = 'aid.session.catch_up'

    start = StateView(
        'aid.session.catch_up.start', 'aid_basket.catch_up_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Enter", 'enter', 'tryton-ok', default=True),
            ])
    enter = StateTransition()

    def default_start(self, names) -> dict:
        session = self.record
        row = {
            'branch': session.branch.id,
            'currency': session.currency.id,
            }
        return {
            'session': session.id,
            'rows': [row.copy() for _ in range(EMPTY_ROWS)],
            **row,
            }

    def transition_enter(self) -> str:
        # Pressed again after a lost answer: it is there already
        if self.start.entered:
            return 'end'
        enter(self.record, [
                row for row in map(CatchUpRow.as_row, self.start.rows)
                if row.weights or row.household])
        self.start.entered = True
        return 'end'


@without_check_access
def enter(session, rows: list[Row]) -> list:
    """Make baskets of *session* from *rows* of a tally sheet.

    All of them go through the hot path at once. A row without household that
    counts people is emergency aid.

    :return: the baskets, handed over
    :raises CatchUpError: naming the row; nothing has changed then
    """
    Basket = Pool().get('aid.basket')
    if not rows:
        return []
    for number, row in enumerate(rows, 1):
        _check_row(session, number, row)
    baskets = Basket.create([_basket_values(session, row) for row in rows])
    paid = {b.id: row.paid for b, row in zip(baskets, rows)}
    hot_path.checkout(baskets, paid)
    baskets = Basket.browse([b.id for b in baskets])
    _check_paid(baskets, paid)
    for basket, row in zip(baskets, rows):
        if row.time:
            basket.checked_out_at = _in_utc(session, row.time)
    Basket.save(baskets)
    session.__class__.count_again([session])
    return baskets


def _check_row(session, number: int, row: Row) -> None:
    household, weights = row.household, row.weights
    if not household and not any(row.people):
        raise CatchUpError(gettext(
                'aid_basket.msg_catch_up_no_household', row=number))
    if household and household.branch != session.branch:
        raise CatchUpError(gettext(
                'aid_basket.msg_catch_up_elsewhere', row=number,
                household=household.code, branch=session.branch.rec_name))
    if not weights or any(kg <= 0 for _, kg in weights):
        raise CatchUpError(gettext(
                'aid_basket.msg_catch_up_no_goods', row=number,
                household=household.code if household else '-'))


def _check_paid(baskets, paid: dict[int, Decimal]) -> None:
    "More cash than was asked is no payment: it shows when cash is counted"
    lang = Pool().get('ir.lang').get()
    for basket in baskets:
        if paid[basket.id] > basket.asked:
            currency = basket.currency
            raise CatchUpError(gettext(
                    'aid_basket.msg_catch_up_paid_too_much',
                    household=(
                        basket.household.code if basket.household else '-'),
                    paid=lang.currency(paid[basket.id], currency),
                    asked=lang.currency(basket.asked, currency)))


def _basket_values(session, row: Row) -> dict:
    emergency = not row.household
    adults, children, babies = row.people
    return {
        'session': session.id,
        'household': row.household.id if row.household else None,
        'from_paper': True,
        'emergency': emergency,
        'emergency_reason': 'no_file' if emergency else None,
        'adults': adults if emergency else None,
        'children': children if emergency else None,
        'babies': babies if emergency else None,
        'lines': [('create', [{
                        'product': family.product.id,
                        'quantity': kg,
                        'unit': family.product.default_uom.id,
                        'rank': rank,
                        } for rank, (family, kg)
                    in enumerate(row.weights, 1)])],
        }


def _in_utc(session, time: dt.time) -> dt.datetime:
    "When it was *time* on the day of *session* where its branch is"
    local = dt.datetime.combine(
        session.date, time, ZoneInfo(session.branch.timezone or 'UTC'))
    return local.astimezone(dt.timezone.utc).replace(tzinfo=None)
