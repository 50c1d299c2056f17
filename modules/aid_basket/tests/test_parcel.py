import unittest

from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction

from aid_basket.exceptions import CheckoutError, ParcelError
from aid_basket.parcel_fill import ShortError, Stock, Want, fill

from .till import (
    TillTestCase, at_till, create_household, family, give, make_product,
    on_hand, open_session, rule, scan)


class FillTestCase(unittest.TestCase):
    "What goes into parcels"

    def test_fill(self):
        loose = [Stock('old', 3), Stock('new', 10)]
        packs = [Stock('pack', 4, counts=0.4, whole=True)]
        self.assertEqual(
            fill([Want("Bread", 2, loose), Want("Rice", 0.5, packs)], 2), [
                {'old': 2, 'pack': 2},
                {'old': 1, 'new': 1, 'pack': 2}])
        with self.assertRaises(ShortError) as caught:
            fill([Want("Bread", 2, loose), Want("Rice", 0.5, packs)], 3)
        self.assertEqual(
            (caught.exception.name, caught.exception.parcels), ("Rice", 2))

    def test_shared(self):
        "Goods that two lines may take are taken once"
        stock = [Stock('x', 3)]
        with self.assertRaises(ShortError):
            fill([Want("A", 2, stock), Want("B", 2, stock)], 1)
        self.assertEqual(
            fill([Want("A", 2, stock), Want("B", 1, stock)], 1), [{'x': 3}])


class ParcelTestCase(TillTestCase):
    "Prepared parcels, from the shelf to the household or back"

    @with_transaction()
    def test_parcels(self):
        with at_till() as branch:
            pool = Pool()
            Basket = pool.get('aid.basket')
            Model = pool.get('aid.parcel.model')
            OnHand = pool.get('aid.lot.on_hand')
            Parcel = pool.get('aid.parcel')
            rule(mode='free')
            bread, pulses = give(
                branch, {'family': 'bread', 'net_weight': 5},
                {'family': 'pulses', 'net_weight': 9})
            product = make_product(
                "Rice 1 kg", '3017620422003', family_code='dry_starch')
            rice, = give(branch, {
                    'family': 'dry_starch', 'product': product,
                    'quantity': 7, 'unit': product.default_uom.id})
            model, = Model.create([{
                        'name': "Two", 'size': 2,
                        'lines': [('create', [
                                    {'family': family('bread').id,
                                        'quantity': 1},
                                    {'product': product.id, 'quantity': 2},
                                    ])],
                        }])
            with self.assertRaises(ParcelError) as caught:
                Parcel.make(branch, model, 4)
            self.assertIn('3', caught.exception.message)
            one, two, three = Parcel.make(branch, model, 3)
            self.assertEqual(on_hand(bread, branch), 2)
            self.assertEqual(on_hand(bread), 5)
            self.assertEqual(on_hand(rice, branch), 1)

            # One scan adds it whole; something is taken out
            session = open_session(branch)
            basket = Basket(
                session=session, state='draft', lines=[],
                household=create_household(branch))
            scan(basket, one.number.lower())
            self.assertEqual(len(basket.lines), 2)
            self.assertIn(one.number, scan(basket, one.number))
            scan(basket, pulses.number)
            basket.lines = [
                l for l in basket.lines if l.product != product]
            basket.save()
            Basket.checkout([basket])
            basket, one = Basket(basket.id), Parcel(one.id)
            self.assertEqual(
                (one.state, one.basket), ('handed_over', basket))
            self.assertEqual({l.lot for l in basket.lines}, {bread, pulses})
            self.assertEqual(on_hand(bread), 4)
            self.assertEqual(on_hand(rice, branch), 3)

            again = Basket(
                session=session, state='draft', lines=[],
                household=basket.household)
            self.assertIn("handed over", scan(again, one.number))
            scan(again, two.number)
            again.save()
            Parcel.undo([two, three])
            with self.assertRaises(CheckoutError):
                Basket.checkout([again])
            with self.assertRaises(ParcelError):
                Parcel.undo([one])
            self.assertEqual(on_hand(bread, branch), 4)
            self.assertEqual(on_hand(rice, branch), 7)
            self.assertFalse(OnHand.differences())
