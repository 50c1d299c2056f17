"""Whose goods can be balanced here, and how each of them tells its goods.

All open the same screen, ``aid.goods.balance``: a basket, what a household
took these last weeks, the baskets of sessions or of a time, prepared parcels,
their model, donations.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction, check_access, without_check_access
from trytond.wizard import Button, StateView, Wizard

from aid_nutrition.goods import Goods
from aid_nutrition.goods_balance import shown

from . import allergen, at_table, handed_over, verdict

#: Days that are proposed where a time is asked for
DAYS = 28


class Basket(metaclass=PoolMeta):
    __name__ = 'aid.basket'

    @classmethod
    def goods_to_balance(cls, baskets) -> Goods:
        "What *baskets* hold; of one alone also for whom"
        first = baskets[0]
        if len(baskets) == 1:
            return replace(
                verdict.goods_of(first, first.lines), name=first.rec_name)
        return Goods(
            name=_several(baskets),
            pairs=[(l.product, l.kg) for b in baskets for l in b.lines],
            date=max(b.date for b in baskets))


class Session(metaclass=PoolMeta):
    __name__ = 'aid.distribution.session'

    @classmethod
    def goods_to_balance(cls, sessions) -> Goods:
        "What *sessions* handed over, in one statement"
        return Goods(
            name=_several(sessions),
            pairs=list(handed_over.of_baskets([
                        ('session', 'in', [s.id for s in sessions]),
                        ]).items()),
            date=max(s.date for s in sessions))


class Household(metaclass=PoolMeta):
    __name__ = 'aid.household'

    @classmethod
    def goods_to_balance(cls, households) -> Goods:
        "What *households* took these last weeks; of one alone for whom"
        RuleSet = Pool().get('aid.nutrition.rule.set')
        first = households[0]
        date = first.branch.today()
        rule_set = RuleSet.at(date)
        days = rule_set.month_days if rule_set else DAYS
        weights: dict[Any, float] = defaultdict(float)
        for household in households:
            _, taken = handed_over.of_household(household, date, days)
            for product, kg in taken.items():
                weights[product] += kg
        alone = len(households) == 1
        return Goods(
            name=gettext(
                'aid_basket.msg_balance_household',
                household=_several(households, 'code'), days=days),
            pairs=list(weights.items()),
            date=date,
            diets=at_table.diets(first) if alone else frozenset(),
            people=at_table.of_household(first, date) if alone else None,
            conflicts=at_table.against(
                allergen.minded(first), date) if alone else None)


class Parcel(metaclass=PoolMeta):
    __name__ = 'aid.parcel'

    @classmethod
    def goods_to_balance(cls, parcels) -> Goods:
        "What is in *parcels*, and what of the shelf might go with it"
        first = parcels[0]
        return Goods(
            name=_several(parcels),
            pairs=[
                (l.product, l.product.to_kg(l.quantity, l.unit))
                for p in parcels for l in p.lines],
            date=first.branch.today(),
            branch=first.branch if len(parcels) == 1 else None,
            people=at_table.of_size(sum(p.model.size for p in parcels)))


class ParcelModel(metaclass=PoolMeta):
    __name__ = 'aid.parcel.model'

    @classmethod
    def goods_to_balance(cls, models) -> Goods:
        "What parcels of *models* hold, one of each"
        branch = _branch_at_hand()
        return Goods(
            name=_several(models),
            pairs=[line.good() for m in models for line in m.lines],
            date=(
                branch.today() if branch
                else Pool().get('ir.date').today()),
            branch=branch,
            people=at_table.of_size(sum(m.size for m in models)))


class ParcelModelLine(metaclass=PoolMeta):
    __name__ = 'aid.parcel.model.line'

    def good(self) -> tuple[Any, float | None]:
        "The product or family of this line and its kg"
        if self.product:
            return self.product, self.product.to_kg(
                self.quantity, self.product.default_uom)
        return self.family, self.quantity


class Donation(metaclass=PoolMeta):
    __name__ = 'aid.donation'

    @classmethod
    def goods_to_balance(cls, donations) -> Goods:
        "What *donations* brought, or announce"
        first = donations[0]
        return Goods(
            name=_several(donations),
            pairs=[
                (l.product or l.family, l.net_weight)
                for d in donations for l in d.lines
                if l.product or l.family],
            date=first.branch.today())


def _branch_at_hand():
    branch_id = Transaction().context.get('branch')
    return Pool().get('aid.branch')(branch_id) if branch_id else None


def _several(records: Iterable, name: str = 'rec_name') -> str:
    "The name of *records*: of the first, and how many more there are"
    first, *others = records
    text = getattr(first, name) or ''
    if not others:
        return text
    return gettext(
        'aid_basket.msg_balance_several', first=text, count=len(others))


class TimeStart(ModelView):
    "Which baskets: of a branch and a time"
    __name__ = 'aid.basket.balance.start'

    branch = fields.Many2One(
        'aid.branch', "Branch", required=True,
        help="With all that is below it.")
    first = fields.Date("From", required=True)
    last = fields.Date("To", required=True)

    @staticmethod
    def default_branch() -> int | None:
        return Transaction().context.get('branch')

    @staticmethod
    def default_last() -> dt.date:
        branch = _branch_at_hand()
        return branch.today() if branch else Pool().get('ir.date').today()

    @classmethod
    def default_first(cls) -> dt.date:
        return cls.default_last() - dt.timedelta(days=DAYS - 1)


class TimeBalance(Wizard):
    "The balance of what a branch handed over in a time"
    __name__ = 'aid.basket.balance'

    start = StateView(
        'aid.basket.balance.start', 'aid_basket.balance_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Show", 'show', 'tryton-ok', default=True),
            ])
    show = StateView(
        'aid.goods.balance.show', 'aid_nutrition.goods_balance_view_form', [
            Button("Another Time", 'start', 'tryton-back'),
            Button("Close", 'end', 'tryton-close', default=True),
            ])

    def default_start(self, names: list[str]) -> dict[str, Any]:
        "What was asked before, where one goes back"
        return {
            name: getattr(value, 'id', value)
            for name in ['branch', 'first', 'last']
            if (value := getattr(self.start, name, None))}

    def default_show(self, names: list[str]) -> dict[str, Any]:
        lang = Pool().get('ir.lang').get()
        start = self.start
        # Branches are there to be read by everybody, their baskets are not
        with check_access():
            taken = handed_over.of_baskets([
                    ('branch', 'child_of', [start.branch.id], 'parent'),
                    ('date', '>=', start.first),
                    ('date', '<=', start.last),
                    ])
        with without_check_access():
            return shown(Goods(
                    name=gettext(
                        'aid_basket.msg_balance_time',
                        branch=start.branch.name,
                        first=lang.strftime(start.first),
                        last=lang.strftime(start.last)),
                    pairs=list(taken.items()),
                    date=start.last))
