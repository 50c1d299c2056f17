"""What a test has written is gone when it ends."""
import datetime as dt

from trytond.cache import MemoryCache
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, activate_module
from trytond.transaction import Transaction


def test_nothing_stays_after_a_long_time():
    "Even where Tryton would look for stale caches in between"
    activate_module('aid_branch')
    with Transaction().start(DB_NAME, 1) as transaction:
        Party = Pool().get('party.party')
        before = Party.search([], count=True)
        Party.create([{'name': "Passer-by"}])
        MemoryCache._clean_last = dt.datetime.now() - dt.timedelta(hours=1)
        # As Tryton does to say which constraint was broken
        try:
            with transaction.new_transaction():
                raise KeyError
        except KeyError:
            pass
        transaction.rollback()
        assert Party.search([], count=True) == before
