"""The branches a user belongs to."""
from __future__ import annotations

from trytond.cache import Cache
from trytond.model import ModelSQL, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction


class UserBranch(ModelSQL):
    "The branches a user belongs to"
    __name__ = 'res.user-aid.branch'

    user = fields.Many2One(
        'res.user', "User", ondelete='CASCADE', required=True)
    branch = fields.Many2One(
        'aid.branch', "Branch", ondelete='CASCADE', required=True)

    @classmethod
    def on_modification(cls, mode, records, field_names=None) -> None:
        User = Pool().get('res.user')
        super().on_modification(mode, records, field_names=field_names)
        User._get_branches_cache.clear()


class User(metaclass=PoolMeta):
    __name__ = 'res.user'

    branches = fields.Many2Many(
        'res.user-aid.branch', 'user', 'branch', "Branches",
        help="The user sees these branches and all below them.")
    branch = fields.Many2One(
        'aid.branch', "Current Branch",
        domain=['OR',
            ('id', 'in', Eval('branches', [])),
            ('parent', 'child_of', Eval('branches', []), 'parent'),
            ],
        states={'invisible': ~Eval('branches', [])},
        help="The branch of what the user enters.")
    _get_branches_cache = Cache(__name__ + '.get_branches', context=False)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._context_fields.insert(0, 'branch')

    @fields.depends('branches', 'branch')
    def on_change_branches(self) -> None:
        if len(self.branches or []) == 1 and not self.branch:
            self.branch, = self.branches

    def get_status_bar(self, name: str) -> str:
        status = super().get_status_bar(name)
        if self.branch:
            status += f' - {self.branch.rec_name}'
        return status

    @classmethod
    def get_branches(cls) -> tuple[int, ...]:
        "Ids of the roots of what the current user sees"
        transaction = Transaction()
        user_id = transaction.user
        if user_id == 0:
            user_id = transaction.context.get('user', 0)
        branches = cls._get_branches_cache.get(user_id)
        if branches is None:
            UserBranch = Pool().get('res.user-aid.branch')
            table = UserBranch.__table__()
            cursor = transaction.connection.cursor()
            cursor.execute(*table.select(
                    table.branch,
                    where=table.user == user_id,
                    order_by=[table.branch.asc]))
            branches = tuple(branch for branch, in cursor)
            cls._get_branches_cache.set(user_id, branches)
        return branches

    @classmethod
    def sees_all_branches(cls) -> bool:
        "Whether no branch is closed to the current user"
        ModelData = Pool().get('ir.model.data')
        return ModelData.get_id(
            'aid_branch', 'group_all_branches') in cls.get_groups()

    @classmethod
    def has_branch(cls, branch) -> bool:
        "Whether *branch* is, or lies below, one of the current user's"
        return cls.sees_all_branches() or bool(
            set(cls.get_branches()) & set(branch.lineage))

    @classmethod
    def on_modification(cls, mode, users, field_names=None) -> None:
        super().on_modification(mode, users, field_names=field_names)
        if mode == 'write':
            cls._get_branches_cache.clear()
