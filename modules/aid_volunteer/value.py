"""The value of hours: the wage and the coefficients, and the statement."""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from sql import Null
from sql.aggregate import Sum

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.report import Report
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateReport, StateView, Wizard

from aid_branch.dated import BranchRuleMixin, RuleMixin
from aid_branch.named import own_branch
from aid_branch.paper import PaperReport

from .exceptions import WageMissingError, WorthPeriodError
from .mission import LEVELS
from .worth import periods, worth

ZERO = Decimal(0)
#: A statement is of a year, or of a longer first one
LONGEST = dt.timedelta(days=731)


class Wage(BranchRuleMixin, ModelSQL, ModelView):
    """What an hour would be paid at least, and what an employer adds.

    A branch where another minimum wage holds has its own.
    """
    __name__ = 'aid.volunteer.wage'

    amount = fields.Numeric(
        "Wage per Hour", digits=(16, 4), required=True,
        domain=[('amount', '>', 0)])
    charges_rate = fields.Numeric(
        "Social Charges", digits=(16, 4), required=True,
        domain=[('charges_rate', '>=', 0)],
        help="What an employer would pay on top, as a share of the wage.")

    @staticmethod
    def default_charges_rate() -> Decimal:
        return ZERO

    def get_rec_name(self, name: str) -> str:
        lang = Pool().get('ir.lang').get()
        return lang.format_number(self.amount)

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('source', *clause[1:])]


class Coefficient(RuleMixin, ModelSQL, ModelView):
    "How often the wage an hour of some work is worth"
    __name__ = 'aid.volunteer.coefficient'

    _rule_key = ('level',)

    level = fields.Selection(LEVELS, "Level", required=True, sort=False)
    level_string = level.translated('level')
    coefficient = fields.Numeric(
        "Coefficient", digits=(16, 2), required=True,
        domain=[('coefficient', '>', 0)])

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints.append(
            ('once', Unique(table, table.level, table.valid_from),
                'aid_volunteer.msg_coefficient_once'))

    def get_rec_name(self, name: str) -> str:
        return self.level_string

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('level', *clause[1:])]


class Worth(NamedTuple):
    "What the hours of a branch in a kind of work are worth"
    branch: Any
    kind: Any
    hours: Decimal
    #: in the currency of the company of the branch
    value: Decimal


@without_check_access
def statement(
        branch, first: dt.date, last: dt.date,
        governance: bool = False) -> list[Worth]:
    """What the approved hours of *branch* and all below it are worth.

    One statement for each part of the time in which the same wage and
    coefficients hold, whatever the number of branches and shifts.

    :param branch: an ``aid.branch``
    :param governance: whether meetings of the association count too
    :return: in the order of branches and kinds; rounded row by row, so that
        totals are the sums of what is shown
    :raises WageMissingError: no wage or coefficient holds on a day
    :raises WorthPeriodError: there is no such time
    """
    pool = Pool()
    Wage = pool.get('aid.volunteer.wage')
    Coefficient = pool.get('aid.volunteer.coefficient')
    if not first <= last <= first + LONGEST:
        raise WorthPeriodError(gettext(
                'aid_volunteer.msg_worth_period', first=first, last=last))
    wages = Wage.search([], order=[('valid_from', 'DESC NULLS LAST')])
    coefficients = Coefficient.search([])
    found: dict[tuple, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for start, end in periods(first, last, _changes([*wages, *coefficients])):
        rates = {
            c.level: c.coefficient for c in Coefficient.applying(
                branch, start)}
        held = [w for w in wages if w.holds_on(start)]
        for at, kind, hours in _hours(branch, start, end, governance):
            if not (wage := _nearest(held, at)) or kind.level not in rates:
                raise WageMissingError(gettext(
                        'aid_volunteer.msg_wage_missing',
                        branch=at.rec_name, kind=kind.rec_name, date=start))
            row = found[at, kind]
            row[0] += hours
            row[1] += worth(
                hours, wage.amount, rates[kind.level], wage.charges_rate)
    return [
        Worth(at, kind, hours, at.company.currency.round(value))
        for (at, kind), (hours, value) in sorted(
            found.items(), key=lambda i: (i[0][0].code, i[0][1].code))]


def _changes(rules) -> Iterator[dt.date]:
    "The days on which one of *rules* begins to hold, or holds no longer"
    for rule in rules:
        if rule.valid_from:
            yield rule.valid_from
        if rule.valid_to:
            yield rule.valid_to + dt.timedelta(days=1)


def _nearest(wages, branch):
    """The wage that holds at *branch*, None if none does.

    :param wages: those of the day, of the whole network, the newest first
    """
    lineage = branch.lineage
    own = {
        w.branch.id if w.branch else None: w for w in reversed(wages)}
    for id_ in [*reversed(lineage), None]:
        if id_ in own:
            return own[id_]
    return None


def _hours(
        branch, first: dt.date, last: dt.date,
        governance: bool) -> Iterator[tuple[Any, Any, Decimal]]:
    "Branch, kind and approved hours of the days, by one statement"
    pool = Pool()
    Branch = pool.get('aid.branch')
    Kind = pool.get('aid.mission.kind')
    signup = pool.get('aid.shift.signup').__table__()
    shift = pool.get('aid.shift').__table__()
    mission = pool.get('aid.mission').__table__()
    kind, below = Kind.__table__(), Branch.__table__()
    counts = (
        (signup.state == 'present') & (signup.approved_by != Null)
        & (shift.date >= first) & (shift.date <= last)
        & shift.branch.in_(below.select(
                below.id, where=below.path.like(f'{branch.path}%'))))
    if not governance:
        counts &= kind.governance != True  # noqa: E712
    cursor = Transaction().connection.cursor()
    cursor.execute(*signup
        .join(shift, condition=signup.shift == shift.id)
        .join(mission, condition=shift.mission == mission.id)
        .join(kind, condition=mission.kind == kind.id)
        .select(
            shift.branch, kind.id, Sum(signup.hours), where=counts,
            group_by=[shift.branch, kind.id]))
    rows = cursor.fetchall()
    branches = {b.id: b for b in Branch.browse({row[0] for row in rows})}
    kinds = {k.id: k for k in Kind.browse({row[1] for row in rows})}
    for branch_id, kind_id, hours in rows:
        yield branches[branch_id], kinds[kind_id], round(
            Decimal(str(hours)), 2)


def by_branch(rows: list[Worth]) -> list[Worth]:
    "The same without kinds: one for each branch, `kind` is None"
    sums: dict[Any, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for row in rows:
        sums[row.branch][0] += row.hours
        sums[row.branch][1] += row.value
    return [Worth(at, None, *figures) for at, figures in sums.items()]


class ValueStart(ModelView):
    "Whose hours, of which year"
    __name__ = 'aid.volunteer.value.start'

    branch = fields.Many2One(
        'aid.branch', "Branch", required=True,
        help="With all the branches below it.")
    first = fields.Date("From", required=True)
    last = fields.Date(
        "To", required=True, domain=[('last', '>=', Eval('first', None))])
    kinds = fields.Boolean("By Kind of Mission")
    governance = fields.Boolean(
        "Count Governance",
        help="Meetings of the board and of the members, which are normally "
        "not counted.")

    @staticmethod
    def default_branch() -> int | None:
        return Transaction().context.get('branch')

    @staticmethod
    def default_first() -> dt.date:
        "The year that is to be closed: in spring it is the last one"
        today = Pool().get('ir.date').today()
        return dt.date(today.year - (today.month < 7), 1, 1)

    @classmethod
    def default_last(cls) -> dt.date:
        return cls.default_first().replace(month=12, day=31)


class ValueResult(ModelView):
    "What hours are worth"
    __name__ = 'aid.volunteer.value.result'

    words = fields.Char("In All", readonly=True)
    rows = fields.One2Many(
        'aid.volunteer.value.row', None, "By Branch", readonly=True)


class ValueRow(ModelView):
    "What the hours of a branch are worth"
    __name__ = 'aid.volunteer.value.row'

    branch = fields.Char("Branch", readonly=True)
    kind = fields.Char("Kind", readonly=True)
    hours = fields.Numeric("Hours", digits=(16, 2), readonly=True)
    value = fields.Numeric("Value", digits=(16, 2), readonly=True)


class Value(Wizard):
    "Value of Hours"
    __name__ = 'aid.volunteer.value'

    start = StateView(
        'aid.volunteer.value.start',
        'aid_volunteer.value_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Show", 'result', 'tryton-ok', default=True),
            ])
    result = StateView(
        'aid.volunteer.value.result',
        'aid_volunteer.value_result_view_form', [
            Button("Back", 'start', 'tryton-back'),
            Button("Print", 'print_', 'tryton-print'),
            Button("Close", 'end', 'tryton-close', default=True),
            ])
    print_ = StateReport('aid.volunteer.value.report')

    def default_result(self, fields) -> dict:
        branch = own_branch(self.start.branch)
        rows = statement(
            branch, self.start.first, self.start.last,
            self.start.governance)
        shown = rows if self.start.kinds else by_branch(rows)
        return {
            'words': in_all(branch, rows),
            'rows': [{
                    'branch': row.branch.rec_name,
                    'kind': row.kind.rec_name if row.kind else None,
                    'hours': row.hours,
                    'value': row.value,
                    } for row in shown],
            }

    def do_print_(self, action: dict) -> tuple[dict, dict]:
        branch = own_branch(self.start.branch)
        return action, {
            'model': 'aid.branch', 'id': branch.id, 'ids': [branch.id],
            'first': self.start.first, 'last': self.start.last,
            'governance': self.start.governance,
            }


def in_all(branch, rows: list[Worth]) -> str:
    "The sum of *rows* in words"
    lang = Pool().get('ir.lang').get()
    return gettext(
        'aid_volunteer.msg_worth_in_all', branch=branch.rec_name,
        hours=lang.format_number(sum((r.hours for r in rows), ZERO)),
        value=lang.currency(
            sum((r.value for r in rows), ZERO), branch.company.currency))


class ValueReport(PaperReport, Report):
    "What the hours of a branch are worth, as a paper for the accounts"
    __name__ = 'aid.volunteer.value.report'

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        context = super().get_context(records, header, data)
        Start = Pool().get('aid.volunteer.value.start')
        data = data or {}
        first = data.get('first') or Start.default_first()
        last = data.get('last') or Start.default_last()
        governance = bool(data.get('governance'))
        context['pages'] = [
            _page(own_branch(branch), first, last, governance)
            for branch in records]
        return context


@without_check_access
def _page(
        branch, first: dt.date, last: dt.date, governance: bool) -> dict:
    "What the template prints of a branch"
    pool = Pool()
    Wage = pool.get('aid.volunteer.wage')
    Coefficient = pool.get('aid.volunteer.coefficient')
    rows = statement(branch, first, last, governance)
    used = {(w.id, w.valid_from): w
        for start, _ in periods(first, last, _changes(Wage.search([])))
        for w in Wage.applying(branch, start)}
    return {
        'branch': branch, 'first': first, 'last': last,
        'governance': governance, 'rows': rows,
        'branches': by_branch(rows),
        'hours': sum((r.hours for r in rows), ZERO),
        'value': sum((r.value for r in rows), ZERO),
        'currency': branch.company.currency,
        'wages': list(used.values()),
        'coefficients': Coefficient.applying(branch, last),
        }
