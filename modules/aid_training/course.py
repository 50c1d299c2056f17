"""The catalogue of courses, and how long what they give counts."""
from __future__ import annotations

import datetime as dt

from trytond.i18n import gettext
from trytond.model import (
    DeactivableMixin, Index, ModelSQL, ModelView, Unique, fields)
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import without_check_access

from aid_branch.dated import RuleMixin

from . import gate, validity


class Course(DeactivableMixin, ModelSQL, ModelView):
    "A course of the catalogue, the same in the whole network"
    __name__ = 'aid.course'

    name = fields.Char("Name", required=True, translate=True)
    code = fields.Char("Code", required=True)
    kind = fields.Selection([
            ('first_aid', "First Aid"),
            ('food', "Food and Hygiene"),
            ('driving', "Driving"),
            ('onboarding', "Onboarding"),
            ('other', "Other"),
            ], "Kind", required=True, sort=False)
    hours = fields.Float(
        "Hours", digits=(None, 2),
        domain=['OR', ('hours', '=', None), ('hours', '>', 0)])
    minimum_age = fields.Integer(
        "Minimum Age",
        domain=['OR', ('minimum_age', '=', None), ('minimum_age', '>=', 0)],
        help="In full years, on the day it is obtained.")
    url = fields.Char(
        "Online Address", help="Where it can be taken online, if it can.")
    prepares_for = fields.Selection([
            (None, ""),
            ('till', "Till"),
            ('welcome', "Welcome"),
            ('shelves', "Shelves and Storing"),
            ('collection', "Collection Round"),
            ('first_aid', "First Aid Post"),
            ('teaching', "Teaching"),
            ('officer', "Officer"),
            ], "Prepares For", sort=False)
    counts_for = fields.Many2Many(
        'aid.course-counts_for', 'course', 'other', "Also Counts For",
        domain=[('id', '!=', Eval('id', -1))],
        help="Whoever has this one needs not have those: PSE 2 counts for "
        "PSE 1.")
    validities = fields.One2Many(
        'aid.course.validity', 'course', "How Long It Counts")
    validity = fields.Function(
        fields.Char("Counts"), 'get_validity')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints.append(
            ('code_unique', Unique(table, table.code),
                'aid_training.msg_course_code_unique'))
        cls._order.insert(0, ('name', 'ASC'))

    @staticmethod
    def default_kind() -> str:
        return 'other'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        joint = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [joint,
            ('name', *clause[1:]),
            ('code', *clause[1:]),
            ]

    @classmethod
    def get_validity(cls, courses, name: str) -> dict:
        "How long each counts that is obtained today, in words"
        today = Pool().get('ir.date').today()
        return {
            id_: rule.words() for id_, rule in
            cls.rules_at(courses, today).items()}

    @classmethod
    def rules_at(cls, courses, date: dt.date) -> dict:
        """Course id to the ``aid.course.validity`` that holds on *date*.

        By one question for all; a course without a rule has an unsaved one,
        by which it counts for good.
        """
        Rule = Pool().get('aid.course.validity')
        rules = {c.id: Rule.for_good(c) for c in courses}
        for rule in reversed(Rule.search([
                        ('course', 'in', list(rules)),
                        *Rule.valid_domain(date),
                        ], order=[
                        ('valid_from', 'DESC NULLS LAST'), ('id', 'DESC')])):
            rules[rule.course.id] = rule
        return rules

    def proposed_session(self, branch, date: dt.date) -> str | None:
        """Where somebody of *branch* can take it before *date*, a sentence.

        None where nothing is known. Said to whoever lacks the certificate.
        """
        if self.url:
            return gettext(
                'aid_training.msg_course_online', url=self.url)
        return None


class CourseCountsFor(ModelSQL):
    "A course counts for another one too"
    __name__ = 'aid.course-counts_for'

    course = fields.Many2One(
        'aid.course', "Course", required=True, ondelete='CASCADE')
    other = fields.Many2One(
        'aid.course', "Counts For", required=True, ondelete='CASCADE')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('course')

    @classmethod
    def on_modification(cls, mode, rows, field_names=None) -> None:
        super().on_modification(mode, rows, field_names=field_names)
        if mode in {'create', 'write'}:
            cls._hold({r.other for r in rows})

    @classmethod
    def on_delete(cls, rows):
        callback = super().on_delete(rows)
        others = {r.other for r in rows}
        callback.append(lambda: cls._hold(others))
        return callback

    @classmethod
    @without_check_access
    def _hold(cls, courses) -> None:
        "The shifts that need *courses* are looked at again"
        Need = Pool().get('aid.mission.need')
        needs = Need.search([('course', 'in', [c.id for c in courses])])
        if needs:
            gate.hold(Need.shifts_of(needs))


class CourseValidity(RuleMixin, ModelSQL, ModelView):
    """How long a certificate of a course counts, by the day it was obtained.

    A certificate keeps what held on that day; a new rule is a new record.
    """
    __name__ = 'aid.course.validity'

    _rule_key = ('course',)

    course = fields.Many2One(
        'aid.course', "Course", required=True, ondelete='CASCADE')
    kind = fields.Selection([
            ('none', "For Good"),
            ('months', "Some Months"),
            ('end_of_year', "Until 31 December"),
            ], "Counts", required=True, sort=False)
    months = fields.Integer(
        "Months", states={
            'invisible': Eval('kind') != 'months',
            'required': Eval('kind') == 'months',
            },
        domain=['OR', ('months', '=', None), ('months', '>', 0)])
    years = fields.Integer(
        "Years Later", states={
            'invisible': Eval('kind') != 'end_of_year',
            'required': Eval('kind') == 'end_of_year',
            },
        domain=['OR', ('years', '=', None), ('years', '>=', 0)],
        help="1: until 31 December of the year after the one in which it was "
        "obtained.")
    yearly_hours = fields.Float(
        "Hours Each Year", digits=(None, 2), states={
            'invisible': Eval('kind') == 'none',
            },
        domain=['OR', ('yearly_hours', '=', None), ('yearly_hours', '>=', 0)],
        help="A renewal takes at least so many hours.")
    renewal_days = fields.Integer(
        "Days to Renew", required=True,
        states={'invisible': Eval('kind') == 'none'},
        domain=[('renewal_days', '>=', 0)],
        help="So many days before its end it may be renewed without losing "
        "any of them.")
    grace_days = fields.Integer(
        "Days of Grace", required=True,
        states={'invisible': Eval('kind') == 'none'},
        domain=[('grace_days', '>=', 0)],
        help="So many days after its end it is accepted all the same.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.course, Index.Equality())))

    @staticmethod
    def default_kind() -> str:
        return 'none'

    @staticmethod
    def default_renewal_days() -> int:
        return 0

    @staticmethod
    def default_grace_days() -> int:
        return 0

    def get_rec_name(self, name: str) -> str:
        return f'{self.course.rec_name} {self.valid_from or ""}'.strip()

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('course.rec_name', *clause[1:])]

    @classmethod
    def for_good(cls, course):
        "What holds for a *course* without a rule, not saved"
        return cls(
            course=course, kind='none', months=None, years=None,
            yearly_hours=None, renewal_days=0, grace_days=0)

    def words(self) -> str:
        "How long it counts, in words"
        return gettext(
            f'aid_training.msg_validity_{self.kind}', months=self.months,
            years=self.years)

    def plain(self) -> validity.Validity:
        "The same as plain values"
        return validity.Validity(
            self.kind, self.months or 0, self.years or 0,
            self.renewal_days or 0, self.grace_days or 0)

    @classmethod
    def on_modification(cls, mode, rules, field_names=None) -> None:
        super().on_modification(mode, rules, field_names=field_names)
        if mode in {'create', 'write'}:
            cls._settle(rules)

    @classmethod
    def on_delete(cls, rules):
        callback = super().on_delete(rules)
        courses = list({r.course for r in rules})
        Certificate = Pool().get('aid.certificate')
        callback.append(lambda: Certificate.settle_courses(courses))
        return callback

    @classmethod
    def _settle(cls, rules) -> None:
        "What was obtained while a rule holds counts as it says"
        Certificate = Pool().get('aid.certificate')
        Certificate.settle_courses(list({r.course for r in rules}))
