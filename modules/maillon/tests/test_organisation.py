"""Setting up an organisation, once and again."""
import datetime as dt
import unittest

from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from maillon.command import organisation, setup

WANTED = organisation.Organisation(
    name="Épiceries du Val",
    year_start=dt.date(2026, 7, 1),
    users=(
        organisation.User(
            'lea', "Léa Martin", 'role_till', password='panier-rond-7'),
        organisation.User(
            'paul', "Paul Vasseur", 'role_head_office'),
        ))


class OrganisationTestCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('maillon', lang='fr')

    @with_transaction()
    def test_set_up_and_again(self):
        # It takes its time: once for all that is to be seen of it
        organisation.set_up(WANTED)
        for check in [
                self.check_everything_is_there,
                self.check_again_changes_nothing,
                self.check_what_people_have_changed_stays,
                self.check_a_missing_piece_is_added]:
            with self.subTest(check.__name__):
                check()

    def check_everything_is_there(self):
        pool = Pool()
        company = organisation.the_company()
        self.assertEqual(company.party.name, "Épiceries du Val")
        self.assertEqual(company.currency.code, 'EUR')
        year, = pool.get('account.fiscalyear').search([])
        self.assertEqual(
            (year.start_date, year.end_date),
            (dt.date(2026, 7, 1), dt.date(2027, 6, 30)))
        self.assertEqual(len(year.periods), 12)
        with Transaction().set_context(organisation.company_context()):
            settings = pool.get('aid.basket.configuration')(1)
            self.assertEqual(settings.contribution_account.code, '706')
            self.assertEqual(settings.cash_method.debit_account.code, '5311')
            self.assertEqual(settings.card_method.debit_account.code, '5121')
        self.assertFalse(pool.get('ir.module.config_wizard.item').search(
                [('state', '!=', 'done')]))
        User = pool.get('res.user')
        lea, = User.search([('login', '=', 'lea')])
        self.assertEqual(
            {g.name for g in lea.groups},
            {g.name for g in lea.roles[0].role.groups})
        self.assertEqual(lea.language.code, 'fr')
        self.assertEqual(lea.company, company)

    def check_again_changes_nothing(self):
        counter = Transaction().counter

        self.assertEqual(organisation.set_up(WANTED), [])
        self.assertEqual(Transaction().counter, counter)

    def check_what_people_have_changed_stays(self):
        User = Pool().get('res.user')
        lea, = User.search([('login', '=', 'lea')])
        User.write([lea], {'name': "Léa Durand", 'active': False})

        self.assertEqual(organisation.set_up(WANTED), [])

        self.assertEqual(lea.name, "Léa Durand")

    def check_a_missing_piece_is_added(self):
        Item = Pool().get('ir.module.config_wizard.item')
        Item.write(Item.search([], limit=1), {'state': 'open'})

        self.assertEqual(
            organisation.set_up(WANTED), ["configuration wizard"])

    @with_transaction()
    def test_previous_year(self):
        organisation.set_up(organisation.Organisation(
                name="X", year_start=dt.date(2026, 1, 1),
                previous_year=True))

        self.assertEqual(
            sorted(y.name for y in Pool().get('account.fiscalyear').search(
                    [])),
            ['2025', '2026'])


class UserOptionTestCase(unittest.TestCase):

    def test_user(self):
        self.assertEqual(
            setup._user('till:lea:Léa Martin:E1'), {
                'role': 'role_till', 'login': 'lea',
                'name': "Léa Martin", 'branches': ('E1',)})
        self.assertEqual(setup._user('till:lea:Léa')['branches'], ())

    def test_bad_user(self):
        import argparse
        for text in ['till', 'cook:lea:Léa', 'till::Léa', 'till:lea:']:
            with self.subTest(text=text), \
                    self.assertRaises(argparse.ArgumentTypeError):
                setup._user(text)
