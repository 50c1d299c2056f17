"""A food group that parcels lack asks once what to do about it.

It never stops anybody: *not on hand*, *replaced by ...* and *go on* all go on.
The first two are remembered for those who ask donors; where the rules are
binding, one of them is the answer.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from trytond.model import ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval, If
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateTransition, StateView

from aid_branch.named import own_branch
from aid_nutrition.balance import PRESENT

from .wanted import ANSWERS


class Missing(ModelView):
    "What parcels lack"
    __name__ = 'aid.parcel.missing'

    branch = fields.Many2One('aid.branch', "Branch", readonly=True)
    groups = fields.One2Many(
        'aid.parcel.missing.group', None, "Missing")


class MissingGroup(ModelView):
    "A food group that parcels lack, and what to do about it"
    __name__ = 'aid.parcel.missing.group'

    food_group = fields.Many2One(
        'aid.food.group', "Food Group", readonly=True)
    kg = fields.Float("Missing (kg)", digits=(None, 1), readonly=True)
    binding = fields.Boolean("Binding", readonly=True)
    answer = fields.Selection(
        ANSWERS, "Answer", required=True, sort=False,
        domain=[
            If(Eval('binding', False), ('answer', '!=', 'go_on'), ()),
            ],
        help="Where binding rules ask for the group, one does not just go "
        "on.")
    replaced_by = fields.Many2One(
        'aid.family', "By",
        states={
            'required': Eval('answer') == 'replaced',
            'readonly': Eval('answer') != 'replaced',
            })


class Make(metaclass=PoolMeta):
    __name__ = 'aid.parcel.make'

    missing = StateView(
        'aid.parcel.missing', 'aid_balance.parcel_missing_view_form', [
            Button("Back", 'start', 'tryton-back'),
            Button("Go On", 'answer', 'tryton-ok', default=True),
            ])
    answer = StateTransition()

    def transition_make(self) -> str:
        if self._lacking():
            return 'missing'
        return super().transition_make()

    def default_missing(self, fields) -> dict:
        return question(own_branch(self.start.branch), self._lacking())

    def transition_answer(self) -> str:
        keep(own_branch(self.start.branch), self.missing.groups)
        return super().transition_make()

    def _lacking(self) -> dict:
        goods = [l.good() for l in self.start.model.lines]
        return lacking(self.start.branch, [(goods, self.start.count)])


@without_check_access
def lacking(branch, parcels: Iterable[tuple]) -> dict:
    """What parcels lack to the floors of the food groups they are without.

    A group is missing below half of its floor.

    :param parcels: for each size, pairs of a product (or a family) and its
        weight, and how many parcels are alike
    :return: `aid.food.group` → kg to its floor in all parcels together;
        parcels without any food lack nothing
    """
    pool = Pool()
    Group = pool.get('aid.food.group')
    RuleSet = pool.get('aid.nutrition.rule.set')
    rule_set = RuleSet.at(branch.today())
    result: dict[str, float] = defaultdict(float)
    for goods, count in parcels if rule_set else ():
        balance = rule_set.balance(goods)
        total = sum(group.kg for group in balance.groups)
        for group in balance.groups:
            # A little less than the floor is nothing to ask about
            if total and group.missing_part > 1 - PRESENT:
                result[group.group] += group.shortfall * total * count
    groups = Group.search([('code', 'in', list(result))])
    return {
        g: kg for g in groups if (kg := round(result[g.code], 1)) > 0}


@without_check_access
def question(branch, lacks: dict) -> dict:
    """What a form asks of *lacks*, see `lacking`.

    Where nothing of a group is on hand, that is already the answer.
    """
    pool = Pool()
    OnHand = pool.get('aid.lot.on_hand')
    RuleSet = pool.get('aid.nutrition.rule.set')
    rule_set = RuleSet.at(branch.today())
    there = {
        row.product.food_group_used for row in OnHand.in_branch(branch)}
    return {
        'branch': branch.id,
        'groups': [{
                'food_group': group.id,
                'food_group.': {'rec_name': group.rec_name},
                'kg': kg,
                'binding': bool(rule_set and rule_set.binding),
                'answer': None if group in there else 'not_on_hand',
                } for group, kg in lacks.items()],
        }


@without_check_access
def keep(branch, groups) -> None:
    "Remember what is not on hand or was replaced, for the list for donors"
    Wanted = Pool().get('aid.goods.wanted')
    Wanted.create([{
                'branch': branch.id,
                'date': branch.today(),
                'food_group': row.food_group.id,
                'kg': row.kg,
                'answer': row.answer,
                'replaced_by': (
                    row.replaced_by.id if row.answer == 'replaced' else None),
                } for row in groups if row.answer != 'go_on'])
