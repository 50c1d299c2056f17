"""Prepared parcels: packed in quiet, handed over by one scan.

A parcel has no lot of its own: it knows of each lot how much it holds. Its
goods lie at the parcels place of the branch, so that nothing else takes them.
At the checkout, or when it is undone, they come back to the shelf in the same
transaction and go on as the lots they always were.
"""
from __future__ import annotations

import datetime as dt
from contextlib import contextmanager

from trytond.i18n import gettext
from trytond.model import (
    Check, DeactivableMixin, Index, Model, ModelSQL, ModelView, Unique, fields)
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval, If
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import (
    Button, StateReport, StateTransition, StateView, Wizard)

from aid_branch.named import own_branch
from aid_branch.scope import BranchMixin, NetworkOrBranchMixin
from aid_branch.slices import slices
from aid_donation.public_code import new_code
from aid_lot.label import Label, LabelReport
from aid_lot.moved import Moved, move_goods

from .exceptions import CheckoutError, ParcelError
from .own_transaction import own_transaction, read_again
from .parcel_fill import ShortError, Stock, Want, fill

#: Other codes never begin with this letter
PREFIX = 'B'


class Branch(metaclass=PoolMeta):
    __name__ = 'aid.branch'

    parcels = fields.Many2One(
        'stock.location', "Prepared Parcels", readonly=True,
        ondelete='RESTRICT',
        help="Where the goods of prepared parcels lie. They are not counted "
        "as on hand.")

    @without_check_access
    def parcels_place(self):
        "The place of prepared parcels, made when it is first needed"
        Location = Pool().get('stock.location')
        if not self.parcels:
            # Below a warehouse Tryton would check every warehouse there is
            self.parcels, = Location.create([{
                        'name': gettext(
                            'aid_basket.msg_location_parcels',
                            branch=self.name),
                        'type': 'storage',
                        'branch': self.id,
                        }])
            self.save()
        return self.parcels

    @classmethod
    def copy(cls, branches, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('parcels')
        return super().copy(branches, default=default)


class ParcelModel(
        NetworkOrBranchMixin, DeactivableMixin, ModelSQL, ModelView):
    "What a parcel for households of one size holds"
    __name__ = 'aid.parcel.model'

    name = fields.Char("Name", required=True, translate=True)
    size = fields.Integer(
        "Persons", required=True, domain=[('size', '>', 0)],
        help="Size of the households it is for.")
    lines = fields.One2Many(
        'aid.parcel.model.line', 'model', "Goods", required=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._order = [('size', 'ASC'), ('name', 'ASC'), ('id', 'ASC')]


class ParcelModelLine(ModelSQL, ModelView):
    "Kilograms of a family, or units of a product, in each parcel"
    __name__ = 'aid.parcel.model.line'

    model = fields.Many2One(
        'aid.parcel.model', "Model", required=True, ondelete='CASCADE')
    family = fields.Many2One(
        'aid.family', "Family", ondelete='RESTRICT',
        states={
            'required': ~Eval('product'),
            'invisible': Bool(Eval('product')),
            })
    product = fields.Many2One(
        'product.product', "Product", ondelete='RESTRICT',
        states={'invisible': Bool(Eval('family'))},
        help="Empty: anything of the family, by weight.")
    quantity = fields.Float(
        "Quantity", digits=(None, 3), required=True,
        domain=[('quantity', '>', 0)],
        help="Kilograms of the family, or units of the product.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('model')
        table = cls.__table__()
        cls._sql_constraints.append(
            ('one_of_two', Check(
                    table, (table.family == None)  # noqa: E711
                    != (table.product == None)),  # noqa: E711
                'aid_basket.msg_parcel_family_or_product'))
        cls._sql_indexes.add(
            Index(table, (table.model, Index.Equality())))

    def want(self, rows) -> Want:
        "What this line takes from *rows* on hand"
        if self.product:
            return Want(self.product.rec_name, self.quantity, [
                    _stock(row, 1.) for row in rows
                    if row.product == self.product])
        return Want(self.family.name, self.quantity, [
                _stock(row, kg) for row in rows if row.family == self.family
                and (kg := row.product.to_kg(1, row.product.default_uom))])


def _stock(row, counts: float) -> Stock:
    return Stock(
        row, row.quantity, counts, row.product.default_uom.rounding >= 1)


class Parcel(BranchMixin, ModelSQL, ModelView):
    "One prepared parcel, with the lots that are in it"
    __name__ = 'aid.parcel'
    _rec_name = 'number'

    number = fields.Char("Number", required=True, readonly=True)
    model = fields.Many2One(
        'aid.parcel.model', "Model", required=True, readonly=True,
        ondelete='RESTRICT')
    made_on = fields.Date("Made On", required=True, readonly=True)
    state = fields.Selection([
            ('ready', "Ready"),
            ('handed_over', "Handed Over"),
            ('undone', "Undone"),
            ], "State", required=True, readonly=True, sort=False)
    expiry = fields.Function(
        fields.Date(
            "Date", help="The earliest date of what it holds."),
        'get_expiry')
    lines = fields.One2Many(
        'aid.parcel.line', 'parcel', "Goods", readonly=True)
    basket = fields.Many2One(
        'aid.basket', "Basket", readonly=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.branch.readonly = True
        table = cls.__table__()
        cls._order = [('id', 'DESC')]
        cls._sql_constraints.append(
            ('number_unique', Unique(table, table.number),
                'aid_basket.msg_parcel_number_unique'))
        cls._sql_indexes.add(
            Index(table, (table.branch, Index.Equality()),
                (table.state, Index.Equality(cardinality='low')),
                where=table.state == 'ready'))
        cls._buttons.update({
                'undo': {
                    'invisible': Eval('state') != 'ready',
                    'depends': ['state'],
                    },
                })

    @staticmethod
    def default_state() -> str:
        return 'ready'

    @classmethod
    def get_expiry(cls, parcels, name: str) -> dict:
        return {
            p.id: min(
                (l.lot.expiry for l in p.lines if l.lot.expiry),
                default=None)
            for p in parcels}

    @classmethod
    def check_modification(
            cls, mode, parcels, values=None, external=False) -> None:
        super().check_modification(
            mode, parcels, values=values, external=external)
        if mode == 'delete' or (mode == 'write' and external):
            for parcel in parcels:
                raise ParcelError(gettext(
                        'aid_basket.msg_parcel_modify',
                        parcel=parcel.rec_name))

    @classmethod
    def find(cls, code: str, branch):
        "The parcel of *branch* with the number *code*, or None"
        code = ''.join(code.split()).upper()
        if not code.startswith(PREFIX):
            return None
        parcels = cls.search([
                ('number', '=', code),
                ('branch', '=', branch.id),
                ], limit=1)
        return parcels[0] if parcels else None

    @property
    def problem(self) -> str | None:
        "Why it cannot be handed over, a translated sentence"
        if self.state == 'ready':
            return None
        return gettext(
            f'aid_basket.msg_parcel_{self.state}', parcel=self.rec_name)

    # Packed and undone

    @classmethod
    def make(cls, branch, model, count: int) -> list:
        """Pack *count* parcels of *model* at *branch*, in bulk.

        :raises ParcelError: the goods are not enough; nothing has changed
        """
        today = branch.today()
        with _turn([branch, model], branch, today):
            # What was read before belongs to the other transaction
            branch = Pool().get('aid.branch')(branch.id)
            model = Pool().get('aid.parcel.model')(model.id)
            contents = cls._fill(branch, model, count, today)
            parcels = []
            for chunk in slices(contents):
                parcels += cls.create([{
                            'number': PREFIX + new_code(),
                            'branch': branch.id,
                            'model': model.id,
                            'made_on': today,
                            } for _ in chunk])
            packed = [
                (parcel, row, quantity)
                for parcel, content in zip(parcels, contents)
                for row, quantity in content.items()]
            cls._pack(branch.parcels_place(), packed, today)
        return cls.browse([p.id for p in parcels])

    @classmethod
    def _fill(cls, branch, model, count: int, today: dt.date) -> list[dict]:
        pool = Pool()
        OnHand = pool.get('aid.lot.on_hand')
        rows = [
            r for r in OnHand.in_branch(branch) if not r.lot.refusal(today)]
        wants = [line.want(rows) for line in model.lines]
        try:
            return fill(wants, count)
        except ShortError as error:
            raise ParcelError(gettext(
                    'aid_basket.msg_parcel_short', count=count,
                    model=model.rec_name, goods=error.name,
                    enough=error.parcels)) from error

    @classmethod
    def _pack(cls, place, packed: list, today: dt.date) -> None:
        Line = Pool().get('aid.parcel.line')
        for chunk in slices(packed):
            lines = Line.create([{
                        'parcel': parcel.id,
                        'lot': row.lot.id,
                        'quantity': quantity,
                        } for parcel, row, quantity in chunk])
            moves = move_goods(
                _moved(line, row.location, place, today)
                for line, (_, row, _) in zip(lines, chunk))
            for line, move in zip(lines, moves):
                line.move = move
            Line.save(lines)

    @classmethod
    @ModelView.button
    def undo(cls, parcels) -> None:
        """Put what is in *parcels* back, each lot where it came from.

        :raises ParcelError: one was handed over or undone in the meantime
        """
        by_branch: dict = {}
        for parcel in parcels:
            by_branch.setdefault(parcel.branch, []).append(parcel.id)
        for branch, ids in by_branch.items():
            today = branch.today()
            with _turn(cls.browse(ids), branch, today):
                mine = cls.browse(ids)
                for parcel in mine:
                    if parcel.problem:
                        raise ParcelError(parcel.problem)
                cls._open(mine, today)
                cls.write(mine, {'state': 'undone'})

    @classmethod
    def _open(cls, parcels, today: dt.date) -> None:
        "The goods of *parcels* lie on the shelf again"
        Line = Pool().get('aid.parcel.line')
        lines = [line for parcel in parcels for line in parcel.lines]
        for chunk in slices(lines):
            moves = move_goods(
                _moved(
                    line, line.move.to_location, _home_of(line, today),
                    today)
                for line in chunk)
            for line, move in zip(chunk, moves):
                line.back_move = move
            Line.save(chunk)

    @classmethod
    def unpack(cls, baskets) -> bool:
        """Open the parcels that *baskets* take, inside their checkout.

        What was taken out of a parcel stays on the shelf.

        :return: whether there were any
        :raises CheckoutError: one was handed over or undone in the meantime
        """
        taken: dict = {}
        for basket in baskets:
            for line in basket.lines:
                if line.parcel:
                    taken.setdefault(line.parcel, set()).add(basket)
        to_write: list = []
        for parcel, owners in taken.items():
            basket, *others = owners
            if others or parcel.problem:
                raise CheckoutError(gettext(
                        'aid_basket.msg_checkout_about',
                        basket=basket.rec_name,
                        message=parcel.problem or gettext(
                            'aid_basket.msg_parcel_handed_over',
                            parcel=parcel.rec_name)))
            to_write += [[parcel], {
                    'state': 'handed_over', 'basket': basket.id}]
        if not taken:
            return False
        cls._open(list(taken), baskets[0].session.branch.today())
        cls.write(*to_write)
        return True


@contextmanager
def _turn(records, branch, date: dt.date):
    """Wait until no till of *branch* is in the middle of a checkout.

    What *records* say is to be read again inside.
    """
    BranchSequence = Pool().get('aid.branch.sequence')
    with own_transaction(records, branch.company):
        BranchSequence.hold([(branch, 'hand_over', date)])
        read_again()
        yield


def _home_of(line, today: dt.date):
    "Where what is in *line* goes: past its use-by nobody hands it over"
    if line.lot.is_past_use_by(today):
        return line.parcel.branch.quarantine
    return line.move.from_location


def _moved(line, from_location, to_location, today: dt.date) -> Moved:
    return Moved(
        line.lot, line.quantity, from_location.id, to_location.id, today,
        line.parcel.branch.company, line)


class ParcelLine(ModelSQL, ModelView):
    "How much of one lot is in a parcel"
    __name__ = 'aid.parcel.line'

    parcel = fields.Many2One(
        'aid.parcel', "Parcel", required=True, readonly=True,
        ondelete='CASCADE')
    lot = fields.Many2One(
        'stock.lot', "Lot", required=True, readonly=True,
        ondelete='RESTRICT')
    product = fields.Function(
        fields.Many2One('product.product', "Product"), 'get_product')
    quantity = fields.Float(
        "Quantity", digits='unit', required=True, readonly=True)
    unit = fields.Function(
        fields.Many2One('product.uom', "Unit"), 'get_product')
    move = fields.Many2One(
        'stock.move', "Move", readonly=True, ondelete='RESTRICT')
    back_move = fields.Many2One(
        'stock.move', "Move Back", readonly=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('parcel')
        table = cls.__table__()
        cls._sql_indexes.update({
                Index(table, (table.parcel, Index.Equality())),
                Index(table, (table.lot, Index.Equality())),
                })

    @classmethod
    def get_product(cls, lines, names: list[str]) -> dict:
        values = {
            'product': {l.id: l.lot.product.id for l in lines},
            'unit': {l.id: l.lot.product.default_uom.id for l in lines},
            }
        return {name: values[name] for name in names}

    def get_rec_name(self, name: str) -> str:
        return f'{self.lot.rec_name} @ {self.parcel.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('lot.rec_name', *clause[1:])]


class PackedMixin(Model):
    "A line of a basket may be of a prepared parcel"
    __slots__ = ()

    parcel = fields.Many2One(
        'aid.parcel', "Parcel", ondelete='RESTRICT',
        states={'readonly': True})


class ParcelLabel(LabelReport):
    "Labels to stick on prepared parcels; scanning one adds it whole"
    __name__ = 'aid.parcel.label'

    @classmethod
    def labels(cls, parcels) -> list[Label]:
        return [Label(p.number, tuple(cls._rows(p))) for p in parcels]

    @classmethod
    def _rows(cls, parcel):
        yield 'title', parcel.model.name
        yield 'number', gettext(
            'aid_basket.msg_parcel_label_size', size=parcel.model.size)
        if parcel.expiry:
            yield 'date', gettext(
                'aid_basket.msg_parcel_label_date',
                date=cls.format_date(parcel.expiry))


class MakeStart(ModelView):
    "How many parcels of which size"
    __name__ = 'aid.parcel.make.start'

    branch = fields.Many2One('aid.branch', "Branch", required=True)
    model = fields.Many2One(
        'aid.parcel.model', "Parcel", required=True,
        domain=[
            If(Bool(Eval('branch')), ['OR',
                    ('branch', '=', None),
                    ('branch', '=', Eval('branch', -1)),
                    ], ()),
            ])
    count = fields.Integer(
        "How Many", required=True, domain=[('count', '>', 0)])

    made = fields.Many2Many(
        'aid.parcel', None, None, "Made", readonly=True)

    @staticmethod
    def default_branch() -> int | None:
        return Transaction().context.get('branch')


class Make(Wizard):
    "Make prepared parcels and print their labels"
    __name__ = 'aid.parcel.make'

    start = StateView(
        'aid.parcel.make.start', 'aid_basket.parcel_make_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Make", 'make', 'tryton-ok', default=True),
            ])
    make = StateTransition()
    print_ = StateReport('aid.parcel.label')

    def transition_make(self) -> str:
        Parcel = Pool().get('aid.parcel')
        parcels = Parcel.make(
            own_branch(self.start.branch), self.start.model,
            self.start.count)
        self.start.made = parcels
        return 'print_'

    def do_print_(self, action) -> tuple[dict, dict]:
        return action, {
            'ids': [p.id for p in self.start.made],
            'model': 'aid.parcel',
            }
