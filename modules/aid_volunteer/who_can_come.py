"""Who can come: those engaged there, free at that time, able to do it.

One question to the database, however many volunteers and shifts there are;
it begins with the engagements of the branch.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sql import Literal, Null
from sql.aggregate import Max
from sql.conditionals import Case, Coalesce
from sql.operators import Exists

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from aid_branch.named import visible
from aid_branch.reading import as_date

#: No shift goes on for longer: it ends on the next day at the latest
LONGEST = dt.timedelta(days=2)
#: More people than anybody rings up for one shift
MOST = 100


class WhoCanCome(Wizard):
    "Who Can Come"
    __name__ = 'aid.shift.who_can_come'

    start_state = 'people'
    people = StateView(
        'aid.shift.who_can_come.people',
        'aid_volunteer.who_can_come_people_view_form', [
            Button("Close", 'end', 'tryton-cancel'),
            Button("Search", 'people', 'tryton-search'),
            Button("Sign Up", 'sign_up', 'tryton-ok', default=True),
            ])
    sign_up = StateTransition()

    def default_people(self, fields) -> dict:
        shift, = visible(self.records[:1])
        skill, within, said_only = [
            getattr(self.people, name, None)
            for name in ['skill', 'within', 'said_only']]
        found = who_can_come(shift, skill)
        ways = Pool().get('aid.volunteer').distances(
            [volunteer for volunteer, *_ in found], shift.branch)
        lines = [{
                'volunteer': volunteer.id,
                'name': volunteer.rec_name,
                'phone': volunteer.phone or volunteer.email,
                'said': said,
                'last': last,
                'distance': ways.get(volunteer),
                } for volunteer, said, last in found
            if (said or not said_only)
            and (within is None or ways.get(volunteer, within) <= within)]
        if within is not None:
            lines.sort(key=lambda line: (
                    line['distance'] is None, line['distance'] or 0))
        return {
            'shift': shift.id,
            'skill': skill.id if skill else None,
            'within': within,
            'said_only': said_only,
            'lines': lines,
            'words': None if lines else gettext(
                'aid_volunteer.msg_nobody_can_come', shift=shift.rec_name),
            }

    def transition_sign_up(self) -> str:
        "Those who are ticked said that they come"
        Signup = Pool().get('aid.shift.signup')
        shift, = visible(self.records[:1])
        ticked = visible([
                line.volunteer for line in self.people.lines if line.comes])
        if ticked:
            Signup.sign_up(shift, ticked)
        return 'end'

    def end(self) -> str:
        return 'reload'


class WhoCanComePeople(ModelView):
    "A shift and those to ask"
    __name__ = 'aid.shift.who_can_come.people'

    shift = fields.Many2One('aid.shift', "Shift", readonly=True)
    skill = fields.Many2One('aid.skill', "Good At")
    within = fields.Float(
        "Lives Within", digits=(None, 0),
        domain=['OR', ('within', '=', None), ('within', '>=', 0)],
        help="In km, as the crow flies. Those whose place is not known are "
        "shown as well.")
    said_only = fields.Boolean("Only Who Said So")
    words = fields.Char("In Short", readonly=True)
    lines = fields.One2Many(
        'aid.shift.who_can_come.line', None, "Who to Ask")


class WhoCanComeLine(ModelView):
    "Somebody to ask"
    __name__ = 'aid.shift.who_can_come.line'

    volunteer = fields.Many2One(
        'aid.volunteer', "Volunteer", readonly=True)
    name = fields.Char("Name", readonly=True)
    phone = fields.Char("Phone", readonly=True)
    said = fields.Boolean(
        "Said So", readonly=True,
        help="That time is among those at which the person can come as a "
        "rule. Others said nothing of times.")
    last = fields.Date("Last Time", readonly=True)
    distance = fields.Float(
        "Distance in km", digits=(None, 0), readonly=True)
    comes = fields.Boolean("Comes")


@without_check_access
def who_can_come(shift, skill=None) -> list[tuple]:
    """Who may be asked for *shift* (``aid.shift``).

    Those who said that they can at that time first, then those who were
    there last, so that nobody is asked for who came yesterday and nobody is
    forgotten.

    :param skill: only those who have it, an ``aid.skill``
    :return: ``(volunteer, whether it said so, day of the last shift)``
    """
    pool = Pool()
    Volunteer = pool.get('aid.volunteer')
    Signup = pool.get('aid.shift.signup')
    Rule = pool.get('aid.volunteer.rule')
    rows = list(_candidates(shift, skill))
    rule = Rule.for_branch(shift.mission.branch, shift.date)
    volunteers = Volunteer.browse([id_ for id_, *_ in rows])
    return [
        (volunteer, bool(said), last)
        for volunteer, (_, said, last) in zip(volunteers, rows)
        if not Signup(shift=shift, volunteer=volunteer).lacking(rule)
        ][:MOST]


def _candidates(
        shift, skill=None) -> Iterator[tuple[int, int, dt.date | None]]:
    pool = Pool()
    engagement = pool.get('aid.volunteer.engagement').__table__()
    volunteer = pool.get('aid.volunteer').__table__()
    availability = pool.get('aid.volunteer.availability').__table__()
    came, on = [pool.get('aid.shift.signup').__table__() for _ in '12']
    past, other = [pool.get('aid.shift').__table__() for _ in '12']
    start, end = shift.local_times()
    date = shift.date
    at_the_time = (
        ((availability.weekday == Null)
            | (availability.weekday == str(date.weekday())))
        & ((availability.valid_from == Null)
            | (availability.valid_from <= date))
        & ((availability.valid_until == Null)
            | (availability.valid_until >= date)))
    last_minute = (
        end.time() if end.date() == start.date() else dt.time(23, 59))
    can = Max(Case(((availability.cannot == True)  # noqa: E712
                | (availability.cannot == Null), 0),
            ((availability.start <= start.time())
                & (availability.end >= last_minute), 1), else_=0))
    cannot = Max(Case(
            ((availability.cannot == True)  # noqa: E712
                & (availability.start < last_minute)
                & (availability.end > start.time()), 1), else_=0))
    # Asked of each candidate, and bounded at both ends: what everybody in the
    # network does at that time would be read for each question
    busy = on.join(other, condition=on.shift == other.id).select(
        on.id,
        where=(on.volunteer == volunteer.id)
        & on.state.in_(['coming', 'waiting', 'present'])
        & (other.state != 'cancelled')
        & (other.start < shift.end) & (other.end > shift.start)
        & (other.start > shift.start - LONGEST))
    last = came.join(past, condition=came.shift == past.id).select(
        Max(past.date), where=(came.volunteer == volunteer.id)
        & (came.state == 'present'))
    good_at = Literal(True)
    if skill:
        known = pool.get('aid.volunteer.skill').__table__()
        good_at = volunteer.id.in_(known.select(
                known.volunteer, where=known.skill == skill.id))
    cursor = Transaction().connection.cursor()
    cursor.execute(*engagement
        .join(volunteer, condition=engagement.volunteer == volunteer.id)
        .join(availability, 'LEFT',
            condition=(availability.volunteer == volunteer.id) & at_the_time)
        .select(
            volunteer.id, Coalesce(can, 0).as_('said'), last.as_('last'),
            where=engagement.branch.in_(shift.mission.branch.lineage)
            & (engagement.valid_from <= date)
            & ((engagement.valid_until == Null)
                | (engagement.valid_until >= date))
            & (volunteer.active == True)  # noqa: E712
            & (volunteer.anonymised_on == Null)
            & good_at
            & ~Exists(busy)
            & shift.may_be_asked(volunteer.id),
            group_by=[volunteer.id],
            having=Coalesce(cannot, 0) == 0,
            order_by=[
                *shift.asked_first(volunteer.id), Coalesce(can, 0).desc,
                volunteer.id],
            limit=MOST * 5))
    for id_, said, day in cursor:
        yield id_, said, as_date(day)
