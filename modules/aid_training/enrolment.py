"""Who takes a session, who waits for a place, and who passed."""
from __future__ import annotations

from collections import defaultdict

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval
from trytond.transaction import without_check_access

from aid_branch.person import age_on
from aid_branch.slices import slices
from aid_volunteer.places import PlaceMixin

from .exceptions import EnrolmentError, SessionClosedError


class Enrolment(PlaceMixin, ModelSQL, ModelView):
    """Somebody who takes a session, and what came of it.

    A volunteer, or where the course is open to everybody any person. Seen by
    the branch that gives the session and by that of the volunteer.
    """
    __name__ = 'aid.course.enrolment'

    _branch_scope = ('session.branch', 'volunteer.branch')
    _of = 'session'
    _who = ('volunteer', 'party')

    session = fields.Many2One(
        'aid.course.session', "Session", required=True, ondelete='CASCADE',
        states={'readonly': Eval('id', -1) >= 0})
    volunteer = fields.Many2One(
        'aid.volunteer', "Volunteer", ondelete='RESTRICT', states={
            'required': ~Eval('party'),
            'readonly': (Eval('id', -1) >= 0) | Bool(Eval('party')),
            })
    party = fields.Many2One(
        'party.party', "Person", ondelete='RESTRICT', readonly=True,
        help="Somebody who is no volunteer.")
    birth_date = fields.Date(
        "Birth Date", states={
            'invisible': Bool(Eval('volunteer')),
            'readonly': ~Eval('state').in_(['coming', 'waiting']),
            },
        help="Only where the course asks for an age.")
    result = fields.Selection([
            (None, ""),
            ('passed', "Passed"),
            ('failed', "Not Passed"),
            ], "Result", readonly=True, sort=False)
    certificate = fields.Many2One(
        'aid.certificate', "Certificate", readonly=True,
        ondelete='SET NULL', states={'invisible': ~Eval('certificate')})
    course = fields.Function(
        fields.Many2One('aid.course', "Course"), 'get_session',
        searcher='search_session')
    date = fields.Function(
        fields.Date("First Day"), 'get_session', searcher='search_session')
    phone = fields.Function(fields.Char("Phone"), 'get_phone')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('volunteer_once', Unique(table, table.session, table.volunteer),
                'aid_training.msg_enrolment_once'),
            ('party_once', Unique(table, table.session, table.party),
                'aid_training.msg_enrolment_once'),
            ]
        cls._order = [('id', 'ASC')]
        cls._sql_indexes.update({
                Index(table, (table.session, Index.Equality())),
                Index(table, (table.volunteer, Index.Equality())),
                Index(table, (table.party, Index.Equality())),
                })

    @classmethod
    def get_session(cls, enrolments, names: list[str]) -> dict:
        return {
            'course': {e.id: e.session.course.id for e in enrolments},
            'date': {e.id: e.session.date for e in enrolments},
            }

    @classmethod
    def search_session(cls, name: str, clause) -> list:
        return [(f'session.{clause[0]}', *clause[1:])]

    @classmethod
    def get_phone(cls, enrolments, name: str) -> dict:
        result = {}
        for enrolment in enrolments:
            person = enrolment.volunteer or enrolment.party
            result[enrolment.id] = person and (
                person.phone or person.email)
        return result

    @property
    def person(self) -> str:
        "The name of whoever it is"
        return (self.volunteer or self.party).rec_name

    def get_rec_name(self, name: str) -> str:
        return f'{self.person} – {self.session.course.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        joint = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [joint,
            ('volunteer.rec_name', *clause[1:]),
            ('party.rec_name', *clause[1:]),
            ('session.course.rec_name', *clause[1:]),
            ]

    @classmethod
    def _before_create(cls, vlist: list[dict]) -> list[dict]:
        vlist = super()._before_create(vlist)
        cls._check_twice(vlist)
        return vlist

    @classmethod
    @without_check_access
    def _check_twice(cls, vlist: list[dict]) -> None:
        "Refuse by name whoever is enrolled in that session already"
        there = {
            (e.session.id, *e._is()): e for e in cls.search([
                    ('session', 'in', [v.get('session') for v in vlist])])}
        for values in vlist:
            enrolment = there.get((
                    values.get('session'), values.get('volunteer'),
                    values.get('party')))
            if enrolment:
                raise EnrolmentError(gettext(
                        'aid_training.msg_enrolment_twice',
                        person=enrolment.person,
                        session=enrolment.session.rec_name))

    @classmethod
    def enrol(cls, session, volunteers) -> list:
        """*volunteers* take *session*, or wait where it is full.

        :raises EnrolmentError: one of them cannot take it
        """
        return cls.take_places(session, [
                {'volunteer': id_, 'party': None} for id_ in dict.fromkeys(
                    v.id for v in volunteers)])

    @classmethod
    def validate_fields(cls, enrolments, field_names) -> None:
        super().validate_fields(enrolments, field_names)
        if not field_names or field_names & {
                'state', 'session', 'volunteer', 'party', 'birth_date'}:
            cls.check_may_come(enrolments)

    @classmethod
    @without_check_access
    def check_may_come(cls, enrolments) -> None:
        """Refuse whoever may not take a session.

        :raises EnrolmentError: naming the person, the session and why
        """
        for refusal in cls.refusals([
                    e for e in enrolments
                    if e.state in {'coming', 'waiting'}]).values():
            raise EnrolmentError(refusal)

    @classmethod
    def refusals(cls, enrolments) -> dict:
        """Enrolment to why it cannot be, a sentence in the user's language.

        For rooms above to add to: the first that is found is told.
        """
        refused: dict = {}
        for refuse in [
                cls._refuse_nobody, cls._refuse_closed,
                cls._refuse_outsider, cls._refuse_trainer,
                cls._refuse_young]:
            for enrolment, message in refuse(
                    [e for e in enrolments if e not in refused]):
                refused[enrolment] = message
        return refused

    @classmethod
    def _refuse_nobody(cls, enrolments):
        "Whoever is nobody, or two"
        for enrolment in enrolments:
            if bool(enrolment.volunteer) == bool(enrolment.party):
                yield enrolment, gettext(
                    'aid_training.msg_enrolment_nobody',
                    session=enrolment.session.rec_name)

    @classmethod
    def _refuse_closed(cls, enrolments):
        for enrolment in enrolments:
            if enrolment.session.state != 'open':
                yield enrolment, gettext(
                    'aid_training.msg_enrolment_session_not_open',
                    person=enrolment.person,
                    session=enrolment.session.rec_name)

    @classmethod
    def _refuse_outsider(cls, enrolments):
        "Whoever is no volunteer, where the course is for volunteers"
        for enrolment in enrolments:
            if enrolment.party and not enrolment.session.course.public:
                yield enrolment, gettext(
                    'aid_training.msg_enrolment_outsider',
                    person=enrolment.person,
                    session=enrolment.session.rec_name)

    @classmethod
    def _refuse_trainer(cls, enrolments):
        for enrolment in enrolments:
            if enrolment.volunteer in enrolment.session.trainers:
                yield enrolment, gettext(
                    'aid_training.msg_enrolment_trainer',
                    person=enrolment.person,
                    session=enrolment.session.rec_name)

    @classmethod
    def _refuse_young(cls, enrolments):
        "Whoever is too young, or would be if we knew"
        for enrolment in enrolments:
            session = enrolment.session
            least = session.course.minimum_age
            if not least:
                continue
            born = (
                enrolment.volunteer.birth_date if enrolment.volunteer
                else enrolment.birth_date)
            if not born:
                yield enrolment, gettext(
                    'aid_training.msg_enrolment_birth_date',
                    person=enrolment.person, session=session.rec_name,
                    age=least)
            elif session.last_date < born or age_on(
                    born, session.last_date) < least:
                yield enrolment, gettext(
                    'aid_training.msg_enrolment_young',
                    person=enrolment.person, session=session.rec_name,
                    age=least)

    @classmethod
    def check_modification(
            cls, mode, enrolments, values=None, external=False) -> None:
        super().check_modification(
            mode, enrolments, values=values, external=external)
        if external and mode != 'create':
            for enrolment in enrolments:
                if enrolment.session.state == 'closed':
                    raise SessionClosedError(gettext(
                            'aid_training.msg_session_closed',
                            session=enrolment.session.rec_name))

    @classmethod
    def on_modification(cls, mode, enrolments, field_names=None) -> None:
        super().on_modification(mode, enrolments, field_names=field_names)
        if mode == 'create':
            cls._engage(enrolments)

    @classmethod
    @without_check_access
    def _engage(cls, enrolments) -> None:
        "Who takes it is known where it is given, if only for that day"
        Engagement = Pool().get('aid.volunteer.engagement')
        by_session = defaultdict(list)
        for enrolment in enrolments:
            if enrolment.volunteer:
                by_session[enrolment.session].append(enrolment.volunteer)
        for session, volunteers in by_session.items():
            there = {
                e.volunteer for e in Engagement.on(volunteers, session.date)
                if e.reaches(session.branch)}
            for volunteer in volunteers:
                if volunteer not in there:
                    volunteer.engage(session.branch, session.date)

    @classmethod
    @without_check_access
    def settle(cls, session, results: dict) -> list:
        """Say who took *session* and who passed, and close it.

        Who passed gets the certificate, which counts as the rule of the
        course says.

        :param results: enrolment to whether it was passed; who is not in it
            was not there
        :return: the certificates
        """
        Session = Pool().get('aid.course.session')
        to_write: list = []
        for enrolment in cls.search([
                    ('session', '=', session.id),
                    ('state', '=', 'coming')]):
            passed = results.get(enrolment)
            to_write += [[enrolment], {
                    'state': 'absent' if passed is None else 'present',
                    'result': (
                        None if passed is None
                        else 'passed' if passed else 'failed'),
                    }]
        if to_write:
            cls.write(*to_write)
        Session.write([session], {'state': 'closed'})
        return cls.certify([e for e, passed in results.items() if passed])

    @classmethod
    @without_check_access
    def certify(cls, enrolments) -> list:
        """The certificates of *enrolments*, which were passed.

        Somebody who has the same one of that day keeps it.
        """
        Certificate = Pool().get('aid.certificate')
        if not enrolments:
            return []
        has = {
            c._key(): c for c in Certificate.search([
                    ('course', 'in', [
                            e.session.course.id for e in enrolments]),
                    ('obtained_on', 'in', [
                            e.session.last_date for e in enrolments]),
                    ['OR',
                        ('volunteer', 'in', [
                                e.volunteer.id for e in enrolments
                                if e.volunteer]),
                        ('party', 'in', [
                                e.party.id for e in enrolments if e.party])],
                    ])}
        new = [e for e in enrolments if e._certificate_key() not in has]
        for some in slices(new):
            has.update((c._key(), c) for c in Certificate.create(
                    [e._certificate() for e in some]))
        to_write: list = []
        for enrolment in enrolments:
            to_write += [[enrolment], {
                    'certificate': has[enrolment._certificate_key()].id}]
        cls.write(*to_write)
        return [has[e._certificate_key()] for e in enrolments]

    def _certificate_key(self) -> tuple:
        return (*self._is(), self.session.course.id, self.session.last_date)

    def _certificate(self) -> dict:
        "The values of the certificate of who passed"
        keeper = self.volunteer or self.session
        return {
            'volunteer': self.volunteer.id if self.volunteer else None,
            'party': self.party.id if self.party else None,
            'branch': keeper.branch.id,
            'course': self.session.course.id,
            'obtained_on': self.session.last_date,
            'hours': self.session.hours,
            'source': 'session',
            }


class Volunteer(metaclass=PoolMeta):
    __name__ = 'aid.volunteer'

    enrolments = fields.One2Many(
        'aid.course.enrolment', 'volunteer', "Sessions", readonly=True,
        order=[('id', 'DESC')])

    @classmethod
    def copy(cls, volunteers, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('enrolments')
        return super().copy(volunteers, default=default)
