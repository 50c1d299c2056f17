"""Places, moves and counts know their branch."""
from __future__ import annotations

from trytond.model import Index, fields
from trytond.pool import PoolMeta

from .lent import LentMixin
from .scope import BetweenBranchesMixin


class Location(LentMixin, metaclass=PoolMeta):
    __name__ = 'stock.location'

    branch = fields.Many2One(
        'aid.branch', "Branch", readonly=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.branch, Index.Equality())))


class Move(BetweenBranchesMixin, metaclass=PoolMeta):
    __name__ = 'stock.move'


class Inventory(metaclass=PoolMeta):
    __name__ = 'stock.inventory'

    _branch_scope = ('location.branch',)
    _branch_scope_empty = True
