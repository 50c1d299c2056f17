import datetime as dt
import unittest

from trytond.model.exceptions import AccessError
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction, check_access

from aid_branch.rules_here import rules_of
from aid_branch.tests.network import create_user
from aid_lot.tests.goods import (
    create_company, family, make_branch, set_company)

TODAY = dt.date.today()
DAY = dt.timedelta(days=1)


class RulesHereTestCase(unittest.TestCase):
    "Which values hold at a branch, and who set them"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_lot', 'en')

    @with_transaction()
    def test_rules_of(self):
        pool = Pool()
        Layout = pool.get('aid.label.layout')
        with set_company(create_company()):
            region = make_branch('R', has_stock=False, kind='region')
            here = make_branch('G', parent=region.id)
            there = make_branch('O')
            network, of_region, coming, other = Layout.create([
                    {'prefix': '29', 'decimals': 3},
                    {'prefix': '29', 'decimals': 2, 'branch': region.id,
                        'valid_from': TODAY - DAY},
                    {'prefix': '29', 'decimals': 1, 'branch': region.id,
                        'valid_from': TODAY + DAY},
                    {'prefix': '27', 'decimals': 0, 'branch': there.id}])

            def decimals(branch):
                return [
                    (l['value'], l['set_by'], l['since'])
                    for l in rules_of(branch)
                    if l['rule'].endswith('29') and l['name'] == "Decimals"]

            self.assertEqual(decimals(here), [
                    ('2', region.rec_name, TODAY - DAY)])
            self.assertEqual(decimals(there), [('3', "Network", None)])
            rules = rules_of(here)
            self.assertNotIn("Last Modified at", {l['name'] for l in rules})
            self.assertFalse([l for l in rules if l['rule'].endswith('27')])
            self.assertTrue([
                    l for l in rules
                    if l['rule'].endswith(family('dairy').name)
                    and l['name'] == "Value per kg"
                    and l['value'].startswith('3.2')
                    and l['set_by'] == "Network"])
            with Transaction().set_context(branch=here.id):
                layouts = Layout.browse([network, of_region, other])
                self.assertIn(region.rec_name, layouts[0].holds_at)
                self.assertIn("Another", layouts[0].holds_at)
                self.assertIn("This value", layouts[1].holds_at)
                self.assertIsNone(layouts[2].holds_at)
                # What only the network decides says so too
                self.assertIn(
                    "This value", family('dairy').term_at(TODAY).holds_at)

    @with_transaction()
    def test_who_decides(self):
        "A branch sets its own values, never those of the network or others"
        Tare = Pool().get('aid.tare')
        with set_company(create_company()):
            here, there = make_branch('G'), make_branch('O')
            network = Tare.search([('branch', '=', None)], limit=1)
            officer = create_user(
                'officer', [here], groups=['group_branch_officer'])
            with Transaction().set_context(branch=here.id), \
                    Transaction().set_user(officer.id), check_access():
                mine, = Tare.create([{
                            'name': "Crate", 'code': 'MINE', 'weight': 1}])
                self.assertEqual(mine.branch, here)
                for branch in [None, there.id]:
                    with self.assertRaises(AccessError):
                        Tare.create([{
                                    'name': "Crate", 'code': 'OTHER',
                                    'weight': 1, 'branch': branch}])
                with self.assertRaises(AccessError):
                    Tare.write(Tare.browse(network), {'weight': 2})
