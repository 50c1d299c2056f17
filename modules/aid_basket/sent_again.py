"""What a client sends again of a basket that its scans have saved.

Tryton's client keeps what it was told by a scan and sends it once more when
it saves the basket, as if somebody had typed it.
"""
from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from trytond.model import Model, fields
from trytond.pool import Pool
from trytond.transaction import Transaction, without_check_access

from aid_branch.lent import lent


def plain(value):
    "*value* as a client tells it and as it is stored: records by their id"
    # A client tells nothing as an empty text
    return value.id if isinstance(value, Model) else (
        None if value == '' else value)


def forget_timestamps(model: str, records) -> None:
    """Let a client save *records* that its own scans have changed since.

    Tryton refuses what somebody else wrote in the meantime; here that was the
    same screen.
    """
    timestamps = Transaction().timestamp
    if timestamps:
        for record in records:
            timestamps.pop(f'{model},{record.id}', None)


def without_dropped(commands: list) -> list:
    """*commands* for the lines of a basket without lines that are no more.

    A scan took them away already, the client does so once more.
    """
    Line = Pool().get('aid.basket.line')
    with without_check_access():
        there = {line.id for line in Line.search([
                    ('id', 'in', list(_named_by(commands)))])}
    return [_only(command, there) for command in commands]


def writing_what_is_new(write: Callable) -> Callable:
    "*write*, as a client calls it, but of what its scans have not saved yet"
    @wraps(write)
    def wrapper(*actions) -> None:
        new = [
            one for baskets, values in zip(actions[::2], actions[1::2])
            if (left := _new(baskets, values)) or not values
            for one in (baskets, left)]
        if new:
            # All that is in it is proven again
            with lent():
                write(*new)
    return wrapper


def _new(baskets: list, values: dict) -> dict:
    """What of *values* is not stored of *baskets*.

    A client sends all that it was told since it has read the basket. Of more
    than one, or of what the user may not read, all of it is new.
    """
    Basket = Pool().get('aid.basket')
    if len(baskets) != 1:
        return values
    found = Basket.search([
            ('id', '=', int(baskets[0])), ('state', '=', 'draft')])
    if not found:
        return values
    with without_check_access():
        return _differing(found[0], values)


def _differing(record, values: dict) -> dict:
    "What of *values* is not what *record* says"
    differing = {}
    for name, value in values.items():
        if name == 'lines':
            value = _new_of_lines(record, value)
        if not _is_said(record, name, value):
            differing[name] = value
    return differing


def _is_said(record, name: str, value) -> bool:
    "Whether *record* says *value* of the field *name*, or will never"
    field = record._fields[name]
    if isinstance(field, fields.Function):
        return field.setter == 'set_nothing'
    if field._type in {'one2many', 'many2many'}:
        return not value
    return plain(getattr(record, name)) == plain(value)


def _new_of_lines(basket, commands: list) -> list:
    "What of *commands* for its lines *basket* does not say yet"
    known = {line.id: line for line in basket.lines}
    new = []
    for action, *args in commands or []:
        if action == 'add':
            args = [[id_ for id_ in args[0] if int(id_) not in known]]
        elif action == 'write':
            args = _new_of_each(known, args)
        if any(args):
            new.append((action, *args))
    return new


def _new_of_each(known: dict, args: list) -> list:
    """What of *args*, lines and values in turn, is not said yet.

    :param known: the lines of the basket by id
    """
    new: list = []
    for lines, values in zip(args[::2], args[1::2]):
        line = known.get(int(lines[0])) if len(lines) == 1 else None
        if left := _differing(line, values) if line else values:
            new += [lines, left]
    return new


def _named_by(commands: list):
    for action, *args in commands:
        if action in {'add', 'remove', 'delete'}:
            yield from map(int, args[0])
        elif action == 'write':
            for records in args[::2]:
                yield from map(int, records)


def _only(command, there: set[int]):
    action, *args = command
    if action in {'add', 'remove', 'delete'}:
        return (action, [r for r in args[0] if int(r) in there])
    if action == 'write':
        kept: list = []
        for records, values in zip(args[::2], args[1::2]):
            records = [r for r in records if int(r) in there]
            if records:
                kept += [records, values]
        return (action, *kept) if kept else ('add', [])
    return command
