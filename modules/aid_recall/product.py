"""Finding products by the number under their bars, however many."""
from __future__ import annotations

from trytond.model import Index
from trytond.pool import PoolMeta


class Identifier(metaclass=PoolMeta):
    __name__ = 'product.identifier'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.code, Index.Equality(cardinality='high'))))
