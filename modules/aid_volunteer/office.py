"""The offices of a branch: who holds each, until when, and which are vacant."""
from __future__ import annotations

import datetime as dt

from dateutil.relativedelta import relativedelta
from sql import Null

from trytond.i18n import gettext
from trytond.model import (
    DeactivableMixin, Index, Model, ModelSQL, ModelView, fields)
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import without_check_access

from aid_branch.scope import BranchMixin

from .exceptions import EngagementValidationError


class Office(BranchMixin, DeactivableMixin, ModelSQL, ModelView):
    """What somebody is elected or named for at a branch, for a term.

    Held by the engagement of an officer; nobody else holds it meanwhile.
    """
    __name__ = 'aid.office'

    name = fields.Char("Name", required=True)
    term = fields.Integer(
        "Months of a Term",
        domain=['OR', ('term', '=', None), ('term', '>', 0)],
        help="Proposed as the end of an engagement. Empty: no term.")
    engagements = fields.One2Many(
        'aid.volunteer.engagement', 'office', "Who Held It", readonly=True)
    holder = fields.Function(
        fields.Many2One('aid.volunteer', "Held By"), 'get_holder')
    until = fields.Function(
        fields.Date("Until"), 'get_holder', searcher='search_until')
    vacant = fields.Function(
        fields.Boolean("Vacant"), 'get_holder', searcher='search_vacant')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._order = [('branch', 'ASC'), ('name', 'ASC'), ('id', 'ASC')]

    @classmethod
    @without_check_access
    def get_holder(cls, offices, names: list[str]) -> dict:
        "Who holds *offices* today, by one question"
        pool = Pool()
        Engagement = pool.get('aid.volunteer.engagement')
        today = pool.get('ir.date').today()
        held = {
            e.office.id: e for e in Engagement.search([
                    ('office', 'in', [o.id for o in offices]),
                    *Engagement.valid_domain(today)])}
        result: dict = {name: {} for name in names}
        for office in offices:
            engagement = held.get(office.id)
            values = {
                'holder': engagement and engagement.volunteer.id,
                'until': engagement and engagement.valid_until,
                'vacant': not engagement,
                }
            for name in names:
                result[name][office.id] = values[name]
        return result

    @classmethod
    def _held(cls):
        "The offices that are held today, and until when, as a query"
        pool = Pool()
        engagement = pool.get('aid.volunteer.engagement').__table__()
        today = pool.get('ir.date').today()
        where = (
            (engagement.office != Null)
            & (engagement.valid_from <= today)
            & ((engagement.valid_until == Null)
                | (engagement.valid_until >= today)))
        return engagement, where

    @classmethod
    def search_until(cls, name: str, clause) -> list:
        _, operator, value = clause
        engagement, where = cls._held()
        Operator = fields.SQL_OPERATORS[operator]
        return [('id', 'in', engagement.select(
                    engagement.office,
                    where=where & Operator(engagement.valid_until, value)))]

    @classmethod
    def search_vacant(cls, name: str, clause) -> list:
        _, operator, value = clause
        engagement, where = cls._held()
        vacant = (operator == '=') == bool(value)
        return [('id', 'not in' if vacant else 'in', engagement.select(
                    engagement.office, where=where))]


class HoldsOfficeMixin(Model):
    "An engagement may hold an office of its branch"
    __slots__ = ()

    office = fields.Many2One(
        'aid.office', "Office", ondelete='RESTRICT', states={
            'invisible': Eval('kind') != 'officer',
            'required': Eval('kind') == 'officer',
            },
        domain=[('branch', '=', Eval('branch', -1))])

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.office, Index.Equality()),
                where=table.office != Null))

    @fields.depends('office', 'valid_from')
    def on_change_office(self) -> None:
        "It holds for the term of the office"
        if self.office and self.office.term and self.valid_from:
            self.valid_until = self.valid_from + relativedelta(
                months=self.office.term) - dt.timedelta(days=1)

    @classmethod
    def validate_fields(cls, engagements, field_names) -> None:
        super().validate_fields(engagements, field_names)
        if not field_names or field_names & {
                'office', 'valid_from', 'valid_until'}:
            cls.check_office(engagements)

    @classmethod
    @without_check_access
    def check_office(cls, engagements) -> None:
        """Refuse a second holder of an office.

        :raises EngagementValidationError: naming who holds it at that time
        """
        for engagement in engagements:
            if not engagement.office:
                continue
            others = cls.search([
                    ('office', '=', engagement.office.id),
                    ('id', '!=', engagement.id),
                    ['OR', ('valid_until', '=', None),
                        ('valid_until', '>=', engagement.valid_from)],
                    ('valid_from', '<=', engagement.valid_until)
                    if engagement.valid_until else (),
                    ], limit=1)
            if others:
                raise EngagementValidationError(gettext(
                        'aid_volunteer.msg_office_held',
                        office=engagement.office.rec_name,
                        holder=others[0].volunteer.rec_name))
