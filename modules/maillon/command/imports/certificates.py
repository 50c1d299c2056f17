"""Certificates of volunteers from a CSV file.

Columns (``course``, ``obtained_on`` and one of ``volunteer`` and ``email`` are
needed, the order is free):

=========== ===============================================================
volunteer   the volunteer's number, such as B000123
email       of the volunteer, instead of the number
course      code of the course, such as pse2
obtained_on the day it was obtained
valid_until only where the paper itself says so; empty: the rule of the course
reference   the number on the paper
=========== ===============================================================

A certificate is found again by its volunteer, course and day. Volunteers are
not made: a row for somebody unknown is a fault.
"""
from collections import defaultdict
from pathlib import Path
from typing import Any

from trytond.pool import Pool
from trytond.tools import grouped_slice

from aid_branch.person import age_on
from aid_branch.slices import slices
from aid_volunteer.likeness import email_key

from . import Outcome, Progress, silent
from .advice import Advice, advise
from .table import Cells, Fault, read_csv, read_headers, unknown_columns

__all__ = ['read', 'store', 'COLUMNS', 'REQUIRED']

REQUIRED = ['course', 'obtained_on']
COLUMNS = ['volunteer', 'email', *REQUIRED, 'valid_until', 'reference']

Wanted = dict[str, Any]


def read(path: Path) -> tuple[list[Wanted], list[Fault]]:
    "Read *path* into what each certificate is to be, and what is wrong"
    faults = unknown_columns(read_headers(path), COLUMNS, REQUIRED)
    wanted: list[Wanted] = []
    if faults:
        return wanted, faults
    for row in read_csv(path):
        cells = Cells(row, faults)
        values: Wanted = {
            'line': row.line,
            'volunteer': cells.text('volunteer'),
            'email': cells.text('email'),
            'course': cells.text('course', required=True),
            'obtained_on': cells.date('obtained_on', required=True),
            'stated_until': cells.date('valid_until'),
            'reference': cells.text('reference'),
            }
        if not (values['volunteer'] or values['email']):
            cells.fault('volunteer', advise('nobody'))
        start, end = values['obtained_on'], values['stated_until']
        if start and end and end < start:
            cells.fault('valid_until', advise('ends_before_obtained'))
        if cells.sound:
            wanted.append(values)
    return wanted, faults


def store(
        wanted: list[Wanted], progress: Progress = silent) -> Outcome:
    """Make or correct the certificates, in bulk.

    In the current transaction, as somebody who may: rows for volunteers that
    the user does not see are rows for somebody unknown. Faults in the outcome
    mean that nothing was written.
    """
    faults = _find(wanted)
    if faults:
        return Outcome(faults=faults)
    Certificate = Pool().get('aid.certificate')
    outcome = Outcome()
    with progress(len(wanted), "Certificates") as advance:
        for rows in slices(wanted):
            known = _existing(rows)
            to_write: list[Any] = []
            for row in rows:
                certificate = known.get(_key(row))
                changed = certificate and {
                    name: row[name] for name in ['stated_until', 'reference']
                    if row[name] and getattr(certificate, name) != row[name]}
                if changed:
                    to_write += [[certificate], changed]
            new = [row for row in rows if _key(row) not in known]
            if to_write:
                Certificate.write(*to_write)
            if new:
                Certificate.create([_values(row) for row in new])
            updated = len(to_write) // 2
            outcome.created += len(new)
            outcome.updated += updated
            outcome.unchanged += len(rows) - len(new) - updated
            advance(len(rows))
    return outcome


def _find(wanted: list[Wanted]) -> list[Fault]:
    """Put the records into the rows, for what the rows call them by.

    :return: what does not fit the database or the other rows
    """
    Course = Pool().get('aid.course')
    courses = {c.code: c for c in Course.search([])}
    by_code = _volunteers('code', [
            r['volunteer'] for r in wanted if r['volunteer']])
    by_email = _volunteers('email_key', [
            email_key(r['email']) for r in wanted if r['email']])
    seen: dict[tuple, int] = {}
    faults: list[Fault] = []
    for row in wanted:
        def fault(column: str, advice: Advice) -> None:
            faults.append(Fault(
                    row['line'], column, str(row[column] or ''), advice))

        column = 'volunteer' if row['volunteer'] else 'email'
        found = (
            by_code[row['volunteer']] if row['volunteer']
            else by_email[email_key(row['email'])])
        row['person'] = found[0] if len(found) == 1 else None
        row['of'] = courses.get(row['course'])
        if not found:
            fault(column, advise('no_volunteer'))
        elif not row['person']:
            fault(column, advise('several_volunteers'))
        if not row['of']:
            fault('course', advise(
                    'no_course', courses=', '.join(sorted(courses))))
        if not (row['person'] and row['of']):
            continue
        if seen.setdefault(_key(row), row['line']) != row['line']:
            fault('course', advise('twice', line=seen[_key(row)]))
        born, least = row['person'].birth_date, row['of'].minimum_age
        if born and least and age_on(born, row['obtained_on']) < least:
            fault('obtained_on', advise('too_young', age=least))
    return faults


def _volunteers(name: str, values: list[str]) -> dict[str, list[Any]]:
    Volunteer = Pool().get('aid.volunteer')
    found: dict[str, list[Any]] = defaultdict(list)
    for slice_ in grouped_slice(sorted(filter(None, set(values)))):
        for volunteer in Volunteer.search([(name, 'in', list(slice_))]):
            found[getattr(volunteer, name)].append(volunteer)
    return found


def _key(row: Wanted) -> tuple:
    return row['person'].id, row['of'].id, row['obtained_on']


def _existing(rows: list[Wanted]) -> dict[tuple, Any]:
    Certificate = Pool().get('aid.certificate')
    return {
        (c.volunteer.id, c.course.id, c.obtained_on): c
        for c in Certificate.search([
                ('volunteer', 'in', [row['person'].id for row in rows]),
                ('course', 'in', [row['of'].id for row in rows]),
                ])}


def _values(row: Wanted) -> dict[str, Any]:
    return {
        'volunteer': row['person'].id,
        'course': row['of'].id,
        'source': 'import',
        **{name: row[name] for name in [
                'obtained_on', 'stated_until', 'reference']},
        }
