import datetime as dt
from unittest.mock import patch

from trytond.pool import Pool
from trytond.pyson import PYSONDecoder
from trytond.tests.test_tryton import with_transaction
from trytond.transaction import Transaction

from aid_basket import checkout as hot_path
from aid_basket import trace, who_may_have
from aid_basket.cancel import cancel
from aid_lot import chain

from .till import (
    TillTestCase, at_till, basket_of, count_statements, create_household, give,
    make_branch, make_lot, make_product, open_session, receive, rule)


class TraceTestCase(TillTestCase):
    "The chain of goods, from the giver to the basket and back"

    def start(self, name, record):
        "The wizard *name* opened on *record*: its session, its state"
        Wizard = Pool().get(name, type='wizard')
        session_id, state, _ = Wizard.create()
        return Wizard, session_id, state

    @with_transaction()
    def test_forward_and_back(self):
        pool = Pool()
        Line = pool.get('aid.basket.line')
        with at_till() as branch:
            rule()
            crate, = give(branch, {'family': 'canned', 'net_weight': 5})
            basket = basket_of(
                open_session(branch), create_household(branch), (crate, 2))
            hot_path.checkout([basket])
            for name, record in [
                    ('aid.lot.trace.forward', crate),
                    ('aid.lot.trace.forward', crate.donation),
                    ('aid.lot.trace.backward', basket)]:
                with self.subTest(name=name, record=record), \
                        Transaction().set_context(
                            active_model=record.__name__,
                            active_id=record.id, active_ids=[record.id]):
                    Wizard, session_id, state = self.start(name, record)
                    shown = Wizard.execute(session_id, {}, state)
                    rows = shown['view']['defaults']['lines']
                    self.assertEqual(
                        [(r['lot'], r['kind'], r['quantity'])
                            for r in rows], [
                            (crate.number, 'received', 5),
                            (crate.number, 'handed_over', 2),
                            (crate.number, 'on_hand', 3)])
                    self.assertEqual(
                        rows[0]['giver'], crate.donor.rec_name)
                    if name.endswith('backward'):
                        continue
                    # What a client sends back is what the form has
                    sent = {'shown': {
                            field: shown['view']['defaults'][field]
                            for field in shown['view']['fields_view'][
                                'fields']
                            if field in shown['view']['defaults']
                            and field not in {'lines', 'nodes', 'sums'}}}
                    self.assertEqual(
                        (rows[1]['baskets'], rows[1]['households']), (1, 1))
                    answer = Wizard.execute(session_id, sent, 'baskets')
                    (action, _), = answer['actions']
                    domain = PYSONDecoder().decode(action['pyson_domain'])
                    line, = Line.search(domain)
                    self.assertEqual(line.basket.id, basket.id)

    @with_transaction()
    def test_who_may_have(self):
        "Certain, assumed, and what lay beside it at that time"
        with at_till() as branch:
            rule()
            today, other = branch.today(), make_branch('B2')
            days = {n: today - dt.timedelta(days=n) for n in range(1, 8)}
            yoghurt = make_product("Yoghurt", '5449000000996', 'dairy')
            cheese = make_product("Cheese", '4006381333931', 'dairy')
            rice = make_product("Rice", '3017620422003', 'dry_starch')
            first, second, beside, dry, far = [
                make_lot(
                    product=product.id,
                    shelf_life_expiration_date=today + dt.timedelta(days=n))
                for n, product in enumerate(
                    [yoghurt, yoghurt, cheese, rice, cheese], 3)]
            for lot, place, ago in [
                    (first, branch, 4), (second, branch, 4),
                    (beside, branch, 6), (dry, branch, 6), (far, other, 6)]:
                receive(
                    lot, 5 if lot == first else 50, place.storage, days[ago])

            def hand_over(ago, *goods, place=branch):
                basket = basket_of(
                    open_session(place, date=days[ago]),
                    create_household(place), *goods)
                hot_path.checkout([basket])
                return Pool().get('aid.basket')(basket.id)

            hand_over(5, (cheese, 1))               # before it came
            scanned = hand_over(4, (first, 1))
            thrown_away = hand_over(4, (first, 1))
            cancel(thrown_away, "Mistake", {
                    line.id: 'bin' for line in thrown_away.lines})
            assumed = hand_over(3, (yoghurt, 2))
            hand_over(3, (second, 1))               # another for certain
            hand_over(3, (dry, 1))
            spread = hand_over(2, (yoghurt, 3))     # the last one, and two
            near = hand_over(2, (cheese, 1))
            hand_over(2, (cheese, 1), place=other)
            hand_over(1, (yoghurt, 1))              # when it was gone

            with count_statements() as statements:
                reached = who_may_have.of_lots([first])
            self.assertEqual(len(statements), 1)
            self.assertEqual(
                [(r.grade, r.basket, r.date) for r in reached], [
                    ('certain', scanned.id, days[4]),
                    ('assumed', assumed.id, days[3]),
                    ('assumed', spread.id, days[2]),
                    ('same_product', spread.id, days[2]),
                    ('same_family', near.id, days[2])])
            self.assertEqual({r.lot for r in reached}, {first.id})
            self.assertEqual(
                {r.household for r in reached}, {
                    b.household.id for b in [scanned, assumed, spread, near]})

    @with_transaction()
    def test_beginning(self):
        "From a donor, goods or a household one asks of a period"
        with at_till() as branch:
            rule()
            household = create_household(branch)
            crate, = give(branch, {'family': 'canned', 'net_weight': 5})
            hot_path.checkout([
                    basket_of(open_session(branch), household, (crate, 2))])
            today = branch.today()
            ago = today - dt.timedelta(days=9)
            for way, record in [
                    ('forward', crate.donor),
                    ('forward', crate.product),
                    ('forward', crate.product.template),
                    ('backward', crate.product),
                    ('backward', household)]:
                for last, expected in [
                        (today, {crate.number}),
                        (today - dt.timedelta(days=8), set())]:
                    with self.subTest(record=record, last=last), \
                            Transaction().set_context(
                                active_model=record.__name__,
                                active_id=record.id,
                                active_ids=[record.id]):
                        Wizard, session_id, state = self.start(
                            f'aid.lot.trace.{way}', record)
                        asked = Wizard.execute(session_id, {}, state)
                        self.assertEqual(asked['view']['state'], 'ask')
                        shown = Wizard.execute(
                            session_id,
                            {'ask': {'first': ago, 'last': last}}, 'shown')
                        lines = shown['view']['defaults']['lines']
                        self.assertEqual({l['lot'] for l in lines}, expected)

    @with_transaction()
    def test_what_is_said(self):
        """Sums that add up, who got it, assumed or not, on every paper.

        Only a social worker is told the names; when a file is erased the
        quantities stay.
        """
        pool = Pool()
        Household = pool.get('aid.household')
        Line = pool.get('aid.lot.trace.line')
        Node = pool.get('aid.lot.trace.node')
        Sum = pool.get('aid.lot.trace.sum')
        Sheet = pool.get('aid.lot.custody', type='report')
        Table = pool.get('aid.lot.trace.table', type='report')
        with at_till() as branch:
            rule()
            household = create_household(branch)
            crate, other = give(
                branch, {'family': 'canned', 'net_weight': 5},
                {'family': 'canned', 'net_weight': 5})
            for goods, quantity in [(crate, 2), (crate.product, 1)]:
                hot_path.checkout([basket_of(
                            open_session(branch), household,
                            (goods, quantity))])
            before = self.said(crate)
            self.assertEqual(
                [row[:3] for row in before if row[0] == 'handed_over'], [
                    ('handed_over', 2, 'certain'),
                    ('handed_over', 1, 'assumed')])
            found = chain.forward([crate])
            rows = Line.rows(found)
            total = Sum.sums(found)[-1]
            self.assertEqual((total['came'], total['went']), (5, 5))
            names = repr(Node.nodes(found, rows))
            self.assertNotIn(household.code, names)
            with patch.object(
                    trace, '_is_social_worker', return_value=True):
                names = repr(Node.nodes(found, Line.rows(found)))
                self.assertIn(household.code, names)

            with patch.object(
                    Sheet, 'convert', lambda report, data: ('html', data)):
                _, page, _, _ = Sheet.execute(
                    [crate.id], {'model': 'stock.lot'})
            for told in [
                    crate.number, crate.donor.name, branch.name, '<svg']:
                self.assertIn(told, page)
            self.assertNotIn(household.code, page)
            kind, table, _, _ = Table.execute(
                [crate.id], {'model': 'stock.lot', 'forwards': True})
            self.assertEqual(kind, 'csv')
            self.assertEqual(
                len(table.decode('utf-8-sig').splitlines()), 1 + len(rows))

            Household.erase([household])
            self.assertEqual(self.said(crate), before)

    def said(self, lot):
        "What the rows of *lot* say of goods"
        return [
            (row.kind, row.quantity, row.certain, row.more.get('baskets'))
            for row in Pool().get('aid.lot.trace.line').rows(
                chain.forward([lot]))]
