"""What shifts and sign-ups say of the certificates that are needed."""
from __future__ import annotations

from sql import Literal, Null
from sql.conditionals import Case

from trytond.i18n import gettext
from trytond.model import Index, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from aid_volunteer.exceptions import SignupError

from . import gate


class Shift(metaclass=PoolMeta):
    __name__ = 'aid.shift'

    lacking = fields.Boolean("Lacks Somebody Trained", readonly=True)
    lacks = fields.Function(
        fields.Text(
            "Lacks", states={'invisible': ~Eval('lacks')}),
        'get_lacks')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(
                table, (table.start, Index.Range()),
                where=table.lacking == Literal(True)))

    @staticmethod
    def default_lacking() -> bool:
        return False

    @classmethod
    def copy(cls, shifts, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('lacking', False)
        return super().copy(shifts, default=default)

    @classmethod
    @without_check_access
    def get_lacks(cls, shifts, name: str) -> dict:
        """What each shift lacks, a line for each thing, None if nothing.

        Who lost a place stands there too.
        """
        pool = Pool()
        Signup = pool.get('aid.shift.signup')
        Volunteer = pool.get('aid.volunteer')
        result: dict = dict.fromkeys(s.id for s in shifts)
        shifts = [s for s in shifts if s.state == 'open']
        found = gate.lacks(shifts)
        people = {
            id_ for lacks in found.values() for lack in lacks
            for id_ in lack.without}
        names = {v.id: v.rec_name for v in Volunteer.browse(list(people))}
        lines: dict = {
            id_: [lack.words(names) for lack in lacks]
            for id_, lacks in found.items()}
        for signup in Signup.search([
                    ('shift', 'in', list(found)),
                    ('lost_for', '!=', None)]):
            lines[signup.shift.id].append(signup.lost_words())
        result.update(
            (id_, '\n'.join(said)) for id_, said in lines.items() if said)
        return result

    @classmethod
    def count_taken(cls, shifts) -> None:
        super().count_taken(shifts)
        gate.look_again(shifts)

    @classmethod
    def on_modification(cls, mode, shifts, field_names=None) -> None:
        super().on_modification(mode, shifts, field_names=field_names)
        if mode == 'write' and field_names & {'date', 'mission'}:
            gate.look_again(shifts)

    @classmethod
    def validate_fields(cls, shifts, field_names) -> None:
        super().validate_fields(shifts, field_names)
        if field_names and field_names & {'date', 'mission'}:
            cls.check_gate(shifts)

    @classmethod
    @without_check_access
    def check_gate(cls, shifts) -> None:
        """Refuse to move a shift to where somebody may not hold the post.

        :raises SignupError: naming the person, the course and the day
        """
        Signup = Pool().get('aid.shift.signup')
        signups = Signup.search([
                ('shift', 'in', [s.id for s in shifts]),
                ('state', '=', 'coming'),
                ])
        for signup, need in gate.refused(signups).items():
            if need.who == 'each':
                raise SignupError(gate.said(signup, need))

    def may_be_asked(self, volunteer):
        condition = super().may_be_asked(volunteer)
        for need in self.mission_needs():
            if need.who == 'each' and need.gate == 'refuse':
                condition &= volunteer.in_(self._holders([need.course.id]))
        # What was chosen in Who Can Come
        chosen = Transaction().context.get('who_can_come_course')
        if chosen:
            condition &= volunteer.in_(self._holders([chosen]))
        return condition

    def asked_first(self, volunteer) -> list:
        order = super().asked_first(volunteer)
        lacking = [
            lack.need.course.id for lack in gate.lacks([self]).get(self.id, [])
            if lack.need.who != 'each']
        if not self.taken:
            lacking = [
                n.course.id for n in self.mission_needs() if n.who != 'each']
        if lacking:
            order.append(Case(
                    (volunteer.in_(self._holders(lacking)), 0), else_=1))
        return order

    @without_check_access
    def mission_needs(self) -> list:
        "What its mission needs, of each person or of one"
        Need = Pool().get('aid.mission.need')
        return Need.of_missions([self.mission]).get(self.mission.id, [])

    def _holders(self, courses: list[int]):
        "The query of those who hold one of *courses* on the day of the shift"
        pool = Pool()
        certificate = pool.get('aid.certificate').__table__()
        counts_for = pool.get('aid.course-counts_for').__table__()
        return certificate.select(
            certificate.volunteer,
            where=(certificate.course.in_(courses)
                | certificate.course.in_(counts_for.select(
                        counts_for.course,
                        where=counts_for.other.in_(courses))))
            & (certificate.volunteer != Null)
            & (certificate.obtained_on <= self.date)
            & ((certificate.accepted_until == Null)
                | (certificate.accepted_until >= self.date))
            & ((certificate.withdrawn_on == Null)
                | (certificate.withdrawn_on > self.date)))


class Signup(metaclass=PoolMeta):
    __name__ = 'aid.shift.signup'

    lost_for = fields.Many2One(
        'aid.course', "Lost the Place For", readonly=True,
        ondelete='SET NULL', states={'invisible': ~Eval('lost_for')},
        help="The certificate that did not count any more.")

    @classmethod
    def preprocess_values(cls, mode: str, values: dict) -> dict:
        values = super().preprocess_values(mode, values)
        if mode == 'write' and values.get('state') in {'coming', 'waiting'}:
            values['lost_for'] = None
        return values

    @classmethod
    def refusals(cls, signups) -> dict:
        refusals = super().refusals(signups)
        left = [s for s in signups if s not in refusals]
        for signup, need in gate.refused(left).items():
            refusals[signup] = gate.said(signup, need)
        return refusals

    @classmethod
    @without_check_access
    def lose_place(cls, signups, course) -> None:
        "*signups* are cancelled for lack of *course*, and told so"
        Message = Pool().get('aid.volunteer.message')
        cls.write(signups, {'state': 'cancelled', 'lost_for': course.id})
        Message.prepare('lost_place', [
                {'volunteer': s.volunteer, 'signup': s} for s in signups])
        for shift in cls._come_to(signups):
            cls.let_in(shift)

    def lost_words(self) -> str:
        "That somebody lost the place, for the officer"
        return gettext(
            'aid_training.msg_lost_place', volunteer=self.volunteer.rec_name,
            course=self.lost_for.rec_name)

    @classmethod
    def on_modification(cls, mode, signups, field_names=None) -> None:
        super().on_modification(mode, signups, field_names=field_names)
        if mode == 'write' and 'volunteer' in field_names:
            # Two records became one
            gate.look_again(cls._come_to(signups))
