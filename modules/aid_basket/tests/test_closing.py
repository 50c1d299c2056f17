import datetime as dt
import unittest
from decimal import Decimal as D
from unittest.mock import patch

from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction
from trytond.transaction import Transaction

from aid_basket import bilan, cash, catch_up, paper_kit
from aid_basket.catch_up import Row
from aid_basket.exceptions import CatchUpError, CheckoutError, CountError
from aid_basket.spread import Spread, spread

from .till import (
    TillTestCase, at_till, basket_of, create_household, give,
    grant_entitlement, on_hand, open_session, rule)


class PlainTestCase(unittest.TestCase):
    "Arithmetic of the end of the day"

    def test_cash_by_coin(self):
        self.assertEqual(cash.total([]), 0)
        self.assertEqual(
            cash.total([(D('0.50'), 3), (D(20), 1), (D(5), None)]),
            D('21.50'))

    def test_small_counts_are_not_shown(self):
        self.assertEqual(bilan.shown_count(10, 10), 10)
        self.assertIsNone(bilan.shown_count(9, 10))
        self.assertEqual(bilan.shown_count(0, 10), 0)

    def test_meals(self):
        self.assertEqual(bilan.meals(12.3, 0.5), 24)
        self.assertIsNone(bilan.meals(12.3, None))

    def test_spread(self):
        "What is missing is missing of what expires first"
        today = dt.date(2026, 11, 23)
        lots = [('later', 3, None), ('first', 2, today)]
        self.assertEqual(
            spread(lots, 5, 2.5),
            Spread([('first', 2), ('later', 0.5)], 0))
        self.assertEqual(spread(lots, 5, 5.25), Spread([], 0.25))
        self.assertEqual(
            spread(lots, 5, None).missing, [('first', 2), ('later', 3)])
        # 4 were handed over since the count began: 2 were missing then
        self.assertEqual(
            spread([('later', 1, None)], 5, 3), Spread([('later', 1)], 0))
        with self.assertRaises(ValueError):
            spread(lots, 5, -1)


def printed(session, name, report):
    "The text of a report of *session*"
    pool = Pool()
    Report = pool.get(name, type='report')
    action_id = pool.get('ir.action').get_action_id(
        pool.get('ir.model.data').get_id('aid_basket', report))
    with patch('aid_branch.paper.can_pdf', return_value=False):
        _, content, _, _ = Report.execute([session.id], {
                'model': 'aid.distribution.session',
                'action_id': action_id})
    return content if isinstance(content, str) else content.decode()


class ClosingTestCase(TillTestCase):
    "The end of the day of a branch"

    @with_transaction()
    def test_bilan(self):
        "The sheet of the day adds up all tills and names nobody"
        with at_till() as branch:
            Basket = Pool().get('aid.basket')
            Rule = Pool().get('aid.distribution.rule')
            rule()
            bread, soap = give(
                branch, {'family': 'bread', 'net_weight': 20},
                {'family': 'hygiene', 'net_weight': 5})
            households = [create_household(branch) for _ in range(3)]
            tills = [open_session(branch), open_session(branch, till='2')]
            baskets = [
                basket_of(tills[i % 2], household, (bread, 2), (soap, 1))
                for i, household in enumerate([*households, households[0]])]
            Basket.checkout(baskets)

            day = bilan.day_of(branch, branch.today())
            self.assertEqual(day['kg'], 12)
            self.assertEqual(day['meals'], 16)
            self.assertEqual(
                sorted(kg for _, kg in day['families']), [4, 8])
            self.assertEqual(day['donors'], [bread.donor.name])
            self.assertNotIn('3', day['households'])
            text = printed(
                tills[0], 'aid.distribution.bilan', 'report_bilan')
            for household in households:
                self.assertNotIn(household.code, text)
                self.assertNotIn(household.till_name, text)
            self.assertIn('<svg', text)

            Rule.create([{'branch': branch.id, 'smallest_count': 3}])
            day = bilan.day_of(branch, branch.today())
            self.assertEqual(day['households'], '3')

    @with_transaction()
    def test_coins_that_do_not_add_up(self):
        "Coins say the sum and what is missing, so that a reason is asked"
        pool = Pool()
        Coin = pool.get('aid.session.coin')
        start = pool.get('aid.session.close.start')(
            expected=D('21.00'), counted=None,
            coins=[Coin(value=D('0.50'), number=3), Coin(
                    value=D(5), number=None)])
        start.on_change_coins()
        self.assertEqual(start.counted, D('1.50'))
        self.assertEqual(start.difference, D('-19.50'))

    @with_transaction()
    def test_paper_kit(self):
        "The kit lists who is expected and what is left, and no reasons"
        with at_till() as branch:
            rule()
            bread, = give(branch, {'family': 'bread', 'net_weight': 20})
            capped = create_household(branch)
            grant_entitlement(
                capped, cap_kind='kg', cap_quantity=D(6), cap_period='month')
            stranger = create_household(branch)
            session = open_session(branch)
            Pool().get('aid.basket').checkout(
                [basket_of(session, capped, (bread, 2))])
            kit = paper_kit.kit_of(session)
            self.assertEqual(
                [h['code'] for h in kit['households']], [capped.code])
            self.assertEqual(kit['households'][0]['left'], '4 kg')
            text = printed(
                session, 'aid.distribution.paper_kit', 'report_paper_kit')
            self.assertIn(capped.till_name, text)
            self.assertNotIn(stranger.code, text)

    @with_transaction()
    def test_count(self):
        "What is missing is spread, what is too much is found, the rest goes"
        with at_till() as branch:
            pool = Pool()
            Count = pool.get('aid.session.count')
            OnHand = pool.get('aid.lot.on_hand')
            Reason = pool.get('aid.disposal.reason')
            today = branch.today()
            rule()
            first, later, salad, tins = give(
                branch,
                {'family': 'bread', 'net_weight': 5,
                    'best_before': today},
                {'family': 'bread', 'net_weight': 5,
                    'best_before': today + dt.timedelta(days=2)},
                {'family': 'fruit_vegetables', 'net_weight': 10},
                {'family': 'canned', 'net_weight': 7,
                    'best_before': today + dt.timedelta(days=90)})
            # The same goods that came before lie beside them
            older, = give(
                branch, {'family': 'canned', 'net_weight': 2,
                    'best_before': today + dt.timedelta(days=9)},
                received_on=today - dt.timedelta(days=1))
            session = open_session(branch)
            pool.get('aid.basket').checkout([basket_of(
                        session, create_household(branch), (first, 1))])

            count = Count(session.count_goods([session])['res_id'][0])
            lines = {l.product.family.code: l for l in count.lines}
            self.assertEqual(
                {code: l.expected for code, l in lines.items()},
                {'bread': 9, 'fruit_vegetables': 10, 'canned': 9})
            lines['bread'].seen = 4
            lines['canned'].seen = 10
            lines['fruit_vegetables'].seen = 3
            reason, = Reason.search([('code', '=', 'spoiled')])
            lines['fruit_vegetables'].reason = reason
            type(lines['bread']).save(list(lines.values()))
            Count.book([Count(count.id)])

            self.assertEqual(
                [on_hand(l, branch)
                    for l in (first, later, salad, tins, older)],
                [0, 4, 0, 7, 2])
            self.assertEqual(
                [r.quantity for r in OnHand.in_branch(branch, [tins.product])
                    if r.supply_source.code == 'found'], [1])
            self.assertEqual(OnHand.differences(), [])
            lost = dict(bilan.day_of(branch, today)['lost'])
            self.assertEqual(sorted(lost.values()), [3, 12])
            with self.assertRaises(CountError):
                Count.book([Count(count.id)])

    @with_transaction()
    def test_from_paper(self):
        "Paper is caught up in a session that is closed, and nothing refused"
        with at_till() as branch:
            pool = Pool()
            Session = pool.get('aid.distribution.session')
            today = branch.today()
            rule()
            bread, old = give(
                branch, {'family': 'bread', 'net_weight': 3},
                {'family': 'meat_fish_eggs', 'net_weight': 2,
                    'use_by': today})
            session = open_session(
                branch, date=today + dt.timedelta(days=1),
                cash_counted=D(20))
            Session.close([session])
            # Nothing is left to book: no entry would say so
            self.assertEqual(Session(session.id).state, 'posted')
            bread_, meat = bread.product.family, old.product.family
            households = [create_household(branch) for _ in range(2)]
            with self.assertRaises(CatchUpError):
                catch_up.enter(session, [Row(households[0], [])])

            with Transaction().set_context(_skip_warnings=True):
                first, second, third = catch_up.enter(session, [
                        Row(households[0], [(bread_, 1.5), (meat, 0.5)],
                            D('0.10'), dt.time(11, 20)),
                        Row(households[1], [(bread_, 4.)]),
                        Row(None, [(bread_, 1.)], people=(1, 2, 0))])

            self.assertEqual(
                {b.state for b in (first, second, third)}, {'done'})
            self.assertTrue(third.emergency)
            self.assertEqual((third.people, third.asked), (3, 0))
            self.assertTrue(first.from_paper)
            self.assertEqual(first.date, session.date)
            self.assertEqual(first.checked_out_at.date(), session.date)
            self.assertEqual(first.paid, D('0.10'))
            incident, = [l for l in first.lines if l.incident]
            self.assertEqual(incident.lot, old)
            self.assertEqual(on_hand(old, branch), 1.5)
            # 1.5 of 3 kg were left: what was taken beyond was in the hand
            self.assertEqual(on_hand(bread, branch), 0)
            self.assertIn('found', {l.lot_knowledge for l in second.lines})
            session = Session(session.id)
            self.assertEqual(session.frozen_baskets_count, 3)
            self.assertEqual(session.frozen_cash_taken, D('0.10'))

    @with_transaction()
    def test_pressed_again(self):
        "The same page gets its paper again; another one is told so"
        with at_till() as branch:
            Basket = Pool().get('aid.basket')
            bread, = give(branch, {'family': 'bread', 'net_weight': 5})
            basket = basket_of(
                open_session(branch), create_household(branch), (bread, 1))
            with Transaction().set_context(client='a'):
                paper = Basket.checkout([basket])
                again = Basket.checkout([Basket(basket.id)])
                self.assertEqual(again, paper)
                with self.assertRaises(CheckoutError):
                    Basket.checkout_card([Basket(basket.id)])
            with Transaction().set_context(client='b'), \
                    self.assertRaises(CheckoutError):
                Basket.checkout([Basket(basket.id)])
            self.assertEqual(on_hand(bread, branch), 4)
            self.assertEqual(len(Basket(basket.id).payments), 1)

    @with_transaction()
    def test_scans_are_kept(self):
        "What the screen shows after a scan is on the server"
        with at_till() as branch:
            Basket = Pool().get('aid.basket')
            bread, tins = give(
                branch, {'family': 'bread', 'net_weight': 5},
                {'family': 'canned', 'net_weight': 5,
                    'best_before': branch.today()})
            household = create_household(branch)
            stored, = Basket.create([{'session': open_session(branch).id}])

            def screen(*lines):
                return Basket(
                    id=stored.id, session=stored.session, state='draft',
                    household=None, lines=list(lines))

            def shown(changes):
                "The lines that a screen without any shows after *changes*"
                return [v for _, v in changes['lines']['add']]

            def kept():
                return sorted(
                    (l.id, l.product.family.code, l.quantity)
                    for l in Basket(stored.id).lines)

            scanned = screen()
            scanned.on_scan_code(bread.number)
            line, = shown(scanned._changed_values())
            self.assertEqual(kept(), [(line['id'], 'bread', 0.25)])
            # The answer got lost, the screen knows nothing: scanned again
            scanned = screen()
            scanned.on_scan_code(bread.number)
            self.assertEqual(kept(), [(line['id'], 'bread', 0.25)])
            # Somebody had typed a line by hand on the screen
            Line = Pool().get('aid.basket.line')
            typed = Line(
                id=-3, product=tins.product, quantity=2.,
                unit=tins.product.default_uom)
            scanned = screen(Line(line['id']), typed)
            scanned.on_scan_code(household.code)
            changes = scanned._changed_values()
            self.assertEqual(changes['lines']['delete'], [-3])
            self.assertEqual(len(kept()), 2)
            self.assertEqual(Basket(stored.id).household, household)
            # So is what is no goods: who serves, and that it is free
            Pool().get('aid.session.person').create([{
                        'branch': branch.id, 'date': stored.date,
                        'name': "Rose", 'card_code': 'R12'}])
            for code in ['R12', 'CMDAID']:
                screen(Line(line['id'])).on_scan_code(code)
            basket = Basket(stored.id)
            self.assertEqual(basket.served_by.name, "Rose")
            self.assertTrue(basket.emergency)
            self.assertEqual(basket.emergency_reason, 'no_file')
            self.assertEqual(basket.adults, 1)
            # A client deletes what a scan has removed already
            gone = line['id']
            scanned = screen(Line(gone))
            scanned.on_scan_code('0')
            self.assertEqual(kept(), [])
            with Transaction().set_context(_check_access=True):
                Basket.write([stored], {'lines': [('delete', [gone])]})
