"""A shift: when people are needed, how many, and who comes."""
from __future__ import annotations

import datetime as dt

from sql import Literal

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Date, Eval
from trytond.transaction import without_check_access

from aid_branch.scope import BranchMixin
from aid_branch.slices import slices

from . import shift_time
from .check_in import CheckInMixin
from .exceptions import ShiftClosedError, ShiftValidationError
from .places import PlacesMixin


class Shift(
        CheckInMixin, PlacesMixin, BranchMixin, ModelSQL, ModelView):
    """A time at which a mission needs people.

    Proposed to volunteers, never imposed. Closing it approves who was there
    and for how long; from then on it does not change.
    """
    __name__ = 'aid.shift'

    _taken_by = 'aid.shift.signup'
    _open = {'readonly': Eval('state') != 'open'}

    mission = fields.Many2One(
        'aid.mission', "Mission", required=True, ondelete='RESTRICT',
        states=_open)
    date = fields.Date("Date", required=True, states=_open)
    from_time = fields.Time(
        "From", required=True, format='%H:%M', states=_open,
        help="By the clock of the branch.")
    to_time = fields.Time(
        "To", required=True, format='%H:%M', states=_open,
        help="On the next day where it is earlier than the beginning.")
    start = fields.DateTime("Start", readonly=True)
    end = fields.DateTime("End", readonly=True)
    hours = fields.Function(
        fields.Float("Hours", digits=(None, 2)), 'on_change_with_hours')
    signups = fields.One2Many(
        'aid.shift.signup', 'shift', "Who Comes", states=_open,
        filter=[('state', '!=', 'cancelled')])
    repetition = fields.Many2One(
        'aid.shift.repetition', "Repeats", readonly=True, ondelete='SET NULL')

    del _open

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.branch.readonly = True
        cls.headcount.string = "People Needed"
        cls.free.string = "Still Needed"
        table = cls.__table__()
        cls._order = [('start', 'ASC'), ('id', 'ASC')]
        cls._sql_indexes.update({
                Index(table, (table.branch, Index.Equality()),
                    (table.start, Index.Range())),
                Index(table, (table.mission, Index.Equality()),
                    (table.start, Index.Range())),
                # Who is elsewhere at that time, and what begins or ends now
                Index(table, (table.start, Index.Range())),
                })
        cls._buttons.update({
                'record_hours': {
                    'invisible': (
                        (Eval('state') != 'open')
                        | (Eval('date', dt.date.max) > Date())),
                    'depends': ['state', 'date'],
                    },
                'who_can_come': {
                    'invisible': Eval('state') != 'open',
                    'depends': ['state'],
                    },
                })

    @fields.depends('mission', '_parent_mission.headcount')
    def on_change_mission(self) -> None:
        if self.mission:
            self.headcount = self.mission.headcount

    @fields.depends(
        'mission', '_parent_mission.branch', 'date', 'from_time', 'to_time')
    def on_change_with_hours(self, name: str | None = None) -> float | None:
        if self.mission and self.mission.branch and self.date and (
                self.from_time and self.to_time):
            return round(shift_time.hours(*self.instants()), 2)
        return None

    def instants(self) -> tuple[dt.datetime, dt.datetime]:
        "When it begins and ends, in UTC"
        return shift_time.instants(
            self.date, self.from_time, self.to_time,
            self.mission.branch.zone)

    def get_rec_name(self, name: str) -> str:
        lang = Pool().get('ir.lang').get()
        return gettext(
            'aid_volunteer.msg_shift_name', mission=self.mission.rec_name,
            date=lang.strftime(self.date), start=f'{self.from_time:%H:%M}',
            end=f'{self.to_time:%H:%M}')

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('mission.rec_name', *clause[1:])]

    def local_times(self) -> tuple[dt.datetime, dt.datetime]:
        "Its start and end as the clock of the branch says"
        zone = self.mission.branch.zone
        start, end = self.instants()
        return shift_time.local(start, zone), shift_time.local(end, zone)

    @classmethod
    def preprocess_values(cls, mode: str, values: dict) -> dict:
        # The branch is that of the mission: one question less on the form
        values = super().preprocess_values(mode, values)
        Mission = Pool().get('aid.mission')
        if values.get('mission') is not None:
            values['branch'] = Mission(values['mission']).branch.id
        return values

    def compute_fields(self, field_names=None) -> dict:
        values = super().compute_fields(field_names=field_names)
        if field_names is None or field_names & {
                'date', 'from_time', 'to_time', 'mission'}:
            for name, instant in zip(['start', 'end'], self.instants()):
                if getattr(self, name) != instant:
                    values[name] = instant
        return values

    @classmethod
    def validate_fields(cls, shifts, field_names) -> None:
        super().validate_fields(shifts, field_names)
        cls.check_length(shifts, field_names)

    @classmethod
    def check_length(cls, shifts, field_names=None) -> None:
        "Refuse an end that was meant for before the beginning"
        if field_names and not field_names & {
                'date', 'from_time', 'to_time'}:
            return
        Rule = Pool().get('aid.volunteer.rule')
        rules: dict = {}
        for shift in shifts:
            key = (shift.mission.branch, shift.date)
            if key not in rules:
                rules[key] = Rule.for_branch(*key)
            rule, hours = rules[key], shift.on_change_with_hours()
            if rule and hours > rule.longest:
                raise ShiftValidationError(gettext(
                        'aid_volunteer.msg_shift_length',
                        shift=shift.rec_name, hours=hours,
                        most=rule.longest))

    @classmethod
    def check_modification(
            cls, mode, shifts, values=None, external=False) -> None:
        super().check_modification(
            mode, shifts, values=values, external=external)
        if mode == 'delete' or (mode == 'write' and external):
            for shift in shifts:
                if shift.state == 'closed' or (
                        mode == 'delete' and shift.taken):
                    raise ShiftClosedError(gettext(
                            'aid_volunteer.msg_shift_closed',
                            shift=shift.rec_name))

    @classmethod
    def copy(cls, shifts, default=None):
        default = default.copy() if default is not None else {}
        for name in ['signups', 'repetition']:
            default.setdefault(name)
        default.setdefault('taken', 0)
        return super().copy(shifts, default=default)

    def may_be_asked(self, volunteer):
        """The condition on whoever may be asked to come, for rooms above.

        :param volunteer: a column with the id of a volunteer
        """
        return Literal(True)

    def asked_first(self, volunteer) -> list:
        "What puts those that the shift lacks before the others, in SQL"
        return []

    @classmethod
    @ModelView.button_action('aid_volunteer.wizard_who_can_come')
    def who_can_come(cls, shifts) -> None:
        "Those to ask, and a tick for each who says yes"

    @classmethod
    @ModelView.button_action('aid_volunteer.wizard_record_hours')
    def record_hours(cls, shifts) -> None:
        "Tick who was there, and close"


class Repetition(ModelSQL, ModelView):
    """A shift that comes again: every Saturday, every second Tuesday.

    Days and times are those of the clock of the branch, so that nothing
    moves when summer time begins.
    """
    __name__ = 'aid.shift.repetition'

    mission = fields.Many2One(
        'aid.mission', "Mission", required=True, ondelete='CASCADE')
    first = fields.Date("First Day", required=True)
    last = fields.Date("Last Day", help="Included. Empty: no end is known.")
    start = fields.Time("From", required=True)
    end = fields.Time("To", required=True)
    every = fields.Selection([
            ('FREQ=WEEKLY', "Week"),
            ('FREQ=WEEKLY;INTERVAL=2', "Second Week"),
            ('FREQ=MONTHLY', "Month, on This Day"),
            ('FREQ=DAILY', "Day"),
            ('other', "Otherwise"),
            ], "Every", required=True, sort=False)
    rule = fields.Char(
        "Rule", states={
            'invisible': Eval('every') != 'other',
            'required': Eval('every') == 'other',
            },
        help="An RRULE of RFC 5545, for example FREQ=MONTHLY;BYDAY=1SA: the "
        "first Saturday of each month.")
    headcount = fields.Integer(
        "People Needed", required=True, domain=[('headcount', '>', 0)])
    planned_until = fields.Date("Planned Until", readonly=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('mission')
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.mission, Index.Equality())))
        cls._buttons.update({'plan': {}})

    @staticmethod
    def default_every() -> str:
        return 'FREQ=WEEKLY'

    @fields.depends('headcount', 'mission', '_parent_mission.headcount')
    def on_change_mission(self) -> None:
        if self.mission and not self.headcount:
            self.headcount = self.mission.headcount

    def get_rec_name(self, name: str) -> str:
        return f'{self.mission.rec_name} {self.start:%H:%M}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('mission.rec_name', *clause[1:])]

    @classmethod
    def validate_fields(cls, repetitions, field_names) -> None:
        super().validate_fields(repetitions, field_names)
        for repetition in repetitions:
            repetition._check_rule()

    def _check_rule(self) -> None:
        try:
            next(self._days(self.first, self.first), None)
        except (ValueError, KeyError, TypeError):
            raise ShiftValidationError(gettext(
                    'aid_volunteer.msg_repetition_rule',
                    mission=self.mission.rec_name, rule=self.rule)) from None
        if self.last and self.last < self.first:
            raise ShiftValidationError(gettext(
                    'aid_volunteer.msg_repetition_ends_before_start',
                    mission=self.mission.rec_name, first=self.first,
                    last=self.last))

    def _days(self, after: dt.date, until: dt.date):
        rule = self.rule if self.every == 'other' else self.every
        return shift_time.occurrences(
            rule, self.first, max(after, self.first),
            min(until, self.last) if self.last else until)

    @classmethod
    @ModelView.button
    def plan(cls, repetitions) -> None:
        "Propose the shifts of the next six weeks"
        for repetition in repetitions:
            today = repetition.mission.branch.today()
            cls.plan_until([repetition], today + dt.timedelta(weeks=6))

    @classmethod
    @without_check_access
    def plan_until(cls, repetitions, until: dt.date) -> list:
        """Make the shifts of *repetitions* up to *until*, that day included.

        Never twice: each knows how far it is planned. Days gone by are not
        made up for.
        """
        Shift = Pool().get('aid.shift')
        wanted, to_write = [], []
        for repetition in repetitions:
            branch = repetition.mission.branch
            after = branch.today()
            if repetition.planned_until:
                after = max(
                    after, repetition.planned_until + dt.timedelta(days=1))
            for day in repetition._days(after, until):
                wanted.append({
                        'mission': repetition.mission.id,
                        'date': day,
                        'from_time': repetition.start,
                        'to_time': repetition.end,
                        'headcount': repetition.headcount,
                        'repetition': repetition.id,
                        })
            if until >= after:
                to_write += [[repetition], {'planned_until': until}]
        if to_write:
            cls.write(*to_write)
        return [
            shift for some in slices(wanted) for shift in Shift.create(some)]

    @classmethod
    def plan_all(cls) -> None:
        "The cron job: keep six weeks ahead of every repetition"
        today = Pool().get('ir.date').today()
        until = today + dt.timedelta(weeks=6)
        with without_check_access():
            cls.plan_until(cls.search([
                        ('mission.active', '=', True),
                        ['OR', ('last', '=', None), ('last', '>=', today)],
                        ['OR',
                            ('planned_until', '=', None),
                            ('planned_until', '<', until)],
                        ]), until)
