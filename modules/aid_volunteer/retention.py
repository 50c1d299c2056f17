"""What is forgotten of volunteers, by the dated rules, by itself.

Somebody who came once is forgotten after a while and the hours stay; who did
not come is nobody's business after some months.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict

from dateutil.relativedelta import relativedelta
from sql import Null
from sql.aggregate import Max

from trytond.pool import Pool
from trytond.transaction import Transaction, without_check_access

from aid_branch.reading import as_date
from aid_branch.slices import slices

#: What names or reaches a person; what others may need of it stays
PERSONAL = [
    'last_name', 'phone', 'email', 'birth_date', 'emergency_contact',
    'guardian', 'guardian_consent_on', 'guardian_until', 'guardian_limits',
    'languages', 'photo', 'party']


@without_check_access
def forget() -> None:
    "The daily job"
    today = Pool().get('ir.date').today()
    anonymise(_gone(today))
    _forget_absences(today)
    Pool().get('aid.volunteer.message').forget()


@without_check_access
def anonymise(volunteers) -> None:
    """Forget who *volunteers* are. Their number, branch and hours stay."""
    pool = Pool()
    Volunteer = pool.get('aid.volunteer')
    Availability = pool.get('aid.volunteer.availability')
    Skill = pool.get('aid.volunteer.skill')
    Message = pool.get('aid.volunteer.message')
    CalendarKey = pool.get('aid.volunteer.calendar')
    Honorability = pool.get('aid.volunteer.honorability')
    today = pool.get('ir.date').today()
    for some in slices(volunteers):
        ids = [v.id for v in some]
        Volunteer.forget_beside(some)
        for Model in [
                Availability, Skill, Message, CalendarKey, Honorability]:
            Model.delete(Model.search([('volunteer', 'in', ids)]))
        Volunteer.write(some, {
                **dict.fromkeys(PERSONAL),
                'licences': None,
                'first_name': '–',
                'active': False,
                'anonymised_on': today,
                })


def _gone(today: dt.date) -> list:
    """Those who only ever engaged for once, and not lately.

    One question; the days are those of the rule of each branch.
    """
    pool = Pool()
    Volunteer = pool.get('aid.volunteer')
    Rule = pool.get('aid.volunteer.rule')
    Branch = pool.get('aid.branch')
    volunteer = Volunteer.__table__()
    engagement = pool.get('aid.volunteer.engagement').__table__()
    other = pool.get('aid.volunteer.engagement').__table__()
    cursor = Transaction().connection.cursor()
    cursor.execute(*volunteer
        .join(engagement, condition=engagement.volunteer == volunteer.id)
        .select(
            volunteer.id, volunteer.branch, Max(engagement.valid_until),
            where=(volunteer.anonymised_on == Null)
            & (engagement.kind == 'one_off')
            & (engagement.valid_until < today)
            & ~volunteer.id.in_(other.select(
                    other.volunteer,
                    where=(other.kind != 'one_off')
                    | (other.valid_until == Null)
                    | (other.valid_until >= today))),
            group_by=[volunteer.id, volunteer.branch]))
    by_branch = defaultdict(list)
    for id_, branch, last in cursor:
        by_branch[branch].append((id_, as_date(last)))
    gone = []
    for branch, rows in by_branch.items():
        rule = Rule.for_branch(Branch(branch), today)
        if rule:
            limit = today - dt.timedelta(days=rule.one_off_days)
            gone += [id_ for id_, last in rows if last < limit]
    return Volunteer.browse(gone)


def _forget_absences(today: dt.date) -> None:
    "That somebody did not come is kept as a cancellation, which is nothing"
    pool = Pool()
    Signup = pool.get('aid.shift.signup')
    Correction = pool.get('aid.shift.signup.correction')
    Rule = pool.get('aid.volunteer.rule')
    rules: dict = {}
    old = []
    for signup in Signup.search([
                ('state', '=', 'absent'),
                ('date', '<', today - relativedelta(months=1)),
                ], limit=1000):
        branch = signup.shift.branch
        if branch not in rules:
            rules[branch] = Rule.for_branch(branch, today)
        rule = rules[branch]
        if rule and signup.date < today - relativedelta(
                months=rule.absence_months):
            old.append(signup)
    for some in slices(old):
        # What was corrected would tell it still
        Correction.delete(Correction.search([
                    ('signup', 'in', [s.id for s in some])]))
        Signup.write(some, {'state': 'cancelled', 'approved_by': None})
