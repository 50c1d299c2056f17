"""Branches from a CSV file: the network as head office has it in a list.

Columns (``code``, ``name`` and ``kind`` are needed, the order is free):

============ ==============================================================
code         short and stable; by it a branch is found again
name         what the branch is called
kind         national, region, delegation, local_unit or site
parent       code of the branch above, in this file or already there
street       address
postal_code  address
city         address
country      ISO code of the country, FR if empty
phone        contact
email        contact
timezone     such as Indian/Reunion; empty: that of the company
has_stock    yes or no; empty: local units and sites keep goods
services     codes of services, separated by ``|``
============ ==============================================================
"""
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from trytond.pool import Pool
from trytond.transaction import inactive_records

from aid_branch.slices import slices

from . import Outcome, Progress, silent
from .table import Cells, Fault, read_csv, read_headers, unknown_columns

__all__ = ['read', 'store', 'COLUMNS', 'REQUIRED']

KINDS = ['national', 'region', 'delegation', 'local_unit', 'site']
REQUIRED = ['code', 'name', 'kind']
COLUMNS = [
    *REQUIRED, 'parent', 'street', 'postal_code', 'city', 'country', 'phone',
    'email', 'timezone', 'has_stock', 'services']
_CONTACTS = ['phone', 'email']
_ADDRESS = {
    'street': 'street_unstructured', 'postal_code': 'postal_code',
    'city': 'city'}

Wanted = dict[str, Any]


def read(path: Path) -> tuple[list[Wanted], list[Fault]]:
    """Read *path* into what each branch is to be, and what is wrong in it.

    The values keep their line in ``line``; codes are not yet looked up.
    """
    faults = unknown_columns(read_headers(path), COLUMNS, REQUIRED)
    wanted: list[Wanted] = []
    if faults:
        return wanted, faults
    seen: dict[str, int] = {}
    zones = available_timezones()
    for row in read_csv(path):
        cells = Cells(row, faults)
        code = cells.text('code', required=True)
        if code in seen:
            cells.fault(
                'code', f"stands already on line {seen[code]}: remove one")
        timezone = cells.text('timezone')
        if timezone and timezone not in zones:
            cells.fault('timezone', "no such zone: write as Europe/Paris")
        values = {
            'line': row.line,
            'code': code,
            'name': cells.text('name', required=True),
            'kind': cells.choice('kind', KINDS, required=True),
            'parent': cells.text('parent'),
            'street': cells.text('street'),
            'postal_code': cells.text('postal_code'),
            'city': cells.text('city'),
            'country': cells.text('country') or 'FR',
            'phone': cells.text('phone'),
            'email': cells.text('email'),
            'timezone': timezone,
            'has_stock': cells.boolean('has_stock'),
            'services': _codes(cells.text('services')),
            }
        if values['has_stock'] is None:
            values['has_stock'] = values['kind'] in {'local_unit', 'site'}
        if code:
            seen.setdefault(code, row.line)
        if cells.sound:
            wanted.append(values)
    return wanted, faults


def _codes(text: str | None) -> tuple[str, ...]:
    return tuple(
        code.strip() for code in (text or '').split('|') if code.strip())


def store(
        wanted: list[Wanted], progress: Progress = silent) -> Outcome:
    """Make or change the branches, the highest first, in bulk.

    In the current transaction, as somebody who may. Faults in the outcome
    (a parent, a service that does not exist, a circle) mean that nothing was
    written.
    """
    existing = _existing()
    services = _by_code('aid.service')
    faults = _check(wanted, existing, services)
    if faults:
        return Outcome(faults=faults)
    levels = _levels(wanted, existing)
    outcome = Outcome()
    with progress(len(wanted), "Branches") as advance:
        for level in levels:
            new = [w for w in level if w['code'] not in existing]
            for slice_ in slices(new):
                for branch in _create(slice_, existing, services):
                    existing[branch.code] = branch
                outcome.created += len(slice_)
                advance(len(slice_))
            known = [w for w in level if w not in new]
            changed = _change(known, existing, services)
            outcome.updated += changed
            outcome.unchanged += len(known) - changed
            advance(len(known))
    return outcome


def _existing() -> dict[str, Any]:
    with inactive_records():
        return _by_code('aid.branch')


def _by_code(model: str) -> dict[str, Any]:
    return {record.code: record for record in Pool().get(model).search([])}


def _check(
        wanted: list[Wanted], existing: dict[str, Any],
        services: dict[str, Any]) -> list[Fault]:
    "What in the rows does not fit the database or the other rows"
    codes = existing.keys() | {w['code'] for w in wanted}
    above = {code: _parent_code(b) for code, b in existing.items()}
    above |= {w['code']: w['parent'] for w in wanted}
    faults = []
    for values in wanted:
        line, parent = values['line'], values['parent']
        if parent and parent not in codes:
            faults.append(Fault(
                    line, 'parent', parent,
                    "there is no branch with this code: add its row"))
        elif _in_circle(values['code'], above):
            faults.append(Fault(
                    line, 'parent', parent,
                    "the branch would stand above itself: correct it"))
        for service in values['services']:
            if service not in services:
                faults.append(Fault(
                        line, 'services', service,
                        "no such service; there are: "
                        + ", ".join(sorted(services))))
    return faults


def _parent_code(branch: Any) -> str | None:
    return branch.parent.code if branch.parent else None


def _in_circle(code: str, above: dict[str, str | None]) -> bool:
    seen = {code}
    parent = above.get(code)
    while parent and parent not in seen:
        seen.add(parent)
        parent = above.get(parent)
    return parent == code


def _levels(
        wanted: list[Wanted], existing: dict[str, Any]
        ) -> Iterable[list[Wanted]]:
    "The rows in layers: what stands above is there before what is below"
    placed = set(existing)
    todo = list(wanted)
    while todo:
        layer = [
            w for w in todo if not w['parent'] or w['parent'] in placed]
        yield layer
        placed |= {w['code'] for w in layer}
        todo = [w for w in todo if w['code'] not in placed]


def _values(
        values: Wanted, existing: dict[str, Any], services: dict[str, Any]
        ) -> dict[str, Any]:
    "Field values of the branch itself"
    parent = existing.get(values['parent'])
    return {
        'name': values['name'],
        'kind': values['kind'],
        'parent': parent.id if parent else None,
        'timezone': values['timezone'],
        'has_stock': values['has_stock'],
        }


def _create(
        rows: list[Wanted], existing: dict[str, Any],
        services: dict[str, Any]) -> list[Any]:
    pool = Pool()
    Branch = pool.get('aid.branch')
    Party = pool.get('party.party')
    countries = _by_code('country.country')
    parties = Party.create([{
                'name': row['name'],
                'addresses': [('create', [
                            _address(row, countries)])],
                'contact_mechanisms': [('create', [
                            {'type': type_, 'value': row[type_]}
                            for type_ in _CONTACTS if row[type_]])],
                } for row in rows])
    return Branch.create([dict(
                _values(row, existing, services),
                code=row['code'],
                party=party.id,
                services=[('create', [
                            {'service': services[code].id}
                            for code in row['services']])])
            for row, party in zip(rows, parties)])


def _address(row: Wanted, countries: dict[str, Any]) -> dict[str, Any]:
    country = countries.get(row['country'])
    return {
        **{field: row[column] for column, field in _ADDRESS.items()},
        'country': country.id if country else None,
        }


def _change(
        rows: list[Wanted], existing: dict[str, Any],
        services: dict[str, Any]) -> int:
    "Write what differs and return how many branches it touched"
    Branch = Pool().get('aid.branch')
    # Browsed together they are read together.
    pairs = list(zip(
            rows, Branch.browse([existing[row['code']] for row in rows])))
    to_write: list[Any] = []
    touched = set()
    for row, branch in pairs:
        values = {
            name: value
            for name, value in _values(row, existing, services).items()
            if _plain(getattr(branch, name)) != value}
        missing = set(row['services']) - {
            s.service.code for s in branch.services}
        if missing:
            values['services'] = [('create', [
                        {'service': services[code].id}
                        for code in sorted(missing)])]
        if values:
            to_write += [[branch], values]
            touched.add(branch)
    if to_write:
        Branch.write(*to_write)
    touched |= _change_contacts(pairs)
    return len(touched)


def _plain(value: Any) -> Any:
    "A record as its id, other values as they are"
    return getattr(value, 'id', value)


def _change_contacts(pairs: list[tuple[Wanted, Any]]) -> set[Any]:
    "Write addresses and contacts that differ, return the branches concerned"
    pool = Pool()
    Address = pool.get('party.address')
    Contact = pool.get('party.contact_mechanism')
    addresses: list[Any] = []
    contacts: list[Any] = []
    new_addresses: list[dict[str, Any]] = []
    new_contacts: list[dict[str, Any]] = []
    touched = set()
    for row, branch in pairs:
        given = {
            field: row[column]
            for column, field in _ADDRESS.items() if row[column]}
        address = branch.party.addresses[0] if branch.party.addresses else None
        if address:
            given = {
                name: value for name, value in given.items()
                if getattr(address, name) != value}
        if given:
            touched.add(branch)
            if address:
                addresses += [[address], given]
            else:
                new_addresses.append(dict(given, party=branch.party.id))
        for type_ in _CONTACTS:
            contact = next((
                    c for c in branch.party.contact_mechanisms
                    if c.type == type_), None)
            if not row[type_] or contact and _same(contact, row[type_]):
                continue
            touched.add(branch)
            if contact:
                contacts += [[contact], {'value': row[type_]}]
            else:
                new_contacts.append({
                        'party': branch.party.id, 'type': type_,
                        'value': row[type_]})
    for Model, changed, new in [
            (Address, addresses, new_addresses),
            (Contact, contacts, new_contacts)]:
        if changed:
            Model.write(*changed)
        if new:
            Model.create(new)
    return touched


def _same(contact: Any, value: str) -> bool:
    "Whether *contact* is *value*, however Tryton has laid out its digits"
    Contact = Pool().get('party.contact_mechanism')
    return value in {contact.value, contact.value_compact} or (
        Contact(type=contact.type).format_value_compact(
            value=value, type_=contact.type) == contact.value_compact)
