"""Values that a record knows are told as Tryton tells them."""
import unittest
from unittest.mock import patch

from trytond.model import Model, ModelSQL, ModelStorage
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction, check_access

from aid_branch import known_value
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

    @with_transaction()
    def test_what_a_method_tells_of_one_record_is_asked_of_it(self):
        "As Tryton asks it: without what is not saved, until one writes"
        Party = Pool().get('party.party')
        party, = Party.create([{'name': "Ana"}])
        party = Party(party.id)
        with patch.object(ModelStorage, '__getattr__') as detour:
            detour.side_effect = AssertionError
            named = Party(party.id)
            named._local_cache[party.id]['name'] = "Ana"
            self.assertEqual(named.rec_name, "Ana")
            self.assertEqual(named.rec_name, "Ana")
        changed = Party(party.id)
        changed.name = "Bea"
        self.assertEqual(changed.rec_name, "Ana")
        changed.save()
        self.assertEqual(named.rec_name, "Bea")

    @with_transaction()
    def test_a_method_tells_what_it_does_in_tryton(self):
        "All fields that methods of one record tell, for what is there"
        compared = 0
        for name, model in Pool().iterobject():
            telling = known_value._telling(model) if issubclass(
                model, ModelSQL) else {}
            if not telling or model._is_table_query():
                continue
            for record in model.search([], limit=2):
                read, = model.read([record.id], list(telling))
                for field in telling:
                    told = getattr(model(record.id), field)
                    with self.subTest(model=name, field=field):
                        self.assertEqual(
                            told.id if isinstance(told, Model) else told,
                            read[field])
                    compared += 1
        self.assertGreater(compared, 100)

    @with_transaction()
    def test_a_method_is_asked_as_the_user_and_in_the_context_of_the_record(
            self):
        pool = Pool()
        Party = pool.get('party.party')
        party, = Party.create([{'name': "Ana"}])
        asked = []

        def get_rec_name(self, name):
            transaction = Transaction()
            asked.append((
                    transaction.user, transaction.context.get('about'),
                    transaction.check_access))
            return "Ana"
        with Transaction().set_context(about='her'), check_access():
            party = Party(party.id)
        with patch.object(Party, 'get_rec_name', get_rec_name), \
                Transaction().set_user(0):
            self.assertEqual(party.rec_name, "Ana")

        self.assertEqual(asked, [(1, 'her', False)])
