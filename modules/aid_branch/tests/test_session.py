"""Who has signed in is found by one question, and nobody else is."""
import datetime as dt
import unittest
from unittest.mock import patch

from trytond import config
from trytond.ir.session import Session as TrytonSession
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction


class SessionTestCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_branch')

    @with_transaction()
    def test_a_valid_session_is_not_asked_for_twice(self):
        Session = Pool().get('ir.session')
        keys = [Session.new(), Session.new()]
        with patch.object(TrytonSession, 'check') as again:
            for key in keys:
                self.assertIs(Session.check(1, key), True)

        again.assert_not_called()
        self.assertIsInstance(
            Session._session_reset_cache.get(keys[0]), dt.datetime)

    @with_transaction()
    def test_what_is_refused_is_refused_as_in_tryton(self):
        Session = Pool().get('ir.session')
        key = Session.new()
        with Transaction().set_context(
                _request={'remote_addr': '192.0.2.1'}):
            elsewhere = Session.new()
            self.assertIsNone(Session.check(1, key))
            self.assertIs(Session.check(1, elsewhere), True)

        self.assertIsNone(Session.check(1, elsewhere))
        self.assertIsNone(Session.check(2, key))
        self.assertIsNone(Session.check(1, key[:-1]))
        self.assertIsNone(Session.check(1, key, [('id', '<', 0)]))

    @with_transaction()
    def test_an_old_session_is_refused_and_tidied_up(self):
        Session = Pool().get('ir.session')
        key = Session.new()
        age = config.getint('session', 'max_age')
        table = Session.__table__()
        Transaction().connection.cursor().execute(*table.update(
                [table.create_date],
                [dt.datetime.now() - dt.timedelta(seconds=age + 1)]))

        self.assertIs(Session.check(1, key), False)
        self.assertEqual(Session.search([]), [])
