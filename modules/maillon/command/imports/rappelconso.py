"""Notices of recall of RappelConso, as the State exports them.

``rappelconso-v2-gtin-espaces`` (a row for each notice) and
``rappelconso-v2-gtin-trie`` (a row for each barcode of a notice), CSV or
JSON, a reply of the API, and the data set of 2021 to 2024: columns are found
by all the names they had, what else there is is left aside. At least:

numero_fiche     the number of the notice (reference_fiche)
numero_version   its version (ndeg_de_version)

A notice is found again by its number. A newer version takes the place of an
older one, an older one that comes after changes nothing; a notice that was
typed with the number becomes the official one. What changed is compared with
the goods of the network at once.

It is a file of others, which nobody here corrects: a row with something
wrong is listed and left out, and the others come in.
"""
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trytond.pool import Pool
from trytond.tools import grouped_slice

from aid_branch.slices import slices

from . import Outcome, Progress, rappelconso_record, silent
from .advice import advise
from .table import (
    Cells, Fault, FileError, Row, read_csv, read_headers, read_text)

__all__ = ['read', 'store', 'is_foreign', 'COLUMNS', 'REQUIRED']

REQUIRED = ['numero_fiche', 'numero_version']
COLUMNS = [names[0] for names in rappelconso_record.COLUMNS.values()]

#: Numbers that are asked for at once
_AT_ONCE = 1000

Wanted = dict[str, Any]


def is_foreign(path: Path) -> bool:
    "That the file is somebody else's, so that bad rows are left out"
    return True


def read(path: Path) -> tuple[list[Wanted], list[Fault]]:
    """Read *path* into what each notice is to be, and what is wrong in it.

    Of several versions the newest; the rows of one notice are put together.
    """
    faults = _missing_columns(path)
    if faults:
        return [], faults
    notices: dict[str, Wanted] = {}
    for line, record in _records(path):
        wanted = _read_record(line, record, faults)
        if not wanted:
            continue
        there = notices.setdefault(wanted['reference'], wanted)
        if wanted['version'] > there['version']:
            notices[wanted['reference']] = wanted
        elif wanted['version'] == there['version']:
            there['items'] += [
                item for item in wanted['items']
                if item not in there['items']]
    return list(notices.values()), faults


def _is_json(path: Path) -> bool:
    return path.suffix.lower() in {'.json', '.jsonl'}


def _missing_columns(path: Path) -> list[Fault]:
    "Faults of the header of a table"
    if _is_json(path):
        return []
    headers = set(read_headers(path))
    return [
        Fault(1, names[0], '', advise('not_rappelconso'))
        for names in map(
            rappelconso_record.COLUMNS.get, ['reference', 'version'])
        if not headers.intersection(names)]


def _records(path: Path) -> Iterator[tuple[int, Any]]:
    "Each record with its line, or its place after a header in a JSON list"
    if not _is_json(path):
        for row in read_csv(path):
            yield row.line, row.cells
        return
    yield from enumerate(_documents(path), 2)


def _documents(path: Path) -> list[Any]:
    text = read_text(path)
    if not text.strip():
        raise FileError.of(path, advise('empty_file'))
    try:
        try:
            found = json.loads(text)
        except ValueError:
            found = [
                json.loads(line) for line in text.splitlines()
                if line.strip()]
    except ValueError as error:
        raise FileError.of(path, advise('not_json')) from error
    if isinstance(found, dict):
        found = found.get('results', found.get('records', [found]))
    return [_fields(document) for document in found]


def _fields(document: Any) -> Any:
    "The record in a *document*, however the API wraps it"
    if isinstance(document, dict):
        for wrapping in ['record', 'fields']:
            if isinstance(document.get(wrapping), dict):
                return _fields(document[wrapping])
    return document


def _read_record(
        line: int, record: Any, faults: list[Fault]) -> Wanted | None:
    if not isinstance(record, dict):
        faults.append(Fault(
                line, REQUIRED[0], str(record), advise('no_notice')))
        return None
    told = rappelconso_record.cells(record)
    names = {
        name: next((c for c in columns if c in record), columns[0])
        for name, columns in rappelconso_record.COLUMNS.items()}
    cells = Cells(
        Row(line, {
                names[name]: value for name, value in told.items()
                if not isinstance(value, list)}), faults)
    reference = cells.text(names['reference'], required=True)
    version = cells.integer(names['version'], required=True)
    values = rappelconso_record.notice(told)
    if not values['title']:
        cells.fault(names['title'], advise('empty'))
    if told['published'] and not values['published']:
        cells.fault(names['published'], advise('not_date'))
    if not cells.sound:
        return None
    return {
        'line': line,
        'reference': reference,
        'version': version,
        'values': values,
        'items': rappelconso_record.items(told),
        }


def store(wanted: list[Wanted], progress: Progress = silent) -> Outcome:
    """Make or change the notices, in bulk, and compare what changed.

    In the current transaction, as somebody who may.
    """
    Notice = Pool().get('aid.recall.notice')
    known = _known(wanted)
    outcome = Outcome()
    touched: list = []
    with progress(len(wanted), "Notices") as advance:
        for rows in slices(wanted):
            new = [row for row in rows if row['reference'] not in known]
            touched += Notice.create([_created(row) for row in new])
            outcome.created += len(new)
            changes = [
                (notice, change) for row in rows
                if (notice := known.get(row['reference']))
                and (change := _change(row, notice))]
            if changes:
                Notice.write(*[
                        part for notice, change in changes
                        for part in ([notice], change)])
            touched += [notice for notice, _ in changes]
            outcome.updated += len(changes)
            outcome.unchanged += len(rows) - len(new) - len(changes)
            advance(len(rows))
    if touched:
        Notice.compare(touched)
    return outcome


def _known(wanted: list[Wanted]) -> dict[str, Any]:
    "The notices that are there by their number, official ones before typed"
    Notice = Pool().get('aid.recall.notice')
    found: dict[str, Any] = {}
    for rows in grouped_slice(wanted, _AT_ONCE):
        for notice in Notice.search([
                    ('reference', 'in', [row['reference'] for row in rows]),
                    ], order=[('source', 'DESC'), ('id', 'ASC')]):
            found[notice.reference] = notice
    return found


def _created(row: Wanted) -> dict[str, Any]:
    return {
        'source': 'rappelconso',
        'reference': row['reference'],
        'version': row['version'],
        **row['values'],
        'items': [('create', row['items'])],
        }


def _change(row: Wanted, notice: Any) -> dict[str, Any]:
    """What *row* changes of *notice*, nothing if it is the older one.

    What was put aside is looked at again once it says something else.
    """
    if notice.source == 'rappelconso' and row['version'] < notice.version:
        return {}
    wanted = {
        'source': 'rappelconso', 'version': row['version'], **row['values']}
    change: dict[str, Any] = {
        name: value for name, value in wanted.items()
        if getattr(notice, name) != value}
    there = [
        {name: getattr(item, name) for name in values}
        for item, values in zip(notice.items, row['items'])]
    if there != row['items'] or len(notice.items) != len(row['items']):
        change['items'] = [
            ('delete', [item.id for item in notice.items]),
            ('create', row['items'])]
    if change and notice.state == 'dismissed':
        change['state'] = 'new'
    return change
