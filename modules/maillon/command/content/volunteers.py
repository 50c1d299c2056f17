"""Who gives time in the demo: people, missions, shifts around today.

Three weeks are behind, with their hours; three weeks are ahead, and some of
their shifts still need people.
"""
import datetime as dt
import random
from decimal import Decimal
from itertools import cycle, islice
from typing import Any

from trytond.pool import Pool
from trytond.transaction import Transaction

from aid_branch.slices import slices
from aid_volunteer import shift_time

from . import names

__all__ = ['volunteers', 'shifts', 'expenses']

SEED = 8_001
COUNT = 120
WEEKS_BEHIND = 3
#: Of so many who said to come, one was not there
ABSENT_ONE_IN = 12
#: Name, kind, weekday of the first shift of a week, from, to, people
MISSIONS = [
    ("Distribution du samedi", 'distribution', 5, 9, 12, 4),
    ("Distribution du mardi", 'distribution', 1, 14, 17, 3),
    ("Ramasse du matin", 'collection_round', 2, 7, 10, 2),
    ("Ateliers de français", 'french', 3, 18, 20, 1),
    ]
#: What was spent, of how many kilometres or how much, and what became of it
EXPENSES = [
    ("Ramasses du mois", "Tournée du matin", Decimal(46), None, 'refunded'),
    ("Réunion régionale", "Aller et retour", Decimal(128), None, 'waived'),
    ("Sacs et étiquettes", "Papeterie du Centre", None, Decimal('23.80'),
        'submitted'),
    ]
#: Named where the story goes on today
OFFICES = ["Présidente", "Trésorier", "Responsable bénévolat"]
VACANT = "Secrétaire"


def volunteers(branches: list, today: dt.date) -> None:
    "People of every kind who engage with *branches*, more with the first"
    Volunteer = Pool().get('aid.volunteer')
    chance = random.Random(SEED)
    shared = islice(cycle([branches[0], *branches]), COUNT)
    offices = _offices(branches[0])
    values = [
        _person(number, branch, today, chance, offices)
        for number, branch in enumerate(shared)]
    for some in slices(values):
        Volunteer.create(some)


def _offices(branch: Any) -> list:
    "The offices of *branch*, and one that nobody holds"
    Office = Pool().get('aid.office')
    return Office.create([
            {'branch': branch.id, 'name': name, 'term': 36}
            for name in [*OFFICES, VACANT]])[:len(OFFICES)]


def _person(
        number: int, branch: Any, today: dt.date,
        chance: random.Random, offices: list) -> dict:
    "An invented volunteer; one in ten came once, some drive"
    first = names.FIRST_NAMES[number * 7 % len(names.FIRST_NAMES)]
    last = names.LAST_NAMES[number * 11 % len(names.LAST_NAMES)]
    once = number % 10 == 9
    officer = number < len(OFFICES) and branch == offices[0].branch
    engagement = {
        'branch': branch.id,
        'kind': 'officer' if officer else 'one_off' if once else 'regular',
        'office': offices[number].id if officer else None,
        'valid_from': today - dt.timedelta(
            days=WEEKS_BEHIND * 7 if once else chance.randint(60, 4000)),
        'valid_until': (
            today + dt.timedelta(days=1) if once
            # The term of the second one ends soon
            else today + dt.timedelta(days=45) if officer and number
            else None),
        }
    return {
        'branch': branch.id,
        'first_name': first,
        'last_name': None if once else last,
        # In the range kept for fiction
        'phone': f"06 39 98 {number // 100:02} {number % 100:02}",
        'email': (
            f'benevole{number}@example.org' if number % 3 else None),
        'birth_date': dt.date(
            chance.randint(1948, 2007), chance.randint(1, 12), 15),
        'licences': ['B'] if number % 2 else None,
        'charter_on': None if once else engagement['valid_from'],
        'engagements': [('create', [engagement])],
        'availabilities': [('create', _availabilities(chance))],
        }


def _availabilities(chance: random.Random) -> list[dict]:
    if chance.random() < .3:
        return []
    return [{
            'weekday': str(chance.choice([1, 2, 3, 5, 5])),
            'start': dt.time(7), 'end': dt.time(21),
            }]


def shifts(branches: list, today: dt.date) -> None:
    "Missions of *branches*, shifts behind and ahead, and who came"
    pool = Pool()
    Repetition = pool.get('aid.shift.repetition')
    Shift = pool.get('aid.shift')
    chance = random.Random(SEED)
    missions = _missions(branches, today)
    Repetition.plan([r for m in missions for r in m.repetitions])
    behind = [
        values for mission in missions for values in _behind(mission, today)]
    for some in slices(behind):
        Shift.create(some)
    for mission in missions:
        _sign_up(mission, today, chance)


def _missions(branches: list, today: dt.date) -> list:
    pool = Pool()
    Kind = pool.get('aid.mission.kind')
    Mission = pool.get('aid.mission')
    kinds = {kind.code: kind.id for kind in Kind.search([])}
    monday = today - dt.timedelta(
        days=today.weekday(), weeks=WEEKS_BEHIND)
    return Mission.create([{
                'branch': branch.id,
                'name': name,
                'kind': kinds[kind],
                'place': branch.name,
                'headcount': people,
                'repetitions': [('create', [{
                                'first': monday + dt.timedelta(days=day),
                                'start': dt.time(start),
                                'end': dt.time(end),
                                'headcount': people,
                                }])],
                } for branch in branches
            for name, kind, day, start, end, people in MISSIONS])


def _behind(mission: Any, today: dt.date) -> list[dict]:
    "The shifts of the weeks that are over"
    repetition, = mission.repetitions
    days = shift_time.occurrences(
        repetition.every, repetition.first, repetition.first,
        today - dt.timedelta(days=1))
    return [{
            'mission': mission.id,
            'date': day,
            'from_time': repetition.start,
            'to_time': repetition.end,
            'headcount': repetition.headcount,
            'repetition': repetition.id,
            } for day in days]


def _sign_up(mission: Any, today: dt.date, chance: random.Random) -> None:
    "Nearly all places of what is behind, fewer the further ahead"
    pool = Pool()
    Shift = pool.get('aid.shift')
    Signup = pool.get('aid.shift.signup')
    team = _team(mission, today)
    for shift in Shift.search([
                ('mission', '=', mission.id),
                ('date', '<=', today + dt.timedelta(weeks=3))]):
        weeks_ahead = max((shift.date - today).days / 7, 0)
        count = max(shift.headcount - int(weeks_ahead + chance.random()), 0)
        there = chance.sample(team, min(count, len(team)))
        if there:
            Signup.sign_up(shift, there)
        if shift.date < today:
            Signup.approve(shift, {
                    signup: shift.hours for signup in shift.signups
                    if chance.randrange(ABSENT_ONE_IN)})


def _team(mission: Any, today: dt.date) -> list:
    "Those who come to *mission*: each has one, so that nobody is at two"
    Volunteer = Pool().get('aid.volunteer')
    number = [m[0] for m in MISSIONS].index(mission.name)
    people = Volunteer.search([
            ('branch', '=', mission.branch.id),
            ('engagements.kind', '!=', 'one_off'),
            ], order=[('id', 'ASC')])
    licence = mission.kind.licence
    return [
        v for position, v in enumerate(people)
        if position % len(MISSIONS) == number
        and (not licence or licence in (v.licences or []))] or [
        v for v in people if licence in (v.licences or [])][:2]


def expenses(today: dt.date) -> None:
    """What three officers of the first grocery spent a week ago.

    Entered by their officer, found right by the accounts: paid back, left to
    the association, and one that still waits.
    """
    pool = Pool()
    Attachment = pool.get('ir.attachment')
    Expense = pool.get('aid.volunteer.expense')
    User = pool.get('res.user')
    Vehicle = pool.get('aid.volunteer.vehicle')
    Volunteer = pool.get('aid.volunteer')
    enters, checks = [
        User.search([('login', '=', login)])[0]
        for login in ['responsable', 'compta']]
    vehicle = Vehicle(pool.get('ir.model.data').get_id(
            'aid_volunteer', 'vehicle_car_5'))
    day = today - dt.timedelta(days=7)
    people = Volunteer.search([
            ('engagements.kind', '=', 'officer')],
        order=[('id', 'ASC')], limit=len(EXPENSES))
    for volunteer, (purpose, what, kilometres, amount, state) in zip(
            people, EXPENSES):
        line = {'date': day, 'description': what}
        line.update(
            {'kind': 'cost', 'amount': amount} if amount else {
                'kind': 'kilometres', 'vehicle': vehicle.id,
                'kilometres': kilometres})
        with Transaction().set_user(enters.id):
            expense, = Expense.create([{
                        'branch': volunteer.branch.id,
                        'volunteer': volunteer.id,
                        'date': day,
                        'purpose': purpose,
                        'lines': [('create', [line])],
                        }])
            Attachment.create([{
                        'name': "Justificatif.txt",
                        'resource': str(expense),
                        'data': purpose.encode(),
                        }])
            Expense.submit([expense])
        with Transaction().set_user(checks.id):
            if state != 'submitted':
                Expense.approve([expense])
            if state == 'refunded':
                Expense.refund([expense])
            elif state == 'waived':
                Expense.waive([expense])
