"""What a volunteer sees: a dozen families of goods, each with a picture."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import (
    DeactivableMixin, Index, ModelSQL, ModelView, Unique, fields,
    sequence_ordered)
from trytond.modules.product import price_digits
from trytond.pool import Pool

from aid_branch.dated import RuleMixin
from aid_branch.lent import LentMixin

from .exceptions import FamilyValidationError
from .supply import STANDINGS
from .terms import TermMixin, TermsMixin

DATE_KINDS = [
    ('use_by', "Use by"),
    ('best_before', "Best before"),
    ('none', "None (visual check)"),
    ]


class Family(
        LentMixin, TermsMixin, DeactivableMixin, sequence_ordered(), ModelSQL,
        ModelView):
    """A family of goods.

    Weight and family are enough to receive, value, balance and hand over
    goods: the family brings a generic product counted in kilograms, what a
    piece weighs on average and a price per kilogram.
    """
    __name__ = 'aid.family'
    _term_model = ('aid.family.term', 'family')

    name = fields.Char("Name", required=True, translate=True)
    code = fields.Char("Code", required=True)
    product = fields.Many2One(
        'product.product', "Generic Product", ondelete='RESTRICT',
        help="Stands for goods of which only the weight is known.\n"
        "Made with the family if left empty.")
    date_kind = fields.Selection(
        DATE_KINDS, "Date", required=True, sort=False,
        help="The date that goods of this family usually carry.")
    animal_origin = fields.Boolean(
        "Of Animal Origin",
        help="Goods that go to another body must then bear the lot of their "
        "maker (Regulation (EU) No 931/2011).")
    chilled = fields.Boolean(
        "Chilled", help="The goods are kept cold: the temperature counts.")
    piece_weight = fields.Float(
        "Weight of a Piece", digits=(None, 3),
        domain=['OR',
            ('piece_weight', '=', None),
            ('piece_weight', '>', 0),
            ],
        help="What one piece weighs on average, in kilograms.")
    icon = fields.Selection('get_icons', "Picture", translate=False)
    note = fields.Text("Note", translate=True)
    terms = fields.One2Many('aid.family.term', 'family', "Values")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('code_unique', Unique(table, table.code),
                'aid_lot.msg_family_code_unique'),
            ('product_unique', Unique(table, table.product),
                'aid_lot.msg_family_product_unique'),
            ]

    @staticmethod
    def default_date_kind() -> str:
        return 'best_before'

    @staticmethod
    def default_icon() -> str:
        return 'aid-family'

    @staticmethod
    def get_icons() -> list[tuple[str | None, str]]:
        Icon = Pool().get('ir.ui.icon')
        return [(None, '')] + [
            (icon.name, icon.name) for icon in Icon.search(
                [('name', 'like', 'aid-family%')], order=[('name', 'ASC')])]

    @classmethod
    def validate_fields(cls, families, field_names) -> None:
        super().validate_fields(families, field_names)
        cls.check_product(families, field_names)

    @classmethod
    def check_product(cls, families, field_names=None) -> None:
        "The generic product is weighed, not counted"
        if field_names and 'product' not in field_names:
            return
        kilogram = get_kilogram()
        for family in families:
            if family.product and family.product.default_uom != kilogram:
                raise FamilyValidationError(gettext(
                        'aid_lot.msg_family_product_kilogram',
                        family=family.rec_name,
                        product=family.product.rec_name))

    @classmethod
    def on_modification(cls, mode, families, field_names=None) -> None:
        super().on_modification(mode, families, field_names=field_names)
        if mode == 'create':
            cls._make_products([f for f in families if not f.product])
        if mode == 'create' or (mode == 'write' and 'product' in field_names):
            cls._adopt_products(families)

    @classmethod
    def _make_products(cls, families) -> None:
        "Make the generic product of each of *families*"
        Template = Pool().get('product.template')
        if not families:
            return
        templates = Template.create([{
                    'name': family.name,
                    'type': 'goods',
                    'default_uom': get_kilogram().id,
                    'cost_price_method': 'fixed',
                    'products': [('create', [{}])],
                    **Template.date_states(family.date_kind),
                    } for family in families])
        for family, template in zip(families, templates):
            family.product, = template.products
        cls.save(families)

    @classmethod
    def _adopt_products(cls, families) -> None:
        "The generic product belongs to its family"
        Template = Pool().get('product.template')
        templates = []
        for family in families:
            if family.product and family.product.template.family != family:
                template = family.product.template
                template.family = family
                templates.append(template)
        Template.save(templates)

    @classmethod
    def copy(cls, families, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('product')
        default.setdefault('code', lambda data: f"{data['code']}-copy")
        return super().copy(families, default=default)


class FamilyTerm(TermMixin, RuleMixin, ModelSQL, ModelView):
    "What a family is worth, and how long past its best-before, from a day on"
    __name__ = 'aid.family.term'
    _rule_key = ('family',)

    family = fields.Many2One(
        'aid.family', "Family", required=True, ondelete='CASCADE')
    price_per_kg = fields.Numeric(
        "Value per kg", digits=price_digits,
        domain=['OR',
            ('price_per_kg', '=', None),
            ('price_per_kg', '>=', 0),
            ],
        help="Market value of a kilogram, in the currency of the company.")
    best_before_tolerance = fields.Integer(
        "Days past Best Before", required=True,
        domain=[('best_before_tolerance', '>=', 0)],
        help="How many days after the best-before date the goods may still "
        "be handed over.")
    look_again_after = fields.Integer(
        "Look Again after (days)",
        domain=['OR',
            ('look_again_after', '=', None),
            ('look_again_after', '>', 0),
            ],
        help="Goods without a date are looked at again after so many days. "
        "Empty: never.\nIt warns and never stops anything.")
    finish_within = fields.Integer(
        "Finish First within (days)", required=True,
        domain=[('finish_within', '>=', 0)],
        help="Goods with no more days than this before their date are on the "
        "list of what to hand out first.")
    standing = fields.Selection(
        STANDINGS, "Standing", required=True, sort=False)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('family')
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.family, Index.Equality())))

    @staticmethod
    def default_best_before_tolerance() -> int:
        return 0

    @staticmethod
    def default_finish_within() -> int:
        return 3

    @staticmethod
    def default_standing() -> str:
        return 'to_validate'

    def get_rec_name(self, name: str) -> str:
        return self.family.rec_name

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('family.rec_name', *clause[1:])]


def get_kilogram():
    "The ``product.uom`` kilogram"
    pool = Pool()
    Uom = pool.get('product.uom')
    ModelData = pool.get('ir.model.data')
    return Uom(ModelData.get_id('product', 'uom_kilogram'))
