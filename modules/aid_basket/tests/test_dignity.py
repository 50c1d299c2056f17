import datetime as dt
from decimal import Decimal as D

from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction

from aid_basket import checkout as hot_path
from aid_basket import standing
from aid_basket.exceptions import CheckoutError
from aid_lot.tests.goods import make_lot

from .till import (
    TillTestCase, at_till, basket_of, create_household, family, give,
    give_free, grant_entitlement, make_product, open_session, receive, scan)


class ConstraintsTestCase(TillTestCase):
    "Without peanuts: never who, never why"

    def begin(self, branch):
        household = create_household(branch)
        Kind = Pool().get('aid.household.constraint.kind')
        kind, = Kind.search([('code', '=', 'peanuts')])
        household.constraints = [{'kind': kind.id}]
        household.save()
        basket = Pool().get('aid.basket')()
        basket.session = open_session(branch)
        basket.state = 'draft'
        basket.household = None
        basket.lines = []
        self.assertIn(kind.name, scan(basket, household.code))
        return basket, kind

    def save(self, basket):
        Basket = Pool().get('aid.basket')
        saved, = Basket.create([{
                    'session': basket.session.id,
                    'household': basket.household.id,
                    'lines': [('create', [{
                                    'product': l.product.id,
                                    'unit': l.unit.id,
                                    'quantity': l.quantity,
                                    'allergen_choice': l.allergen_choice,
                                    } for l in basket.lines])],
                    }])
        return saved

    @with_transaction()
    def test_contains(self):
        "Loose goods of a plausible family wait for one fixed answer"
        with at_till() as branch:
            basket, kind = self.begin(branch)
            self.assertIn(kind.name, scan(basket, 'bread'))
            self.assertFalse(basket.lines)
            # Something else was typed: the question is dropped
            scan(basket, 'fruit_vegetables')
            self.assertEqual(len(basket.lines), 1)
            scan(basket, 'bread', '2', 'bread')
            line = basket.lines[0]
            self.assertEqual(line.allergen_choice, 'other_member')
            self.assertEqual(
                line.quantity, 2 * line.product.family.piece_weight)
            self.assertFalse(basket.label_words)
            # An unknown barcode asks for the family first
            scan(basket, '3017620422003', 'sweet_salty', '1')
            self.assertEqual(basket.lines[0].barcode, '03017620422003')
            self.assertEqual(basket.lines[0].allergen_choice, 'label_read')

    @with_transaction()
    def test_unanswered(self):
        "What was not asked by a scan is asked before the goods leave"
        with at_till() as branch:
            basket, _ = self.begin(branch)
            saved = basket_of(
                basket.session, basket.household,
                (family('bread').product, 1))
            Basket = Pool().get('aid.basket')
            with self.assertRaises(CheckoutError):
                Basket.checkout([saved])
            line, = saved.lines
            line.allergen_choice = 'family_decides'
            line.save()
            Basket.checkout([saved])
            self.assertEqual(saved.state, 'done')

    @with_transaction()
    def test_made_of(self):
        "What goods were made of counts, as that may be corrected later"
        pool = Pool()
        Allergen = pool.get('aid.product.allergen')
        Parent = pool.get('aid.lot.parent')
        with at_till() as branch:
            basket, kind = self.begin(branch)
            mix, bag = make_product("Mix", '5449000000996'), make_lot(
                'fruit_vegetables')
            receive(bag, 3, branch.storage)
            Parent.create([{
                        'lot': bag.id, 'quantity': 1, 'date': branch.today(),
                        'parent': make_lot(product=mix.id).id}])
            scan(basket, 'fruit_vegetables')
            self.assertFalse(basket.label_words)
            Allergen.create([{
                        'template': mix.template.id, 'kind': kind.id}])
            self.assertIn(kind.name, scan(basket, bag.number))
            scan(basket, '3')
            scanned, _ = basket.lines
            self.assertEqual(
                (scanned.lot, scanned.allergen_choice),
                (bag, 'family_decides'))
            self.assertIn(kind.name, basket.label_words)
            with self.assertRaises(CheckoutError):
                Pool().get('aid.basket').checkout([self.save(basket)])

    @with_transaction()
    def test_labels(self):
        "Traces and unknown gather in one place and are ticked once"
        pool = Pool()
        Basket = pool.get('aid.basket')
        Allergen = pool.get('aid.product.allergen')
        with at_till() as branch:
            basket, kind = self.begin(branch)
            unknown = make_product(
                "Muesli", '3017620422003', 'dry_starch')
            traces = make_product("Soup", '5449000000996', 'canned')
            clean = make_product(
                "Crackers", '4006381333931', 'sweet_salty',
                allergens_declared=True)
            harmless = make_product("Milk", '9780201379624')
            Allergen.create([{
                        'template': traces.template.id, 'kind': kind.id,
                        'presence': 'traces'}])
            scan(basket, '3017620422003', '5449000000996', '4006381333931',
                '9780201379624')
            self.assertEqual(len(basket.lines), 4)
            for product, named in [
                    (unknown, True), (traces, True), (clean, False),
                    (harmless, False)]:
                self.assertEqual(
                    product.name in basket.label_words, named, product.name)
            saved = self.save(basket)
            with self.assertRaises(CheckoutError) as caught:
                Basket.checkout([saved])
            self.assertIn("Muesli", caught.exception.message)
            saved.labels_read = True
            scan(saved, '4006381333931')
            self.assertTrue(saved.labels_read)
            # Another label is to be looked at
            make_product("Rusks", '5000112637922', 'dry_starch')
            scan(saved, '5000112637922')
            self.assertFalse(saved.labels_read)
            saved.labels_read = True
            saved.lines = [
                l for l in saved.lines if l.product != traces]
            saved.on_change_lines()
            self.assertFalse(saved.labels_read)
            saved.labels_read = True
            saved.save()
            hot_path.checkout([saved])


class CapTestCase(TillTestCase):
    "Over the cap, with dignity"

    def over(self, branch, **values):
        "A basket of 6 kg where 5 a week are granted"
        household = create_household(branch)
        entitlement = grant_entitlement(
            household, cap_kind='kg', cap_quantity=D(5), cap_period='week',
            valid_from=branch.today() - dt.timedelta(days=7))
        give(branch, {'family': 'canned', 'net_weight': 50})
        basket = basket_of(
            open_session(branch), household, (family('canned').product, 6))
        basket._refresh()
        self.assertTrue(basket.cap_exceeded)
        Pool().get('aid.basket').write([basket], values)
        hot_path.checkout([basket])
        return Pool().get('aid.basket')(basket.id), entitlement

    @with_transaction()
    def test_nothing_chosen(self):
        "The social worker is told"
        with at_till() as branch:
            basket, _ = self.over(branch)
            self.assertTrue(basket.to_review)

    @with_transaction()
    def test_allowed(self):
        "Allowed by somebody, for a fixed reason: nothing more to see to"
        with at_till() as branch:
            nadia, _ = Pool().get('aid.session.person').create([{
                        'branch': branch.id, 'date': branch.today(),
                        'name': name, 'in_charge': name == "Nadia"}
                    for name in ["Nadia", "Paul"]])
            # The only one in charge is proposed
            fresh = Pool().get('aid.basket')(
                branch=branch, date=branch.today(), cap_choice='allow')
            fresh.on_change_cap_choice()
            self.assertEqual(fresh.cap_person, nadia)
            basket, _ = self.over(
                branch, cap_choice='allow', cap_reason='small',
                cap_person=nadia.id)
            self.assertFalse(basket.to_review)
            self.assertIsNone(basket.cap_carried)

    @with_transaction()
    def test_next_week(self):
        "It counts on the next week, once"
        with at_till() as branch:
            basket, entitlement = self.over(branch, cap_choice='next')
            self.assertFalse(basket.to_review)
            self.assertEqual(basket.cap_carried, 1)
            this = basket_of(basket.session, basket.household)
            later = basket_of(
                open_session(
                    branch, date=basket.date + dt.timedelta(days=7)),
                basket.household)
            after = basket_of(
                open_session(
                    branch, date=basket.date + dt.timedelta(days=14)),
                basket.household)
            for which, left in [(this, 0), (later, 4), (after, 5)]:
                self.assertEqual(
                    standing.standing(which, entitlement, []).left, left)

    @with_transaction()
    def test_free_goods(self):
        "Goods that must be free count only where the rule says so"
        with at_till() as branch:
            household = create_household(branch)
            entitlement = grant_entitlement(
                household, cap_kind='kg', cap_quantity=D(5),
                cap_period='week')
            free = give_free(branch, 'pulses', 10)
            session = open_session(branch)
            hot_path.checkout([basket_of(session, household, (free, 2))])
            basket = basket_of(session, household)
            for counts, left in [(False, 5), (True, 3)]:
                Pool().get('aid.distribution.rule').create([{
                            'branch': branch.id, 'cap_counts_free': counts}])
                self.assertEqual(
                    standing.standing(basket, entitlement, []).left, left)
