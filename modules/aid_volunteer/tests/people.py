"""Invented volunteers and shifts, for the tests of this and higher rooms."""
from __future__ import annotations

import datetime as dt

from trytond.pool import Pool

TODAY = dt.date.today()


def create_volunteer(branch, first_name: str = "Sam", **values):
    "Somebody who is engaged with *branch* for long"
    Volunteer = Pool().get('aid.volunteer')
    volunteer, = Volunteer.create([{
                'branch': branch.id,
                'first_name': first_name,
                'phone': "06 12 34 56 78",
                'engagements': [('create', [{
                                'branch': branch.id,
                                'kind': 'regular',
                                'valid_from': dt.date(2020, 1, 1),
                                }])],
                **values,
                }])
    return volunteer


def create_mission(branch, kind: str = 'distribution', **values):
    "A mission of *branch* of the kind with that code"
    pool = Pool()
    Kind = pool.get('aid.mission.kind')
    Mission = pool.get('aid.mission')
    kind, = Kind.search([('code', '=', kind)])
    mission, = Mission.create([{
                'branch': branch.id,
                'name': "Saturday",
                'kind': kind.id,
                'headcount': 2,
                **values,
                }])
    return mission


def create_shift(
        mission, days: int = 1, start: int = 9, end: int = 12, **values):
    """A shift of *mission*.

    :param days: from today
    :param start: the hour at which it begins
    :param end: the hour at which it ends; 24 is the last minute of the day
    """
    Shift = Pool().get('aid.shift')
    shift, = Shift.create([{
                'mission': mission.id,
                'date': TODAY + dt.timedelta(days=days),
                'from_time': dt.time(start),
                'to_time': dt.time(23, 59) if end == 24 else dt.time(end),
                'headcount': mission.headcount,
                **values,
                }])
    return shift
