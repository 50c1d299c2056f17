"""Places, moves and counts know their branch."""
from __future__ import annotations

from trytond.model import Index, fields
from trytond.pool import Pool, PoolMeta


class Location(metaclass=PoolMeta):
    __name__ = 'stock.location'

    branch = fields.Many2One(
        'aid.branch', "Branch", readonly=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.branch, Index.Equality())))


class Move(metaclass=PoolMeta):
    __name__ = 'stock.move'

    _branch_scope = ('from_branch', 'to_branch')
    _branch_scope_empty = True

    from_branch = fields.Many2One(
        'aid.branch', "From Branch", readonly=True, ondelete='RESTRICT')
    to_branch = fields.Many2One(
        'aid.branch', "To Branch", readonly=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.update({
                Index(table, (table.from_branch, Index.Equality())),
                Index(table, (table.to_branch, Index.Equality())),
                })

    @classmethod
    def preprocess_values(cls, mode: str, values: dict) -> dict:
        # Known from the locations, so it is written with the row itself and
        # not by an update after it
        values = super().preprocess_values(mode, values)
        for end in ['from', 'to']:
            if f'{end}_location' in values:
                values[f'{end}_branch'] = _branch_of(
                    values[f'{end}_location'])
        return values


class Inventory(metaclass=PoolMeta):
    __name__ = 'stock.inventory'

    _branch_scope = ('location.branch',)
    _branch_scope_empty = True


def _branch_of(location_id: int | None) -> int | None:
    if location_id is None:
        return None
    location = Pool().get('stock.location')(location_id)
    return location.branch.id if location.branch else None
