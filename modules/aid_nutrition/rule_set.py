"""What is held to be balanced, since when, and who says so."""
from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from trytond.i18n import gettext
from trytond.model import (
    DeactivableMixin, ModelSQL, ModelView, Unique, fields, sequence_ordered)
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import without_check_access

from aid_branch.dated import DatedMixin
from aid_branch.lent import AnsweringMixin, Answers, lent

from . import balance, picture
from .diet import asked_of
from .exceptions import BindingError, TargetError
from .for_whom import advice
from .goods import Goods
from .on_hand import FEW, ROWS
from .product import KnownFood

WEIGHT_BASES = [
    ('purchased', "As Purchased"),
    ('cooked', "As Cooked"),
    ]
#: Why there may be no word
REASONS = ('few_goods', 'unknown_groups', 'professional')
#: Targets and exemptions as plain values, by id of a rule set
_targets = Answers('aid_nutrition.targets', of=[
        'aid.nutrition.rule.set', 'aid.nutrition.target',
        'aid.nutrition.target-aid.food.group', 'aid.nutrition.target.kind',
        'aid.nutrition.exemption', 'aid.food.group', 'aid.food.group.kind'])
STANDINGS = [
    ('provisional', "Provisional"),
    ('validated', "Validated"),
    ]


class RuleSet(DatedMixin, DeactivableMixin, ModelSQL, ModelView):
    """The targets that goods are compared with, from a day on.

    A provisional set says so wherever its verdict is shown and binds nobody.
    """
    __name__ = 'aid.nutrition.rule.set'

    name = fields.Char("Name", required=True, translate=True)
    weight_basis = fields.Selection(
        WEIGHT_BASES, "Weights", required=True, sort=False,
        help="Whether dry goods count with the weight on the pack or with "
        "that on the plate.")
    standing = fields.Selection(
        STANDINGS, "Standing", required=True, sort=False)
    validated_by = fields.Char(
        "Validated By",
        states={
            'required': Eval('standing') == 'validated',
            'invisible': Eval('standing') != 'validated',
            },
        help="Name and profession of who answers for the targets.")
    validated_on = fields.Date(
        "Validated On",
        states={
            'required': Eval('standing') == 'validated',
            'invisible': Eval('standing') != 'validated',
            })
    leaves_out = fields.Text(
        "What It Leaves Out", translate=True,
        help="What the targets do not speak of.")
    note = fields.Text("Note", translate=True)
    lines = fields.One2Many(
        'aid.nutrition.target', 'rule_set', "Targets")
    minimum_kg = fields.Float(
        "Words from (kg)", digits=(None, 2), required=True,
        domain=[('minimum_kg', '>=', 0)],
        help="Below that weight of food nothing is said.")
    minimum_lines = fields.Integer(
        "Words from (lines)", required=True,
        domain=[('minimum_lines', '>=', 0)],
        help="Below that number of lines of food nothing is said.")
    minimum_coverage = fields.Float(
        "Known Weight", digits=(None, 4), required=True,
        domain=[
            ('minimum_coverage', '>=', 0),
            ('minimum_coverage', '<=', 1),
            ],
        help="Nothing is said if the food group of less than that part of "
        "the weight is known.")
    tolerance = fields.Float(
        "Tolerance", digits=(None, 4), required=True,
        domain=[
            ('tolerance', '>=', 0),
            ('tolerance', '<=', 1),
            ],
        help="Part of the weight of balanced goods that may be of another "
        "group than the targets ask.")
    binding = fields.Boolean(
        "Binding for Parcels",
        states={
            'readonly': (
                (Eval('standing') != 'validated') & ~Eval('binding')),
            },
        help="What a parcel lacks is replaced or not on hand: one does not "
        "just go on. Never binding for a basket that a household chooses.")
    youngest_age = fields.Float(
        "Words from (years)", digits=(None, 1), required=True,
        domain=[('youngest_age', '>=', 0)],
        help="For younger children nothing is said.")
    month_days = fields.Integer(
        "Days of a Month", required=True,
        domain=[('month_days', '>', 0)],
        help="So many days are looked at together with a basket.")
    month_visits = fields.Integer(
        "Month from (visits)", required=True,
        domain=[('month_visits', '>', 0)],
        help="With so many visits, the basket included, the month is said "
        "first.")
    minimum_composition = fields.Float(
        "Known Composition", digits=(None, 4), required=True,
        domain=[
            ('minimum_composition', '>=', 0),
            ('minimum_composition', '<=', 1),
            ],
        help="Energy and nutrients are shown if the energy of that part of "
        "the weight is known.")
    exemptions = fields.One2Many(
        'aid.nutrition.exemption', 'rule_set', "Not Asked For",
        help="What is not asked for from those who do not take it.")

    @classmethod
    def view_attributes(cls) -> list:
        return super().view_attributes() + [
            ('/tree/field[@name="standing"]', 'visual',
                If(Eval('standing') == 'validated', 'success', '')),
            ]

    @staticmethod
    def default_binding() -> bool:
        return False

    @staticmethod
    def default_youngest_age() -> float:
        return 3.0

    @staticmethod
    def default_month_days() -> int:
        return 28

    @staticmethod
    def default_month_visits() -> int:
        return 2

    @staticmethod
    def default_minimum_composition() -> float:
        return 0.6

    @staticmethod
    def default_weight_basis() -> str:
        return 'purchased'

    @staticmethod
    def default_standing() -> str:
        return 'provisional'

    @staticmethod
    def default_minimum_kg() -> float:
        return 3.0

    @staticmethod
    def default_minimum_lines() -> int:
        return 4

    @staticmethod
    def default_minimum_coverage() -> float:
        return 0.5

    @staticmethod
    def default_tolerance() -> float:
        # A pack is more than a band: a bottle of oil is 7 % of 13 kg
        return 0.15

    @classmethod
    def validate_fields(cls, rule_sets, field_names) -> None:
        super().validate_fields(rule_sets, field_names)
        cls.check_binding(rule_sets, field_names)

    @classmethod
    def check_binding(cls, rule_sets, field_names=None) -> None:
        "Refuse a provisional set that would bind anybody"
        if field_names and not (field_names & {'binding', 'standing'}):
            return
        for rule_set in rule_sets:
            if rule_set.binding and rule_set.provisional:
                raise BindingError(gettext(
                        'aid_nutrition.msg_provisional_binding',
                        rule_set=rule_set.rec_name))

    @property
    def provisional(self) -> bool:
        return self.standing == 'provisional'

    def targets(
            self, diets: Collection[str] = ()) -> list[balance.Target]:
        """The targets as plain values, in their order.

        :param diets: codes of the constraints of who eats it; what those do
            not take is not asked for
        """
        with without_check_access(), lent():
            targets, exemptions = _targets(self.id, self._plain)
        return (
            asked_of(targets, exemptions, diets) if diets else list(targets))

    def _plain(self) -> tuple[tuple, tuple]:
        "Targets and exemptions as plain values"
        return (
            tuple(line.as_target() for line in self.lines),
            tuple(e.as_exemption() for e in self.exemptions))

    def homes(self) -> dict[str, str]:
        "The group that each group counts in, where it counts in another one"
        return balance.homes(self.targets())

    def balance(
            self, goods: Iterable[tuple[Any, float | None]],
            shelf: Iterable[Any] = (),
            date: dt.date | None = None) -> balance.Balance:
        """The balance of *goods* by this rule set.

        :param goods: pairs of a product (or a family) and its weight in kg
        :param shelf: ``aid.lot.on_hand`` records that hints may name
        :param date: hints name only lots that may be handed over on that
            day; None: today where the lots are
        """
        pool = Pool()
        Group = pool.get('aid.food.group')
        Product = pool.get('product.product')
        return balance.balance(
            Product.nutrition_items(goods), self.targets(),
            shelf=Product.shelf_goods(shelf, date),
            minimum_kg=self.minimum_kg,
            minimum_lines=self.minimum_lines,
            minimum_coverage=self.minimum_coverage,
            tolerance=self.tolerance,
            outside=Group.outside_codes())

    def verdict(
            self, goods: Goods,
            targets: list[balance.Target] | None = None) -> balance.Balance:
        """The balance of *goods*, with what is on the shelf to complete it.

        Nothing is said where everybody who eats it is someone whom a
        professional advises.  The shelf is looked at only where something
        is missing.

        :param targets: ``targets(goods.diets)``, where they are known already
        """
        pool = Pool()
        Group = pool.get('aid.food.group')
        Product = pool.get('product.product')
        if targets is None:
            targets = self.targets(goods.diets)
        result = balance.balance(
            Product.nutrition_items(goods.pairs), targets,
            minimum_kg=self.minimum_kg,
            minimum_lines=self.minimum_lines,
            minimum_coverage=self.minimum_coverage,
            tolerance=self.tolerance,
            outside=Group.outside_codes())
        if not self.advice(goods).word:
            return balance.without_word(result, 'professional')
        if not (result.word and result.missing):
            return result
        return balance.with_hints(
            result, targets, self._offered(goods, targets, result.missing))

    def advice(self, goods: Goods):
        "For whom of those who eat *goods* a professional is to be named"
        return advice(goods.people or (), self.youngest_age)

    @staticmethod
    def _offered(
            goods: Goods, targets: list[balance.Target],
            missing: Collection[str]) -> list[balance.ShelfGood]:
        "What of the *missing* groups is on the shelf and may be proposed"
        pool = Pool()
        OnHand = pool.get('aid.lot.on_hand')
        Product = pool.get('product.product')
        if not (goods.branch and goods.branch.storage):
            return []
        codes = list(missing)
        for target in targets:
            if target.group in missing:
                codes += [c for c in target.includes if c not in codes]
        there = {
            thing.id for thing, _ in goods.pairs
            if thing.__name__ == Product.__name__}
        offered: list = []
        for count in [FEW, ROWS]:
            rows = OnHand.of_food_groups(goods.branch, codes, there, count)
            found = list(dict.fromkeys(row.product for row in rows))
            refused = (
                goods.refused(found) if goods.refused and found else set())
            offered = Product.shelf_goods(
                [row for row in rows if row.product not in refused],
                goods.date)
            if len(rows) < count or _is_enough(
                    offered, Product.known_foods(found).values()):
                break
        return offered

    def sentences(
            self, result: balance.Balance,
            labels: picture.Labels | None = None) -> list[str]:
        """What to say of *result*, in the language of the reader.

        :param labels: ``labels()``, where they are known already
        """
        names = (
            labels.groups if labels else Pool().get('aid.food.group').names())
        return balance.sentences(result, _templates(), {
                code: name[:1].lower() + name[1:]
                for code, name in names.items()})

    def say(
            self, result: balance.Balance, goods: Goods,
            labels: picture.Labels | None = None) -> list[str]:
        """What to say of *result*, the balance of *goods*, to who takes it.

        The sentences, then who else should be asked: the same words for small
        children, pregnancy and breastfeeding, so that they tell of nobody.
        """
        said = self.sentences(result, labels)
        if result.word and self.advice(goods).professional:
            said.append(gettext('aid_nutrition.msg_sentence_professional'))
        return said

    def labels(self, title: str | None = None) -> picture.Labels:
        "The words of the picture, in the language of the reader"
        return picture.Labels(
            title=title or gettext('aid_nutrition.msg_picture_title'),
            target=gettext('aid_nutrition.msg_picture_target'),
            words={
                word: gettext(f'aid_nutrition.msg_word_{word}')
                for word in (
                    balance.BALANCED, balance.TO_COMPLETE,
                    balance.LITTLE_VARIED)},
            states={
                state: gettext(f'aid_nutrition.msg_state_{state}')
                for state in ('within', 'plenty', 'low', 'absent', 'free')},
            groups=Pool().get('aid.food.group').names(),
            reasons={
                reason: gettext(f'aid_nutrition.msg_sentence_{reason}')
                for reason in REASONS},
            note=(
                gettext('aid_nutrition.msg_provisional')
                if self.provisional else ''),
            percent=gettext('aid_nutrition.msg_picture_percent'),
            line=gettext(
                'aid_nutrition.msg_shown_group_line', **{
                    name: f'%({name})s'
                    for name in ('shape', 'group', 'percent', 'state')}))

    def picture(
            self, result: balance.Balance, width: int = 400,
            title: str | None = None) -> str:
        """*result* as the text of an SVG document.

        :param title: what the goods are; empty: what we offer
        """
        return picture.draw(result, self.labels(title), width=width)


class Target(AnsweringMixin, sequence_ordered(), ModelSQL, ModelView):
    "The band that the share of a food group should be in"
    __name__ = 'aid.nutrition.target'

    rule_set = fields.Many2One(
        'aid.nutrition.rule.set', "Rule Set", required=True,
        ondelete='CASCADE')
    food_group = fields.Many2One(
        'aid.food.group', "Food Group", required=True, ondelete='RESTRICT',
        domain=[('outside', '=', False)])
    share = fields.Float(
        "As Printed", digits=(None, 4),
        domain=['OR',
            ('share', '=', None),
            [('share', '>=', 0), ('share', '<=', 1)],
            ],
        help="The share of the weight that the source prints.")
    min_share = fields.Float(
        "At Least", digits=(None, 4),
        domain=['OR',
            ('min_share', '=', None),
            [('min_share', '>=', 0), ('min_share', '<=', 1)],
            ],
        help="Empty: none is needed.")
    max_share = fields.Float(
        "Up To", digits=(None, 4),
        domain=['OR',
            ('max_share', '=', None),
            [('max_share', '>=', 0), ('max_share', '<=', 1)],
            ],
        help="Empty: any.")
    includes = fields.Many2Many(
        'aid.nutrition.target-aid.food.group', 'target', 'food_group',
        "Includes",
        domain=[
            ('outside', '=', False),
            ('id', '!=', Eval('food_group', -1)),
            ],
        help="Other groups that count here, as pulses among starchy foods.")
    sub_rules = fields.One2Many(
        'aid.nutrition.target.kind', 'target', "Within the Group")
    note = fields.Char("Note", translate=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('rule_set')
        table = cls.__table__()
        cls._sql_constraints += [
            ('group_unique', Unique(table, table.rule_set, table.food_group),
                'aid_nutrition.msg_target_group_unique'),
            ]

    def get_rec_name(self, name: str) -> str:
        return f"{self.rule_set.rec_name} - {self.food_group.rec_name}"

    @classmethod
    def search_rec_name(cls, name: str, clause: tuple) -> list:
        bool_op = 'AND' if clause[1] in {'!=', 'not like', 'not ilike',
            'not in'} else 'OR'
        return [bool_op,
            ('rule_set.rec_name', *clause[1:]),
            ('food_group.rec_name', *clause[1:]),
            ]

    @classmethod
    def validate_fields(cls, targets, field_names) -> None:
        super().validate_fields(targets, field_names)
        cls.check_band(targets, field_names)

    @classmethod
    def check_band(cls, targets, field_names=None) -> None:
        "Refuse a band that ends below its beginning"
        if field_names and not (field_names & {'min_share', 'max_share'}):
            return
        for target in targets:
            if (target.max_share is not None
                    and (target.min_share or 0) > target.max_share):
                raise TargetError(gettext(
                        'aid_nutrition.msg_target_band',
                        target=target.rec_name))

    def as_target(self) -> balance.Target:
        "The target as a plain value"
        return balance.Target(
            group=self.food_group.code,
            min_share=self.min_share,
            max_share=self.max_share,
            sub_rules=tuple(rule.as_sub_rule() for rule in self.sub_rules),
            includes=tuple(group.code for group in self.includes),
            cooked=self.rule_set.weight_basis == 'cooked',
            share=self.share)


class TargetIncludes(AnsweringMixin, ModelSQL):
    "A food group that counts in the target of another"
    __name__ = 'aid.nutrition.target-aid.food.group'

    target = fields.Many2One(
        'aid.nutrition.target', "Target", required=True, ondelete='CASCADE')
    food_group = fields.Many2One(
        'aid.food.group', "Food Group", required=True, ondelete='CASCADE')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('target')


class TargetKind(AnsweringMixin, sequence_ordered(), ModelSQL, ModelView):
    """What part of a group should be of one kind.

    Shown, never part of the word: what a household does not eat for its own
    reasons is not held against the basket.
    """
    __name__ = 'aid.nutrition.target.kind'

    target = fields.Many2One(
        'aid.nutrition.target', "Target", required=True, ondelete='CASCADE')
    kind = fields.Many2One(
        'aid.food.group.kind', "Kind", required=True, ondelete='RESTRICT')
    min_share = fields.Float(
        "At Least", digits=(None, 4),
        domain=['OR',
            ('min_share', '=', None),
            [('min_share', '>=', 0), ('min_share', '<=', 1)],
            ])
    max_share = fields.Float(
        "Up To", digits=(None, 4),
        domain=['OR',
            ('max_share', '=', None),
            [('max_share', '>=', 0), ('max_share', '<=', 1)],
            ])

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('target')

    def get_rec_name(self, name: str) -> str:
        return self.kind.rec_name

    @classmethod
    def search_rec_name(cls, name: str, clause: tuple) -> list:
        return [('kind.rec_name', *clause[1:])]

    def as_sub_rule(self) -> balance.SubRule:
        "The rule as a plain value"
        return balance.SubRule(
            self.kind.code, self.min_share, self.max_share)


def _is_enough(
        offered: list[balance.ShelfGood],
        foods: Iterable[KnownFood]) -> bool:
    "Whether *offered* has as much to say as all *foods* that were found"
    return (
        len({good.name for good in offered}) >= balance.HINTS
        and {food.group for food in foods} <= {
            good.group for good in offered})


def _templates() -> dict[str, str]:
    "Texts of the sentences, with their place for goods or groups"
    texts = {
        key: gettext(f'aid_nutrition.msg_sentence_{key}')
        for key in ('start', 'and', *REASONS)}
    for key, place in (
            ('good', 'groups'), ('group', 'groups'),
            ('hint', 'goods'), ('hint_names', 'goods')):
        # The place is filled by the plain function
        texts[key] = gettext(
            f'aid_nutrition.msg_sentence_{key}', **{place: f'%({place})s'})
    return texts
