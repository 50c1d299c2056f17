import datetime as dt
import unittest
from decimal import Decimal

from trytond import backend
from trytond.model.exceptions import (
    AccessButtonError, AccessError, ValidationError)
from trytond.modules.party.exceptions import EraseError
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction, without_check_access

from aid_branch.tests.network import as_user, create_network, create_user
from aid_branch.tests.statements import count_statements
from aid_household.exceptions import (
    BudgetValidationError, ConstraintValidationError,
    DuplicateHouseholdWarning, EraseHouseholdError, HouseholdFixedError,
    HouseholdValidationError, MemberValidationError)
from aid_household.tests.families import (
    TODAY, create_household, grant_entitlement, propose_entitlement)

CLOSED = [
    'name', 'members', 'street', 'postal_code', 'city', 'country', 'phone',
    'email', 'contact_channel', 'contact_hours', 'not_served_by', 'budget_lines',
    'resource_lines', 'charge_lines',
    'left_to_live_basis', 'certified_amount', 'certified_by', 'certified_on',
    'left_to_live', 'referrals']


class HouseholdCase(unittest.TestCase):
    "A database with the room activated"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_household')


class MakingTestCase(HouseholdCase):
    "A new household"

    @with_transaction()
    def test_party_is_named_by_the_code(self):
        network = create_network()
        household = create_household(network['grocery'])
        self.assertRegex(household.code, r'^F\d{7}$')
        party = household.party
        self.assertEqual(party.name, household.code)
        self.assertEqual(party.code, household.code)
        self.assertEqual(party.branch, network['grocery'])
        self.assertFalse(party.addresses)
        self.assertFalse(party.identifiers)
        self.assertFalse(party.contact_mechanisms)

    @with_transaction()
    def test_codes_and_cards_are_unique(self):
        Household = Pool().get('aid.household')
        network = create_network()
        households = Household.create(
            [{'branch': network['grocery'].id} for _ in range(20)])
        for name in ['code', 'card_code', 'party']:
            self.assertEqual(len({getattr(h, name) for h in households}), 20)

    @with_transaction()
    def test_code_of_an_import_is_kept(self):
        network = create_network()
        household = create_household(network['grocery'], code='F9000001')
        self.assertEqual(household.party.name, 'F9000001')

    @unittest.skipIf(backend.name != 'sqlite', "counts by SQLite's trace")
    @with_transaction()
    def test_parties_are_made_in_bulk(self):
        Household = Pool().get('aid.household')
        grocery = create_network()['grocery']
        Household.create([{'branch': grocery.id}])

        def sequences(count: int) -> int:
            "How often a sequence is asked for as many households"
            with count_statements() as statements:
                Household.create([{'branch': grocery.id}] * count)
            return sum('sequence' in s.lower() for s in statements)
        self.assertEqual(sequences(30), sequences(3))

    @with_transaction()
    def test_party_given_from_outside_is_not_taken(self):
        pool = Pool()
        Household = pool.get('aid.household')
        Party = pool.get('party.party')
        network = create_network()
        named, = Party.create([{'name': "Amina Bensaïd"}])
        household, = Household.create([{
                    'branch': network['grocery'].id,
                    'party': named.id,
                    }])
        self.assertNotEqual(household.party, named)
        self.assertEqual(household.party.name, household.code)

    @with_transaction()
    def test_party_is_not_named_from_outside(self):
        "Whoever keeps the donors' addresses adds none to a household"
        Party = Pool().get('party.party')
        network = create_network()
        household = create_household(network['grocery'])
        for values in [
                {'name': "Amina Benali"},
                {'addresses': [('create', [{'city': "Brumeville"}])]},
                {'active': False}]:
            with self.subTest(values=values), \
                    Transaction().set_context(_check_access=True), \
                    self.assertRaisesRegex(
                        HouseholdFixedError, household.code):
                Party.write([household.party], values)
        with self.assertRaises(AccessError), \
                Transaction().set_context(_check_access=True):
            Party.delete([household.party])
        for name, values in [
                ('party.address', {'city': "Brumeville"}),
                ('party.contact_mechanism',
                    {'type': 'phone', 'value': "+33 6 39 98 00 01"})]:
            with self.subTest(name=name), \
                    Transaction().set_context(_check_access=True), \
                    self.assertRaises(HouseholdFixedError):
                Pool().get(name).create(
                    [{'party': household.party.id, **values}])
        self.assertEqual(household.party.name, household.code)

    @with_transaction()
    def test_copy_is_an_empty_file(self):
        Household = Pool().get('aid.household')
        household = create_household(create_network()['grocery'])
        copy, = Household.copy([household])
        self.assertNotEqual(copy.code, household.code)
        self.assertNotEqual(copy.party, household.party)
        self.assertNotEqual(copy.card_code, household.card_code)
        self.assertFalse(copy.members)
        self.assertIsNone(copy.till_name)

    @with_transaction()
    def test_new_card_replaces_the_lost_one(self):
        Household = Pool().get('aid.household')
        household = create_household(create_network()['grocery'])
        lost = household.card_code
        Household.new_card([household])
        self.assertEqual(Household.search([('card_code', '=', lost)]), [])
        self.assertEqual(
            Household.search([('card_code', '=', household.card_code)]),
            [household])


class NameTestCase(HouseholdCase):
    "The name at the till follows the members"

    @with_transaction()
    def test_contact_then_first_named(self):
        pool = Pool()
        Household = pool.get('aid.household')
        Member = pool.get('aid.household.member')
        household = create_household(create_network()['grocery'])
        self.assertEqual(household.till_name, "Amina B.")
        self.assertEqual(household.name, "Amina Bensaïd")
        second, = Member.create([{
                    'household': household.id,
                    'first_name': "Omar",
                    'last_name': "Bensaïd",
                    }])
        contact = household.members[0]
        Member.write([contact], {'main': False}, [second], {'main': True})
        self.assertEqual(Household(household.id).till_name, "Omar B.")
        Member.write([second], {'last_name': "Dupont"})
        self.assertEqual(Household(household.id).till_name, "Omar D.")
        Member.delete([second])
        self.assertEqual(Household(household.id).till_name, "Amina B.")
        Member.delete(list(Household(household.id).members))
        self.assertIsNone(Household(household.id).till_name)

    @with_transaction()
    def test_member_that_moves_names_both_households(self):
        pool = Pool()
        Household = pool.get('aid.household')
        Member = pool.get('aid.household.member')
        grocery = create_network()['grocery']
        first = create_household(grocery)
        second, = Household.create([{'branch': grocery.id}])
        Member.write([first.members[0]], {'household': second.id})
        self.assertIsNone(Household(first.id).till_name)
        self.assertEqual(Household(second.id).till_name, "Amina B.")

    @with_transaction()
    def test_search_by_name_knows_no_accent(self):
        pool = Pool()
        Household = pool.get('aid.household')
        Member = pool.get('aid.household.member')
        household = create_household(create_network()['grocery'])
        for text in ["bensaid", "BENSAÏD", "Amina Bensaid", "bensaïd amina"]:
            with self.subTest(text=text):
                self.assertEqual(Household.search(
                        [('name', 'ilike', f'%{text}%')]), [household])
        self.assertEqual(
            Household.search([('name', '=', "Amina Bensaid")]), [household])
        self.assertEqual(Household.search([('name', '=', None)]), [])
        self.assertEqual(
            Member.search([('rec_name', 'ilike', "%bensaid%")]),
            [household.members[0]])


class AccessTestCase(HouseholdCase):
    "Who reads what"

    @with_transaction()
    def test_till_reads_only_what_it_needs(self):
        Household = Pool().get('aid.household')
        grocery = create_network()['grocery']
        household = create_household(grocery)
        till = create_user('till', [grocery], ['group_till'])
        with as_user(till):
            row, = Household.read(
                [household.id],
                ['code', 'till_name', 'size', 'adults', 'children',
                    'entitlement_state', 'entitlement_until', 'rec_name'])
            self.assertEqual(row['till_name'], "Amina B.")
            self.assertEqual(row['size'], 3)
            self.assertEqual(
                row['rec_name'], f'{household.code} Amina B.')
            for name in CLOSED:
                with self.subTest(name=name), self.assertRaises(AccessError):
                    Household.read([household.id], [name])

    @with_transaction()
    def test_every_field_not_open_is_closed(self):
        "A new field of a household has to be thought about"
        pool = Pool()
        Household = pool.get('aid.household')
        FieldAccess = pool.get('ir.model.field.access')
        opened = {
            'id', 'rec_name', 'create_uid', 'create_date', 'write_uid',
            'write_date', 'last_modified_at', 'xml_id', 'code', 'party', 'branch', 'active', 'size',
            'adults', 'children', 'consumption_units', 'currency',
            'entitlement', 'entitlement_state', 'entitlement_until',
            'entitlements', 'erased_on',
            # their own models say who reads them
            'constraints', 'collectors', 'accesses'}
        head = create_user('head', [], ['group_head_office'], True)
        with as_user(head):
            access = FieldAccess.get_access(
                [Household.__name__])[Household.__name__]
        closed = {name for name, rights in access.items()
            if not rights['read'] and not rights['write']}
        self.assertEqual(closed, set(CLOSED) | {'till_name', 'card_code'})
        self.assertEqual(closed | opened, set(Household._fields))

    @with_transaction()
    def test_till_neither_searches_nor_sorts_on_closed_fields(self):
        Household = Pool().get('aid.household')
        grocery = create_network()['grocery']
        create_household(grocery)
        till = create_user('till', [grocery], ['group_till'])
        clauses = [
            ('name', 'ilike', "%bensaid%"),
            ('city', '=', "Lyon"),
            ('phone', '!=', None),
            ('members.last_name', '=', "Bensaïd"),
            ('members', 'where', [('birth_date', '<', TODAY)]),
            ]
        with as_user(till):
            for clause in clauses:
                with self.subTest(clause=clause), \
                        self.assertRaises(AccessError):
                    Household.search([clause])
            for name in ['city', 'postal_code', 'phone']:
                with self.subTest(order=name), self.assertRaises(AccessError):
                    Household.search([], order=[(name, 'ASC')])

    @with_transaction()
    def test_till_reads_no_line_of_the_file(self):
        pool = Pool()
        grocery = create_network()['grocery']
        create_household(grocery)
        till = create_user('till', [grocery], ['group_till'])
        for name in [
                'aid.household.member', 'aid.household.budget.line',
                'aid.referral', 'aid.household.access',
                'aid.access.committee']:
            with self.subTest(name=name), as_user(till), \
                    self.assertRaises(AccessError):
                pool.get(name).search([])

    @with_transaction()
    def test_till_reads_constraints_and_first_names_of_collectors(self):
        pool = Pool()
        Constraint = pool.get('aid.household.constraint')
        Collector = pool.get('aid.household.collector')
        Kind = pool.get('aid.household.constraint.kind')
        grocery = create_network()['grocery']
        household = create_household(grocery)
        no_pork, = Kind.search([('code', '=', 'no_pork')])
        constraint, = Constraint.create([{
                    'household': household.id,
                    'kind': no_pork.id,
                    'member': household.members[0].id,
                    }])
        collector, = Collector.create([{
                    'household': household.id,
                    'first_name': "Paul",
                    'last_name': "Durand",
                    }])
        till = create_user('till', [grocery], ['group_till'])
        with as_user(till):
            row, = Constraint.read([constraint.id], ['kind.code'])
            self.assertEqual(row['kind.']['code'], 'no_pork')
            row, = Collector.read([collector.id], ['till_name', 'rec_name'])
            self.assertEqual(row['till_name'], "Paul D.")
            for Model, record, name in [
                    (Constraint, constraint, 'member'),
                    (Constraint, constraint, 'member.rec_name'),
                    (Collector, collector, 'last_name'),
                    (Collector, collector, 'phone')]:
                with self.subTest(name=name), self.assertRaises(AccessError):
                    Model.read([record.id], [name])
            with self.assertRaises(AccessError):
                Constraint.delete([constraint])

    @with_transaction()
    def test_till_changes_nothing(self):
        pool = Pool()
        Household = pool.get('aid.household')
        grocery = create_network()['grocery']
        household = create_household(grocery)
        till = create_user('till', [grocery], ['group_till'])
        with as_user(till):
            with self.assertRaises(AccessError):
                Household.create([{'branch': grocery.id}])
            for button in [
                    Household.open_file, Household.new_card,
                    Household.erase_constraints, Household.erase]:
                with self.subTest(button=button), \
                        self.assertRaises(AccessButtonError):
                    button([Household(household.id)])

    @with_transaction()
    def test_head_office_and_accountant_read_no_name(self):
        Household = Pool().get('aid.household')
        household = create_household(create_network()['grocery'])
        for group in ['group_head_office', 'group_accountant']:
            user = create_user(group, [], [group], all_branches=True)
            with self.subTest(group=group), as_user(user):
                row, = Household.read(
                    [household.id], ['rec_name', 'size', 'code'])
                self.assertEqual(row['rec_name'], household.code)
                self.assertEqual(
                    Household.search([('rec_name', 'ilike', "%amina%")]), [])
                with self.assertRaises(AccessError):
                    Household.read([household.id], ['till_name'])

    @with_transaction()
    def test_warehouse_reads_no_household(self):
        Household = Pool().get('aid.household')
        grocery = create_network()['grocery']
        create_household(grocery)
        user = create_user('warehouse', [grocery], ['group_warehouse'])
        with as_user(user), self.assertRaises(AccessError):
            Household.search([])

    @with_transaction()
    def test_social_worker_keeps_the_file(self):
        pool = Pool()
        Household = pool.get('aid.household')
        network = create_network()
        user = create_user(
            'social', [network['grocery']], ['group_social_worker'])
        with as_user(user):
            household = create_household(network['grocery'])
            self.assertEqual(household.branch, network['grocery'])
            row, = Household.read(
                [household.id], ['name', 'city', 'members'])
            self.assertEqual(row['name'], "Amina Bensaïd")
            Household.write([household], {'city': "Villeurbanne"})
            with self.assertRaises(AccessError):
                Household.delete([household])

    @with_transaction()
    def test_another_branch_sees_nothing(self):
        pool = Pool()
        network = create_network()
        Kind = pool.get('aid.household.constraint.kind')
        Party = pool.get('party.party')
        household = create_household(
            network['grocery'],
            constraints=[('create', [{
                            'kind': Kind.search([], limit=1)[0].id}])],
            collectors=[('create', [{'first_name': "Paul"}])],
            )
        service, = Party.create([{'name': "CCAS"}])
        pool.get('aid.referral').create([{
                    'household': household.id, 'service': service.id}])
        category, = pool.get('aid.household.budget.category').search([
                ('code', '=', 'rent')])
        pool.get('aid.household.budget.line').create([{
                    'household': household.id, 'kind': 'charge',
                    'category': category.id, 'amount': Decimal(500)}])
        pool.get('aid.access.committee').create([{
                    'branch': network['grocery'].id}])
        propose_entitlement(household)
        pool.get('aid.household.access').create([{
                    'household': household.id,
                    'user': Transaction().user,
                    'opened_at': dt.datetime.now(),
                    'reason': 'control',
                    }])
        models = [
            'aid.household', 'aid.household.member', 'aid.household.access',
            'aid.household.constraint', 'aid.household.collector',
            'aid.household.budget.line', 'aid.referral', 'aid.entitlement',
            'aid.access.committee']
        groups = ['group_social_worker', 'group_branch_officer']
        insider = create_user('insider', [network['region']], groups)
        stranger = create_user('stranger', [network['other']], groups)
        for name in models:
            Model = pool.get(name)
            with self.subTest(name=name):
                with as_user(insider):
                    records = Model.search([])
                    self.assertTrue(records)
                    Model.read(
                        [r.id for r in records], list(Model._fields))
                with as_user(stranger):
                    self.assertEqual(Model.search([]), [])
                    with self.assertRaises(AccessError):
                        Model.read([r.id for r in records], ['id'])
        with as_user(stranger):
            self.assertEqual(
                Party.search([('name', '=', household.code)]), [])
            for button in [
                    'open_file', 'new_card', 'erase_constraints']:
                with self.subTest(button=button), \
                        self.assertRaises(AccessError):
                    getattr(pool.get('aid.household'), button)(
                        [pool.get('aid.household')(household.id)])

    @with_transaction()
    def test_found_by_code_name_and_card(self):
        Household = Pool().get('aid.household')
        grocery = create_network()['grocery']
        household = create_household(grocery)
        create_household(grocery, first_name="Zoé", last_name="Martin")
        till = create_user('till', [grocery], ['group_till'])
        with as_user(till):
            for text in [
                    household.code, household.code[-3:], "amina b",
                    household.card_code]:
                with self.subTest(text=text):
                    self.assertEqual(
                        Household.search([
                                ('rec_name', 'ilike', f'%{text}%')]),
                        [household])
            self.assertEqual(
                Household.search([
                        ('card_code', '=', household.card_code)]),
                [household])
            # A part of the code on the card opens nothing
            part = household.card_code[1:5]
            self.assertEqual(
                Household.search([('rec_name', 'ilike', f'%{part}%')]), [])


class OpeningTestCase(HouseholdCase):
    "The full file"

    @with_transaction()
    def test_opening_is_written_down(self):
        pool = Pool()
        Open = pool.get('aid.household.open', type='wizard')
        Access = pool.get('aid.household.access')
        grocery = create_network()['grocery']
        household = create_household(grocery)
        user = create_user('social', [grocery], ['group_social_worker'])
        context = {
            'active_model': 'aid.household',
            'active_id': household.id,
            'active_ids': [household.id],
            }
        with as_user(user, **context):
            session_id, start, end = Open.create()
            result = Open.execute(
                session_id, {'ask': {'reason': 'committee'}}, 'open_')
            (action, data), = result['actions']
            self.assertEqual(data['res_id'], [household.id])
            access, = Access.search([])
            self.assertEqual(access.household.id, household.id)
            self.assertEqual(access.user.id, user.id)
            self.assertEqual(access.reason, 'committee')
            for change in [
                    lambda: Access.delete([access]),
                    lambda: Access.write([access], {'reason': 'control'}),
                    lambda: Access.create([{}])]:
                with self.assertRaises(AccessError):
                    change()

    @with_transaction()
    def test_till_opens_nothing(self):
        pool = Pool()
        Open = pool.get('aid.household.open', type='wizard')
        Access = pool.get('aid.household.access')
        network = create_network()
        household = create_household(network['grocery'])
        context = {
            'active_model': 'aid.household',
            'active_id': household.id,
            'active_ids': [household.id],
            }
        till = create_user('till', [network['grocery']], ['group_till'])
        stranger = create_user(
            'stranger', [network['other']], ['group_social_worker'])
        for user in [till, stranger]:
            with self.subTest(user=user.login), as_user(user, **context), \
                    self.assertRaises(AccessError):
                Open.create()
        self.assertEqual(Access.search([]), [])

    @with_transaction()
    def test_plain_views_show_nothing_that_needs_a_log(self):
        pool = Pool()
        Household = pool.get('aid.household')
        ModelData = pool.get('ir.model.data')
        for name, type_ in [
                ('household_view_list', 'tree'),
                ('household_view_form', 'form')]:
            view = Household.fields_view_get(
                ModelData.get_id('aid_household', name), type_)
            self.assertEqual(set(view['fields']) & set(CLOSED), set())
        default = Household.fields_view_get(None, 'form')
        self.assertEqual(
            default['view_id'],
            ModelData.get_id('aid_household', 'household_view_form'))


class SizeTestCase(HouseholdCase):
    "How many they are"

    @with_transaction()
    def test_members_of_every_kind(self):
        pool = Pool()
        AgeBand = pool.get('aid.age.band')
        old, = AgeBand.search([('code', '=', '65+')])
        household = create_household(
            create_network()['grocery'],
            members=[('create', [
                        {'first_name': "Amina", 'birth_date': dt.date(
                                TODAY.year - 30, 1, 1)},
                        {'birth_year': TODAY.year - 8},
                        {'age_band': old.id, 'count': 2},
                        {'count': 1},
                        ])])
        self.assertEqual(household.size, 5)
        self.assertEqual(household.children, 1)
        self.assertEqual(household.adults, 4)
        self.assertEqual(household.consumption_units, Decimal('2.8'))
        self.assertEqual(
            [m.age for m in household.members[:2]], [30, 8])

    @with_transaction()
    def test_bands_cover_every_age_once(self):
        AgeBand = Pool().get('aid.age.band')
        for band_set in ['activity', 'fse']:
            bands = AgeBand.bands_at(TODAY, band_set)
            for age in range(0, 120):
                self.assertEqual(
                    sum(band.holds(age) for band in bands), 1,
                    msg=f'{band_set} {age}')

    @unittest.skipIf(backend.name != 'sqlite', "counts by SQLite's trace")
    @with_transaction()
    def test_lists_ask_once_for_all(self):
        Household = Pool().get('aid.household')
        grocery = create_network()['grocery']
        household = create_household(grocery)
        grant_entitlement(household)
        names = [
            'size', 'adults', 'children', 'consumption_units', 'name',
            'left_to_live', 'entitlement_state', 'entitlement_until',
            'entitlement', 'rec_name']

        def count():
            Transaction().cache.clear()
            with count_statements() as statements:
                Household.read(
                    [h.id for h in Household.search([])], names)
            return len(statements)
        count()
        one = count()
        for number in range(12):
            grant_entitlement(create_household(
                    grocery, first_name=f"Person {number}",
                    left_to_live_basis='lines'))
        # The budgets of reckoned ones add a query, whatever their number
        self.assertLessEqual(count(), one + 5)


class MeansTestCase(HouseholdCase):
    "What is left to live on"

    def _line(self, household, code, amount):
        pool = Pool()
        Line = pool.get('aid.household.budget.line')
        Category = pool.get('aid.household.budget.category')
        category, = Category.search([('code', '=', code)])
        line, = Line.create([{
                    'household': household.id,
                    'kind': category.kind,
                    'category': category.id,
                    'amount': Decimal(amount),
                    }])
        return line

    @with_transaction()
    def test_reckoned_from_lines(self):
        Household = Pool().get('aid.household')
        household = create_household(create_network()['grocery'])
        self._line(household, 'salary', '1200')
        self._line(household, 'rent', '660')
        self.assertIsNone(household.left_to_live)
        Household.write([household], {'left_to_live_basis': 'lines'})
        self.assertEqual(
            Household(household.id).left_to_live, Decimal('6.00'))
        self.assertEqual(len(household.resource_lines), 1)
        self.assertEqual(len(household.charge_lines), 1)

    @with_transaction()
    def test_nobody_to_live_on_it(self):
        household = create_household(
            create_network()['grocery'],
            members=None, left_to_live_basis='lines')
        self._line(household, 'salary', '1200')
        self.assertIsNone(household.left_to_live)

    @with_transaction()
    def test_certified(self):
        pool = Pool()
        Household = pool.get('aid.household')
        Party = pool.get('party.party')
        service, = Party.create([{'name': "CCAS"}])
        certificate = {
            'left_to_live_basis': 'certified',
            'certified_amount': Decimal('7.20'),
            'certified_by': service.id,
            'certified_on': TODAY,
            }
        household = create_household(
            create_network()['grocery'], **certificate)
        self.assertEqual(household.left_to_live, Decimal('7.20'))
        with self.assertRaises(HouseholdValidationError):
            Household.write([household], {
                    'certified_on': TODAY + dt.timedelta(days=2)})
        with self.assertRaises(ValidationError):
            Household.write([household], {'certified_by': None})

    @with_transaction()
    def test_negative_amount(self):
        household = create_household(create_network()['grocery'])
        with self.assertRaisesRegex(BudgetValidationError, "negative"):
            self._line(household, 'rent', '-660')

    @with_transaction()
    def test_category_of_the_other_kind(self):
        pool = Pool()
        Line = pool.get('aid.household.budget.line')
        line = self._line(
            create_household(create_network()['grocery']), 'rent', '660')
        with self.assertRaises(ValidationError):
            Line.write([line], {'kind': 'resource'})


class BadInputTestCase(HouseholdCase):
    "What cannot be"

    @with_transaction()
    def test_members(self):
        AgeBand = Pool().get('aid.age.band')
        Member = Pool().get('aid.household.member')
        household = create_household(create_network()['grocery'])
        band, = AgeBand.search([('code', '=', '65+')])
        tomorrow = TODAY + dt.timedelta(days=2)
        for values, message in [
                ({'birth_date': tomorrow}, "to come"),
                ({'birth_date': dt.date(1899, 1, 1)}, "between 1900"),
                ({'birth_year': TODAY.year + 1}, "between 1900"),
                ({'birth_year': 188}, "between 1900"),
                ({'birth_year': 1950, 'age_band': band.id}, "only one of"),
                ({'birth_date': dt.date(1950, 1, 1),
                        'birth_year': 1950}, "only one of"),
                ({'first_name': "Paul", 'count': 2}, "one person"),
                ({'main': True, 'count': 2}, "one person"),
                ({'main': True, 'first_name': "Paul"}, "two contacts"),
                ]:
            with self.subTest(values=values), \
                    self.assertRaisesRegex(MemberValidationError, message):
                Member.create([{'household': household.id, **values}])
        with self.assertRaises(ValidationError):
            Member.create([{'household': household.id, 'count': 0}])

    @with_transaction()
    def test_consent_to_come(self):
        pool = Pool()
        Constraint = pool.get('aid.household.constraint')
        Kind = pool.get('aid.household.constraint.kind')
        household = create_household(create_network()['grocery'])
        with self.assertRaises(ConstraintValidationError):
            Constraint.create([{
                        'household': household.id,
                        'kind': Kind.search([], limit=1)[0].id,
                        'consent_date': TODAY + dt.timedelta(days=2),
                        }])

    @with_transaction()
    def test_member_of_another_household(self):
        pool = Pool()
        Constraint = pool.get('aid.household.constraint')
        Kind = pool.get('aid.household.constraint.kind')
        grocery = create_network()['grocery']
        first = create_household(grocery)
        second = create_household(grocery, first_name="Zoé")
        with self.assertRaises(ValidationError):
            Constraint.create([{
                        'household': first.id,
                        'member': second.members[0].id,
                        'kind': Kind.search([], limit=1)[0].id,
                        }])

    @with_transaction()
    def test_code_and_branch_do_not_change(self):
        Household = Pool().get('aid.household')
        network = create_network()
        household = create_household(network['grocery'])
        user = create_user(
            'officer', [network['national']], ['group_branch_officer'])
        with as_user(user):
            for values in [
                    {'branch': network['other'].id},
                    {'code': 'F0000000'}]:
                with self.subTest(values=values), self.assertRaisesRegex(
                        HouseholdFixedError, household.code):
                    Household.write([household], values)
            Household.write([household], {'branch': network['grocery'].id})

    @with_transaction()
    def test_party_follows_a_move_by_head_office_tools(self):
        Household = Pool().get('aid.household')
        network = create_network()
        household = create_household(network['grocery'])
        Household.write([household], {'branch': network['other'].id})
        self.assertEqual(household.party.branch, network['other'])

    @with_transaction()
    def test_duplicate_is_warned_of_once(self):
        pool = Pool()
        Warning = pool.get('res.user.warning')
        network = create_network()
        create_household(network['grocery'])
        user = create_user(
            'social', [network['grocery']], ['group_social_worker'])
        with as_user(user):
            with self.assertRaisesRegex(
                    DuplicateHouseholdWarning, "already in") as raised:
                create_household(
                    network['grocery'],
                    first_name="bensaid", last_name="AMINA")
            name = raised.exception.name
            self.assertNotIn('amina', name.lower())
            with without_check_access():
                Warning.skip(name)
            create_household(
                network['grocery'],
                first_name="bensaid", last_name="AMINA")

    @with_transaction()
    def test_no_warning_about_strangers(self):
        "Another birth date, another branch, or the same household"
        pool = Pool()
        Member = pool.get('aid.household.member')
        network = create_network()
        member = create_household(network['other']).members[0]
        user = create_user(
            'social', [network['grocery']], ['group_social_worker'])
        with as_user(user):
            own = create_household(network['grocery'])
            create_household(
                network['grocery'], birth_date=dt.date(1990, 1, 1))
            Member.write([own.members[0]], {'first_name': "AMINA"})
            with self.assertRaises(AccessError):
                Member.read([member.id], ['first_name'])


class ErasingTestCase(HouseholdCase):
    "The end of a file"

    def _full_household(self, branch):
        pool = Pool()
        Kind = pool.get('aid.household.constraint.kind')
        Category = pool.get('aid.household.budget.category')
        Party = pool.get('party.party')
        Note = pool.get('ir.note')
        service, = Party.create([{'name': "CCAS"}])
        category, = Category.search([('code', '=', 'rent')])
        household = create_household(
            branch, street="1 rue Neuve", email="a@example.com",
            contact_channel='email', contact_hours="18:00-20:00",
            left_to_live_basis='lines',
            constraints=[('create', [{
                            'kind': Kind.search([], limit=1)[0].id}])],
            collectors=[('create', [{'first_name': "Paul"}])],
            budget_lines=[('create', [{
                            'kind': 'charge', 'category': category.id,
                            'amount': Decimal(500)}])],
            referrals=[('create', [{
                            'service': service.id, 'contact': "Mme X"}])],
            )
        Note.create([{
                    'resource': str(household), 'message': "Secret"}])
        return household

    @with_transaction()
    def test_only_numbers_stay(self):
        pool = Pool()
        Household = pool.get('aid.household')
        Note = pool.get('ir.note')
        grocery = create_network()['grocery']
        household = self._full_household(grocery)
        entitlement = grant_entitlement(
            household, start=-90, days=60,
            referral=household.referrals[0].id)
        self.assertIsNotNone(entitlement.left_to_live)
        self.assertEqual(household.reached_by(), 'email')
        code, party = household.code, household.party
        user = create_user('social', [grocery], ['group_social_worker'])
        with as_user(user):
            Household.erase([Household(household.id)])
        household = Household(household.id)
        self.assertIsNone(household.reached_by())
        self.assertEqual(household.code, code)
        self.assertEqual(household.branch, grocery)
        self.assertEqual(household.party, party)
        self.assertTrue(party.active)
        self.assertEqual(party.name, code)
        self.assertFalse(household.active)
        self.assertEqual(household.erased_on, grocery.today())
        self.assertEqual(household.size, 3)
        self.assertEqual(
            sorted((m.age_band.code, m.count) for m in household.members),
            [('25-64', 1), ('3-14', 2)])
        for member in household.members:
            for name in [
                    'first_name', 'last_name', 'search_key', 'birth_date',
                    'birth_year', 'sex']:
                self.assertIsNone(getattr(member, name))
        for name in Household._personal_fields():
            self.assertIsNone(getattr(household, name), msg=name)
        for name in [
                'constraints', 'collectors', 'budget_lines', 'referrals']:
            self.assertFalse(getattr(household, name), msg=name)
        self.assertEqual(Note.search([]), [])
        entitlement, = household.entitlements
        self.assertEqual(entitlement.state, 'granted')
        self.assertEqual(entitlement.persons, 3)
        self.assertIsNone(entitlement.left_to_live)
        self.assertIsNone(entitlement.referral)

    @with_transaction()
    def test_no_column_still_holds_a_name(self):
        "Walks every text column of the room, whatever is added later"
        pool = Pool()
        Household = pool.get('aid.household')
        grocery = create_network()['grocery']
        household = self._full_household(grocery)
        Household.erase([household])
        secrets = [
            "amina", "bensa", "neuve", "lyon", "example.com", "+33",
            "paul", "mme x", "secret"]
        cursor = Transaction().connection.cursor()
        for name, Model in pool.iterobject():
            if not name.startswith('aid.') and name not in {
                    'party.party', 'party.address', 'ir.note',
                    'party.contact_mechanism', 'res.user.warning'}:
                continue
            if not hasattr(Model, '__table__') or (
                    getattr(Model, 'table_query', None)):
                continue
            table = Model.__table__()
            columns = [
                getattr(table, n) for n, f in Model._fields.items()
                if f._type in {'char', 'text'} and f.sql_type()]
            if not columns:
                continue
            cursor.execute(*table.select(*columns))
            for row in cursor:
                text = ' '.join(str(v) for v in row if v).lower()
                for secret in secrets:
                    self.assertNotIn(secret, text, msg=name)

    @with_transaction()
    def test_not_while_an_entitlement_is_open(self):
        pool = Pool()
        Household = pool.get('aid.household')
        Entitlement = pool.get('aid.entitlement')
        household = create_household(create_network()['grocery'])
        entitlement = propose_entitlement(household)
        with self.assertRaisesRegex(EraseHouseholdError, household.code):
            Household.erase([household])
        Entitlement.grant([entitlement])
        with self.assertRaisesRegex(EraseHouseholdError, household.code):
            Household.erase([household])
        self.assertEqual(Household(household.id).till_name, "Amina B.")
        Entitlement.end([entitlement])
        Household.erase([household])

    @with_transaction()
    def test_nothing_is_written_in_an_erased_file(self):
        Household = Pool().get('aid.household')
        grocery = create_network()['grocery']
        household = create_household(grocery)
        Household.erase([household])
        user = create_user('officer', [grocery], ['group_branch_officer'])
        with as_user(user):
            with self.assertRaisesRegex(HouseholdFixedError, "erased"):
                Household.write([household], {'city': "Lyon"})
            with self.assertRaises(AccessButtonError):
                Household.erase([household])

    @with_transaction()
    def test_constraints_in_one_action(self):
        pool = Pool()
        Household = pool.get('aid.household')
        Constraint = pool.get('aid.household.constraint')
        Kind = pool.get('aid.household.constraint.kind')
        grocery = create_network()['grocery']
        kinds = Kind.search([], limit=3)
        household = create_household(
            grocery,
            constraints=[('create', [{'kind': k.id} for k in kinds])])
        other = create_household(
            grocery, first_name="Zoé",
            constraints=[('create', [{'kind': kinds[0].id}])])
        user = create_user('social', [grocery], ['group_social_worker'])
        with as_user(user):
            Household.erase_constraints([Household(household.id)])
        self.assertEqual(Constraint.search([]), list(other.constraints))

    @with_transaction()
    def test_party_erase_empties_the_file(self):
        pool = Pool()
        Household = pool.get('aid.household')
        Erase = pool.get('party.erase', type='wizard')
        household = self._full_household(create_network()['grocery'])
        party = household.party
        entitlement = propose_entitlement(household)
        party.active = False
        party.save()
        session_id, _, _ = Erase.create()
        erase = Erase(session_id)
        erase.ask.party = party
        with self.assertRaises(EraseError):
            erase.transition_erase()
        pool.get('aid.entitlement').delete([entitlement])
        erase.transition_erase()
        Transaction().cache.clear()
        household = Household(household.id)
        self.assertIsNone(household.till_name)
        self.assertIsNone(household.email)
        self.assertIsNone(household.members[0].last_name)
        self.assertEqual(household.size, 3)


class DataTestCase(HouseholdCase):
    "What the room brings along"

    @with_transaction()
    def test_fourteen_allergens(self):
        Kind = Pool().get('aid.household.constraint.kind')
        allergens = Kind.search([('group', '=', 'allergen')])
        self.assertEqual(len(allergens), 14)
        self.assertEqual(len({a.tag for a in allergens}), 14)
        for code in ['no_pork', 'halal', 'vegetarian', 'no_alcohol']:
            self.assertEqual(Kind.search(
                    [('code', '=', code)], count=True), 1)
