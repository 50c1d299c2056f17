import datetime as dt
from decimal import Decimal as D

from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction
from trytond.transaction import Transaction, TransactionError

from aid_basket.exceptions import (
    AccountMissingError, BasketAccessError, BasketError, CheckoutError)

from .till import (
    TillTestCase, at_till, basket_of, create_household, family, found_limit,
    give, give_free, grant_entitlement, make_branch, make_product, on_hand,
    open_session, rule)


class CheckoutTestCase(TillTestCase):
    "What happens when a basket leaves the shop"

    def checkout(self, *baskets):
        Basket = Pool().get('aid.basket')
        Basket.checkout(list(baskets))
        return Basket.browse([b.id for b in baskets])

    def refused(self, basket, *names, error=CheckoutError):
        "Nothing changes, and the message names the thing"
        pool = Pool()
        Basket = pool.get('aid.basket')
        Move = pool.get('stock.move')
        Invoice = pool.get('account.invoice')
        before = Move.search([], count=True), Invoice.search([], count=True)
        with self.assertRaises(error) as caught:
            Basket.checkout([basket])
        for name in names:
            self.assertIn(name, caught.exception.message)
        after = Move.search([], count=True), Invoice.search([], count=True)
        self.assertEqual(before, after)
        return caught.exception.message

    @with_transaction()
    def test_numbers_are_held(self):
        "Tryton asks for no lock afterwards, which begins everything again"
        with at_till() as branch:
            rule()
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            session = open_session(branch)
            household = create_household(branch)
            self.checkout(basket_of(session, household, (bread, 1)))
            # As if all that had been there before
            Transaction().create_records.clear()
            Transaction()._locked_records.clear()
            try:
                paid, = self.checkout(
                    basket_of(session, household, (bread, 1)))
            except TransactionError as error:
                self.fail(f"begun again: {error!r}")
            self.assertTrue(paid.invoice.number)

    @with_transaction()
    def test_invoice(self):
        "Goods leave the lot, an invoice is numbered, the money is taken"
        with at_till() as branch:
            rule()
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            household = create_household(branch)
            grant_entitlement(household)
            session = open_session(branch)

            basket, = self.checkout(
                basket_of(session, household, (bread, 2)))

            self.assertEqual(basket.state, 'done')
            self.assertEqual(basket.document, 'invoice')
            self.assertEqual(
                basket.number,
                f'B1-F{basket.invoice.invoice_date.year}-00001')
            self.assertEqual(basket.invoice.state, 'posted')
            self.assertEqual(basket.invoice.branch, branch)
            self.assertEqual(basket.invoice.party, household.party)
            self.assertIsNone(basket.invoice.move)
            self.assertEqual(on_hand(bread, branch), 3)
            self.assertGreater(basket.asked, 0)
            self.assertEqual(basket.invoice.total_amount, basket.asked)
            self.assertEqual(
                basket.market_value, basket.asked + basket.granted)
            line, = basket.lines
            self.assertEqual(line.lot_knowledge, 'scanned')
            self.assertEqual(line.move.origin, line)
            self.assertEqual(line.move.lot, bread)
            self.assertEqual(basket.paid, basket.asked)
            self.assertEqual(basket.due, 0)
            self.assertFalse(basket.to_review)
            self.assertEqual(session.cash_taken, basket.asked)

    @with_transaction()
    def test_accounts_follow(self):
        "The entry and the payment are booked after the till"
        with at_till() as branch:
            rule()
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            household = create_household(branch)
            Session = Pool().get('aid.distribution.session')
            session = open_session(branch)
            basket, = self.checkout(
                basket_of(session, household, (bread, 2)))
            session.cash_counted = session.cash_expected
            session.save()
            Session.close([session])
            self.assertEqual(session.state, 'closed')

            Session.catch_up()

            basket = Pool().get('aid.basket')(basket.id)
            self.assertEqual(basket.invoice.move.state, 'posted')
            payment, = basket.payments
            self.assertEqual(payment.state, 'booked')
            self.assertTrue(basket.invoice.reconciled)
            session = Session(session.id)
            self.assertEqual(session.state, 'posted')
            self.assertEqual(session.frozen_asked, basket.asked)
            self.assertEqual(session.asked, basket.asked)

    @with_transaction()
    def test_nothing_asked(self):
        "Where nothing is asked there is a slip and no sale"
        with at_till() as branch:
            rule(branch, mode='free')
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            session = open_session(branch)
            first, second = self.checkout(
                basket_of(session, create_household(branch), (bread, 2)),
                basket_of(session, create_household(branch), (bread, 1)))
            year = session.date.year
            self.assertEqual(first.number, f'B1-R{year}-00001')
            self.assertEqual(second.number, f'B1-R{year}-00002')
            self.assertEqual(first.document, 'hand_over')
            self.assertIsNone(first.invoice)
            self.assertFalse(first.payments)

    @with_transaction()
    def test_always_free_unscanned(self):
        "If a lot on hand must be free, unscanned goods are free"
        with at_till() as branch:
            rule()
            paid, = give(branch, {'family': 'canned', 'net_weight': 5})
            give_free(branch, 'canned', 5)
            household = create_household(branch)
            session = open_session(branch)
            basket, = self.checkout(basket_of(
                    session, household, (family('canned').product, 1),
                    (paid, 1)))
            unscanned, scanned = sorted(
                basket.lines, key=lambda l: l.lot_knowledge == 'scanned')
            self.assertTrue(unscanned.always_free)
            self.assertEqual(unscanned.lot_knowledge, 'assumed')
            self.assertEqual(unscanned.asked, 0)
            self.assertFalse(scanned.always_free)
            self.assertGreater(scanned.asked, 0)
            self.assertEqual(basket.asked, scanned.asked)

    @with_transaction()
    def test_only_lot(self):
        "The only lot on hand is known without a scan"
        with at_till() as branch:
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            basket, = self.checkout(basket_of(
                    open_session(branch), create_household(branch),
                    (bread.product, 1)))
            line, = basket.lines
            self.assertEqual(line.lot, bread)
            self.assertEqual(line.lot_knowledge, 'only')

    @with_transaction()
    def test_first_expired(self):
        "Goods that were not scanned come from the lots that expire first"
        with at_till() as branch:
            today = branch.today()
            late, = give(branch, {
                    'family': 'canned', 'net_weight': 5,
                    'best_before': today + dt.timedelta(days=90)})
            soon, = give(branch, {
                    'family': 'canned', 'net_weight': 1,
                    'best_before': today + dt.timedelta(days=9)})
            basket, = self.checkout(basket_of(
                    open_session(branch), create_household(branch),
                    (late.product, 3)))
            self.assertEqual(
                {l.lot: l.quantity for l in basket.lines},
                {soon: 1, late: 2})
            self.assertEqual(
                {l.lot_knowledge for l in basket.lines}, {'assumed'})
            self.assertEqual(on_hand(late, branch), 3)
            self.assertEqual(
                basket.asked, sum(l.asked for l in basket.lines))

    @with_transaction()
    def test_second_checkout(self):
        "A second click says that it is done"
        with at_till() as branch:
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            basket, = self.checkout(basket_of(
                    open_session(branch), create_household(branch),
                    (bread, 1)))
            self.refused(basket, basket.number)
            self.assertEqual(on_hand(bread, branch), 4)

    @with_transaction()
    def test_same_basket_twice_in_one_call(self):
        "Fifty baskets cost one move of goods each, none counts twice"
        with at_till() as branch:
            found_limit(0)
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            session = open_session(branch)
            household = create_household(branch)
            first = basket_of(session, household, (bread, 3))
            second = basket_of(session, household, (bread, 3))
            with self.assertRaises(CheckoutError) as caught:
                self.checkout(first, second)
            self.assertIn(second.rec_name, caught.exception.message)

    @with_transaction()
    def test_closed_session(self):
        "A closed session takes no basket"
        with at_till() as branch:
            Session = Pool().get('aid.distribution.session')
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            session = open_session(branch)
            basket = basket_of(session, create_household(branch), (bread, 1))
            Session.write([session], {'state': 'closed'})
            self.refused(basket, session.rec_name)

    @with_transaction()
    def test_household_of_other_branch(self):
        "A household of another branch is named"
        with at_till() as branch:
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            household = create_household(make_branch('B2'))
            basket = basket_of(
                open_session(branch), household, (bread, 1))
            self.refused(basket, household.code, branch.name)

    @with_transaction()
    def test_no_household(self):
        "A basket is for somebody"
        with at_till() as branch:
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            self.refused(
                basket_of(open_session(branch), None, (bread, 1)))

    @with_transaction()
    def test_empty(self):
        "An empty basket is no basket"
        with at_till() as branch:
            self.refused(basket_of(
                    open_session(branch), create_household(branch)))

    @with_transaction()
    def test_lot_of_other_branch(self):
        "A lot of another branch is named"
        with at_till() as branch:
            found_limit(0)
            other = make_branch('B2')
            bread, = give(other, {'family': 'bread', 'net_weight': 5})
            basket = basket_of(
                open_session(branch), create_household(branch), (bread, 1))
            self.refused(basket, bread.number, branch.name)

    @with_transaction()
    def test_more_than_on_hand(self):
        "More than on hand is refused with what there is"
        with at_till() as branch:
            found_limit(0)
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            basket = basket_of(
                open_session(branch), create_household(branch), (bread, 6))
            message = self.refused(basket, bread.rec_name)
            self.assertIn('5', message)
            self.assertEqual(on_hand(bread, branch), 5)

    @with_transaction()
    def test_past_use_by(self):
        "Past its use-by nothing is handed over, whoever asks"
        with at_till() as branch:
            today = branch.today()
            dairy, = give(branch, {
                    'family': 'dairy', 'net_weight': 5,
                    'use_by': today})
            session = open_session(
                branch, date=today + dt.timedelta(days=1))
            basket = basket_of(
                session, create_household(branch), (dairy, 1))
            self.refused(basket, dairy.number)

    @with_transaction()
    def test_use_by_through_the_day(self):
        "A date is valid through the end of that day"
        with at_till() as branch:
            dairy, = give(branch, {
                    'family': 'dairy', 'net_weight': 5,
                    'use_by': branch.today()})
            basket, = self.checkout(basket_of(
                    open_session(branch), create_household(branch),
                    (dairy, 1)))
            self.assertEqual(basket.state, 'done')

    @with_transaction()
    def test_past_best_before(self):
        "Past its tolerance a best-before is refused, within it is not"
        with at_till() as branch:
            today = branch.today()
            canned, = give(branch, {
                    'family': 'canned', 'net_weight': 5,
                    'best_before': today})
            tolerance = family('canned').term_at(
                today).best_before_tolerance
            household = create_household(branch)
            within = open_session(
                branch, date=today + dt.timedelta(days=tolerance))
            beyond = open_session(
                branch, date=today + dt.timedelta(days=tolerance + 1))
            self.refused(
                basket_of(beyond, household, (canned, 1)), canned.number)
            self.assertLessEqual(within.date, beyond.date)

    @with_transaction()
    def test_no_entitlement(self):
        "Without an entitlement the basket goes, the social worker is told"
        with at_till() as branch:
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            household = create_household(branch)
            basket, = self.checkout(basket_of(
                    open_session(branch), household, (bread, 1)))
            self.assertEqual(basket.state, 'done')
            self.assertTrue(basket.to_review)
            self.assertTrue(basket.review_reason)

    @with_transaction()
    def test_cap_exceeded(self):
        "Beyond its cap a household is served, the social worker is told"
        with at_till() as branch:
            rule(branch, mode='free')
            bread, = give(branch, {'family': 'bread', 'net_weight': 9})
            household = create_household(branch)
            grant_entitlement(
                household, cap_kind='kg', cap_quantity=D(3),
                cap_period='week')
            session = open_session(branch)
            first, = self.checkout(
                basket_of(session, household, (bread, 3)))
            second, = self.checkout(
                basket_of(session, household, (bread, 1)))
            self.assertFalse(first.to_review)
            self.assertTrue(second.to_review)

    @with_transaction()
    def test_caps_count(self):
        "Amounts, passages and items are counted, always-free goods are not"
        with at_till() as branch:
            rule()
            canned, = give(branch, {'family': 'canned', 'net_weight': 9})
            free = give_free(branch, 'pulses', 9)
            session = open_session(branch)
            for values, review in [
                    ({'cap_kind': 'passages', 'cap_quantity': D(1)}, False),
                    ({'cap_kind': 'amount', 'cap_quantity': D('0.01')},
                        True),
                    ({'cap_kind': 'items', 'cap_quantity': D(1),
                            'cap_family': family('pulses').id}, False),
                    ({'cap_kind': 'items', 'cap_quantity': D(1),
                            'cap_family': family('canned').id}, True),
                    ]:
                with self.subTest(values=values):
                    household = create_household(branch)
                    grant_entitlement(
                        household, cap_period='month', **values)
                    self.checkout(basket_of(
                            session, household, (free, 1)))
                    basket, = self.checkout(basket_of(
                            session, household, (free, 1), (canned, 1.5)))
                    self.assertEqual(basket.to_review, review)

    @with_transaction()
    def test_carried_forward(self):
        "What is not paid is owed, and lapses by the rule"
        with at_till() as branch:
            rule(branch, lapse_after=0)
            pool = Pool()
            Basket = pool.get('aid.basket')
            Payment = pool.get('aid.basket.payment')
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            household = create_household(branch)
            session = open_session(
                branch, date=branch.today() - dt.timedelta(days=1))
            basket = basket_of(session, household, (bread, 2))
            Basket.checkout_later([basket])
            basket = Basket(basket.id)
            self.assertEqual(basket.due, basket.asked)
            self.assertEqual(household.owed, basket.asked)

            Payment.lapse()

            basket = Basket(basket.id)
            self.assertEqual(basket.due, 0)
            payment, = basket.payments
            self.assertEqual(payment.kind, 'waiver')
            self.assertEqual(payment.state, 'booked')

    @with_transaction()
    def test_owed_beyond_limit(self):
        "Beyond its limit what is owed is waived, or referred; never blocks"
        with at_till() as branch:
            Basket = Pool().get('aid.basket')
            bread, = give(branch, {'family': 'bread', 'net_weight': 9})
            for beyond in ['waive', 'refer']:
                with self.subTest(beyond=beyond):
                    rule(branch, carry_limit=D('0.01'), beyond_limit=beyond)
                    household = create_household(branch)
                    grant_entitlement(household)
                    basket = basket_of(
                        open_session(branch), household, (bread, 2))
                    Basket.checkout_later([basket])
                    basket = Basket(basket.id)
                    self.assertEqual(basket.state, 'done')
                    if beyond == 'waive':
                        self.assertEqual(basket.due, D('0.01'))
                        self.assertFalse(basket.to_review)
                    else:
                        self.assertEqual(basket.due, basket.asked)
                        self.assertTrue(basket.to_review)

    @with_transaction()
    def test_pay_debt(self):
        "A debt is paid oldest first, and never more than it"
        from aid_basket.payment import pay_debt
        with at_till() as branch:
            rule()
            Basket = Pool().get('aid.basket')
            bread, = give(branch, {'family': 'bread', 'net_weight': 9})
            household = create_household(branch)
            session = open_session(branch)
            baskets = [
                basket_of(session, household, (bread, 2)) for _ in range(2)]
            Basket.checkout_later(baskets)
            first, second = Basket.browse([b.id for b in baskets])
            pay_debt(
                household, session, 'cash', first.asked + D('0.01'))
            first, second = Basket.browse([b.id for b in baskets])
            self.assertEqual(first.due, 0)
            self.assertEqual(second.paid, D('0.01'))
            with self.assertRaises(BasketError):
                pay_debt(household, session, 'cash', D(100))

    @with_transaction()
    def test_no_account(self):
        "A missing account is named before anything changes"
        with at_till() as branch:
            rule()
            pool = Pool()
            Account = pool.get('account.account')
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            configuration = pool.get('aid.basket.configuration')(1)
            configuration.contribution_account = None
            configuration.save()
            # Several are left, and none is 7073
            self.assertGreater(
                Account.search([('type.revenue', '=', True)], count=True), 1)
            basket = basket_of(
                open_session(branch), create_household(branch), (bread, 2))
            with self.assertRaises(AccountMissingError) as caught:
                pool.get('aid.basket').checkout([basket])
            self.assertIn(
                branch.company.rec_name, caught.exception.message)

    @with_transaction()
    def test_pieces(self):
        "Products are counted in pieces and weighed by their pieces"
        with at_till() as branch:
            product = make_product(
                "Yoghurt", '3017620422003', weight=0.125,
                weight_uom=_uom('kilogram'), list_price=D('0.60'))
            rule(mode='per_kg', rate=D('0.05'))
            lot, = give(branch, {
                    'family': 'dairy', 'product': product.id,
                    'quantity': 12, 'unit': _uom('unit'),
                    'use_by': branch.today()})
            basket, = self.checkout(basket_of(
                    open_session(branch), create_household(branch),
                    (lot, 4)))
            line, = basket.lines
            self.assertEqual(line.kg, 0.5)
            self.assertEqual(line.market_value, D('2.40'))
            self.assertEqual(line.rule, 'per_kg')

    @with_transaction()
    def test_done_basket_stays(self):
        "A basket that left is not edited any more"
        with at_till() as branch:
            Basket = Pool().get('aid.basket')
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            basket, = self.checkout(basket_of(
                    open_session(branch), create_household(branch),
                    (bread, 1)))
            with self.assertRaises(BasketAccessError):
                Basket.delete([basket])

    @with_transaction()
    def test_session_close_checks(self):
        "Cash is counted, a difference explained, no basket left open"
        from aid_basket.exceptions import SessionError
        with at_till() as branch:
            Session = Pool().get('aid.distribution.session')
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            session = open_session(branch)
            with self.assertRaises(SessionError):
                Session.close([session])
            session.cash_counted = D(19)
            session.save()
            with self.assertRaises(SessionError):
                Session.close([session])
            session.difference_reason = 'mislaid'
            session.save()
            basket = basket_of(session, create_household(branch), (bread, 1))
            with self.assertRaises(SessionError) as caught:
                Session.close([session])
            self.assertIn(basket.rec_name, caught.exception.message)
            self.checkout(basket)
            Session.close([Session(session.id)])
            self.assertEqual(Session(session.id).state, 'closed')


def _uom(name: str) -> int:
    return Pool().get('ir.model.data').get_id('product', f'uom_{name}')

