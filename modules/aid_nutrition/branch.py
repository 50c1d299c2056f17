"""What a branch has on hand, as a set of goods to be balanced."""
from __future__ import annotations

from collections import defaultdict
from typing import Any

from trytond.i18n import gettext
from trytond.pool import Pool, PoolMeta

from .goods import Goods


class Branch(metaclass=PoolMeta):
    __name__ = 'aid.branch'

    @classmethod
    def goods_to_balance(cls, branches: list) -> Goods:
        "All that *branches* have on hand, by product"
        OnHand = Pool().get('aid.lot.on_hand')
        weights: dict[Any, float] = defaultdict(float)
        for branch in branches:
            for row in OnHand.in_branch(branch):
                weights[row.product] += row.quantity
        return Goods(
            name=gettext(
                'aid_nutrition.msg_shown_on_hand',
                branch=', '.join(branch.name for branch in branches)),
            pairs=[
                (product, product.to_kg(quantity, product.default_uom))
                for product, quantity in weights.items()],
            date=branches[0].today())
