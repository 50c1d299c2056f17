"""The table of Ciqual (ANSES), as it is published: rows into foods.

CSV, TSV or XLSX, French or English, the layouts of 2020 and 2025 and what
comes after them: columns are found by their headers. Plain functions, no
database. Whoever publishes what is made of it cites "Anses, Table de
composition nutritionnelle des aliments Ciqual" with its year (Licence
Ouverte).
"""
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from aid_nutrition import constituents, plausibility
from aid_nutrition.constituents import Constituent

from .table import Fault, FileError, read_rows

__all__ = ['read', 'year_of']

Wanted = dict[str, Any]

#: Our names of the columns that tell what a food is; {} is the language
_IDENTITY = {
    'group_1': 'alim_grp_code', 'group_2': 'alim_ssgrp_code',
    'group_3': 'alim_ssssgrp_code', 'group_name_1': 'alim_grp_nom_{}',
    'group_name_2': 'alim_ssgrp_nom_{}',
    'group_name_3': 'alim_ssssgrp_nom_{}', 'code': 'alim_code',
    'name': 'alim_nom_{}', 'name_scientific': 'alim_nom_sci'}
_LANGUAGES = {'fr': 'fr', 'eng': 'en'}
# Constituents that plausibility knows
_CHECKED = (
    *plausibility.WEIGHTS, 'alcohol', 'organic_acids', 'polyols', 'energy_kj')
#: What analyses of several samples may differ, in g of 100 g
SLACK = Decimal(5)


@dataclass(frozen=True)
class _Layout:
    "Where the columns of a file are"
    headers: list[str]
    language: str
    identity: dict[str, int]
    constituents: dict[int, Constituent]


def read(path: Path) -> tuple[list[Wanted], list[Fault]]:
    """Read *path* into what each food is to be, and what is wrong in it.

    A food has ``line``, ``code``, ``name``, ``name_scientific``, ``groups``
    (code and name of each level that there is), ``contents`` (the cells that
    are known, by code of constituent), and what is the same for all of them:
    ``language``, ``year`` and ``constituents``.

    Raises FileError when it is no table at all.
    """
    if path.suffix.lower() == '.xls':
        raise FileError(
            f"{path} is a workbook of an old kind: save it as .xlsx, or as "
            "\"CSV UTF-8\"")
    rows = read_rows(path)
    _, headers = next(rows, (1, []))
    layout, faults = _layout(headers)
    if layout is None:
        return [], faults
    shared = {
        'language': layout.language,
        'year': year_of(path.name, layout.constituents.values()),
        'constituents': tuple(layout.constituents.values())}
    foods: dict[str, Wanted] = {}
    for line, cells in rows:
        food = _food(line, cells, layout, faults)
        if food is None:
            continue
        twin = foods.setdefault(food['code'], {**food, **shared})
        if twin['line'] != line and not _merge(twin, food):
            faults.append(Fault(
                    line, layout.headers[layout.identity['code']],
                    food['code'], "stands already on line "
                    f"{twin['line']} with other values: remove one"))
    wanted = []
    for food in foods.values():
        found = list(_implausible(food, layout))
        faults += found
        if not found:
            wanted.append(food)
    bad = {fault.line for fault in faults}
    return [food for food in wanted if food['line'] not in bad], faults


def year_of(name: str, told: Sequence[Constituent]) -> int:
    """The year of a table, from the *name* of its file, else its columns.

    No cell of it says.
    """
    if found := re.search(r'20[1-9]\d', name):
        return int(found[0])
    return 2025 if any(c.code == 'jones_factor' for c in told) else 2020


def _layout(headers: list[str]) -> tuple[_Layout | None, list[Fault]]:
    faults = []
    language = next(
        (code for code in _LANGUAGES if f'alim_nom_{code}' in headers), 'fr')
    names = {
        name: header.format(language) for name, header in _IDENTITY.items()}
    for header in names.values():
        if header not in headers:
            faults.append(Fault(
                    1, header, '', "this column is missing: take the table "
                    "as Ciqual publishes it, in one sheet"))
    found: dict[int, Constituent] = {}
    seen: dict[str, str] = {}
    for index, header in enumerate(headers):
        constituent = constituents.constituent_of(header)
        if constituent is None:
            if header and header not in names.values():
                faults.append(Fault(
                        1, _one_line(header), '', "says no constituent and "
                        "unit, such as \"Fer (mg/100 g)\": correct it"))
        elif constituent.code in seen:
            faults.append(Fault(
                    1, _one_line(header), '',
                    f"says the same as \"{seen[constituent.code]}\": remove "
                    "one"))
        else:
            found[index] = constituent
            seen[constituent.code] = _one_line(header)
    if not found and not faults:
        faults.append(Fault(
                1, '', '', "there is no constituent: take the table as "
                "Ciqual publishes it"))
    if faults:
        return None, faults
    return _Layout(
        headers, _LANGUAGES[language],
        {name: headers.index(header) for name, header in names.items()},
        found), faults


def _one_line(header: str) -> str:
    return ' '.join(header.split())


def _food(
        line: int, cells: list[str], layout: _Layout,
        faults: list[Fault]) -> Wanted | None:
    "The food of one row; None, and why in *faults*, where it has none"
    if len(cells) != len(layout.headers):
        faults.append(Fault(
                line, _one_line(layout.headers[
                        min(len(cells), len(layout.headers) - 1)]), '',
                f"the row has {len(cells)} cells, the header "
                f"{len(layout.headers)}: compare it with the published "
                "table"))
        return None
    texts = {name: cells[i] for name, i in layout.identity.items()}
    before = len(faults)
    code = re.sub(r'\.0$', '', texts['code'])
    if not code.isdigit():
        faults.append(Fault(
                line, 'alim_code', texts['code'],
                "is no code of a food: write its number"))
    if not texts['name']:
        faults.append(Fault(
                line, layout.headers[layout.identity['name']], '',
                "is empty: fill it in"))
    contents = {}
    for index, constituent in layout.constituents.items():
        advice = None
        try:
            text = constituents.printed(cells[index])
            advice = _impossible(constituent, text)
        except ValueError:
            advice = (
                "is no amount: write for example 0,25 or < 0,2, \"traces\", "
                "or \"-\" if it is not known")
        if advice:
            faults.append(Fault(
                    line, _one_line(layout.headers[index]), cells[index],
                    advice))
        elif text is not None:
            contents[constituent.code] = text
    if len(faults) > before:
        return None
    return {
        'line': line, 'code': code, 'name': texts['name'],
        'name_scientific': _said(texts['name_scientific']),
        'groups': _groups(texts), 'contents': contents}


def _impossible(constituent: Constituent, text: str | None) -> str | None:
    value = constituents.amount(text).value
    if value is None:
        return None
    if value < 0:
        return "is less than 0: correct it"
    grams = constituents.in_grams(value, constituent.unit)
    if grams is not None and grams > 100:
        return "is more than 100 g in 100 g: correct it"
    return None


def _said(text: str) -> str | None:
    return None if text in {'', '-'} else text


def _groups(texts: dict[str, str]) -> tuple[tuple[str, str | None], ...]:
    "Code and name of the levels that there are; a code of zeros is none"
    return tuple(
        (texts[f'group_{level}'], _said(texts[f'group_name_{level}']))
        for level in (1, 2, 3)
        if texts[f'group_{level}']
        and (level == 1 or texts[f'group_{level}'].strip('0')))


def _merge(twin: Wanted, food: Wanted) -> bool:
    """Whether *food* contradicts nothing of *twin*, to which it is added.

    The table of 2020 tells of wheat bran on two rows, one value on the first
    and the others on the second.
    """
    there = twin['contents']
    if any(there.get(code, text) != text
            for code, text in food['contents'].items()):
        return False
    there.update(food['contents'])
    if len(food['contents']) > len(there) / 2:
        twin['groups'] = food['groups']
    return True


def _implausible(food: Wanted, layout: _Layout) -> list[Fault]:
    "What cannot be true of the values of *food* together"
    contents = food['contents']
    # What is below a limit or but a trace contradicts nothing
    exact = {}
    for code in _CHECKED:
        kind, value = constituents.amount(contents.get(code))
        exact[code] = value if kind == 'exact' else None
    faults = []
    for fault in plausibility.faults(exact, slack=SLACK):
        if fault.kind == 'part':
            faults.append(_fault(
                    food, layout, fault.name, "is more than the "
                    f"{fault.whole} it is a part of: correct one"))
        elif fault.kind == 'sum':
            faults.append(_fault(
                    food, layout, 'fat', "together with what else it holds "
                    f"makes {fault.value} g in 100 g: correct it"))
    for energy in ('energy_kj', 'energy_jones_kj'):
        expected = plausibility.energy_doubt({
                **{code: constituents.amount(contents.get(code)).value
                    for code in _CHECKED},
                'energy_kj': constituents.amount(contents.get(energy)).value})
        if expected is not None:
            faults.append(_fault(
                    food, layout, energy, "is more than 25 % away from the "
                    f"{expected:.0f} kJ of what it holds: correct one"))
    return faults


def _fault(
        food: Wanted, layout: _Layout, code: str, advice: str) -> Fault:
    column = next(
        (layout.headers[i] for i, c in layout.constituents.items()
            if c.code == code), code)
    return Fault(
        food['line'], _one_line(column), food['contents'].get(code, ''),
        advice)
