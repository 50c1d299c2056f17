"""What a family of goods is as food: enough to know, nearly always."""
from __future__ import annotations

from trytond.pool import PoolMeta

from .food_group import FoodMixin


class Family(FoodMixin, metaclass=PoolMeta):
    __name__ = 'aid.family'
