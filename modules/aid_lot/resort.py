"""A crate of mixed dates whose earliest has passed is sorted again.

What is past leaves; what is left makes a new lot with its own earliest date
and the donor, the source and the maker's lot of the old one.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import NamedTuple

from trytond.i18n import gettext
from trytond.model import Check, Index, ModelSQL, ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.wizard import Button, StateTransition, StateView, Wizard

from aid_branch.named import visible

from .exceptions import LotLineageError, ResortError
from .moved import Moved, move_goods

USE_BY = 'shelf_life_expiration_date'
BEST_BEFORE = 'expiration_date'


class LotParent(ModelSQL, ModelView):
    """So much of a lot became part of another one.

    The chain from giver to receiver goes through here where goods were
    sorted or repacked. Never changed: only what happened is written down.
    """
    __name__ = 'aid.lot.parent'

    lot = fields.Many2One(
        'stock.lot', "Lot", required=True, readonly=True,
        ondelete='RESTRICT')
    parent = fields.Many2One(
        'stock.lot', "Out Of", required=True, readonly=True,
        ondelete='RESTRICT')
    quantity = fields.Float(
        "Quantity", digits=(None, 6), required=True, readonly=True,
        help="How much of the old lot went in, in the default unit of its "
        "product. Spread over several new lots it may be part of a piece.")
    unit = fields.Function(
        fields.Many2One('product.uom', "Unit"), 'get_unit')
    date = fields.Date("Date", required=True, readonly=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints.append(
            ('other_lot', Check(table, table.lot != table.parent),
                'aid_lot.msg_lot_parent_other'))
        cls._sql_indexes.update({
                Index(table, (table.lot, Index.Equality())),
                Index(table, (table.parent, Index.Equality())),
                })
        cls._order.insert(0, ('date', 'DESC'))

    @classmethod
    def get_unit(cls, records, name: str) -> dict[int, int]:
        return {r.id: r.parent.product.default_uom.id for r in records}

    @classmethod
    def validate_fields(cls, records, field_names) -> None:
        super().validate_fields(records, field_names)
        cls.check_cycle(records, field_names)

    @classmethod
    def check_cycle(cls, records, field_names=None) -> None:
        """Nothing comes out of itself, however many steps away.

        A new lot has nothing made of it yet: that is one question for all.

        :raises LotLineageError: naming the two lots
        """
        if field_names and not field_names & {'lot', 'parent'}:
            return
        made_of = {r.lot.id: {r.lot.id} for r in records}
        step = set(made_of)
        while step:
            children = defaultdict(set)
            for record in cls.search([('parent', 'in', list(step))]):
                children[record.parent.id].add(record.lot.id)
            step = set()
            for reached in made_of.values():
                new = set().union(
                    *(children[id_] for id_ in reached)) - reached
                reached |= new
                step |= new
        for record in records:
            if record.parent.id in made_of[record.lot.id]:
                raise LotLineageError(gettext(
                        'aid_lot.msg_lot_parent_cycle',
                        lot=record.lot.rec_name,
                        parent=record.parent.rec_name))

    def get_rec_name(self, name: str) -> str:
        return f'{self.parent.rec_name} > {self.lot.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('lot.rec_name', *clause[1:]),
            ('parent.rec_name', *clause[1:]),
            ]


class Sorted(NamedTuple):
    "What was found when some goods on hand were sorted again"
    #: an ``aid.lot.on_hand`` of a branch
    on_hand: object
    #: how much is past its date, in the default unit of the product
    past: float
    #: the earliest date of what is left
    date: dt.date | None = None


def resort(goods: list[Sorted]) -> list:
    """Take out what is past, and give what is left its own lot.

    Goods that keep their date, or have none, keep their lot; without a date
    they count as looked at today. Whatever the number of goods, the lots are
    made in one go and so are the moves.

    :return: the new lots
    :raises ResortError: something cannot be as entered; nothing is changed
    """
    pool = Pool()
    OnHand = pool.get('aid.lot.on_hand')
    Lot = pool.get('stock.lot')
    there = OnHand.hold(
        [(g.on_hand.location.id, g.on_hand.lot.id) for g in goods])
    left = {}
    for good in goods:
        row = good.on_hand
        left[row] = round(
            there[row.location.id, row.lot.id] - (good.past or 0), 6)
        _check(good, left[row])
    _dispose(goods)
    looked = [
        g for g in goods if left[g.on_hand] and not g.on_hand.expiry
        and not g.date]
    for branch in {g.on_hand.branch for g in looked}:
        Lot.write(
            [g.on_hand.lot for g in looked if g.on_hand.branch == branch],
            {'looked_on': branch.today()})
    return _renew([
            (g.on_hand, left[g.on_hand], g.date) for g in goods
            if left[g.on_hand] and g.date and g.date != g.on_hand.expiry])


def _check(good: Sorted, left: float) -> None:
    Lang = Pool().get('ir.lang')
    row, lot = good.on_hand, good.on_hand.lot
    lang = Lang.get()
    names = {'lot': lot.rec_name, 'product': lot.product.rec_name}
    if left < 0:
        raise ResortError(gettext(
                'aid_lot.msg_resort_more', **names,
                past=lang.format_number_symbol(good.past, row.unit),
                there=lang.format_number_symbol(
                    left + good.past, row.unit)))
    if not left:
        return
    if row.expiry and not good.date:
        raise ResortError(gettext('aid_lot.msg_resort_date', **names))
    if not good.date:
        return
    today = row.branch.today()
    too_early = (
        good.date < today if _date_field(lot) == USE_BY
        else row.expiry and good.date < min(row.expiry, today))
    if too_early:
        raise ResortError(gettext(
                'aid_lot.msg_resort_date_past', **names,
                date=lang.strftime(good.date)))


def _date_field(lot) -> str:
    "Which date of *lot* is the one that goes by"
    if not lot.expiry:
        family = lot.family
        by_use = bool(family and family.date_kind == 'use_by')
        return USE_BY if by_use else BEST_BEFORE
    return USE_BY if getattr(lot, USE_BY) == lot.expiry else BEST_BEFORE


def _dispose(goods: list[Sorted]) -> None:
    pool = Pool()
    Disposal = pool.get('aid.disposal')
    Reason = pool.get('aid.disposal.reason')
    ModelData = pool.get('ir.model.data')
    reason = Reason(ModelData.get_id('aid_lot', 'disposal_reason_past_date'))
    of_branch = defaultdict(list)
    for good in goods:
        row = good.on_hand
        of_branch[row.branch].append((row.lot, row.location, good.past))
    for branch, gone in of_branch.items():
        Disposal.dispose(branch, gone, reason)


def _renew(kept: list[tuple]) -> list:
    """Move what is left into new lots.

    :param kept: (on hand, quantity, new date)
    """
    pool = Pool()
    Lot = pool.get('stock.lot')
    Parent = pool.get('aid.lot.parent')
    ModelData = pool.get('ir.model.data')
    if not kept:
        return []
    today = {row.branch: None for row, *_ in kept}
    for branch in today:
        today[branch] = branch.today()
    lots = Lot.create([{
                **row.lot.sorted_again(),
                'number': number,
                'net_weight': row.product.to_kg(quantity, row.unit),
                USE_BY: _kept_date(row.lot, USE_BY, date),
                BEST_BEFORE: _kept_date(row.lot, BEST_BEFORE, date),
                } for (row, quantity, date), number
            in zip(kept, Lot.next_numbers(len(kept)))])
    parents = Parent.create([{
                'lot': lot.id,
                'parent': row.lot.id,
                'quantity': quantity,
                'date': today[row.branch],
                } for (row, quantity, _), lot in zip(kept, lots)])
    aside = ModelData.get_id('aid_lot', 'location_resort')
    moved = []
    for (row, quantity, _), lot, parent in zip(kept, lots, parents):
        place = row.location.id
        moved += [
            Moved(
                one, quantity, from_, to, today[row.branch],
                row.branch.company, parent)
            for one, from_, to in [
                (row.lot, place, aside), (lot, aside, place)]]
    move_goods(moved)
    return lots


def _kept_date(lot, name: str, date: dt.date) -> dt.date | None:
    "The *date* in its own field; another date stays unless it came before"
    if name == _date_field(lot):
        return date
    other = getattr(lot, name)
    return other if other and other >= date else None


class Resort(Wizard):
    "Sort goods of mixed dates again"
    __name__ = 'aid.lot.resort'

    start = StateView(
        'aid.lot.resort.start', 'aid_lot.resort_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Sorted", 'sort', 'tryton-ok', default=True),
            ])
    sort = StateTransition()

    def default_start(self, fields) -> dict:
        return {
            'lines': [{
                    'on_hand': r.id,
                    'on_hand.': {'rec_name': r.rec_name},
                    'goods': r.product.rec_name,
                    'expiry': r.expiry,
                    'quantity': r.quantity,
                    'unit': r.unit.id,
                    'unit.': {'rec_name': r.unit.rec_name},
                    } for r in self.records if r.branch and r.quantity],
            }

    def transition_sort(self) -> str:
        lines = self.start.lines
        rows = visible([line.on_hand for line in lines])
        resort([
                Sorted(row, line.past or 0, line.date)
                for row, line in zip(rows, lines)])
        return 'end'


class ResortStart(ModelView):
    "The goods to sort again"
    __name__ = 'aid.lot.resort.start'

    lines = fields.One2Many(
        'aid.lot.resort.start.line', None, "Goods", required=True)


class ResortStartLine(ModelView):
    "How much of some goods is past, and what date the rest carries"
    __name__ = 'aid.lot.resort.start.line'

    on_hand = fields.Many2One(
        'aid.lot.on_hand', "Lot", required=True, readonly=True)
    goods = fields.Char("Goods", readonly=True)
    expiry = fields.Date("Date", readonly=True)
    quantity = fields.Float("There", digits='unit', readonly=True)
    unit = fields.Many2One('product.uom', "Unit", readonly=True)
    past = fields.Float(
        "Of It Past", digits='unit',
        domain=['OR', ('past', '=', None), [
                ('past', '>=', 0),
                ('past', '<=', Eval('quantity', 0)),
                ]],
        help="How much is past its date: it leaves.")
    date = fields.Date(
        "Earliest Date of the Rest",
        help="The rest gets a lot of its own. Empty: nothing is left.")
