"""What volunteers of the demo learn: sessions behind and ahead, prices.

Certificates come of the sessions that are over, as they do in a branch.
"""
import datetime as dt
from decimal import Decimal
from typing import Any

from trytond.pool import Pool

from . import names

__all__ = ['courses']

#: Code, days from today, place, places, who takes it: the first so many
SESSIONS = [
    ('charter', (-20,), "Salle polyvalente", 14, 12),
    ('food_hygiene', (-13, -12), "Cuisine de la Maison de quartier", 8, 7),
    ('cold_chain', (-6,), "Entrepôt", 10, 6),
    ('psc', (5,), "Salle polyvalente", 10, 4),
    ('pse2', (12, 13, 19, 20), "Centre de formation", 10, 10),
    ('food_hygiene', (26, 27), "Cuisine de la Maison de quartier", 8, 3),
    ]
PRICE = Decimal(60)
#: Those who take the public course and are no volunteers
OUTSIDERS = 3


def courses(branch: Any, today: dt.date) -> None:
    "Sessions of *branch* around *today*, and what came of them"
    pool = Pool()
    Course = pool.get('aid.course')
    Enrolment = pool.get('aid.course.enrolment')
    Price = pool.get('aid.course.price')
    known = {course.code: course for course in Course.search([])}
    Price.create([{
                'course': known['psc'].id,
                'price': PRICE,
                'currency': branch.company.currency.id,
                'source': "Décision du bureau",
                }])
    people = _people(branch)
    _trainer(people[-1], known['trainer_psc'], today)
    for code, days, place, places, count in SESSIONS:
        session = _session(
            branch, known[code], [today + dt.timedelta(d) for d in days],
            place, places)
        enrolments = Enrolment.enrol(session, people[:count])
        if code == 'psc':
            session.trainers = [people[-1]]
            session.save()
            _outsiders(session)
        if session.last_date < today:
            # One is not there, one does not pass yet
            Enrolment.settle(session, {
                    e: position != 1
                    for position, e in enumerate(enrolments) if position})
    _paths(people[:3])


def _people(branch: Any) -> list:
    Volunteer = Pool().get('aid.volunteer')
    return Volunteer.search([
            ('branch', '=', branch.id),
            ('engagements.kind', '!=', 'one_off'),
            ], order=[('id', 'ASC')])


def _session(
        branch: Any, course: Any, days: list[dt.date], place: str,
        places: int) -> Any:
    Session = Pool().get('aid.course.session')
    session, = Session.create([{
                'branch': branch.id,
                'course': course.id,
                'place': place,
                'headcount': places,
                'days': [('create', [{'date': day} for day in days])],
                }])
    return session


def _trainer(volunteer: Any, course: Any, today: dt.date) -> None:
    Certificate = Pool().get('aid.certificate')
    Certificate.create([{
                'volunteer': volunteer.id,
                'course': course.id,
                'obtained_on': today - dt.timedelta(days=200),
                }])


def _outsiders(session: Any) -> None:
    "People from outside take *session*; a firm pays for one of them"
    pool = Pool()
    Enrolment = pool.get('aid.course.enrolment')
    Party = pool.get('party.party')
    Person = pool.get('aid.course.session.enrol_outsider.person')
    firm, = Party.create([{
                'name': "Menuiserie Aubry", 'addresses': [('create', [{}])],
                }])
    Enrolment.take_places(session, [{
                'volunteer': None,
                'party': Person(
                    first_name=names.FIRST_NAMES[-number],
                    last_name=names.LAST_NAMES[-number],
                    phone=f'06 39 98 90 {number:02}', email=None,
                    ).create_party(session.branch).id,
                'birth_date': dt.date(1980 + number, 3, 1),
                'payer': firm.id if number == 1 else None,
                } for number in range(1, OUTSIDERS + 1)])
    Enrolment.invoice(session.enrolments)


def _paths(people: list) -> None:
    "Officers are on the path of officers"
    pool = Pool()
    Path = pool.get('aid.course.path')
    VolunteerPath = pool.get('aid.volunteer.path')
    path, = Path.search([], limit=1)
    VolunteerPath.create([
            {'volunteer': v.id, 'path': path.id} for v in people])
