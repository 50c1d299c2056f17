"""How numbers are written: two pieces are 2, not 2.0."""
from __future__ import annotations

from decimal import Decimal

from trytond.pool import PoolMeta


class Lang(metaclass=PoolMeta):
    __name__ = 'ir.lang'

    def format_number(
            self, value, digits: int | None = None, grouping: bool = True,
            monetary=None) -> str:
        """*value* in words of the language.

        Where nobody says how many *digits*, a float has as many as it needs:
        Python writes a whole one with a zero behind the point.
        """
        if digits is None and not isinstance(value, Decimal) and (
                value == int(value)):
            digits = 0
        return super().format_number(
            value, digits=digits, grouping=grouping, monetary=monetary)
