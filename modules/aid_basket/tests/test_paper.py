from decimal import Decimal as D
from unittest.mock import patch

from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction

from aid_basket.paper import ticket_height
from aid_branch import paper

from .till import (
    TillTestCase, at_till, basket_of, create_household, give, give_free,
    open_session, rule)


class PaperTestCase(TillTestCase):
    "What a household takes home on paper"

    def printed(self, basket, kind, pdf=False):
        pool = Pool()
        Paper = pool.get('aid.basket.paper', type='report')
        Action = pool.get('ir.action')
        ModelData = pool.get('ir.model.data')
        action_id = Action.get_action_id(
            ModelData.get_id('aid_basket', f'report_basket_{kind}'))
        with patch.object(paper, 'can_pdf', return_value=pdf):
            return Paper.execute(
                [basket.id], {'model': 'aid.basket', 'action_id': action_id})

    def done(self, branch, **values):
        Basket = Pool().get('aid.basket')
        rule(**values)
        bread, = give(branch, {'family': 'bread', 'net_weight': 5})
        free = give_free(branch, 'pulses', 5)
        basket = basket_of(
            open_session(branch), create_household(branch),
            (bread, 2), (free, 1))
        Basket.checkout([basket])
        return Basket(basket.id)

    @with_transaction()
    def test_papers(self):
        "Both papers list every line; the free ones apart, without a price"
        with at_till() as branch:
            basket = self.done(branch)
            for kind in ['ticket', 'a4']:
                with self.subTest(kind=kind):
                    format_, content, _, _ = self.printed(basket, kind)
                    self.assertEqual(format_, 'html')
                    text = content if isinstance(content, str) else (
                        content.decode())
                    for wanted in [
                            basket.number, basket.household.code,
                            branch.name, '261, 7-1°b', 'Pango']:
                        self.assertIn(wanted, text)
                    charged, _, free = text.partition('Given, always free')
                    products = {
                        l.always_free: l.product.name for l in basket.lines}
                    self.assertIn(products[False], charged)
                    self.assertNotIn(products[True], charged)
                    self.assertIn(products[True], free)
                    self.assertNotIn('usd', free.split('</table>')[0])
                    self.assertNotIn("Bensaïd", text)

    @with_transaction()
    def test_values(self):
        "Market value and aid stand on the paper only if the branch says so"
        with at_till() as branch:
            basket = self.done(branch)
            self.assertNotIn(
                '>Value<', str(self.printed(basket, 'a4')[1]))
            rule(print_values=True)
            self.assertIn('>Value<', str(self.printed(basket, 'a4')[1]))

    @with_transaction()
    def test_invoice_report(self):
        "The invoice is printed as the paper that left with the basket"
        with at_till() as branch:
            Pool().get('party.address').create([{
                        'party': branch.party.id,
                        'street': "6 rue des Écoles",
                        'city': "Saint-Aubin"}])
            basket = self.done(branch)
            Report = Pool().get('account.invoice', type='report')
            with patch.object(paper, 'can_pdf', return_value=False):
                format_, content, _, _ = Report.execute(
                    [basket.invoice.id], {'model': 'account.invoice'})
            self.assertEqual(format_, 'html')
            self.assertIn(basket.number, str(content))
            self.assertEqual(str(content).count(branch.name), 1)

    def test_ticket_height(self):
        "A ticket is as long as what stands on it"
        empty = {
            'address': '', 'charged': [], 'free': [], 'values': False,
            'payments': [], 'reversed': [], 'duplicate': False,
            'balance': ''}
        line = {'product': "Bread", 'note': ''}
        short = ticket_height(empty)
        long = ticket_height(
            {**empty, 'charged': [line] * 10, 'payments': [('x', D(1))]})
        self.assertGreaterEqual(long - short, 80)
