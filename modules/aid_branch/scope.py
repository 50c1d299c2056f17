"""Who sees what: one mechanism for every model that belongs to a branch.

A model says where its branch stands by the class attribute ``_branch_scope``
and nothing else; :class:`aid_branch.ir.Rule` turns it into the record rule.
Lines of a document name their document in ``__access__`` and follow it.
"""
from __future__ import annotations

from trytond.model import Index, Model, fields
from trytond.pool import Pool
from trytond.transaction import Transaction

from .below import below


class BranchMixin(Model):
    """Gives a model its branch, the user's current one by default.

    The record is then visible to the users of that branch and of the branches
    above it, and to nobody else.
    """
    __slots__ = ()

    _branch_scope: tuple[str, ...] = ('branch',)

    branch = fields.Many2One(
        'aid.branch', "Branch", required=True, ondelete='RESTRICT',
        help="The branch this belongs to.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.branch, Index.Equality())))

    @classmethod
    def default_branch(cls) -> int | None:
        return Transaction().context.get('branch')


class NetworkOrBranchMixin(Model):
    """Gives a model a branch, or none for what the whole network shares.

    Everybody reads it. What has no branch is changed by those who see all
    branches, the rest by the people of the branch and of those above.
    """
    __slots__ = ()

    _branch_scope: tuple[str, ...] = ('branch',)
    _branch_scope_modes = frozenset({'write', 'create', 'delete'})

    branch = fields.Many2One(
        'aid.branch', "Branch", ondelete='CASCADE',
        help="Empty: the value of the network.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.branch, Index.Equality())))

    @classmethod
    def default_branch(cls) -> int | None:
        "Whoever is of a branch decides for it; scripts say whom they mean"
        User = Pool().get('res.user')
        transaction = Transaction()
        if not transaction.check_access or User.sees_all_branches():
            return None
        return transaction.context.get('branch')


class BetweenBranchesMixin(Model):
    """Gives what goes from one location to another the branches of both.

    Whoever sees either end sees it; what lies outside every branch is public.
    """
    __slots__ = ()

    _branch_scope: tuple[str, ...] = ('from_branch', 'to_branch')
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


def _branch_of(location_id: int | None) -> int | None:
    if location_id is None:
        return None
    location = Pool().get('stock.location')(location_id)
    return location.branch.id if location.branch else None


def scope_domain(
        model_name: str, branches: tuple[int, ...], mode: str) -> list | None:
    """The domain that keeps *model_name* to the branches below *branches*.

    :param branches: ids of the roots of what the user sees
    :param mode: ``read``, ``write``, ``create`` or ``delete``
    :return: a domain, or None if the model belongs to no branch
    """
    model = Pool().get(model_name)
    paths = getattr(model, '_branch_scope', ())
    modes = getattr(
        model, '_branch_scope_modes', {'read', 'write', 'create', 'delete'})
    if not paths or mode not in modes:
        return None
    domain: list = ['OR']
    for path in paths:
        domain.append(_below(path, branches))
    if getattr(model, '_branch_scope_empty', False):
        domain.append([(path, '=', None) for path in paths])
    return domain


def _below(path: str, branches: tuple[int, ...]) -> list | tuple:
    if (known := below(branches)) is not None:
        return (path, 'in', list(known))
    roots = list(branches)
    if path == 'id':
        return ['OR',
            ('id', 'in', roots),
            ('parent', 'child_of', roots, 'parent'),
            ]
    return (path, 'child_of', roots, 'parent')
