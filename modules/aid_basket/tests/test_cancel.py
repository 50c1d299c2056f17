import datetime as dt
from decimal import Decimal as D

from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction
from trytond.transaction import Transaction

from aid_basket.cancel import cancel
from aid_basket.exceptions import BasketError

from .till import (
    TillTestCase, at_till, basket_of, create_household, give, on_hand,
    open_session, rule)


class CancelTestCase(TillTestCase):
    "Reversing a basket"

    def done(self, branch, *lines, later=False, **values):
        Basket = Pool().get('aid.basket')
        basket = basket_of(
            open_session(branch, **values), create_household(branch), *lines)
        if later:
            Basket.checkout_later([basket])
        else:
            Basket.checkout([basket])
        return Basket(basket.id)

    def reversed(self, basket, fate='shelf', book=True):
        pool = Pool()
        Basket = pool.get('aid.basket')
        cancel(basket, "Wrong bag", {l.id: fate for l in basket.lines})
        if book:
            pool.get('aid.distribution.session').catch_up()
        return Basket(basket.id)

    @with_transaction()
    def test_paid(self):
        "Money and goods come back, the books balance"
        with at_till() as branch:
            rule()
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            basket = self.done(branch, (bread, 2))
            basket = self.reversed(basket)
            self.assertEqual(basket.state, 'cancelled')
            self.assertEqual(on_hand(bread, branch), 5)
            line, = basket.lines
            self.assertEqual(line.return_move.origin, line.move)
            self.assertEqual(line.fate, 'shelf')
            self.assertEqual(basket.paid, 0)
            self.assertEqual(basket.due, 0)
            self.assertEqual(
                basket.credit_note.total_amount, -basket.asked)
            year = basket.credit_note.invoice_date.year
            self.assertEqual(
                basket.credit_note.number, f'B1-A{year}-00001')
            for invoice in [basket.invoice, basket.credit_note]:
                self.assertTrue(invoice.reconciled)
            self.assertEqual(
                {p.state for p in basket.payments}, {'booked'})
            self.assertEqual(basket.session.cash_taken, 0)

    @with_transaction()
    def test_pressed_again(self):
        "After a lost answer the same press is answered, another refused"
        Cancel = Pool().get('aid.basket.cancel', type='wizard')
        with at_till() as branch:
            rule()
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            basket = self.done(branch, (bread, 2))
            session_id, _, _ = Cancel.create()
            start = {'start': {'reason': "Wrong bag", 'lines': []}}

            def press(client):
                with Transaction().set_context(
                        client=client, active_model='aid.basket',
                        active_id=basket.id, active_ids=[basket.id]):
                    return Cancel.execute(session_id, start, 'cancel')

            self.assertEqual(press('a'), press('a'))
            self.assertEqual(on_hand(bread, branch), 5)
            with self.assertRaises(BasketError):
                press('b')

    @with_transaction()
    def test_booked_before(self):
        "A basket whose payment is in the books already is reversed too"
        with at_till() as branch:
            rule()
            Session = Pool().get('aid.distribution.session')
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            basket = self.done(branch, (bread, 2))
            Session.catch_up()
            basket = self.reversed(Pool().get('aid.basket')(basket.id))
            self.assertTrue(basket.credit_note.reconciled)
            self.assertTrue(basket.invoice.reconciled)

    @with_transaction()
    def test_not_paid(self):
        "What was open is not owed any more"
        with at_till() as branch:
            rule()
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            basket = self.done(branch, (bread, 2), later=True)
            household = basket.household
            self.assertGreater(household.owed, 0)
            basket = self.reversed(basket)
            self.assertTrue(basket.invoice.reconciled)
            self.assertFalse(basket.payments)
            self.assertEqual(
                Pool().get('aid.household')(household.id).owed, 0)

    @with_transaction()
    def test_bin(self):
        "Goods that are thrown away do not come back"
        with at_till() as branch:
            rule(mode='free')
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            basket = self.reversed(self.done(branch, (bread, 2)), 'bin')
            self.assertEqual(on_hand(bread, branch), 3)
            self.assertIsNone(basket.credit_note)

    @with_transaction()
    def test_past_use_by(self):
        "Goods past their use-by go to quarantine"
        with at_till() as branch:
            rule(mode='free')
            yesterday = branch.today() - dt.timedelta(days=1)
            dairy, = give(
                branch, {
                    'family': 'dairy', 'net_weight': 5, 'use_by': yesterday},
                received_on=yesterday)
            basket = self.reversed(
                self.done(branch, (dairy, 2), date=yesterday), 'never_left')
            self.assertEqual(basket.state, 'cancelled')
            self.assertEqual(on_hand(dairy, branch), 3)
            self.assertEqual(on_hand(dairy), 5)

    @with_transaction()
    def test_states(self):
        "Only what was handed over is reversed, and once"
        with at_till() as branch:
            rule(mode='free')
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            draft = basket_of(
                open_session(branch), create_household(branch), (bread, 1))
            with self.assertRaises(BasketError):
                cancel(draft, "x", {})
            basket = self.reversed(self.done(branch, (bread, 1)))
            with self.assertRaises(BasketError) as caught:
                cancel(basket, "x", {})
            self.assertIn(basket.number, caught.exception.message)
            self.assertEqual(on_hand(bread, branch), D(5))
