"""What the volunteers of the demo have learned, and a post that asks for it.

Some certificates end in the next weeks, some ended lately, some were renewed.
"""
import datetime as dt
from typing import Any

from dateutil.relativedelta import relativedelta

from trytond.pool import Pool

from aid_branch.slices import slices

__all__ = ['certificates', 'first_aid_post']

#: Course, of how many volunteers one has it, months it lasts at most
LEARNED = [
    ('cold_chain', 5, 36),
    ('food_hygiene', 7, 60),
    ('sst', 9, 24),
    ('psc', 6, 60),
    ]
#: One of so many has passed the PSE 1, and half of these the PSE 2
FIRST_AID_ONE_IN = 8
POST = "Poste de secours du dimanche"


def certificates(branches: list, today: dt.date) -> None:
    "Papers of those who come again to *branches*, some about to end"
    pool = Pool()
    Certificate = pool.get('aid.certificate')
    Course = pool.get('aid.course')
    Volunteer = pool.get('aid.volunteer')
    courses = {c.code: c.id for c in Course.search([])}
    people = Volunteer.search([
            ('branch', 'in', [b.id for b in branches]),
            ('engagements.kind', '!=', 'one_off'),
            ], order=[('id', 'ASC')])
    values = []
    first_aiders = []
    for number, volunteer in enumerate(people):
        papers = list(_papers(number, volunteer, today))
        if any(code == 'pse1' for code, _ in papers):
            first_aiders.append(volunteer)
        values += [{
                'volunteer': volunteer.id,
                'course': courses[code],
                'obtained_on': day,
                'reference': f'{day.year}-{number:03}',
                'source': 'import',
                } for code, day in papers]
    for some in slices(values):
        Certificate.create(some)
    for some in slices(first_aiders):
        Volunteer.write(some, {
                'emergency_contact': "Camille, 06 39 98 00 99"})


def _papers(number: int, volunteer: Any, today: dt.date):
    "Course and day of what one volunteer has passed"
    since = min(e.valid_from for e in volunteer.engagements)
    yield 'charter', since
    for code, one_in, months in LEARNED:
        if number % one_in == one_in - 1:
            # From about to end to just begun, and one that ended lately
            left = (number * 17 % (months * 30)) - 20
            yield code, today - relativedelta(
                months=months) + dt.timedelta(days=left)
    if number % FIRST_AID_ONE_IN == 1:
        last_year = dt.date(today.year - 1, 4, 1 + number % 28)
        yield 'pse1', last_year
        if number % (2 * FIRST_AID_ONE_IN) == 1:
            yield 'pse2', last_year + dt.timedelta(days=30)
        else:
            # Had the education of this year already
            yield 'pse1', min(
                last_year.replace(year=today.year),
                today - dt.timedelta(days=1))


def first_aid_post(branch: Any, today: dt.date) -> None:
    "A post of *branch* on which nobody stands without a PSE 1"
    pool = Pool()
    Kind = pool.get('aid.mission.kind')
    Mission = pool.get('aid.mission')
    Repetition = pool.get('aid.shift.repetition')
    Shift = pool.get('aid.shift')
    Signup = pool.get('aid.shift.signup')
    kind, = Kind.search([('code', '=', 'first_aid')])
    sunday = today + dt.timedelta(days=6 - today.weekday())
    mission, = Mission.create([{
                'branch': branch.id,
                'name': POST,
                'kind': kind.id,
                'headcount': 2,
                'repetitions': [('create', [{
                                'first': sunday,
                                'start': dt.time(13),
                                'end': dt.time(18),
                                'headcount': 2,
                                }])],
                }])
    Repetition.plan(mission.repetitions)
    people = _may_stand(mission)
    for shift in Shift.search([('mission', '=', mission.id)], limit=4):
        wanted = [
            Signup(shift=shift, volunteer=v, state='coming') for v in people]
        refused = Signup.refusals(wanted)
        there = [w.volunteer for w in wanted if w not in refused]
        Signup.sign_up(shift, there[:1 + shift.date.day % 2])


def _may_stand(mission: Any) -> list:
    Volunteer = Pool().get('aid.volunteer')
    return Volunteer.search([
            ('branch', '=', mission.branch.id),
            ('certificates.course.code', '=', 'pse1'),
            ], order=[('id', 'ASC')])
