"""Who is about to lapse is told in time, and their officer too."""
from __future__ import annotations

import datetime as dt
from collections import defaultdict

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access

from aid_branch import messages as mail
from aid_branch.dated import RuleMixin

from .exceptions import LapseRuleValidationError
from .gate import Holders

#: Certificates of one run: what is left waits for the next
AT_ONCE = 200


class LapseRule(RuleMixin, ModelSQL, ModelView):
    "How long before its end a certificate is spoken of"
    __name__ = 'aid.certificate.lapse.rule'

    first_days = fields.Integer(
        "First Told (Days Before)", required=True,
        domain=[('first_days', '>', 0)])
    second_days = fields.Integer(
        "Told Again (Days Before)", required=True,
        domain=[('second_days', '>', 0)])
    last_days = fields.Integer(
        "Told at Last (Days Before)", required=True,
        domain=[('last_days', '>', 0)])

    def get_rec_name(self, name: str) -> str:
        return '/'.join(map(str, self.days()))

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('source', *clause[1:])]

    @classmethod
    def validate_fields(cls, rules, field_names) -> None:
        super().validate_fields(rules, field_names)
        for rule in rules:
            if not rule.first_days > rule.second_days > rule.last_days:
                raise LapseRuleValidationError(gettext(
                        'aid_training.msg_lapse_rule_order',
                        first=rule.first_days, second=rule.second_days,
                        last=rule.last_days))

    def days(self) -> list[int]:
        "The days before an end on which it is told, the first one first"
        return [self.first_days, self.second_days, self.last_days]


class Certificate(metaclass=PoolMeta):
    __name__ = 'aid.certificate'

    told_days = fields.Integer(
        "Told So Many Days Before", readonly=True,
        help="Of the notices of its end, the last that was given.")

    @classmethod
    def copy(cls, certificates, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('told_days')
        return super().copy(certificates, default=default)

    @classmethod
    def preprocess_values(cls, mode: str, values: dict) -> dict:
        # Another end is told anew
        values = super().preprocess_values(mode, values)
        if mode == 'write' and 'valid_until' in values:
            values['told_days'] = None
        return values

    @classmethod
    @without_check_access
    def tell(cls) -> None:
        "The cron job: tell volunteers and their branches, each notice once"
        pool = Pool()
        Rule = pool.get('aid.certificate.lapse.rule')
        today = pool.get('ir.date').today()
        rule = Rule.at(today)
        if not rule:
            return
        due = cls.search([
                ('valid_until', '>=', today),
                ('withdrawn_on', '=', None),
                ('renewed', '=', False),
                ('volunteer.active', '=', True),
                ['OR', *([
                            ('valid_until', '<=',
                                today + dt.timedelta(days=days)),
                            ['OR',
                                ('told_days', '=', None),
                                ('told_days', '>', days)],
                            ] for days in rule.days())],
                ], order=[('valid_until', 'ASC'), ('id', 'ASC')],
            limit=AT_ONCE)
        to_write: list = []
        for certificate in due:
            left = (certificate.valid_until - today).days
            to_write += [[certificate], {
                    'told_days': min(d for d in rule.days() if left <= d)}]
        if to_write:
            _tell_volunteers(lapsing := _without_successor(due))
            cls.write(*to_write)
            _tell_branches(lapsing)


def _without_successor(certificates) -> list:
    "Those of *certificates* that nothing else replaces when they end"
    holders = Holders(
        {c.volunteer.id for c in certificates},
        {c.course.id for c in certificates})
    return [
        c for c in certificates if not holders.has(
            c.volunteer.id, c.course.id,
            c.valid_until + dt.timedelta(days=1), beside=c)]


def _tell_volunteers(certificates) -> None:
    Message = Pool().get('aid.volunteer.message')
    Message.create([{
                'kind': 'lapse',
                'volunteer': c.volunteer.id,
                'certificate': c.id,
                'valid_until': dt.datetime.combine(
                    c.valid_until + dt.timedelta(days=1), dt.time()),
                } for c in certificates if c.volunteer.email])


def _tell_branches(certificates) -> None:
    """One e-mail for each branch, with all of its volunteers.

    A branch without an address finds them in its list all the same.
    """
    by_branch = defaultdict(list)
    for certificate in certificates:
        by_branch[certificate.volunteer.branch].append(certificate)
    messages = []
    for branch, own in by_branch.items():
        if address := branch.party.email:
            with mail.in_language_of(branch):
                messages.append((branch, mail.compose(
                            address,
                            gettext('aid_training.msg_lapse_branch_subject'),
                            '\n\n'.join([
                                    gettext('aid_training.msg_lapse_branch',
                                        branch=branch.name),
                                    '\n'.join(map(_line, own))]),
                            'volunteer')))
    mail.deliver(messages)


def _line(certificate) -> str:
    return gettext(
        'aid_training.msg_lapse_line', person=certificate.person,
        course=certificate.course.rec_name,
        date=_in_words(certificate.valid_until))


def _in_words(date: dt.date) -> str:
    return Pool().get('ir.lang').get().strftime(date)


class Message(metaclass=PoolMeta):
    __name__ = 'aid.volunteer.message'

    certificate = fields.Many2One(
        'aid.certificate', "Certificate", readonly=True, ondelete='CASCADE')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.kind.selection += [
            ('lapse', "Certificate Ends"),
            ('lost_place', "Place Lost"),
            ]

    @property
    def branch(self):
        if self.certificate:
            return self.volunteer.branch
        return super().branch

    def _subject(self) -> str:
        if self.kind == 'lapse':
            return gettext(
                'aid_training.msg_mail_lapse_subject',
                course=self.certificate.course.rec_name,
                date=_in_words(self.certificate.valid_until))
        if self.kind == 'lost_place':
            return gettext(
                'aid_training.msg_mail_lost_place_subject',
                shift=self.signup.shift.rec_name)
        return super()._subject()

    def _text(self, key: str) -> str:
        if self.kind == 'lapse':
            return self._without_link(
                self.certificate.course, 'msg_mail_lapse',
                self.certificate.valid_until)
        if self.kind == 'lost_place':
            return self._without_link(
                self.signup.lost_for, 'msg_mail_lost_place',
                self.signup.shift.date)
        return super()._text(key)

    def _without_link(self, course, message: str, date: dt.date) -> str:
        "What is said of *course*, and where it can be taken before *date*"
        branch = self.branch
        return '\n\n'.join(filter(None, [
                    gettext('aid_volunteer.msg_mail_greeting',
                        first_name=self.volunteer.first_name),
                    gettext(f'aid_training.{message}',
                        course=course.rec_name if course else '',
                        date=_in_words(date)),
                    course and course.proposed_session(branch, date),
                    '\n'.join(filter(None, [
                                branch.name, branch.party.phone])),
                    ]))
