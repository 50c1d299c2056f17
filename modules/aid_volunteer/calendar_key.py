"""Shifts in the calendar of one's own phone, by a private address."""
from __future__ import annotations

import datetime as dt

from trytond.i18n import gettext
from trytond.model import Check, Index, ModelSQL, ModelView, fields
from trytond.pool import Pool
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from aid_branch.named import own_branch, visible

from . import feed
from .private_key import PrivateKeyMixin, hashed, new_key
from .web_address import web_address

#: So many days of shifts that are over stay in a calendar
LOOK_BACK = dt.timedelta(days=31)
#: More shifts than anybody looks at in a calendar
MOST = 1000


class CalendarKey(PrivateKeyMixin, ModelSQL, ModelView):
    """The key of the calendar of a volunteer or of a branch.

    The address is shown once; a new one ends the old one.
    """
    __name__ = 'aid.volunteer.calendar'

    _branch_scope = ('branch', 'volunteer.branch')

    volunteer = fields.Many2One(
        'aid.volunteer', "Volunteer", readonly=True, ondelete='CASCADE')
    branch = fields.Many2One(
        'aid.branch', "Branch", readonly=True, ondelete='CASCADE')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints.append(
            ('one', Check(table,
                    (table.volunteer == None)  # noqa: E711
                    != (table.branch == None)),  # noqa: E711
                'aid_volunteer.msg_calendar_one'))
        cls._sql_indexes.update({
                Index(table, (table.volunteer, Index.Equality())),
                Index(table, (table.branch, Index.Equality())),
                })

    def get_rec_name(self, name: str) -> str:
        return (self.volunteer or self.branch).rec_name

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        joint = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [joint,
            ('volunteer.rec_name', *clause[1:]),
            ('branch.rec_name', *clause[1:]),
            ]

    @classmethod
    @without_check_access
    def renew(cls, record) -> str:
        """A new address for the calendar of *record*; older ones end.

        :param record: an ``aid.volunteer`` or an ``aid.branch``
        :return: the address, which nobody can be told again
        """
        name = record.__name__.split('.')[-1]
        cls.delete(cls.search([(name, '=', record.id)]))
        key = new_key()
        cls.create([{name: record.id, 'key_hash': hashed(key)}])
        return web_address('calendar', key + '.ics')

    @without_check_access
    def render(self) -> bytes:
        "The shifts of its volunteer or branch, as ``text/calendar``"
        if self.volunteer:
            return feed.calendar(
                gettext('aid_volunteer.msg_calendar_mine'),
                self._of_volunteer())
        return feed.calendar(self.branch.name, self._of_branch())

    def _of_volunteer(self):
        Signup = Pool().get('aid.shift.signup')
        for signup in Signup.search([
                    ('volunteer', '=', self.volunteer.id),
                    ('state', 'in', ['coming', 'waiting', 'present']),
                    ('shift.end', '>', dt.datetime.now() - LOOK_BACK),
                    ], limit=MOST):
            words = None
            if signup.state == 'waiting':
                words = gettext('aid_volunteer.msg_calendar_waiting')
            yield _entry(signup.shift, signup.shift.mission.name, words)

    def _of_branch(self):
        "How many come, never who"
        Shift = Pool().get('aid.shift')
        for shift in Shift.search([
                    ('branch', 'child_of', [self.branch.id], 'parent'),
                    ('end', '>', dt.datetime.now() - LOOK_BACK),
                    ], order=[('start', 'ASC')], limit=MOST):
            yield _entry(
                shift, f'{shift.mission.name} {shift.taken}/'
                f'{shift.headcount}',
                gettext('aid_volunteer.msg_calendar_free', free=shift.free))


def _entry(shift, title: str, words: str | None) -> feed.Entry:
    return feed.Entry(
        uid=f'shift-{shift.id}@maillon', start=shift.start, end=shift.end,
        title=title, place=shift.where(), words=words,
        changed=shift.write_date or shift.create_date,
        held=shift.state != 'cancelled')


class CalendarAddress(Wizard):
    "Address of the Calendar"
    __name__ = 'aid.volunteer.calendar.address'

    start_state = 'ask'
    ask = StateView(
        'aid.volunteer.calendar.address.ask',
        'aid_volunteer.calendar_address_ask_view_form', [
            Button("Close", 'end', 'tryton-close', default=True),
            Button("New Address", 'renew', 'tryton-refresh'),
            ])
    renew = StateTransition()
    shown = StateView(
        'aid.volunteer.calendar.address.shown',
        'aid_volunteer.calendar_address_shown_view_form', [
            Button("Close", 'end', 'tryton-close', default=True),
            ])

    def _whose(self):
        "The volunteer or the branch, if the user may open its calendar"
        if self.model.__name__ == 'aid.branch':
            return own_branch(self.record)
        record, = visible(self.records[:1])
        return record

    def default_ask(self, fields) -> dict:
        CalendarKey = Pool().get('aid.volunteer.calendar')
        record = self._whose()
        with without_check_access():
            known = CalendarKey.search([
                    (record.__name__.split('.')[-1], '=', record.id)])
        return {
            'since': known[0].create_date if known else None,
            }

    def transition_renew(self) -> str:
        CalendarKey = Pool().get('aid.volunteer.calendar')
        self.shown.address = CalendarKey.renew(self._whose())
        return 'shown'

    def default_shown(self, fields) -> dict:
        return {'address': self.shown.address}


class CalendarAddressAsk(ModelView):
    "Whether there is an address, and since when"
    __name__ = 'aid.volunteer.calendar.address.ask'

    since = fields.Timestamp(
        "In Use Since", readonly=True,
        help="Empty: there is none yet. A new address ends the old one.")


class CalendarAddressShown(ModelView):
    "The address, shown once"
    __name__ = 'aid.volunteer.calendar.address.shown'

    address = fields.Char("Address", readonly=True,
        help="Add it to a calendar as a subscription. Whoever has it sees "
        "the shifts: do not pass it on. It is not shown again.")
