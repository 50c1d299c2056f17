"""Hours are approved one by one where a branch wants it, and corrected with a
trace: what stood there before, who changed it, when and why.
"""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import Index, Model, ModelSQL, ModelView, fields
from trytond.model.exceptions import AccessError
from trytond.pool import Pool
from trytond.pyson import Bool, Eval
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from aid_branch.named import visible

from .exceptions import CorrectionError, HoursError

#: The states of somebody whose shift is closed
OVER = ['present', 'absent']


class ApprovedMixin(Model):
    "The approval of somebody's hours, and what was corrected of them"
    __slots__ = ()

    corrections = fields.One2Many(
        'aid.shift.signup.correction', 'signup', "Corrections",
        readonly=True, states={'invisible': ~Eval('corrections', [])})

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._buttons.update({
                'approve_hours': {
                    'invisible': (
                        (Eval('state') != 'present')
                        | Bool(Eval('approved_by'))),
                    'depends': ['state', 'approved_by'],
                    },
                'correct': {
                    'invisible': ~Eval('state').in_(OVER),
                    'depends': ['state'],
                    },
                })

    @classmethod
    @ModelView.button
    def approve_hours(cls, signups) -> None:
        "These hours are right"
        waiting = [
            s for s in signups
            if s.state == 'present' and not s.approved_by]
        with without_check_access():
            cls.write(waiting, {'approved_by': Transaction().user})

    @classmethod
    @ModelView.button_action('aid_volunteer.wizard_correct')
    def correct(cls, signups) -> None:
        "Other hours, and why"

    def check_hours(self, hours: float, rule) -> None:
        """Refuse *hours* that nobody can have been there.

        :param rule: the ``aid.volunteer.rule`` of branch and day, or None
        :raises HoursError: they are none, or more than the shift and a while
        """
        most = self.shift.hours + (rule.overtime if rule else 0)
        if not 0 < hours <= most:
            raise HoursError(gettext(
                    'aid_volunteer.msg_hours_too_many',
                    volunteer=self.volunteer.rec_name,
                    hours=hours, most=round(most, 2)))

    @without_check_access
    def correct_hours(self, hours: float | None, reason: str) -> None:
        """What a closed shift says of somebody is changed, with a trace.

        :param hours: None or 0: was not there
        :raises CorrectionError: the shift is not closed, or nothing changes
        :raises HoursError: nobody can have been there so long
        """
        pool = Pool()
        Rule = pool.get('aid.volunteer.rule')
        Correction = pool.get('aid.shift.signup.correction')
        hours = hours or None
        if self.state not in OVER or hours == self.hours:
            raise CorrectionError(gettext(
                    'aid_volunteer.msg_nothing_to_correct',
                    volunteer=self.volunteer.rec_name,
                    shift=self.shift.rec_name))
        if hours:
            self.check_hours(hours, Rule.for_branch(
                    self.shift.branch, self.shift.date))
            if self.state == 'absent':
                self.shift.make_room(1)
        Correction.create([{
                    'signup': self.id,
                    'before': self.hours,
                    'after': hours,
                    'approved_before': (
                        self.approved_by.id if self.approved_by else None),
                    'reason': reason,
                    'user': Transaction().user,
                    }])
        self.__class__.write([self], {
                'state': 'present' if hours else 'absent',
                'hours': hours,
                'approved_by': Transaction().user,
                })


class Correction(ModelSQL, ModelView):
    """What the hours of somebody were before they were corrected.

    Written by the correction only; nobody changes it.
    """
    __name__ = 'aid.shift.signup.correction'

    signup = fields.Many2One(
        'aid.shift.signup', "Sign-Up", required=True, readonly=True,
        ondelete='CASCADE')
    before = fields.Float(
        "Before", digits=(None, 2), readonly=True,
        help="Empty: was not there.")
    after = fields.Float(
        "After", digits=(None, 2), readonly=True,
        help="Empty: was not there.")
    approved_before = fields.Many2One(
        'res.user', "Approved Before By", readonly=True, ondelete='RESTRICT')
    reason = fields.Char("Reason", required=True, readonly=True)
    user = fields.Many2One(
        'res.user', "Corrected By", readonly=True, ondelete='RESTRICT')
    at = fields.Function(
        fields.Timestamp("At"), 'get_at')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('signup')
        table = cls.__table__()
        cls._order = [('id', 'DESC')]
        cls._sql_indexes.add(
            Index(table, (table.signup, Index.Equality())))

    @classmethod
    def check_modification(
            cls, mode, corrections, values=None, external=False) -> None:
        super().check_modification(
            mode, corrections, values=values, external=external)
        if external:
            raise AccessError(gettext('aid_volunteer.msg_correction_kept'))

    def get_at(self, name: str):
        return self.create_date

    def get_rec_name(self, name: str) -> str:
        return self.signup.rec_name

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('signup.rec_name', *clause[1:])]


class Correct(Wizard):
    "Correct Hours"
    __name__ = 'aid.shift.signup.correct'

    start_state = 'ask'
    ask = StateView(
        'aid.shift.signup.correct.ask',
        'aid_volunteer.correct_ask_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Correct", 'correct', 'tryton-ok', default=True),
            ])
    correct = StateTransition()

    def default_ask(self, fields) -> dict:
        signup, = visible(self.records[:1])
        return {'signup': signup.id, 'hours': signup.hours}

    def transition_correct(self) -> str:
        signup, = visible(self.records[:1])
        signup.correct_hours(self.ask.hours, self.ask.reason)
        return 'end'

    def end(self) -> str:
        return 'reload'


class CorrectAsk(ModelView):
    "Other hours, and why"
    __name__ = 'aid.shift.signup.correct.ask'

    signup = fields.Many2One('aid.shift.signup', "Who", readonly=True)
    hours = fields.Float(
        "Hours", digits=(None, 2), help="Empty: was not there.")
    reason = fields.Char("Reason", required=True)
