import datetime as dt
import unittest
from unittest.mock import patch

from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from aid_branch.code_picture import picture
from aid_branch.tests.network import as_user, create_network, create_user
from aid_branch.tests.statements import count_statements
from aid_volunteer.exceptions import (
    DuplicateVolunteerWarning, EngagementValidationError, HonorabilityError,
    HoursError, MergeError, ShiftClosedError, ShiftValidationError,
    SignupError, VolunteerValidationError)
from aid_volunteer.merge import merge, references
from aid_volunteer.retention import anonymise
from aid_volunteer.who_can_come import who_can_come

from .people import TODAY, create_mission, create_shift, create_volunteer


class VolunteerCase(unittest.TestCase):
    "A database with the room activated"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_volunteer')


class RecordTestCase(VolunteerCase):
    "What is known of somebody"

    @with_transaction()
    def test_first_name_and_phone_are_enough(self):
        Volunteer = Pool().get('aid.volunteer')
        branch = create_network()['grocery']
        sam, = Volunteer.create([{
                    'branch': branch.id, 'first_name': "Sam",
                    'phone': "06 12 34 56 78"}])
        self.assertRegex(sam.code, r'^B\d{6}$')
        self.assertIsNone(sam.engagement)
        for nothing in [{}, {'phone': "none"}, {'email': " "}]:
            with self.subTest(nothing=nothing), \
                    self.assertRaises(VolunteerValidationError):
                Volunteer.create([{
                            'branch': branch.id, 'first_name': "Sam",
                            **nothing}])

    @with_transaction()
    def test_officer_elsewhere_sees_nobody(self):
        Volunteer = Pool().get('aid.volunteer')
        network = create_network()
        sam = create_volunteer(network['grocery'])
        officer = create_user(
            'officer', [network['other']], ['group_branch_officer'])
        with as_user(officer):
            self.assertFalse(Volunteer.search([]))
        # Somebody who helps out there for a day is known there
        sam.engage(network['other'], TODAY)
        with as_user(officer):
            self.assertEqual(Volunteer.search([]), [sam])

    @with_transaction()
    def test_alike(self):
        Volunteer = Pool().get('aid.volunteer')
        network = create_network()
        amina = create_volunteer(
            network['grocery'], "Amina", last_name="Bensaïd")
        officer = create_user(
            'officer', [network['grocery']], ['group_branch_officer'])
        with as_user(officer):
            with self.assertRaises(DuplicateVolunteerWarning) as raised:
                Volunteer.create([{
                            'branch': network['grocery'].id,
                            'first_name': "Amina", 'last_name': "Bensayd",
                            'phone': "+33612345678"}])
            self.assertIn(amina.code, raised.exception.message)
            # A neighbour of the same phone, and a namesake with another
            for values in [
                    {'first_name': "Paul", 'phone': "+33612345678"},
                    {'first_name': "Amina", 'phone': "0700000000"}]:
                Volunteer.create([{
                            'branch': network['grocery'].id, **values}])

    @with_transaction()
    def test_merge_keeps_hours(self):
        pool = Pool()
        Signup = pool.get('aid.shift.signup')
        branch = create_network()['grocery']
        stays = create_volunteer(branch, email="a@example.org")
        goes = create_volunteer(branch, last_name="Durand", licences=['B'])
        mission = create_mission(branch)
        both, one = create_shift(mission), create_shift(mission, days=2)
        for shift, who in [(both, [stays, goes]), (one, [goes])]:
            Signup.sign_up(shift, who)
            Signup.approve(shift, {
                    s: 3 for s in shift.signups if s.volunteer == goes})
        merge(stays, goes)
        self.assertEqual(
            [(s.shift, s.state, s.hours) for s in Signup.search(
                    [('volunteer', '=', stays.id)],
                    order=[('shift', 'ASC')])],
            [(both, 'present', 3), (one, 'present', 3)])
        self.assertEqual(
            (stays.last_name, stays.licences, goes.active),
            ("Durand", ('B',), False))
        self.assertFalse(
            Signup.search([('volunteer', '=', goes.id)]))
        with self.assertRaises(MergeError):
            merge(stays, stays)
        self.assertIn(('aid.shift.signup', 'volunteer'), references())

    @with_transaction()
    def test_offices(self):
        "One holder at a time; what nobody holds, or not for long, is listed"
        pool = Pool()
        Engagement = pool.get('aid.volunteer.engagement')
        Office = pool.get('aid.office')
        branch = create_network()['grocery']
        chair, books = Office.create([
                {'branch': branch.id, 'name': name, 'term': 36}
                for name in ["Chair", "Treasurer"]])
        anna, ben = [create_volunteer(branch, n) for n in ["Anna", "Ben"]]
        held = Engagement(
            volunteer=anna, branch=branch, kind='officer', office=chair,
            valid_from=dt.date(2020, 1, 1))
        held.on_change_office()
        self.assertEqual(held.valid_until, dt.date(2022, 12, 31))
        held.valid_until = TODAY + dt.timedelta(days=30)
        held.save()
        self.assertEqual(Office.search([('vacant', '=', True)]), [books])
        self.assertEqual(Office.search([('vacant', '=', False)]), [chair])
        self.assertEqual(Office.search([
                    ('until', '<=', TODAY + dt.timedelta(days=90))]), [chair])
        self.assertEqual(
            (chair.holder, chair.until, books.vacant),
            (anna, held.valid_until, True))
        next_one = {
            'volunteer': ben.id, 'branch': branch.id, 'kind': 'officer',
            'office': chair.id}
        Engagement.create([{
                    **next_one,
                    'valid_from': held.valid_until + dt.timedelta(days=1)}])
        with self.assertRaises(EngagementValidationError) as raised:
            Engagement.create([{
                        **next_one, 'valid_from': dt.date(2019, 1, 1),
                        'valid_until': dt.date(2020, 1, 1)}])
        self.assertIn("Anna", raised.exception.message)

    @with_transaction()
    def test_engagement_ends_before_it_begins(self):
        branch = create_network()['grocery']
        with self.assertRaises(EngagementValidationError):
            create_volunteer(branch, engagements=[('create', [{
                                'branch': branch.id, 'kind': 'regular',
                                'valid_from': TODAY,
                                'valid_until': TODAY - dt.timedelta(1),
                                }])])


class ShiftTestCase(VolunteerCase):
    "Who comes, who waits, who was there"

    @with_transaction()
    def test_full_shift_has_a_waiting_list(self):
        Signup = Pool().get('aid.shift.signup')
        branch = create_network()['grocery']
        people = [create_volunteer(branch, n) for n in "ABCD"]
        shift = create_shift(create_mission(branch))
        signups = Signup.sign_up(shift, people)
        self.assertEqual(
            [s.state for s in signups],
            ['coming', 'coming', 'waiting', 'waiting'])
        self.assertEqual((shift.taken, shift.free), (2, 0))
        Signup.cancel(signups[:1])
        self.assertEqual(
            [s.state for s in signups],
            ['cancelled', 'coming', 'coming', 'waiting'])
        # Whoever comes back waits like the others
        back, = Signup.sign_up(shift, people[:1])
        self.assertEqual((back, back.state), (signups[0], 'waiting'))
        with self.assertRaises(ShiftValidationError):
            Signup.write([back], {'state': 'coming'})

    @with_transaction()
    def test_refusals(self):
        pool = Pool()
        Shift = pool.get('aid.shift')
        Signup = pool.get('aid.shift.signup')
        Kind = pool.get('aid.mission.kind')
        Honorability = pool.get('aid.volunteer.honorability')
        network = create_network()
        branch = network['grocery']
        mission = create_mission(branch)
        shift = create_shift(mission)
        away = create_volunteer(network['other'])
        busy = create_volunteer(branch)
        Signup.sign_up(create_shift(mission, start=11, end=14), [busy])
        young = create_volunteer(
            branch, birth_date=TODAY - dt.timedelta(days=16 * 365))
        driving = create_shift(create_mission(branch, 'collection_round'))
        cancelled = create_shift(mission, days=3)
        Shift.cancel([cancelled])
        post = create_shift(create_mission(branch, 'first_aid'))
        consented = create_volunteer(
            branch, birth_date=young.birth_date, guardian_consent_on=TODAY)
        early = create_volunteer(
            branch, birth_date=young.birth_date, guardian_consent_on=TODAY,
            guardian_until=dt.time(11, 30))
        by_law = create_mission(branch, 'sorting')
        Kind.write([by_law.kind], {
                'charter': True, 'honorability_basis': "Art. L. 1"})
        sworn = create_volunteer(branch, charter_on=TODAY)
        for volunteer, shift, missing in [
                (early, shift, "guardian"),
                (create_volunteer(branch), create_shift(by_law), "charter"),
                (sworn, create_shift(by_law), "Art. L. 1"),
                (away, shift, "engagement"),
                (busy, shift, "at the time"),
                (young, shift, "guardian"),
                (consented, create_shift(mission, 1, 20, 23), "night"),
                (create_volunteer(branch), driving, "birth date"),
                (consented, driving, "younger"),
                (busy, cancelled, "closed or cancelled"),
                (create_volunteer(
                        branch, birth_date=dt.date(1980, 1, 1)),
                    post, "emergency"),
                (create_volunteer(
                        branch, birth_date=dt.date(1980, 1, 1)),
                    driving, "licence"),
                ]:
            with self.subTest(missing=missing), \
                    self.assertRaises(SignupError) as raised:
                Signup.sign_up(shift, [volunteer])
            self.assertIn(missing, raised.exception.message)
        signup, = Signup.sign_up(shift, [consented])
        self.assertEqual(signup.state, 'coming')
        seen = {'volunteer': sworn.id, 'seen_on': TODAY, 'seen_by': 1}
        Honorability.create([{**seen, 'valid_until': TODAY}])
        with self.assertRaises(SignupError):
            Signup.sign_up(create_shift(by_law, 2), [sworn])
        Honorability.create([{**seen, 'valid_until': TODAY.replace(
                            year=TODAY.year + 1)}])
        Signup.sign_up(create_shift(by_law, 3), [sworn])
        with self.assertRaises(HonorabilityError):
            Honorability.create([{
                        **seen, 'seen_on': TODAY + dt.timedelta(days=1),
                        'valid_until': TODAY + dt.timedelta(days=2)}])

    @with_transaction()
    def test_card(self):
        "A card is a code: neither a name nor what it is for"
        pool = Pool()
        Card = pool.get('aid.volunteer.card', type='report')
        branch = create_network()['grocery']
        volunteer = create_volunteer(branch, "Zuleika")
        gone = create_volunteer(branch)
        anonymise([gone])
        with Transaction().set_user(0), \
                patch('aid_branch.paper.can_pdf', return_value=False):
            _, content, _, _ = Card.execute([volunteer.id, gone.id], {})
        size, path = picture(volunteer.card_code)
        self.assertEqual(content.count('<path'), 1)
        self.assertIn(path, content)
        self.assertNotIn("Zuleika", content)

    @with_transaction()
    def test_bad_times(self):
        Shift = Pool().get('aid.shift')
        mission = create_mission(create_network()['grocery'])
        for end in [9, 8, 0]:
            with self.subTest(end=end), \
                    self.assertRaises(ShiftValidationError):
                create_shift(mission, end=end)
        shift = create_shift(mission)
        self.assertEqual(shift.hours, 3)
        with self.assertRaises(ShiftValidationError):
            Shift.write([shift], {'to_time': shift.from_time})
        night = create_shift(mission, start=22, end=6)
        self.assertEqual(night.hours, 8)
        self.assertEqual(night.end - night.start, dt.timedelta(hours=8))

    @with_transaction()
    def test_hours_of_a_list(self):
        pool = Pool()
        Signup = pool.get('aid.shift.signup')
        Shift = pool.get('aid.shift')
        Wizard = pool.get('aid.shift.record_hours', type='wizard')
        network = create_network()
        branch = network['grocery']
        shift = create_shift(create_mission(branch), days=0)
        there, absent = people = [
            create_volunteer(branch, n) for n in "AB"]
        late = create_volunteer(branch, "C")
        Signup.sign_up(shift, people)
        officer = create_user(
            'officer', [branch], ['group_branch_officer'])
        with as_user(officer, active_model='aid.shift', active_id=shift.id,
                active_ids=[shift.id]):
            session_id, state, _ = Wizard.create()
            shown = Wizard.execute(session_id, {}, state)
            lines = shown['view']['defaults']['lines']
            self.assertEqual(
                [(l['present'], l['hours']) for l in lines],
                [(True, 3), (True, 3)])
            lines[0]['hours'], lines[1]['present'] = 3.5, False
            sent = {'present': {
                    'shift': shift.id, 'lines': lines, 'late': [late.id]}}
            lines[0]['hours'] = 9
            with self.assertRaises(HoursError):
                Wizard.execute(session_id, sent, 'approve')
            lines[0]['hours'] = 3.5
            Wizard.execute(session_id, sent, 'approve')
        Transaction().cache.clear()
        shift = Shift(shift.id)
        self.assertEqual(shift.state, 'closed')
        self.assertEqual({
                s.volunteer: (s.state, s.hours, s.approved_by)
                for s in Signup.search([('shift', '=', shift.id)])}, {
                there: ('present', 3.5, officer),
                absent: ('absent', None, officer),
                late: ('present', 3, officer)})
        with as_user(officer), self.assertRaises(ShiftClosedError):
            Shift.write([Shift(shift.id)], {'headcount': 9})

    @with_transaction()
    def test_every_saturday(self):
        pool = Pool()
        Repetition = pool.get('aid.shift.repetition')
        Shift = pool.get('aid.shift')
        branch = create_network()['grocery']
        mission = create_mission(branch)
        weekly, = Repetition.create([{
                    'mission': mission.id, 'first': TODAY,
                    'start': dt.time(9), 'end': dt.time(12),
                    'headcount': 4}])
        Repetition.plan([weekly])
        self.assertEqual(
            [s.date for s in Shift.search([])],
            [TODAY + dt.timedelta(weeks=w) for w in range(7)])
        Repetition.plan([weekly])
        Repetition.plan_all()
        self.assertEqual(Shift.search([], count=True), 7)
        for bad in [
                {'every': 'other', 'rule': "every day"},
                {'last': TODAY - dt.timedelta(1)}]:
            with self.subTest(bad=bad), \
                    self.assertRaises(ShiftValidationError):
                Repetition.write([weekly], bad)

    @with_transaction()
    def test_statements_do_not_grow(self):
        Signup = Pool().get('aid.shift.signup')
        branch = create_network()['grocery']
        mission = create_mission(branch, headcount=100)
        people = [create_volunteer(branch, f"N{n}") for n in range(33)]

        def count(people):
            shift = create_shift(mission, days=len(people))
            Transaction().cache.clear()
            with count_statements() as statements:
                Signup.sign_up(shift, people)
            # SQLite inserts row by row
            return sum(not s.startswith('INSERT') for s in statements)
        count(people[:2])
        few = count(people[:3])
        self.assertLessEqual(count(people[3:]), few)


class AskTestCase(VolunteerCase):
    "Who may be asked for a shift"

    @with_transaction()
    def test_who_can_come(self):
        pool = Pool()
        Engagement = pool.get('aid.volunteer.engagement')
        Signup = pool.get('aid.shift.signup')
        network = create_network()
        branch = network['grocery']
        shift = create_shift(create_mission(branch))
        weekday = str(shift.date.weekday())

        def free(**values):
            return [('create', [{
                            'weekday': weekday, 'start': dt.time(8),
                            'end': dt.time(18), **values}])]
        silent = create_volunteer(branch, "Silent")
        said = create_volunteer(branch, "Said", availabilities=free())
        too_short = create_volunteer(
            branch, "Short", availabilities=free(end=dt.time(11)))
        create_volunteer(
            branch, "Away", availabilities=free(cannot=True))
        create_volunteer(network['other'], "Elsewhere")
        left = create_volunteer(branch, "Left")
        Engagement.write(
            list(left.engagements), {'valid_until': TODAY})
        busy = create_volunteer(branch, "Busy")
        Signup.sign_up(
            create_shift(create_mission(branch), start=11, end=13), [busy])
        came = create_shift(create_mission(branch), days=-7)
        signups = Signup.sign_up(came, [said])
        Signup.approve(came, {signups[0]: 3})
        # What is asked about is read
        shift.local_times()
        list(shift.mission.kind.skills)
        with count_statements() as statements:
            found = who_can_come(shift)
        self.assertEqual(found, [
                (said, True, came.date),
                (silent, False, None),
                (too_short, False, None)])
        self.assertLessEqual(len(statements), 5)

    @with_transaction()
    def test_ticked_are_signed_up(self):
        Wizard = Pool().get('aid.shift.who_can_come', type='wizard')
        branch = create_network()['grocery']
        shift = create_shift(create_mission(branch))
        create_volunteer(branch, "A")
        asked = create_volunteer(branch, "B")
        officer = create_user(
            'officer', [branch], ['group_branch_officer'])
        with as_user(officer, active_model='aid.shift', active_id=shift.id,
                active_ids=[shift.id]):
            session_id, state, _ = Wizard.create()
            shown = Wizard.execute(session_id, {}, state)
            people = shown['view']['defaults']
            del people['shift.']
            for line in people['lines']:
                line['comes'] = line['volunteer'] == asked.id
            Wizard.execute(session_id, {'people': people}, 'sign_up')
        self.assertEqual([s.volunteer for s in shift.signups], [asked])


class RetentionTestCase(VolunteerCase):
    "What is forgotten, and what stays"

    @with_transaction()
    def test_one_off_is_forgotten_and_hours_stay(self):
        pool = Pool()
        Volunteer = pool.get('aid.volunteer')
        Signup = pool.get('aid.shift.signup')
        branch = create_network()['grocery']

        def one_off(days_ago):
            day = TODAY - dt.timedelta(days=days_ago)
            return create_volunteer(
                branch, last_name="Durand", availabilities=[('create', [{
                                'start': dt.time(8), 'end': dt.time(9)}])],
                engagements=[('create', [{
                                'branch': branch.id, 'kind': 'one_off',
                                'valid_from': day, 'valid_until': day}])])
        long_ago, lately = one_off(200), one_off(10)
        regular = create_volunteer(branch)
        shift = create_shift(create_mission(branch), days=-200)
        signup, = Signup.sign_up(shift, [long_ago])
        Signup.approve(shift, {signup: 2})
        Volunteer.forget()
        self.assertEqual(
            [v.anonymised_on for v in [long_ago, lately, regular]],
            [TODAY, None, None])
        self.assertEqual(
            (long_ago.rec_name, long_ago.phone_key, long_ago.search_key),
            ("–", None, "–"))
        self.assertFalse(long_ago.availabilities)
        self.assertEqual((signup.state, signup.hours), ('present', 2))

    @with_transaction()
    def test_absences_are_forgotten(self):
        pool = Pool()
        Volunteer = pool.get('aid.volunteer')
        Signup = pool.get('aid.shift.signup')
        branch = create_network()['grocery']
        mission = create_mission(branch)
        sam = create_volunteer(branch)
        old, new = [
            create_shift(mission, days=-days) for days in [200, 40]]
        for shift in [old, new]:
            Signup.sign_up(shift, [sam])
            Signup.approve(shift, {})
        Volunteer.forget()
        self.assertEqual(
            [s.state for shift in [old, new] for s in Signup.search([
                        ('shift', '=', shift.id)])],
            ['cancelled', 'absent'])


class WelcomeTestCase(VolunteerCase):
    "Somebody at the door"

    @with_transaction()
    def test_two_hours(self):
        pool = Pool()
        Signup = pool.get('aid.shift.signup')
        Wizard = pool.get('aid.volunteer.welcome', type='wizard')
        Person = pool.get('aid.volunteer.welcome.person')
        branch = create_network()['grocery']
        shift = create_shift(create_mission(branch), days=0, start=12, end=24)
        officer = create_user(
            'officer', [branch], ['group_branch_officer'])
        with as_user(officer):
            session_id, state, _ = Wizard.create()
            asked = Wizard.execute(
                session_id, {}, state)['view']['defaults']
            self.assertEqual(asked['shift'], shift.id)
            form = {
                **asked, 'first_name': "Sam", 'phone': "0612345678",
                'last_name': None, 'email': None, 'birth_date': None}
            form = {k: v for k, v in form.items() if '.' not in k}
            done = Wizard.execute(session_id, {'person': form}, 'sign_up')
            self.assertIn("Sam", done['view']['defaults']['words'])
            signup, = Signup.search([('shift', '=', shift.id)])
            self.assertEqual(signup.volunteer.engagement, 'one_off')
            # The same person comes again next week
            person = Person(first_name="sam", phone="+33 6 12 34 56 78")
            person.on_change_phone()
            self.assertEqual(person.known, signup.volunteer)
