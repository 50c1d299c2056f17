"""Finding lots by what stands on the pack, in small letters or not."""
from __future__ import annotations

from sql.functions import Upper

from trytond.model import Index
from trytond.pool import PoolMeta


class Lot(metaclass=PoolMeta):
    __name__ = 'stock.lot'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table,
                (Upper(table.label_lot), Index.Equality(cardinality='high'))))
