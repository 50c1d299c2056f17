"""A short way beside the ordinary one: what both must have in common.

Creating records by the ORM reads them again, checks what was just put in,
and updates them one by one. Where the rows are known beforehand they can be
written at once. That is right only as long as nobody has added anything to
the ordinary way: whoever writes by a short way names the methods it stands
for and those who are known to have a word in them, and steps aside for
anybody else.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sql import Cast, Column, Values
from sql.functions import CurrentTimestamp

from trytond import backend
from trytond.model import fields
from trytond.pool import Pool
from trytond.tools import grouped_slice
from trytond.transaction import Transaction

from .reading import forget_read

#: What Tryton sets itself in every row
STAMPS = frozenset({
        'id', 'create_uid', 'create_date', 'write_uid', 'write_date'})


def chain(Model, methods: Iterable[str]) -> frozenset[str]:
    """Who has a word in *methods* of *Model*, as it is in this database.

    :return: ``module.Class.method`` of each class of the pool that has one
    """
    return frozenset(
        f'{cls.__module__}.{cls.__qualname__}.{name}'
        for cls in Model.__mro__ for name in methods
        if name in cls.__dict__)


def columns(Model) -> frozenset[str]:
    "The stored fields of *Model*, but the stamps"
    return frozenset(
        name for name, field in Model._fields.items()
        if not isinstance(field, fields.Function)
        and not hasattr(field, 'set')) - STAMPS


def is_free(
        Model, methods: Iterable[str], known: frozenset[str],
        known_columns: frozenset[str]) -> bool:
    """Whether rows of *Model* may be written by a short way.

    Not where somebody unknown has a word in the *methods* that it stands
    for, or added a column; nor where a trigger waits for the rows or their
    history is kept.
    """
    Trigger = Pool().get('ir.trigger')
    return (
        chain(Model, methods) <= known
        and columns(Model) <= known_columns
        and not Model._history
        and not any(
            Trigger.get_triggers(Model.__name__, mode)
            for mode in ['create', 'write']))


#: What creating a record stands for
CREATING = (
    'create', '_before_create', '_after_create', 'preprocess_values',
    'default_get', 'validate', 'validate_fields', 'check_modification',
    'on_modification', 'compute_fields')


def is_created_plainly(
        Model, known_columns: frozenset[str],
        known: frozenset[str] = frozenset(),
        asked: frozenset[str] = frozenset()) -> bool:
    """Whether nobody but Tryton has a word where a *Model* is created.

    :param known: who has one beside, and is known to say nothing then
    :param asked: the methods that the caller asks itself
    """
    methods = set(CREATING) - asked
    tryton = frozenset(
        name for name in chain(Model, methods)
        if name.startswith('trytond.'))
    return is_free(Model, methods, tryton | known, known_columns)


def insert(Model, rows: list[dict[str, Any]], written: bool = False) -> list:
    """Insert *rows*, which have the same keys, and nothing else.

    :param written: whether the ordinary way writes them once more after it
        has created them, which leaves its stamps
    :return: the records, in the order of *rows*
    """
    transaction = Transaction()
    table = Model.__table__()
    names = sorted(rows[0])
    cols = [Column(table, name) for name in names]
    cols += [table.create_uid, table.create_date]
    stamps = [transaction.user, CurrentTimestamp()]
    if written:
        cols += [table.write_uid, table.write_date]
        stamps *= 2
    values = [
        [Model._fields[name].sql_format(row[name]) for name in names] + stamps
        for row in rows]
    ids: list[int] = []
    for some in grouped_slice(
            values, backend.MAX_QUERY_PARAMS // (len(cols) + 1)):
        ids += _insert(Model, table, cols, list(some))
    transaction.create_records[Model.__name__].extend(ids)
    forget_read(Model)
    return Model.browse(ids)


def _insert(Model, table, cols: list, values: list[list]) -> Iterable[int]:
    transaction = Transaction()
    database, connection = transaction.database, transaction.connection
    cursor = connection.cursor()
    if database.has_returning():
        cursor.execute(*table.insert(cols, values, [table.id]))
        # Rows of one insert are numbered in their order
        return sorted(id_ for id_, in cursor.fetchall())
    ids = []
    for row in values:
        cursor.execute(*table.insert(cols, [row]))
        ids.append(database.lastid(cursor))
    return ids


def save(Model, records: Iterable) -> None:
    """Save what was set on *records*, which exist, by one update.

    What was set on one of them is written of each. It is for whoever has
    computed the values itself: domains are not checked again, the hooks of
    the model are called. The ordinary way is taken where somebody has a word
    in the writing itself, or where lists of records were set.
    """
    records = [r for r in records if r._values]
    values = [
        Model.preprocess_values('write', record._save_values())
        for record in records]
    names = sorted(set().union(*values))
    if not (names and set(names) <= columns(Model) and _is_written_plainly(
                Model)):
        Model.save(records)
        return
    for record, told in zip(records, values):
        Model.check_modification('write', [record], values=told)
    _update(Model, names, [
            [record.id] + [
                told[name] if name in told else _stored(record, name)
                for name in names]
            for record, told in zip(records, values)])
    for record in records:
        # As after Model.save
        record._values = record._init_values = None
    Model.validate_fields(records, set(names))
    Model.on_modification('write', records, field_names=set(names))


#: What an update stands for, where no model but Tryton's has a word
_WRITING = (
    'write', 'save', '_before_write', '_after_write', 'compute_fields',
    'validate')


def _is_written_plainly(Model) -> bool:
    Trigger = Pool().get('ir.trigger')
    return (
        all(name.startswith('trytond.model.')
            for name in chain(Model, _WRITING))
        and not Model._history
        and not Trigger.get_triggers(Model.__name__, 'write'))


def _typed(value: Any, type_: str) -> Any:
    # PostgreSQL takes the values of an update from nowhere as text; SQLite
    # takes them as they are, and a cast would change them
    return value if backend.name == 'sqlite' else Cast(value, type_)


def _stored(record, name: str) -> Any:
    value = getattr(record, name)
    if type(record)._fields[name]._type == 'reference':
        return str(value) if value else None
    return getattr(value, 'id', value)


def _update(Model, names: list[str], rows: list[list]) -> None:
    "Write *rows*, an id and a value for each of *names*"
    transaction = Transaction()
    table = Model.__table__()
    types = [Model._fields[name].sql_type().base for name in names]
    cursor = transaction.connection.cursor()
    for some in grouped_slice(
            rows, backend.MAX_QUERY_PARAMS // (len(names) + 1)):
        new = Values([
                [id_] + [
                    _typed(Model._fields[name].sql_format(value), type_)
                    for name, type_, value in zip(names, types, values)]
                for id_, *values in some])
        cursor.execute(*table.update(
                [Column(table, name) for name in names]
                + [table.write_uid, table.write_date],
                [Column(new, f'column{n}') for n in range(2, len(names) + 2)]
                + [transaction.user, CurrentTimestamp()],
                from_=[new], where=table.id == Column(new, 'column1')))
    forget_read(Model)
