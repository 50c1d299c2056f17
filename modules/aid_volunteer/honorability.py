"""What the law or the association asks of whoever does a kind of work.

Of a check by law nothing is kept but that somebody saw the paper, when, and
until when it counts: neither what it said nor its number.
"""
from __future__ import annotations

import datetime as dt

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction

from .exceptions import HonorabilityError


class Honorability(ModelSQL, ModelView):
    "That somebody saw a paper by which the law lets a person do some work"
    __name__ = 'aid.volunteer.honorability'

    volunteer = fields.Many2One(
        'aid.volunteer', "Volunteer", required=True, ondelete='CASCADE')
    seen_on = fields.Date("Seen On", required=True)
    seen_by = fields.Many2One(
        'res.user', "Seen By", required=True, readonly=True,
        ondelete='RESTRICT')
    valid_until = fields.Date(
        "Valid Until", required=True,
        domain=[('valid_until', '>=', Eval('seen_on', None))])

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('volunteer')
        table = cls.__table__()
        cls._order = [('valid_until', 'DESC'), ('id', 'DESC')]
        cls._sql_indexes.add(
            Index(table, (table.volunteer, Index.Equality())))

    @staticmethod
    def default_seen_on() -> dt.date:
        return Pool().get('ir.date').today()

    @staticmethod
    def default_seen_by() -> int | None:
        return Transaction().user or None

    def get_rec_name(self, name: str) -> str:
        return f'{self.volunteer.rec_name} {self.valid_until}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('volunteer.rec_name', *clause[1:])]

    @classmethod
    def validate_fields(cls, seen, field_names) -> None:
        super().validate_fields(seen, field_names)
        cls.check_seen_on(seen, field_names)

    @classmethod
    def check_seen_on(cls, seen, field_names=None) -> None:
        """Nobody has seen a paper tomorrow.

        :raises HonorabilityError: it would have been
        """
        if field_names and 'seen_on' not in field_names:
            return
        today = Pool().get('ir.date').today()
        for record in seen:
            if record.seen_on > today:
                raise HonorabilityError(gettext(
                        'aid_volunteer.msg_honorability_in_future',
                        volunteer=record.volunteer.rec_name,
                        date=Pool().get('ir.lang').get().strftime(
                            record.seen_on)))


class Volunteer(metaclass=PoolMeta):
    __name__ = 'aid.volunteer'

    honorabilities = fields.One2Many(
        'aid.volunteer.honorability', 'volunteer', "Seen Where a Law Asks",
        help="Only that the paper was seen: neither what it says nor its "
        "number.")

    def is_honorable_on(self, date: dt.date) -> bool:
        "Whether a paper was seen that counts on *date*"
        return any(h.valid_until >= date for h in self.honorabilities)


class MissionKind(metaclass=PoolMeta):
    __name__ = 'aid.mission.kind'

    charter = fields.Boolean(
        "Needs the Charter",
        help="Whoever comes has accepted the charter of the association.")
    honorability_basis = fields.Char(
        "Law That Asks for a Check",
        help="The text that allows to ask for it. Without one, nobody is "
        "asked.")

    @staticmethod
    def default_charter() -> bool:
        return False


class Signup(metaclass=PoolMeta):
    __name__ = 'aid.shift.signup'

    def lacking(self, rule) -> str | None:
        return super().lacking(rule) or self._lacks_by_law()

    def _lacks_by_law(self) -> str | None:
        kind, volunteer = self.shift.mission.kind, self.volunteer
        if kind.charter and not (
                volunteer.charter_on
                and volunteer.charter_on <= self.shift.date):
            return 'charter'
        if (kind.honorability_basis
                and not volunteer.is_honorable_on(self.shift.date)):
            return 'honorability'
        return None
