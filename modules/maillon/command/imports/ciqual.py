"""The composition table of ANSES, Ciqual, from the file it is published as.

Any official sheet of it, CSV or XLSX, French or English (``.xls`` is to be
saved again as one of these). Foods and their groups are found again by their
codes, constituents by what the header says. A newer table changes what it
tells otherwise and keeps the foods it no longer tells of, with their year;
an older one than what is there is refused. The English sheet adds names.

Anything impossible in a row (no amount, less than 0, more than 100 g in
100 g, energy more than 25 % away from what the food holds, a row that is too
short) refuses the file; with ``--skip-bad-rows`` the other rows come in.
"""
from collections import Counter
from pathlib import Path
from typing import Any

from trytond.pool import Pool
from trytond.tools import grouped_slice
from trytond.transaction import Transaction

from aid_nutrition.constituents import NO_UNIT

from . import Outcome, Progress, silent
from .ciqual_table import Wanted
from .ciqual_table import read as read_table
from .table import Fault

__all__ = ['read', 'store', 'COLUMNS', 'REQUIRED']

REQUIRED = ['alim_code', 'alim_nom_fr']
COLUMNS = [
    'alim_grp_code', 'alim_ssgrp_code', 'alim_ssssgrp_code',
    'alim_grp_nom_fr', 'alim_ssgrp_nom_fr', 'alim_ssssgrp_nom_fr',
    *REQUIRED, 'alim_nom_sci', 'Eau (g/100 g)', '...']

#: Foods written together: nothing but the code is checked on them
_AT_ONCE = 500


def read(path: Path) -> tuple[list[Wanted], list[Fault]]:
    "Read *path* into what each food is to be, and what is wrong in it"
    return read_table(path)


def store(wanted: list[Wanted], progress: Progress = silent) -> Outcome:
    """Make or change the foods, their groups and constituents, in bulk.

    In the current transaction, as somebody who may. Faults in the outcome
    (a table older than the one that is there) mean that nothing was written.
    """
    if not wanted:
        return Outcome()
    faults = _older(wanted[0])
    if faults:
        return Outcome(faults=faults)
    _store_constituents(wanted[0])
    groups = _store_groups(wanted)
    outcome = _store_foods(wanted, groups, progress)
    if outcome.created or outcome.updated:
        _tell_others(wanted)
    return outcome


def _older(food: Wanted) -> list[Fault]:
    "A fault where a newer table than that of *food* is there"
    Food = Pool().get('aid.ciqual.food')
    newest = Food.search([], order=[('year', 'DESC')], limit=1)
    if not newest or newest[0].year <= food['year']:
        return []
    return [Fault(
            1, '', str(food['year']),
            f"the table of {newest[0].year} is there, which is newer: take "
            "that of the same year or later (its year in the file's name)")]


def _name_fields(language: str) -> tuple[str, ...]:
    "The fields that a sheet in *language* gives names to"
    return ('name_english',) if language == 'en' else ('name',)


def _store_constituents(food: Wanted) -> None:
    Constituent = Pool().get('aid.ciqual.constituent')
    there = {c.name: c for c in Constituent.search([])}
    new = [c for c in food['constituents'] if c.code not in there]
    with Transaction().set_context(language='en'):
        created = Constituent.create([{
                    'name': constituent.code,
                    'string': _titled(constituent.name, constituent.unit),
                    'type_': 'char',
                    'unit': (
                        constituent.unit
                        if constituent.unit != NO_UNIT else None),
                    'infoods': constituent.infoods or None,
                    'sequence': 10 * (len(there) + place),
                    } for place, constituent in enumerate(new, 1)])
    # The table has its own names in French
    with Transaction().set_context(language='fr'):
        actions: list[Any] = []
        for constituent, record in zip(new, Constituent.browse(created)):
            actions += [[record], {'string': _titled(
                        constituent.french, constituent.unit)}]
        if actions:
            Constituent.write(*actions)


def _titled(name: str, unit: str) -> str:
    return name if unit == NO_UNIT else f"{name} ({unit})"


def _store_groups(wanted: list[Wanted]) -> dict[str, int]:
    "The groups of all three levels; their ids by code"
    Group = Pool().get('aid.ciqual.group')
    names: dict[str, Counter] = {}
    parents: dict[str, str | None] = {}
    for food in wanted:
        above = None
        for code, name in food['groups']:
            names.setdefault(code, Counter())
            if name:
                names[code][name] += 1
            parents.setdefault(code, above)
            above = code
    field, = _name_fields(wanted[0]['language'])
    there = {group.code: group for group in Group.search([])}
    # What stands above has a shorter code
    for code in sorted(names, key=lambda code: (len(code), code)):
        name = names[code].most_common(1)[0][0] if names[code] else None
        values: dict[str, Any] = {
            'parent': there[parents[code]].id if parents[code] else None}
        if name:
            values[field] = name
        if code not in there:
            there[code], = Group.create([
                    {'name': name or code, **values, 'code': code}])
            continue
        differing = _differing(there[code], values)
        if differing:
            Group.write([there[code]], differing)
    return {code: group.id for code, group in there.items()}


def _differing(record: Any, values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in values.items()
        if getattr(
            getattr(record, name), 'id', getattr(record, name)) != value}


def _store_foods(
        wanted: list[Wanted], groups: dict[str, int], progress: Progress
        ) -> Outcome:
    Food = Pool().get('aid.ciqual.food')
    outcome = Outcome()
    ids = _ids_by_code(Food)
    with progress(len(wanted), "Ciqual") as advance:
        for slice_ in grouped_slice(wanted, _AT_ONCE):
            rows = list(slice_)
            # Browsed together they are read together, and no more of them
            # than the cache of a transaction holds
            there = {food.code: food for food in Food.browse([
                        ids[row['code']] for row in rows
                        if row['code'] in ids])}
            vlist, actions = [], []
            for row in rows:
                values = _values(row, groups)
                food = there.get(row['code'])
                if not food:
                    # With the main values, which are else a write of each
                    vlist.append({
                            'name': row['name'], **values,
                            **Food.main_values(row['contents']),
                            'code': row['code']})
                elif differing := _differing(food, values):
                    actions += [[food], differing]
            if vlist:
                Food.create(vlist)
            if actions:
                Food.write(*actions)
            outcome.created += len(vlist)
            outcome.updated += len(actions) // 2
            outcome.unchanged += len(rows) - len(vlist) - len(actions) // 2
            advance(len(rows))
    return outcome


def _ids_by_code(Food: type) -> dict[str, int]:
    # A search makes a record of each, and thousands of them know each other
    food = Food.__table__()
    cursor = Transaction().connection.cursor()
    cursor.execute(*food.select(food.code, food.id))
    return dict(cursor)


def _values(row: Wanted, groups: dict[str, int]) -> dict[str, Any]:
    values = {
        'name_scientific': row['name_scientific'],
        'group': groups[row['groups'][-1][0]] if row['groups'] else None,
        'year': row['year'],
        'contents': row['contents'] or None,
        }
    for field in _name_fields(row['language']):
        values[field] = row['name']
    return values


def _tell_others(wanted: list[Wanted]) -> None:
    "Reckon again what is taken from the table"
    pool = Pool()
    Composition = pool.get('aid.product.composition')
    pool.get('aid.nutrition.average').take_means()
    Composition.score_again(Composition.search([
                ('ciqual_food', '!=', None),
                ]))
