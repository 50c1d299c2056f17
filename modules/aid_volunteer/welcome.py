"""Somebody at the door who has two hours: on a shift within a minute."""
from __future__ import annotations

import datetime as dt

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Bool, Eval
from trytond.transaction import Transaction, check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from aid_branch.named import own_branch

from .exceptions import SignupError


class Welcome(Wizard):
    "Welcome Somebody"
    __name__ = 'aid.volunteer.welcome'

    start_state = 'person'
    person = StateView(
        'aid.volunteer.welcome.person',
        'aid_volunteer.welcome_person_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Sign Up", 'sign_up', 'tryton-ok', default=True),
            ])
    sign_up = StateTransition()
    done = StateView(
        'aid.volunteer.welcome.done',
        'aid_volunteer.welcome_done_view_form', [
            Button("Next Person", 'person', 'tryton-forward', default=True),
            Button("Close", 'end', 'tryton-close'),
            ])

    def default_person(self, fields) -> dict:
        "The branch at hand, and the shift that is on or comes next there"
        Person = Pool().get('aid.volunteer.welcome.person')
        branch = Transaction().context.get('branch')
        if not branch:
            return {}
        shift = Person.next_shift(branch)
        return {
            'branch': branch,
            'shift': shift.id if shift else None,
            'one_off': True,
            'known': None,
            }

    def transition_sign_up(self) -> str:
        "Make the record, unless the person is known, and put it on the shift"
        Signup = Pool().get('aid.shift.signup')
        person = self.person
        branch = own_branch(person.branch)
        volunteer = person.known or person.create_volunteer()
        with check_access():
            volunteer.__class__.read([volunteer.id], ['id'])
        if person.shift:
            if person.shift.branch != branch:
                raise SignupError(gettext(
                        'aid_volunteer.msg_welcome_shift_elsewhere',
                        shift=person.shift.rec_name, branch=branch.rec_name))
            volunteer.engage(branch, person.shift.date)
            Signup.sign_up(person.shift, [volunteer])
        self.done.volunteer = volunteer
        return 'done'

    def default_done(self, fields) -> dict:
        Signup = Pool().get('aid.shift.signup')
        volunteer, shift = self.done.volunteer, self.person.shift
        said = gettext(
            'aid_volunteer.msg_welcome_done', volunteer=volunteer.rec_name,
            code=volunteer.code)
        if shift:
            signup, = Signup.search([
                    ('shift', '=', shift.id),
                    ('volunteer', '=', volunteer.id)])
            said += ' ' + gettext(
                f'aid_volunteer.msg_welcome_{signup.state}',
                shift=shift.rec_name)
        return {'volunteer': volunteer.id, 'words': said}


class WelcomePerson(ModelView):
    "What is asked of somebody at the door"
    __name__ = 'aid.volunteer.welcome.person'

    branch = fields.Many2One('aid.branch', "Branch", required=True)
    first_name = fields.Char(
        "First Name", states={'required': ~Eval('known')})
    last_name = fields.Char("Last Name")
    phone = fields.Char(
        "Phone", states={
            'required': ~Eval('known') & ~Eval('email'),
            },
        help="A phone or an e-mail, to say when a shift is cancelled.")
    email = fields.Char("E-Mail")
    birth_date = fields.Date(
        "Birth Date", states={'invisible': ~Eval('age_asked')})
    age_asked = fields.Function(
        fields.Boolean("Age Asked"), 'on_change_with_age_asked')
    one_off = fields.Boolean(
        "For Once", help="The record is forgotten after a while, the hours "
        "are kept.")
    known = fields.Many2One(
        'aid.volunteer', "Already Known",
        states={'invisible': ~Eval('known') & ~Bool(Eval('alike'))},
        domain=[('id', 'in', Eval('alike', []))],
        help="Somebody of a similar name and the same phone or e-mail. Take "
        "it out if it is somebody else.")
    alike = fields.Many2Many('aid.volunteer', None, None, "Alike")
    shift = fields.Many2One(
        'aid.shift', "Shift",
        domain=[
            ('branch', '=', Eval('branch', -1)),
            ('state', '=', 'open'),
            ])

    @classmethod
    def next_shift(cls, branch: int):
        "The open shift of *branch* that is not over yet and begins first"
        Shift = Pool().get('aid.shift')
        with check_access():
            shifts = Shift.search([
                    ('branch', '=', branch),
                    ('state', '=', 'open'),
                    ('end', '>', dt.datetime.now()),
                    ], order=[('start', 'ASC')], limit=1)
        return shifts[0] if shifts else None

    @fields.depends('shift', '_parent_shift.mission')
    def on_change_with_age_asked(self, name: str | None = None) -> bool:
        return bool(self.shift and self.shift.mission.kind.minimum_age)

    @fields.depends(
        'first_name', 'last_name', 'phone', 'email', 'birth_date', 'alike',
        'known')
    def _look_for(self) -> None:
        Volunteer = Pool().get('aid.volunteer')
        alike = Volunteer(
            first_name=self.first_name, last_name=self.last_name,
            phone=self.phone, email=self.email,
            birth_date=self.birth_date).alike()
        self.alike = alike
        self.known = alike[0] if alike else None

    @fields.depends(methods=['_look_for'])
    def on_change_first_name(self) -> None:
        self._look_for()

    @fields.depends(methods=['_look_for'])
    def on_change_last_name(self) -> None:
        self._look_for()

    @fields.depends(methods=['_look_for'])
    def on_change_phone(self) -> None:
        self._look_for()

    @fields.depends(methods=['_look_for'])
    def on_change_email(self) -> None:
        self._look_for()

    def create_volunteer(self):
        "The record of somebody nobody knew"
        Volunteer = Pool().get('aid.volunteer')
        today = self.branch.today()
        last_day = max(today, self.shift.date) if self.shift else today
        return Volunteer.create([{
                    'branch': self.branch.id,
                    'first_name': self.first_name,
                    'last_name': self.last_name,
                    'phone': self.phone,
                    'email': self.email,
                    'birth_date': self.birth_date,
                    'engagements': [('create', [{
                                    'branch': self.branch.id,
                                    'kind': (
                                        'one_off' if self.one_off
                                        else 'regular'),
                                    'valid_from': today,
                                    'valid_until': (
                                        last_day if self.one_off else None),
                                    }])],
                    }])[0]


class WelcomeDone(ModelView):
    "What came of it"
    __name__ = 'aid.volunteer.welcome.done'

    volunteer = fields.Many2One(
        'aid.volunteer', "Volunteer", readonly=True)
    words = fields.Text("Thank You", readonly=True)
