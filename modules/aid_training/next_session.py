"""The next session of a course, for whoever lacks or soon lacks it."""
from __future__ import annotations

import datetime as dt

from trytond.i18n import gettext
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access

from aid_branch.distance import distance_km

#: Of so many sessions to come the nearest is proposed
LOOKED_AT = 20


class Course(metaclass=PoolMeta):
    __name__ = 'aid.course'

    def proposed_session(self, branch, date: dt.date | None) -> str | None:
        session = self.next_session(branch, date)
        if not session:
            return super().proposed_session(branch, date)
        lang = Pool().get('ir.lang').get()
        return gettext(
            'aid_training.msg_course_next_session',
            date=lang.strftime(session.date), free=session.free,
            place=session.place or session.branch.rec_name)

    @without_check_access
    def next_session(self, branch, date: dt.date | None = None):
        """The session at which somebody of *branch* may still get a place.

        Where several are soon enough: one of the branch or of those above
        it, then the nearest, then the first.

        :param date: it is over before that day; None: whenever it is
        """
        Session = Pool().get('aid.course.session')
        domain = [
            ('course', '=', self.id),
            ('state', '=', 'open'),
            ('date', '>', branch.today()),
            ('free', '>', 0),
            ]
        if date:
            domain.append(('last_date', '<', date))
        found = Session.search(
            domain, order=[('date', 'ASC'), ('id', 'ASC')], limit=LOOKED_AT)

        def far(session) -> tuple:
            near = session.branch.id in branch.lineage
            distance = None
            if branch.place and session.branch.place:
                distance = distance_km(branch.place, session.branch.place)
            return (
                not near, distance is None, distance or 0, session.date)
        return min(found, key=far, default=None)
