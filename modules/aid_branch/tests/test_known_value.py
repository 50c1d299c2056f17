"""Values that a record knows are told as Tryton tells them."""
import unittest
from unittest.mock import patch

from trytond.model import ModelStorage
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction

from aid_branch.known_value import KnownValueMixin


class KnownValueTestCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_branch')

    @with_transaction()
    def test_every_stored_model_has_it(self):
        self.assertTrue(issubclass(Pool().get('party.party'), KnownValueMixin))

    @with_transaction()
    def test_what_was_set_counts_before_what_is_stored(self):
        Party = Pool().get('party.party')
        party, = Party.create([{'name': "Ana"}])
        self.assertEqual(party.name, "Ana")
        party.name = "Bea"

        self.assertEqual(party.name, "Bea")
        self.assertEqual(Party(party.id).name, "Ana")

    @with_transaction()
    def test_what_was_written_since_is_read(self):
        Party = Pool().get('party.party')
        party, = Party.create([{'name': "Ana"}])
        self.assertEqual(party.name, "Ana")
        Party.write([Party(party.id)], {'name': "Bea"})

        self.assertEqual(party.name, "Bea")

    @with_transaction()
    def test_what_was_read_is_not_looked_for_again(self):
        Party = Pool().get('party.party')
        party, = Party.create([{'name': "Ana"}])
        party = Party(party.id)
        self.assertEqual((party.name, party.addresses), ("Ana", ()))
        with patch.object(ModelStorage, '__getattr__') as detour:
            self.assertEqual((party.name, party.addresses), ("Ana", ()))

        detour.assert_not_called()

    @with_transaction()
    def test_what_is_not_known_is_as_in_tryton(self):
        Party = Pool().get('party.party')
        party, = Party.create([{'name': "Ana"}])
        for record in [Party(), Party(-1), party]:
            with self.assertRaises(AttributeError):
                record.no_such_field
            with self.assertRaises(AttributeError):
                record._no_such_thing
        with self.assertRaises(AttributeError):
            Party(-1).name
