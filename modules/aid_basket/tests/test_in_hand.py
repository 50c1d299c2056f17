import datetime as dt

from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction

from aid_basket import checkout as hot_path
from aid_basket.exceptions import CheckoutError, FoundChilledWarning
from aid_lot.tests.goods import make_move

from .till import (
    TillTestCase, at_till, basket_of, count_statements, create_household,
    family, found_limit, give, give_free, make_product, on_hand, open_session,
    rule, scan)


class InHandTestCase(TillTestCase):
    "The goods in the hand are right"

    def checkout(self, *baskets):
        Basket = Pool().get('aid.basket')
        Basket.checkout(list(baskets))
        return Basket.browse([b.id for b in baskets])

    def composed(self, branch, *codes):
        "A basket as the screen has it"
        basket = Pool().get('aid.basket')()
        basket.session = open_session(branch)
        basket.state = 'draft'
        basket.household = create_household(branch)
        basket.lines = []
        scan(basket, *codes)
        return basket

    @with_transaction()
    def test_partly_found(self):
        "What the books lack is found, counted and handed over at once"
        with at_till() as branch:
            rule()
            found_limit(3)
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            composed = self.composed(branch, 'bread', '7')
            self.assertIn('2', composed.message)

            basket, = self.checkout(basket_of(
                    composed.session, create_household(branch),
                    (family('bread').product, 7)))

            known, extra = sorted(
                basket.lines, key=lambda l: l.lot_knowledge == 'found')
            self.assertEqual((known.lot, known.quantity), (bread, 5))
            self.assertEqual(extra.quantity, 2)
            self.assertEqual(extra.lot.supply_source.code, 'found')
            self.assertIsNone(extra.lot.donor)
            self.assertEqual(on_hand(bread), 0)
            self.assertEqual(on_hand(extra.lot), 0)
            self.assertFalse(Pool().get('aid.lot.on_hand').differences())
            # What was shown is what is asked
            self.assertEqual(basket.asked, composed.asked)
            self.assertGreater(basket.asked, 0)

    @with_transaction()
    def test_limit(self):
        "Beyond the limit of the branch nothing is handed over"
        with at_till() as branch:
            found_limit(3, branch)
            give(branch, {'family': 'bread', 'net_weight': 5})
            composed = self.composed(branch, 'bread', '8,5')
            self.assertLess(composed.lines[0].quantity, 5)
            basket = basket_of(
                composed.session, create_household(branch),
                (family('bread').product, 8.5))
            with self.assertRaises(CheckoutError):
                self.checkout(basket)
            self.assertFalse(Pool().get('stock.lot').search(
                    [('supply_source.code', '=', 'found')]))

    @with_transaction()
    def test_nothing_on_hand(self):
        "A family of which the books have nothing is no reason to stop"
        with at_till() as branch:
            composed = self.composed(branch, 'pulses')
            self.assertEqual(len(composed.lines), 1)
            basket, = self.checkout(basket_of(
                    composed.session, create_household(branch),
                    (family('pulses').product, 1)))
            self.assertEqual(basket.lines[0].lot_knowledge, 'found')

    @with_transaction()
    def test_free(self):
        "Free wherever the family has goods that must be, even used up ones"
        with at_till() as branch:
            rule()
            product = make_product("Milk", '3017620422003')
            free = give_free(branch, 'dairy', 1)
            household = create_household(branch)
            session = open_session(branch)
            self.checkout(basket_of(session, household, (free, 1)))
            basket = basket_of(session, household, (product, 2))
            self.assertEqual(
                self.composed(branch, '3017620422003').asked, 0)
            hot_path.checkout([basket])
            line, = Pool().get('aid.basket')(basket.id).lines
            self.assertTrue(line.always_free)
            self.assertEqual(line.asked, 0)

    @with_transaction()
    def test_label(self):
        "Goods that bear the label of a crate keep its dates and terms"
        with at_till() as branch:
            rule()
            day = branch.today() + dt.timedelta(days=30)
            crate, = give(branch, {
                    'family': 'canned', 'net_weight': 5, 'best_before': day})
            basket, = self.checkout(basket_of(
                    open_session(branch), create_household(branch),
                    (crate, 6)))
            extra, = [
                l for l in basket.lines if l.lot_knowledge == 'found']
            self.assertEqual(extra.lot.found_as, crate)
            self.assertEqual(extra.lot.expiration_date, day)
            self.assertEqual(sum(l.kg for l in basket.lines), 6)

    @with_transaction()
    def test_held(self):
        "What is held while a basket is open stays, and the till says why"
        Hold = Pool().get('aid.lot.hold')
        with at_till() as branch:
            crate, = give(branch, {'family': 'canned', 'net_weight': 5})
            session = open_session(branch)
            household = create_household(branch)
            scanned = basket_of(session, household, (crate, 1))
            picked = basket_of(
                session, household, (family('canned').product, 1))
            Hold.stop([crate], "Swollen tins")
            for basket in [scanned, picked]:
                with self.assertRaises(CheckoutError) as caught:
                    self.checkout(basket)
                self.assertIn("Swollen tins", caught.exception.message)
            composed = self.composed(branch, crate.number)
            self.assertFalse(composed.lines)
            self.assertIn("Swollen tins", composed.message)

    @with_transaction()
    def test_single_piece(self):
        "One piece with its own label goes once"
        with at_till() as branch:
            product = make_product(
                "Porridge", '3017620422003', 'baby_food')
            lot, = give(branch, {
                    'family': 'baby_food', 'product': product.id,
                    'quantity': 1, 'unit': product.default_uom.id})
            session = open_session(branch)
            household = create_household(branch)
            twice = [
                basket_of(session, household, (lot, 1)) for _ in range(2)]
            self.checkout(twice[0])
            with self.assertRaises(CheckoutError) as caught:
                self.checkout(twice[1])
            self.assertIn(lot.number, caught.exception.message)
            self.assertFalse(self.composed(branch, lot.number).lines)

    @with_transaction()
    def test_set_aside(self):
        "What lies in quarantine, or is past its use-by, stays there"
        with at_till() as branch:
            Move = Pool().get('stock.move')
            today = branch.today()
            crate, = give(branch, {'family': 'canned', 'net_weight': 5})
            Move.do([make_move(
                        crate, 5, branch.storage, branch.quarantine)])
            dairy, = give(branch, {
                    'family': 'dairy', 'net_weight': 5, 'use_by': today})
            session = open_session(
                branch, date=today + dt.timedelta(days=1))
            household = create_household(branch)
            for basket in [
                    basket_of(session, household, (crate, 1)),
                    basket_of(session, household, (dairy, 6)),
                    basket_of(
                        session, household, (family('dairy').product, 1))]:
                with self.assertRaises(CheckoutError):
                    hot_path.checkout([basket])

    @with_transaction()
    def test_chilled(self):
        "For chilled goods the till asks one question, once"
        pool = Pool()
        Warning = pool.get('res.user.warning')
        User = pool.get('res.user')
        with at_till() as branch:
            basket = basket_of(
                open_session(branch), create_household(branch),
                (family('dairy').product, 1),
                (family('meat_fish_eggs').product, 1))
            with self.assertRaises(FoundChilledWarning) as caught:
                self.checkout(basket)
            for code in ['dairy', 'meat_fish_eggs']:
                self.assertIn(
                    family(code).product.rec_name, caught.exception.message)
            Warning.create([{
                        'user': User(1).id, 'name': caught.exception.name}])
            self.checkout(basket)
            self.assertEqual(basket.state, 'done')

            # Taken by another till after the question
            other = basket_of(
                basket.session, create_household(branch),
                (family('dairy').product, 1))
            with self.assertRaises(CheckoutError):
                hot_path.checkout([other], seen=set())

    @with_transaction()
    def test_in_bulk(self):
        "Forty found lines cost little more statements than four"
        with at_till() as branch:
            codes = ['bread', 'pulses', 'canned', 'fats']
            session = open_session(branch)

            def baskets(count):
                return [basket_of(
                        session, create_household(branch),
                        *[(family(c).product, 1) for c in codes])
                    for _ in range(count)]

            few, many = baskets(1), baskets(10)
            with count_statements() as for_few:
                hot_path.checkout(few)
            with count_statements() as for_many:
                hot_path.checkout(many)
            self.assertLess(len(for_many), 3 * len(for_few))
