"""A volunteer: who it is, how to reach it, and for whom it engages."""
from __future__ import annotations

import datetime as dt

from trytond.i18n import gettext
from trytond.model import (
    DeactivableMixin, Index, ModelSQL, ModelView, Unique, fields)
from trytond.pool import Pool
from trytond.pyson import Bool, Eval
from trytond.transaction import Transaction, check_access, without_check_access

from aid_branch.card import new_card_code
from aid_branch.person import NamedPersonMixin, search_key
from aid_branch.scope import BranchMixin

from . import likeness, retention
from .exceptions import (
    DuplicateVolunteerWarning, EngagementValidationError,
    VolunteerValidationError)
from .expense import PaidBackMixin
from .licence import LICENCES
from .office import HoldsOfficeMixin

KINDS = [
    ('one_off', "One-Off"),
    ('regular', "Regular"),
    ('officer', "Officer"),
    ]


class Volunteer(
        PaidBackMixin, NamedPersonMixin, BranchMixin, DeactivableMixin,
        ModelSQL, ModelView):
    """Somebody who gives time, for two hours or for twenty years.

    A first name and a phone or an e-mail are enough; everything else is asked
    by the mission that needs it. Seen by the officers of the branch it
    belongs to and of those it engages with. It knows nothing of households,
    and nothing of a household leads here.
    """
    __name__ = 'aid.volunteer'

    _branch_scope = ('branch', 'engagements.branch')

    code = fields.Char("Number", required=True, readonly=True)
    phone = fields.Char("Phone")
    email = fields.Char("E-Mail")
    phone_key = fields.Char("Phone Key", readonly=True)
    email_key = fields.Char("E-Mail Key", readonly=True)
    birth_date = fields.Date(
        "Birth Date", help="Only where a mission asks for an age.")
    emergency_contact = fields.Char(
        "In an Emergency, Call",
        help="A name and a phone.")
    guardian = fields.Char(
        "Guardian", help="Name and phone, of somebody under age.")
    guardian_consent_on = fields.Date("Guardian Consented On")
    guardian_until = fields.Time(
        "Not Later Than",
        help="When the guardian wants the person to be done, at the latest.")
    guardian_limits = fields.Char(
        "What the Guardian Asks",
        help="Such as never alone, or nothing heavy. For whoever is in "
        "charge of the shift.")
    languages = fields.Char("Languages")
    licences = fields.MultiSelection(LICENCES, "Licences", sort=False)
    skills = fields.One2Many('aid.volunteer.skill', 'volunteer', "Skills")
    availabilities = fields.One2Many(
        'aid.volunteer.availability', 'volunteer', "Can Come",
        help="As a rule. A shift may be taken at any other time.")
    engagements = fields.One2Many(
        'aid.volunteer.engagement', 'volunteer', "Engagements")
    engagement = fields.Function(
        fields.Selection(
            [(None, ""), *KINDS], "Engaged As", sort=False),
        'get_engagement')
    charter_on = fields.Date("Charter Accepted On")
    photo = fields.Binary("Photo")
    card_code = fields.Char("Card", readonly=True)
    signups = fields.One2Many(
        'aid.shift.signup', 'volunteer', "Shifts", readonly=True,
        order=[('start', 'DESC')])
    anonymised_on = fields.Date(
        "Anonymised On", readonly=True,
        states={'invisible': ~Eval('anonymised_on')})

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.first_name.required = True
        cls.first_name.states = {'readonly': Bool(Eval('anonymised_on'))}
        table = cls.__table__()
        cls._sql_constraints += [
            ('code_unique', Unique(table, table.code),
                'aid_volunteer.msg_volunteer_code_unique'),
            ('card_code_unique', Unique(table, table.card_code),
                'aid_volunteer.msg_volunteer_card_code_unique'),
            ]
        cls._sql_indexes.update({
                Index(table, (table.phone_key, Index.Equality())),
                Index(table, (table.email_key, Index.Equality())),
                })
        cls._order = [('last_name', 'ASC'), ('first_name', 'ASC'),
            ('id', 'ASC')]

    @classmethod
    def _before_create(cls, vlist: list[dict]) -> list[dict]:
        "Number them, and give each its card, in bulk"
        pool = Pool()
        Sequence = pool.get('ir.sequence')
        ModelData = pool.get('ir.model.data')
        vlist = super()._before_create(vlist)
        with without_check_access():
            sequence = Sequence(ModelData.get_id(
                    'aid_volunteer', 'sequence_volunteer'))
            codes = sequence.get_many(len(vlist))
        for values, code in zip(vlist, codes):
            values['code'] = code
            values['card_code'] = new_card_code()
        return vlist

    @classmethod
    def copy(cls, volunteers, default=None):
        default = default.copy() if default is not None else {}
        for name in [
                'code', 'card_code', 'party', 'signups', 'engagements', 'skills',
                'availabilities', 'anonymised_on']:
            default.setdefault(name)
        return super().copy(volunteers, default=default)

    def get_rec_name(self, name: str) -> str:
        names = ' '.join(filter(None, [self.first_name, self.last_name]))
        return names or self.code

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        joint = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [joint,
            cls.search_key_domain('search_key', clause),
            ('code', *clause[1:]),
            ('card_code', *clause[1:]),
            ]

    @classmethod
    def get_engagement(cls, volunteers, name: str) -> dict:
        "The engagement of most weight that each has today"
        Engagement = Pool().get('aid.volunteer.engagement')
        weight = [kind for kind, _ in KINDS]
        result: dict = dict.fromkeys(v.id for v in volunteers)
        for engagement in Engagement.on(volunteers, dt.date.today()):
            id_ = engagement.volunteer.id
            result[id_] = max(
                filter(None, [result[id_], engagement.kind]),
                key=weight.index)
        return result

    def compute_fields(self, field_names=None) -> dict:
        values = super().compute_fields(field_names=field_names)
        for name, key_of in [
                ('phone', likeness.phone_key), ('email', likeness.email_key)]:
            if field_names is None or name in field_names:
                key = key_of(getattr(self, name))
                if getattr(self, f'{name}_key') != key:
                    values[f'{name}_key'] = key
        return values

    @classmethod
    def validate_fields(cls, volunteers, field_names) -> None:
        super().validate_fields(volunteers, field_names)
        cls.check_reachable(volunteers, field_names)
        cls.check_birth(volunteers, field_names)

    @classmethod
    def check_reachable(cls, volunteers, field_names=None) -> None:
        "Refuse somebody who cannot be told that a shift is cancelled"
        if field_names and not field_names & {
                'phone', 'email', 'anonymised_on'}:
            return
        for volunteer in volunteers:
            if not (likeness.phone_key(volunteer.phone)
                    or likeness.email_key(volunteer.email)
                    or volunteer.anonymised_on):
                raise VolunteerValidationError(gettext(
                        'aid_volunteer.msg_volunteer_unreachable',
                        volunteer=volunteer.rec_name))

    @classmethod
    def check_birth(cls, volunteers, field_names=None) -> None:
        "Refuse a birth to come"
        if field_names and 'birth_date' not in field_names:
            return
        today = dt.date.today()
        for volunteer in volunteers:
            if volunteer.birth_date and volunteer.birth_date > today:
                raise VolunteerValidationError(gettext(
                        'aid_volunteer.msg_volunteer_born_in_future',
                        volunteer=volunteer.rec_name,
                        birth=volunteer.birth_date))

    @classmethod
    def check_modification(
            cls, mode, volunteers, values=None, external=False) -> None:
        super().check_modification(
            mode, volunteers, values=values, external=external)
        if external and (mode == 'create' or mode == 'write'
                and values.keys() & {'phone', 'email'}):
            cls._warn_duplicates(volunteers)

    @classmethod
    def _warn_duplicates(cls, volunteers) -> None:
        Warning = Pool().get('res.user.warning')
        for volunteer in volunteers:
            for other in volunteer.alike()[:1]:
                # What is stored of a warning must name nobody
                name = f'volunteer_alike,{other.id}'
                if Warning.check(name):
                    raise DuplicateVolunteerWarning(name, gettext(
                            'aid_volunteer.msg_volunteer_alike',
                            volunteer=volunteer.rec_name,
                            other=other.rec_name,
                            code=other.code,
                            branch=other.branch.rec_name))

    @without_check_access
    def engage(self, branch, date: dt.date) -> None:
        "Engage for *branch* on *date* for once, unless it is engaged there"
        Engagement = Pool().get('aid.volunteer.engagement')
        if not any(
                e.reaches(branch) for e in Engagement.on([self], date)):
            Engagement.create([{
                        'volunteer': self.id,
                        'branch': branch.id,
                        'kind': 'one_off',
                        'valid_from': date,
                        'valid_until': date,
                        }])

    def alike(self) -> list:
        """Those who may be the same person, of those the user may see.

        A similar name with the same phone, e-mail or birth date. Asked by
        index: at most three questions, however many volunteers there are.
        """
        Volunteer = self.__class__
        same = [
            (name, '=', value) for name, value in [
                ('phone_key', likeness.phone_key(self.phone)),
                ('email_key', likeness.email_key(self.email)),
                ('birth_date', self.birth_date)]
            if value]
        if not same:
            return []
        own_id = self.id if self.id is not None else -1
        with check_access():
            candidates = Volunteer.search([
                    ('id', '!=', own_id), ['OR', *same]], limit=100)
        key = search_key(self.first_name, self.last_name)
        return [
            c for c in candidates if likeness.are_alike(key, c.search_key)]

    @classmethod
    def forget_beside(cls, volunteers) -> None:
        "For rooms above: what else would tell who *volunteers* were"

    @classmethod
    def forget(cls) -> None:
        "The cron job: what is kept no longer"
        retention.forget()


class Engagement(HoldsOfficeMixin, ModelSQL, ModelView):
    """For which branch somebody engages, from when to when, and as what.

    Several may hold at once: an officer here may help out there.
    """
    __name__ = 'aid.volunteer.engagement'

    _branch_scope = ('branch', 'volunteer.branch')

    volunteer = fields.Many2One(
        'aid.volunteer', "Volunteer", required=True, ondelete='CASCADE')
    branch = fields.Many2One(
        'aid.branch', "Branch", required=True, ondelete='RESTRICT')
    kind = fields.Selection(KINDS, "As", required=True, sort=False)
    valid_from = fields.Date("From", required=True)
    valid_until = fields.Date(
        "Until", help="Included. Empty: no end is known.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._order = [('valid_from', 'DESC'), ('id', 'DESC')]
        cls._sql_indexes.update({
                Index(table, (table.volunteer, Index.Equality())),
                Index(table, (table.branch, Index.Equality()),
                    (table.valid_from, Index.Range())),
                })

    @staticmethod
    def default_branch() -> int | None:
        return Transaction().context.get('branch')

    @staticmethod
    def default_kind() -> str:
        return 'regular'

    @staticmethod
    def default_valid_from() -> dt.date:
        return Pool().get('ir.date').today()

    def get_rec_name(self, name: str) -> str:
        return f'{self.volunteer.rec_name} @ {self.branch.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return ['OR',
            ('volunteer.rec_name', *clause[1:]),
            ('branch.rec_name', *clause[1:]),
            ]

    @staticmethod
    def valid_domain(date: dt.date) -> list:
        "Domain of the engagements that hold on *date*"
        return [
            ('valid_from', '<=', date),
            ['OR', ('valid_until', '=', None), ('valid_until', '>=', date)],
            ]

    @classmethod
    def on(cls, volunteers, date: dt.date) -> list:
        "The engagements of *volunteers* that hold on *date*"
        return cls.search([
                ('volunteer', 'in', [v.id for v in volunteers]),
                *cls.valid_domain(date),
                ])

    def holds_on(self, date: dt.date) -> bool:
        "Whether it holds on *date*"
        return self.valid_from <= date and (
            not self.valid_until or date <= self.valid_until)

    def reaches(self, branch) -> bool:
        "Whether it is for *branch* or for one above it"
        return self.branch.id in branch.lineage

    @classmethod
    def validate_fields(cls, engagements, field_names) -> None:
        super().validate_fields(engagements, field_names)
        cls.check_dates(engagements, field_names)

    @classmethod
    def check_dates(cls, engagements, field_names=None) -> None:
        "Refuse an end before the beginning"
        if field_names and not field_names & {'valid_from', 'valid_until'}:
            return
        for engagement in engagements:
            if (engagement.valid_until
                    and engagement.valid_until < engagement.valid_from):
                raise EngagementValidationError(gettext(
                        'aid_volunteer.msg_engagement_ends_before_start',
                        engagement=engagement.rec_name,
                        start=engagement.valid_from,
                        end=engagement.valid_until))


class Skill(DeactivableMixin, ModelSQL, ModelView):
    "Something a person may be good at"
    __name__ = 'aid.skill'

    name = fields.Char("Name", required=True, translate=True)


class VolunteerSkill(ModelSQL, ModelView):
    "How well a volunteer can do something"
    __name__ = 'aid.volunteer.skill'

    volunteer = fields.Many2One(
        'aid.volunteer', "Volunteer", required=True, ondelete='CASCADE')
    skill = fields.Many2One(
        'aid.skill', "Skill", required=True, ondelete='RESTRICT')
    level = fields.Selection([
            ('beginner', "Beginner"),
            ('able', "Able"),
            ('teaches', "Can Teach Others"),
            ], "Level", required=True, sort=False)
    level_string = level.translated('level')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('volunteer')
        table = cls.__table__()
        cls._sql_constraints.append(
            ('once', Unique(table, table.volunteer, table.skill),
                'aid_volunteer.msg_skill_once'))
        cls._sql_indexes.update({
                Index(table, (table.volunteer, Index.Equality())),
                Index(table, (table.skill, Index.Equality())),
                })

    @staticmethod
    def default_level() -> str:
        return 'able'

    def get_rec_name(self, name: str) -> str:
        return f'{self.skill.rec_name} ({self.level_string})'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('skill.rec_name', *clause[1:])]


class Availability(ModelSQL, ModelView):
    "When a volunteer can come: every week, or between two days"
    __name__ = 'aid.volunteer.availability'

    volunteer = fields.Many2One(
        'aid.volunteer', "Volunteer", required=True, ondelete='CASCADE')
    weekday = fields.Selection([
            (None, "Every Day"),
            ('0', "Monday"),
            ('1', "Tuesday"),
            ('2', "Wednesday"),
            ('3', "Thursday"),
            ('4', "Friday"),
            ('5', "Saturday"),
            ('6', "Sunday"),
            ], "Day", sort=False)
    weekday_string = weekday.translated('weekday')
    start = fields.Time("From", required=True)
    end = fields.Time("To", required=True)
    valid_from = fields.Date("From Day")
    valid_until = fields.Date("Until Day")
    cannot = fields.Boolean(
        "Cannot Come", help="An absence, such as a holiday.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('volunteer')
        table = cls.__table__()
        cls._sql_indexes.update({
                Index(table, (table.volunteer, Index.Equality())),
                Index(table, (table.weekday, Index.Equality())),
                })

    @staticmethod
    def default_start() -> dt.time:
        return dt.time(0)

    @staticmethod
    def default_end() -> dt.time:
        return dt.time(23, 59)

    def get_rec_name(self, name: str) -> str:
        return f'{self.weekday_string or ""} {self.start:%H:%M}' \
            f'–{self.end:%H:%M}'.strip()

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('volunteer.rec_name', *clause[1:])]

    @classmethod
    def validate_fields(cls, availabilities, field_names) -> None:
        super().validate_fields(availabilities, field_names)
        for availability in availabilities:
            if availability.end <= availability.start or (
                    availability.valid_from and availability.valid_until
                    and availability.valid_until < availability.valid_from):
                raise VolunteerValidationError(gettext(
                        'aid_volunteer.msg_availability_ends_before_start',
                        volunteer=availability.volunteer.rec_name,
                        availability=availability.rec_name))
