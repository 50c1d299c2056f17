"""How long it takes to find who can come, and to report a branch's hours.

    python tests/benchmark/volunteers.py [--quick]

Fills a PostgreSQL of its own, by bulk SQL, with 730 branches, 75,000
volunteers and 1 million sign-ups of 166,000 shifts of seven months;
``--quick`` takes a tenth of the sign-ups. One branch has 2,100 volunteers,
the others 100. Asks *who can come?* for a shift of tomorrow at both kinds of
branch, once the shift itself is read, and the reports as the screen does.
Prints a table and, as its last line, one JSON object.
"""
from __future__ import annotations

import argparse
import datetime as dt
import json
import pathlib
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / 'tests'), str(ROOT / 'modules')]

from measuring import counted, met  # noqa: E402

NAME = 'volunteers'
BRANCHES, VOLUNTEERS, A_BRANCH = 730, 75_000, 100
A_SHIFT = 6
SIGNUPS = 1_000_000
#: Days ahead of which a shift stands each day and branch
AHEAD = 12
ROUNDS = 9
#: What the issue asks for
BARS = {'who_ms': 200, 'who_statements': 5, 'month_ms': 500}

#: Ids are those of the copies, the first of each is the one made by hand
LOAD = """
    INSERT INTO aid_branch
        (id, name, code, kind, company, parent, path, party, has_stock,
            active)
    SELECT {branch} + n, 'Branch ' || n, 'B' || n, 'site', company, parent,
        substring(path from '^.*/(?=[0-9]+/$)') || ({branch} + n) || '/',
        party, false, true
    FROM aid_branch, generate_series(1, {branches} - 1) n
    WHERE id = {branch};

    INSERT INTO aid_volunteer
        (id, branch, code, first_name, last_name, search_key, phone,
            phone_key, card_code, active)
    SELECT {volunteer} + n, {branch} + CASE
            WHEN n < {branches} * {a_branch} THEN n / {a_branch} ELSE 0 END,
        'V' || n, 'First' || n % 97, 'Last' || n % 8999,
        'first' || n % 97 || ' last' || n % 8999, '0600000000',
        '600000' || n, 'CARD' || n, true
    FROM generate_series(1, {volunteers} - 1) n;

    INSERT INTO aid_volunteer_engagement
        (volunteer, branch, kind, valid_from)
    SELECT id, branch, 'regular', '2020-01-01'
    FROM aid_volunteer WHERE id > {volunteer};

    INSERT INTO aid_volunteer_availability
        (volunteer, weekday, start, "end", cannot)
    SELECT v.id, CASE WHEN v.id % 3 = 0 THEN NULL
            ELSE ((v.id + n) % 7)::text END,
        '07:00', '21:00', v.id % 20 = 0 AND n = 1
    FROM aid_volunteer v, generate_series(1, 2) n WHERE v.id % 4 > 0;

    INSERT INTO aid_mission (id, name, branch, kind, headcount, active)
    SELECT {mission} + n, 'Distribution', {branch} + n, kind, headcount, true
    FROM aid_mission, generate_series(1, {branches} - 1) n
    WHERE id = {mission};

    INSERT INTO aid_shift
        (id, branch, mission, date, from_time, to_time, start, "end",
            headcount, taken, state)
    SELECT {shift} + n, {branch} + n % {branches},
        {mission} + n % {branches}, d, '09:00', '12:00',
        d + interval '8 hours', d + interval '11 hours', {a_shift} + 2,
        {a_shift},
        CASE WHEN d < current_date THEN 'closed' ELSE 'open' END
    FROM generate_series(1, {shifts}) n,
        LATERAL (SELECT current_date + {ahead} - n / {branches} AS d) day;

    INSERT INTO aid_shift_signup
        (shift, volunteer, state, hours, approved_by)
    SELECT s.id, {volunteer} + (s.branch - {branch}) * {a_branch}
            + ((s.date - date '2000-01-01') * {a_shift} + j) % {a_branch},
        CASE WHEN s.state = 'closed' THEN 'present' ELSE 'coming' END,
        CASE WHEN s.state = 'closed' THEN 3 END,
        CASE WHEN s.state = 'closed' THEN 1 END
    FROM aid_shift s, generate_series(0, {a_shift} - 1) j
    WHERE s.id > {shift};
    """


def prepare(cluster, signups: int) -> dict[str, int]:
    "A database with the network; ids of what was made by hand"
    from maillon.command import database

    database.configure(uri=cluster.uri)
    database.create(NAME)
    database.activate(NAME, modules=['aid_volunteer'], languages=[])
    made = database.run(NAME, make)
    for statement in LOAD.format(
            **made, branches=BRANCHES, volunteers=VOLUNTEERS,
            a_branch=A_BRANCH, a_shift=A_SHIFT, ahead=AHEAD,
            shifts=signups // A_SHIFT).split(';'):
        if statement.strip():
            cluster.execute(statement, NAME)
    cluster.execute('VACUUM ANALYZE', NAME)
    return made


def make() -> dict[str, int]:
    "What the rows are copies of, and the officers who ask"
    from aid_branch.tests.network import create_network, create_user
    from aid_volunteer.tests.people import (
        create_mission, create_shift, create_volunteer)

    network = create_network()
    branch = network['other']
    mission = create_mission(branch)
    create_user('head', [], ['group_head_office'], all_branches=True)
    create_user('officer', [branch], ['group_branch_officer'])
    return {
        'branch': branch.id, 'mission': mission.id,
        'shift': create_shift(mission, days=400).id,
        'volunteer': create_volunteer(branch).id,
        'national': network['national'].id,
        }


def ask(login: str, branch: int | None, work, before=None) -> dict:
    """What *work* takes as the user *login*: statements, median ms, rows.

    Each round is a transaction of its own, as each request of a client is;
    of the first one, what a server reads once is left out.

    :param before: reads what is asked about: its statements are not counted,
        its time is
    """
    from trytond.pool import Pool
    from trytond.transaction import Transaction

    from aid_branch.tests.network import as_user

    times, statements, rows = [], [], 0
    for round_ in range(ROUNDS + 1):
        with Transaction().start(NAME, 1, readonly=True):
            user, = Pool().get('res.user').search([('login', '=', login)])
            with as_user(user, branch=branch):
                start = time.perf_counter()
                about = [before()] if before else []
                with counted() as statements:
                    rows = len(work(*about))
                taken = (time.perf_counter() - start) * 1000
        if round_:
            times.append(taken)
    return {
        'rows': rows, 'statements': len(statements),
        'ms': round(statistics.median(times), 1),
        }


def who(branch: int):
    "Who can come, and to which shift: of *branch*, tomorrow, read completely"
    from trytond.pool import Pool

    from aid_volunteer.who_can_come import who_can_come

    Shift = Pool().get('aid.shift')
    (shift_id,) = [s.id for s in Shift.search([
                ('branch', '=', branch),
                ('date', '=', dt.date.today() + dt.timedelta(1)),
                ], limit=1)]

    def before():
        shift = Shift(shift_id)
        shift.local_times()
        list(shift.mission.kind.skills)
        return shift
    return who_can_come, before


def report(name: str):
    "A report, as the list of a client reads it"
    from trytond.pool import Pool

    Report = Pool().get(f'aid.volunteer.hours.{name}')
    names = [
        n for n in ['branch', 'branch.rec_name', 'month', 'hours', 'times',
            'volunteers', 'volunteer', 'volunteer.rec_name', 'rec_name']
        if n.split('.')[0] in Report._fields]
    return lambda: Report.search_read([], limit=1000, fields_names=names)


def value(branch: int):
    "What the hours of a year of *branch* and all below it are worth"
    from trytond.pool import Pool

    from aid_volunteer.value import statement

    today = dt.date.today()
    return lambda: statement(
        Pool().get('aid.branch')(branch), today.replace(month=1, day=1),
        today)


def measure(made: dict[str, int]) -> dict[str, dict]:
    "Each question, and what it takes"
    from trytond.pool import Pool

    Pool(NAME).init()
    from trytond.transaction import Transaction
    with Transaction().start(NAME, 1, readonly=True):
        large, national = made['branch'], made['national']
        questions = {
            'who can come, 100 volunteers': (
                'head', large + 5, *who(large + 5)),
            'who can come, 2,100 volunteers': (
                'officer', large, *who(large)),
            'hours by month, a branch': ('officer', large, report('month')),
            'hours by volunteer, a branch': (
                'officer', large, report('volunteer')),
            'hours by branch, the network': (
                'head', None, report('branch')),
            'value of hours, the network': (
                'head', None, value(national)),
            }
    return {
        label: ask(*question) for label, question in questions.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        '--quick', action='store_true', help="a tenth of the sign-ups")
    options = parser.parse_args()
    from cluster import Cluster

    signups = SIGNUPS // 10 if options.quick else SIGNUPS
    cluster = Cluster()
    cluster.start()
    try:
        start = time.perf_counter()
        made = prepare(cluster, signups)
        filled = round(time.perf_counter() - start)
        rows = measure(made)
    finally:
        cluster.stop()
    print(
        f"\n{VOLUNTEERS:,} volunteers, {signups:,} sign-ups, filled in "
        f"{filled} s")
    print(f"{'':34}{'rows':>6}{'statements':>11}{'ms':>9}")
    for label, row in rows.items():
        print(
            f"{label:34}{row['rows']:6}{row['statements']:11}"
            f"{row['ms']:9.1f}")
    print(json.dumps(summary(rows, signups)))


def summary(rows: dict[str, dict], signups: int) -> dict:
    "The figures of the bars, and whether they are met"
    asked = [row for label, row in rows.items() if label.startswith('who')]
    figures = {
        'who_ms': max(row['ms'] for row in asked),
        'who_statements': max(row['statements'] for row in asked),
        'month_ms': rows['hours by month, a branch']['ms'],
        }
    return {
        'benchmark': 'volunteers', 'volunteers': VOLUNTEERS,
        'signups': signups, **figures,
        'met': met(figures, BARS),
        'questions': rows,
        }


if __name__ == '__main__':
    main()
