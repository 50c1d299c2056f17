"""The list of who was there: one tick each, and the shift is closed."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.wizard import Button, StateTransition, StateView, Wizard

from aid_branch.named import visible

from .exceptions import ShiftClosedError


class RecordHours(Wizard):
    "Who was there"
    __name__ = 'aid.shift.record_hours'

    start_state = 'present'
    present = StateView(
        'aid.shift.record_hours.present',
        'aid_volunteer.record_hours_present_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Approve", 'approve', 'tryton-ok', default=True),
            ])
    approve = StateTransition()

    def default_present(self, fields) -> dict:
        """Everybody who said so was there, as long as planned.

        Where cards are scanned, whoever did, from then on.
        """
        shift, = visible(self.records[:1])
        return {
            'shift': shift.id,
            'lines': [{
                    'signup': signup.id,
                    'name': signup.volunteer.rec_name,
                    'present': bool(signup.arrived) or not shift.checks_in,
                    'hours': signup.hours_since_arrival(),
                    } for signup in shift.signups
                if signup.state == 'coming'],
            'late': [],
            }

    def transition_approve(self) -> str:
        """Close the shift with the hours of those who are ticked.

        Who came without having said so is signed up first.
        """
        Signup = Pool().get('aid.shift.signup')
        shift, = visible(self.records[:1])
        if shift.state != 'open':
            raise ShiftClosedError(gettext(
                    'aid_volunteer.msg_shift_closed', shift=shift.rec_name))
        present = {}
        known = {s.id: s for s in shift.signups}
        for line in self.present.lines:
            if line.present and line.signup.id in known:
                present[known[line.signup.id]] = line.hours
        came = visible(self.present.late)
        if came:
            shift.make_room(len(came))
            for signup in Signup.sign_up(shift, came):
                present[signup] = shift.hours
        Signup.approve(shift, present)
        return 'end'

    def end(self) -> str:
        return 'reload'


class RecordHoursPresent(ModelView):
    "A shift and those who were expected"
    __name__ = 'aid.shift.record_hours.present'

    shift = fields.Many2One('aid.shift', "Shift", readonly=True)
    lines = fields.One2Many(
        'aid.shift.record_hours.line', None, "Who Was There")
    late = fields.Many2Many(
        'aid.volunteer', None, None, "Who Else Came",
        help="People who helped without having said so before.")


class RecordHoursLine(ModelView):
    "Somebody who was expected"
    __name__ = 'aid.shift.record_hours.line'

    signup = fields.Many2One('aid.shift.signup', "Sign-Up", readonly=True)
    name = fields.Char("Name", readonly=True)
    present = fields.Boolean("There")
    hours = fields.Float(
        "Hours", digits=(None, 2), states={
            'readonly': ~Eval('present'),
            'required': Eval('present', False),
            })
