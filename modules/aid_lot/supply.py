"""Where goods come from, and what that forbids, allows and requires."""
from __future__ import annotations

from decimal import Decimal

from trytond.model import (
    DeactivableMixin, Index, ModelSQL, ModelView, Unique, fields,
    sequence_ordered)
from trytond.pyson import Eval

from aid_branch.dated import RuleMixin
from aid_branch.lent import LentMixin

from .terms import TermMixin, TermsMixin

STANDINGS = [
    ('law', "Law"),
    ('policy', "Network Policy"),
    ('to_validate', "Network Policy, to Be Validated"),
    ]


class SupplySource(
        LentMixin, TermsMixin, DeactivableMixin, sequence_ordered(), ModelSQL,
        ModelView):
    """Where goods come from.

    The source is set once on the lot and stays with it to the basket.
    """
    __name__ = 'aid.supply.source'
    _term_model = ('aid.supply.source.term', 'supply_source')

    name = fields.Char("Name", required=True, translate=True)
    code = fields.Char("Code", required=True)
    party_required = fields.Selection([
            ('none', "Nobody"),
            ('donor', "The Donor"),
            ('supplier', "The Supplier"),
            ], "Must Be Known", required=True, sort=False,
        help="Who must be named on each lot of this source.")
    note = fields.Text("Note", translate=True)
    terms = fields.One2Many('aid.supply.source.term', 'supply_source', "Terms")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints.append(
            ('code_unique', Unique(table, table.code),
                'aid_lot.msg_supply_source_code_unique'))

    @staticmethod
    def default_party_required() -> str:
        return 'none'


class SupplySourceTerm(TermMixin, RuleMixin, ModelSQL, ModelView):
    "What a supply source forbids and allows, from a day on"
    __name__ = 'aid.supply.source.term'
    _rule_key = ('supply_source',)

    supply_source = fields.Many2One(
        'aid.supply.source', "Supply Source",
        required=True, ondelete='CASCADE')
    always_free = fields.Boolean(
        "Always Free",
        help="The goods may never carry a price.")
    ceiling_rate = fields.Numeric(
        "Ceiling", digits=(None, 4),
        domain=['OR',
            ('ceiling_rate', '=', None),
            [('ceiling_rate', '>=', 0), ('ceiling_rate', '<=', 1)],
            ],
        states={'invisible': Eval('always_free', False)},
        help="The most that may be asked, as a share of the market value.\n"
        "Empty: no ceiling.")
    legal_basis = fields.Char("Legal Basis")
    standing = fields.Selection(
        STANDINGS, "Standing", required=True, sort=False,
        help="Whether this is the law or a decision of the network.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('supply_source')
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.supply_source, Index.Equality())))

    @staticmethod
    def default_standing() -> str:
        return 'to_validate'

    def get_rec_name(self, name: str) -> str:
        return self.supply_source.rec_name

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('supply_source.rec_name', *clause[1:])]

    @property
    def most(self) -> Decimal | None:
        "The largest share of the market value that may be asked, or None"
        return Decimal(0) if self.always_free else self.ceiling_rate
