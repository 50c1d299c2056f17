"""Households from a CSV file, with their members and an entitlement.

Columns (``code`` and ``branch`` are needed, the order is free):

================== ========================================================
code               the household's number, which names it outside its file
branch             code of the branch that follows it
first_name         of the person whose name stands for the household
last_name          of the same person
birth_years        a year, or a date, for each member, separated by ``|``;
                   the first is that person's
street             address
postal_code        address
city               address
phone              contact
email              contact
constraints        codes of what it does not take, separated by ``|``
consent_date       the day the person asked to have them written down
valid_from         first day of its entitlement
valid_until        last day of its entitlement
contribution       standard (if empty), free or rate
contribution_rate  with rate: the share of what the branch asks, 0.5
cap_kind           none (if empty), amount, kg, passages or items
cap_quantity       how much
cap_family_code    with items: code of the family
cap_period         week, month or whole
tolerance          share by which the cap may be passed, 0.1
================== ========================================================

A household is found again by its code. Members and entitlements that the file
adds are added; nothing that is there is taken away. The file holds names and
addresses: keep it as one keeps the household files themselves.
"""
import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

from trytond.pool import Pool
from trytond.tools import grouped_slice
from trytond.transaction import inactive_records

from aid_branch.slices import slices

from . import Outcome, Progress, silent
from .advice import Advice, advise
from .table import Cells, Fault, read_csv, read_headers, unknown_columns

__all__ = ['read', 'store', 'COLUMNS', 'REQUIRED']

REQUIRED = ['code', 'branch']
_NAMES = ['first_name', 'last_name']
_CONTACT = ['street', 'postal_code', 'city', 'phone', 'email']
_TERMS = [
    'valid_from', 'valid_until', 'contribution', 'contribution_rate',
    'cap_kind', 'cap_quantity', 'cap_family_code', 'cap_period', 'tolerance']
COLUMNS = [
    *REQUIRED, *_NAMES, 'birth_years', *_CONTACT, 'constraints',
    'consent_date', *_TERMS]
CONTRIBUTIONS = ['standard', 'free', 'rate']
CAP_KINDS = ['none', 'amount', 'kg', 'passages', 'items']
CAP_PERIODS = ['week', 'month', 'whole']

Wanted = dict[str, Any]
#: A birth as the file says it: a date, or a year
Birth = dt.date | int


def read(path: Path) -> tuple[list[Wanted], list[Fault]]:
    "Read *path* into what each household is to be, and what is wrong in it"
    faults = unknown_columns(read_headers(path), COLUMNS, REQUIRED)
    wanted: list[Wanted] = []
    if faults:
        return wanted, faults
    seen: dict[str, int] = {}
    for row in read_csv(path):
        cells = Cells(row, faults)
        code = cells.text('code', required=True)
        if code and seen.setdefault(code, row.line) != row.line:
            cells.fault('code', advise('twice', line=seen[code]))
        values: Wanted = {
            'line': row.line,
            'code': code,
            'branch': cells.text('branch', required=True),
            'births': _births(cells),
            'constraints': _codes(cells.text('constraints')),
            'consent_date': cells.date('consent_date'),
            'terms': _terms(cells),
            }
        for name in _NAMES + _CONTACT:
            values[name] = cells.text(name)
        if values['constraints'] and not values['consent_date']:
            cells.fault('consent_date', advise('no_consent'))
        if cells.sound:
            wanted.append(values)
    return wanted, faults


def _codes(text: str | None) -> list[str]:
    return [c.strip() for c in (text or '').split('|') if c.strip()]


def _births(cells: Cells) -> list[Birth]:
    births: list[Birth] = []
    this_year = dt.date.today().year
    for text in _codes(cells.text('birth_years')):
        try:
            birth: Birth = (
                int(text) if text.isdigit() else dt.date.fromisoformat(text))
            year = birth if isinstance(birth, int) else birth.year
            if not 1900 <= year <= this_year or (
                    isinstance(birth, dt.date) and birth > dt.date.today()):
                raise ValueError(text)
        except ValueError:
            cells.fault('birth_years', advise('not_birth', text=text))
            continue
        births.append(birth)
    return births


def _terms(cells: Cells) -> dict[str, Any] | None:
    "The entitlement of a row, or None when it has none"
    start = cells.date('valid_from')
    end = cells.date('valid_until')
    if not start and not end:
        return None
    if not start or not end:
        cells.fault(
            'valid_from' if not start else 'valid_until', advise('one_day'))
        return None
    if end < start:
        cells.fault('valid_until', advise('ends_before'))
    terms = {
        'valid_from': start,
        'valid_until': end,
        'contribution': cells.choice(
            'contribution', CONTRIBUTIONS) or 'standard',
        'contribution_rate': cells.decimal('contribution_rate', digits=4),
        'cap_kind': cells.choice('cap_kind', CAP_KINDS) or 'none',
        'cap_quantity': cells.decimal('cap_quantity', digits=3),
        'cap_family_code': cells.text('cap_family_code'),
        'cap_period': cells.choice('cap_period', CAP_PERIODS),
        'tolerance': cells.decimal('tolerance', digits=4),
        }
    needed = []
    if terms['contribution'] == 'rate':
        needed.append('contribution_rate')
    if terms['cap_kind'] != 'none':
        needed += ['cap_quantity', 'cap_period']
    if terms['cap_kind'] == 'items':
        needed.append('cap_family_code')
    for name in needed:
        if terms[name] is None:
            cells.fault(name, advise('not_entitled'))
    return {
        name: value for name, value in terms.items() if value is not None}


def store(
        wanted: list[Wanted], progress: Progress = silent) -> Outcome:
    """Make or complete the households, in bulk, and grant what they are due.

    In the current transaction, as somebody who may. Faults in the outcome
    mean that nothing was written.
    """
    branches = _by_code('aid.branch')
    kinds = _by_code('aid.household.constraint.kind')
    existing = _existing([row['code'] for row in wanted])
    faults = _check(wanted, branches, kinds, existing)
    if faults:
        return Outcome(faults=faults)
    outcome = Outcome()
    with progress(len(wanted), "Households") as advance:
        for rows in slices(wanted):
            new = [row for row in rows if row['code'] not in existing]
            for household in _create(new, branches, kinds):
                existing[household.code] = household
            known = [row for row in rows if row not in new]
            touched = _change(
                [(row, existing[row['code']]) for row in known], kinds)
            touched |= _entitle([
                    (row, existing[row['code']]) for row in rows])
            outcome.created += len(new)
            updated = len(touched & {row['code'] for row in known})
            outcome.updated += updated
            outcome.unchanged += len(known) - updated
            advance(len(rows))
    return outcome


def _by_code(model: str) -> dict[str, Any]:
    return {record.code: record for record in Pool().get(model).search([])}


def _existing(codes: list[str]) -> dict[str, Any]:
    Household = Pool().get('aid.household')
    with inactive_records():
        return {
            household.code: household
            for slice_ in grouped_slice(codes)
            for household in Household.search([('code', 'in', list(slice_))])}


def _check(
        wanted: list[Wanted], branches: dict[str, Any],
        kinds: dict[str, Any], existing: dict[str, Any]) -> list[Fault]:
    families = _by_code('aid.family')
    faults = []
    for row in wanted:
        def fault(column: str, value: str, advice: Advice) -> None:
            faults.append(Fault(row['line'], column, value, advice))

        if row['branch'] not in branches:
            fault('branch', row['branch'], advise('no_branch'))
        for code in row['constraints']:
            if code not in kinds:
                fault('constraints', code, advise(
                        'no_constraint', kinds=', '.join(sorted(kinds))))
        household = existing.get(row['code'])
        if household and household.branch.code != row['branch']:
            fault('branch', row['branch'], advise(
                    'other_branch', branch=household.branch.code))
        terms = row['terms']
        if not terms:
            continue
        family = terms.get('cap_family_code')
        if family and family not in families:
            fault('cap_family_code', family, advise('no_family'))
        if household and _in_the_way(household, terms):
            fault(
                'valid_from', str(terms['valid_from']),
                advise('in_the_way'))
    return faults


def _same_days(entitlement: Any, terms: dict[str, Any]) -> bool:
    return (
        entitlement.valid_from == terms['valid_from']
        and entitlement.valid_until == terms['valid_until'])


def _in_the_way(household: Any, terms: dict[str, Any]) -> bool:
    return any(
        entitlement.state == 'granted'
        and not _same_days(entitlement, terms)
        and entitlement.valid_from <= terms['valid_until']
        and entitlement.valid_until >= terms['valid_from']
        for entitlement in household.entitlements)


def _create(
        rows: list[Wanted], branches: dict[str, Any],
        kinds: dict[str, Any]) -> list[Any]:
    if not rows:
        return []
    Household = Pool().get('aid.household')
    return Household.create([{
                'code': row['code'],
                'branch': branches[row['branch']].id,
                **{name: row[name] for name in _CONTACT if row[name]},
                'members': [('create', _members(row))],
                'constraints': [('create', [{
                                'kind': kinds[code].id,
                                'consent_date': row['consent_date'],
                                } for code in row['constraints']])],
                } for row in rows])


def _members(row: Wanted) -> list[dict[str, Any]]:
    members = [_birth_values(birth) for birth in row['births']]
    if not members and any(row[name] for name in _NAMES):
        members.append({})
    if members:
        members[0] |= {name: row[name] for name in _NAMES}
        members[0]['main'] = True
    return members


def _birth_values(birth: Birth) -> dict[str, Any]:
    if isinstance(birth, int):
        return {'birth_year': birth}
    return {'birth_date': birth}


def _change(
        pairs: list[tuple[Wanted, Any]], kinds: dict[str, Any]) -> set[str]:
    "Add and write what differs, return the codes of those it touched"
    pool = Pool()
    Constraint = pool.get('aid.household.constraint')
    Household = pool.get('aid.household')
    Member = pool.get('aid.household.member')
    # Browsed together they are read together.
    pairs = list(zip(
            [row for row, _ in pairs],
            Household.browse([household for _, household in pairs])))
    touched = set()
    households: list[Any] = []
    names: list[Any] = []
    members: list[dict[str, Any]] = []
    constraints: list[dict[str, Any]] = []
    for row, household in pairs:
        values = {
            name: row[name] for name in _CONTACT
            if row[name] and getattr(household, name) != row[name]}
        if values:
            households += [[household], values]
        main = next((m for m in household.members if m.main), None)
        renamed = {
            name: row[name] for name in _NAMES
            if main and row[name] and getattr(main, name) != row[name]}
        if renamed:
            names += [[main], renamed]
        missing = Counter(row['births']) - Counter(
            m.birth_date or m.birth_year for m in household.members)
        added = [
            dict(_birth_values(birth), household=household.id)
            for birth in missing.elements()]
        members += added
        there = {c.kind for c in household.constraints}
        wished = [
            {'household': household.id, 'kind': kinds[code].id,
                'consent_date': row['consent_date']}
            for code in row['constraints'] if kinds[code] not in there]
        constraints += wished
        if values or renamed or added or wished:
            touched.add(row['code'])
    for Model, actions in [(Household, households), (Member, names)]:
        if actions:
            Model.write(*actions)
    for Model, vlist in [(Member, members), (Constraint, constraints)]:
        if vlist:
            Model.create(vlist)
    return touched


def _entitle(pairs: list[tuple[Wanted, Any]]) -> set[str]:
    "Propose and grant what is not there yet, return the codes concerned"
    Entitlement = Pool().get('aid.entitlement')
    vlist, touched = [], set()
    for row, household in pairs:
        terms = row['terms']
        if not terms or any(
                _same_days(entitlement, terms)
                for entitlement in household.entitlements):
            continue
        touched.add(row['code'])
        vlist.append({
                **terms,
                'household': household.id,
                'branch': household.branch.id,
                })
    if vlist:
        Entitlement.grant(Entitlement.create(vlist))
    return touched
