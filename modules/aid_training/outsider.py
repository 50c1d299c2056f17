"""Somebody who is no volunteer enrols in a course that is open to all."""
from __future__ import annotations

from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from aid_branch.named import visible


class Session(metaclass=PoolMeta):
    __name__ = 'aid.course.session'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._buttons.update({
                'enrol_outsider': {
                    'invisible': ~Eval('public') | (Eval('state') != 'open'),
                    'depends': ['public', 'state'],
                    },
                })

    @classmethod
    @ModelView.button_action('aid_training.wizard_enrol_outsider')
    def enrol_outsider(cls, sessions) -> None:
        "A name and a phone, and the person has a place"


class EnrolOutsider(Wizard):
    "Enrol Somebody From Outside"
    __name__ = 'aid.course.session.enrol_outsider'

    start_state = 'person'
    person = StateView(
        'aid.course.session.enrol_outsider.person',
        'aid_training.enrol_outsider_person_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Enrol", 'enrol', 'tryton-ok', default=True),
            ])
    enrol = StateTransition()

    def default_person(self, fields) -> dict:
        Price = Pool().get('aid.course.price')
        session, = visible(self.records[:1])
        price = Price.of_session(session)
        return {
            'session': session.id,
            'currency': session.branch.company.currency.id,
            'price': price.price if price else None,
            'age_asked': bool(session.course.minimum_age),
            }

    def transition_enrol(self) -> str:
        "Make the person, and put it on the session or its waiting list"
        Enrolment = Pool().get('aid.course.enrolment')
        session, = visible(self.records[:1])
        person = self.person
        visible([person.payer] if person.payer else [])
        Enrolment.take_places(session, [{
                    'volunteer': None,
                    'party': person.create_party(session.branch).id,
                    'birth_date': person.birth_date,
                    'payer': person.payer.id if person.payer else None,
                    'price': person.price,
                    }])
        return 'end'

    def end(self) -> str:
        return 'reload'


class EnrolOutsiderPerson(ModelView):
    "What is asked of somebody who wants to learn first aid"
    __name__ = 'aid.course.session.enrol_outsider.person'

    session = fields.Many2One(
        'aid.course.session', "Session", readonly=True)
    first_name = fields.Char("First Name", required=True)
    last_name = fields.Char("Last Name", required=True)
    phone = fields.Char(
        "Phone", states={'required': ~Eval('email')})
    email = fields.Char("E-Mail", states={'required': ~Eval('phone')})
    birth_date = fields.Date(
        "Birth Date", states={
            'invisible': ~Eval('age_asked'),
            'required': Eval('age_asked', False),
            })
    age_asked = fields.Boolean("Age Asked")
    payer = fields.Many2One(
        'party.party', "Who Pays", domain=[('branch', '=', None)],
        help="A firm or an association. Empty: the person.")
    price = Monetary(
        "Price", currency='currency', digits='currency',
        domain=['OR', ('price', '=', None), ('price', '>=', 0)],
        help="Less where less was agreed, 0 where nothing.")
    currency = fields.Many2One('currency.currency', "Currency")

    @without_check_access
    def create_party(self, branch):
        "The person, whom only *branch* sees"
        Party = Pool().get('party.party')
        reached = [
            ('email', self.email), ('phone', self.phone)]
        party, = Party.create([{
                    'name': f'{self.first_name} {self.last_name}',
                    'branch': branch.id,
                    'addresses': [('create', [{}])],
                    'contact_mechanisms': [('create', [
                                {'type': type_, 'value': value}
                                for type_, value in reached if value])],
                    }])
        return party
