"""What each role finds."""
import unittest

from trytond.pool import Pool
from trytond.pyson import PYSONDecoder
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction, check_access

#: Tryton's own menus that nobody at a till or in a warehouse needs
TRYTONS = {
    'Party', 'Companies', 'Products', 'Currencies', 'Financial',
    'Inventory & Stock', 'Administration', 'Dashboard', 'Parties',
    'Countries'}


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
                    'name': role, 'login': role,
                    'roles': [('create', [{
                                    'role': ModelData.get_id(
                                        'maillon', f'role_{role}')}])],
                    }])
        return user

    def menus(self, role):
        "Names of the menus at the top that the role sees, in order"
        pool = Pool()
        Menu = pool.get('ir.ui.menu')
        User = pool.get('res.user')
        user = self.user(role)
        with Transaction().set_user(user.id):
            context = User.get_preferences(context_only=True)
            with Transaction().set_context(context), check_access():
                return [m.name for m in Menu.search([('parent', '=', None)])]

    @with_transaction()
    def test_volunteers_see_only_what_they_work_with(self):
        for role, expected in [
                ('till', {"Today", "Till"}),
                ('warehouse', {"Today", "Goods"}),
                ('social_worker', {"Today", "Households"}),
                ]:
            with self.subTest(role=role):
                menus = set(self.menus(role))

                self.assertLessEqual(expected, menus)
                self.assertFalse(menus & TRYTONS, menus)

    @with_transaction()
    def test_officer_sees_all_of_the_branch(self):
        menus = set(self.menus('branch_officer'))

        self.assertLessEqual(
            {"Today", "Till", "Goods", "Network"}, menus)
        self.assertFalse(menus & TRYTONS, menus)

    @with_transaction()
    def test_head_office_and_accountant_have_trytons_own(self):
        self.assertLessEqual(
            {"Parties", "Products", "Inventory & Stock", "Network"},
            set(self.menus('head_office')))
        accountant = set(self.menus('accountant'))
        self.assertLessEqual({"Parties", "Financial"}, accountant)
        self.assertNotIn("Till", accountant)

    @with_transaction()
    def test_administrator_sees_administration(self):
        self.assertIn("Administration", self.menus('administrator'))

    @with_transaction()
    def test_first_screen(self):
        pool = Pool()
        ActWindow = pool.get('ir.action.act_window')
        ModelData = pool.get('ir.model.data')
        User = pool.get('res.user')
        for role in [
                'till', 'warehouse', 'social_worker', 'branch_officer']:
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
                'act_sessions_today', 'act_expiring_lots',
                'act_donations_announced', 'act_entitlements_to_renew']:
            with self.subTest(name=name):
                action = ActWindow(ModelData.get_id('maillon', name))
                decoder = PYSONDecoder({'context': {'branch': 1}})
                Model = pool.get(action.res_model)

                self.assertEqual(Model.search(
                        decoder.decode(action.pyson_domain),
                        order=decoder.decode(action.pyson_order)), [])
