"""Food groups: what goods are to the body, whatever they are to the till."""
from __future__ import annotations

from typing import Any

from trytond.model import ModelSQL, ModelView, Unique, fields, sequence_ordered
from trytond.pyson import Eval, If
from trytond.transaction import Transaction, without_check_access

from aid_branch.lent import AnsweringMixin, Answers, lent

#: What is asked of all groups at once, by its name and the language
_groups = Answers('aid_nutrition.groups', of=['aid.food.group'])


class FoodGroup(AnsweringMixin, sequence_ordered(), ModelSQL, ModelView):
    """A group of foods that a target may be set for.

    Groups that are ``outside`` (water, coffee, herbs, infant food, what is
    not eaten) count in no share at all.
    """
    __name__ = 'aid.food.group'

    name = fields.Char("Name", required=True, translate=True)
    code = fields.Char(
        "Code", required=True,
        help="What rule sets, imports and reports know the group by.")
    outside = fields.Boolean(
        "Outside the Balance",
        help="Goods of this group count in no share: water, coffee, herbs, "
        "infant food, goods that are not eaten.")
    colour = fields.Char(
        "Colour",
        help="Colour of the group in charts, as #rrggbb.")
    examples = fields.Text("Examples", translate=True)
    kinds = fields.One2Many(
        'aid.food.group.kind', 'group', "Kinds",
        help="What is told apart within the group.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('code_unique', Unique(table, table.code),
                'aid_nutrition.msg_group_code_unique'),
            ]

    @classmethod
    def search_rec_name(cls, name: str, clause: tuple) -> list:
        operator = clause[1]
        bool_op = (
            'AND' if operator.startswith('!') or operator.startswith('not ')
            else 'OR')
        return [bool_op,
            ('name', *clause[1:]),
            ('code', *clause[1:]),
            ]

    @classmethod
    @without_check_access
    @lent()
    def outside_codes(cls) -> frozenset[str]:
        "Codes of the groups that count in no share"
        return _groups('outside', lambda: frozenset(
                group.code for group in cls.search([('outside', '=', True)])))

    @classmethod
    @without_check_access
    @lent()
    def names(cls) -> dict[str, str]:
        "Names of the food groups by code, in the language of the reader"
        return _groups(('names', Transaction().language), lambda: {
                group.code: group.name for group in cls.search([])})


class FoodKind(AnsweringMixin, sequence_ordered(), ModelSQL, ModelView):
    """What is told apart within a food group: fish within meat, fish, eggs.

    Some rule sets ask for a part of a group to be of one kind.
    """
    __name__ = 'aid.food.group.kind'

    group = fields.Many2One(
        'aid.food.group', "Group", required=True, ondelete='CASCADE')
    name = fields.Char("Name", required=True, translate=True)
    code = fields.Char("Code", required=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('group')
        table = cls.__table__()
        cls._sql_constraints += [
            ('code_unique', Unique(table, table.group, table.code),
                'aid_nutrition.msg_kind_code_unique'),
            ]


class FoodMixin:
    """What a family and a product both say of the goods as food.

    A product that leaves a field empty takes that of its family.
    """
    __slots__ = ()

    food_group = fields.Many2One(
        'aid.food.group', "Food Group", ondelete='RESTRICT',
        help="Empty on a product: that of its family.")
    food_kind = fields.Many2One(
        'aid.food.group.kind', "Kind", ondelete='RESTRICT',
        domain=[
            If(Eval('food_group'),
                ('group', '=', Eval('food_group', -1)),
                ()),
            ],
        help="What the goods are within their group, such as fish.")
    edible_share = fields.Float(
        "Edible Share", digits=(None, 4),
        domain=['OR',
            ('edible_share', '=', None),
            [
                ('edible_share', '>', 0),
                ('edible_share', '<=', 1),
                ],
            ],
        help="Part of the weight that is eaten: 60 % of a banana.\n"
        "Empty: that of the family, else all of it.")
    cooked_factor = fields.Float(
        "Cooked Factor", digits=(None, 3),
        domain=['OR',
            ('cooked_factor', '=', None),
            ('cooked_factor', '>', 0),
            ],
        help="Kilograms ready to eat from one kilogram: 2.5 for rice.\n"
        "Empty: that of the family, else 1.")
    offered_as = fields.Char(
        "Offered As", translate=True,
        help="The goods within a sentence, with their article, such as "
        "\"some lentils\".")

    @fields.depends('food_group', 'food_kind')
    def on_change_food_kind(self) -> None:
        if self.food_kind and not self.food_group:
            self.food_group = self.food_kind.group

    def compute_fields(self, field_names=None) -> dict[str, Any]:
        "A kind alone says the group too"
        values = super().compute_fields(field_names=field_names)
        if field_names is None or {'food_group', 'food_kind'} & {
                *field_names}:
            if self.food_kind and not self.food_group:
                values['food_group'] = self.food_kind.group.id
        return values
