"""What a client names in a form is asked for once, and by its own rights."""
import unittest

from trytond.model.exceptions import AccessError
from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction, check_access

from aid_branch.named import was_named
from aid_branch.tests.network import create_network, create_user
from aid_branch.tests.statements import count_statements


class NamedTestCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_branch')

    def name(self, record) -> None:
        "As a client that asks what follows from a change"
        Party = Pool().get('party.party')
        rpc = next(
            rpc for name, rpc in Party.__rpc__.items()
            if rpc.instantiate == 0 and name.startswith('on_change'))
        rpc.decorate(lambda form: None)(record)

    @with_transaction()
    def test_who_may_read_it_is_not_asked_again(self):
        Party = Pool().get('party.party')
        network = create_network()
        with set_company(network['company']):
            party, = Party.create([{
                        'name': "F0001", 'branch': network['grocery'].id}])
            own = create_user('own', [network['grocery']])
            other = create_user('other', [network['other']])
            with Transaction().set_user(own.id), check_access():
                form = Party(party.id)
                self.assertFalse(was_named(form))
                self.name(form)
                self.assertTrue(was_named(form))
                with count_statements() as statements:
                    self.assertEqual(Party(party.id).name, "F0001")
                self.assertEqual(statements, [])
            with Transaction().set_user(other.id), check_access():
                self.assertFalse(was_named(form))
                with self.assertRaises(AccessError):
                    self.name(Party(party.id))
                self.assertFalse(was_named(form))

    @with_transaction()
    def test_what_may_not_be_seen_of_it_is_not_read(self):
        "Nothing is kept of a field that is closed to the user"
        pool = Pool()
        Party = pool.get('party.party')
        FieldAccess = pool.get('ir.model.field.access')
        network = create_network()
        with set_company(network['company']):
            party, = Party.create([{
                        'name': "F0001", 'code': "F1",
                        'branch': network['grocery'].id}])
            FieldAccess.create([{
                        'model': 'party.party', 'field': 'code',
                        'perm_read': False}])
            own = create_user('own', [network['grocery']])
            with Transaction().set_user(own.id), check_access():
                self.name(Party(party.id))
                known = Transaction().get_cache()['party.party'][party.id]
                self.assertIn('name', known._keys())
                self.assertNotIn('code', known._keys())
