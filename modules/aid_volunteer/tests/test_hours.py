import datetime as dt
import unittest
from decimal import Decimal

from trytond.model.exceptions import AccessError
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from aid_branch.tests.network import as_user, create_network, create_user
from aid_branch.tests.statements import count_statements
from aid_volunteer.certificate import missions_of
from aid_volunteer.exceptions import (
    CorrectionError, HoursError, WageMissingError, WorthPeriodError)
from aid_volunteer.value import by_branch, statement

from .people import TODAY, create_mission, create_shift, create_volunteer


def work(mission, hours: dict, date: dt.date, **values):
    """A closed shift of *mission* on *date*.

    :param hours: volunteer to its approved hours
    """
    Signup = Pool().get('aid.shift.signup')
    shift = create_shift(
        mission, (date - TODAY).days, headcount=len(hours), **values)
    signups = Signup.sign_up(shift, list(hours))
    Signup.approve(shift, {s: hours[s.volunteer] for s in signups})
    return shift


class HoursCase(unittest.TestCase):
    "Two groceries where people gave time"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_volunteer')


class ValueTestCase(HoursCase):
    "What hours are worth"

    @with_transaction()
    def test_statement(self):
        pool = Pool()
        Kind = pool.get('aid.mission.kind')
        Wage = pool.get('aid.volunteer.wage')
        network = create_network()
        grocery, other = network['grocery'], network['other']
        sam, alix = create_volunteer(grocery), create_volunteer(grocery)
        noor = create_volunteer(other)
        kind, = Kind.search([('code', '=', 'french')])
        Kind.write([kind], {'level': 'expertise'})
        # Another minimum wage holds where the other one is
        Wage.create([{
                    'branch': other.id, 'amount': Decimal('9.33'),
                    'charges_rate': Decimal('0.1')}])
        mission = create_mission(grocery)
        work(mission, {sam: 3, alix: 2.5}, dt.date(2025, 12, 31))
        work(mission, {sam: 3}, dt.date(2026, 1, 1))
        work(create_mission(grocery, 'french'), {alix: 2},
            dt.date(2026, 1, 1))
        work(create_mission(grocery, 'governance'), {sam: 1},
            dt.date(2026, 1, 2))
        work(create_mission(other), {noor: 3}, dt.date(2026, 1, 1))
        work(mission, {sam: 3}, dt.date(2026, 3, 1))
        period = dt.date(2025, 12, 1), dt.date(2026, 2, 28)
        rows = statement(network['national'], *period)
        self.assertEqual(
            [(r.branch, r.kind.code, r.hours, r.value) for r in rows], [
                # 5.5 hours at 11.88 and 3 at 12.02
                (grocery, 'distribution', Decimal('8.5'),
                    Decimal('101.40')),
                (grocery, 'french', Decimal(2), Decimal('72.12')),
                (other, 'distribution', Decimal(3), Decimal('30.79')),
                ])
        self.assertEqual(
            [(r.branch, r.hours, r.value) for r in by_branch(rows)],
            [(grocery, Decimal('10.5'), Decimal('173.52')),
                (other, Decimal(3), Decimal('30.79'))])
        self.assertEqual(
            [r.kind.code for r in statement(
                    grocery, *period, governance=True)],
            ['distribution', 'french', 'governance'])
        with count_statements() as statements:
            statement(network['national'], *period)
        # One for each half of the time, and the rates
        self.assertLessEqual(len(statements), 20)
        with self.assertRaises(WageMissingError):
            work(mission, {sam: 3}, dt.date(2024, 10, 1))
            statement(grocery, dt.date(2024, 1, 1), dt.date(2024, 12, 31))
        for first, last in [
                (period[1], period[0]),
                (dt.date(2020, 1, 1), dt.date(2026, 1, 1))]:
            with self.subTest(first=first), \
                    self.assertRaises(WorthPeriodError):
                statement(grocery, first, last)

    @with_transaction()
    def test_paper(self):
        Report = Pool().get('aid.volunteer.value.report', type='report')
        network = create_network()
        grocery = network['grocery']
        sam = create_volunteer(grocery)
        work(create_mission(grocery), {sam: 3}, dt.date(2026, 1, 1))
        officer = create_user(
            'officer', [grocery], ['group_branch_officer'])
        with as_user(officer):
            context = Report.get_context([grocery], {}, {
                    'first': dt.date(2026, 1, 1),
                    'last': dt.date(2026, 12, 31)})
            page, = context['pages']
            self.assertEqual(
                (page['hours'], page['value']),
                (Decimal(3), Decimal('36.06')))
            _, content, *_ = Report.execute([grocery.id], {
                    'model': 'aid.branch',
                    'first': dt.date(2026, 1, 1),
                    'last': dt.date(2026, 12, 31)})
            self.assertTrue(content)
            with self.assertRaises(AccessError):
                Report.get_context([network['other']], {}, {})


class ReportTestCase(HoursCase):
    "Hours per volunteer, mission, branch and month"

    @with_transaction()
    def test_reports(self):
        pool = Pool()
        network = create_network()
        grocery, other = network['grocery'], network['other']
        sam, alix = create_volunteer(grocery), create_volunteer(grocery)
        noor = create_volunteer(other)
        mission = create_mission(grocery)
        month = TODAY.replace(day=1)
        before = month - dt.timedelta(days=1)
        work(mission, {sam: 3, alix: 2}, month)
        work(mission, {sam: 1}, before)
        work(mission, {sam: 3}, TODAY - dt.timedelta(days=800))
        work(create_mission(other), {noor: 2}, month)
        officer = create_user(
            'officer', [grocery], ['group_branch_officer'])

        def figures(name: str, *names: str, **context) -> set:
            Report = pool.get(f'aid.volunteer.hours.{name}')
            with as_user(officer, **context):
                return {
                    tuple(getattr(row, n) for n in names)
                    for row in Report.search([])}
        self.assertEqual(
            figures('volunteer', 'volunteer', 'hours', 'times', 'first'),
            {(sam, 4, 2, before), (alix, 2, 1, month)})
        self.assertEqual(
            figures('mission', 'mission', 'hours', 'times', 'volunteers'),
            {(mission, 6, 3, 2)})
        self.assertEqual(
            figures('branch', 'branch', 'hours', 'volunteers'),
            {(grocery, 6, 2)})
        self.assertEqual(
            figures('month', 'month', 'hours', 'times', 'volunteers'),
            {(month, 5, 2, 2), (before.replace(day=1), 1, 1, 1)})
        # Another branch is nobody's to see, whatever is asked for
        self.assertFalse(figures('branch', 'hours', branch=other.id))
        with as_user(officer), count_statements() as statements:
            rows = pool.get('aid.volunteer.hours.month').search([])
            [row.rec_name for row in rows]
        self.assertLessEqual(len(statements), 6)

    @with_transaction()
    def test_reports_are_bounded(self):
        Month = Pool().get('aid.volunteer.hours.month')
        network = create_network()
        grocery = network['grocery']
        sam = create_volunteer(grocery)
        mission = create_mission(grocery)
        old = TODAY - dt.timedelta(days=800)
        work(mission, {sam: 3}, old)
        self.assertFalse(Month.search([]))
        with Transaction().set_context(from_date=old, to_date=TODAY):
            row, = Month.search([])
            self.assertEqual(row.hours, 3)


class CheckInTestCase(HoursCase):
    "Cards, approval one by one, corrections, and the certificate"

    def rule(self, branch, **values) -> None:
        Rule = Pool().get('aid.volunteer.rule')
        network, = Rule.search([('branch', '=', None)])
        Rule.copy([network], {'branch': branch.id, **values})

    @with_transaction()
    def test_cards(self):
        pool = Pool()
        RecordHours = pool.get('aid.shift.record_hours', type='wizard')
        Signup = pool.get('aid.shift.signup')
        network = create_network()
        branch = network['grocery']
        sam, alix, noor = [create_volunteer(branch, n) for n in [
                "Sam", "Alix", "Noor"]]
        away = create_volunteer(network['other'])
        shift = create_shift(create_mission(branch), headcount=1)
        self.assertFalse(shift.checks_in)
        self.rule(branch, check_in=True)
        shift = shift.__class__(shift.id)
        self.assertTrue(shift.checks_in)
        Signup.sign_up(shift, [sam, alix])
        late = shift.start + dt.timedelta(hours=1)
        officer = create_user('officer', [branch], ['group_branch_officer'])
        with as_user(officer):
            for code, now, word in [
                    (f' {sam.card_code.lower()} ', late, "Welcome, Sam"),
                    (sam.card_code, late, "already"),
                    # Who waited for a place, and who told nobody
                    (alix.card_code, shift.start, "Welcome, Alix"),
                    (noor.card_code, shift.start, "Welcome, Noor"),
                    ('NOBODY', late, "NOBODY"), ('', late, "No volunteer"),
                    (None, late, "No volunteer"),
                    (away.card_code, late, "No volunteer"),
                    ]:
                with self.subTest(code=code):
                    here = shift.__class__(shift.id)
                    self.assertIn(word, here.arrive(code, now))
        away.engage(branch, TODAY)
        with as_user(officer):
            here = shift.__class__(shift.id)
            # Engaged there, but not on that day
            self.assertIn("engagement", here.arrive(away.card_code, late))
        shift = shift.__class__(shift.id)
        self.assertEqual((shift.taken, len(shift.signups)), (3, 3))
        session, _, _ = RecordHours.create()
        with Transaction().set_context(
                active_id=shift.id, active_ids=[shift.id],
                active_model='aid.shift'):
            shown = RecordHours(session).default_present([])
        self.assertEqual(
            [(line['name'], line['present'], line['hours'])
                for line in shown['lines']],
            [("Sam", True, 2), ("Alix", True, 3), ("Noor", True, 3)])

    @with_transaction()
    def test_approved_one_by_one(self):
        pool = Pool()
        Month = pool.get('aid.volunteer.hours.branch')
        Signup = pool.get('aid.shift.signup')
        branch = create_network()['grocery']
        self.rule(branch, individual_approval=True)
        sam = create_volunteer(branch)
        shift = work(create_mission(branch), {sam: 3}, TODAY)
        signup, = shift.signups
        self.assertEqual(
            (shift.state, signup.state, signup.approved_by),
            ('closed', 'present', None))
        self.assertFalse(Month.search([]))
        officer = create_user('officer', [branch], ['group_branch_officer'])
        with as_user(officer):
            Signup.approve_hours([Signup(signup.id)])
        self.assertEqual(Signup(signup.id).approved_by, officer)
        self.assertTrue(Month.search([]))

    @with_transaction()
    def test_corrections_leave_a_trace(self):
        pool = Pool()
        Correction = pool.get('aid.shift.signup.correction')
        Signup = pool.get('aid.shift.signup')
        Volunteer = pool.get('aid.volunteer')
        branch = create_network()['grocery']
        sam, alix = create_volunteer(branch), create_volunteer(branch)
        shift = work(
            create_mission(branch), {sam: 3, alix: None},
            TODAY - dt.timedelta(days=300))
        first, second = shift.signups
        officer = create_user('officer', [branch], ['group_branch_officer'])
        with as_user(officer):
            Signup(first.id).correct_hours(2, "Left early")
            Signup(second.id).correct_hours(1.5, "Forgotten")
            Signup(first.id).correct_hours(None, "Another Sam")
            for hours, error in [
                    (None, CorrectionError), (99, HoursError),
                    (-1, HoursError)]:
                with self.subTest(hours=hours), self.assertRaises(error):
                    Signup(first.id).correct_hours(hours, "Again")
            with self.assertRaises(AccessError):
                Correction.write(Correction.search([]), {'reason': "None"})
        first, second = Signup.browse([first, second])
        self.assertEqual(
            [(s.state, s.hours) for s in [first, second]],
            [('absent', None), ('present', 1.5)])
        self.assertEqual(
            [(c.before, c.after, c.reason, c.user)
                for c in first.corrections],
            [(2, None, "Another Sam", officer),
                (3, 2, "Left early", officer)])
        # That somebody did not come is forgotten, here too
        Volunteer.forget()
        self.assertFalse(Signup(first.id).corrections)
        self.assertTrue(Signup(second.id).corrections)

    @with_transaction()
    def test_certificate(self):
        Paper = Pool().get('aid.volunteer.certificate.paper', type='report')
        network = create_network()
        branch = network['grocery']
        sam = create_volunteer(branch, "Sam", last_name="Petit")
        day = TODAY - dt.timedelta(days=20)
        work(create_mission(branch), {sam: 3}, day)
        work(create_mission(branch, name="Ramasse"), {sam: 2}, day, start=14,
            end=16)
        rows = missions_of(sam, day, TODAY)
        self.assertEqual(
            [(r['mission'].name, r['hours'], r['times'], r['first'])
                for r in rows],
            [("Saturday", 3, 1, day), ("Ramasse", 2, 1, day)])
        self.assertFalse(missions_of(sam, TODAY, TODAY))
        data = {
            'model': 'aid.volunteer', 'first': day, 'last': TODAY,
            'language': 'en'}
        for user, seen in [
                (create_user('near', [branch], ['group_branch_officer']),
                    True),
                (create_user('far', [network['other']],
                        ['group_branch_officer']), False)]:
            with as_user(user):
                if not seen:
                    with self.assertRaises(AccessError):
                        Paper.execute([sam.id], data)
                    continue
                page, = Paper.get_context([sam], {}, data)['pages']
                self.assertEqual((page['hours'], page['times']), (5, 2))
                self.assertIn("Sam Petit gave", page['words'])
                _, content, *_ = Paper.execute([sam.id], data)
                self.assertTrue(content)


if __name__ == '__main__':
    unittest.main()
