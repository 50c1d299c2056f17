"""A move may come from a line of a basket."""
from __future__ import annotations

from trytond.pool import PoolMeta


class Move(metaclass=PoolMeta):
    "Goods leave the shelves for a line of a basket"
    __name__ = 'stock.move'

    @classmethod
    def _get_origin(cls) -> list[str]:
        return super()._get_origin() + [
            'aid.basket.line', 'aid.parcel.line']
