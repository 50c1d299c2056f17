import datetime as dt
import unittest
from decimal import Decimal

from trytond import backend
from trytond.model.exceptions import (
    AccessButtonError, AccessError, ValidationError)
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from aid_branch.tests.network import as_user, create_network, create_user
from aid_branch.tests.statements import count_statements
from aid_household.exceptions import (
    EntitlementFixedError, EntitlementOverlapError, EntitlementStateError,
    EntitlementValidationError)
from aid_household.tests.families import (
    TODAY, create_household, grant_entitlement, propose_entitlement)

DAY = dt.timedelta(days=1)


class EntitlementCase(unittest.TestCase):
    "A database with the room activated"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_household')


class DecisionTestCase(EntitlementCase):
    "Proposed, then granted or refused, then ended"

    @with_transaction()
    def test_what_it_was_decided_on_is_kept(self):
        pool = Pool()
        Committee = pool.get('aid.access.committee')
        Entitlement = pool.get('aid.entitlement')
        Member = pool.get('aid.household.member')
        Household = pool.get('aid.household')
        Party = pool.get('party.party')
        grocery = create_network()['grocery']
        service, = Party.create([{'name': "CCAS"}])
        household = create_household(
            grocery, left_to_live_basis='certified',
            certified_amount=Decimal('6.50'), certified_by=service.id,
            certified_on=TODAY)
        committee, = Committee.create([{
                    'branch': grocery.id, 'date': TODAY - DAY}])
        entitlement = propose_entitlement(household)
        self.assertEqual(entitlement.branch, grocery)
        user = create_user('social', [grocery], ['group_social_worker'])
        with as_user(user):
            Committee.gather([Committee(committee.id)])
            Committee.grant_proposed([Committee(committee.id)])
        Member.create([{'household': household.id, 'count': 1}])
        Household.write([household], {'certified_amount': Decimal(1)})
        entitlement = Entitlement(entitlement.id)
        self.assertEqual(entitlement.state, 'granted')
        self.assertEqual(entitlement.decided_on, TODAY - DAY)
        self.assertEqual(entitlement.decided_by.id, user.id)
        self.assertEqual(entitlement.left_to_live, Decimal('6.50'))
        self.assertEqual(entitlement.persons, 3)

    @with_transaction()
    def test_refusing_needs_a_reason(self):
        Entitlement = Pool().get('aid.entitlement')
        entitlement = propose_entitlement(
            create_household(create_network()['grocery']))
        with self.assertRaisesRegex(EntitlementStateError, "reason"):
            Entitlement.refuse([entitlement])
        entitlement.refusal_reason = 'too_much_left'
        entitlement.save()
        Entitlement.refuse([entitlement])
        self.assertEqual(entitlement.state, 'refused')
        self.assertIsNone(
            entitlement.household.entitlement_at(TODAY))

    @with_transaction()
    def test_steps_out_of_order(self):
        Entitlement = Pool().get('aid.entitlement')
        entitlement = grant_entitlement(
            create_household(create_network()['grocery']))
        for step in [Entitlement.grant, Entitlement.refuse]:
            with self.subTest(step=step), self.assertRaisesRegex(
                    EntitlementStateError, "Granted"):
                step([entitlement])
        Entitlement.end([entitlement])
        with self.assertRaisesRegex(EntitlementStateError, "Ended"):
            Entitlement.end([Entitlement(entitlement.id)])

    @with_transaction()
    def test_nobody_grants_by_writing(self):
        pool = Pool()
        Entitlement = pool.get('aid.entitlement')
        grocery = create_network()['grocery']
        household = create_household(grocery)
        user = create_user(
            'social', [grocery],
            ['group_social_worker', 'group_branch_officer'])
        with as_user(user):
            entitlement = propose_entitlement(household)
            with self.assertRaises(EntitlementFixedError):
                Entitlement.write([entitlement], {'state': 'granted'})
            with self.assertRaises(EntitlementFixedError):
                propose_entitlement(household, start=200, state='granted')
            Entitlement.write([entitlement], {'tolerance': Decimal('0.1')})
            Entitlement.grant([entitlement])
            with self.assertRaisesRegex(EntitlementFixedError, "decided"):
                Entitlement.write([entitlement], {'contribution': 'free'})
            with self.assertRaises(EntitlementFixedError):
                Entitlement.delete([entitlement])

    @with_transaction()
    def test_till_reads_terms_and_decides_nothing(self):
        Entitlement = Pool().get('aid.entitlement')
        grocery = create_network()['grocery']
        entitlement = propose_entitlement(
            create_household(grocery), cap_kind='amount',
            cap_quantity=Decimal(40), cap_period='month')
        till = create_user('till', [grocery], ['group_till'])
        with as_user(till):
            row, = Entitlement.read([entitlement.id], [
                    'contribution', 'cap_kind', 'cap_quantity', 'tolerance',
                    'household.rec_name'])
            self.assertEqual(row['cap_quantity'], 40)
            for name in ['left_to_live', 'refusal_reason', 'referral']:
                with self.subTest(name=name), self.assertRaises(AccessError):
                    Entitlement.read([entitlement.id], [name])
            with self.assertRaises(AccessError):
                Entitlement.search([('left_to_live', '<', 5)])
            with self.assertRaises(AccessButtonError):
                Entitlement.grant([Entitlement(entitlement.id)])


class PeriodTestCase(EntitlementCase):
    "What is in force when"

    @with_transaction()
    def test_first_and_last_day_are_included(self):
        pool = Pool()
        Household = pool.get('aid.household')
        grocery = create_network()['grocery']
        household = create_household(grocery)
        other = create_household(grocery, first_name="Zoé")
        entitlement = grant_entitlement(household, start=1, days=10)
        first, last = entitlement.valid_from, entitlement.valid_until
        for date, expected in [
                (first - DAY, None), (first, entitlement),
                (last, entitlement), (last + DAY, None)]:
            with self.subTest(date=date):
                self.assertEqual(household.entitlement_at(date), expected)
        self.assertEqual(
            Household.entitlements_at([household, other], first),
            {household.id: entitlement, other.id: None})

    @with_transaction()
    def test_ended_holds_for_the_past(self):
        pool = Pool()
        Entitlement = pool.get('aid.entitlement')
        Household = pool.get('aid.household')
        household = create_household(create_network()['grocery'])
        entitlement = grant_entitlement(household, start=-10)
        Entitlement.end([entitlement])
        self.assertIsNone(household.entitlement_at(TODAY))
        self.assertEqual(
            household.entitlement_at(TODAY - DAY), entitlement)
        # and leaves room from today on
        following = grant_entitlement(household)
        household = Household(household.id)
        self.assertEqual(household.entitlement_at(TODAY), following)
        self.assertEqual(
            household.entitlement_at(TODAY - DAY), entitlement)

    @with_transaction()
    def test_ended_before_it_began(self):
        Entitlement = Pool().get('aid.entitlement')
        household = create_household(create_network()['grocery'])
        entitlement = grant_entitlement(household, start=10)
        Entitlement.end([entitlement])
        self.assertIsNone(
            household.entitlement_at(entitlement.valid_from))
        grant_entitlement(household, start=10)

    @with_transaction()
    def test_two_granted_may_not_overlap(self):
        Entitlement = Pool().get('aid.entitlement')
        grocery = create_network()['grocery']
        household = create_household(grocery)
        grant_entitlement(household, start=0, days=30)
        for start, days in [(0, 30), (29, 10), (-10, 11), (-10, 60), (5, 1)]:
            entitlement = propose_entitlement(household, start, days)
            with self.subTest(start=start, days=days), \
                    self.assertRaisesRegex(
                        EntitlementOverlapError, household.code):
                Entitlement.grant([entitlement])
            # What a server rolls back
            Entitlement.write([entitlement], {'state': 'refused'})
        grant_entitlement(household, start=30, days=10)
        grant_entitlement(household, start=-10, days=10)
        # Of two granted together the second is refused as well
        both = [
            propose_entitlement(household, start=100),
            propose_entitlement(household, start=120)]
        with self.assertRaises(EntitlementOverlapError):
            Entitlement.grant(both)

    @with_transaction()
    def test_other_household_does_not_disturb(self):
        grocery = create_network()['grocery']
        grant_entitlement(create_household(grocery))
        grant_entitlement(create_household(grocery, first_name="Zoé"))

    @with_transaction()
    def test_standing_of_households(self):
        pool = Pool()
        Household = pool.get('aid.household')
        Entitlement = pool.get('aid.entitlement')
        grocery = create_network()['grocery']
        households = {}
        for state in ['none', 'proposed', 'coming', 'granted', 'expired',
                'refused', 'ended']:
            households[state] = create_household(grocery, first_name=state)
        propose_entitlement(households['proposed'])
        grant_entitlement(households['coming'], start=5)
        grant_entitlement(households['granted'], days=8)
        propose_entitlement(households['granted'], start=8)
        grant_entitlement(households['expired'], start=-20, days=10)
        refused = propose_entitlement(
            households['refused'], refusal_reason='other')
        Entitlement.refuse([refused])
        ended = grant_entitlement(households['ended'], start=-5)
        Entitlement.end([ended])
        expected = {
            'none': 'none', 'refused': 'none', 'proposed': 'proposed',
            'coming': 'coming', 'granted': 'granted', 'expired': 'expired',
            'ended': 'expired'}
        for name, state in expected.items():
            with self.subTest(name=name):
                household = Household(households[name].id)
                self.assertEqual(household.entitlement_state, state)
        self.assertEqual(
            Household(households['granted'].id).entitlement_until,
            TODAY + 7 * DAY)
        self.assertEqual(
            Household(households['ended'].id).entitlement_until, TODAY - DAY)
        for state in set(expected.values()):
            with self.subTest(search=state):
                wanted = {
                    households[n] for n, s in expected.items() if s == state}
                self.assertEqual(
                    set(Household.search(
                            [('entitlement_state', '=', state)])), wanted)
                self.assertEqual(
                    set(Household.search(
                            [('entitlement_state', '!=', state)])),
                    set(households.values()) - wanted)
        self.assertEqual(
            len(Household.search([
                        ('entitlement_state', 'in', ['none', 'coming'])])), 3)


class BadInputTestCase(EntitlementCase):
    "What cannot be"

    @with_transaction()
    def test_terms(self):
        household = create_household(create_network()['grocery'])
        for values, message in [
                ({'days': 0}, "before it begins"),
                ({'contribution': 'rate',
                        'contribution_rate': Decimal('1.5')}, "rate"),
                ({'contribution': 'rate',
                        'contribution_rate': Decimal('-0.1')}, "rate"),
                ({'cap_kind': 'kg', 'cap_quantity': Decimal(0),
                        'cap_period': 'week'}, "cap"),
                ({'cap_kind': 'kg', 'cap_quantity': Decimal(-3),
                        'cap_period': 'week'}, "cap"),
                ({'tolerance': Decimal(2)}, "tolerance"),
                ]:
            with self.subTest(values=values), self.assertRaisesRegex(
                    EntitlementValidationError, message):
                propose_entitlement(household, **values)
        for values in [
                {'contribution': 'rate'},
                {'cap_kind': 'amount', 'cap_period': 'week'},
                {'cap_kind': 'amount', 'cap_quantity': Decimal(10)}]:
            with self.subTest(values=values), \
                    self.assertRaises(ValidationError):
                propose_entitlement(household, **values)

    @with_transaction()
    def test_branch_of_another_household(self):
        network = create_network()
        household = create_household(network['grocery'])
        with self.assertRaisesRegex(EntitlementValidationError, "Other"):
            propose_entitlement(household, branch=network['other'].id)


class RenewalTestCase(EntitlementCase):
    "The list of those to renew"

    @with_transaction()
    def test_due_around_the_end(self):
        Entitlement = Pool().get('aid.entitlement')
        grocery = create_network()['grocery']
        left = {}
        # Thirty days before and after, says the rule of the network
        for days in [-31, -30, 0, 30, 31]:
            household = create_household(grocery, first_name=str(days))
            left[days] = grant_entitlement(
                household, start=-100, days=101 + days)
        due = Entitlement.search([('renewal_due', '=', True)])
        self.assertEqual(set(due), {left[-30], left[0], left[30]})
        self.assertEqual(
            set(Entitlement.search([('renewal_due', '=', False)])),
            {left[-31], left[31]})
        self.assertEqual(
            [e.renewal_due for e in Entitlement.browse(
                    [left[d].id for d in [-31, -30, 0, 30, 31]])],
            [False, True, True, True, False])

    @with_transaction()
    def test_rule_of_the_branch(self):
        pool = Pool()
        Entitlement = pool.get('aid.entitlement')
        Rule = pool.get('aid.household.rule')
        network = create_network()
        Rule.create([{
                    'branch': network['region'].id,
                    'renewal_notice': 60,
                    'entitlement_months': 3,
                    'valid_from': TODAY - 10 * DAY,
                    }, {
                    'branch': network['national'].id,
                    'renewal_notice': 5,
                    'entitlement_months': 4,
                    }, {
                    'branch': network['grocery'].id,
                    'renewal_notice': 1,
                    'entitlement_months': 1,
                    'valid_to': TODAY - DAY,
                    }])
        near = {}
        for name in ['grocery', 'other']:
            near[name] = grant_entitlement(
                create_household(network[name]), start=-50, days=51 + 40)
        self.assertEqual(
            Entitlement.search([('renewal_due', '=', True)]),
            [near['grocery']])
        rules = Rule.for_branches(
            [network['grocery'], network['other']], TODAY)
        for name in ['grocery', 'other']:
            self.assertEqual(
                rules[network[name].id],
                Rule.for_branch(network[name], TODAY))

    @with_transaction()
    def test_proposes_the_next_on_the_same_terms(self):
        Entitlement = Pool().get('aid.entitlement')
        grocery = create_network()['grocery']
        household = create_household(grocery)
        entitlement = grant_entitlement(
            household, start=-80, days=90, contribution='rate',
            contribution_rate=Decimal('0.5'), cap_kind='items',
            cap_quantity=Decimal(2), cap_period='week',
            tolerance=Decimal('0.1'))
        user = create_user('social', [grocery], ['group_social_worker'])
        with as_user(user):
            Entitlement.renew([Entitlement(entitlement.id)])
        following, = Entitlement.search([('renewal_of', '=', entitlement.id)])
        self.assertEqual(following.state, 'proposed')
        self.assertEqual(
            following.valid_from, entitlement.valid_until + DAY)
        for name in [
                'household', 'branch', 'contribution', 'contribution_rate',
                'cap_kind', 'cap_quantity', 'cap_period', 'tolerance']:
            self.assertEqual(
                getattr(following, name), getattr(entitlement, name))
        # no more due, not proposed twice, and granted without overlap
        self.assertEqual(Entitlement.search([('renewal_due', '=', True)]), [])
        with self.assertRaisesRegex(EntitlementStateError, household.code):
            Entitlement.renew([entitlement])
        Entitlement.grant([following])

    @with_transaction()
    def test_refused_renewal_is_due_again(self):
        Entitlement = Pool().get('aid.entitlement')
        entitlement = grant_entitlement(
            create_household(create_network()['grocery']),
            start=-80, days=90)
        following, = Entitlement.propose_next([entitlement])
        following.refusal_reason = 'other'
        following.save()
        Entitlement.refuse([following])
        self.assertEqual(
            Entitlement.search([('renewal_due', '=', True)]), [entitlement])

    @with_transaction()
    def test_erased_household_is_not_due(self):
        pool = Pool()
        Entitlement = pool.get('aid.entitlement')
        Household = pool.get('aid.household')
        household = create_household(create_network()['grocery'])
        grant_entitlement(household, start=-80, days=75)
        self.assertTrue(Entitlement.search([('renewal_due', '=', True)]))
        Household.erase([household])
        self.assertEqual(Entitlement.search([('renewal_due', '=', True)]), [])

    @with_transaction()
    def test_length_of_a_new_one_is_the_rule(self):
        Entitlement = Pool().get('aid.entitlement')
        household = create_household(create_network()['grocery'])
        entitlement = Entitlement(
            household=household, valid_from=dt.date(2026, 1, 1))
        entitlement.on_change_household()
        entitlement.valid_until = None
        self.assertEqual(
            entitlement.on_change_with_valid_until(), dt.date(2026, 6, 30))

    @unittest.skipIf(backend.name != 'sqlite', "counts by SQLite's trace")
    @with_transaction()
    def test_due_list_asks_nothing_per_branch(self):
        pool = Pool()
        Branch = pool.get('aid.branch')
        Entitlement = pool.get('aid.entitlement')
        network = create_network()

        def count():
            Transaction().cache.clear()
            with count_statements() as statements:
                Entitlement.search([('renewal_due', '=', True)])
            return len(statements)
        grant_entitlement(
            create_household(network['grocery']), start=-80, days=90)
        one = count()
        branches = Branch.create([{
                    'name': f'Site {i}', 'code': f'S{i}', 'kind': 'site',
                    'company': network['company'].id,
                    'parent': network['region'].id,
                    'has_stock': False,
                    } for i in range(12)])
        for branch in branches:
            grant_entitlement(
                create_household(branch), start=-80, days=90)
        self.assertLessEqual(count(), one)
        self.assertEqual(
            Entitlement.search([('renewal_due', '=', True)], count=True), 13)
