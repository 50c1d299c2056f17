"""A party may be confidential to a branch."""
from __future__ import annotations

from trytond.model import Index, fields
from trytond.pool import PoolMeta


class Party(metaclass=PoolMeta):
    __name__ = 'party.party'

    _branch_scope = ('branch',)
    _branch_scope_empty = True

    branch = fields.Many2One(
        'aid.branch', "Confidential to Branch",
        ondelete='RESTRICT', readonly=True,
        help="Filled for people whom only this branch may see.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.branch, Index.Equality())))
