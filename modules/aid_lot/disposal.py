"""Goods that leave because nobody eats them: how much, why and where to."""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import (
    DeactivableMixin, Index, ModelSQL, ModelView, Unique, fields,
    sequence_ordered)
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.report import Report
from trytond.wizard import Button, StateTransition, StateView, Wizard

from aid_branch.named import visible
from aid_branch.paper import PaperReport
from aid_branch.slices import slices

from .day_paper import (
    CLOSED, STATES, CancelledPaperMixin, PaperLineMixin, place_of, propose_all)
from .exceptions import DisposalStateError, require_maker_lots
from .moved import Moved, move_goods

FATES = [
    ('compost', "Compost"),
    ('animals', "Animals"),
    ('bin', "Bin"),
    ('given_away', "Given to Another Body"),
    ]


class Reason(DeactivableMixin, sequence_ordered(), ModelSQL, ModelView):
    "Why goods are not eaten, and what mostly becomes of them then"
    __name__ = 'aid.disposal.reason'

    name = fields.Char("Name", required=True, translate=True)
    code = fields.Char("Code", required=True)
    fate = fields.Selection(
        FATES, "Fate", required=True, sort=False,
        help="Where the goods mostly go. Each row may say otherwise.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints.append(
            ('code_unique', Unique(table, table.code),
                'aid_lot.msg_disposal_reason_code_unique'))

    @staticmethod
    def default_fate() -> str:
        return 'bin'


class Disposal(CancelledPaperMixin, ModelSQL, ModelView):
    "Goods that left a branch on a day without being eaten"
    __name__ = 'aid.disposal'
    _goods = 'lines'
    _error = DisposalStateError

    recipient = fields.Many2One(
        'party.party', "Given to", ondelete='RESTRICT', states=CLOSED,
        help="The body, the farm... that took the goods.")
    lines = fields.One2Many(
        'aid.disposal.line', 'disposal', "Goods", states={
            'readonly': (Eval('state') != 'draft') | ~Eval('branch'),
            })
    weight = fields.Function(
        fields.Float("Weight (kg)", digits=(None, 3)), 'get_weight')
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"), 'get_currency')
    value = fields.Function(
        Monetary("Market Value", currency='currency', digits='currency'),
        'get_value')

    @classmethod
    def get_weight(cls, disposals, name: str) -> dict[int, float]:
        return {
            d.id: round(sum(line.weight or 0 for line in d.lines), 3)
            for d in disposals}

    @classmethod
    def get_currency(cls, disposals, name: str) -> dict[int, int]:
        return {d.id: d.branch.company.currency.id for d in disposals}

    @classmethod
    def get_value(cls, disposals, name: str) -> dict[int, Decimal]:
        "What the goods were worth; of unknown value counts nothing"
        return {
            d.id: sum((line.value or Decimal(0) for line in d.lines),
                start=Decimal(0))
            for d in disposals}

    @classmethod
    def dispose(
            cls, branch, goods, reason, on: dt.date | None = None,
            fate: str | None = None, recipient=None):
        """Take *goods* out of *branch* at once, in one done document.

        Costs nearly the same for one lot as for fifty.

        :param goods: (lot, location, quantity in the default unit of the
            product); what has no quantity is left out
        :param reason: an ``aid.disposal.reason`` for all of them
        :param on: the day it happened; empty: today where the branch is
        :param fate: one of ``FATES`` where it is not that of the reason
        :param recipient: the ``party.party`` that took the goods
        :return: the ``aid.disposal``, or None without goods
        :raises InsufficientQuantityError: less is there; nothing is changed
        """
        Line = Pool().get('aid.disposal.line')
        goods = [g for g in goods if g[2]]
        if not goods:
            return None
        disposal, = cls.create([{
                    'branch': branch.id,
                    'date': on or branch.today(),
                    'recipient': recipient.id if recipient else None,
                    }])
        for some in slices(goods):
            Line.create([{
                        'disposal': disposal.id,
                        'lot': lot.id,
                        'location': location.id,
                        'quantity': quantity,
                        'reason': reason.id,
                        'fate': fate or reason.fate,
                        } for lot, location, quantity in some])
        cls.do([disposal])
        return disposal

    @classmethod
    @ModelView.button
    def do(cls, disposals) -> None:
        """Take the goods out.

        :raises DisposalStateError: it was done or cancelled before
        :raises InsufficientQuantityError: there is less than that
        :raises MakerLotError: goods of animal origin go to another body, and
            the lot of their maker is not known
        """
        cls.check_do(disposals)
        for disposal in disposals:
            if not disposal.lines:
                raise DisposalStateError(gettext(
                        'aid_lot.msg_disposal_empty',
                        disposal=disposal.rec_name))
            require_maker_lots([
                    l.lot for l in disposal.lines if l.fate == 'given_away'])
        move_goods(m for d in disposals for m in d.moved())
        cls.write(disposals, {'state': 'done'})

    @classmethod
    @ModelView.button
    def cancel(cls, disposals) -> None:
        """It was a mistake: what had left is there again.

        :raises DisposalStateError: it was cancelled before
        """
        cls.check_cancel(disposals)
        move_goods(
            m.back() for d in disposals if d.state == 'done'
            for m in d.moved())
        cls.write(disposals, {'state': 'cancelled'})

    def moved(self) -> list[Moved]:
        "What leaves, or has left"
        get_id = Pool().get('ir.model.data').get_id
        outside = get_id('aid_lot', 'location_disposal')
        return [
            Moved(
                line.lot, line.quantity, line.location.id, outside,
                self.date, self.branch.company, self)
            for line in self.lines]


class DisposalLine(PaperLineMixin, ModelSQL, ModelView):
    "So much of a lot, why, and where it went"
    __name__ = 'aid.disposal.line'
    _paper = 'disposal'

    disposal = fields.Many2One(
        'aid.disposal', "Disposal", required=True, ondelete='CASCADE')
    lot = fields.Many2One(
        'stock.lot', "Lot", required=True, ondelete='RESTRICT',
        states=CLOSED)
    family = fields.Function(
        fields.Many2One('aid.family', "Family"), 'on_change_with_family')
    location = place_of('disposal')
    quantity = fields.Float(
        "Quantity", digits='unit', required=True,
        domain=[('quantity', '>', 0)], states=CLOSED)
    unit = fields.Function(
        fields.Many2One('product.uom', "Unit"), 'on_change_with_unit')
    weight = fields.Function(
        fields.Float("Weight (kg)", digits=(None, 3)), 'get_weight')
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"), 'get_currency')
    value = fields.Function(
        Monetary("Market Value", currency='currency', digits='currency'),
        'get_value')
    reason = fields.Many2One(
        'aid.disposal.reason', "Reason", required=True, ondelete='RESTRICT',
        states=CLOSED)
    fate = fields.Selection(
        FATES, "Fate", required=True, sort=False, states=CLOSED)
    fate_string = fate.translated('fate')
    state = fields.Function(
        fields.Selection(STATES, "State"), 'on_change_with_state',
        searcher='search_state')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(Index(table, (table.lot, Index.Equality())))
        cls._order = [('disposal', 'DESC'), ('id', 'ASC')]

    @staticmethod
    def default_state() -> str:
        return 'draft'

    @fields.depends('disposal', '_parent_disposal.state')
    def on_change_with_state(self, name: str | None = None) -> str:
        return getattr(self.disposal, 'state', None) or 'draft'

    @classmethod
    def search_state(cls, name: str, clause) -> list:
        return [('disposal.state', *clause[1:])]

    @fields.depends('lot')
    def on_change_with_family(self, name: str | None = None):
        return self.lot.family if self.lot else None

    @fields.depends('lot')
    def on_change_with_unit(self, name: str | None = None):
        return self.lot.product.default_uom if self.lot else None

    @fields.depends('lot', 'location', 'disposal', '_parent_disposal.branch')
    def on_change_lot(self) -> None:
        propose_all(self, getattr(self.disposal, 'branch', None))

    @fields.depends('reason')
    def on_change_reason(self) -> None:
        if self.reason:
            self.fate = self.reason.fate

    @classmethod
    def get_weight(cls, lines, name: str) -> dict[int, float | None]:
        return {
            l.id: l.lot.product.to_kg(l.quantity, l.unit) for l in lines}

    @classmethod
    def get_currency(cls, lines, name: str) -> dict[int, int]:
        return {l.id: l.disposal.currency.id for l in lines}

    @classmethod
    def get_value(cls, lines, name: str) -> dict[int, Decimal | None]:
        "By the value of the lot, else that of the product on that day"
        Product = Pool().get('product.product')
        worth = Product.market_values_on(
            (line.lot.product, line.disposal.date) for line in lines
            if line.lot.unit_value is None)
        values: dict = {}
        for line in lines:
            value = line.lot.unit_value
            if value is None:
                value = worth[line.lot.product, line.disposal.date]
            values[line.id] = (
                None if value is None else line.currency.round(
                    value * Decimal(str(line.quantity))))
        return values

    def get_rec_name(self, name: str) -> str:
        return f'{self.lot.rec_name} @ {self.disposal.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('lot.rec_name', *clause[1:])]


class DisposalSlip(PaperReport, Report):
    "What left, why, where to, what it weighed and was worth"
    __name__ = 'aid.disposal.slip'


class Dispose(Wizard):
    "Throw away what was chosen among the goods on hand"
    __name__ = 'aid.lot.dispose'

    start = StateView(
        'aid.lot.dispose.start', 'aid_lot.dispose_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("They Left", 'dispose', 'tryton-ok', default=True),
            ])
    dispose = StateTransition()

    def chosen(self) -> list:
        "The ``aid.lot.on_hand`` that leave"
        return list(self.records)

    def default_start(self, fields) -> dict:
        return {
            'lines': [{
                    'on_hand': r.id,
                    'on_hand.': {'rec_name': r.rec_name},
                    'quantity': r.quantity,
                    'unit': r.unit.id,
                    'unit.': {'rec_name': r.unit.rec_name},
                    } for r in self.chosen() if r.branch and r.quantity],
            }

    def transition_dispose(self) -> str:
        Disposal = Pool().get('aid.disposal')
        of_branch = defaultdict(list)
        rows = visible([line.on_hand for line in self.start.lines])
        if self.start.recipient:
            visible([self.start.recipient])
        for row, line in zip(rows, self.start.lines):
            of_branch[row.branch].append(
                (row.lot, row.location, line.quantity))
        for branch, goods in of_branch.items():
            Disposal.dispose(
                branch, goods, self.start.reason, fate=self.start.fate,
                recipient=self.start.recipient)
        return 'end'


class DisposeStart(ModelView):
    "How much of which goods leaves, why and where to"
    __name__ = 'aid.lot.dispose.start'

    reason = fields.Many2One(
        'aid.disposal.reason', "Reason", required=True)
    fate = fields.Selection(FATES, "Fate", required=True, sort=False)
    recipient = fields.Many2One(
        'party.party', "Given to",
        states={'invisible': ~Eval('fate').in_(['given_away', 'animals'])})
    lines = fields.One2Many(
        'aid.lot.dispose.start.line', None, "Goods", required=True)

    @fields.depends('reason')
    def on_change_reason(self) -> None:
        if self.reason:
            self.fate = self.reason.fate


class DisposeStartLine(ModelView):
    "So much of a lot"
    __name__ = 'aid.lot.dispose.start.line'

    on_hand = fields.Many2One(
        'aid.lot.on_hand', "Lot", required=True,
        domain=[('quantity', '>', 0), ('branch', '!=', None)])
    unit = fields.Many2One('product.uom', "Unit", readonly=True)
    quantity = fields.Float(
        "Quantity", digits='unit', required=True,
        domain=[('quantity', '>', 0)])

    @fields.depends('on_hand')
    def on_change_on_hand(self) -> None:
        self.unit = self.on_hand.unit if self.on_hand else None
        self.quantity = self.on_hand.quantity if self.on_hand else None
