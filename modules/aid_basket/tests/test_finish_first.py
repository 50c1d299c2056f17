import datetime as dt

from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction
from trytond.transaction import Transaction

from aid_basket.finish_first import expected

from .till import TillTestCase, at_till, basket_of, give, open_session, rule


class FinishFirstTestCase(TillTestCase):
    "For how many households the goods to finish first are divided"

    @with_transaction()
    def test_expected(self):
        pool = Pool()
        Basket = pool.get('aid.basket')
        Start = pool.get('aid.finish_first.start')
        Visit = pool.get('aid.session.visit')
        with at_till() as branch:
            rule(mode='free')
            today = branch.today()
            self.assertIsNone(expected(branch, today))
            bread, = give(branch, {'family': 'bread', 'net_weight': 9})
            basket = basket_of(open_session(branch), None, (bread, 1))
            basket.emergency = True
            basket.adults = 1
            basket.save()
            Basket.checkout([basket])
            self.assertEqual(expected(branch, today + dt.timedelta(1)), 1)

            Visit.create([
                    {'branch': branch.id, 'date': today, 'state': state}
                    for state in ['expected', 'arrived', 'arrived', 'absent']])
            self.assertEqual(expected(branch, today), 3)
            with Transaction().set_context(branch=branch.id):
                self.assertEqual(Start.default_households(), 3)
