"""Lots: goods that came together and carry one date."""
from __future__ import annotations

import datetime as dt

from sql.conditionals import Coalesce

from trytond.i18n import gettext
from trytond.model import Index, Unique, fields
from trytond.modules.product import price_digits
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import without_check_access

from .exceptions import LotOriginError, LotValidationError

ORIGIN = frozenset({'supply_source', 'donor'})
DATES = frozenset({'shelf_life_expiration_date', 'expiration_date'})


class Lot(metaclass=PoolMeta):
    """Goods of one product that came together and carry one date.

    Where they come from is set once and survives every move.
    """
    __name__ = 'stock.lot'

    supply_source = fields.Many2One(
        'aid.supply.source', "Supply Source",
        required=True, ondelete='RESTRICT',
        help="Where the goods come from: it says what may be asked for them.")
    party_required = fields.Function(
        fields.Selection('get_parties_required', "Must Be Known"),
        'on_change_with_party_required')
    donor = fields.Many2One(
        'party.party', "Donor or Supplier", ondelete='RESTRICT',
        states={
            'required': Eval('party_required', 'none').in_(
                ['donor', 'supplier']),
            },
        help="Who gave or sold the goods.")
    family = fields.Function(
        fields.Many2One('aid.family', "Family"),
        'on_change_with_family', searcher='search_family')
    expiry = fields.Function(
        fields.Date("Date", help="The earliest of the dates."),
        'on_change_with_expiry')
    net_weight = fields.Float(
        "Net Weight", digits=(None, 3),
        domain=['OR', ('net_weight', '=', None), ('net_weight', '>=', 0)],
        help="Weight of the goods received, in kilograms.")
    gross_weight = fields.Float(
        "Gross Weight", digits=(None, 3),
        domain=['OR', ('gross_weight', '=', None), ('gross_weight', '>=', 0)],
        help="Weight with the packaging, in kilograms.")
    label_lot = fields.Char(
        "Maker's Lot", help="The lot number printed on the pack.")
    looked_on = fields.Date(
        "Last Looked At",
        help="Goods without a date are looked at again after some days.")
    parents = fields.One2Many(
        'aid.lot.parent', 'lot', "Made Of", readonly=True,
        states={'invisible': ~Eval('parents', [])})
    unit_value = fields.Numeric(
        "Unit Value", digits=price_digits,
        domain=['OR', ('unit_value', '=', None), ('unit_value', '>=', 0)],
        help="Value of one unit of the product, in the currency of the "
        "company.")
    value_method = fields.Selection([
            (None, ""),
            ('family', "Value per kg of the Family"),
            ('list_price', "Price of the Product"),
            ('declared', "Declared by the Donor"),
            ('invoice', "Invoice"),
            ], "Value Method", sort=False,
        states={'required': Eval('unit_value', None) != None},  # noqa: E711
        help="How the value is known.")
    value_date = fields.Date(
        "Value Date",
        states={'required': Eval('unit_value', None) != None},  # noqa: E711
        help="The day the value holds for.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        label_lot = Coalesce(table.label_lot, '')
        cls._sql_constraints.append(
            ('number_unique', Unique(table, table.number),
                'aid_lot.msg_lot_number_unique'))
        cls._sql_indexes.update({
                Index(table, (table.supply_source, Index.Equality())),
                Index(table, (table.donor, Index.Equality())),
                Index(table, (table.product, Index.Equality())),
                # What need not be there is looked for as a text
                Index(table,
                    (label_lot, Index.Equality(cardinality='high')),
                    where=label_lot != ''),
                })
        cls.shelf_life_expiration_date.string = "Use by"
        cls.expiration_date.string = "Best before"

    @classmethod
    def get_parties_required(cls) -> list[tuple[str | None, str]]:
        Source = Pool().get('aid.supply.source')
        field = 'party_required'
        return [(None, '')] + list(
            Source.fields_get([field])[field]['selection'])

    @fields.depends('supply_source')
    def on_change_with_party_required(self, name: str | None = None):
        if self.supply_source:
            return self.supply_source.party_required

    @fields.depends('product')
    def on_change_with_family(self, name: str | None = None):
        return self.product.family if self.product else None

    @classmethod
    def search_family(cls, name: str, clause) -> list:
        return [('product.template.' + clause[0], *clause[1:])]

    @fields.depends('shelf_life_expiration_date', 'expiration_date')
    def on_change_with_expiry(
            self, name: str | None = None) -> dt.date | None:
        return min(
            filter(None, [
                    self.shelf_life_expiration_date, self.expiration_date]),
            default=None)

    # Numbers

    @classmethod
    def next_numbers(cls, count: int) -> list[str]:
        "*count* new lot numbers in one go: ``L0000001`` and so on"
        pool = Pool()
        Sequence = pool.get('ir.sequence')
        ModelData = pool.get('ir.model.data')
        sequence = Sequence(ModelData.get_id('aid_lot', 'sequence_lot'))
        return list(sequence.get_many(count))

    @classmethod
    def preprocess_values(cls, mode: str, values: dict) -> dict:
        values = super().preprocess_values(mode, values)
        if mode == 'create' and not values.get('number'):
            values['number'], = cls.next_numbers(1)
        return values

    # What is asked of a lot

    @classmethod
    def validate_fields(cls, lots, field_names) -> None:
        super().validate_fields(lots, field_names)
        cls.check_dates(lots, field_names)

    @classmethod
    def check_dates(cls, lots, field_names=None) -> None:
        "No best-before on goods that only go by a use-by"
        if field_names and not (field_names & {'product', *DATES}):
            return
        for lot in lots:
            if (lot.expiration_date
                    and lot.product.expiration_state == 'none'):
                raise LotValidationError(gettext(
                        'aid_lot.msg_lot_use_by_only',
                        lot=lot.rec_name,
                        product=lot.product.rec_name))

    @classmethod
    def check_modification(
            cls, mode, lots, values=None, external=False) -> None:
        super().check_modification(
            mode, lots, values=values, external=external)
        if mode == 'write' and values.keys() & ORIGIN:
            cls._check_origin_kept(lots, values)

    @classmethod
    @without_check_access
    def _check_origin_kept(cls, lots, values: dict) -> None:
        """Supply source and donor never change once the lot has moved.

        For code as for users: the chain from giver to receiver hangs on it.
        """
        Move = Pool().get('stock.move')
        changed = []
        for lot in lots:
            for name in values.keys() & ORIGIN:
                before = getattr(lot, name)
                if (before.id if before else None) != values[name]:
                    changed.append(lot)
        if not changed:
            return
        moves = Move.search([
                ('lot', 'in', [lot.id for lot in changed]),
                ('state', '=', 'done'),
                ], limit=1, order=[])
        if moves:
            raise LotOriginError(gettext(
                    'aid_lot.msg_lot_origin_moved',
                    lot=moves[0].lot.rec_name))

    @classmethod
    def on_modification(cls, mode, lots, field_names=None) -> None:
        OnHand = Pool().get('aid.lot.on_hand')
        super().on_modification(mode, lots, field_names=field_names)
        if mode == 'write' and field_names & DATES:
            OnHand.refresh(lots=lots)

    # Dates

    def is_past_use_by(self, date: dt.date) -> bool:
        "Whether the use-by is over; the day of the date itself still counts"
        use_by = self.shelf_life_expiration_date
        return bool(use_by and date > use_by)

    def is_past_best_before(self, date: dt.date) -> bool:
        "Whether the best-before is over: the ticket says so"
        return bool(self.expiration_date and date > self.expiration_date)

    def last_day(self, date: dt.date) -> dt.date | None:
        """The last day the lot may be handed over; None without a date.

        :param date: the day whose tolerance past the best-before applies
        """
        days = []
        if self.shelf_life_expiration_date:
            days.append(self.shelf_life_expiration_date)
        if self.expiration_date:
            term = self.family.term_at(date) if self.family else None
            tolerance = term.best_before_tolerance if term else 0
            days.append(self.expiration_date + dt.timedelta(days=tolerance))
        return min(days, default=None)

    def refusal(self, date: dt.date) -> str | None:
        """Why the lot may not be handed over on *date*, or None if it may.

        Past its use-by never; past its best-before within the tolerance of
        the family.  A date is valid through the end of that day.

        :param date: the day where the goods are, see ``branch.today()``
        """
        if not (self.is_past_use_by(date) or self.is_past_best_before(date)):
            # As nearly all are: no tolerance has to be known
            return None
        if self.is_past_use_by(date):
            return gettext('aid_lot.msg_lot_past_use_by',
                **self.refusal_names())
        last_day = self.last_day(date)
        if last_day and date > last_day:
            return gettext('aid_lot.msg_lot_past_best_before',
                **self.refusal_names(),
                tolerance=(last_day - self.expiration_date).days)
        return None

    def refusal_names(self) -> dict[str, str]:
        "What the messages about a date of the lot name"
        Lang = Pool().get('ir.lang')
        lang = Lang.get()
        return {
            'lot': self.rec_name,
            'product': self.product.rec_name,
            'use_by': _format(lang, self.shelf_life_expiration_date),
            'best_before': _format(lang, self.expiration_date),
            }

    def look_again_on(self, date: dt.date) -> dt.date | None:
        """The day to look at the lot again, or None.

        Only goods without a date are looked at, as often as their family
        says. It warns and never stops anything.

        :param date: the day whose values of the family apply
        """
        if self.expiry or not self.family:
            return None
        term = self.family.term_at(date)
        if not term or not term.look_again_after:
            return None
        since = self.looked_on or self.create_date.date()
        return since + dt.timedelta(days=term.look_again_after)

    def look_again(self, date: dt.date) -> str | None:
        "What to tell who hands the lot over on *date*, or None"
        day = self.look_again_on(date)
        if not day or date < day:
            return None
        return gettext('aid_lot.msg_lot_look_again', **self.refusal_names())

    def sorted_again(self) -> dict:
        """What a lot sorted out of this one takes over.

        Where the goods come from above all: the donor stays known.
        """
        return {
            'product': self.product.id,
            'supply_source': self.supply_source.id,
            'donor': self.donor.id if self.donor else None,
            'label_lot': self.label_lot,
            'unit_value': self.unit_value,
            'value_method': self.value_method,
            'value_date': self.value_date,
            }

    @classmethod
    def copy(cls, lots, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('number')
        default.setdefault('looked_on')
        default.setdefault('parents')
        return super().copy(lots, default=default)


def _format(lang, date: dt.date | None) -> str:
    return lang.strftime(date) if date else ''
