import datetime as dt
from decimal import Decimal

from trytond.modules.account.tests import create_chart, get_fiscalyear
from trytond.modules.account_invoice.tests import set_invoice_sequences
from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import RouteTestCase, with_transaction
from trytond.transaction import Transaction

from aid_branch.tests.network import create_network
from aid_volunteer.tests.people import (
    create_mission, create_shift, create_volunteer)

from .test_session import DAY, TODAY, SessionCase, course, create_session

CODES = {}


class PageTestCase(RouteTestCase):
    "What anybody may read"
    module = 'aid_training'

    @classmethod
    def setUpDatabase(cls):
        pool = Pool()
        Certificate = pool.get('aid.certificate')
        branch = create_network()['grocery']
        sam = create_volunteer(
            branch, "Samira", last_name="Le-Goff", email="s@example.org",
            birth_date=dt.date(1990, 2, 3))
        for name, code, values in [
                ('valid', 'sst', {}),
                ('lapsed', 'pse1', {
                        'obtained_on': dt.date(2020, 1, 1)}),
                ('withdrawn', 'psc', {
                        'withdrawn_on': TODAY,
                        'withdrawn_for': "Forged signature"})]:
            certificate, = Certificate.create([{
                        'volunteer': sam.id, 'course': course(code).id,
                        'obtained_on': TODAY, 'reference': "REF-7",
                        **values}])
            CODES[name] = certificate.code
        Transaction().commit()

    def get(self, path: str, lang: str = 'en'):
        return self.client().get(
            f'/{self.db_name}/aid/{path}',
            headers={'Accept-Language': lang})

    def test_answers(self):
        for name, words in [
                ('valid', "Valid today"), ('lapsed', "Not valid"),
                ('withdrawn', "Not valid")]:
            response = self.get(f'certificate/{CODES[name]}')
            with self.subTest(name=name):
                self.assertEqual(response.status_code, 200)
                self.assertIn(words, response.text)
                self.assertIn("S. L.-G.", response.text)
        typed = CODES['valid'].lower()
        spaced = f'{typed[:4]}-{typed[4:8]} {typed[8:]}'
        self.assertIn("Valid today", self.get(
                f'certificate/?code={spaced}').text)

    def test_unknown(self):
        for code in ['AAAAAAAAAAAA', '%25', "x'--", CODES['valid'][:-1]]:
            response = self.get(f'certificate/{code}')
            with self.subTest(code=code):
                self.assertEqual(response.status_code, 404)
                self.assertIn("no certificate", response.text)
        response = self.get('certificate/')
        self.assertEqual(response.status_code, 200)
        self.assertNotIn("no certificate", response.text)

    def test_nothing_leaks(self):
        for code in CODES.values():
            response = self.get(f'certificate/{code}')
            for secret in [
                    "Samira", "Goff", "06 12", "example", "1990", "REF-7",
                    "Forged", "Grocery", "/web"]:
                with self.subTest(secret=secret):
                    self.assertNotIn(secret, response.text)
            self.assertEqual(response.headers['Cache-Control'], 'no-store')

    def test_card(self):
        response = self.get('card/till')
        self.assertEqual(response.status_code, 200)
        for words in ["Hygiene", "Dignity", "Confidentiality", "3 minutes"]:
            self.assertIn(words, response.text)
        self.assertEqual(self.get('card/nothing').status_code, 404)


class WelcomeTestCase(SessionCase):
    "The card is ticked at the door"

    @with_transaction()
    def test_card_read(self):
        pool = Pool()
        Certificate = pool.get('aid.certificate')
        Person = pool.get('aid.volunteer.welcome.person')
        Wizard = pool.get('aid.volunteer.welcome', type='wizard')
        branch = create_network()['grocery']
        shift = create_shift(create_mission(branch), days=0, start=12, end=24)
        person = Person(shift=shift)
        person.on_change_shift()
        self.assertEqual(person.card.code, 'till')
        with Transaction().set_context(branch=branch.id):
            session_id, state, _ = Wizard.create()
            asked = Wizard.execute(
                session_id, {}, state)['view']['defaults']
            self.assertEqual(asked['card'], person.card.id)
            form = {
                **{k: v for k, v in asked.items() if '.' not in k},
                'last_name': None, 'email': None, 'birth_date': None}
            for name, read in [("Sam", True), ("Noor", False)]:
                done = Wizard.execute(session_id, {'person': {
                            **form, 'first_name': name, 'card_read': read,
                            'phone': f"06 12 34 56 {len(name)}0"}},
                    'sign_up')
                self.assertEqual(
                    "/aid/card/till" in done['view']['defaults']['words'],
                    not read)
        certificate, = Certificate.search([])
        self.assertEqual(
            (certificate.volunteer.first_name, certificate.course,
                certificate.obtained_on),
            ("Sam", person.card.course, TODAY))


class FeeTestCase(SessionCase):
    "What people pay who are no volunteers"

    @with_transaction()
    def test_invoice_and_credit(self):
        pool = Pool()
        Account = pool.get('account.account')
        Enrolment = pool.get('aid.course.enrolment')
        Invoice = pool.get('account.invoice')
        Party = pool.get('party.party')
        Person = pool.get('aid.course.session.enrol_outsider.person')
        Price = pool.get('aid.course.price')
        Session = pool.get('aid.course.session')
        network = create_network()
        company, branch = network['company'], network['grocery']
        with set_company(company):
            create_chart(company)
            year = set_invoice_sequences(get_fiscalyear(company))
            year.save()
            year.create_period([year])
            revenue, = Account.search([
                    ('type.revenue', '=', True), ('closed', '!=', True),
                    ('company', '=', company.id)], limit=1)
            firm, = Party.create([{'name': "Firm"}])
            Price.create([{
                        'course': course('psc').id, 'account': revenue.id,
                        'currency': company.currency.id,
                        'price': Decimal(price), 'branch': at,
                        'valid_from': since}
                    for price, at, since in [
                        ('60', None, None), ('70', None, TODAY + 9 * DAY),
                        ('50', network['other'].id, None)]])
            session = create_session(branch, 'psc', [1], headcount=4)

            def enrol(name, **values):
                party = Person(
                    first_name=name, last_name="Durand", phone=None,
                    email=f"{name}@example.org").create_party(branch)
                self.assertEqual(party.branch, branch)
                enrolment, = Enrolment.take_places(session, [{
                            'volunteer': None, 'party': party.id,
                            'birth_date': dt.date(1990, 1, 1), **values}])
                return enrolment
            paul = enrol("Paul")
            half = enrol("Half", price=Decimal(30))
            free = enrol("Free", price=Decimal(0))
            lea, max_ = [enrol(n, payer=firm.id) for n in ["Lea", "Max"]]
            self.assertEqual(
                (paul.price, max_.state), (Decimal(60), 'waiting'))
            Session.invoice([session])
            Session.invoice([session])
            invoices = Invoice.search([], order=[('id', 'ASC')])
            self.assertEqual(
                [(i.party.name, i.untaxed_amount, i.state)
                    for i in invoices], [
                    ("Paul Durand", Decimal(60), 'posted'),
                    ("Half Durand", Decimal(30), 'posted'),
                    ("Firm", Decimal(60), 'posted')])
            self.assertFalse(free.invoice_line)
            # Who leaves owes nothing; who waited gets and owes the place
            Enrolment.cancel([paul])
            self.assertEqual(max_.state, 'coming')
            self.assertEqual(invoices[0].state, 'cancelled')
            self.assertEqual(
                paul.credit_note.untaxed_amount, Decimal(-60))
            Session.invoice([session])
            self.assertTrue(max_.invoice_line)
            # One of two places on an invoice of its own each
            self.assertNotEqual(
                lea.invoice_line.invoice, max_.invoice_line.invoice)
            Session.cancel([session])
            self.assertEqual(
                sum(i.untaxed_amount for i in Invoice.search([])), 0)
            self.assertEqual(half.paper, half.credit_note.number)

    @with_transaction()
    def test_price_of_the_day_and_branch(self):
        Price = Pool().get('aid.course.price')
        network = create_network()
        psc = course('psc')
        Price.create([{
                    'course': psc.id, 'price': Decimal(price), 'branch': at,
                    'currency': network['company'].currency.id,
                    'valid_from': since}
                for price, at, since in [
                    ('60', None, None), ('70', None, TODAY + 9 * DAY),
                    ('50', network['other'].id, None)]])
        for branch, day, price in [
                ('grocery', 8, 60), ('grocery', 9, 70), ('other', 9, 50)]:
            with self.subTest(branch=branch, day=day):
                session = create_session(network[branch], 'psc', [day])
                self.assertEqual(Price.of_session(session).price, price)
        self.assertIsNone(
            Price.of_session(create_session(network['other'], 'sst')))
