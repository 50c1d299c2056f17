"""The people of a national network: households, volunteers, none of them real.

Copies of what one household and one volunteer have left, see `national`. All
names are those of the demo, in every combination.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from trytond.pool import Pool

from aid_branch.card import ALPHABET as CARD_ALPHABET
from aid_branch.person import search_key
from aid_household import composition

from . import names
from .bulk import Numbers, code, copy, say, table, table_of

if TYPE_CHECKING:
    from .national import Load

__all__ = [
    'ADDRESS', 'HOUSEHOLDS', 'LOADED', 'PERIOD', 'PERIODS', 'name_all',
    'steps', 'tell']

#: Days of an entitlement, and how many a household has had, one by one: the
#: last one goes on after today
PERIOD, PERIODS = 182, 3
#: One household of so many has a constraint, which does not say why
CONSTRAINED_ONE_IN = 4
CONSTRAINTS = ['no_pork', 'gluten', 'milk', 'vegetarian', 'no_oven']
VOLUNTEERS_A_BRANCH = 75
#: Weeks of shifts, and who came to one, or will
WEEKS_BEHIND, WEEKS_AHEAD = 12, 3
WERE_THERE, WILL_COME = 4, 2
LOADED = [
    'aid_entitlement', 'aid_household_constraint', 'aid_volunteer',
    'aid_volunteer_engagement', 'aid_mission', 'aid_shift',
    'aid_shift_signup']

#: Households with a name and a street
HOUSEHOLDS = """(
    SELECT h.*, m.till_name, t.name AS town, s.name AS street
    FROM t_household h
    JOIN t_name m ON m.n = h.n * 7919::bigint % (
        SELECT count(*) FROM t_name)
    JOIN t_town t ON t.n = h.place
    JOIN t_street s ON s.n = h.n % (SELECT count(*) FROM t_street))"""
ADDRESS = {
    'till_name': 'new.till_name',
    'street': "(1 + new.n % 90) || ' ' || new.street",
    'city': 'new.town',
    # In the range kept for fiction
    'phone': "'06 39 98 ' || lpad((new.n / 100 % 100)::text, 2, '0')"
    " || ' ' || lpad((new.n % 100)::text, 2, '0')",
    }


# The story that is copied

def tell(branch, today: dt.date) -> dict[str, int]:
    """A volunteer of *branch* who came to a shift, and will come to another.

    :return: ids by what they are here
    """
    pool = Pool()
    Kind = pool.get('aid.mission.kind')
    Mission = pool.get('aid.mission')
    Volunteer = pool.get('aid.volunteer')
    volunteer, = Volunteer.create([{
                'branch': branch.id,
                'first_name': names.FIRST_NAMES[0],
                'last_name': names.LAST_NAMES[0],
                'phone': '06 39 98 00 00',
                'birth_date': dt.date(1980, 5, 15),
                'charter_on': today - dt.timedelta(days=400),
                'engagements': [('create', [{
                                'branch': branch.id,
                                'kind': 'regular',
                                'valid_from': today - dt.timedelta(days=400),
                                }])],
                }])
    kind, = Kind.search([('code', '=', 'distribution')])
    mission, = Mission.create([{
                'branch': branch.id,
                'name': "Distribution",
                'kind': kind.id,
                'place': branch.name,
                'headcount': WERE_THERE,
                }])
    behind, was_there = _shift(
        mission, today - dt.timedelta(days=7), volunteer)
    ahead, will_come = _shift(
        mission, today + dt.timedelta(days=7), volunteer)
    pool.get('aid.shift.signup').approve(behind, {was_there: behind.hours})
    return {
        'volunteer': volunteer.id,
        'engagement': volunteer.engagements[0].id,
        'mission': mission.id, 'behind': behind.id, 'ahead': ahead.id,
        'was_there': was_there.id, 'will_come': will_come.id}


def _shift(mission, day: dt.date, volunteer):
    "A shift of *mission*, and the sign-up of *volunteer*"
    pool = Pool()
    Shift = pool.get('aid.shift')
    shift, = Shift.create([{
                'mission': mission.id,
                'date': day,
                'from_time': dt.time(9),
                'to_time': dt.time(12),
                'headcount': WERE_THERE,
                }])
    pool.get('aid.shift.signup').sign_up(shift, [volunteer])
    signup, = Shift(shift.id).signups
    return Shift(shift.id), signup


# The copies

def name_all() -> None:
    "Tables of names, towns and streets"
    pairs = [
        (first, last) for first in names.FIRST_NAMES
        for last in names.LAST_NAMES]
    table_of('t_name', {
            'first_name': [first for first, _ in pairs],
            'last_name': [last for _, last in pairs],
            'till_name': [composition.till_name(*pair) for pair in pairs],
            'search_key': [search_key(*pair) for pair in pairs],
            })
    table_of('t_town', {
            'name': [names.town(n) for n in range(names.TOWNS)]})
    table_of('t_street', {'name': names.STREETS})


def steps(load: Load) -> list[tuple[str, Callable[[], None]]]:
    "What is to be done once the households are there"
    return [
        ("members", lambda: _copy_members(load)),
        ("entitlements", lambda: _copy_entitlements(load)),
        ("constraints", lambda: _make_constraints(load)),
        ("volunteers", lambda: _copy_volunteers(load)),
        ("shifts", lambda: _copy_shifts(load)),
        ]


def _copy_members(load: Load) -> None:
    "The contact, often somebody of the same age, and children"
    lasts, year = len(names.LAST_NAMES), load.today.year
    table('t_member', f"""
        SELECT row_number() OVER (ORDER BY h.n, k) AS nth, h.n AS household,
            k, m.first_name, m.last_name, m.search_key,
            CASE WHEN k = 1 THEN born
                WHEN k = 2 AND (h.n % 3 < 2 OR born < 1970)
                    THEN least(born + h.n % 11 - 5, {year - 18})
                ELSE least(greatest({year} - 1 - (h.n * 5 + k * 3) % 16,
                    born + 17), {year - 1}) END AS born
        FROM (
            SELECT n, size, born,
                (n * 7919::bigint % (SELECT count(*) FROM t_name))::int
                AS name
            FROM t_household) h
        CROSS JOIN LATERAL generate_series(1, size) k
        JOIN t_name m ON m.n = (
                (h.name / {lasts} + 7 * (k - 1)) % {len(names.FIRST_NAMES)}
            ) * {lasts} + h.name % {lasts}""")
    copy('aid_household_member', load.story.member, 't_member', {
            'id': f"{load.first['aid_household_member']} + new.nth - 1",
            'household': f"{load.first['aid_household']} + new.household",
            'main': 'new.k = 1',
            'birth_year': 'new.born',
            'first_name': 'new.first_name',
            'last_name': 'new.last_name',
            'search_key': 'new.search_key',
            'sequence': 'new.k',
            })


def _copy_entitlements(load: Load) -> None:
    "One after the other without a gap, each renewed by the next"
    id_ = f"{load.first['aid_entitlement']} + new.n * {PERIODS} + new.k"
    begin = f'new.since + new.k * {PERIOD}'
    copy('aid_entitlement', load.story.whole['entitlement'], f"""(
            SELECT * FROM t_household
            CROSS JOIN generate_series(0, {PERIODS} - 1) k)""", {
            'id': id_,
            'household': f"{load.first['aid_household']} + new.n",
            'branch': 'new.branch',
            'valid_from': begin,
            'valid_until': f'{begin} + {PERIOD} - 1',
            'decided_on': f'{begin} - 7',
            'contribution': (
                "CASE WHEN new.free THEN 'free' ELSE 'standard' END"),
            'persons': 'new.size',
            'renewal_of': f'CASE WHEN new.k > 0 THEN {id_} - 1 END',
            })


def _make_constraints(load: Load) -> None:
    Kind = Pool().get('aid.household.constraint.kind')
    kinds = [
        k.id for k in Kind.search(
            [('code', 'in', CONSTRAINTS)], order=[('id', 'ASC')])]
    say(f"""
        INSERT INTO aid_household_constraint (
            household, kind, consent_date, create_uid, create_date)
        SELECT {load.first['aid_household']} + n,
            (ARRAY{kinds})[1 + n / {CONSTRAINED_ONE_IN} % {len(kinds)}],
            since, 1, now()
        FROM t_household WHERE n % {CONSTRAINED_ONE_IN} = 1""")


def _copy_volunteers(load: Load) -> None:
    "As many at each branch, with what they engaged in"
    whole, first = load.story.whole, load.first
    numbers = Numbers.of('aid_volunteer', 'sequence_volunteer')
    table('t_volunteer', f"""
        SELECT v.n, v.n / (SELECT count(*) FROM t_branch) AS nth,
            b.n AS place, b.id AS branch, m.first_name, m.last_name,
            m.search_key
        FROM generate_series(0, (
            SELECT count(*) FROM t_branch) * {VOLUNTEERS_A_BRANCH} - 1) v(n)
        JOIN t_branch b ON b.n = v.n % (SELECT count(*) FROM t_branch)
        JOIN t_name m ON m.n = (v.n * 6151) % (
            SELECT count(*) FROM t_name)""")
    phone = 'lpad((new.n % 10000)::text, 4, \'0\')'
    since = f"DATE '{load.today}' - (60 + new.n * 13 % 3000)::int"
    copy('aid_volunteer', whole['volunteer'], 't_volunteer', {
            'id': f"{first['aid_volunteer']} + new.n",
            'branch': 'new.branch',
            'code': numbers.sql('new.n'),
            'card_code': code('new.n', 10, CARD_ALPHABET),
            'first_name': 'new.first_name',
            'last_name': 'new.last_name',
            'search_key': 'new.search_key',
            # In the range kept for fiction
            'phone': f"'06 39 98 ' || left({phone}, 2) || ' '"
            f" || right({phone}, 2)",
            'phone_key': f"'63998' || {phone}",
            'birth_date': "make_date((1948 + new.n * 7 % 58)::int, 5, 15)",
            'charter_on': since,
            })
    copy('aid_volunteer_engagement', whole['engagement'], 't_volunteer', {
            'id': f"{first['aid_volunteer_engagement']} + new.n",
            'volunteer': f"{first['aid_volunteer']} + new.n",
            'branch': 'new.branch',
            'valid_from': since,
            })
    numbers.go_on(say('SELECT count(*) FROM t_volunteer')[0][0])


def _copy_shifts(load: Load) -> None:
    "A mission for each branch, its shifts each week, and who comes"
    whole, first, today = load.story.whole, load.first, load.today
    monday = today - dt.timedelta(days=today.weekday())
    copy('aid_mission', whole['mission'], """(
            SELECT t.n, t.id, b.name FROM t_branch t
            JOIN aid_branch b ON b.id = t.id)""", {
            'id': f"{first['aid_mission']} + new.n",
            'branch': 'new.id',
            'place': 'new.name',
            })
    table('t_shift', f"""
        SELECT row_number() OVER (ORDER BY date, branch) AS n, *,
            CASE WHEN date < DATE '{today}' THEN {WERE_THERE}
                ELSE {WILL_COME} END AS taken,
            CASE WHEN date < DATE '{today}' THEN {whole['behind']}
                ELSE {whole['ahead']} END AS template
        FROM (
            SELECT b.n AS place, b.id AS branch, week,
                DATE '{monday}' + 7 * week + b.n % 6 AS date
            FROM t_branch b
            CROSS JOIN generate_series(
                -{WEEKS_BEHIND}, {WEEKS_AHEAD}) week) s""")
    def utc(name: str) -> str:
        "An instant of the day, by the clock of the company"
        return (
            f"(new.date + old.{name}) AT TIME ZONE '{_zone(load)}'"
            " AT TIME ZONE 'UTC'")
    copy('aid_shift', [whole['behind'], whole['ahead']], 't_shift', {
            'id': f"{first['aid_shift']} + new.n - 1",
            'branch': 'new.branch',
            'mission': f"{first['aid_mission']} + new.place",
            'date': 'new.date',
            'start': utc('from_time'),
            'end': utc('to_time'),
            'taken': 'new.taken',
            })
    copy('aid_shift_signup', [whole['was_there'], whole['will_come']], f"""(
            SELECT s.n, s.place, j,
                row_number() OVER (ORDER BY s.n, j) AS nth,
                ((s.week + {WEEKS_BEHIND}) * {WERE_THERE} + j)
                    % {VOLUNTEERS_A_BRANCH} AS who,
                CASE WHEN s.template = {whole['behind']}
                    THEN {whole['was_there']} ELSE {whole['will_come']} END
                AS template
            FROM t_shift s
            CROSS JOIN LATERAL generate_series(0, s.taken - 1) j)""", {
            'id': f"{first['aid_shift_signup']} + new.nth - 1",
            'shift': f"{first['aid_shift']} + new.n - 1",
            'volunteer': f"{first['aid_volunteer']} + new.place"
            " + new.who * (SELECT count(*) FROM t_branch)",
            })


def _zone(load: Load) -> str:
    company, = Pool().get('company.company').search([])
    return company.timezone or 'UTC'
