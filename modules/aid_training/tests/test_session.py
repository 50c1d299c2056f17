import datetime as dt
import doctest
import unittest

from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from aid_branch.tests.network import as_user, create_network, create_user
from aid_branch.tests.statements import count_statements
from aid_training import verification
from aid_training.exceptions import (
    EnrolmentError, SessionClosedError, SessionValidationError)
from aid_volunteer.exceptions import ShiftValidationError
from aid_volunteer.merge import merge
from aid_volunteer.tests.people import create_volunteer

TODAY = dt.date.today()
DAY = dt.timedelta(days=1)


def load_tests(loader, tests, pattern):
    tests.addTests(doctest.DocTestSuite(verification))
    return tests


def course(code: str):
    "The course of the catalogue with that code"
    found, = Pool().get('aid.course').search([('code', '=', code)])
    return found


def create_session(branch, code: str = 'food_hygiene', days=(0,), **values):
    """A session of a course at *branch*, on *days* from today."""
    Session = Pool().get('aid.course.session')
    session, = Session.create([{
                'branch': branch.id,
                'course': course(code).id,
                'headcount': 2,
                'days': [('create', [
                            day if isinstance(day, dict)
                            else {'date': TODAY + day * DAY}
                            for day in days])],
                **values,
                }])
    return session


class SessionCase(unittest.TestCase):
    "A database with the room activated"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_training')


class SessionTestCase(SessionCase):
    "A course is given"

    @with_transaction()
    def test_days_make_the_session(self):
        branch = create_network()['grocery']
        session = create_session(branch, days=[3, 1])
        self.assertEqual(
            (session.date, session.last_date, session.hours),
            (TODAY + DAY, TODAY + 3 * DAY, 16))
        session.days[0].__class__.delete([session.days[0]])
        self.assertEqual(
            (session.date, session.last_date),
            (TODAY + 3 * DAY, TODAY + 3 * DAY))

    @with_transaction()
    def test_bad_days(self):
        branch = create_network()['grocery']
        for days in [
                [],
                [{'date': TODAY, 'from_time': dt.time(9),
                    'to_time': dt.time(9)}],
                [{'date': TODAY, 'from_time': dt.time(14),
                    'to_time': dt.time(12)}],
                [{'date': TODAY}, {'date': TODAY}]]:
            with self.subTest(days=days), \
                    self.assertRaises(SessionValidationError):
                create_session(branch, days=days)

    @with_transaction()
    def test_two_records_of_one_person_become_one(self):
        "Both took the session, gave another, and are on the same path"
        pool = Pool()
        Path = pool.get('aid.course.path')
        OnPath = pool.get('aid.volunteer.path')
        branch = create_network()['grocery']
        people = [create_volunteer(branch) for _ in range(2)]
        taken = create_session(branch)
        pool.get('aid.course.enrolment').enrol(taken, people)
        given = create_session(
            branch, trainers=[('add', [p.id for p in people])])
        path, = Path.create([{'name': "Officers"}])
        OnPath.create([
                {'volunteer': p.id, 'path': path.id} for p in people])
        merge(*people)
        self.assertEqual(
            [e.volunteer for e in taken.__class__(taken.id).enrolments],
            people[:1])
        self.assertEqual(
            list(given.__class__(given.id).trainers), people[:1])
        self.assertEqual(
            [p.volunteer for p in OnPath.search([])], people[:1])

    @with_transaction()
    def test_trainer_needs_a_certificate_on_all_days(self):
        Certificate = Pool().get('aid.certificate')
        network = create_network()
        trainer = create_volunteer(network['other'])
        certificate, = Certificate.create([{
                    'volunteer': trainer.id,
                    'course': course('trainer_psc').id,
                    'obtained_on': TODAY - DAY,
                    'stated_until': TODAY + 2 * DAY}])
        gives = {'trainers': [('add', [trainer.id])]}
        session = create_session(
            network['grocery'], 'psc', [0, 2], **gives)
        with self.assertRaises(SessionValidationError):
            create_session(network['grocery'], 'psc', [0, 3], **gives)
        # Who gives it is known where it is given
        officer = create_user(
            'officer', [network['grocery']], ['group_branch_officer'])
        with as_user(officer):
            self.assertEqual(
                session.__class__(session.id).trainers[0].rec_name, "Sam")
        Certificate.write([certificate], {'withdrawn_on': TODAY,
                'withdrawn_for': "A mistake"})
        with self.assertRaises(SessionValidationError):
            create_session(network['grocery'], 'psc', [0], **gives)


class EnrolmentTestCase(SessionCase):
    "Who takes it"

    @with_transaction()
    def test_waiting_list(self):
        Enrolment = Pool().get('aid.course.enrolment')
        branch = create_network()['grocery']
        session = create_session(branch)
        people = [create_volunteer(branch, f"N{n}") for n in range(4)]
        enrolments = Enrolment.enrol(session, people[:3])
        self.assertEqual(
            [e.state for e in enrolments], ['coming', 'coming', 'waiting'])
        # On the form too
        last, = Enrolment.create([
                {'session': session.id, 'volunteer': people[3].id}])
        self.assertEqual(last.state, 'waiting')
        Enrolment.cancel(enrolments[:1])
        self.assertEqual(
            [e.state for e in [*enrolments, last]],
            ['cancelled', 'coming', 'coming', 'waiting'])
        self.assertEqual((session.taken, session.free), (2, 0))
        again, = Enrolment.enrol(session, people[:1])
        self.assertEqual((again, again.state), (enrolments[0], 'waiting'))
        # More places let in who waits longest
        session.__class__.write([session], {'headcount': 3})
        self.assertEqual((again.state, last.state), ('coming', 'waiting'))
        with self.assertRaises(ShiftValidationError):
            session.__class__.write([session], {'headcount': 1})

    @with_transaction()
    def test_refused(self):
        pool = Pool()
        Enrolment = pool.get('aid.course.enrolment')
        Session = pool.get('aid.course.session')
        Party = pool.get('party.party')
        branch = create_network()['grocery']
        sam = create_volunteer(branch)
        child = create_volunteer(
            branch, "Child", birth_date=TODAY.replace(
                day=1, year=TODAY.year - 9))
        outsider, = Party.create([{'name': "Paul"}])
        session = create_session(branch)
        first_aid = create_session(branch, 'psc')
        gone = create_session(branch)
        Session.cancel([gone])
        gives = create_session(branch, trainers=[('add', [sam.id])])
        Enrolment.enrol(session, [sam])
        for values, words in [
                ({'session': session, 'volunteer': sam}, "already"),
                ({'session': session, 'party': outsider}, "volunteers"),
                ({'session': gone, 'volunteer': child,
                        'party': outsider}, "Who takes"),
                ({'session': first_aid, 'volunteer': sam}, "birth date"),
                ({'session': first_aid, 'volunteer': child}, "younger"),
                ({'session': gone, 'volunteer': sam}, "cancelled"),
                ({'session': gives, 'volunteer': sam}, "gives"),
                ({'session': first_aid, 'party': outsider,
                        'birth_date': TODAY}, "younger"),
                ]:
            ids = {
                n: getattr(v, 'id', v) for n, v in values.items()}
            with self.subTest(words=words), \
                    self.assertRaises(EnrolmentError) as raised:
                Enrolment.create([ids])
            self.assertIn(words, str(raised.exception))

    @with_transaction()
    def test_who_passed(self):
        pool = Pool()
        Enrolment = pool.get('aid.course.enrolment')
        Certificate = pool.get('aid.certificate')
        Wizard = pool.get('aid.course.session.record_results', type='wizard')
        network = create_network()
        branch = network['grocery']
        # Until 31 December of the next year, whatever the day
        session = create_session(
            branch, 'pse2', [-2, -1], headcount=3)
        born = {'birth_date': dt.date(1990, 1, 1)}
        passed, failed, absent = [
            create_volunteer(branch, name, **born)
            for name in ["Passed", "Failed", "Absent"]]
        late = create_volunteer(network['region'], "Late", **born)
        Enrolment.enrol(session, [passed, failed, absent])
        officer = create_user(
            'officer', [network['region']], ['group_branch_officer'])
        with as_user(officer, active_model='aid.course.session',
                active_id=session.id, active_ids=[session.id]):
            session_id, state, _ = Wizard.create()
            people = Wizard.execute(
                session_id, {}, state)['view']['defaults']
            people = {k: v for k, v in people.items() if '.' not in k}
            for line in people['lines']:
                line['present'] = line['name'] != "Absent"
                line['passed'] = line['name'] == "Passed"
            people['late'] = [late.id]
            Wizard.execute(session_id, {'people': people}, 'approve')
        self.assertEqual(
            [(e.person, e.state, e.result, bool(e.certificate))
                for e in session.enrolments], [
                ("Passed", 'present', 'passed', True),
                ("Failed", 'present', 'failed', False),
                ("Absent", 'absent', None, False),
                ("Late", 'present', 'passed', True)])
        certificate, = Certificate.search([('volunteer', '=', passed.id)])
        self.assertEqual(
            (certificate.obtained_on, certificate.source,
                certificate.hours, certificate.valid_until),
            (TODAY - DAY, 'session', 16,
                dt.date((TODAY - DAY).year + 1, 12, 31)))
        with as_user(officer):
            enrolment = Enrolment(session.enrolments[0].id)
            for change in [
                    lambda: Enrolment.delete([enrolment]),
                    lambda: Enrolment.write(
                        [enrolment], {'birth_date': TODAY}),
                    lambda: session.__class__.write(
                        [session], {'place': "Elsewhere"}),
                    ]:
                with self.assertRaises(SessionClosedError):
                    change()

    @with_transaction()
    def test_statements_do_not_grow(self):
        Enrolment = Pool().get('aid.course.enrolment')
        branch = create_network()['grocery']
        people = [create_volunteer(branch, f"N{n}") for n in range(33)]

        days = iter(range(9))

        def count(people):
            session = create_session(branch, days=[next(days)], headcount=50)
            Transaction().cache.clear()
            with count_statements() as statements:
                enrolments = Enrolment.enrol(session, people)
                Enrolment.settle(session, {e: True for e in enrolments})
            # SQLite inserts and updates row by row
            return sum(
                not s.startswith(('INSERT', 'UPDATE')) for s in statements)
        count(people[:2])
        few = count(people[:3])
        self.assertLessEqual(count(people[3:]), few)


class NextSessionTestCase(SessionCase):
    "What is proposed to whoever lacks a certificate"

    @with_transaction()
    def test_own_branch_then_soonest(self):
        Enrolment = Pool().get('aid.course.enrolment')
        network = create_network()
        branch = network['grocery']
        hygiene = course('food_hygiene')
        self.assertIsNone(hygiene.proposed_session(branch, None))
        create_session(branch, days=[0])
        soon = create_session(network['other'], days=[2])
        full = create_session(branch, days=[3], headcount=1)
        Enrolment.enrol(full, [create_volunteer(branch)])
        own = create_session(network['region'], days=[8], place="The Hall")
        self.assertEqual(hygiene.next_session(branch), own)
        self.assertEqual(
            hygiene.next_session(branch, TODAY + 8 * DAY), soon)
        self.assertIn("The Hall", hygiene.proposed_session(branch, None))


class PathTestCase(SessionCase):
    "What an officer has done, and what comes next"

    @with_transaction()
    def test_next_course(self):
        pool = Pool()
        Certificate = pool.get('aid.certificate')
        Path = pool.get('aid.course.path')
        VolunteerPath = pool.get('aid.volunteer.path')
        branch = create_network()['grocery']
        sam = create_volunteer(branch)
        path, = Path.search([])
        on, = VolunteerPath.create([
                {'volunteer': sam.id, 'path': path.id}])
        self.assertEqual(
            (on.done, on.count, on.next_course.code), (0, 6, 'charter'))
        # PSE 1 counts for PSC
        Certificate.create([{
                    'volunteer': sam.id, 'course': course(code).id,
                    'obtained_on': TODAY} for code in ['charter', 'pse1']])
        create_session(branch, 'onboarding', [4], place="The Hall")
        Transaction().cache.clear()
        on = VolunteerPath(on.id)
        self.assertEqual(
            (on.done, on.count, on.next_course.code), (2, 6, 'onboarding'))
        self.assertIn("The Hall", on.next_session)
