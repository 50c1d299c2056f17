"""What somebody has learned, and until when it counts."""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any, NamedTuple

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Bool, Eval
from trytond.transaction import Transaction, without_check_access

from aid_branch.card import new_card_code
from aid_branch.person import age_on
from aid_branch.scope import BranchMixin
from aid_branch.slices import slices

from . import gate, validity
from .exceptions import CertificateValidationError

#: What decides until when a certificate counts
_DECIDING = {
    'volunteer', 'party', 'course', 'obtained_on', 'stated_until',
    'withdrawn_on'}


class _Before(NamedTuple):
    "The certificate that the next one renews, and until when it counts"
    certificate: Any
    valid_until: dt.date | None


class Certificate(BranchMixin, ModelSQL, ModelView):
    """That a volunteer or somebody else has passed a course.

    Seen by the officers of the branch that keeps it and by those who see the
    volunteer.
    """
    __name__ = 'aid.certificate'

    _branch_scope = ('branch', 'volunteer.branch',
        'volunteer.engagements.branch')

    volunteer = fields.Many2One(
        'aid.volunteer', "Volunteer", ondelete='RESTRICT', states={
            'required': ~Eval('party'),
            'invisible': Bool(Eval('party')),
            'readonly': Eval('id', -1) >= 0,
            })
    party = fields.Many2One(
        'party.party', "Person", ondelete='RESTRICT', states={
            'required': ~Eval('volunteer'),
            'invisible': Bool(Eval('volunteer')),
            'readonly': Eval('id', -1) >= 0,
            },
        help="Somebody who is no volunteer and took a public course.")
    course = fields.Many2One(
        'aid.course', "Course", required=True, ondelete='RESTRICT')
    obtained_on = fields.Date("Obtained On", required=True)
    stated_until = fields.Date(
        "End on the Paper",
        help="Only where the paper itself says until when it counts. Empty: "
        "the rule of the course says so.")
    valid_until = fields.Date(
        "Valid Until", readonly=True, help="Empty: for good.")
    accepted_until = fields.Date(
        "Accepted Until", readonly=True,
        help="With the days of grace of the course.")
    renewed = fields.Boolean(
        "Renewed", readonly=True,
        help="A later one of the same course counts longer.")
    hours = fields.Float(
        "Hours", digits=(None, 2),
        domain=['OR', ('hours', '=', None), ('hours', '>', 0)],
        help="Of the renewal, where it was one. Empty: those of the course.")
    reference = fields.Char("Reference", help="The number on the paper.")
    source = fields.Selection([
            ('session', "Session of Ours"),
            ('import', "Imported"),
            ('paper', "Paper Seen"),
            ], "Known From", required=True, readonly=True, sort=False)
    seen_by = fields.Many2One(
        'res.user', "Seen By", readonly=True, ondelete='RESTRICT',
        states={'invisible': ~Eval('seen_by')})
    code = fields.Char(
        "Verification Code", required=True, readonly=True,
        help="Whoever has the paper can check it by this.")
    withdrawn_on = fields.Date(
        "Withdrawn On", help="From this day on it does not count.")
    withdrawn_for = fields.Char(
        "Withdrawn Because", states={
            'invisible': ~Eval('withdrawn_on'),
            'required': Bool(Eval('withdrawn_on')),
            })
    person = fields.Function(
        fields.Char("Name"), 'get_person', searcher='search_person')
    standing = fields.Function(
        fields.Selection([
                ('coming', "To Come"),
                ('valid', "Valid"),
                ('renew', "To Renew"),
                ('grace', "Days of Grace"),
                ('lapsed', "Lapsed"),
                ('withdrawn', "Withdrawn"),
                ], "State", sort=False),
        'get_standing')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('code_unique', Unique(table, table.code),
                'aid_training.msg_certificate_code_unique'),
            ('volunteer_once', Unique(
                    table, table.volunteer, table.course, table.obtained_on),
                'aid_training.msg_certificate_once'),
            ('party_once', Unique(
                    table, table.party, table.course, table.obtained_on),
                'aid_training.msg_certificate_once'),
            ]
        cls._order = [('obtained_on', 'DESC'), ('id', 'DESC')]
        cls._sql_indexes.update({
                Index(table, (table.volunteer, Index.Equality()),
                    (table.course, Index.Equality())),
                Index(table, (table.party, Index.Equality())),
                Index(table, (table.course, Index.Equality()),
                    (table.accepted_until, Index.Range())),
                Index(table, (table.valid_until, Index.Range())),
                })

    @staticmethod
    def default_source() -> str:
        return 'paper'

    @staticmethod
    def default_renewed() -> bool:
        return False

    @staticmethod
    def default_seen_by() -> int | None:
        return Transaction().user or None

    @fields.depends('volunteer', '_parent_volunteer.branch')
    def on_change_volunteer(self) -> None:
        if self.volunteer:
            self.branch = self.volunteer.branch

    @classmethod
    def _before_create(cls, vlist: list[dict]) -> list[dict]:
        "Give each its code, the branch of the volunteer, and who saw it"
        Volunteer = Pool().get('aid.volunteer')
        vlist = super()._before_create(vlist)
        for values in vlist:
            values['code'] = new_card_code()
            if not values.get('branch') and values.get('volunteer'):
                values['branch'] = Volunteer(values['volunteer']).branch.id
            if values.get('source', 'paper') == 'paper':
                values['seen_by'] = Transaction().user or None
            else:
                values['seen_by'] = None
        cls._refuse_twice(vlist)
        return vlist

    @classmethod
    @without_check_access
    def _refuse_twice(cls, vlist: list[dict]) -> None:
        "Refuse the same certificate twice, by name, in one question for all"
        Course = Pool().get('aid.course')
        Volunteer = Pool().get('aid.volunteer')
        Party = Pool().get('party.party')
        names = ['volunteer', 'party', 'course', 'obtained_on']
        there = {c._key() for c in cls.search([
                    ('course', 'in', list({v['course'] for v in vlist})),
                    ['OR', *((name, 'in', list({
                                    v[name] for v in vlist if v.get(name)}))
                            for name in ['volunteer', 'party'])],
                    ])}
        for values in vlist:
            key = tuple(values.get(name) for name in names)
            if key in there:
                volunteer, party, course, day = key
                raise CertificateValidationError(gettext(
                        'aid_training.msg_certificate_twice',
                        person=(Volunteer(volunteer) if volunteer
                            else Party(party)).rec_name,
                        course=Course(course).rec_name, date=day))
            there.add(key)

    @classmethod
    def copy(cls, certificates, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('code')
        default.setdefault('renewed', False)
        return super().copy(certificates, default=default)

    def get_rec_name(self, name: str) -> str:
        return f'{self.course.rec_name} – {self.person}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        joint = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [joint,
            ('course.rec_name', *clause[1:]),
            ('volunteer.rec_name', *clause[1:]),
            ('party.rec_name', *clause[1:]),
            ]

    @classmethod
    def get_person(cls, certificates, name: str) -> dict:
        return {
            c.id: (c.volunteer or c.party).rec_name for c in certificates}

    @classmethod
    def search_person(cls, name: str, clause) -> list:
        joint = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [joint,
            ('volunteer.rec_name', *clause[1:]),
            ('party.rec_name', *clause[1:]),
            ]

    @classmethod
    def get_standing(cls, certificates, name: str) -> dict:
        today = Pool().get('ir.date').today()
        rules = cls._rules(certificates)
        result = {}
        for certificate in certificates:
            if certificate.withdrawn_on and certificate.withdrawn_on <= today:
                result[certificate.id] = 'withdrawn'
                continue
            rule = certificate.rule_of(rules)
            result[certificate.id] = validity.standing(
                today, certificate.obtained_on, certificate.valid_until,
                certificate.accepted_until, rule.renewal_days)
        return result

    @staticmethod
    def valid_domain(date: dt.date) -> list:
        "Domain of the certificates that are accepted on *date*"
        return [
            ('obtained_on', '<=', date),
            ['OR',
                ('accepted_until', '=', None),
                ('accepted_until', '>=', date)],
            ['OR', ('withdrawn_on', '=', None), ('withdrawn_on', '>', date)],
            ]

    def holds_on(self, date: dt.date) -> bool:
        "Whether it is accepted on *date*"
        return (
            self.obtained_on <= date
            and (not self.accepted_until or date <= self.accepted_until)
            and (not self.withdrawn_on or date < self.withdrawn_on))

    @classmethod
    def validate_fields(cls, certificates, field_names) -> None:
        super().validate_fields(certificates, field_names)
        if field_names and not field_names & (_DECIDING | {'hours'}):
            return
        cls.check_person(certificates)
        cls.check_dates(certificates)
        cls.check_hours(certificates)

    @classmethod
    def check_person(cls, certificates) -> None:
        "Refuse a certificate of nobody, or of two"
        for certificate in certificates:
            if bool(certificate.volunteer) == bool(certificate.party):
                raise CertificateValidationError(gettext(
                        'aid_training.msg_certificate_person',
                        course=certificate.course.rec_name))

    @classmethod
    def check_dates(cls, certificates) -> None:
        "Refuse an end before the start, and somebody too young for it"
        for certificate in certificates:
            for end in [certificate.stated_until, certificate.withdrawn_on]:
                if end and end < certificate.obtained_on:
                    raise CertificateValidationError(gettext(
                            'aid_training.msg_certificate_ends_before_start',
                            certificate=certificate.rec_name,
                            start=certificate.obtained_on, end=end))
            least = certificate.course.minimum_age
            born = (
                certificate.volunteer and certificate.volunteer.birth_date)
            if least and born and age_on(
                    born, certificate.obtained_on) < least:
                raise CertificateValidationError(gettext(
                        'aid_training.msg_certificate_too_young',
                        person=certificate.person, age=least,
                        course=certificate.course.rec_name,
                        date=certificate.obtained_on))

    @classmethod
    def check_hours(cls, certificates) -> None:
        "Refuse a renewal of fewer hours than a year asks for"
        rules = cls._rules(certificates)
        for certificate in certificates:
            rule = certificate.rule_of(rules)
            if certificate.hours and rule.yearly_hours and (
                    certificate.hours < rule.yearly_hours):
                raise CertificateValidationError(gettext(
                        'aid_training.msg_certificate_hours',
                        certificate=certificate.rec_name,
                        hours=certificate.hours, least=rule.yearly_hours))

    def _key(self) -> tuple:
        return (
            self.volunteer.id if self.volunteer else None,
            self.party.id if self.party else None,
            self.course.id, self.obtained_on)

    @classmethod
    def _beside(cls, certificates) -> list:
        "All certificates of the people of *certificates*, first ones first"
        return cls.search([
                ('course', 'in', [c.course.id for c in certificates]),
                ['OR',
                    ('volunteer', 'in', [
                            c.volunteer.id for c in certificates
                            if c.volunteer]),
                    ('party', 'in', [
                            c.party.id for c in certificates if c.party]),
                    ],
                ], order=[('obtained_on', 'ASC'), ('id', 'ASC')])

    @classmethod
    @without_check_access
    def _rules(cls, certificates) -> dict:
        "Course id to all its rules, the best first"
        Rule = Pool().get('aid.course.validity')
        rules: dict = defaultdict(list)
        for rule in Rule.search([
                    ('course', 'in', [c.course.id for c in certificates]),
                    ], order=[
                    ('valid_from', 'DESC NULLS LAST'), ('id', 'DESC')]):
            rules[rule.course.id].append(rule)
        return rules

    def rule_of(self, rules: dict):
        "The ``aid.course.validity`` of the day on which it was obtained"
        Rule = Pool().get('aid.course.validity')
        return next(
            (r for r in rules[self.course.id]
                if r.holds_on(self.obtained_on)),
            Rule.for_good(self.course))

    @classmethod
    def on_modification(cls, mode, certificates, field_names=None) -> None:
        super().on_modification(mode, certificates, field_names=field_names)
        if mode == 'create' or mode == 'write' and field_names & _DECIDING:
            cls.settle(certificates)
        if mode == 'create' or mode == 'write' and field_names & (
                _DECIDING | {'accepted_until'}):
            gate.hold_volunteers(_volunteers(certificates))

    @classmethod
    def on_delete(cls, certificates):
        callback = super().on_delete(certificates)
        ids = {c.id for c in certificates}
        with without_check_access():
            left = [
                c for c in cls._beside(certificates) if c.id not in ids]
        volunteers = _volunteers(certificates)
        callback += [
            lambda: cls.settle(left),
            lambda: gate.hold_volunteers(volunteers)]
        return callback

    @classmethod
    @without_check_access
    def settle(cls, certificates) -> None:
        """Work out until when *certificates* count, and those they renew.

        All of a person and course are looked at: one that is entered later
        may have come before.
        """
        if not certificates:
            return
        rules = cls._rules(certificates)
        before: dict = {}
        ends: dict = {}
        for certificate in cls._beside(certificates):
            rule = certificate.rule_of(rules).plain()
            key = certificate._key()[:3]
            until = certificate.stated_until or validity.valid_until(
                rule, certificate.obtained_on, before[key].valid_until
                if key in before else None)
            ends[certificate] = {
                'valid_until': until,
                'accepted_until': validity.accepted_until(rule, until),
                'renewed': False,
                }
            if certificate.withdrawn_on:
                continue
            if key in before:
                ends[before[key].certificate]['renewed'] = True
            before[key] = _Before(certificate, until)
        to_write: list = []
        for certificate, values in ends.items():
            changed = {
                name: value for name, value in values.items()
                if getattr(certificate, name) != value}
            if changed:
                to_write += [[certificate], changed]
        if to_write:
            cls.write(*to_write)

    @classmethod
    @without_check_access
    def settle_courses(cls, courses) -> None:
        "Work out again all certificates of *courses*, whose rule changed"
        for some in slices(cls.search([
                        ('course', 'in', [c.id for c in courses])])):
            cls.settle(some)


def _volunteers(certificates) -> list:
    return list({c.volunteer for c in certificates if c.volunteer})
