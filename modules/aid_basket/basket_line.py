"""A line of a basket: some goods of one kind, and what is known of them."""
from __future__ import annotations

from decimal import Decimal

from sql import Null

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Bool, Eval, If
from trytond.transaction import without_check_access

from . import allergen
from .basket import STATES
from .exceptions import BasketAccessError
from .exchange import KeptMixin
from .parcel import PackedMixin
from .reckoning import promotion_words
from .sent_again import forget_timestamps

KNOWLEDGE = [
    (None, ""),
    ('scanned', "Scanned"),
    ('only', "Only Lot on Hand"),
    ('assumed', "Assumed"),
    ('found', "Found, Not in the Books"),
    ]
RULES = [
    (None, ""),
    ('always_free', "Always Free"),
    ('household_free', "Free for the Household"),
    ('emergency', "Emergency Aid"),
    ('promotion', "Promotion"),
    ('household_rate', "Rate of the Household"),
    ('ceiling', "Ceiling of the Supply Source"),
    ('per_kg', "EUR per Kilogram"),
    ('rate', "Share of the Price"),
    ('flat', "Flat Sum"),
    ('free', "Free"),
    ]


class Line(KeptMixin, PackedMixin, ModelSQL, ModelView):
    """Some goods of one kind in a basket, and what is known of them.

    The facts (weight, value, amounts, rule) are stored as they were.
    """
    __name__ = 'aid.basket.line'

    _readonly = {'readonly': Eval('basket_state') != 'draft'}

    basket = fields.Many2One(
        'aid.basket', "Basket", required=True, ondelete='CASCADE')
    basket_state = fields.Function(
        fields.Selection(STATES, "State of the Basket"),
        'on_change_with_basket_state')
    # A client does not send what is simply read-only
    rank = fields.Integer(
        "Rank", states={'readonly': True},
        help="The line that was touched last has the highest.")
    family = fields.Function(
        fields.Many2One('aid.family', "Family", states=_readonly),
        'on_change_with_family', searcher='search_family')
    product = fields.Many2One(
        'product.product', "Product", required=True, ondelete='RESTRICT',
        states=_readonly,
        domain=[
            If(Bool(Eval('family')), ('template.family', '=',
                    Eval('family', -1)), ()),
            ])
    lot = fields.Many2One(
        'stock.lot', "Lot", ondelete='RESTRICT', states=_readonly,
        search_context={
            'offered_at': Eval('_parent_basket', {}).get('branch', -1),
            },
        domain=[
            If(Bool(Eval('product')), ('product', '=',
                    Eval('product', -1)), ()),
            ])
    lot_knowledge = fields.Selection(
        KNOWLEDGE, "Lot Is", sort=False, states={'readonly': True},
        help="How certain it is that the goods are of this lot.")
    quantity = fields.Float(
        "Quantity", digits='unit', required=True, states=_readonly,
        domain=[('quantity', '>', 0)])
    unit = fields.Many2One(
        'product.uom', "Unit", required=True, ondelete='RESTRICT',
        states=_readonly,
        domain=[
            If(Bool(Eval('unit_category')), ('category', '=',
                    Eval('unit_category', -1)), ()),
            ])
    barcode = fields.Char(
        "Unknown Barcode", states={
            'readonly': True,
            'invisible': ~Eval('barcode'),
            },
        help="Remembered at the branch with the family that was chosen.")
    unit_category = fields.Function(
        fields.Many2One('product.uom.category', "Unit Category"),
        'on_change_with_unit_category')

    allergen_choice = fields.Selection(
        allergen.CHOICES, "Wanted All the Same", sort=False,
        states=_readonly,
        help="What was said of goods that do not go with a constraint.")
    kg = fields.Float("kg", digits=(None, 3), readonly=True)
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    market_value = Monetary(
        "Market Value", currency='currency', digits='currency',
        readonly=True)
    price_per_kg = fields.Numeric(
        "Asked per kg", digits=(None, 4), readonly=True)
    always_free = fields.Boolean("Always Free", readonly=True)
    ceiling = fields.Numeric("Ceiling", digits=(None, 4), readonly=True)
    asked = Monetary(
        "Asked", currency='currency', digits='currency', readonly=True)
    granted = Monetary(
        "Aid Granted", currency='currency', digits='currency',
        readonly=True)
    rule = fields.Selection(RULES, "By", readonly=True, sort=False)
    promotion = fields.Numeric(
        "Taken Off", digits=(None, 4), readonly=True,
        help="The part of the price that a promotion takes off.")
    promotion_words = fields.Function(
        fields.Char("Promotion", readonly=True), 'get_promotion_words')

    move = fields.Many2One(
        'stock.move', "Move", readonly=True, ondelete='RESTRICT')
    incident = fields.Char(
        "Incident", readonly=True,
        help="Why these goods should not have been handed over: they were, "
        "and it was written on paper.")
    return_move = fields.Many2One(
        'stock.move', "Return", readonly=True, ondelete='RESTRICT')
    fate = fields.Selection([
            (None, ""),
            ('shelf', "Back on the Shelf"),
            ('bin', "Thrown Away"),
            ('never_left', "Never Left the Shop"),
            ('kept', "Kept by the Household"),
            ], "Fate", readonly=True, sort=False)

    # The first trace

    household = fields.Function(
        fields.Many2One('aid.household', "Household"),
        'get_basket', searcher='search_basket')
    date = fields.Function(
        fields.Date("Date"), 'get_basket', searcher='search_basket')
    branch = fields.Function(
        fields.Many2One('aid.branch', "Branch"),
        'get_basket', searcher='search_basket')
    donation = fields.Function(
        fields.Many2One('aid.donation', "Donation"), 'get_origin',
        searcher='search_origin')
    donor = fields.Function(
        fields.Many2One('party.party', "Donor"), 'get_origin',
        searcher='search_origin')
    supply_source = fields.Function(
        fields.Many2One('aid.supply.source', "Supply Source"),
        'get_origin', searcher='search_origin')

    del _readonly

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('basket')
        table = cls.__table__()
        cls._order = [('rank', 'DESC NULLS LAST'), ('id', 'DESC')]
        cls._sql_indexes.update({
                Index(table, (table.basket, Index.Equality())),
                Index(table, (table.lot, Index.Equality())),
                Index(table, (table.move, Index.Equality())),
                Index(table, (table.id, Index.Range()),
                    where=table.incident != Null),
                Index(table, (table.lot_knowledge, Index.Equality()),
                    where=table.lot_knowledge == 'found'),
                })

    @staticmethod
    def default_basket_state() -> str:
        return 'draft'

    @fields.depends('basket', '_parent_basket.state')
    def on_change_with_basket_state(self, name: str | None = None):
        return self.basket.state if self.basket else 'draft'

    @fields.depends('product')
    def on_change_with_family(self, name: str | None = None):
        return self.product.family if self.product else None

    @classmethod
    def search_family(cls, name: str, clause) -> list:
        return [('product.template.' + clause[0], *clause[1:])]

    @fields.depends('product')
    def on_change_with_unit_category(self, name: str | None = None):
        return self.product.default_uom_category if self.product else None

    @fields.depends('basket', '_parent_basket.session')
    def on_change_with_currency(self, name: str | None = None):
        if self.basket and self.basket.session:
            return self.basket.session.branch.company.currency
        return None

    @fields.depends('family', 'product', methods=['on_change_product'])
    def on_change_family(self) -> None:
        "A family stands for its generic product until a product is chosen"
        if self.family and (
                not self.product or self.product.family != self.family):
            self.product = self.family.product
            self.on_change_product()

    @fields.depends('product', 'unit', 'lot', 'lot_knowledge', 'quantity')
    def on_change_product(self) -> None:
        if not self.product:
            return
        self.unit = self.product.default_uom
        if self.lot and self.lot.product != self.product:
            self.lot = self.lot_knowledge = None
        if not self.quantity:
            self.quantity = 1

    @fields.depends('lot', 'product', methods=['on_change_product'])
    def on_change_lot(self) -> None:
        "A lot chosen by hand is as good as scanned"
        self.lot_knowledge = 'scanned' if self.lot else None
        if self.lot and not self.product:
            self.product = self.lot.product
            self.on_change_product()

    @classmethod
    def get_promotion_words(cls, lines, name: str) -> dict:
        return {l.id: promotion_words(l.promotion) for l in lines}

    @classmethod
    def price_factors(cls, basket, lines) -> list[Decimal]:
        """What promotions leave of the price of each of *lines*, 0 to 1.

        Nothing is taken off here: a room above may lower them. What the
        goods are (weight, whether they must be free) is known by then.
        """
        return [Decimal(1)] * len(lines)

    @classmethod
    def get_basket(cls, lines, names: list[str]) -> dict:
        result: dict = {name: {} for name in names}
        for line in lines:
            for name in names:
                value = getattr(line.basket, name)
                result[name][line.id] = (
                    value if name == 'date' else value and value.id)
        return result

    @classmethod
    def search_basket(cls, name: str, clause) -> list:
        return [('basket.' + clause[0], *clause[1:])]

    @classmethod
    @without_check_access
    def get_origin(cls, lines, names: list[str]) -> dict:
        "Where the goods of many lines come from"
        result: dict = {name: {} for name in names}
        for line in lines:
            for name in names:
                value = getattr(line.lot, name) if line.lot else None
                result[name][line.id] = value.id if value else None
        return result

    @classmethod
    def search_origin(cls, name: str, clause) -> list:
        nested = clause[0][len(name):]
        path = 'donation_line.donation' if name == 'donation' else name
        return [(f'lot.{path}{nested}', *clause[1:])]

    def get_rec_name(self, name: str) -> str:
        return f'{self.product.rec_name} @ {self.basket.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('product.rec_name', *clause[1:])]

    @classmethod
    def check_modification(
            cls, mode, lines, values=None, external=False) -> None:
        super().check_modification(
            mode, lines, values=values, external=external)
        if mode != 'create':
            forget_timestamps(cls.__name__, lines)
        if external or mode == 'delete':
            for line in lines:
                if line.basket.state != 'draft':
                    raise BasketAccessError(gettext(
                            'aid_basket.msg_basket_modify',
                            basket=line.basket.rec_name))

    @classmethod
    def on_modification(cls, mode, lines, field_names=None) -> None:
        "What a till has learned of a barcode is known to its branch"
        BranchBarcode = Pool().get('aid.branch.barcode')
        super().on_modification(mode, lines, field_names=field_names)
        if mode == 'create' or (
                mode == 'write' and 'barcode' in field_names):
            BranchBarcode.remember([
                    (l.basket.branch, l.barcode, l.product.family)
                    for l in lines if l.barcode])

    @classmethod
    def copy(cls, lines, default=None):
        default = default.copy() if default is not None else {}
        for name in [
                'move', 'return_move', 'fate', 'kept', 'parcel', 'incident']:
            default.setdefault(name)
        return super().copy(lines, default=default)
