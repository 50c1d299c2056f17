"""Who comes to a shift, who waits for a place, and who was there."""
from __future__ import annotations

import datetime as dt
from collections import defaultdict

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from aid_branch.person import age_on

from . import shift_time
from .approval import ApprovedMixin
from .check_in import ArrivedMixin
from .exceptions import ShiftClosedError, SignupError
from .places import COMING, PlaceMixin


class Signup(ArrivedMixin, ApprovedMixin, PlaceMixin, ModelSQL, ModelView):
    "Somebody who said to come to a shift, and then how long it was"
    __name__ = 'aid.shift.signup'

    _of = 'shift'

    shift = fields.Many2One(
        'aid.shift', "Shift", required=True, ondelete='CASCADE',
        states={'readonly': Eval('id', -1) >= 0})
    volunteer = fields.Many2One(
        'aid.volunteer', "Volunteer", required=True, ondelete='RESTRICT',
        states={'readonly': Eval('id', -1) >= 0})
    hours = fields.Float("Hours", digits=(None, 2), readonly=True)
    approved_by = fields.Many2One(
        'res.user', "Approved By", readonly=True, ondelete='RESTRICT')
    start = fields.Function(
        fields.DateTime("Start"), 'get_shift', searcher='search_shift')
    date = fields.Function(
        fields.Date("Date"), 'get_shift', searcher='search_shift')
    phone = fields.Function(fields.Char("Phone"), 'get_phone')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('shift')
        table = cls.__table__()
        cls._sql_constraints.append(
            ('once', Unique(table, table.shift, table.volunteer),
                'aid_volunteer.msg_signup_once'))
        cls._order = [('id', 'ASC')]
        cls._sql_indexes.update({
                Index(table, (table.shift, Index.Equality())),
                Index(table, (table.volunteer, Index.Equality())),
                })

    @classmethod
    def get_shift(cls, signups, name: str) -> dict:
        return {s.id: getattr(s.shift, name) for s in signups}

    @classmethod
    def search_shift(cls, name: str, clause) -> list:
        return [(f'shift.{name}', *clause[1:])]

    @staticmethod
    def order_start(tables) -> list:
        table, _ = tables[None]
        if 'shift' not in tables:
            shift = Pool().get('aid.shift').__table__()
            tables['shift'] = {
                None: (shift, table.shift == shift.id)}
        shift, _ = tables['shift'][None]
        return [shift.start]

    @classmethod
    def get_phone(cls, signups, name: str) -> dict:
        return {
            s.id: s.volunteer.phone or s.volunteer.email for s in signups}

    def get_rec_name(self, name: str) -> str:
        return self.volunteer.rec_name

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('volunteer.rec_name', *clause[1:])]

    @classmethod
    def sign_up(cls, shift, volunteers) -> list:
        """*volunteers* come to *shift*, or wait where it is full.

        Somebody who had cancelled comes again.

        :raises SignupError: one of them cannot come to it
        """
        return cls.take_places(shift, [
                {'volunteer': id_} for id_ in dict.fromkeys(
                    v.id for v in volunteers)])

    @classmethod
    def validate_fields(cls, signups, field_names) -> None:
        super().validate_fields(signups, field_names)
        if not field_names or field_names & {'state', 'shift', 'volunteer'}:
            cls.check_may_come(signups)

    @classmethod
    def check_may_come(cls, signups) -> None:
        """Refuse whoever may not be on a shift, in a few statements for all.

        :raises SignupError: naming the person, the shift and why
        """
        signups = [s for s in signups if s.state in {'coming', 'waiting'}]
        with without_check_access():
            for signup, refusal in cls.refusals(signups).items():
                raise SignupError(refusal)

    @classmethod
    def admitted(cls, waiting, free: int) -> list:
        come: list = []
        for signup in waiting:
            if len(come) == free:
                break
            signup.state = 'coming'
            if not cls.refusals([*come, signup]):
                come.append(signup)
        return cls.browse(come)

    @classmethod
    def refusals(cls, signups) -> dict:
        """Sign-up to why it cannot be, a sentence in the user's language.

        For rooms above to add to: the first that is found is told.
        """
        refused: dict = {}
        for refuse in [
                cls._refuse_closed, cls._refuse_not_engaged,
                cls._refuse_elsewhere, cls._refuse_kind]:
            for signup, message in refuse(
                    [s for s in signups if s not in refused]):
                refused[signup] = message
        return refused

    @classmethod
    def _refuse_closed(cls, signups):
        for signup in signups:
            if signup.shift.state != 'open':
                yield signup, gettext(
                    'aid_volunteer.msg_signup_shift_not_open',
                    volunteer=signup.volunteer.rec_name,
                    shift=signup.shift.rec_name)

    @classmethod
    def _refuse_not_engaged(cls, signups):
        "Whoever has no engagement there on the day of the shift"
        Engagement = Pool().get('aid.volunteer.engagement')
        by_volunteer = defaultdict(list)
        for engagement in Engagement.search([
                    ('volunteer', 'in', [s.volunteer.id for s in signups])]):
            by_volunteer[engagement.volunteer.id].append(engagement)
        for signup in signups:
            shift = signup.shift
            if not any(
                    e.holds_on(shift.date)
                    and e.reaches(shift.mission.branch)
                    for e in by_volunteer[signup.volunteer.id]):
                yield signup, gettext(
                    'aid_volunteer.msg_signup_not_engaged',
                    volunteer=signup.volunteer.rec_name,
                    branch=shift.mission.branch.rec_name,
                    shift=shift.rec_name)

    @classmethod
    def _refuse_elsewhere(cls, signups):
        "Whoever is on another shift at that time"
        if not signups:
            return
        others = defaultdict(list)
        for other in cls.search([
                    ('volunteer', 'in', [s.volunteer.id for s in signups]),
                    ('state', 'in', COMING),
                    ('shift.state', '!=', 'cancelled'),
                    ('shift.start', '<', max(s.shift.end for s in signups)),
                    ('shift.end', '>', min(s.shift.start for s in signups)),
                    ]):
            others[other.volunteer.id].append(other)
        for signup in signups:
            for other in others[signup.volunteer.id]:
                if (other != signup
                        and other.shift.start < signup.shift.end
                        and signup.shift.start < other.shift.end):
                    yield signup, gettext(
                        'aid_volunteer.msg_signup_elsewhere',
                        volunteer=signup.volunteer.rec_name,
                        shift=signup.shift.rec_name,
                        other=other.shift.rec_name)
                    break

    @classmethod
    def _refuse_kind(cls, signups):
        "Whoever lacks what the kind of work needs"
        Rule = Pool().get('aid.volunteer.rule')
        rules: dict = {}
        for signup in signups:
            shift, volunteer = signup.shift, signup.volunteer
            key = (shift.mission.branch, shift.date)
            if key not in rules:
                rules[key] = Rule.for_branch(*key)
            lacking = signup.lacking(rules[key])
            if lacking:
                yield signup, gettext(
                    f'aid_volunteer.msg_signup_lacks_{lacking}',
                    volunteer=volunteer.rec_name, shift=shift.rec_name,
                    age=shift.mission.kind.minimum_age or '',
                    licence=shift.mission.kind.licence or '',
                    basis=shift.mission.kind.honorability_basis or '')

    def lacking(self, rule) -> str | None:
        """What this person lacks for that kind of work, None if nothing.

        :param rule: the ``aid.volunteer.rule`` of branch and day, or None
        """
        kind, volunteer = self.shift.mission.kind, self.volunteer
        if kind.minimum_age and not volunteer.birth_date:
            return 'birth_date'
        if volunteer.birth_date:
            age = age_on(volunteer.birth_date, self.shift.date)
            if age < (kind.minimum_age or 0):
                return 'age'
            if rule and age < rule.minor_below:
                if not volunteer.guardian_consent_on:
                    return 'consent'
                if shift_time.is_at_night(
                        *self.shift.local_times(), rule.night_from,
                        rule.night_to):
                    return 'day'
                if self._ends_after(volunteer.guardian_until):
                    return 'home'
        if kind.emergency_contact and not volunteer.emergency_contact:
            return 'emergency_contact'
        if kind.licence and kind.licence not in (volunteer.licences or []):
            return 'licence'
        if {s.id for s in kind.skills} - {
                s.skill.id for s in volunteer.skills}:
            return 'skill'
        return None

    def _ends_after(self, time: dt.time | None) -> bool:
        "Whether the shift ends after *time* of its day, by the clock there"
        start, end = self.shift.local_times()
        return time is not None and end > dt.datetime.combine(
            start.date(), time, tzinfo=end.tzinfo)

    @classmethod
    def check_modification(
            cls, mode, signups, values=None, external=False) -> None:
        super().check_modification(
            mode, signups, values=values, external=external)
        if external and mode != 'create':
            for signup in signups:
                if signup.shift.state == 'closed' or mode == 'delete' \
                        and signup.state in {'present', 'absent'}:
                    raise ShiftClosedError(gettext(
                            'aid_volunteer.msg_shift_closed',
                            shift=signup.shift.rec_name))

    @classmethod
    @without_check_access
    def approve(cls, shift, present: dict) -> None:
        """Say who was at *shift* and close it.

        :param present: sign-up to its hours; who is not in it was not there
        :raises HoursError: somebody would have stayed longer than can be
        """
        pool = Pool()
        Shift = pool.get('aid.shift')
        Rule = pool.get('aid.volunteer.rule')
        rule = Rule.for_branch(shift.mission.branch, shift.date)
        each = rule and rule.individual_approval
        to_write: list = []
        for signup in cls.search([
                    ('shift', '=', shift.id),
                    ('state', 'in', ['coming', 'present', 'absent'])]):
            hours = present.get(signup)
            if hours is not None:
                signup.check_hours(hours, rule)
            to_write += [[signup], {
                    'state': 'absent' if hours is None else 'present',
                    'hours': hours,
                    'approved_by': (
                        None if each and hours is not None
                        else Transaction().user),
                    }]
        if to_write:
            cls.write(*to_write)
        Shift.write([shift], {'state': 'closed'})
