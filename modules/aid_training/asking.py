"""Who can come, by what they have learned."""
from __future__ import annotations

from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction, without_check_access

from aid_branch.named import visible

from .gate import Holders


class WhoCanCome(metaclass=PoolMeta):
    __name__ = 'aid.shift.who_can_come'

    def default_people(self, fields) -> dict:
        "Only those with the certificate that is asked for, and who has which"
        course = getattr(self.people, 'course', None)
        with Transaction().set_context(
                who_can_come_course=course.id if course else None):
            defaults = super().default_people(fields)
        defaults['course'] = course.id if course else None
        shift, = visible(self.records[:1])
        brings = _brings(
            shift, {line['volunteer'] for line in defaults['lines']}, course)
        for line in defaults['lines']:
            line['brings'] = brings[line['volunteer']]
        return defaults


class WhoCanComePeople(metaclass=PoolMeta):
    __name__ = 'aid.shift.who_can_come.people'

    course = fields.Many2One(
        'aid.course', "With the Certificate",
        help="Only those whose certificate counts on the day of the shift.")


class WhoCanComeLine(metaclass=PoolMeta):
    __name__ = 'aid.shift.who_can_come.line'

    brings = fields.Char(
        "Certificates", readonly=True,
        help="Of those that the shift needs, which this person has.")


@without_check_access
def _brings(shift, volunteers: set[int], course) -> dict[int, str | None]:
    "Volunteer id to those certificates that the shift needs or that are asked"
    Course = Pool().get('aid.course')
    wanted = {n.course.id for n in shift.mission_needs()}
    if course:
        wanted.add(course.id)
    if not wanted:
        return dict.fromkeys(volunteers)
    holders = Holders(volunteers, wanted)
    return {
        volunteer: ', '.join(
            c.rec_name for c in Course.browse(sorted(wanted))
            if holders.has(volunteer, c.id, shift.date)) or None
        for volunteer in volunteers}
