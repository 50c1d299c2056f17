"""Who comes scans a card, and is there from then on.

An option of the rule of a branch. A scan never raises: it says what it found.
"""
from __future__ import annotations

import datetime as dt

from trytond.i18n import gettext
from trytond.model import Model, ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import check_access, without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from aid_branch.moment import this_second
from aid_branch.named import visible

from . import shift_time


class CheckInMixin(Model):
    "Gives a shift its check-in by card, where the rule wants it"
    __slots__ = ()

    checks_in = fields.Function(
        fields.Boolean("Check In by Card"), 'get_checks_in')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._buttons.update({
                'check_in': {
                    'invisible': (
                        ~Eval('checks_in') | (Eval('state') != 'open')),
                    'depends': ['checks_in', 'state'],
                    },
                })

    @classmethod
    def get_checks_in(cls, shifts, name: str) -> dict[int, bool]:
        "What the rule of branch and day says, asked once for each of them"
        Rule = Pool().get('aid.volunteer.rule')
        rules: dict = {}
        result = {}
        for shift in shifts:
            key = (shift.branch, shift.date)
            if key not in rules:
                rules[key] = Rule.for_branch(*key)
            result[shift.id] = bool(rules[key] and rules[key].check_in)
        return result

    @classmethod
    @ModelView.button_action('aid_volunteer.wizard_check_in')
    def check_in(cls, shifts) -> None:
        "One card after the other"

    def arrive(self, code: str, now: dt.datetime | None = None) -> str:
        """Whoever has the card *code* is here; what to say about it.

        Who had not signed up is signed up, on a place more if need be. A
        second scan changes nothing.

        :param now: in UTC
        """
        pool = Pool()
        Volunteer = pool.get('aid.volunteer')
        Signup = pool.get('aid.shift.signup')
        now = now or this_second()
        code = (code or '').strip()
        with check_access():
            found = Volunteer.search([
                    ('card_code', 'in', [code, code.upper()]),
                    ], limit=1) if code else []
        if not found:
            return gettext('aid_volunteer.msg_card_unknown', code=code)
        volunteer, = found
        signups = [
            s for s in self.signups
            if s.volunteer == volunteer and s.state in {
                'coming', 'waiting', 'present'}]
        if signups and signups[0].arrived:
            return gettext(
                'aid_volunteer.msg_card_again', volunteer=volunteer.rec_name)
        if not signups:
            comes = Signup(shift=self, volunteer=volunteer, state='coming')
            if refused := Signup.refusals([comes]):
                return refused[comes]
        with without_check_access():
            if not signups or signups[0].state == 'waiting':
                self.make_room(1)
            signups = signups or Signup.sign_up(self, [volunteer])
            Signup.write(signups, {'state': 'coming', 'arrived': now})
        return gettext(
            'aid_volunteer.msg_card_welcome', volunteer=volunteer.first_name)


class ArrivedMixin(Model):
    "A sign-up knows when the person came"
    __slots__ = ()

    arrived = fields.DateTime(
        "Came At", readonly=True, states={'invisible': ~Eval('arrived')})

    def hours_since_arrival(self) -> float:
        "The hours of the shift that were left when the person came"
        shift = self.shift
        if not self.arrived or self.arrived <= shift.start:
            return shift.hours
        # Whoever comes after the end was there a minute at least
        return max(
            round(shift_time.hours(self.arrived, shift.end), 2), 0.02)


class CheckIn(Wizard):
    "Check In"
    __name__ = 'aid.shift.check_in'

    start_state = 'scan'
    scan = StateView(
        'aid.shift.check_in.scan', 'aid_volunteer.check_in_scan_view_form', [
            Button("Close", 'end', 'tryton-close'),
            Button("Here", 'arrive', 'tryton-ok', default=True),
            ])
    arrive = StateTransition()

    def default_scan(self, fields) -> dict:
        "Who is here already, and what the last scan said"
        shift, = visible(self.records[:1])
        here = [
            s.volunteer.first_name for s in shift.signups if s.arrived]
        return {
            'shift': shift.id,
            'code': None,
            'words': getattr(self.scan, 'words', None),
            'here': ', '.join(here),
            'count': len(here),
            }

    def transition_arrive(self) -> str:
        shift, = visible(self.records[:1])
        with without_check_access():
            self.scan.words = shift.arrive(self.scan.code)
        return 'scan'

    def end(self) -> str:
        return 'reload'


class CheckInScan(ModelView):
    "A card after the other"
    __name__ = 'aid.shift.check_in.scan'

    shift = fields.Many2One('aid.shift', "Shift", readonly=True)
    code = fields.Char("Card", help="Scan it, or type what is below the code.")
    words = fields.Char("Last Card", readonly=True)
    here = fields.Text("Who Is Here", readonly=True)
    count = fields.Integer("How Many", readonly=True)
