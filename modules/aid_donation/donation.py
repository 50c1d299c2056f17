"""What somebody gives to a branch: announced, then received or not."""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from functools import wraps

from sql.aggregate import Sum
from sql.conditionals import Coalesce
from stdnum import ean

from trytond.i18n import gettext
from trytond.model import (
    DeactivableMixin, Index, ModelSQL, ModelView, Unique, Workflow, fields,
    sequence_ordered)
from trytond.model.exceptions import AccessError
from trytond.modules.currency.fields import Monetary
from trytond.modules.product import price_digits
from trytond.pool import Pool
from trytond.pyson import Bool, Eval, If
from trytond.tools import timezone as tz
from trytond.transaction import Transaction

from aid_branch.dated import RuleMixin
from aid_branch.locked import lock_now
from aid_branch.scope import BranchMixin

from . import mixed_dates, receiving
from .exceptions import (
    DonationReceiveError, DonationStateError, GTINValidationError)
from .public_code import cleaned, new_code
from .scanning import ScanMixin, product_by_gtin
from .shelf_life import is_short
from .unknown_barcode import UnknownBarcodeMixin

STATES = [
    ('announced', "Announced"),
    ('received', "Received"),
    ('refused', "Refused"),
    ('cancelled', "Cancelled"),
    ]
_CLOSED = {'readonly': Eval('state') != 'announced'}


def _from_state(state: str, message: str):
    """Refuse by name the donations that are not in *state*.

    Stands outside the button: Tryton would only say that the button may not
    be used, and a workflow would silently leave the donation aside.  This is
    what answers the second click of a double click.
    """
    def decorator(func):
        @wraps(func)
        def wrapper(cls, donations, *args, **kwargs):
            for donation in donations:
                if donation.state != state:
                    raise DonationStateError(gettext(
                            message,
                            donation=donation.rec_name,
                            state=donation.state_string))
            return func(cls, donations, *args, **kwargs)
        return wrapper
    return decorator


class Rule(RuleMixin, ModelSQL, ModelView):
    "What is asked of goods at the door, from a day on"
    __name__ = 'aid.donation.rule'

    use_by_hours = fields.Integer(
        "Hours Before Use-by", required=True,
        domain=[('use_by_hours', '>=', 0)],
        help="Goods with less than this to go before the end of their "
        "use-by date are flagged.")
    chilled_maximum = fields.Float(
        "Chilled Goods at Most", digits=(None, 1), required=True,
        help="In °C, at arrival.")
    frozen_maximum = fields.Float(
        "Frozen Goods at Most", digits=(None, 1), required=True,
        help="In °C, at arrival.")

    @staticmethod
    def default_use_by_hours() -> int:
        return 48

    def get_rec_name(self, name: str) -> str:
        return gettext('aid_donation.msg_rule_name', hours=self.use_by_hours)

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('source', *clause[1:])]


class RefusalReason(
        DeactivableMixin, sequence_ordered(), ModelSQL, ModelView):
    "Why goods are not taken in"
    __name__ = 'aid.donation.refusal_reason'

    name = fields.Char("Name", required=True, translate=True)
    code = fields.Char("Code", required=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints.append(
            ('code_unique', Unique(table, table.code),
                'aid_donation.msg_refusal_reason_code_unique'))


class Donation(
        UnknownBarcodeMixin, ScanMixin, BranchMixin, Workflow, ModelSQL,
        ModelView):
    """One act of giving: a donor, a branch, and what came.

    Announced donations are edited freely.  Once received, refused or
    cancelled a donation changes no more; a received one is undone by moves
    the other way round, as long as nobody touched its lots.
    """
    __name__ = 'aid.donation'
    _rec_name = 'number'

    number = fields.Char("Number", readonly=True)
    code = fields.Char(
        "Public Code", readonly=True,
        help="The donor finds the donation by this code.")
    supply_source = fields.Many2One(
        'aid.supply.source', "Supply Source", required=True,
        ondelete='RESTRICT', states=_CLOSED)
    party_required = fields.Function(
        fields.Char("Party Required"), 'on_change_with_party_required')
    donor = fields.Many2One(
        'party.party', "Donor", ondelete='RESTRICT',
        domain=[
            If((Eval('state') == 'announced')
                & (Eval('party_required') != 'supplier'),
                ('donor', '=', True),
                ()),
            ],
        states={
            'readonly': Eval('state') != 'announced',
            'required': Eval('party_required').in_(['donor', 'supplier']),
            },
        context={'default_donor': True},
        search_context={'branch': Eval('branch', -1)},
        search_order=[
            ('last_donation_on', 'DESC NULLS LAST'),
            ('name', 'ASC'),
            ('id', 'ASC'),
            ],
        help="Those who gave to this branch last come first.")
    expected_on = fields.Date(
        "Expected On", states=_CLOSED, help="When the donor brings it.")
    received_on = fields.Date(
        "Received On", states=_CLOSED,
        help="Empty: today. May be in the past, when paper is caught up.")
    date = fields.Function(fields.Date("Date"), 'on_change_with_date')
    received_at = fields.DateTime("Recorded At", readonly=True)
    received_by = fields.Many2One(
        'res.user', "Recorded By", readonly=True, ondelete='RESTRICT')
    temperature = fields.Float(
        "Temperature (°C)", digits=(None, 1), states=_CLOSED,
        help="Measured once, on the chilled goods.")
    lines = fields.One2Many(
        'aid.donation.line', 'donation', "Goods", states=_CLOSED)
    refusal_reason = fields.Many2One(
        'aid.donation.refusal_reason', "Reason of Refusal",
        ondelete='RESTRICT', states=_CLOSED,
        help="Needed to refuse the whole donation.")
    note = fields.Text("Note")
    state = fields.Selection(
        STATES, "State", readonly=True, required=True, sort=False)
    state_string = state.translated('state')

    net_weight = fields.Function(
        fields.Float("Weight (kg)", digits=(None, 3)), 'get_totals')
    refused_weight = fields.Function(
        fields.Float("Refused (kg)", digits=(None, 3)), 'get_totals')
    value = fields.Function(
        Monetary("Market Value", currency='currency', digits='currency'),
        'get_totals')
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"), 'get_currency')
    lots = fields.Function(
        fields.Many2Many('stock.lot', None, None, "Lots"), 'get_lots')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('code_unique', Unique(table, table.code),
                'aid_donation.msg_donation_code_unique'),
            ]
        cls._sql_indexes.update({
                Index(table, (table.code, Index.Equality())),
                Index(table, (table.number, Index.Similarity())),
                Index(
                    table,
                    (table.branch, Index.Equality()),
                    (table.donor, Index.Equality()),
                    (table.received_on, Index.Range(order='DESC'))),
                Index(
                    table,
                    (table.donor, Index.Equality()),
                    (table.received_on, Index.Range(order='DESC'))),
                Index(
                    table,
                    (table.state, Index.Equality(cardinality='low')),
                    where=table.state == 'announced'),
                })
        cls._order = [('id', 'DESC')]
        cls.branch.states = {'readonly': Eval('state') != 'announced'}
        cls.branch.domain = [
            If(Eval('state') == 'announced',
                ('has_stock', '=', True),
                ()),
            ]
        cls._transitions |= {
            ('announced', 'received'),
            ('announced', 'refused'),
            ('announced', 'cancelled'),
            ('received', 'cancelled'),
            ('refused', 'announced'),
            }
        announced = Eval('state') != 'announced'
        cls._buttons.update({
                'receive': {'invisible': announced, 'depends': ['state']},
                'refuse': {'invisible': announced, 'depends': ['state']},
                'cancel': {
                    'invisible': ~Eval('state').in_(
                        ['announced', 'received']),
                    'depends': ['state'],
                    },
                'reopen': {
                    'invisible': Eval('state') != 'refused',
                    'depends': ['state'],
                    },
                })

    @staticmethod
    def default_state() -> str:
        return 'announced'

    @staticmethod
    def default_supply_source() -> int | None:
        "The rounds at shops are what a warehouse receives every week"
        Source = Pool().get('aid.supply.source')
        sources = Source.search(
            [('code', '=', 'shop_collection')], limit=1)
        return sources[0].id if sources else None

    @classmethod
    def default_lines(cls) -> list:
        "One row per family, so that only kilograms are left to be typed"
        pool = Pool()
        Family = pool.get('aid.family')
        Line = pool.get('aid.donation.line')
        lines = []
        for family in Family.search([]):
            # The kind of date comes with the row: were it computed by the
            # client, a new donation would cost one request per family
            lines.append(Line(family=family, date_kind=family.date_kind))
        return lines

    @classmethod
    def view_attributes(cls) -> list:
        return super().view_attributes() + [
            ('/form', 'scan_code_states', {
                    'invisible': Eval('state') != 'announced',
                    }),
            ]

    @fields.depends('supply_source')
    def on_change_with_party_required(self, name: str | None = None):
        return (
            self.supply_source.party_required if self.supply_source
            else 'none')

    @fields.depends('donor', 'branch', 'state')
    def on_change_donor(self) -> None:
        "What a donor gave last time says where it comes from this time"
        if not self.donor:
            return
        last = self.__class__.search([
                ('donor', '=', self.donor.id),
                ('branch', '=', self.branch.id if self.branch else None),
                ('state', '=', 'received'),
                ],
            order=[('received_on', 'DESC'), ('id', 'DESC')], limit=1)
        if last:
            self.supply_source = last[0].supply_source

    @fields.depends('received_on', 'expected_on')
    def on_change_with_date(self, name: str | None = None):
        return self.received_on or self.expected_on

    @classmethod
    def order_date(cls, tables) -> list:
        table, _ = tables[None]
        return [Coalesce(table.received_on, table.expected_on)]

    @fields.depends('state', 'branch', 'received_on', 'temperature', 'lines')
    def on_change_notify(self) -> list[tuple[str, str]]:
        "Says early what is short-dated, past, or too warm"
        notifications = super().on_change_notify()
        if self.state != 'announced' or not self.branch:
            return notifications
        return notifications + receiving.remarks(self)

    @classmethod
    def get_totals(cls, donations, names) -> dict[str, dict]:
        "Kilograms taken and refused, and the market value of the lots made"
        result: dict = {}
        ids = [d.id for d in donations]
        for name in {'net_weight', 'refused_weight'} & set(names):
            result[name] = _summed(ids, name)
        if 'value' in names:
            result['value'] = receiving.values(donations)
        return result

    @classmethod
    def get_currency(cls, donations, name: str) -> dict[int, int]:
        return {d.id: d.branch.company.currency.id for d in donations}

    @classmethod
    def get_lots(cls, donations, name: str) -> dict[int, list[int]]:
        Lot = Pool().get('stock.lot')
        result: dict = {d.id: [] for d in donations}
        for lot in Lot.search(
                [('donation_line.donation', 'in', list(result))],
                order=[('id', 'ASC')]):
            result[lot.donation_line.donation.id].append(lot.id)
        return result

    def get_rec_name(self, name: str) -> str:
        if self.donor:
            return f'{self.number} - {self.donor.name}'
        return self.number or ''

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        _, operator, value = clause[:3]
        bool_op = 'AND' if operator.startswith(('!', 'not ')) else 'OR'
        code = value
        if isinstance(value, str):
            code = cleaned(value)
        return [bool_op,
            ('number', operator, value),
            ('code', operator, code),
            ('donor.rec_name', operator, value),
            ]

    @classmethod
    def preprocess_values(cls, mode: str, values: dict) -> dict:
        pool = Pool()
        Sequence = pool.get('ir.sequence')
        ModelData = pool.get('ir.model.data')
        values = super().preprocess_values(mode, values)
        if mode == 'create':
            if not values.get('number'):
                values['number'] = Sequence(ModelData.get_id(
                        'aid_donation', 'sequence_donation')).get()
            if not values.get('code'):
                values['code'] = cls._free_code()
        return values

    @classmethod
    def _free_code(cls) -> str:
        while True:
            code = new_code()
            if not cls.search([('code', '=', code)], limit=1, order=[]):
                return code

    @classmethod
    def check_modification(
            cls, mode, donations, values=None, external=False) -> None:
        super().check_modification(
            mode, donations, values=values, external=external)
        if mode == 'write' and external and values.keys() - {'note'}:
            _refuse_closed(donations)
        elif mode == 'delete':
            _refuse_closed(donations)

    @classmethod
    def copy(cls, donations, default=None):
        default = default.copy() if default is not None else {}
        for name in ['number', 'code', 'expected_on', 'received_on',
                'received_at', 'received_by', 'temperature',
                'refusal_reason']:
            default.setdefault(name)
        return super().copy(donations, default=default)

    @classmethod
    @_from_state('announced', 'aid_donation.msg_receive_state')
    @ModelView.button
    @Workflow.transition('received')
    def receive(cls, donations) -> None:
        """Take the goods in: one lot and one done move for each row.

        :raises DonationStateError: a donation was received before
        :raises DonationReceiveError: a row cannot be received as it is
        """
        lock_now(donations)
        receiving.receive(donations)

    @classmethod
    @_from_state('announced', 'aid_donation.msg_refuse_state')
    @ModelView.button
    @Workflow.transition('refused')
    def refuse(cls, donations) -> None:
        "Send the whole donation back; says why"
        for donation in donations:
            if not donation.refusal_reason:
                raise DonationReceiveError(gettext(
                        'aid_donation.msg_refuse_reason',
                        donation=donation.rec_name))

    @classmethod
    @_from_state('refused', 'aid_donation.msg_reopen_state')
    @ModelView.button
    @Workflow.transition('announced')
    def reopen(cls, donations) -> None:
        "A donation that was refused by mistake"

    @classmethod
    @ModelView.button
    @Workflow.transition('cancelled')
    def cancel(cls, donations) -> None:
        """Undo: an announcement disappears, received goods go back.

        :raises DonationReverseError: a lot was moved or is held for somebody
        """
        lock_now(donations)
        receiving.reverse([d for d in donations if d.state == 'received'])


class DonationLine(ModelSQL, ModelView):
    """A row of a donation: so many kilograms of a family.

    That is enough.  Everything else (a product, its maker's lot, pieces,
    dates, a value given by the donor, what was refused) may be said and must
    be only where the supply source asks for it.  Each row makes one lot.
    """
    __name__ = 'aid.donation.line'

    donation = fields.Many2One(
        'aid.donation', "Donation", required=True, ondelete='CASCADE',
        states={
            'readonly': (Eval('state') != 'announced') & Bool(
                Eval('donation')),
            })
    family = fields.Many2One(
        'aid.family', "Family", required=True, ondelete='RESTRICT',
        states=_CLOSED)
    date_kind = fields.Function(
        fields.Char("Kind of Date"), 'get_date_kind')
    net_weight = fields.Float(
        "Weight (kg)", digits=(None, 3), states=_CLOSED,
        domain=['OR', ('net_weight', '=', None), ('net_weight', '>=', 0)],
        help="What is kept, without crates.")
    use_by = fields.Date(
        "Use By",
        states={
            'readonly': Eval('state') != 'announced',
            'invisible': (
                Eval('date_kind').in_(['best_before', 'none'])
                & ~Eval('use_by')),
            },
        help="The earliest one.")
    best_before = fields.Date(
        "Best Before",
        states={
            'readonly': Eval('state') != 'announced',
            'invisible': (
                (Eval('date_kind') == 'use_by') & ~Eval('best_before')),
            },
        help="The earliest one.")
    dates = fields.Char(
        "Several Dates",
        states={
            'readonly': Eval('state') != 'announced',
            'invisible': (Eval('state') != 'announced') & ~Eval('dates'),
            },
        help="How much of which date, for example: "
        "12 @ 24/11, 30 @ 26/11\n"
        "Each makes a row and a lot of its own.")
    product = fields.Many2One(
        'product.product', "Product", ondelete='RESTRICT', states=_CLOSED,
        domain=[
            If(Eval('state') == 'announced',
                ('template.family', '=', Eval('family', -1)),
                ()),
            ],
        help="Empty: the family is enough.")
    unit_category = fields.Function(
        fields.Many2One('product.uom.category', "Category of Unit"),
        'on_change_with_unit_category')
    quantity = fields.Float(
        "Quantity", digits='unit',
        domain=['OR', ('quantity', '=', None), ('quantity', '>=', 0)],
        states={
            'readonly': (Eval('state') != 'announced') | ~Eval('product'),
            },
        help="Pieces, litres... when the goods are not counted in kg.")
    unit = fields.Many2One(
        'product.uom', "Unit", ondelete='RESTRICT',
        domain=[
            If(Bool(Eval('unit_category')),
                ('category', '=', Eval('unit_category', -1)),
                ()),
            ],
        states={
            'readonly': (Eval('state') != 'announced') | ~Eval('product'),
            'required': Bool(Eval('quantity')),
            })
    gross_weight = fields.Float(
        "Gross Weight (kg)", digits=(None, 3), states=_CLOSED,
        domain=['OR', ('gross_weight', '=', None), ('gross_weight', '>=', 0)])
    label_lot = fields.Char(
        "Lot on the Label", states=_CLOSED, help="The maker's lot number.")
    gtin = fields.Char(
        "Barcode", states=_CLOSED, help="The digits under the barcode.")
    learned_code = fields.Char(
        "Barcode Learned", readonly=True,
        states={'invisible': ~Eval('learned_code')},
        help="Nobody knew this barcode: the branch remembers its family.")
    unit_value = fields.Numeric(
        "Unit Value", digits=price_digits, states=_CLOSED,
        domain=['OR', ('unit_value', '=', None), ('unit_value', '>=', 0)],
        help="Per unit, or per kg where there is none. "
        "Empty: the price list's or the family's value per kg.")
    value_method = fields.Selection(
        'get_value_methods', "Method of Valuation",
        states={
            'readonly': Eval('state') != 'announced',
            'required': Bool(Eval('unit_value')),
            })
    value_date = fields.Date(
        "Date of Valuation", states=_CLOSED, help="Empty: the day of arrival.")
    temperature = fields.Float(
        "Temperature (°C)", digits=(None, 1), states=_CLOSED,
        help="Where it differs from the one of the donation.")
    refused_weight = fields.Float(
        "Refused (kg)", digits=(None, 3), states=_CLOSED,
        domain=['OR',
            ('refused_weight', '=', None), ('refused_weight', '>=', 0)],
        help="What was sent back, beside what is kept.")
    refusal_reason = fields.Many2One(
        'aid.donation.refusal_reason', "Reason of Refusal",
        ondelete='RESTRICT',
        states={
            'readonly': Eval('state') != 'announced',
            'required': Eval('refused_weight', 0) > 0,
            })
    use_by_short = fields.Function(
        fields.Boolean("Soon Past Its Use-by"), 'get_use_by_short')
    state = fields.Function(
        fields.Selection(STATES, "State"), 'on_change_with_state',
        searcher='search_state')
    lot = fields.Function(
        fields.Many2One('stock.lot', "Lot"), 'get_lot',
        searcher='search_lot')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls.__access__.add('donation')
        cls._sql_indexes.update({
                Index(table, (table.donation, Index.Equality())),
                Index(
                    table, (table.product, Index.Equality()),
                    where=table.product.__ne__(None)),
                })
        cls._order = [('donation', 'DESC'), ('id', 'ASC')]

    @staticmethod
    def get_value_methods() -> list[tuple[str | None, str]]:
        Lot = Pool().get('stock.lot')
        return Lot.fields_get(['value_method'])['value_method']['selection']

    @staticmethod
    def default_state() -> str:
        return 'announced'

    @fields.depends('unit_value', 'value_method')
    def on_change_unit_value(self) -> None:
        if self.unit_value is not None and not self.value_method:
            self.value_method = 'declared'

    @fields.depends('donation', '_parent_donation.state')
    def on_change_with_state(self, name: str | None = None) -> str:
        return getattr(self.donation, 'state', None) or 'announced'

    @classmethod
    def search_state(cls, name: str, clause) -> list:
        return [('donation.state', *clause[1:])]

    @classmethod
    def get_date_kind(cls, lines, name: str) -> dict[int, str]:
        return {l.id: l.family.date_kind for l in lines}

    @fields.depends('product')
    def on_change_with_unit_category(self, name: str | None = None):
        return (
            self.product.default_uom_category if self.product else None)

    @fields.depends('product', 'unit', 'family', methods=['_set_weight'])
    def on_change_product(self) -> None:
        if not self.product:
            self.quantity = self.unit = None
            return
        if self.product.template.family and not self.family:
            self.family = self.product.template.family
        category = self.product.default_uom_category
        if not self.unit or self.unit.category != category:
            self.unit = self.product.default_uom
        self._set_weight()

    @fields.depends(methods=['_set_weight'])
    def on_change_quantity(self) -> None:
        self._set_weight()

    @fields.depends(methods=['_set_weight'])
    def on_change_unit(self) -> None:
        self._set_weight()

    @fields.depends('product', 'quantity', 'unit', 'net_weight')
    def _set_weight(self) -> None:
        "The weight of so many pieces, where the product says it"
        if self.product and self.unit and self.quantity is not None:
            weight = self.product.to_kg(self.quantity, self.unit)
            if weight is not None:
                self.net_weight = round(weight, 3)

    @fields.depends(
        'dates', 'family', 'product', 'unit', 'donation',
        '_parent_donation.branch', '_parent_donation.received_on',
        methods=['_set_weight'])
    def on_change_dates(self) -> None:
        "The dates say how much there is; what is unreadable is said aside"
        branch = getattr(self.donation, 'branch', None)
        if not self.dates or not self.family or not branch:
            return
        day = getattr(self.donation, 'received_on', None) or branch.today()
        try:
            pieces = mixed_dates.read(self.dates, day)
        except mixed_dates.MixedDatesError:
            return
        total = round(sum(piece.quantity for piece in pieces), 3)
        if self.product and self.unit:
            self.quantity = total
            self._set_weight()
        else:
            self.net_weight = total
        setattr(self, receiving.date_field(self), pieces[0].date)

    @fields.depends('gtin', 'product', methods=['on_change_product'])
    def on_change_gtin(self) -> None:
        "A barcode that is known says the product"
        if not self.gtin or self.product:
            return
        product = product_by_gtin(self.gtin)
        if product:
            self.product = product
            self.on_change_product()

    @fields.depends(
        'use_by', 'donation', '_parent_donation.branch',
        '_parent_donation.received_at', '_parent_donation.received_on')
    def on_change_with_use_by_short(self) -> bool:
        if not self.use_by or not self.donation:
            return False
        return self._is_short({})

    @classmethod
    def get_use_by_short(cls, lines, name: str) -> dict[int, bool]:
        rules: dict = {}
        return {
            l.id: bool(l.use_by) and l._is_short(rules) for l in lines}

    def _is_short(self, rules: dict) -> bool:
        """Whether less is left to the use-by than the rule of the day asks

        :param rules: the rules already read, by day
        """
        Rule = Pool().get('aid.donation.rule')
        at = arrival(self.donation)
        if at is None:
            return False
        day = at.date()
        if day not in rules:
            rules[day] = Rule.at(day)
        rule = rules[day]
        return bool(rule) and is_short(self.use_by, at, rule.use_by_hours)

    @classmethod
    def get_lot(cls, lines, name: str) -> dict[int, int | None]:
        Lot = Pool().get('stock.lot')
        result: dict = {l.id: None for l in lines}
        # The first one: others were sorted out of it since
        for lot in Lot.search(
                [('donation_line', 'in', list(result))],
                order=[('id', 'DESC')]):
            result[lot.donation_line.id] = lot.id
        return result

    @classmethod
    def search_lot(cls, name: str, clause) -> list:
        Lot = Pool().get('stock.lot')
        _, operator, value = clause[:3]
        nested = clause[0][len(name):].lstrip('.')
        lot = Lot.__table__()
        having = lot.select(
            lot.donation_line, where=lot.donation_line != None)  # noqa: E711
        if not nested and value is None:
            return [('id', 'not in' if operator == '=' else 'in', having)]
        query = Lot.search(
            [(nested or ('rec_name' if isinstance(value, str) else 'id'),
                    *clause[1:])],
            order=[], query=True)
        lots = Lot.__table__()
        return [('id', 'in', lots.select(
                    lots.donation_line,
                    where=lots.id.in_(query)
                    & (lots.donation_line != None)))]  # noqa: E711

    @property
    def came(self) -> bool:
        "Whether the row says that something is kept"
        return bool(self.net_weight or self.quantity)

    def get_rec_name(self, name: str) -> str:
        goods = self.product or self.family
        return f'{goods.rec_name} @ {self.donation.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('family.rec_name', *clause[1:]),
            ('product.rec_name', *clause[1:]),
            ('donation.rec_name', *clause[1:]),
            ]

    @classmethod
    def preprocess_values(cls, mode: str, values: dict) -> dict:
        values = super().preprocess_values(mode, values)
        # Comes with the default rows and is read from the family
        values.pop('date_kind', None)
        return values

    @classmethod
    def validate_fields(cls, lines, field_names) -> None:
        super().validate_fields(lines, field_names)
        cls.check_gtin(lines, field_names)

    @classmethod
    def check_gtin(cls, lines, field_names=None) -> None:
        "Refuse a barcode with a wrong check digit, naming the goods"
        if field_names and 'gtin' not in field_names:
            return
        for line in lines:
            if line.gtin and not ean.is_valid(line.gtin):
                raise GTINValidationError(gettext(
                        'aid_donation.msg_gtin',
                        gtin=line.gtin,
                        goods=(line.product or line.family).rec_name))

    @classmethod
    def check_modification(
            cls, mode, lines, values=None, external=False) -> None:
        super().check_modification(
            mode, lines, values=values, external=external)
        if external and (mode != 'write' or values):
            _refuse_closed(list({l.donation for l in lines}))

    @classmethod
    def view_attributes(cls) -> list:
        return super().view_attributes() + [
            ('/tree', 'visual',
                If(Bool(Eval('use_by_short')), 'warning', '')),
            ]


def arrival(donation) -> dt.datetime | None:
    """When the goods came, in the local time of the branch.

    For a donation of an earlier day, whose paper is caught up, the beginning
    of that day; for one that is not yet received, now.
    """
    if not getattr(donation, 'branch', None):
        return None
    name = donation.branch.timezone or donation.branch.company.timezone
    zone = tz.ZoneInfo(name) if name else tz.SERVER
    recorded = getattr(donation, 'received_at', None)
    at = (recorded or dt.datetime.now(dt.timezone.utc).replace(tzinfo=None))
    at = at.replace(tzinfo=dt.timezone.utc).astimezone(zone)
    day = getattr(donation, 'received_on', None)
    if day and day != at.date():
        return dt.datetime.combine(day, dt.time(), tzinfo=zone)
    return at


def _summed(ids: list[int], name: str) -> dict[int, float]:
    "Sum of a weight over the lines of the donations, in one statement"
    Line = Pool().get('aid.donation.line')
    table = Line.__table__()
    result: dict[int, float] = defaultdict(float)
    cursor = Transaction().connection.cursor()
    cursor.execute(*table.select(
            table.donation, Sum(getattr(table, name)),
            where=fields.SQL_OPERATORS['in'](table.donation, ids),
            group_by=table.donation))
    result.update((id_, round(total or 0, 3)) for id_, total in cursor)
    return {id_: result[id_] for id_ in ids}


def _refuse_closed(donations) -> None:
    for donation in donations:
        if donation.state != 'announced':
            raise AccessError(gettext(
                    'aid_donation.msg_donation_closed',
                    donation=donation.rec_name,
                    state=donation.state_string))
