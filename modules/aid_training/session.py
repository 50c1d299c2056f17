"""Sessions: a course that is given, on which days, by whom, for how many."""
from __future__ import annotations

import datetime as dt

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Date, Eval
from trytond.transaction import without_check_access

from aid_branch.scope import BranchMixin
from aid_volunteer import shift_time
from aid_volunteer.places import PlacesMixin

from .exceptions import SessionClosedError, SessionValidationError
from .gate import Holders


class Course(metaclass=PoolMeta):
    __name__ = 'aid.course'

    public = fields.Boolean(
        "Open to Everybody",
        help="People who are no volunteers may enrol in it too.")
    trainer_needs = fields.Many2One(
        'aid.course', "A Trainer Needs", ondelete='RESTRICT',
        help="Only who holds this certificate, valid on all days, gives the "
        "course.")


class Session(PlacesMixin, BranchMixin, ModelSQL, ModelView):
    """A course that is given, on one day or several.

    Everybody may read when and where: it is published. Who gives it and who
    takes it is for its branch and for theirs.
    """
    __name__ = 'aid.course.session'

    _branch_scope_modes = frozenset({'write', 'create', 'delete'})
    _taken_by = 'aid.course.enrolment'

    _open = {'readonly': Eval('state') != 'open'}

    course = fields.Many2One(
        'aid.course', "Course", required=True, ondelete='RESTRICT',
        states=_open)
    place = fields.Char("Place", states=_open, help="Where to come to.")
    days = fields.One2Many(
        'aid.course.session.day', 'session', "Days", states=_open)
    date = fields.Date("First Day", readonly=True)
    last_date = fields.Date("Last Day", readonly=True)
    hours = fields.Function(
        fields.Float("Hours", digits=(None, 2)), 'on_change_with_hours')
    trainers = fields.Many2Many(
        'aid.course.session-aid.volunteer', 'session', 'volunteer',
        "Trainers", states=_open)
    enrolments = fields.One2Many(
        'aid.course.enrolment', 'session', "Who Comes", states=_open,
        filter=[('state', '!=', 'cancelled')])
    public = fields.Function(
        fields.Boolean("Open to Everybody"), 'on_change_with_public',
        searcher='search_public')

    del _open

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.branch.states = {'readonly': Eval('state') != 'open'}
        table = cls.__table__()
        cls._order = [('date', 'DESC'), ('id', 'DESC')]
        cls._sql_indexes.update({
                Index(table, (table.branch, Index.Equality()),
                    (table.date, Index.Range())),
                Index(table, (table.course, Index.Equality()),
                    (table.date, Index.Range())),
                })
        cls._buttons.update({
                'record_results': {
                    'invisible': (
                        (Eval('state') != 'open')
                        | (Eval('last_date', dt.date.max) > Date())),
                    'depends': ['state', 'last_date'],
                    },
                })

    @staticmethod
    def default_headcount() -> int:
        return 10

    @fields.depends('course')
    def on_change_with_public(self, name: str | None = None) -> bool:
        return bool(self.course and self.course.public)

    @classmethod
    def search_public(cls, name: str, clause) -> list:
        return [('course.public', *clause[1:])]

    @fields.depends('days')
    def on_change_with_hours(self, name: str | None = None) -> float:
        return round(sum(
                shift_time.hours(*day.clock()) for day in self.days or ()
                if day.date and day.from_time and day.to_time), 2)

    def get_rec_name(self, name: str) -> str:
        lang = Pool().get('ir.lang').get()
        if not self.date:
            return self.course.rec_name
        date = lang.strftime(self.date)
        if self.last_date != self.date:
            date += f'–{lang.strftime(self.last_date)}'
        return gettext(
            'aid_training.msg_session_name', course=self.course.rec_name,
            date=date, branch=self.branch.rec_name)

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        joint = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [joint,
            ('course.rec_name', *clause[1:]),
            ('branch.rec_name', *clause[1:]),
            ]

    @classmethod
    @without_check_access
    def set_dates(cls, sessions) -> None:
        "Keep the first and the last day beside *sessions*"
        to_write: list = []
        for session in sessions:
            days = [day.date for day in session.days]
            first, last = (min(days), max(days)) if days else (None, None)
            if (session.date, session.last_date) != (first, last):
                to_write += [[session], {'date': first, 'last_date': last}]
        if to_write:
            cls.write(*to_write)

    @classmethod
    def validate_fields(cls, sessions, field_names) -> None:
        super().validate_fields(sessions, field_names)
        cls.check_days(sessions, field_names)
        cls.check_trainers(sessions, field_names)

    @classmethod
    def check_days(cls, sessions, field_names=None) -> None:
        "Refuse a session without a day, and two at the same time"
        if field_names and 'days' not in field_names:
            return
        for session in sessions:
            if not session.days:
                raise SessionValidationError(gettext(
                        'aid_training.msg_session_no_day',
                        session=session.rec_name))
            times = sorted(day.clock() for day in session.days)
            for (_, end), (start, _) in zip(times, times[1:]):
                if start < end:
                    raise SessionValidationError(gettext(
                            'aid_training.msg_session_days_overlap',
                            session=session.rec_name, date=start.date()))

    @classmethod
    @without_check_access
    def check_trainers(cls, sessions, field_names=None) -> None:
        """Refuse a trainer without the certificate that the course asks for.

        :raises SessionValidationError: naming the trainer and what is missing
        """
        if field_names and not field_names & {
                'trainers', 'course', 'days', 'date', 'last_date'}:
            return
        sessions = [
            s for s in sessions
            if s.course.trainer_needs and s.trainers and s.date]
        if not sessions:
            return
        holders = Holders(
            {t.id for s in sessions for t in s.trainers},
            {s.course.trainer_needs.id for s in sessions})
        for session in sessions:
            needed = session.course.trainer_needs
            for trainer in session.trainers:
                if not all(
                        holders.has(trainer.id, needed.id, day.date)
                        for day in session.days):
                    raise SessionValidationError(gettext(
                            'aid_training.msg_session_trainer',
                            trainer=trainer.rec_name,
                            session=session.rec_name,
                            course=needed.rec_name))

    @classmethod
    def check_modification(
            cls, mode, sessions, values=None, external=False) -> None:
        super().check_modification(
            mode, sessions, values=values, external=external)
        if mode == 'delete' or (mode == 'write' and external):
            for session in sessions:
                if session.state == 'closed' or (
                        mode == 'delete' and session.taken):
                    raise SessionClosedError(gettext(
                            'aid_training.msg_session_closed',
                            session=session.rec_name))

    @classmethod
    def on_modification(cls, mode, sessions, field_names=None) -> None:
        super().on_modification(mode, sessions, field_names=field_names)
        if mode == 'write' and 'headcount' in field_names:
            Enrolment = Pool().get('aid.course.enrolment')
            for session in sessions:
                Enrolment.let_in(session)

    @classmethod
    def copy(cls, sessions, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('enrolments')
        default.setdefault('taken', 0)
        return super().copy(sessions, default=default)

    @classmethod
    @ModelView.button_action('aid_training.wizard_record_results')
    def record_results(cls, sessions) -> None:
        "Tick who was there and who passed, and close"


class SessionDay(ModelSQL, ModelView):
    "A day of a session, by the clock of the branch"
    __name__ = 'aid.course.session.day'

    session = fields.Many2One(
        'aid.course.session', "Session", required=True, ondelete='CASCADE')
    date = fields.Date("Date", required=True)
    from_time = fields.Time("From", required=True, format='%H:%M')
    to_time = fields.Time("To", required=True, format='%H:%M')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('session')
        table = cls.__table__()
        cls._order = [('date', 'ASC'), ('from_time', 'ASC'), ('id', 'ASC')]
        cls._sql_indexes.add(
            Index(table, (table.session, Index.Equality())))

    @staticmethod
    def default_from_time() -> dt.time:
        return dt.time(9)

    @staticmethod
    def default_to_time() -> dt.time:
        return dt.time(17)

    def get_rec_name(self, name: str) -> str:
        lang = Pool().get('ir.lang').get()
        return (
            f'{lang.strftime(self.date)} {self.from_time:%H:%M}'
            f'–{self.to_time:%H:%M}')

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('session.rec_name', *clause[1:])]

    def clock(self) -> tuple[dt.datetime, dt.datetime]:
        "When it begins and ends, as the clock of the branch says"
        return (
            dt.datetime.combine(self.date, self.from_time),
            dt.datetime.combine(self.date, self.to_time))

    def instants(self) -> tuple[dt.datetime, dt.datetime]:
        "When it begins and ends, in UTC"
        return shift_time.instants(
            self.date, self.from_time, self.to_time,
            self.session.branch.zone)

    @classmethod
    def validate_fields(cls, days, field_names) -> None:
        super().validate_fields(days, field_names)
        for day in days:
            if day.to_time <= day.from_time:
                raise SessionValidationError(gettext(
                        'aid_training.msg_session_ends_before_start',
                        session=day.session.course.rec_name,
                        date=day.date, start=f'{day.from_time:%H:%M}',
                        end=f'{day.to_time:%H:%M}'))

    @classmethod
    def check_modification(
            cls, mode, days, values=None, external=False) -> None:
        super().check_modification(
            mode, days, values=values, external=external)
        if external:
            for day in days:
                if day.session.state == 'closed':
                    raise SessionClosedError(gettext(
                            'aid_training.msg_session_closed',
                            session=day.session.rec_name))

    @classmethod
    def on_modification(cls, mode, days, field_names=None) -> None:
        super().on_modification(mode, days, field_names=field_names)
        if mode in {'create', 'write'}:
            cls._set_dates(days)

    @classmethod
    def on_delete(cls, days):
        callback = super().on_delete(days)
        sessions = cls._sessions(days)
        Session = Pool().get('aid.course.session')
        callback.append(lambda: Session.set_dates(sessions))
        return callback

    @classmethod
    def _set_dates(cls, days) -> None:
        Pool().get('aid.course.session').set_dates(cls._sessions(days))

    @staticmethod
    def _sessions(days) -> list:
        return Pool().get('aid.course.session').browse(
            {d.session.id for d in days})


class SessionTrainer(ModelSQL):
    "A volunteer who gives a session"
    __name__ = 'aid.course.session-aid.volunteer'

    _branch_scope = ('session.branch', 'volunteer.branch')

    session = fields.Many2One(
        'aid.course.session', "Session", required=True, ondelete='CASCADE')
    volunteer = fields.Many2One(
        'aid.volunteer', "Trainer", required=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints.append(
            ('once', Unique(table, table.session, table.volunteer),
                'aid_training.msg_trainer_once'))
        cls._sql_indexes.add(
            Index(table, (table.session, Index.Equality())))
        cls._sql_indexes.add(
            Index(table, (table.volunteer, Index.Equality())))

    def get_rec_name(self, name: str) -> str:
        return self.volunteer.rec_name

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('volunteer.rec_name', *clause[1:])]

    @classmethod
    def on_modification(cls, mode, trainers, field_names=None) -> None:
        super().on_modification(mode, trainers, field_names=field_names)
        if mode == 'create':
            for trainer in trainers:
                # Who gives it is known where it is given
                for day in trainer.session.days:
                    trainer.volunteer.engage(
                        trainer.session.branch, day.date)
