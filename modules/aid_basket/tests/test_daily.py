import datetime as dt
from decimal import Decimal as D

from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction
from trytond.transaction import Transaction

from aid_basket import handed_over
from aid_basket.session import FIGURES
from aid_lot import chain
from aid_lot.tests.goods import make_lot

from .till import (
    TillTestCase, at_till, basket_of, count_statements, create_household,
    family, give, grant_entitlement, make_branch, on_hand, open_session,
    receive, rule)

DAY = dt.timedelta(days=1)
USE_BY = 'shelf_life_expiration_date'


class DailyTestCase(TillTestCase):
    "What goes on around the sessions: every night, and with papers"

    def hand_over(self, branch, date, kg):
        "So much dairy left *branch* on *date*"
        pool = Pool()
        basket = basket_of(
            open_session(branch, date=date), None,
            (family('dairy').product, kg))
        line, = basket.lines
        pool.get('aid.basket.line').write([line], {'kg': kg})
        pool.get('aid.basket').write(
            [basket], {'state': 'done', 'emergency': True})

    @with_transaction()
    def test_look_ahead(self):
        "What ends soon, what will leave in time, and who takes the rest"
        pool = Pool()
        Expiring = pool.get('aid.expiring')
        Hold = pool.get('aid.lot.hold')
        with at_till() as here:
            there = make_branch('B2')
            today = here.today()
            for branch, kg in [(here, 8), (there, 20)]:
                self.hand_over(branch, today - 7 * DAY, kg)
            soon, past, held = [
                make_lot('dairy', **{USE_BY: today + 7 * DAY})
                for _ in range(3)]
            rice = make_lot(expiration_date=today + 400 * DAY)
            for lot in [soon, past, held, rice]:
                receive(lot, 12, here.storage)
            past.shelf_life_expiration_date = today - DAY
            past.save()
            Hold.stop([held], "Smells")

            def looked_at():
                return {
                    r.lot: (r.quantity, r.surplus, r.to_branch, r.offered)
                    for r in Expiring.search([])}
            with count_statements() as statements:
                Expiring.look_ahead()
            self.assertLess(len(statements), 40)
            # 8 kg in four weeks are 2 on that weekday: today, and in a week
            self.assertEqual(looked_at(), {
                    past: (12, 12, None, None),
                    soon: (12, 8, there, 5)})
            row, = Expiring.search([('lot', '=', soon.id)])
            for word in ["5\xa0kg", there.name]:
                self.assertIn(word, row.words)

            opened = Expiring.send([row])
            shipment = row.transfer
            self.assertEqual(opened['res_id'], [shipment.id])
            self.assertEqual(
                [(m.lot, m.quantity) for m in shipment.moves], [(soon, 5)])
            # What is on the way is spoken for, here and there
            Expiring.look_ahead()
            self.assertEqual(looked_at()[soon], (7, 3, None, None))
            shipment.send([shipment])
            Expiring.look_ahead()
            self.assertEqual(looked_at()[soon], (7, 3, None, None))
            self.assertEqual(on_hand(soon, here), 7)

    @with_transaction()
    def test_forget_households(self):
        "The household goes after its time, every figure stays"
        pool = Pool()
        Basket = pool.get('aid.basket')
        Session = pool.get('aid.distribution.session')
        with at_till() as branch:
            rule(rate=D('0.5'))
            lot, = give(branch, {'family': 'canned', 'net_weight': 20})
            free = rule(mode='free', branch=branch)
            today = branch.today()
            settled, lasting, owing = [
                create_household(branch) for _ in range(3)]
            grant_entitlement(
                lasting, valid_from=today - 400 * DAY,
                valid_until=today + 30 * DAY)
            grant_entitlement(
                settled, valid_from=today - 400 * DAY,
                valid_until=today - 100 * DAY)
            session = open_session(branch)
            baskets = []
            for household in [settled, lasting, owing]:
                if household == owing:
                    pool.get('aid.contribution.rule').delete([free])
                basket = basket_of(session, household, (lot, 4))
                Basket.checkout_later([basket])
                baskets.append(Basket(basket.id))

            def figures():
                return (
                    chain.forward([lot]).account(lot.id).sums,
                    handed_over.of_baskets([('session', '=', session.id)]),
                    Session.read([session.id], FIGURES),
                    [(b.people, b.kg, b.asked, b.market_value)
                        for b in Basket.browse(baskets)])
            before = figures()
            Basket.forget_households()
            self.assertTrue(all(b.household for b in Basket.browse(baskets)))

            # Two hundred days later
            table = Basket.__table__()
            Transaction().connection.cursor().execute(*table.update(
                    [table.date], [today - 200 * DAY]))
            Basket.forget_households()

            first, second, third = Basket.browse(baskets)
            self.assertEqual(
                [b.household for b in [first, second, third]],
                [None, lasting, owing])
            self.assertEqual(first.forgotten_on, today)
            self.assertIsNone(first.entitlement)
            self.assertEqual(figures(), before)

    @with_transaction()
    def test_scan_box(self):
        "The paper of a donation or a basket opens it"
        pool = Pool()
        Basket = pool.get('aid.basket')
        Box = pool.get('aid.scan', type='wizard')
        with at_till() as branch:
            rule(mode='free')
            lot, = give(branch, {'family': 'canned', 'net_weight': 20})
            basket = basket_of(
                open_session(branch), create_household(branch), (lot, 1))
            Basket.checkout([basket])
            donation, basket = lot.donation, Basket(basket.id)
            for code, record in [
                    (donation.number, donation),
                    (f'{donation.code[:4]} {donation.code[4:]}', donation),
                    (basket.number, basket)]:
                with self.subTest(code=code):
                    session, _, _ = Box.create()
                    (action, data), = Box.execute(
                        session, {'start': {'code': code}},
                        'find')['actions']
                    self.assertEqual(action['res_model'], record.__name__)
                    self.assertEqual(data['res_id'], [record.id])
