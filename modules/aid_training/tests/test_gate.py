import datetime as dt
import doctest
import unittest
from unittest.mock import patch

from trytond.model.exceptions import ValidationError
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from aid_branch import messages
from aid_branch.tests.network import as_user, create_network, create_user
from aid_branch.tests.statements import count_statements
from aid_training import staffing
from aid_training.exceptions import (
    CertificateValidationError, NeedValidationError)
from aid_volunteer import retention
from aid_volunteer.exceptions import SignupError
from aid_volunteer.merge import merge
from aid_volunteer.tests.people import (
    TODAY, create_mission, create_shift, create_volunteer)
from aid_volunteer.who_can_come import who_can_come

from .papers import attempt, certify, course, need


def load_tests(loader, tests, pattern):
    tests.addTests(doctest.DocTestSuite(staffing))
    return tests


class TrainingCase(unittest.TestCase):
    "A database with the room activated"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_training')


class CertificateTestCase(TrainingCase):
    "Until when certificates count, and which cannot be"

    @with_transaction()
    def test_one_entered_later_came_before(self):
        sam = create_volunteer(create_network()['grocery'])

        def sst(day):
            return certify(
                sam, 'sst', obtained_on=dt.date.fromisoformat(day))
        renewed, too_late = sst('2026-02-20'), sst('2029-01-01')
        self.assertEqual(renewed.valid_until, dt.date(2028, 2, 19))
        first = sst('2024-03-10')
        self.assertEqual(first.valid_until, dt.date(2026, 3, 9))
        self.assertEqual(renewed.valid_until, dt.date(2028, 3, 9))
        self.assertEqual(too_late.valid_until, dt.date(2030, 12, 31))
        # What was withdrawn is not gone on from
        first.withdrawn_on, first.withdrawn_for = dt.date(2025, 1, 1), "fraud"
        first.save()
        self.assertEqual(renewed.valid_until, dt.date(2028, 2, 19))

    @with_transaction()
    def test_a_changed_rule_is_followed(self):
        Validity = Pool().get('aid.course.validity')
        sam = create_volunteer(create_network()['grocery'])
        paper = certify(sam, 'psc', obtained_on=dt.date(2025, 6, 1))
        self.assertIsNone(paper.valid_until)
        rule, = Validity.create([{
                    'course': paper.course.id, 'kind': 'months', 'months': 36,
                    'valid_from': dt.date(2025, 1, 1), 'grace_days': 10}])
        self.assertEqual(
            (paper.valid_until, paper.accepted_until),
            (dt.date(2028, 5, 31), dt.date(2028, 6, 10)))
        Validity.delete([rule])
        self.assertIsNone(paper.valid_until)

    @with_transaction()
    def test_bad_input(self):
        Certificate = Pool().get('aid.certificate')
        branch = create_network()['grocery']
        sam = create_volunteer(branch, birth_date=dt.date(2009, 6, 1))
        certify(sam, 'charter')
        day = TODAY - dt.timedelta(days=300)
        for code, values, words in [
                ('charter', {}, "Sam"),
                ('sst', {'stated_until': dt.date(2020, 1, 1)}, "2020"),
                ('sst', {'withdrawn_on': dt.date(2020, 1, 1),
                    'withdrawn_for': "x"}, "2020"),
                ('pse1', {'hours': 4}, "6.0"),
                ('pse1', {'obtained_on': dt.date(2025, 1, 1)}, "16"),
                ]:
            with self.subTest(code=code, values=values), \
                    self.assertRaises(CertificateValidationError) as raised, \
                    attempt():
                certify(sam, code, **values)
            self.assertIn(words, raised.exception.message)
        with self.assertRaises(ValidationError), attempt():
            Certificate.create([{
                        'branch': branch.id, 'obtained_on': day,
                        'course': course('sst').id}])

    @with_transaction()
    def test_who_sees_it(self):
        Certificate = Pool().get('aid.certificate')
        network = create_network()
        sam = create_volunteer(network['grocery'])
        paper = certify(sam)
        officer = create_user(
            'officer', [network['other']], ['group_branch_officer'])
        with as_user(officer):
            self.assertFalse(Certificate.search([]))
        sam.engage(network['other'], TODAY)
        with as_user(officer):
            self.assertEqual(Certificate.search([]), [paper])


class GateTestCase(TrainingCase):
    "Who may hold a post, and what a shift lacks"

    @with_transaction()
    def test_each_is_refused(self):
        pool = Pool()
        Signup = pool.get('aid.shift.signup')
        Shift = pool.get('aid.shift')
        Message = pool.get('aid.volunteer.message')
        branch = create_network()['grocery']
        mission = create_mission(branch, 'sorting')
        need(mission, 'pse1')
        shift = create_shift(mission, days=10)
        sam, alix = [
            create_volunteer(branch, n, email=f"{n}@example.org")
            for n in ["Sam", "Alix"]]
        course('pse1').__class__.write(
            [course('pse1')], {'url': "https://example.org/pse1"})
        with self.assertRaises(SignupError) as raised, attempt():
            Signup.sign_up(shift, [sam])
        for word in ["Sam", "PSE 1", f"{shift.date:%m/%d/%Y}", "org/pse1"]:
            self.assertIn(word, raised.exception.message)
        # The last day is a good day; a PSE 2 counts for a PSE 1
        certify(sam, 'pse2', until=10)
        paper = certify(alix, 'pse1', until=20)
        signup, other = Signup.sign_up(shift, [sam, alix])
        shift = Shift(shift.id)
        with self.assertRaises(SignupError), attempt():
            Shift.write([shift], {'date': shift.date + dt.timedelta(1)})
        shift = Shift(shift.id)
        self.assertFalse(shift.lacking)
        # Withdrawn: the place is free again, and it is said why
        paper.withdrawn_on, paper.withdrawn_for = TODAY, "fraud"
        paper.save()
        other = Signup(other.id)
        self.assertEqual(
            (other.state, other.lost_for.code, Shift(shift.id).taken),
            ('cancelled', 'pse1', 1))
        self.assertIn("Alix", Shift(shift.id).lacks)
        message, = Message.search([('kind', '=', 'lost_place')])
        self.assertIn("PSE 1", message._mail(None).get_content())
        paper.withdrawn_on = paper.withdrawn_for = None
        paper.save()
        again, = Signup.sign_up(shift, [alix])
        self.assertEqual((again.state, again.lost_for), ('coming', None))

    @with_transaction()
    def test_flagged(self):
        pool = Pool()
        Signup = pool.get('aid.shift.signup')
        Shift = pool.get('aid.shift')
        branch = create_network()['grocery']
        mission = create_mission(branch, headcount=4)
        shift = create_shift(mission, days=10)
        sam, alix = [create_volunteer(branch, n) for n in ["Sam", "Alix"]]

        def says():
            # A distribution needs one for the cold chain, by its kind
            seen = Shift(shift.id)
            self.assertEqual(seen.lacking, bool(seen.lacks))
            return seen.lacks
        self.assertIsNone(says())
        signup, _ = Signup.sign_up(shift, [sam, alix])
        self.assertEqual(says(), "Nobody with a valid Cold Chain")
        paper = certify(sam, 'cold_chain', until=10)
        self.assertIsNone(says())
        Shift.write([shift], {'date': shift.date + dt.timedelta(days=20)})
        self.assertEqual(says(), None)  # ended, within its days of grace
        Shift.write([shift], {'date': shift.date + dt.timedelta(days=40)})
        self.assertIn("Cold Chain", says())
        paper.stated_until = None
        paper.save()
        self.assertIsNone(says())
        Signup.cancel([signup])
        self.assertIn("Cold Chain", says())
        hygiene = need(mission, 'food_hygiene', gate='flag')
        self.assertIn("Food Hygiene: Alix", says())
        pool.get('aid.mission.need').delete([hygiene])
        self.assertNotIn("Alix", says())
        need(mission, 'tutor', 'newcomer', 'flag', per=1)
        need(mission, 'psc', 'ratio', 'flag', per=2)
        self.assertEqual(len(says().splitlines()), 3)
        with self.assertRaises(NeedValidationError):
            need(mission, 'psc', kind=mission.kind.id)

    @with_transaction()
    def test_last_place_is_kept(self):
        Signup = Pool().get('aid.shift.signup')
        branch = create_network()['grocery']
        mission = create_mission(branch, headcount=3)
        need(mission, 'psc', 'one')
        shift = create_shift(mission, days=10)
        a, b, c, d = [create_volunteer(branch, n) for n in "ABCD"]
        first, second = Signup.sign_up(shift, [a, b])
        with self.assertRaises(SignupError) as raised, attempt():
            Signup.sign_up(shift, [c])
        self.assertIn("kept", raised.exception.message)
        certify(d, 'psc')
        trained, = Signup.sign_up(shift, [d])
        waits, = Signup.sign_up(shift, [c])
        self.assertEqual([trained.state, waits.state], ['coming', 'waiting'])
        # Who is trained leaves: the place is kept, and c waits on
        Signup.cancel([trained])
        self.assertEqual(Signup(waits.id).state, 'waiting')
        self.assertTrue(shift.__class__(shift.id).lacking)
        Signup.sign_up(shift, [d])
        Signup.cancel([first])
        self.assertEqual(Signup(waits.id).state, 'coming')

    @with_transaction()
    def test_who_can_come(self):
        branch = create_network()['grocery']
        mission = create_mission(branch)
        shift = create_shift(mission, days=10)
        plain, cold, lapsed = [
            create_volunteer(branch, n) for n in ["A", "B", "C"]]
        certify(cold, 'cold_chain')
        self.assertEqual(
            [v for v, *_ in who_can_come(shift)], [cold, plain, lapsed])
        need(mission, 'pse1')
        certify(cold, 'pse2')
        certify(lapsed, 'pse2', until=9)
        with count_statements() as statements:
            found = who_can_come(shift)
        self.assertEqual([v for v, *_ in found], [cold])
        self.assertLessEqual(len(statements), 16)

    @with_transaction()
    def test_merge_keeps_certificates_and_places(self):
        pool = Pool()
        Signup = pool.get('aid.shift.signup')
        Certificate = pool.get('aid.certificate')
        branch = create_network()['grocery']
        mission = create_mission(branch)
        need(mission, 'pse1')
        shift = create_shift(mission, days=10)
        stays, goes = [
            create_volunteer(branch, "Sam") for _ in range(2)]
        for volunteer in [stays, goes]:
            certify(volunteer, 'psc')
        pse1 = certify(goes, 'pse1')
        signup, = Signup.sign_up(shift, [goes])
        merge(stays, goes)
        self.assertEqual(
            {(c.volunteer, c.course.code) for c in Certificate.search([])},
            {(stays, 'psc'), (stays, 'pse1')})
        signup = Signup(signup.id)
        self.assertEqual(
            (signup.volunteer, signup.state), (stays, 'coming'))
        self.assertEqual(pse1.person, stays.rec_name)

    @with_transaction()
    def test_forgotten_with_the_person(self):
        Certificate = Pool().get('aid.certificate')
        sam = create_volunteer(create_network()['grocery'])
        certify(sam, reference="75-2026-1")
        retention.anonymise([sam])
        self.assertFalse(Certificate.search([]))

    @with_transaction()
    def test_statements_do_not_grow(self):
        Signup = Pool().get('aid.shift.signup')
        branch = create_network()['grocery']
        mission = create_mission(branch, headcount=100)
        need(mission, 'pse1')
        people = [create_volunteer(branch, f"N{n}") for n in range(33)]
        for volunteer in people:
            certify(volunteer, 'pse1')

        def count(people):
            shift = create_shift(mission, days=len(people))
            Transaction().cache.clear()
            with count_statements() as statements:
                Signup.sign_up(shift, people)
            return sum(not s.startswith('INSERT') for s in statements)
        count(people[:2])
        few = count(people[:3])
        self.assertLessEqual(count(people[3:]), few)


class LapseTestCase(TrainingCase):
    "Who is told of an end"

    @with_transaction()
    def test_told_once_each(self):
        pool = Pool()
        Certificate = pool.get('aid.certificate')
        Message = pool.get('aid.volunteer.message')
        branch = create_network()['grocery']
        Mechanism = pool.get('party.contact_mechanism')
        Mechanism.create([{
                    'party': branch.party.id, 'type': 'email',
                    'value': "port@example.org"}])
        sam = create_volunteer(branch, email="sam@example.org")
        for code, until in [
                ('sst', 45), ('food_hygiene', 61), ('cold_chain', 3),
                ('psc', -1)]:
            certify(sam, code, until)
        # PSE 2 counts for PSE 1, and one is renewed already
        certify(sam, 'pse1', 20)
        certify(sam, 'pse2', 400)
        certify(sam, 'tutor', 20)
        certify(sam, 'tutor', 500, obtained_on=TODAY)

        def told():
            with patch.object(messages, 'get_smtp_server'), patch.object(
                    messages, 'send_message', return_value=None) as send:
                Certificate.tell()
            lines = [
                line for call in send.call_args_list
                for line in call.args[0].get_content().splitlines()
                if line.startswith("Sam: ")]
            return len(lines), Message.search([
                    ('kind', '=', 'lapse')], count=True)
        self.assertEqual(told(), (2, 2))
        self.assertEqual(told(), (0, 2))
        sst, = Certificate.search([('course.code', '=', 'sst')])
        self.assertEqual(sst.told_days, 60)
        sst.stated_until = TODAY + dt.timedelta(days=30)
        sst.save()
        self.assertEqual(told(), (1, 3))
        message, *_ = Message.search([('certificate', '=', sst.id)])
        self.assertIn("SST", message._mail(None)['Subject'])
        self.assertIn("SST", message._mail(None).get_content())
