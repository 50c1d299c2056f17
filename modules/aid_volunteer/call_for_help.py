"""From shifts that need people to a call: whom to ask, in what words."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.wizard import (
    Button, StateAction, StateTransition, StateView, Wizard)

from aid_branch.named import visible

from . import likeness
from .exceptions import CallError
from .who_can_come import who_can_come


class CallForHelp(Wizard):
    "Call for Help"
    __name__ = 'aid.shift.call_for_help'

    start_state = 'ask'
    ask = StateView(
        'aid.shift.call_for_help.ask',
        'aid_volunteer.call_for_help_ask_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Make the Call", 'make', 'tryton-ok', default=True),
            ])
    make = StateTransition()
    show = StateAction('aid_volunteer.act_call')

    def _shifts(self) -> list:
        """The shifts to which people can still come, of one branch.

        :raises CallError: there are none, or they are of several branches
        """
        shifts = visible(self.records)
        Call = Pool().get('aid.shift.call')
        proposed = Call(shifts=shifts).proposed
        if not proposed or len({s.branch for s in shifts}) > 1:
            raise CallError(gettext('aid_volunteer.msg_call_which'))
        return proposed

    def default_ask(self, fields) -> dict:
        shifts = self._shifts()
        people = list(dict.fromkeys(
                row[0] for shift in shifts for row in who_can_come(shift)))
        reached = [v for v in people if likeness.email_key(v.email)]
        return {
            'shifts': [s.id for s in shifts],
            'people': [{
                    'volunteer': v.id,
                    'name': v.rec_name,
                    'email': v.email,
                    'ask': True,
                    } for v in reached],
            'in_short': gettext(
                'aid_volunteer.msg_call_reaches', count=len(reached),
                by_phone=len(people) - len(reached)),
            }

    def transition_make(self) -> str:
        Call = Pool().get('aid.shift.call')
        shifts = self._shifts()
        ticked = visible([
                line.volunteer for line in self.ask.people if line.ask])
        call, = Call.create([{
                    'branch': shifts[0].branch.id,
                    'shifts': [('add', [s.id for s in shifts])],
                    'words': self.ask.words,
                    }])
        if ticked:
            Call.ask(call, ticked)
        self.ask.call = call
        return 'show'

    def do_show(self, action):
        action['views'].reverse()
        return action, {'res_id': self.ask.call.id}


class CallForHelpAsk(ModelView):
    "The shifts, the words, and whom to ask"
    __name__ = 'aid.shift.call_for_help.ask'

    shifts = fields.Many2Many('aid.shift', None, None, "Shifts",
        readonly=True)
    words = fields.Text(
        "A Word to Them", help="Shown above the shifts.")
    in_short = fields.Char("In Short", readonly=True)
    people = fields.One2Many(
        'aid.shift.call_for_help.person', None, "Who Is Asked by E-Mail")
    call = fields.Many2One('aid.shift.call', "Call", readonly=True)


class CallForHelpPerson(ModelView):
    "Somebody to ask"
    __name__ = 'aid.shift.call_for_help.person'

    volunteer = fields.Many2One(
        'aid.volunteer', "Volunteer", readonly=True)
    name = fields.Char("Name", readonly=True)
    email = fields.Char("E-Mail", readonly=True)
    ask = fields.Boolean("Ask")
