"""Invented certificates and needs, for the tests of this and higher rooms."""
from __future__ import annotations

import datetime as dt
from contextlib import contextmanager

from trytond.exceptions import UserError
from trytond.pool import Pool
from trytond.transaction import Transaction

from aid_volunteer.tests.people import TODAY


def course(code: str):
    "The course of the catalogue with that code"
    Course = Pool().get('aid.course')
    found, = Course.search([('code', '=', code)])
    return found


def certify(volunteer, code: str = 'pse2', until: int | None = None, **values):
    """A certificate that *volunteer* obtained lately.

    :param until: so many days from today it ends; None: by its rule
    """
    Certificate = Pool().get('aid.certificate')
    if until is not None:
        values['stated_until'] = TODAY + dt.timedelta(days=until)
    certificate, = Certificate.create([{
                'volunteer': volunteer.id,
                'course': course(code).id,
                'obtained_on': TODAY - dt.timedelta(days=300),
                **values,
                }])
    return certificate


def need(
        mission, code: str, who: str = 'each', gate: str = 'refuse', **values):
    "That *mission* needs the certificate of a course"
    Need = Pool().get('aid.mission.need')
    made, = Need.create([{
                'mission': mission.id,
                'course': course(code).id,
                'who': who,
                'gate': gate,
                'reason': "danger",
                **values,
                }])
    return made


@contextmanager
def attempt():
    "What is refused within leaves nothing behind, as a request of a client"
    transaction = Transaction()
    cursor = transaction.connection.cursor()
    cursor.execute('SAVEPOINT attempt')
    try:
        yield
    except UserError:
        cursor.execute('ROLLBACK TO attempt')
        transaction.cache.clear()
        raise
