"""What a rule set does not ask for from those who do not take it."""
from __future__ import annotations

from trytond.model import ModelSQL, ModelView, fields
from trytond.pyson import Eval

from aid_branch.lent import AnsweringMixin

from .diet import Exemption as PlainExemption


class Exemption(AnsweringMixin, ModelSQL, ModelView):
    """A food group, or a kind of it, that a constraint takes out.

    The constraint is named by its code: this room knows no households.
    """
    __name__ = 'aid.nutrition.exemption'

    rule_set = fields.Many2One(
        'aid.nutrition.rule.set', "Rule Set", required=True,
        ondelete='CASCADE')
    diet = fields.Char(
        "Constraint", required=True,
        help="Code of a product constraint of households, such as "
        "\"vegetarian\".")
    food_group = fields.Many2One(
        'aid.food.group', "Food Group", required=True, ondelete='RESTRICT',
        domain=[('outside', '=', False)])
    kind = fields.Many2One(
        'aid.food.group.kind', "Kind", ondelete='RESTRICT',
        domain=[('group', '=', Eval('food_group', -1))],
        help="Empty: nothing of the group is asked for.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('rule_set')

    def get_rec_name(self, name: str) -> str:
        goods = self.kind or self.food_group
        return f'{self.diet}: {goods.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause: tuple) -> list:
        return [('diet', *clause[1:])]

    def as_exemption(self) -> PlainExemption:
        "The exemption as a plain value"
        return PlainExemption(
            self.diet, self.food_group.code,
            self.kind.code if self.kind else None)
