import datetime as dt
from unittest.mock import patch

from trytond.cache import MemoryCache
from trytond.model.exceptions import AccessError
from trytond.modules.company.tests import CompanyTestMixin, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import ModuleTestCase, with_transaction
from trytond.transaction import Transaction, check_access

from aid_branch.tests.network import create_network, create_user
from aid_branch.tests.statements import count_statements


class AidBranchTestCase(CompanyTestMixin, ModuleTestCase):
    "Test the room of branches"
    module = 'aid_branch'

    @with_transaction()
    def test_warehouse_is_made_with_branch(self):
        "A branch that keeps goods gets one room for them"
        network = create_network()
        grocery = network['grocery']
        self.assertEqual(grocery.warehouse.type, 'warehouse')
        self.assertEqual(grocery.warehouse.name, "Grocery")
        self.assertEqual(
            {grocery.warehouse.input_location,
                grocery.warehouse.output_location,
                grocery.warehouse.storage_location},
            {grocery.storage})
        self.assertEqual(grocery.storage.warehouse, grocery.warehouse)
        self.assertEqual(grocery.quarantine.warehouse, grocery.warehouse)
        self.assertNotEqual(grocery.quarantine, grocery.storage)
        self.assertEqual(grocery.storage.branch, grocery)
        self.assertIsNone(network['region'].warehouse)

    @with_transaction()
    def test_party_follows_name(self):
        "The party of a branch bears its name, also after a change"
        grocery = create_network()['grocery']
        self.assertEqual(grocery.party.name, "Grocery")
        grocery.name = "Grocery of the Station"
        grocery.save()
        self.assertEqual(grocery.party.name, "Grocery of the Station")

    @with_transaction()
    def test_lineage(self):
        "The lineage goes from the root to the branch"
        network = create_network()
        self.assertEqual(network['grocery'].lineage, [
                network[n].id for n in ['national', 'region', 'grocery']])

    @with_transaction()
    def test_today_is_where_the_branch_is(self):
        "The day of an overseas branch is its own"
        grocery = create_network()['grocery']
        days = set()
        for zone in ['Pacific/Kiritimati', 'Pacific/Pago_Pago']:
            grocery.timezone = zone
            days.add(grocery.today())
        self.assertEqual(len(days), 2)

    @with_transaction()
    def test_users_see_their_branches_and_below(self):
        "A party confidential to a branch is seen from it and above only"
        pool = Pool()
        Party = pool.get('party.party')
        network = create_network()
        with set_company(network['company']):
            secret, = Party.create([{
                        'name': "F0001",
                        'branch': network['grocery'].id,
                        }])
            public, = Party.create([{'name': "Public"}])
            seen = {}
            for name in ['region', 'grocery', 'other', 'all', 'none']:
                user = create_user(
                    name, [network[name]] if name in network else [],
                    all_branches=(name == 'all'))
                with Transaction().set_user(user.id), check_access():
                    seen[name] = set(Party.search([
                                ('id', 'in', [secret.id, public.id])]))
        self.assertEqual(seen['region'], {secret, public})
        self.assertEqual(seen['grocery'], {secret, public})
        self.assertEqual(seen['all'], {secret, public})
        self.assertEqual(seen['other'], {public})
        self.assertEqual(seen['none'], {public})

    @with_transaction()
    def test_other_branch_is_refused_by_name(self):
        "Reading the party of another branch names the rule"
        pool = Pool()
        Party = pool.get('party.party')
        Address = pool.get('party.address')
        network = create_network()
        with set_company(network['company']):
            secret, = Party.create([{
                        'name': "F0001",
                        'branch': network['grocery'].id,
                        'addresses': [('create', [{'city': "Lyon"}])],
                        }])
            user = create_user('other', [network['other']])
            with Transaction().set_user(user.id), check_access():
                with self.assertRaisesRegex(
                        AccessError, "Branches of the user"):
                    Party.read([secret.id], ['name'])
                self.assertEqual(
                    Address.search([('city', '=', "Lyon")]), [])
                with self.assertRaises(AccessError):
                    Address.read([secret.addresses[0].id], ['city'])

    @with_transaction()
    def test_new_membership_is_seen_at_once(self):
        "No cache keeps a user out of a branch given a moment ago"
        pool = Pool()
        User = pool.get('res.user')
        network = create_network()
        user = create_user('moving', [])
        with Transaction().set_user(user.id):
            self.assertEqual(User.get_branches(), ())
        user.branches = [network['other']]
        user.save()
        with Transaction().set_user(user.id):
            self.assertEqual(
                User.get_branches(), (network['other'].id,))

    @with_transaction()
    def test_officer_edits_own_branch_only(self):
        "Branches are read by all and edited from above"
        pool = Pool()
        Branch = pool.get('aid.branch')
        Service = pool.get('aid.service')
        network = create_network()
        service, = Service.search([('code', '=', 'clothing')])
        user = create_user(
            'officer', [network['grocery']], groups=['group_branch_officer'])
        with Transaction().set_user(user.id), check_access():
            Branch.write([Branch(network['grocery'].id)], {
                    'services': [('create', [{'service': service.id}])],
                    })
            self.assertEqual(
                Branch.read([network['other'].id], ['name'])[0]['name'],
                "Other")
            with self.assertRaises(AccessError):
                Branch.write(
                    [Branch(network['other'].id)], {'name': "Mine"})

    @with_transaction()
    def test_moves_know_their_branches(self):
        "A location tells its moves which branch they leave and reach"
        pool = Pool()
        Move = pool.get('stock.move')
        grocery = create_network()['grocery']
        values = Move.preprocess_values('create', {
                'from_location': grocery.storage.id,
                'to_location': None,
                })
        self.assertEqual(values['from_branch'], grocery.id)
        self.assertIsNone(values['to_branch'])

    @with_transaction()
    def test_rule_asks_nothing_of_the_tree(self):
        "What a user may see is one question, also after the tree has grown"
        pool = Pool()
        Branch = pool.get('aid.branch')
        Party = pool.get('party.party')
        network = create_network()
        with set_company(network['company']):
            user = create_user('region', [network['region']])
            with Transaction().set_user(user.id), check_access():
                Party.search([])
                with count_statements() as asked:
                    Party.search([])
            self.assertEqual(len(asked), 1, asked)
            branch, = Branch.create([{
                        'name': "New", 'code': 'new', 'has_stock': False,
                        'company': network['company'].id,
                        'parent': network['grocery'].id}])
            secret, = Party.create([{'name': "F2", 'branch': branch.id}])
            with Transaction().set_user(user.id), check_access():
                self.assertIn(secret, Party.search([]))
            Branch.write([branch], {'parent': network['other'].id})
            with Transaction().set_user(user.id), check_access():
                self.assertNotIn(secret, Party.search([]))

    @with_transaction()
    def test_names_are_asked_for_once(self):
        "Also of what was written before the process began"
        pool = Pool()
        Service = pool.get('aid.service')
        Translation = pool.get('ir.translation')
        service, = Service.search([('code', '=', 'clothing')])
        long_ago = dt.datetime(2020, 1, 1)
        with patch.object(
                MemoryCache, '_clean_last', dt.datetime(2021, 1, 1)):
            asking = ('aid.service,name', 'model', 'fr', [service.id])
            name = Translation.get_ids(*asking, cached_after=long_ago)
            with count_statements() as asked:
                self.assertEqual(
                    Translation.get_ids(*asking, cached_after=long_ago),
                    name)
        self.assertEqual(asked, [])

    @with_transaction()
    def test_validity(self):
        "A dated record holds on both its ends"
        from aid_branch.dated import DatedMixin

        class Dated(DatedMixin):
            __slots__ = ()
            valid_from = dt.date(2026, 1, 1)
            valid_to = dt.date(2026, 1, 31)

        record = Dated.__new__(Dated)
        for day, holds in [
                (dt.date(2025, 12, 31), False),
                (dt.date(2026, 1, 1), True),
                (dt.date(2026, 1, 31), True),
                (dt.date(2026, 2, 1), False)]:
            with self.subTest(day=day):
                self.assertEqual(record.holds_on(day), holds)


del ModuleTestCase
