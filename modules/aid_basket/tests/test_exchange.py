import unittest
from decimal import Decimal as D

from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction
from trytond.transaction import Transaction

from aid_basket.cancel import cancel
from aid_basket.exceptions import BasketError, CheckoutError
from aid_basket.exchange import begin, carry, usual_fate

from .till import (
    TillTestCase, at_till, basket_of, create_household, family, give,
    grant_entitlement, on_hand, open_session, rule, scan)


class CarryTestCase(unittest.TestCase):
    "What was paid goes over to the basket that replaces"

    def test_carry(self):
        for paid, asked, kind, back, over in [
                ({'cash': 5}, 5, 'cash', {'cash': -5}, {'cash': 5}),
                ({'cash': 5}, 6, 'card', {'cash': -5}, {'cash': 5}),
                ({'card': 5}, 4, 'cash', {'card': -4, 'cash': -1},
                    {'card': 4}),
                # What was waived is no money
                ({'cash': 2, 'waiver': 3}, 1, 'cash',
                    {'cash': -2, 'waiver': -3}, {'cash': 1}),
                ({}, 3, 'cash', {}, {}),
                ({'cash': 5}, 0, 'cash', {'cash': -5}, {}),
                ]:
            with self.subTest(paid=paid, asked=asked):
                result = carry(
                    {k: D(v) for k, v in paid.items()}, D(asked), kind)
                self.assertEqual(result, (
                        {k: D(v) for k, v in back.items()},
                        {k: D(v) for k, v in over.items()}))
                self.assertEqual(
                    sum(result[0].values()), -sum(paid.values()))


class ExchangeTestCase(TillTestCase):
    "Goods exchanged after payment"

    @with_transaction()
    def test_exchange(self):
        "One back, one kept in part, one new: only the difference is paid"
        with at_till() as branch:
            pool = Pool()
            Basket = pool.get('aid.basket')
            Session = pool.get('aid.distribution.session')
            rule()
            bread, dairy, pulses = give(
                branch, {'family': 'bread', 'net_weight': 5},
                {
                    'family': 'dairy', 'net_weight': 5,
                    'use_by': branch.today()},
                {'family': 'pulses', 'net_weight': 5})
            session = open_session(branch)
            household = create_household(branch)
            grant_entitlement(
                household, cap_kind='passages', cap_quantity=1,
                cap_period='month')
            old = basket_of(session, household, (bread, 3), (dairy, 1))
            Basket.checkout([old])
            old = Basket(old.id)
            paid = old.paid
            by_lot = {line.lot: line for line in old.lines}
            self.assertEqual(usual_fate(dairy.product), 'bin')
            with self.assertRaises(CheckoutError):
                begin(old, {by_lot[bread].id: (4, 'shelf')})
            begin(old, {})
            new = begin(old, {
                    by_lot[bread].id: (1, 'shelf'),
                    by_lot[dairy].id: (1, 'bin')})
            self.assertEqual(old.state, 'done')
            self.assertEqual(on_hand(bread, branch), 2)
            # The bread that is kept is not added to
            scan(new, pulses.number, '4', bread.number, '1')
            new.save()
            self.assertEqual(len(new.lines), 3)
            difference = new.difference
            self.assertEqual(difference, new.asked - paid)
            # A scan shows it at once
            scan(new, '2')
            self.assertGreater(new.difference, difference)
            self.assertEqual(new.difference, new.asked - paid)
            scan(new, '1')

            Basket.checkout([new])
            Session.catch_up()

            old, new = Basket.browse([old, new])
            self.assertEqual((old.state, new.state), ('cancelled', 'done'))
            self.assertEqual(on_hand(bread, branch), 2)
            self.assertEqual(on_hand(dairy, branch), 4)
            self.assertEqual(on_hand(pulses, branch), 1)
            self.assertEqual(
                {l.lot: l.fate for l in old.lines},
                {bread: 'shelf', dairy: 'bin'})
            self.assertFalse(new.to_review)
            self.assertEqual((old.paid, new.due), (0, 0))
            self.assertEqual(session.cash_taken, new.asked)
            for invoice in [old.invoice, old.credit_note, new.invoice]:
                self.assertTrue(invoice.reconciled)
            self.assertEqual(
                len({old.number, new.number, old.credit_note.number}), 3)
            with self.assertRaises(BasketError):
                begin(old, {})

            # What was kept comes back when the new one is reversed
            cancel(new, "x", {l.id: 'shelf' for l in new.lines})
            self.assertEqual(on_hand(bread, branch), 5)
            self.assertEqual(on_hand(pulses, branch), 5)
            self.assertEqual(Session(session.id).cash_taken, 0)

    @with_transaction()
    def test_begun_again(self):
        "After a lost answer the same press opens the same basket"
        pool = Pool()
        Basket = pool.get('aid.basket')
        Exchange = pool.get('aid.basket.exchange', type='wizard')
        with at_till() as branch:
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            old = basket_of(
                open_session(branch), create_household(branch), (bread, 3))
            Basket.checkout([old])
            session_id, _, _ = Exchange.create()
            with Transaction().set_context(
                    active_model='aid.basket', active_id=old.id,
                    active_ids=[old.id]):
                first, again = [
                    Exchange.execute(
                        session_id, {'start': {'lines': []}}, 'open_')
                    for _ in range(2)]
            (_, data), = first['actions']
            self.assertEqual(again['actions'][0][1], data)
            new, = Basket.search([('replaces', '=', old.id)])
            self.assertEqual(data['res_id'], [new.id])

    @with_transaction()
    def test_given_back(self):
        "Money is given back; lines taken out of the basket come back too"
        with at_till() as branch:
            Basket = Pool().get('aid.basket')
            rule()
            dairy, bread = give(
                branch, {
                    'family': 'dairy', 'net_weight': 5,
                    'use_by': branch.today()},
                {'family': 'bread', 'net_weight': 5})
            session = open_session(branch)
            old = basket_of(
                session, create_household(branch), (bread, 3), (dairy, 1))
            Basket.checkout_card([old])
            new = begin(Basket(old.id), {})
            new.lines = [l for l in new.lines if l.lot == bread]
            new.save()
            Basket.checkout([new])
            old, new = Basket.browse([old, new])
            self.assertLess(new.asked, old.asked)
            self.assertEqual(session.card_taken, old.asked)
            self.assertEqual(session.cash_taken, new.asked - old.asked)
            self.assertEqual(on_hand(dairy, branch), 4)
            self.assertEqual((new.due, old.paid), (0, 0))
            self.assertEqual(family('dairy'), dairy.family)
