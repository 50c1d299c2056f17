import datetime as dt
import smtplib
import unittest
from unittest.mock import patch

from trytond import backend
from trytond.model.exceptions import AccessError
from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction
from trytond.transaction import Transaction, without_check_access

from aid_basket import checkout as hot_path
from aid_basket.cancel import cancel
from aid_basket.exceptions import CheckoutError
from aid_basket.exchange import begin, bring_back
from aid_basket.tests.till import (
    TillTestCase, at_till, basket_of, count_statements, create_household,
    family, found_limit, make_branch, make_product, on_hand, open_session,
    rule)
from aid_branch import messages
from aid_branch.tests.network import as_user, create_user
from aid_lot.exceptions import HoldError
from aid_lot.tests.goods import make_lot, receive
from aid_recall.exceptions import RecallError

TODAY = dt.date.today()


def yoghurts(
        branch, count: float = 20, product=None, days: int = 9, **values):
    "A lot of yoghurts at *branch*, bought long before anybody knew"
    product = product or make_product("Yoghurt", '5449000000996', 'dairy')
    lot = make_lot(
        product=product.id,
        shelf_life_expiration_date=TODAY + dt.timedelta(days=days),
        **{'label_lot': "L7A", **values})
    receive(lot, count, branch.storage, TODAY - dt.timedelta(days=3))
    return lot


def hand_over(session, household, *goods):
    "A basket of (lot or product, quantity) that was checked out"
    basket = basket_of(session, household, *goods)
    hot_path.checkout([basket])
    return Pool().get('aid.basket')(basket.id)


def make_recall(*lots, **values):
    Recall = Pool().get('aid.recall')
    recall, = Recall.create([{
                'name': "Yaourt nature",
                'reason': "Listeria",
                'lots': [('create', [{'lot': lot.id} for lot in lots])],
                **values,
                }])
    return recall


def opened(*lots, **values):
    "A recall of *lots* that was opened"
    Recall = Pool().get('aid.recall')
    recall = make_recall(*lots, **values)
    Recall.open([recall])
    return Recall(recall.id)


def task_of(recall, household):
    Told = Pool().get('aid.recall.household')
    task, = Told.search([
            ('recall', '=', recall.id), ('household', '=', household.id)])
    return task


def task_of_any(household) -> int:
    "Id of a task of *household*, whoever asks"
    Told = Pool().get('aid.recall.household')
    with without_check_access():
        task, = Told.search([('household', '=', household.id)])
    return task.id


def again(record):
    "The same record, read again"
    return record.__class__(record.id)


class RecallTestCase(TillTestCase):
    "From the first lot to the balance"
    module = 'aid_recall'

    @with_transaction()
    def test_story(self):
        "Everything stops, everyone has a task, the balance adds up"
        pool = Pool()
        Recall = pool.get('aid.recall')
        Task = pool.get('aid.recall.task')
        Told = pool.get('aid.recall.household')
        with at_till() as branch:
            rule()
            lot = yoghurts(branch)
            other = yoghurts(branch, 10, product=lot.product, days=20)
            session = open_session(branch)
            certain, assumed, kind, erased = [
                create_household(branch) for _ in range(4)]
            hand_over(session, certain, (lot, 3))
            hand_over(session, assumed, (lot.product, 2))
            hand_over(session, kind, (other, 1))
            hand_over(session, erased, (lot, 1))
            type(erased).erase([erased])
            waits = basket_of(session, create_household(branch), (lot, 1))

            with self.assertRaises(RecallError):
                Recall.propose([Recall.create([{'name': "Nothing"}])[0]])
            recall = make_recall(lot)
            recall.lots[0].accepted = False
            recall.lots[0].save()
            with self.assertRaises(RecallError):
                Recall.open([recall])
            recall.lots[0].accepted = True
            recall.lots[0].save()
            Recall.open([recall])
            recall = Recall(recall.id)

            with self.assertRaises(CheckoutError):
                hot_path.checkout([waits])
            self.assertEqual(lot.hold.recall, recall)
            self.assertEqual(
                (recall.certain, recall.possible, recall.erased,
                    recall.baskets), (1, 1, 1, 3))
            self.assertEqual(recall.unreachable, 2)
            with self.assertRaises(RecallError):
                Recall.open([recall])

            task, = recall.tasks
            line, = task.lines
            self.assertEqual(line.expected, 20 - 3 - 2 - 1)
            with self.assertRaises(RecallError):
                Task.put_aside([task])
            line.counted = line.expected - 2
            line.save()
            with self.assertRaises(RecallError):
                Task.put_aside([task])
            task.who = "Samira"
            task.save()
            Task.put_aside([task])
            task = Task(task.id)
            self.assertEqual(task.state, 'done')
            self.assertEqual(on_hand(lot, branch), 2)
            with self.assertRaises(RecallError):
                Task.put_aside([task])

            told_ = task_of(recall, certain)
            told_.answer_quantity = 1
            told_.save()
            social = create_user(
                'social', [branch], ['group_social_worker'])
            with as_user(social):
                Told.brought_back(Told.browse([told_.id]))
            with self.assertRaises(RecallError):
                Told.write_down(Told.browse([told_.id]), 'eaten')
            with self.assertRaises(RecallError):
                Recall.close([recall])
            told_ = task_of(recall, assumed)
            with as_user(social):
                Told.eaten(Told.browse([told_.id]))
            recall = Recall(recall.id)
            Recall.close([recall])
            recall = Recall(recall.id)
            self.assertEqual(recall.state, 'closed')
            self.assertEqual(
                (recall.received, recall.quarantined, recall.returned,
                    recall.consumed),
                (20, line.counted, 1, 2))
            self.assertAlmostEqual(
                recall.received, recall.quarantined + recall.returned
                + recall.destroyed + recall.consumed + recall.unaccounted)
            self.assertEqual(recall.unit, lot.product.default_uom.symbol)
            with self.assertRaises(AccessError):
                Recall.delete([recall])
            # Years later nobody knows who it was, but how many
            counted = recall.certain, recall.possible, recall.answered
            Told.write(Told.search([]), {
                    'last_on': TODAY - dt.timedelta(days=9999)})
            pool.get('aid.basket').forget_households()
            self.assertFalse(Told.search([]))
            recall = Recall(recall.id)
            self.assertEqual(
                (recall.certain, recall.possible, recall.answered), counted)

    @with_transaction()
    def test_release(self):
        "Not by whoever opened it, nor by a branch; nothing is half done"
        pool = Pool()
        Hold = pool.get('aid.lot.hold')
        Recall = pool.get('aid.recall')
        with at_till() as branch:
            lot = yoghurts(branch)
            heads = [
                create_user(
                    f'head{n}', [branch], ['group_head_office'],
                    all_branches=True)
                for n in range(2)]
            keeper = create_user('keeper', [branch], ['group_warehouse'])
            with as_user(heads[0]):
                recall = opened(Pool().get('stock.lot')(lot.id))
            hold, = recall.holds
            hold.release_reason = "It was another batch"
            hold.save()
            for user in [heads[0], keeper]:
                with as_user(user), self.assertRaises(HoldError):
                    Hold.release(Hold.browse([hold.id]))
            with as_user(heads[0]):
                with self.assertRaises(RecallError):
                    Recall.withdraw(Recall.browse([recall.id]))
                Recall.write(
                    Recall.browse([recall.id]), {'end_reason': "Not ours"})
                with self.assertRaises(HoldError):
                    Recall.withdraw(Recall.browse([recall.id]))
            self.assertIsNotNone(again(lot).hold)
            with as_user(heads[1]):
                Recall.withdraw(Recall.browse([recall.id]))
            self.assertIsNone(again(lot).hold)
            self.assertEqual(again(recall).state, 'withdrawn')

    @with_transaction()
    def test_privacy(self):
        "Each branch its own part; head office counts, the till one name"
        pool = Pool()
        Basket = pool.get('aid.basket')
        Recall = pool.get('aid.recall')
        Task = pool.get('aid.recall.task')
        Told = pool.get('aid.recall.household')
        with at_till() as branch:
            far = make_branch('B2')
            rule()
            lot = yoghurts(branch)
            receive(lot, 9, far.storage)
            mine, theirs = create_household(branch), create_household(far)
            sessions = [open_session(b) for b in [branch, far]]
            for session, household in zip(sessions, [mine, theirs]):
                hand_over(session, household, (lot, 2))
            recall = opened(lot)
            self.assertEqual((recall.certain, recall.branches), (2, 2))
            self.assertEqual(recall.received, 29)
            users = {
                name: create_user(
                    name, [branch], [f'group_{name}'],
                    all_branches=name == 'head_office')
                for name in [
                    'till', 'warehouse', 'social_worker', 'branch_officer',
                    'head_office']}
            for name in ['social_worker', 'branch_officer']:
                with as_user(users[name]):
                    seen, = Told.search([])
                    self.assertEqual(seen.household, mine)
                    self.assertEqual(
                        [t.branch for t in Task.search([])], [branch])
                    own = Recall(recall.id)
                    self.assertEqual((own.certain, own.branches), (1, 1))
                    self.assertIsNone(own.received)
                    with self.assertRaises(AccessError):
                        Told.brought_back(
                            Told.browse([task_of_any(theirs)]))
            for name in ['till', 'warehouse', 'head_office']:
                with as_user(users[name]), self.assertRaises(AccessError):
                    Told.search([])
            with as_user(users['warehouse']):
                with self.assertRaises(AccessError):
                    Task.put_aside(Task.browse([
                                t.id for t in recall.tasks
                                if t.branch == far]))
            with as_user(users['head_office']):
                self.assertEqual(Recall(recall.id).certain, 2)
            # What the till sees of it
            with as_user(users['till']):
                with self.assertRaises(AccessError):
                    Recall.search([])
                basket = Basket(
                    session=sessions[0].id, household=mine.id, lines=[])
                basket.on_change_household()
                self.assertIn("Yaourt nature", basket.recall_words)
                self.assertNotIn('2', basket.recall_words)

    @with_transaction()
    def test_at_the_till(self):
        "What comes back goes into quarantine, by answer or by exchange"
        pool = Pool()
        Answer = pool.get('aid.recall.answer', type='wizard')
        Basket = pool.get('aid.basket')
        Told = pool.get('aid.recall.household')
        with at_till() as branch:
            rule()
            lot = yoghurts(branch)
            session = open_session(branch)
            here, there, other = [create_household(branch) for _ in range(3)]
            eaten = hand_over(session, here, (lot, 3))
            bought = hand_over(session, there, (lot, 2))
            last = hand_over(session, other, (lot, 1))
            recall = opened(lot)

            exchanged = begin(bought, {bought.lines[0].id: (2, 'shelf')})
            bring_back([exchanged])
            answered = task_of(recall, there)
            self.assertEqual(
                (answered.answer, answered.answer_quantity),
                ('brought_back', 2))

            basket = basket_of(session, here)
            till = create_user('till', [branch], ['group_till'])
            with as_user(
                    till, active_model='aid.basket', active_id=basket.id,
                    active_ids=[basket.id]):
                session_id, state, _ = Answer.create()
                shown = Answer.execute(session_id, {}, state)
                line, = shown['view']['defaults']['lines']
                self.assertEqual(line['product'], "Yaourt nature")
                line = {**line, 'answer': 'brought_back', 'quantity': 1}
                strange = {**line, 'task': task_of_any(other)}
                Answer.execute(
                    session_id, {state: {'lines': [line, strange]}},
                    'answer')
            self.assertEqual(task_of(recall, here).answer_quantity, 1)
            self.assertIsNone(task_of(recall, other).answer)
            self.assertFalse(Told.waiting(here))
            self.assertEqual(on_hand(lot, branch), 14)
            self.assertEqual(on_hand(lot), 17)
            self.assertEqual(again(recall).returned, 3)
            self.assertEqual(Basket(basket.id).recall_words, None)

            # What came back does not come back once more with its basket
            cancel(again(eaten), "Mistake", {})
            self.assertEqual(on_hand(lot, branch), 14)
            self.assertEqual(on_hand(lot), 19)

            # Nor once more for another recall, or with an exchange
            for each in [recall, opened(lot)]:
                Told.write_down([task_of(each, other)], 'brought_back')
                self.assertEqual(on_hand(lot), 20)
            line, = again(last).lines
            bring_back([begin(again(last), {line.id: (1, 'bin')})])
            self.assertEqual(again(line).fate, 'bin')
            self.assertEqual(on_hand(lot), 20)

    @with_transaction()
    def test_found_beside_it(self):
        "Goods in the hand that may be of a held lot are not found goods"
        with at_till() as branch:
            rule()
            found_limit(5)
            lot = yoghurts(branch)
            good = yoghurts(branch, 2, product=lot.product, days=30)
            session = open_session(branch)
            opened(lot)
            basket = basket_of(
                session, create_household(branch), (lot.product, 2))
            self.assertIn("L7A", basket.recall_goods)
            more = basket_of(
                session, create_household(branch), (lot.product, 3))
            with self.assertRaises(CheckoutError):
                hot_path.checkout([more])
            hot_path.checkout([basket])
            self.assertEqual(again(basket).lines[0].lot, good)

    @with_transaction()
    def test_known_by_family(self):
        "What a till scanned without knowing it, and what only has a family"
        pool = Pool()
        Notice = pool.get('aid.recall.notice')
        Recall = pool.get('aid.recall')
        gtin = '3760289220694'
        with at_till() as branch:
            rule()
            lot = yoghurts(branch)
            tin, jar = [
                make_lot(product=family(code).product.id)
                for code in ['canned', 'dry_starch']]
            for some in [tin, jar]:
                receive(some, 5, branch.storage, TODAY)
            session = open_session(branch)
            scanned, other = [create_household(branch) for _ in range(2)]
            basket = basket_of(session, scanned, (tin, 1))
            basket.lines[0].barcode = gtin
            basket.lines[0].save()
            hot_path.checkout([basket])
            hand_over(session, other, (tin, 1))
            notice, = Notice.create([{
                        'title': "Haricots", 'published': TODAY,
                        'items': [('create', [{'gtin': gtin}])],
                        }])
            Notice.compare([notice])
            self.assertEqual(
                [(m.lot, m.grade) for m in notice.lots], [(tin, 'family')])
            notice.families = [jar.product.family]
            notice.save()
            Notice.compare([again(notice)])
            self.assertEqual(
                {m.lot for m in again(notice).lots}, {tin, jar})
            recall, = Recall.create([{
                        'name': "Haricots", 'notice': notice.id,
                        'lots': [('create', [{'lot': lot.id}])]}])
            Recall.propose([recall])
            self.assertFalse(any(
                    row.accepted for row in again(recall).lots
                    if row.grade == 'family'))
            Recall.open([again(recall)])
            told_, = Pool().get('aid.recall.household').search([])
            self.assertEqual(
                (told_.household, told_.certainty, told_.booked),
                (scanned, 'possible', False))

    @with_transaction()
    def test_counted_more(self):
        "More than the books say is there: it is found, and stopped too"
        Task = Pool().get('aid.recall.task')
        with at_till() as branch:
            lot = yoghurts(branch, 5)
            recall = opened(lot)
            task, = recall.tasks
            task.who = "Ada"
            task.lines[0].counted = 7
            task.lines[0].save()
            task.save()
            Task.put_aside([task])
            recall = again(recall)
            self.assertEqual(
                [row.grade for row in recall.lots], ['typed', 'found'])
            self.assertTrue(all(row.lot.hold for row in recall.lots))
            self.assertEqual(
                (recall.received, recall.quarantined), (7, 7))

    @with_transaction()
    def test_messages(self):
        "They name the product, never the aid; what fails is called"
        pool = Pool()
        Told = pool.get('aid.recall.household')
        with at_till() as branch:
            rule()
            lot = yoghurts(branch)
            session = open_session(branch)
            by_mail, by_phone = [
                create_household(
                    branch, email="a@example.org", contact_channel=channel)
                for channel in ['email', 'phone']]
            for household in [by_mail, by_phone]:
                hand_over(session, household, (lot, 1))
            recall = opened(lot)
            self.assertEqual(task_of(recall, by_phone).channel, 'phone')
            with patch.object(
                    messages, 'get_smtp_server', side_effect=OSError):
                Told.tell()
            self.assertTrue(task_of(recall, by_mail).problem)
            sent = []
            with patch.object(messages, 'get_smtp_server') as server, \
                    patch.object(
                        messages, 'send_message',
                        side_effect=lambda m, **_: sent.append(m)):
                server.return_value.quit.side_effect = (
                    smtplib.SMTPServerDisconnected)
                Told.tell()
                Told.tell()
                task = task_of(recall, by_mail)
                self.assertEqual((task.state, task.problem), ('told', None))
                message, = sent
                text = f"{message['Subject']} {message.get_content()}"
                self.assertIn("Yaourt nature", text)
                for word in [
                        branch.name, branch.company.party.name,
                        by_mail.code, "Amina"]:
                    self.assertNotIn(word, str(message))
                # Later, once, and whoever is called is called again
                task = task_of(recall, by_phone)
                with as_user(create_user(
                            'ada', [branch], ['group_social_worker'])):
                    Told.mark_told(Told.browse([task.id]))
                Told.write(Told.search([]), {
                        'told_at': dt.datetime.now() - dt.timedelta(days=9)})
                for _ in range(2):
                    Told.remind()
                self.assertEqual(len(sent), 2)
            self.assertEqual(task_of(recall, by_phone).state, 'to_tell')

    @unittest.skipUnless(
        backend.name == 'sqlite', "counts the statements of SQLite")
    @with_transaction()
    def test_statements(self):
        "As many for sixty households and branches as for six"
        Recall = Pool().get('aid.recall')
        counts = []
        with at_till() as branch:
            rule()
            session = open_session(branch)
            product = make_product("Yoghurt", '5449000000996', 'dairy')
            for many in [2, 6, 60]:
                lots = [
                    yoghurts(branch, 5, product=product)
                    for _ in range(many)]
                households = [create_household(branch) for _ in range(many)]
                hot_path.checkout([
                        basket_of(session, household, (lot, 1))
                        for lot, household in zip(lots, households)])
                recall = make_recall(*lots)
                with count_statements() as statements:
                    Recall.open([recall])
                counts.append(len(statements))
                self.assertEqual(Recall(recall.id).certain, many)
        self.assertLess(counts[2], counts[1] + 5)
        self.assertLess(counts[2], 60)

    @with_transaction()
    def test_notice(self):
        "Words wait for somebody; a newer version shows what is new"
        pool = Pool()
        Notice = pool.get('aid.recall.notice')
        Recall = pool.get('aid.recall')
        FromNotice = pool.get('aid.recall.from_notice', type='wizard')
        gtin = '5449000000996'
        with at_till() as branch:
            lot = yoghurts(branch)
            newer = yoghurts(branch, product=lot.product, label_lot="L9Z")
            words = yoghurts(
                branch, product=make_product(
                    "Yaourt nature Les Prés", '4006381333931'),
                label_lot=None)
            notice, = Notice.create([{
                        'source': 'rappelconso',
                        'reference': '2026-03-0141',
                        'version': 1,
                        'title': "Yaourt nature",
                        'brand': "Les Prés",
                        'published': TODAY,
                        'risk': "Listeria",
                        'items': [('create', [
                                    {'gtin': gtin, 'lot': "L7A"}])],
                        }])
            Notice.compare([notice])
            with Transaction().set_context(
                    active_model='aid.recall.notice', active_id=notice.id,
                    active_ids=[notice.id]):
                session_id, state, _ = FromNotice.create()
                FromNotice.execute(session_id, {}, state)
                FromNotice.execute(session_id, {}, state)
            recall, = Recall.search([])
            self.assertEqual(recall.state, 'proposed')
            self.assertEqual(recall.risk, "Listeria")
            proposed = {row.lot: row for row in recall.lots}
            self.assertTrue(proposed[lot].accepted)
            self.assertFalse(
                words in proposed and proposed[words].accepted)
            # The barcode is the same, the number on the pack another one
            self.assertFalse(proposed[newer].accepted)
            Recall.open([recall])
            self.assertEqual(again(notice).state, 'recalled')
            self.assertIsNone(again(newer).hold)

            Notice.write([notice], {
                    'version': 2,
                    'items': [('create', [{'gtin': gtin, 'lot': "L9Z"}])],
                    })
            Notice.compare([again(notice)])
            recall = again(recall)
            self.assertIn('2', recall.changed)
            row, = [r for r in recall.lots if r.lot == newer]
            self.assertFalse(row.accepted)
            Recall.look_again_daily()
            self.assertEqual(again(recall).changed, recall.changed)
            row.accepted = True
            row.save()
            Recall.extend([again(recall)])
            recall = again(recall)
            self.assertIsNone(recall.changed)
            self.assertEqual(again(newer).hold.recall, recall)
            line, = [
                l for l in recall.tasks[0].lines if l.lot == newer]
            self.assertEqual(line.expected, 20)
            with self.assertRaises(AccessError):
                row.__class__.delete([again(row)])
