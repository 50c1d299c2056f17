"""What a household does not take, as facts about products.

Never the reason: religion can be read from a diet and illness from an
allergy, so nothing is asked but "no pork", and only if the person wishes it
(GDPR, article 9: explicit consent, which can be withdrawn at any time).
"""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import (
    DeactivableMixin, Index, ModelSQL, ModelView, Unique, fields,
    sequence_ordered)
from trytond.pool import Pool
from trytond.pyson import Eval

from aid_branch.lent import LentMixin

from .exceptions import ConstraintValidationError

GROUPS = [
    ('allergen', "Allergens"),
    ('diet', "Choice of Food"),
    ('equipment', "Kitchen"),
    ]


class ConstraintKind(
        LentMixin, DeactivableMixin, sequence_ordered(), ModelSQL, ModelView):
    "Something that products may be or contain, and a person may not want"
    __name__ = 'aid.household.constraint.kind'

    name = fields.Char("Name", required=True, translate=True)
    code = fields.Char("Code", required=True)
    group = fields.Selection(GROUPS, "Group", required=True, sort=False)
    tag = fields.Char(
        "Tag", help="Of the allergen in Open Food Facts.")
    source = fields.Char("Source")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints.append(
            ('code_unique', Unique(table, table.code),
                'aid_household.msg_constraint_kind_code_unique'))

    @staticmethod
    def default_group() -> str:
        return 'diet'


class Constraint(ModelSQL, ModelView):
    "A product constraint of a household, entered at the person's request"
    __name__ = 'aid.household.constraint'

    _branch_scope = ('household.branch',)

    household = fields.Many2One(
        'aid.household', "Household", required=True, ondelete='CASCADE')
    kind = fields.Many2One(
        'aid.household.constraint.kind', "Constraint", required=True,
        ondelete='RESTRICT')
    group = fields.Function(
        fields.Selection(GROUPS, "Group", sort=False),
        'on_change_with_group')
    member = fields.Many2One(
        'aid.household.member', "Member", ondelete='CASCADE',
        domain=[('household', '=', Eval('household', -1))],
        help="Empty: for the whole household.")
    consent_date = fields.Date(
        "Consent", required=True,
        help="The day the person asked for it to be written down.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.household, Index.Equality())))

    @staticmethod
    def default_consent_date():
        return Pool().get('ir.date').today()

    @fields.depends('kind')
    def on_change_with_group(self, name=None) -> str | None:
        return self.kind.group if self.kind else None

    def get_rec_name(self, name: str) -> str:
        return self.kind.rec_name

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('kind.rec_name', *clause[1:])]

    @classmethod
    def validate_fields(cls, constraints, field_names) -> None:
        super().validate_fields(constraints, field_names)
        cls.check_consent(constraints, field_names)

    @classmethod
    def check_consent(cls, constraints, field_names=None) -> None:
        "Refuse a consent that is still to be given"
        if field_names and 'consent_date' not in field_names:
            return
        for constraint in constraints:
            if (constraint.consent_date
                    > constraint.household.branch.today()):
                raise ConstraintValidationError(gettext(
                        'aid_household.msg_consent_in_future',
                        constraint=constraint.rec_name,
                        date=constraint.consent_date))
