"""A call for help: shifts that need people, and what people answered.

It goes to volunteers who are known, each with a private link, and hangs on a
wall as a poster for everybody else. Nobody needs an account.
"""
from __future__ import annotations

import datetime as dt

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import without_check_access

from aid_branch.card import new_card_code
from aid_branch.scope import BranchMixin

from .exceptions import CallError
from .web_address import web_address


class Call(BranchMixin, ModelSQL, ModelView):
    """Shifts of a branch for which people are asked.

    Its code stands on the poster: whoever reads it may sign up, until the
    last of its shifts is over.
    """
    __name__ = 'aid.shift.call'

    shifts = fields.Many2Many(
        'aid.shift.call-aid.shift', 'call', 'shift', "Shifts", required=True,
        domain=[('branch', '=', Eval('branch', -1))])
    words = fields.Text(
        "A Word to Them", help="Shown above the shifts.")
    code = fields.Char(
        "Code of the Poster", required=True, readonly=True)
    messages = fields.One2Many(
        'aid.volunteer.message', 'call', "Who Was Asked", readonly=True)
    answers = fields.One2Many(
        'aid.shift.call.answer', 'call', "Answers", readonly=True)
    address = fields.Function(
        fields.Char("Address of the Poster"), 'get_address')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._order.insert(0, ('id', 'DESC'))
        cls._sql_constraints.append(
            ('code_unique', Unique(table, table.code),
                'aid_volunteer.msg_call_code_unique'))

    @classmethod
    def preprocess_values(cls, mode: str, values: dict) -> dict:
        values = super().preprocess_values(mode, values)
        if mode == 'create':
            values['code'] = new_card_code()
        return values

    @classmethod
    def copy(cls, calls, default=None):
        default = default.copy() if default is not None else {}
        for name in ['messages', 'answers']:
            default.setdefault(name)
        return super().copy(calls, default=default)

    def get_rec_name(self, name: str) -> str:
        shifts = self.shifts
        if not shifts:
            return self.code
        first = shifts[0].rec_name
        return first if len(shifts) == 1 else gettext(
            'aid_volunteer.msg_call_name', shift=first,
            count=len(shifts) - 1)

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        joint = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [joint,
            ('code', *clause[1:]),
            ('shifts.rec_name', *clause[1:]),
            ]

    @classmethod
    def get_address(cls, calls, name: str) -> dict[int, str]:
        return {c.id: web_address('call', c.code) for c in calls}

    @classmethod
    def of_code(cls, code: str):
        "The call on whose poster *code* stands, or None"
        found = cls.search([('code', '=', code.strip().upper())], limit=1)
        return found[0] if found else None

    @property
    def proposed(self) -> list:
        "Its shifts to which somebody may still come, first things first"
        now = dt.datetime.now()
        return sorted(
            (s for s in self.shifts if s.state == 'open' and s.end > now),
            key=lambda s: (s.start, s.id))

    @property
    def until(self) -> dt.datetime:
        "When the last of its shifts is over, in UTC"
        return max(s.end for s in self.shifts)

    @classmethod
    @without_check_access
    def ask(cls, call, volunteers) -> list:
        """Ask *volunteers* by e-mail, each by a link of its own.

        Nobody twice for the same call.

        :return: the messages that are going to be sent
        :raises CallError: no shift of *call* is still to come
        """
        Message = Pool().get('aid.volunteer.message')
        if not call.proposed:
            raise CallError(gettext(
                    'aid_volunteer.msg_call_over', call=call.rec_name))
        asked = {m.volunteer for m in call.messages}
        return Message.prepare('call', [
                {'volunteer': v, 'call': call}
                for v in volunteers if v not in asked])


class CallShift(ModelSQL):
    "A shift for which a call asks"
    __name__ = 'aid.shift.call-aid.shift'

    call = fields.Many2One(
        'aid.shift.call', "Call", required=True, ondelete='CASCADE')
    shift = fields.Many2One(
        'aid.shift', "Shift", required=True, ondelete='CASCADE')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('call')


class Answer(ModelSQL, ModelView):
    """What somebody answered to a call, for one of its shifts.

    Who came by the poster, or is brought along, is new: an officer looks at
    the record once.
    """
    __name__ = 'aid.shift.call.answer'

    call = fields.Many2One(
        'aid.shift.call', "Call", required=True, ondelete='CASCADE')
    shift = fields.Many2One(
        'aid.shift', "Shift", required=True, ondelete='CASCADE')
    volunteer = fields.Many2One(
        'aid.volunteer', "Who", required=True, ondelete='CASCADE')
    answer = fields.Selection([
            ('comes', "Comes"),
            ('cannot', "Cannot"),
            ], "Answer", required=True, sort=False)
    brought_by = fields.Many2One(
        'aid.volunteer', "Brought By", ondelete='SET NULL')
    by_poster = fields.Boolean("By the Poster", readonly=True)
    problem = fields.Char(
        "Not Signed Up Because", readonly=True,
        help="What the person is asked before it can be on the shift.")
    to_see = fields.Boolean(
        "To Be Looked At",
        help="Somebody new, whom nobody of the branch has seen yet.")
    answered_at = fields.DateTime("When", required=True)
    phone = fields.Function(fields.Char("Phone"), 'get_phone')
    alike = fields.Function(fields.Many2One(
            'aid.volunteer', "Perhaps the Same As"), 'get_alike')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('call')
        table = cls.__table__()
        cls._order = [('answered_at', 'DESC'), ('id', 'DESC')]
        cls._sql_indexes.update({
                Index(table, (table.call, Index.Equality())),
                Index(table, (table.shift, Index.Equality())),
                Index(table, (table.volunteer, Index.Equality())),
                })
        of_new = {
            'invisible': ~Eval('to_see', False),
            'depends': ['to_see'],
            }
        cls._buttons.update({
                'look_at': of_new,
                'same': {
                    'invisible': ~Eval('alike'),
                    'depends': ['alike'],
                    },
                'nobody': of_new,
                })

    def get_rec_name(self, name: str) -> str:
        return self.volunteer.rec_name

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('volunteer.rec_name', *clause[1:])]

    @classmethod
    def get_phone(cls, answers, name: str) -> dict:
        return {
            a.id: a.volunteer.phone or a.volunteer.email for a in answers}

    @classmethod
    def get_alike(cls, answers, name: str) -> dict:
        "Who of those known may be the same, of those nobody looked at yet"
        result: dict = dict.fromkeys(a.id for a in answers)
        for answer in answers:
            if answer.to_see:
                alike = answer.volunteer.alike()
                result[answer.id] = alike[0].id if alike else None
        return result


class Shift(metaclass=PoolMeta):
    __name__ = 'aid.shift'

    answers = fields.One2Many(
        'aid.shift.call.answer', 'shift', "Answers to Calls", readonly=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._buttons.update({
                'call_for_help': {
                    'invisible': Eval('state') != 'open',
                    'depends': ['state'],
                    },
                })

    @classmethod
    @ModelView.button_action('aid_volunteer.wizard_call_for_help')
    def call_for_help(cls, shifts) -> None:
        "Ask volunteers by e-mail, and everybody by a poster"

    @classmethod
    def copy(cls, shifts, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('answers')
        return super().copy(shifts, default=default)
