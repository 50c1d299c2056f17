"""The dated rules a till follows: what is asked, taxed and let pass."""
from __future__ import annotations

import datetime as dt
from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import Model, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Eval

from aid_branch.dated import BranchRuleMixin, NamedByBranchMixin

from . import contribution
from .exceptions import ContributionValidationError
from .printing import PRINTING

MODES = [
    ('per_kg', "EUR per Kilogram of the Family"),
    ('rate', "Share of the Reference Price"),
    ('flat_basket', "Flat Sum per Basket"),
    ('flat_person', "Flat Sum per Person"),
    ('free', "Free"),
    ]


class ContributionRule(BranchRuleMixin, ModelSQL, ModelView):
    """How a branch asks households for a contribution, from a day on.

    The nearest rule upwards holds; without any rule everything is free.
    """
    __name__ = 'aid.contribution.rule'

    mode = fields.Selection(MODES, "Contribution", required=True, sort=False)
    rate = fields.Numeric(
        "Rate", digits=(None, 4),
        domain=[('rate', '>=', 0), ('rate', '<=', 1)],
        states={
            'required': Eval('mode').in_(['per_kg', 'rate']),
            'invisible': ~Eval('mode').in_(['per_kg', 'rate']),
            },
        help="The share of the price that is asked: 0.10 is a tenth.")
    amount = fields.Numeric(
        "Amount", digits=(None, 2), domain=[('amount', '>=', 0)],
        states={
            'required': Eval('mode').in_(['flat_basket', 'flat_person']),
            'invisible': ~Eval('mode').in_(['flat_basket', 'flat_person']),
            },
        help="For a basket, or for each person of the household.")
    mode_string = mode.translated('mode')
    prices = fields.One2Many(
        'aid.contribution.price', 'rule', "Asked by Family",
        states={'invisible': Eval('mode') != 'per_kg'},
        help="Families whose price per kilogram is set here, "
        "in place of their reference price times the rate.")
    minimum = fields.Numeric(
        "Minimum per Basket", digits=(None, 2), domain=[
            'OR', ('minimum', '=', None), ('minimum', '>=', 0)],
        states={'invisible': Eval('mode') == 'free'})
    maximum = fields.Numeric(
        "Maximum per Basket", digits=(None, 2), domain=[
            'OR', ('maximum', '=', None), ('maximum', '>=', 0)],
        states={'invisible': Eval('mode') == 'free'})
    rounding = fields.Numeric(
        "Rounded Down To", digits=(None, 2), domain=[
            'OR', ('rounding', '=', None), ('rounding', '>', 0)],
        states={'invisible': Eval('mode') == 'free'},
        help="The smallest coin that the till handles.")
    carry_limit = fields.Numeric(
        "May Be Owed", digits=(None, 2), domain=[
            'OR', ('carry_limit', '=', None), ('carry_limit', '>=', 0)],
        help="What a household may owe in all. Empty: no limit.")
    beyond_limit = fields.Selection([
            ('waive', "Is Waived"),
            ('refer', "Is Sent to the Social Worker"),
            ], "What Is Beyond", required=True,
        help="What is owed never keeps a household from its basket.")
    lapse_after = fields.Integer(
        "Lapses after Days", domain=[
            'OR', ('lapse_after', '=', None), ('lapse_after', '>=', 0)],
        help="What is still owed then is waived by itself. Empty: never.")
    print_values = fields.Boolean(
        "Print Market Value and Aid",
        help="Shows on the ticket what the goods are worth "
        "and what was given.")

    def get_rec_name(self, name: str) -> str:
        return self.mode_string

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('branch.rec_name', *clause[1:])]

    @staticmethod
    def default_mode() -> str:
        return 'per_kg'

    @staticmethod
    def default_rate() -> Decimal:
        return Decimal('0.1')

    @staticmethod
    def default_rounding() -> Decimal:
        return Decimal('0.05')

    @staticmethod
    def default_beyond_limit() -> str:
        return 'refer'

    @staticmethod
    def default_print_values() -> bool:
        return False

    @classmethod
    def validate_fields(cls, rules, field_names) -> None:
        super().validate_fields(rules, field_names)
        cls.check_bounds(rules, field_names)

    @classmethod
    def check_bounds(cls, rules, field_names=None) -> None:
        "Refuse a minimum above the maximum"
        if field_names and not (field_names & {'minimum', 'maximum'}):
            return
        for rule in rules:
            if (rule.minimum is not None and rule.maximum is not None
                    and rule.minimum > rule.maximum):
                raise ContributionValidationError(gettext(
                        'aid_basket.msg_rule_minimum_above_maximum',
                        rule=rule.rec_name))

    def plain(self) -> contribution.Rule:
        "The rule as a plain value, ready for arithmetic"
        per_kg = self.mode == 'per_kg'
        return contribution.Rule(
            mode=self.mode,
            # Prices per kilogram already carry the rate
            rate=Decimal(1) if per_kg else (self.rate or Decimal(0)),
            amount=self.amount or Decimal(0),
            minimum=self.minimum,
            maximum=self.maximum,
            rounding=self.rounding)

    def price_per_kg(self, family, date: dt.date) -> Decimal | None:
        "What is asked per kilogram of *family*, None when nothing says it"
        for price in self.prices:
            if price.family == family:
                return price.price_per_kg
        term = family.term_at(date) if family else None
        if term and term.price_per_kg is not None:
            return term.price_per_kg * (self.rate or Decimal(0))
        return None


class ContributionPrice(ModelSQL, ModelView):
    "What a rule asks for a kilogram of a family"
    __name__ = 'aid.contribution.price'

    rule = fields.Many2One(
        'aid.contribution.rule', "Rule", required=True, ondelete='CASCADE')
    family = fields.Many2One(
        'aid.family', "Family", required=True, ondelete='CASCADE')
    price_per_kg = fields.Numeric(
        "EUR per Kilogram", digits=(None, 2), required=True,
        domain=[('price_per_kg', '>=', 0)])

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls.__access__.add('rule')
        cls._sql_constraints.append(
            ('family_unique', Unique(table, table.rule, table.family),
                'aid_basket.msg_price_family_unique'))

    def get_rec_name(self, name: str) -> str:
        return self.family.rec_name

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('family.rec_name', *clause[1:])]


class FiscalStatus(BranchRuleMixin, ModelSQL, ModelView):
    """How the contributions of a branch stand towards VAT, from a day on.

    Exempt contributions are invoiced without tax and the document bears the
    mention; taxed ones follow the taxes of the products, contained in the
    amount asked.
    """
    __name__ = 'aid.fiscal.status'
    _rec_name = 'mention'

    exempt = fields.Boolean("Exempt from VAT")
    mention = fields.Char(
        "Mention", translate=True,
        states={'required': Eval('exempt', False)},
        help="Printed on every invoice.")

    @staticmethod
    def default_exempt() -> bool:
        return True


class DistributionRule(NamedByBranchMixin, ModelSQL, ModelView):
    """What a branch lets pass on a day of distribution, from a day on.

    One record holds every threshold of the day; the nearest one upwards
    holds as a whole. A new one begins with the values of the network.
    Without any rule nothing beyond the books is let pass.
    """
    __name__ = 'aid.distribution.rule'

    cap_counts_free = fields.Boolean(
        "Free Goods Count for the Cap",
        help="Whether goods that must be free use up the entitlement.")
    found_limit = fields.Float(
        "May Be Missing per Line", digits=(None, 3), required=True,
        domain=[('found_limit', '>=', 0)],
        help="How much more than the books say may be handed over on one "
        "line, in the unit of the product. 0: nothing.")
    meeting_after = fields.Integer(
        "Suggest a Meeting After",
        domain=['OR',
            ('meeting_after', '=', None), ('meeting_after', '>=', 0)],
        help="Visits of emergency aid with one card in a month. The till "
        "suggests a meeting from the next one on. Empty: never.")
    printing = fields.Selection(
        PRINTING, "Print", required=True, sort=False,
        help="What a new session begins with.")

    meal_kg = fields.Float(
        "Kilograms per Meal", digits=(None, 3), required=True,
        domain=[('meal_kg', '>', 0)],
        help="How much food counts as one meal in reports.")
    smallest_count = fields.Integer(
        "Smallest Count Shown", required=True,
        domain=[('smallest_count', '>=', 0)],
        help="Fewer households or people than that are not shown as a "
        "figure, so that nobody is recognised.")

    @staticmethod
    def default_printing() -> str:
        return 'automatic'

    @staticmethod
    def default_found_limit() -> float:
        return 0.

    @staticmethod
    def default_meal_kg() -> float:
        # Banques Alimentaires: 120,000 t are 241 million meals
        return 0.5

    @staticmethod
    def default_smallest_count() -> int:
        return 10

    @classmethod
    def default_get(
            cls, fields_names, with_rec_name=True, with_default=True) -> dict:
        "A new rule begins with what the network says today"
        values = super().default_get(
            fields_names, with_rec_name=with_rec_name,
            with_default=with_default)
        today = Pool().get('ir.date').today()
        if with_default and (network := cls.at(today, branch=None)):
            for name in cls.thresholds() & set(fields_names):
                value = getattr(network, name)
                values[name] = (
                    value.id if isinstance(value, Model) else value)
        return values

    @classmethod
    def thresholds(cls) -> set[str]:
        "The names of the fields that say what is let pass"
        return {
            name for name, field in cls._fields.items()
            if field.sql_type() and name not in {
                'id', 'create_date', 'create_uid', 'write_date', 'write_uid',
                'branch', 'valid_from', 'valid_to', 'source'}}
