"""What a till is lent: a change is seen with the next basket."""
from decimal import Decimal as D
from unittest.mock import patch

from trytond.model import ModelSQL
from trytond.modules.account.exceptions import PeriodNotFoundError
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, with_transaction
from trytond.transaction import Transaction, without_check_access

from aid_branch import lent as lending
from aid_branch.lent import lent

from .till import (
    TillTestCase, at_till, basket_of, create_household, forget, give,
    grant_entitlement, open_session, rule)


class LentTestCase(TillTestCase):
    "Settings are remembered between baskets, and forgotten when they change"

    @with_transaction()
    def test_changes_are_seen(self):
        "By the next basket, one after the other"
        pool = Pool()
        Account = pool.get('account.account')
        Basket = pool.get('aid.basket')
        Period = pool.get('account.period')
        with at_till() as branch:
            here = rule()
            lot, = give(branch, {'family': 'canned', 'net_weight': 50})
            household = create_household(branch)
            grant_entitlement(household)
            session = open_session(branch)

            def handed_over():
                basket = basket_of(session, household, (lot, 2))
                Basket.checkout([basket])
                return Basket(basket.id)

            def account(basket):
                line, = basket.invoice.lines
                return line.account
            first = handed_over()
            self.assertEqual(handed_over().asked, first.asked)
            others = {
                kind: account.copy([account])[0]
                for kind, account in [
                    ('revenue', account(first)),
                    ('receivable', first.invoice.account)]
                for account in [Account(account.id)]}

            here.rate *= 2
            here.save()
            self.assertEqual(handed_over().asked, first.asked * 2)
            # A branch of its own mind, by a rule that is new
            rule(branch, rate=here.rate / 4)
            self.assertEqual(handed_over().asked, first.asked / 2)
            template = lot.product.template
            template.list_price = D(100)
            template.save()
            self.assertEqual(handed_over().market_value, D(200))
            Configuration = pool.get('aid.basket.configuration')
            configuration = Configuration(1)
            configuration.contribution_account = others['revenue']
            configuration.save()
            self.assertEqual(account(handed_over()), others['revenue'])
            Configuration = pool.get('account.configuration')
            configuration = Configuration(1)
            configuration.default_account_receivable = others['receivable']
            configuration.save()
            self.assertEqual(
                handed_over().invoice.account, others['receivable'])
            household.party.account_receivable = first.invoice.account
            household.party.save()
            self.assertEqual(
                handed_over().invoice.account, first.invoice.account)
            identifier, = pool.get('party.identifier').create([{
                        'party': branch.company.party.id,
                        'type': 'eu_vat',
                        'code': 'FR40303265045',
                        }])
            self.assertEqual(
                handed_over().invoice.tax_identifier, identifier)
            # What is closed is no setting: it is asked for each time
            pool.get('account.invoice').post_waiting()
            Period.close([Period.find(branch.company, date=session.date)])
            with self.assertRaises(PeriodNotFoundError):
                handed_over()

    def test_told_by_another_process(self):
        "Remembered until Tryton tells that it is stale, and only where lent"
        def zone() -> str | None:
            with Transaction().start(DB_NAME, 1, readonly=True):
                company, = Pool().get('company.company').search([])
                forget()
                return company.timezone

        def elsewhere(value: str | None) -> None:
            # As another process: nobody here is called
            with Transaction().start(DB_NAME, 1) as transaction:
                table = Pool().get('company.company').__table__()
                transaction.connection.cursor().execute(
                    *table.update([table.timezone], [value]))
                transaction.commit()

        def heard() -> None:
            lending._cache('company.company')._clear(DB_NAME)
        with lent():
            heard()
            before = zone()
            self.addCleanup(heard)
            self.addCleanup(elsewhere, before)
            elsewhere('Indian/Reunion')
            self.assertEqual(zone(), before)
        self.assertEqual(zone(), 'Indian/Reunion')
        with lent():
            heard()
            self.assertEqual(zone(), 'Indian/Reunion')

    @with_transaction()
    def test_words_are_lent_by_language(self):
        "And forgotten with a translation, however it is changed"
        pool = Pool()
        Template = pool.get('product.template')
        Translation = pool.get('ir.translation')
        Lang = pool.get('ir.lang')
        french, = Lang.search([('code', '=', 'fr')])
        french.translatable = True
        french.save()
        template, = Template.create([{
                    'name': "Lentils", 'type': 'goods', 'default_uom': (
                        pool.get('product.uom').search([], limit=1)[0].id)}])

        def name(language: str) -> str:
            with lent(), without_check_access(), \
                    Transaction().set_context(language=language):
                return Template(template.id).name

        def written(language: str, value: str) -> None:
            with Transaction().set_context(language=language):
                Template.write([Template(template.id)], {'name': value})
        self.assertEqual([name('en'), name('fr')], ["Lentils", "Lentils"])
        written('fr', "Lentilles")
        self.assertEqual([name('en'), name('fr')], ["Lentils", "Lentilles"])
        written('en', "Green Lentils")
        self.assertEqual(name('en'), "Green Lentils")
        translations = Translation.search([
                ('name', '=', 'product.template,name'),
                ('res_id', '=', template.id), ('lang', '=', 'fr')])
        # It was put in question by what it translates
        Translation.write(
            translations, {'value': "Lentilles vertes", 'fuzzy': False})
        self.assertEqual(name('fr'), "Lentilles vertes")
        with patch.object(lending, '_is_lent', return_value=False):
            self.assertEqual(
                [name('en'), name('fr')],
                ["Green Lentils", "Lentilles vertes"])

    @with_transaction()
    def test_words_are_not_asked_again(self):
        Uom = Pool().get('product.uom')
        unit, = Uom.search([], limit=1)
        with lent(), without_check_access():
            said = Uom(unit.id).rec_name
            forget()
            with patch.object(ModelSQL, 'read') as asked:
                self.assertEqual(Uom(unit.id).name, said)
        asked.assert_not_called()
