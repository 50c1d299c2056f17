import datetime as dt
import unittest

from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction

from aid_lot.found import found_lots
from aid_lot.tests.goods import (
    create_company, family, make_branch, set_company)

TODAY = dt.date.today()


class FoundTestCase(unittest.TestCase):
    "Goods that the books do not know"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_lot')

    @with_transaction()
    def test_binary_fractions(self):
        "What several lines lack adds up to the gram"
        OnHand = Pool().get('aid.lot.on_hand')
        with set_company(create_company()):
            branch = make_branch()
            soap = family('hygiene').product
            lots = found_lots(
                branch, [(soap, quantity) for quantity in [.05, .15, 1.4]],
                TODAY)
            lot, = set(lots)
            row, = OnHand.search([('lot', '=', lot.id)])
            self.assertEqual(row.quantity, 1.6)
