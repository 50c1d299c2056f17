"""Prices that fall for food groups that a basket lacks, where a branch likes.

Never for goods that are free anyway, never a price that rises: how the
contribution takes a promotion into account is said in
`aid_basket.contribution`.
"""
from __future__ import annotations

import datetime as dt
from decimal import Decimal

from trytond.cache import Cache
from trytond.model import ModelSQL, ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access

from aid_branch.dated import BranchRuleMixin

from .promotion import left

ONE = Decimal(1)


class Incentive(BranchRuleMixin, ModelSQL, ModelView):
    """What a branch leaves of the price of a food group that baskets lack.

    Without a record nothing changes. It holds for the branches below, too.
    """
    __name__ = 'aid.price.incentive'

    _rule_key = ('food_group',)
    # A till asks with every scan, and nearly every branch has none
    _promoted = Cache('aid.price.incentive', context=False)

    food_group = fields.Many2One(
        'aid.food.group', "Food Group", required=True, ondelete='RESTRICT',
        domain=[('outside', '=', False)])
    factor = fields.Numeric(
        "Price Factor", digits=(None, 4), required=True,
        domain=[('factor', '>=', 0), ('factor', '<=', 1)],
        help="What is left of the price until the basket has enough of the "
        "group: 0.5 is half of it.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.branch.required = True
        cls.branch.help = "The branch, with those below it."

    def get_rec_name(self, name: str) -> str:
        return self.food_group.rec_name

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('food_group.rec_name', *clause[1:])]

    @classmethod
    def on_modification(cls, mode, records, field_names=None) -> None:
        super().on_modification(mode, records, field_names=field_names)
        cls._promoted.clear()

    @classmethod
    def factors(cls, branch, date: dt.date) -> dict[str, Decimal]:
        "What is left of the price, by code of the groups promoted there"
        key = branch.id, date
        if (found := cls._promoted.get(key)) is None:
            found = {
                incentive.food_group.code: incentive.factor
                for incentive in cls.applying(branch, date)}
            cls._promoted.set(key, found)
        return found


class Line(metaclass=PoolMeta):
    __name__ = 'aid.basket.line'

    @classmethod
    @without_check_access
    def price_factors(cls, basket, lines) -> list[Decimal]:
        factors = super().price_factors(basket, lines)
        pool = Pool()
        Incentive = pool.get('aid.price.incentive')
        RuleSet = pool.get('aid.nutrition.rule.set')
        session = basket.session
        promoted = Incentive.factors(session.branch, session.date)
        rule_set = RuleSet.at(session.date) if promoted else None
        if not rule_set:
            return factors
        lefts = _lefts(rule_set, promoted, lines)
        return [
            factor * lefts.get(_group(line), ONE)
            for factor, line in zip(factors, lines)]


def _group(line) -> str | None:
    "The code of the food group of *line*"
    product = getattr(line, 'product', None)
    group = product.food_group_used if product else None
    return group.code if group else None


def _lefts(rule_set, promoted: dict, lines) -> dict[str, Decimal]:
    "What is left of the price of each group of *lines* that is promoted"
    balance = rule_set.balance([
            (l.product, l.kg) for l in lines if getattr(l, 'product', None)])
    home = rule_set.homes()
    bands = {group.group: group for group in balance.groups}
    result = {}
    for code, factor in promoted.items():
        if band := bands.get(home.get(code, code)):
            result[code] = left(factor, band.share, band.min_share)
    return result
