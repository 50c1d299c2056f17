"""Reports of approved hours: per volunteer, mission, branch and month.

Each is one question to the database over the days and the branch that the
screen asks for, so that none grows with the years; unless told otherwise
these are the last twelve months of the branch at hand and those below it.
"""
from __future__ import annotations

import datetime as dt

from dateutil.relativedelta import relativedelta
from sql import Literal, Null
from sql.aggregate import Count, Max, Min, Sum
from sql.functions import DateTrunc

from trytond.model import ModelSQL, ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import Transaction


class HoursReport(ModelSQL, ModelView):
    "Approved hours, summed up by what a report asks for"
    __slots__ = ()

    _branch_scope = ('branch',)

    branch = fields.Many2One('aid.branch', "Branch", readonly=True)
    hours = fields.Float("Hours", digits=(None, 2), readonly=True)
    times = fields.Integer(
        "Times", readonly=True, help="How often somebody was there.")

    @classmethod
    def table_query(cls):
        tables = cls._tables()
        keys = cls._keys(tables)
        signup = tables['signup']
        return cls._from(tables).select(
            Min(signup.id).as_('id'),
            Sum(signup.hours).as_('hours'),
            Count(Literal(1)).as_('times'),
            *[key.as_(name) for name, key in keys.items()],
            *[value.as_(name)
                for name, value in cls._figures(tables).items()],
            where=cls._where(tables),
            group_by=[key.as_(name) for name, key in keys.items()])

    @classmethod
    def _tables(cls) -> dict:
        pool = Pool()
        return {
            'signup': pool.get('aid.shift.signup').__table__(),
            'shift': pool.get('aid.shift').__table__(),
            'mission': pool.get('aid.mission').__table__(),
            }

    @classmethod
    def _from(cls, tables):
        signup, shift = tables['signup'], tables['shift']
        return signup.join(shift, condition=signup.shift == shift.id)

    @classmethod
    def _keys(cls, tables) -> dict:
        "What there is one row for, by the name of its field"
        return {'branch': tables['shift'].branch}

    @classmethod
    def _figures(cls, tables) -> dict:
        "What is counted beside hours and times, by the name of its field"
        return {}

    @classmethod
    def _where(cls, tables):
        signup, shift = tables['signup'], tables['shift']
        context = Transaction().context
        Period = Pool().get('aid.volunteer.hours.context')
        first = context.get('from_date') or Period.default_from_date()
        last = context.get('to_date') or Period.default_to_date()
        where = (
            (signup.state == 'present') & (signup.approved_by != Null)
            & (shift.date >= first) & (shift.date <= last))
        if id_ := context.get('branch'):
            Branch = Pool().get('aid.branch')
            below = Branch.__table__()
            where &= shift.branch.in_(below.select(
                    below.id, where=below.path.like(f'{Branch(id_).path}%')))
        return where


class HoursPeople(HoursReport):
    "Approved hours, and of how many people"
    __slots__ = ()

    volunteers = fields.Integer("Volunteers", readonly=True)

    @classmethod
    def _figures(cls, tables) -> dict:
        return {
            **super()._figures(tables),
            'volunteers': Count(tables['signup'].volunteer, distinct=True),
            }


class HoursByVolunteer(HoursReport):
    "Approved hours of a volunteer at a branch"
    __name__ = 'aid.volunteer.hours.volunteer'

    volunteer = fields.Many2One('aid.volunteer', "Volunteer", readonly=True)
    first = fields.Date("First Time", readonly=True)
    last = fields.Date("Last Time", readonly=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._order = [('volunteer', 'ASC'), ('id', 'ASC')]

    @classmethod
    def _keys(cls, tables) -> dict:
        return {
            'volunteer': tables['signup'].volunteer, **super()._keys(tables)}

    @classmethod
    def _figures(cls, tables) -> dict:
        shift = tables['shift']
        return {
            **super()._figures(tables),
            'first': Min(shift.date), 'last': Max(shift.date)}

    def get_rec_name(self, name: str) -> str:
        return self.volunteer.rec_name

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('volunteer.rec_name', *clause[1:])]


class HoursByMission(HoursPeople):
    "Approved hours of a mission"
    __name__ = 'aid.volunteer.hours.mission'

    mission = fields.Many2One('aid.mission', "Mission", readonly=True)
    kind = fields.Many2One('aid.mission.kind', "Kind", readonly=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._order = [('hours', 'DESC'), ('id', 'ASC')]

    @classmethod
    def _from(cls, tables):
        shift, mission = tables['shift'], tables['mission']
        return super()._from(tables).join(
            mission, condition=shift.mission == mission.id)

    @classmethod
    def _keys(cls, tables) -> dict:
        mission = tables['mission']
        return {
            'mission': mission.id, 'kind': mission.kind,
            **super()._keys(tables)}

    def get_rec_name(self, name: str) -> str:
        return self.mission.rec_name

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('mission.rec_name', *clause[1:])]


class HoursByBranch(HoursPeople):
    "Approved hours of a branch"
    __name__ = 'aid.volunteer.hours.branch'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._order = [('branch', 'ASC'), ('id', 'ASC')]

    def get_rec_name(self, name: str) -> str:
        return self.branch.rec_name

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('branch.rec_name', *clause[1:])]


class HoursByMonth(HoursPeople):
    "Approved hours of a branch in a month"
    __name__ = 'aid.volunteer.hours.month'

    month = fields.Date(
        "Month", readonly=True, help="Its first day.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._order = [
            ('month', 'DESC'), ('branch', 'ASC'), ('id', 'ASC')]

    @classmethod
    def _keys(cls, tables) -> dict:
        month = cls.month.sql_cast(
            DateTrunc('month', tables['shift'].date))
        return {'month': month, **super()._keys(tables)}

    def get_rec_name(self, name: str) -> str:
        return f'{self.branch.rec_name} {self.month:%Y-%m}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('branch.rec_name', *clause[1:])]


class HoursContext(ModelView):
    "Which hours a report sums up"
    __name__ = 'aid.volunteer.hours.context'

    branch = fields.Many2One(
        'aid.branch', "Branch",
        help="With all the branches below it. Empty: all that you see.")
    from_date = fields.Date(
        "From", required=True,
        domain=[
            If(Eval('to_date') & Eval('from_date'),
                ('from_date', '<=', Eval('to_date', None)),
                ()),
            ])
    to_date = fields.Date("To", required=True)

    @staticmethod
    def default_branch() -> int | None:
        return Transaction().context.get('branch')

    @classmethod
    def default_from_date(cls) -> dt.date:
        "The first day of the month a year ago"
        return cls.default_to_date().replace(day=1) - relativedelta(years=1)

    @staticmethod
    def default_to_date() -> dt.date:
        return Pool().get('ir.date').today()
