"""Units and currencies are lent: how many digits they have stays."""
from __future__ import annotations

from trytond.pool import PoolMeta

from aid_branch.lent import LentMixin


class Unit(LentMixin, metaclass=PoolMeta):
    __name__ = 'product.uom'


class UnitCategory(LentMixin, metaclass=PoolMeta):
    __name__ = 'product.uom.category'


class Currency(LentMixin, metaclass=PoolMeta):
    __name__ = 'currency.currency'
