import datetime as dt
import unittest

from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction

from aid_lot.finish_first import Share, share, to_finish
from aid_lot.tests.goods import (
    create_company, make_branch, make_lot, receive, set_company)

TODAY = dt.date.today()
DAY = dt.timedelta(days=1)


class ShareTestCase(unittest.TestCase):
    "How much there is for each household"

    def test_share(self):
        for arguments, expected in [
                ((130, 60, 1), Share(2)),
                ((59, 60, 1), Share(1, 2)),
                ((60, 60, 1), Share(1)),
                ((1, 60, 1), Share(1, 60)),
                ((12.0, 60), Share(0.2)),
                ((12.0, 60, 0.15), Share(0.2)),
                ((3.0, 60, 0.3), Share(0.3, 6)),
                ((0.9, 3, 0.3), Share(0.3)),
                ((0.2, 60, 0.3), None),
                ((1.0, 60), None),
                ((12, 0), None),
                ((0, 5), None),
                ]:
            with self.subTest(arguments=arguments):
                self.assertEqual(share(*arguments), expected)


class FinishFirstTestCase(unittest.TestCase):
    "What leaves first this morning"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_lot', 'en')

    @with_transaction()
    def test_to_finish(self):
        pool = Pool()
        Report = pool.get('aid.finish_first.list', type='report')
        with set_company(create_company()):
            branch = make_branch()
            for code, values, quantity in [
                    ('canned', {'expiration_date': TODAY + 99 * DAY}, 10),
                    ('dairy', {'shelf_life_expiration_date': TODAY + DAY}, 3),
                    ('dairy', {'shelf_life_expiration_date': TODAY + DAY}, 9),
                    ('meat_fish_eggs',
                        {'shelf_life_expiration_date': TODAY}, 3),
                    ('fruit_vegetables',
                        {'looked_on': TODAY - 9 * DAY}, 60),
                    ('bread', {'looked_on': TODAY}, 60),
                    ('canned', {'expiration_date': TODAY - DAY}, 8),
                    ]:
                receive(make_lot(code, **values), quantity, branch.storage)
            past = make_lot('dairy', shelf_life_expiration_date=TODAY)
            receive(past, 1, branch.storage)
            past.shelf_life_expiration_date = TODAY - DAY
            past.save()
            quarantined = make_lot(
                'dairy', shelf_life_expiration_date=TODAY)
            receive(quarantined, 1, branch.quarantine)

            goods = to_finish(branch, 60)

            self.assertEqual(
                [
                    (g.family, g.quantity.split()[0], g.days, g.look)
                    for g in goods], [
                    ('Tins and Jars', '8', 0, False),
                    ('Meat, Fish and Eggs', '3', 1, False),
                    ('Milk, Yoghurt and Cheese', '12', 2, False),
                    ('Fruit and Vegetables', '60', None, True),
                    ])
            self.assertEqual(
                [g.share.replace('\xa0', ' ') for g in goods], [
                    "one for every 3 households",
                    "one for every 6 households", "0.2 kg each",
                    "1 kg each"])
            self.assertTrue(all(g.picture for g in goods))
            _, content, _, _ = Report.execute(
                [branch.id], {'households': 60, 'model': 'aid.branch'})
            self.assertTrue(content)
