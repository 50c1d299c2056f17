"""What came into a branch in a period is asked of the moves themselves."""
from __future__ import annotations

from trytond.model import Index
from trytond.pool import PoolMeta


class Move(metaclass=PoolMeta):
    __name__ = 'stock.move'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.to_branch, Index.Equality()),
                (table.effective_date, Index.Range()),
                where=table.state == 'done'))
