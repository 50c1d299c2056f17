"""Several lines that a form changes at once.

Tryton's web client (sao 8.0.11, ``One2Many.set_on_change``) collects the
changes of updated lines in one object that it never empties: a line also
receives what was said of the lines before it, such as their quantity, unless
it is told its own. So every updated line is told all that any of them is.
"""
from __future__ import annotations

RECORDS = {'many2one', 'one2one', 'reference'}
LISTS = {'one2many', 'many2many'}


class LinesMixin:
    "A form whose updated lines all carry the same fields"
    __slots__ = ()

    def _changed_values(self):
        changed = super()._changed_values()
        for name, value in list(changed.items()):
            if isinstance(value, dict) and len(value.get('update', ())) > 1:
                lines = {line.id: line for line in getattr(self, name)}
                level(value['update'], lines)
        return changed


def level(updates: list[dict], lines: dict) -> None:
    """Give each of *updates* the fields that any of them has.

    :param updates: changed values with their ``id``, completed in place
    :param lines: the records by that id; what they don't know is left out
    """
    names = dict.fromkeys(
        name for update in updates for name in update
        if name != 'id' and '.' not in name)
    for update in updates:
        line = lines[update['id']]
        for name in names:
            if (name not in update and name in line._values
                    and line._fields[name]._type not in LISTS):
                update.update(_told(line, name))


def _told(line, name: str) -> dict:
    "The value of a field as a client is told it"
    value = getattr(line, name)
    kind = line._fields[name]._type
    if kind not in RECORDS:
        return {name: value}
    if not value:
        return {name: None, f'{name}.': {'rec_name': ''}}
    return {
        name: str(value) if kind == 'reference' else value.id,
        f'{name}.': {'rec_name': value.rec_name},
        }
