"""What each role finds."""
import unittest
from uuid import uuid4

from trytond.pool import Pool
from trytond.pyson import PYSONDecoder
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction, check_access

#: Our own menus, what they are about as in docs/rooms.md
TODAY = 'maillon.menu_today'
TILL = 'aid_basket.menu_till'
GOODS = 'aid_lot.menu_goods'
HOUSEHOLDS = 'aid_household.menu_households'
NETWORK = 'aid_branch.menu_network'


class RoleTestCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('maillon', lang='fr')

    def user(self, role):
        "A user who has the *role* (a part of its XML id)"
        pool = Pool()
        ModelData = pool.get('ir.model.data')
        User = pool.get('res.user')
        user, = User.create([{
                    'name': role, 'login': f'{role}-{uuid4().hex}',
                    'roles': [('create', [{
                                    'role': ModelData.get_id(
                                        'maillon', f'role_{role}')}])],
                    }])
        return user

    def menus(self, role):
        "XML ids of the menus at the top that the role sees"
        pool = Pool()
        Menu = pool.get('ir.ui.menu')
        ModelData = pool.get('ir.model.data')
        User = pool.get('res.user')
        user = self.user(role)
        with Transaction().set_user(user.id):
            context = User.get_preferences(context_only=True)
            with Transaction().set_context(context), check_access():
                menus = [m.id for m in Menu.search([('parent', '=', None)])]
        return {
            f'{data.module}.{data.fs_id}' for data in ModelData.search([
                    ('model', '=', 'ir.ui.menu'), ('db_id', 'in', menus)])}

    def assertOnlyOurs(self, menus):
        self.assertFalse([
                m for m in menus
                if not m.startswith('aid_') and m != TODAY])

    @with_transaction()
    def test_volunteers_see_only_what_they_work_with(self):
        for role, expected in [
                ('till', {TODAY, TILL}),
                ('warehouse', {TODAY, GOODS}),
                ('social_worker', {TODAY, HOUSEHOLDS}),
                ]:
            with self.subTest(role=role):
                menus = self.menus(role)

                self.assertLessEqual(expected, menus)
                self.assertOnlyOurs(menus)
        self.assertNotIn(NETWORK, self.menus('till'))

    @with_transaction()
    def test_officer_sees_all_of_the_branch(self):
        menus = self.menus('branch_officer')

        self.assertLessEqual({TODAY, TILL, GOODS, NETWORK}, menus)
        self.assertOnlyOurs(menus)

    @with_transaction()
    def test_head_office_and_accountant_have_trytons_own(self):
        self.assertLessEqual(
            {'party.menu_party', 'product.menu_main_product',
                'stock.menu_stock', NETWORK},
            self.menus('head_office'))
        accountant = self.menus('accountant')
        self.assertLessEqual(
            {'party.menu_party', 'account.menu_account'}, accountant)
        self.assertNotIn('stock.menu_stock', accountant)

    @with_transaction()
    def test_administrator_sees_administration(self):
        self.assertIn(
            'ir.menu_administration', self.menus('administrator'))

    @with_transaction()
    def test_first_screen(self):
        pool = Pool()
        ActWindow = pool.get('ir.action.act_window')
        ModelData = pool.get('ir.model.data')
        User = pool.get('res.user')
        for role in [
                'till', 'warehouse', 'social_worker', 'branch_officer',
                'head_office', 'accountant']:
            with self.subTest(role=role):
                user = self.user(role)
                with Transaction().set_user(user.id):
                    preferences = User.get_preferences(context_only=False)

                home = ActWindow(ModelData.get_id(
                        'maillon', f'act_dashboard_{role}'))
                self.assertEqual(
                    preferences['actions'], [home.action.id])

    @with_transaction()
    def test_chosen_actions_stand_before_the_role(self):
        pool = Pool()
        Action = pool.get('ir.action')
        User = pool.get('res.user')
        user = self.user('till')
        chosen, = Action.search(
            [('type', '=', 'ir.action.act_window')], limit=1)
        user.actions = [chosen]
        user.save()
        with Transaction().set_user(user.id):
            preferences = User.get_preferences(context_only=False)

        self.assertEqual(preferences['actions'], [chosen.id])

    @with_transaction()
    def test_lists_of_the_dashboards_answer(self):
        "The domains of the parts of the dashboards can be searched"
        pool = Pool()
        ModelData = pool.get('ir.model.data')
        ActWindow = pool.get('ir.action.act_window')
        for name in [
                'act_sessions_today', 'act_sessions_to_post',
                'act_expiring_lots', 'act_donations_announced', 'act_entitlements_to_renew']:
            with self.subTest(name=name):
                action = ActWindow(ModelData.get_id('maillon', name))
                decoder = PYSONDecoder({'context': {'branch': 1}})
                Model = pool.get(action.res_model)

                tab, = action.act_window_domains
                self.assertEqual(Model.search(
                        decoder.decode(tab.domain),
                        order=decoder.decode(action.pyson_order)), [])
