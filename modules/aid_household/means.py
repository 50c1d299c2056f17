"""What a household has and spends each month, and who sent it."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import (
    DeactivableMixin, Index, ModelSQL, ModelView, Unique, fields,
    sequence_ordered)
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval

from .exceptions import BudgetValidationError

KINDS = [
    ('resource', "Resource"),
    ('charge', "Charge"),
    ]


class BudgetCategory(
        DeactivableMixin, sequence_ordered(), ModelSQL, ModelView):
    "A kind of income, or of expense that cannot be avoided"
    __name__ = 'aid.household.budget.category'

    name = fields.Char("Name", required=True, translate=True)
    code = fields.Char("Code", required=True)
    kind = fields.Selection(KINDS, "Kind", required=True, sort=False)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints.append(
            ('code_unique', Unique(table, table.code),
                'aid_household.msg_budget_category_code_unique'))
        cls._order.insert(0, ('kind', 'DESC'))


class BudgetLine(sequence_ordered(), ModelSQL, ModelView):
    "An amount that a household gets or has to pay every month"
    __name__ = 'aid.household.budget.line'

    _branch_scope = ('household.branch',)

    household = fields.Many2One(
        'aid.household', "Household", required=True, ondelete='CASCADE')
    kind = fields.Selection(KINDS, "Kind", required=True, sort=False)
    category = fields.Many2One(
        'aid.household.budget.category', "Category", required=True,
        ondelete='RESTRICT',
        domain=[('kind', '=', Eval('kind'))])
    amount = Monetary(
        "Amount a Month", currency='currency', digits='currency',
        required=True)
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.household, Index.Equality())))

    @staticmethod
    def default_kind() -> str:
        return 'resource'

    @fields.depends('household', '_parent_household.branch')
    def on_change_with_currency(self, name=None) -> int | None:
        if self.household and self.household.branch:
            return self.household.branch.company.currency.id
        return None

    @fields.depends('kind', 'category')
    def on_change_kind(self) -> None:
        if self.category and self.category.kind != self.kind:
            self.category = None

    def get_rec_name(self, name: str) -> str:
        return self.category.rec_name

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('category.rec_name', *clause[1:])]

    @classmethod
    def validate_fields(cls, lines, field_names) -> None:
        super().validate_fields(lines, field_names)
        cls.check_amount(lines, field_names)

    @classmethod
    def check_amount(cls, lines, field_names=None) -> None:
        "Refuse a negative amount: a charge is a positive amount too"
        if field_names and 'amount' not in field_names:
            return
        for line in lines:
            if line.amount < 0:
                raise BudgetValidationError(gettext(
                        'aid_household.msg_budget_negative',
                        line=line.rec_name,
                        amount=str(line.amount)))


class Referral(ModelSQL, ModelView):
    "The sending of a household by a service that follows it"
    __name__ = 'aid.referral'

    _branch_scope = ('household.branch',)

    household = fields.Many2One(
        'aid.household', "Household", required=True, ondelete='CASCADE')
    service = fields.Many2One(
        'party.party', "Referring Service", required=True,
        ondelete='RESTRICT', domain=[('branch', '=', None)])
    contact = fields.Char(
        "Contact", help="Name, phone or e-mail of the social worker there.")
    date = fields.Date("Date", required=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._order.insert(0, ('date', 'DESC'))
        cls._sql_indexes.update({
                Index(table, (table.household, Index.Equality())),
                Index(table, (table.service, Index.Equality())),
                })

    @staticmethod
    def default_date():
        return Pool().get('ir.date').today()

    def get_rec_name(self, name: str) -> str:
        return f'{self.service.rec_name} {self.date}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('service.rec_name', *clause[1:])]
