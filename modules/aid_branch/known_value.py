"""What a record knows already is told without a detour.

Tryton looks for the value of a field among what was set first and writes an
error message where it is not, for each value that was read: a checkout asks
2,600 times. Here what was set and what was read, for this record or for
another instance of it, is looked for at once. And what a method of one record
tells of it, as its name, is asked of that method: Tryton would read it as if
it stood in the database, for a list of one. All else is Tryton's.
"""
from __future__ import annotations

from typing import Any

from trytond.model import Model, ModelSingleton, ModelStorage, fields
from trytond.tools import is_instance_method
from trytond.transaction import Transaction, without_check_access

#: The methods of a model that tell a field of one record, by its class, and
#: the fields that are told as they are stored
_TELLING, _PLAIN = '_telling_methods', '_plain_fields'
#: Types of fields whose values are what such a method returns
_TOLD = frozenset({
        'boolean', 'char', 'date', 'float', 'integer', 'many2one', 'numeric',
        'selection', 'text', 'timedelta', 'timestamp'})


class KnownValueMixin(ModelStorage):
    "A record whose known values cost little"
    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name[0] == '_':
            return super().__getattr__(name)
        if (values := self._values) is not None:
            try:
                return getattr(values, name)
            except AttributeError:
                pass
        if self._id is not None and self._id >= 0:
            read = self._local_cache
            # Nothing counts that was read before somebody wrote
            read.refresh()
            try:
                return read[self._id][name]
            except KeyError:
                pass
            # Others have read it for themselves
            if name in _plain(type(self)):
                try:
                    value = self._cache[self._id][name]
                except KeyError:
                    pass
                else:
                    read[self._id][name] = value
                    return value
            # What was set and not saved is no part of what is told
            elif values is None and (
                    method := _telling(type(self)).get(name)):
                value = _told(self, name, method)
                read[self._id][name] = value
                return value
        return super().__getattr__(name)


def _plain(model: type[Model]) -> frozenset[str]:
    "The fields of *model* whose values are what is stored"
    if _PLAIN not in model.__dict__:
        setattr(model, _PLAIN, frozenset(
                name for name, field in model._fields.items()
                if not isinstance(field, fields.Function)
                and field._type in _TOLD - {'many2one'}))
    return getattr(model, _PLAIN)


def _telling(model: type[Model]) -> dict[str, str]:
    "The methods of *model* that tell a field of one record, by its name"
    if _TELLING not in model.__dict__:
        # The one record of a singleton is read in a way of its own
        setattr(model, _TELLING, {
                name: field.getter for name, field in model._fields.items()
                if not issubclass(model, ModelSingleton)
                and isinstance(field, fields.Function)
                and field._type in _TOLD
                and field.getter and field.getter_with_context
                and not field.context
                and not getattr(field, 'datetime_field', None)
                and is_instance_method(model, field.getter)})
    return getattr(model, _TELLING)


def _told(record, name: str, method: str) -> Any:
    "What *method* tells of the field *name* of *record*, as Tryton asks it"
    transaction = record._transaction
    with Transaction().set_current_transaction(transaction), \
            transaction.set_user(record._user), \
            transaction.reset_context(), \
            transaction.set_context(record._context), \
            without_check_access():
        value = getattr(record, method)(name)
    field = record._fields[name]
    if value is None:
        return None
    if field._type == 'many2one':
        return value if isinstance(value, Model) else field.get_target()(
            value)
    if field._py_type and not isinstance(value, field._py_type):
        return field._py_type(value)
    return value
