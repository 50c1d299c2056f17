"""A move may come from a line of a basket."""
from __future__ import annotations

import datetime as dt

from trytond.pool import Pool, PoolMeta


class Move(metaclass=PoolMeta):
    "Goods leave the shelves for a line of a basket"
    __name__ = 'stock.move'

    @classmethod
    def _get_origin(cls) -> list[str]:
        return super()._get_origin() + [
            'aid.basket.line', 'aid.parcel.line', 'aid.session.count']

    def lot_refusal(self, date: dt.date) -> str | None:
        "What was written on paper has happened: it becomes an incident"
        Line = Pool().get('aid.basket.line')
        refusal = super().lot_refusal(date)
        # Nearly none is refused: the basket is asked of those that are
        if (refusal and isinstance(self.origin, Line)
                and self.origin.basket.from_paper):
            return None
        return refusal
