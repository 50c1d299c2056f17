"""What a client names by its id must be open to it.

Record rules are asked by ``search`` and ``read``. Two calls of a client go
around them: an export evaluates the rules on the record in Python, where
``child_of`` and dotted clauses are always true, and ``on_change`` (or a
button that only changes the form) answers with the name of whatever record
the client put into it. Both are closed here for every model by one plain
question: may the user read it?
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import wraps
from weakref import WeakKeyDictionary

from trytond.i18n import gettext
from trytond.ir.rule import _get_access_models
from trytond.model.exceptions import AccessError
from trytond.pool import Pool
from trytond.rpc import RPC
from trytond.tools import is_instance_method
from trytond.transaction import Transaction, check_access

RELATIONS = {'many2one', 'one2one', 'one2many', 'many2many', 'reference'}
#: What Tryton does not keep either while something may be written
_UNKEPT = {'binary', 'one2one', 'reference'}
#: The names of the other fields of a model, by its class
_KEPT = '_kept_names'
#: User, model and id of what a client named in a form and may read
_named: WeakKeyDictionary[Transaction, set[tuple[int, str, int]]] = (
    WeakKeyDictionary())


class ExportedMixin:
    "A model whose export reads nothing but what the user may read"
    __slots__ = ()

    @classmethod
    def export_data(cls, records, fields_names, header=False):
        if _is_client():
            _check_paths(
                cls, [r.id for r in records],
                [name.split('/') for name in fields_names])
        return super().export_data(records, fields_names, header=header)


class FormMixin:
    """A form that says nothing about records that the user may not read.

    Whatever a client may call on a form (``on_change`` and all its kin, a
    button that only changes what is shown) first asks for all it names.
    """
    __slots__ = ()

    def __init_subclass__(cls, **kwargs) -> None:
        # The pool adds mixins when all that a client may call is known
        super().__init_subclass__(**kwargs)
        cls.__rpc__ = {
            name: _AskingRPC.of(rpc)
            if rpc.instantiate == 0 and is_instance_method(cls, name)
            else rpc
            for name, rpc in cls.__rpc__.items()}


class _AskingRPC(RPC):
    "A call on a form, that first asks for all that the form names"
    __slots__ = ()

    @classmethod
    def of(cls, rpc: RPC) -> _AskingRPC:
        "The same as *rpc*, asking first"
        if isinstance(rpc, cls):
            return rpc
        asking = cls()
        for name in RPC.__slots__:
            setattr(asking, name, getattr(rpc, name))
        return asking

    def decorate(self, func):
        func = super().decorate(func)

        @wraps(func)
        def wrapper(form, *args, **kwargs):
            _check_form(form)
            return func(form, *args, **kwargs)
        return wrapper


def visible(records) -> list:
    """The *records* that a client named to a wizard, if it may read them.

    Wizards run without record rules.

    :raises trytond.model.exceptions.AccessError: one of them is closed
    """
    records = list(records)
    if records:
        with check_access():
            records[0].__class__.read([r.id for r in records], ['id'])
    return records


def was_named(record) -> bool:
    """Whether a client named *record* in a form, and its user may read it.

    In this transaction: whoever was asked for it once is not asked again.
    """
    transaction = Transaction()
    return (transaction.user, record.__name__, record.id) in _named.get(
        transaction, ())


def own_branch(branch):
    """The *branch* that a client named to a wizard, if it is one of its own.

    Branches are readable by everybody, what lies in them is not.

    :raises trytond.model.exceptions.AccessError: it is somebody else's
    """
    User = Pool().get('res.user')
    if Transaction().user and not User.has_branch(branch):
        raise AccessError(gettext(
                'aid_branch.msg_branch_elsewhere', branch=branch.rec_name))
    return branch


def _is_client() -> bool:
    "Whether a user with limits asks, rather than code"
    transaction = Transaction()
    return bool(
        transaction.user and transaction.check_access
        and not Pool().get('res.user').sees_all_branches())


def _check_paths(model, ids: list[int], paths: list[list[str]]) -> None:
    """Ask for every record that *paths* of fields lead to from *ids*.

    :raises trytond.model.exceptions.AccessError: one of them is closed
    """
    if not ids:
        return
    model.read(ids, ['id'])
    below: dict[str, list[list[str]]] = defaultdict(list)
    for first, *rest in paths:
        name = first.split('.')[0].split(':')[0]
        if rest and model._fields[name]._type in RELATIONS:
            below[name].append(rest)
    for name, rests in below.items():
        targets: dict[str, set[int]] = defaultdict(set)
        for row in model.read(ids, [name]):
            _collect(model._fields[name], row[name], targets)
        for target, target_ids in targets.items():
            _check_paths(Pool().get(target), sorted(target_ids), rests)


def _collect(field, value, targets: dict[str, set[int]]) -> None:
    "Add the records that the *value* of a relation names to *targets*"
    if not value:
        return
    if field._type == 'reference':
        name, _, id_ = str(value).partition(',')
        ids: Iterable = [int(id_)] if id_.lstrip('-').isdigit() else []
    else:
        name = field.get_target().__name__
        ids = value if isinstance(value, (list, tuple)) else [value]
    targets[name].update(int(i) for i in ids if int(i) >= 0)


def _check_form(form) -> None:
    """Ask for the records that a client put into a *form*.

    Only models that belong to a branch are asked for: the others have no
    limits that a branch could set.

    :raises trytond.model.exceptions.AccessError: one of them is closed
    """
    if not _is_client():
        return
    targets: dict[str, set[int]] = defaultdict(set)
    _named_by(form, targets)
    for name, ids in targets.items():
        model = Pool().get(name)
        if ids and _has_scope(model):
            _read_to_keep(model, sorted(ids))


def _read_to_keep(model, ids: list[int]) -> None:
    """Read *ids* of *model* by the rights of the user, and what they say.

    Whoever asks them for it then does not ask the database again.

    :raises trytond.model.exceptions.AccessError: one of them is closed
    """
    FieldAccess = Pool().get('ir.model.field.access')
    access = FieldAccess.get_access([model.__name__])[model.__name__]
    names = [
        name for name in _kept_names(model)
        if access.get(name, {}).get('read', True)]
    transaction = Transaction()
    known = transaction.get_cache()[model.__name__]
    named = _named.setdefault(transaction, set())
    for row in model.read(ids, names):
        known[row['id']]._update(row)
        named.add((transaction.user, model.__name__, row['id']))


def _kept_names(model) -> list[str]:
    "The fields of *model* that Tryton would read and keep with any of them"
    if _KEPT not in model.__dict__:
        setattr(model, _KEPT, [
                name for name, field in model._fields.items()
                if field.loading == 'eager' and field.sql_type()
                and field._type not in _UNKEPT])
    return getattr(model, _KEPT)


def _named_by(form, targets: dict[str, set[int]]) -> None:
    if form.id is not None and form.id >= 0:
        targets[form.__name__].add(form.id)
    for name, value in (form._values or form._record())._items():
        field = form._fields[name]
        if field._type in {'one2many', 'many2many'}:
            for line in value or []:
                _named_by(line, targets)
        elif field._type in RELATIONS and hasattr(value, 'id'):
            if value.id is not None and value.id >= 0:
                targets[value.__name__].add(value.id)


def _has_scope(model) -> bool:
    names, _ = _get_access_models(model)
    pool = Pool()
    return any(
        getattr(pool.get(name), '_branch_scope', ())
        and 'read' in getattr(
            pool.get(name), '_branch_scope_modes', {'read'})
        for name in names)
