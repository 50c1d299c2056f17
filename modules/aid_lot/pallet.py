"""A pallet: some lots that stand and travel together, under one number."""
from __future__ import annotations

from genshi.input import XML
from sql.aggregate import Sum

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.report import Report
from trytond.transaction import Transaction, without_check_access

from aid_branch.code_picture import picture
from aid_branch.paper import PaperReport
from aid_branch.scope import BranchMixin

from . import gs1
from .exceptions import PalletError
from .sscc import bars, sscc

_STANDS = {'readonly': Eval('state') != 'standing'}


class Company(metaclass=PoolMeta):
    __name__ = 'company.company'

    gs1_prefix = fields.Char(
        "GS1 Prefix", help="The company prefix that GS1 assigned: pallets "
        "then get a number (SSCC) that every warehouse can read.")

    @classmethod
    def validate_fields(cls, companies, field_names) -> None:
        super().validate_fields(companies, field_names)
        cls.check_gs1_prefix(companies, field_names)

    @classmethod
    def check_gs1_prefix(cls, companies, field_names=None) -> None:
        "Refuse what is no prefix"
        if field_names and 'gs1_prefix' not in field_names:
            return
        for company in companies:
            if company.gs1_prefix:
                _numbered(company.gs1_prefix, 1)


class Pallet(BranchMixin, ModelSQL, ModelView):
    """Several lots that stand and travel together.

    Its label is scanned instead of theirs. What is taken off it is handed
    over like all goods; the pallet says what was put on it, and how much of
    it is still there at most.
    """
    __name__ = 'aid.pallet'
    _rec_name = 'number'

    number = fields.Char("Number", required=True, readonly=True)
    sscc = fields.Char(
        "SSCC", states=_STANDS,
        help="The 18 digits on the label of a pallet: of whoever sent it, or "
        "our own. Empty: a number of our own if GS1 gave us a prefix.")
    location = fields.Many2One(
        'stock.location', "Place", ondelete='RESTRICT', states=_STANDS,
        domain=[
            ('type', '=', 'storage'),
            ('branch', '=', Eval('branch', -1)),
            ])
    lines = fields.One2Many(
        'aid.pallet.line', 'pallet', "Goods", states=_STANDS)
    weight = fields.Function(
        fields.Float("Weight (kg)", digits=(None, 3)), 'get_weight')
    left = fields.Function(
        fields.Float(
            "Still There (kg)", digits=(None, 3),
            help="At most: goods of the same lots beside it count too."),
        'get_weight')
    expiry = fields.Function(
        fields.Date(
            "Date", help="The earliest of all the goods on it."),
        'get_expiry')
    state = fields.Selection([
            ('standing', "Standing"),
            ('unpacked', "Unpacked"),
            ], "State", required=True, readonly=True, sort=False)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._order = [('id', 'DESC')]
        cls.branch.domain = [('has_stock', '=', True)]
        cls._sql_constraints += [
            ('number_unique', Unique(table, table.number),
                'aid_lot.msg_pallet_number_unique'),
            ('sscc_unique', Unique(table, table.sscc),
                'aid_lot.msg_pallet_sscc_unique'),
            ]
        cls._buttons.update({
                'unpack': {
                    'invisible': Eval('state') != 'standing',
                    'depends': ['state'],
                    },
                })

    @staticmethod
    def default_state() -> str:
        return 'standing'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator, ('number', *clause[1:]), ('sscc', *clause[1:])]

    @classmethod
    def get_weight(cls, pallets, names: list[str]) -> dict[str, dict]:
        "What was put on them, and what of it is left at most"
        of = {'weight': 'quantity', 'left': 'left'}
        return {
            name: {
                p.id: round(sum(
                        line.lot.product.to_kg(
                            getattr(line, of[name]), line.unit) or 0
                        for line in p.lines), 3)
                for p in pallets}
            for name in names}

    @classmethod
    def get_expiry(cls, pallets, name: str) -> dict:
        return {
            p.id: min(
                (l.lot.expiry for l in p.lines if l.lot.expiry),
                default=None)
            for p in pallets}

    @classmethod
    def preprocess_values(cls, mode: str, values: dict) -> dict:
        values = super().preprocess_values(mode, values)
        if 'sscc' in values:
            values['sscc'] = ''.join((values['sscc'] or '').split()) or None
        if mode == 'create' and not values.get('number'):
            pool = Pool()
            Branch = pool.get('aid.branch')
            Sequence = pool.get('ir.sequence')
            ModelData = pool.get('ir.model.data')
            values['number'] = Sequence(ModelData.get_id(
                    'aid_lot', 'sequence_pallet')).get()
            prefix = Branch(values['branch']).company.gs1_prefix
            if prefix and not values.get('sscc'):
                values['sscc'] = _numbered(
                    prefix, int(values['number'].lstrip('P')))
        return values

    @classmethod
    def validate_fields(cls, pallets, field_names) -> None:
        super().validate_fields(pallets, field_names)
        cls.check_sscc(pallets, field_names)

    @classmethod
    def check_sscc(cls, pallets, field_names=None) -> None:
        """Refuse digits that are no SSCC.

        :raises PalletError: with what was typed
        """
        if field_names and 'sscc' not in field_names:
            return
        for pallet in pallets:
            if pallet.sscc and pallet.sscc != _read(pallet.sscc):
                raise PalletError(gettext(
                        'aid_lot.msg_pallet_sscc', sscc=pallet.sscc))

    @classmethod
    @ModelView.button
    def unpack(cls, pallets) -> None:
        "The lots no longer travel together"
        cls.write(pallets, {'state': 'unpacked'})

    @classmethod
    def find(cls, code: str):
        """The pallet whose number, or whose SSCC in any writing, is *code*.

        :return: the ``aid.pallet`` that the user may see, or None
        """
        found = cls.search(['OR',
                ('number', '=', code.upper()),
                ('sscc', '=', _read(code) or code),
                ], limit=1)
        return found[0] if found else None

    @classmethod
    def copy(cls, pallets, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('number')
        default.setdefault('sscc')
        default.setdefault('state', 'standing')
        return super().copy(pallets, default=default)


class PalletLine(ModelSQL, ModelView):
    "So much of a lot was put on a pallet"
    __name__ = 'aid.pallet.line'

    pallet = fields.Many2One(
        'aid.pallet', "Pallet", required=True, ondelete='CASCADE')
    lot = fields.Many2One(
        'stock.lot', "Lot", required=True, ondelete='RESTRICT')
    product = fields.Function(
        fields.Many2One('product.product', "Product"),
        'on_change_with_product')
    quantity = fields.Float(
        "Quantity", digits='unit', required=True,
        domain=[('quantity', '>', 0)])
    unit = fields.Function(
        fields.Many2One('product.uom', "Unit"), 'on_change_with_unit')
    left = fields.Function(
        fields.Float(
            "Still There", digits='unit',
            help="At most: goods of the same lot beside it count too."),
        'get_left')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('pallet')
        table = cls.__table__()
        cls._sql_indexes.update({
                Index(table, (table.pallet, Index.Equality())),
                Index(table, (table.lot, Index.Equality())),
                })

    @fields.depends('lot')
    def on_change_with_product(self, name: str | None = None):
        return self.lot.product if self.lot else None

    @fields.depends('lot')
    def on_change_with_unit(self, name: str | None = None):
        return self.lot.product.default_uom if self.lot else None

    @classmethod
    @without_check_access
    def get_left(cls, lines, name: str) -> dict[int, float]:
        """What of the lots lies in the branch of the pallet, or is on the way.

        One question for all lines.
        """
        table = Pool().get('aid.lot.on_hand').__table__()
        cursor = Transaction().connection.cursor()
        cursor.execute(*table.select(
                table.lot, table.branch, Sum(table.quantity),
                where=fields.SQL_OPERATORS['in'](
                    table.lot, list({line.lot.id for line in lines})),
                group_by=[table.lot, table.branch]))
        there = {(lot, branch): quantity for lot, branch, quantity in cursor}
        return {
            line.id: min(line.quantity, round(
                    there.get((line.lot.id, line.pallet.branch.id), 0)
                    + there.get((line.lot.id, None), 0), 6))
            for line in lines}

    @fields.depends('lot', 'pallet', '_parent_pallet.branch')
    def on_change_lot(self) -> None:
        "All of it that lies in the branch"
        OnHand = Pool().get('aid.lot.on_hand')
        branch = getattr(self.pallet, 'branch', None)
        if self.lot and branch and (
                row := OnHand.most_of(self.lot, branch)):
            self.quantity = row.quantity

    def get_rec_name(self, name: str) -> str:
        return f'{self.lot.rec_name} @ {self.pallet.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('lot.rec_name', *clause[1:])]


class PalletLabel(PaperReport, Report):
    "A page to stick on a pallet: its number, its bars, what is on it"
    __name__ = 'aid.pallet.label'

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        context = super().get_context(records, header, data)
        context['picture'] = picture
        context['bars'] = lambda number: XML(bars(number))
        return context


def _numbered(prefix: str, serial: int) -> str:
    """The SSCC of the pallet *serial*.

    :raises PalletError: GS1 gives no such prefix, or its numbers are used up
    """
    try:
        return sscc(prefix, serial)
    except ValueError as error:
        raise PalletError(gettext(
                'aid_lot.msg_pallet_prefix', prefix=prefix)) from error


def _read(code: str) -> str | None:
    "The SSCC that *code* is or contains"
    try:
        return gs1.read(code).sscc
    except gs1.BarcodeError:
        return None
