"""Comparing what is derived with what it comes from."""
import datetime as dt
import unittest

from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from maillon.command import check, organisation
from maillon.command.content import story

TODAY = dt.date.today()
#: One delivery and one session are enough here
TINY = story.Size(donations=4, households=8, baskets=4)


class CheckTestCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('maillon', lang='fr')

    def told(self):
        "A day of the demo: donations received, baskets handed over"
        organisation.set_up(organisation.Organisation(
                name="Maillon", previous_year=True,
                year_start=TODAY.replace(month=1, day=1)))
        Transaction().set_context(
            organisation.company_context(), _skip_warnings=True)
        tale = story.Story(TINY, TODAY)
        story._import('branches')
        story._import('products')
        story._rules(tale)
        story._donors(tale)
        story._households(tale)
        families = story._by_code('aid.family')
        story._receive([
                story._delivery(tale, n, tale.donors[n], TODAY, families)
                for n in range(TINY.donations)])
        session = story._open('E1', TODAY)
        story._serve(tale, session, TINY.baskets)

    @with_transaction()
    def test_differences_are_found(self):
        self.told()
        pool = Pool()
        Basket = pool.get('aid.basket')
        baskets = Basket.search([])
        self.assertEqual(len(baskets), TINY.baskets)
        self.assertTrue(any(b.invoice for b in baskets))
        self.assertEqual(check.check(), [])

        for tamper in [
                self.tamper_on_hand, self.tamper_donor, self.tamper_asked]:
            with self.subTest(tamper=tamper.__name__):
                tamper()
                self.assertEqual(check.check(), [])

    def tamper_on_hand(self):
        OnHand = Pool().get('aid.lot.on_hand')
        row, *_ = OnHand.search([('quantity', '>', 0)])
        quantity = row.quantity
        OnHand.write([row], {'quantity': quantity + 5})

        difference, = check.check()

        self.assertEqual(difference.check, "goods on hand")
        self.assertIn(row.lot.number, difference.what)
        self.assertAlmostEqual(float(difference.found), quantity + 5, 3)
        self.assertAlmostEqual(float(difference.expected), quantity, 3)
        self.assertEqual(check.repair(), 1)

    def tamper_donor(self):
        Lot = Pool().get('stock.lot')
        lot, *_ = Lot.search([
                ('donor', '!=', None),
                ('supply_source.party_required', '=', 'donor')])
        donor = lot.donor
        self.set_column(lot, 'donor', None)

        difference, = check.check()

        self.assertEqual(difference.check, "origin of lots")
        self.assertIn("donor", difference.expected)
        self.set_column(lot, 'donor', donor.id)

    def tamper_asked(self):
        Basket = Pool().get('aid.basket')
        basket, *_ = Basket.search([('invoice', '!=', None)])
        asked = basket.asked
        self.set_column(basket, 'asked', float(asked + 1))

        differences = check.check()

        self.assertEqual(
            {d.check for d in differences}, {"invoice totals"})
        self.assertIn(basket.number, differences[0].what)
        self.set_column(basket, 'asked', float(asked))

    def set_column(self, record, name, value):
        "Change a value behind the back of the models"
        table = record.__class__.__table__()
        transaction = Transaction()
        transaction.connection.cursor().execute(*table.update(
                [getattr(table, name)], [value],
                where=table.id == record.id))
        for cache in transaction.cache.values():
            cache.clear()

    def test_table(self):
        text = check.as_table([
                check.Difference("goods on hand", "L1 @ E1", "3", "2")])

        head, rule, line = text.splitlines()
        self.assertEqual(head.split(), ["check", "what", "found", "expected"])
        self.assertEqual(set(rule), {'-', ' '})
        self.assertTrue(line.startswith("goods on hand  L1 @ E1  3"))
