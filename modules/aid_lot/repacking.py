"""Goods change their shape: repacked, put together, frozen.

One document says what went in, lot by lot, what came out of it as new lots,
and what was lost on the way. Where the goods come from passes down.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.modules.product import round_price
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval

from .day_paper import (
    CLOSED, STATES, CancelledPaperMixin, PaperLineMixin, place_of, propose_all)
from .exceptions import RepackingError
from .inheritance import Part, earliest, shared, strictest
from .moved import Moved, move_goods
from .resort import BEST_BEFORE, USE_BY

#: Weights are compared to the gram
GRAM = 0.001


class Branch(metaclass=PoolMeta):
    __name__ = 'aid.branch'

    freezes = fields.Boolean(
        "May Freeze", states={'invisible': ~Eval('has_stock', False)},
        help="Equipped and trained to freeze goods before their use-by.")


class Repacking(CancelledPaperMixin, ModelSQL, ModelView):
    """So much of some lots became new lots, on a day, at a branch.

    A bag becomes small bags, two crates one, chilled goods frozen ones. What
    goes in is what comes out, and what was lost, to the gram. It is
    cancelled while what came out is untouched.
    """
    __name__ = 'aid.repacking'
    _goods = 'inputs'
    _error = RepackingError

    inputs = fields.One2Many(
        'aid.repacking.input', 'repacking', "What Goes In", states={
            'readonly': (Eval('state') != 'draft') | ~Eval('branch'),
            })
    outputs = fields.One2Many(
        'aid.repacking.output', 'repacking', "What Comes Out", states={
            'readonly': (Eval('state') != 'draft') | ~Eval('inputs', []),
            })
    unaccounted = fields.Function(
        fields.Float(
            "Still to Account For (kg)", digits=(None, 3),
            states={'invisible': ~Eval('unaccounted')},
            help="Went in, and neither came out nor was lost."),
        'on_change_with_unaccounted')

    @fields.depends('inputs', 'outputs')
    def on_change_with_unaccounted(self, name: str | None = None) -> float:
        "Kilograms that are missing; below zero where too much comes out"
        went_in = sum(i.net_weight or 0 for i in self.inputs or [])
        came_out = sum(o.weight or 0 for o in self.outputs or [])
        return round(went_in - came_out, 3)

    @classmethod
    @ModelView.button
    def do(cls, repackings) -> None:
        """Take the goods in, make the new lots, write down what was lost.

        :raises RepackingError: naming what does not fit; nothing is changed
        :raises InsufficientQuantityError: there is less of a lot than that
        """
        cls.check_do(repackings)
        for repacking in repackings:
            repacking._check()
        for repacking in repackings:
            repacking._lose()
            repacking._make_lots()
        move_goods(m for r in repackings for m in r.moved())
        cls.write(repackings, {'state': 'done'})

    @classmethod
    @ModelView.button
    def cancel(cls, repackings) -> None:
        """It was a mistake: the old lots are there again, the new ones not.

        :raises RepackingError: it was cancelled before
        :raises InsufficientQuantityError: something of a new lot has left
        """
        pool = Pool()
        Disposal = pool.get('aid.disposal')
        Parent = pool.get('aid.lot.parent')
        cls.check_cancel(repackings)
        done = [r for r in repackings if r.state == 'done']
        move_goods(m.back() for r in done for m in r.moved())
        Parent.delete(Parent.search([
                    ('lot', 'in', [
                            o.lot.id for r in done for o in r.outputs]),
                    ]))
        Disposal.cancel(list({
                    i.disposal for r in done for i in r.inputs
                    if i.disposal}))
        cls.write(repackings, {'state': 'cancelled'})

    # Whether it fits

    def _check(self) -> None:
        lang = Pool().get('ir.lang').get()
        names = {'repacking': self.rec_name}
        if not self.inputs or not self.outputs:
            raise RepackingError(
                gettext('aid_lot.msg_repacking_empty', **names))
        for line in [*self.inputs, *self.outputs]:
            if line.weight is None:
                raise RepackingError(gettext(
                        'aid_lot.msg_repacking_weight', **names,
                        product=line.product.rec_name))
        over = self.unaccounted
        if abs(over) > GRAM:
            message = 'more' if over < 0 else 'less'
            raise RepackingError(gettext(
                    f'aid_lot.msg_repacking_{message}', **names,
                    weight=lang.format_number(abs(over), 3)))
        for output in self.outputs:
            output.check_dates()

    # What came of it

    def _lose(self) -> None:
        "What was lost leaves with its reason"
        pool = Pool()
        Disposal = pool.get('aid.disposal')
        Input = pool.get('aid.repacking.input')
        lost = defaultdict(list)
        for line in self.inputs:
            if line.lost:
                lost[line.reason].append(line)
        for reason, lines in lost.items():
            disposal = Disposal.dispose(
                self.branch,
                [(l.lot, l.location, l.lost) for l in lines],
                reason, on=self.date)
            Input.write(lines, {'disposal': disposal.id})

    def _make_lots(self) -> None:
        pool = Pool()
        Lot = pool.get('stock.lot')
        Output = pool.get('aid.repacking.output')
        Parent = pool.get('aid.lot.parent')
        parts = self.parts()
        numbers = Lot.next_numbers(len(self.outputs))
        lots = Lot.create([
                {**output.lot_values(parts), 'number': number}
                for output, number in zip(self.outputs, numbers)])
        Output.write(*(
                value for output, lot in zip(self.outputs, lots)
                for value in ([output], {'lot': lot.id})))
        total = sum(o.weight for o in self.outputs)
        for output, lot in zip(self.outputs, lots):
            share = output.weight / total
            Parent.create([{
                        'lot': lot.id,
                        'parent': parent.id,
                        'quantity': round(quantity * share, 6),
                        'date': self.date,
                        } for parent, quantity in _by_lot(self.inputs)])

    def parts(self) -> list[Part]:
        "What the new lots inherit from, the largest first"
        return sorted((
                Part(
                    lot=line.lot,
                    quantity=line.net_quantity,
                    weight=line.net_weight,
                    most=_most(line.lot, self.date))
                for line in self.inputs if line.net_quantity),
            key=lambda p: (-p.weight, p.lot.id))

    def moved(self) -> list[Moved]:
        """What goes in and comes out, or has.

        Through the place beside the shelves where goods are sorted.
        """
        get_id = Pool().get('ir.model.data').get_id
        aside = get_id('aid_lot', 'location_resort')
        ends = [
            (line.lot, line.net_quantity, line.location.id, aside)
            for line in self.inputs if line.net_quantity]
        ends += [
            (line.lot, line.quantity, aside, self.branch.storage.id)
            for line in self.outputs]
        return [
            Moved(*end, self.date, self.branch.company, self)
            for end in ends]


class _Line(PaperLineMixin, ModelSQL, ModelView):
    "What the lines of a repacking have in common"
    __slots__ = ()
    _paper = 'repacking'

    repacking = fields.Many2One(
        'aid.repacking', "Repacking", required=True, ondelete='CASCADE')
    unit = fields.Function(
        fields.Many2One('product.uom', "Unit"), 'on_change_with_unit')
    weight = fields.Function(
        fields.Float("Weight (kg)", digits=(None, 3)),
        'on_change_with_weight')
    state = fields.Function(
        fields.Selection(STATES, "State"), 'on_change_with_state')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(Index(table, (table.lot, Index.Equality())))
        cls._order = [('repacking', 'DESC'), ('id', 'ASC')]

    @staticmethod
    def default_state() -> str:
        return 'draft'

    @fields.depends('repacking', '_parent_repacking.state')
    def on_change_with_state(self, name: str | None = None) -> str:
        return getattr(self.repacking, 'state', None) or 'draft'

    @fields.depends('product')
    def on_change_with_unit(self, name: str | None = None):
        return self.product.default_uom if self.product else None

    @fields.depends('product', 'quantity')
    def on_change_with_weight(
            self, name: str | None = None) -> float | None:
        return self._to_kg(self.quantity)

    def _to_kg(self, quantity: float | None) -> float | None:
        if not self.product:
            return None
        return self.product.to_kg(quantity or 0, self.product.default_uom)

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('product.rec_name', *clause[1:])]


class RepackingInput(_Line):
    "So much of a lot is taken, and some of it may be lost"
    __name__ = 'aid.repacking.input'

    lot = fields.Many2One(
        'stock.lot', "Lot", required=True, ondelete='RESTRICT',
        states=CLOSED)
    product = fields.Function(
        fields.Many2One('product.product', "Product"),
        'on_change_with_product', searcher='search_product')
    location = place_of('repacking')
    quantity = fields.Float(
        "Quantity", digits='unit', required=True,
        domain=[('quantity', '>', 0)], states=CLOSED)
    lost = fields.Float(
        "Of It Lost", digits='unit', states=CLOSED,
        domain=['OR', ('lost', '=', None), [
                ('lost', '>=', 0),
                ('lost', '<=', Eval('quantity', 0)),
                ]])
    reason = fields.Many2One(
        'aid.disposal.reason', "Reason", ondelete='RESTRICT', states={
            'required': Bool(Eval('lost', 0)),
            'invisible': ~Eval('lost', 0),
            'readonly': Eval('state') != 'draft',
            })
    disposal = fields.Many2One(
        'aid.disposal', "Lost By", readonly=True, ondelete='RESTRICT',
        states={'invisible': ~Eval('disposal')})

    @fields.depends('lot')
    def on_change_with_product(self, name: str | None = None):
        return self.lot.product if self.lot else None

    @classmethod
    def search_product(cls, name: str, clause) -> list:
        return [('lot.' + clause[0], *clause[1:])]

    @fields.depends(
        'lot', 'location', 'repacking', '_parent_repacking.branch')
    def on_change_lot(self) -> None:
        propose_all(self, getattr(self.repacking, 'branch', None))

    @property
    def net_quantity(self) -> float:
        "What really goes in, in the default unit of the product"
        return round((self.quantity or 0) - (self.lost or 0), 6)

    @property
    def net_weight(self) -> float | None:
        "Kilograms that really go in"
        return self._to_kg(self.net_quantity)

    def get_rec_name(self, name: str) -> str:
        return f'{self.lot.rec_name} @ {self.repacking.rec_name}'


class RepackingOutput(_Line):
    "So much of a product came out: it has a lot of its own"
    __name__ = 'aid.repacking.output'

    product = fields.Many2One(
        'product.product', "Product", required=True, ondelete='RESTRICT',
        domain=[('family', '!=', None)], states=CLOSED)
    quantity = fields.Float(
        "Quantity", digits='unit', required=True,
        domain=[('quantity', '>', 0)], states=CLOSED)
    frozen = fields.Boolean(
        "Frozen Today", states=CLOSED,
        help="Before the use-by of all that goes in, at a branch that may "
        "freeze. It gets a new date.")
    date = fields.Date(
        "Date", states={
            'required': Bool(Eval('frozen', False)),
            'readonly': Eval('state') != 'draft',
            },
        help="Empty: the earliest of what goes in.")
    lot = fields.Many2One(
        'stock.lot', "Lot", readonly=True, ondelete='RESTRICT',
        states={'invisible': Eval('state') == 'draft'})

    @fields.depends(
        'product', 'quantity', 'repacking', '_parent_repacking.unaccounted')
    def on_change_product(self) -> None:
        "Mostly it is all that is left to account for"
        left = getattr(self.repacking, 'unaccounted', None) or 0
        one = self._to_kg(1)
        if not self.quantity and one and left > 0:
            self.quantity = self.product.default_uom.round(left / one)

    def check_dates(self) -> None:
        """Whether the goods may carry the date they are given.

        :raises RepackingError: naming the product and what is expected
        """
        lang = Pool().get('ir.lang').get()
        repacking = self.repacking
        use_by, best_before = self._inherited_dates()
        names = {
            'repacking': repacking.rec_name,
            'product': self.product.rec_name,
            }
        if self.frozen:
            self._check_freezing(use_by, names)
            return
        if use_by and use_by < repacking.date:
            raise RepackingError(gettext(
                    'aid_lot.msg_repacking_past', **names,
                    date=lang.strftime(use_by)))
        first = earliest([use_by, best_before])
        if self.date and first and self.date > first:
            raise RepackingError(gettext(
                    'aid_lot.msg_repacking_date', **names,
                    date=lang.strftime(first)))

    def _check_freezing(self, use_by: dt.date | None, names: dict) -> None:
        lang = Pool().get('ir.lang').get()
        repacking = self.repacking
        if not repacking.branch.freezes:
            raise RepackingError(gettext(
                    'aid_lot.msg_repacking_freezes', **names,
                    branch=repacking.branch.rec_name))
        if use_by and use_by < repacking.date:
            raise RepackingError(gettext(
                    'aid_lot.msg_repacking_past', **names,
                    date=lang.strftime(use_by)))
        if self.product.shelf_life_state == 'required':
            raise RepackingError(
                gettext('aid_lot.msg_repacking_not_frozen', **names))

    def _inherited_dates(self) -> tuple[dt.date | None, dt.date | None]:
        "The earliest use-by and best-before of what goes in"
        lots = [i.lot for i in self.repacking.inputs if i.net_quantity]
        return (
            earliest(getattr(lot, USE_BY) for lot in lots),
            earliest(getattr(lot, BEST_BEFORE) for lot in lots))

    def lot_values(self, parts: list[Part]) -> dict:
        "The new lot, with all that it inherits from *parts*"
        values = shared([p.lot.sorted_again() for p in parts])
        source = strictest(parts)
        values.update(
            product=self.product.id,
            supply_source=source.supply_source.id,
            net_weight=self.weight,
            **self._dates(),
            **self._value(parts))
        if source.supply_source.party_required != 'none':
            # Where one must be named, whoever gave most of the strictest
            values['donor'] = source.donor.id if source.donor else None
        return values

    def _dates(self) -> dict:
        use_by, best_before = self._inherited_dates()
        if self.frozen:
            return {USE_BY: None, BEST_BEFORE: self.date}
        if self.product.expiration_state == 'none':
            return {
                USE_BY: self.date or earliest([use_by, best_before]),
                BEST_BEFORE: None,
                }
        if use_by or self.product.shelf_life_state == 'required':
            return {USE_BY: self.date or use_by, BEST_BEFORE: best_before}
        return {USE_BY: None, BEST_BEFORE: self.date or best_before}

    def _value(self, parts: list[Part]) -> dict:
        "The value of what went in, spread over what came out by weight"
        none = dict.fromkeys(['unit_value', 'value_method', 'value_date'])
        methods = {p.lot.value_method for p in parts}
        if len(methods) > 1 or any(p.lot.unit_value is None for p in parts):
            return none
        value = sum(
            p.lot.unit_value * Decimal(str(p.quantity)) for p in parts)
        total = sum(o.weight for o in self.repacking.outputs)
        share = Decimal(str(self.weight)) / Decimal(str(total))
        return {
            'unit_value': round_price(
                value * share / Decimal(str(self.quantity))),
            'value_method': methods.pop(),
            'value_date': min(p.lot.value_date for p in parts),
            }

    def get_rec_name(self, name: str) -> str:
        return f'{self.product.rec_name} @ {self.repacking.rec_name}'

    @classmethod
    def copy(cls, outputs, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('lot')
        return super().copy(outputs, default=default)


def _by_lot(inputs) -> list[tuple]:
    "(lot, quantity that went in), each lot once"
    quantities: dict = defaultdict(float)
    for line in inputs:
        quantities[line.lot] += line.net_quantity
    return [(lot, q) for lot, q in quantities.items() if q]


def _most(lot, date: dt.date) -> Decimal | None:
    term = lot.supply_source.term_at(date)
    return term.most if term else None
