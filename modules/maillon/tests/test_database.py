"""Databases as the command configures them."""
import datetime as dt
import unittest

import trytond.config as config
from trytond.cache import MemoryCache
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, activate_module
from trytond.transaction import Transaction

from maillon.command import database


class SQLiteTestCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('maillon', lang='fr')

    def setUp(self):
        self.addCleanup(
            config.set, 'cache', 'clean_timeout',
            config.get('cache', 'clean_timeout'))
        self.addCleanup(
            setattr, MemoryCache, '_clean_last', MemoryCache._clean_last)

    def test_any_transaction_can_be_undone(self):
        "Also one that begins when Tryton looks for changes in its caches"
        database.configure()
        MemoryCache._clean_last = dt.datetime.now() - dt.timedelta(hours=1)

        with Transaction().start(DB_NAME, 1) as transaction:
            Group = Pool().get('res.group')
            Group.create([{'name': "Undone"}])
            transaction.rollback()

        with Transaction().start(DB_NAME, 1):
            self.assertEqual(Group.search([('name', '=', "Undone")]), [])
