from trytond.model.exceptions import DomainValidationError
from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction

from aid_basket import standing
from aid_basket.exceptions import QueueError
from aid_basket.paper import BasketPaper

from .till import (
    TillTestCase, at_till, basket_of, create_household, give,
    grant_entitlement, open_session, rule, scan)


class EmergencyTestCase(TillTestCase):
    "Somebody without a file, who serves, and papers printed again"

    def card(self, branch):
        card, = Pool().get('aid.emergency.card').create(
            [{'branch': branch.id}])
        return card

    def served(self, session, lot, **values):
        Basket = Pool().get('aid.basket')
        basket = basket_of(session, values.pop('household', None), (lot, 1))
        basket.emergency = True
        for name, value in values.items():
            setattr(basket, name, value)
        basket.save()
        self.assertIsNone(Basket.checkout([basket]))
        return Basket(basket.id)

    @with_transaction()
    def test_nobody_named(self):
        "People are counted, the goods are free, the slip names nobody"
        with at_till() as branch:
            rule(minimum=2)
            bread, = give(branch, {'family': 'bread', 'net_weight': 9})
            session = open_session(branch)
            basket = self.served(
                session, bread, adults=1, children=2, babies=1)

            self.assertEqual(basket.state, 'done')
            self.assertEqual(basket.people, 4)
            self.assertEqual(basket.asked, 0)
            self.assertEqual(basket.document, 'hand_over')
            line, = basket.lines
            self.assertEqual(line.rule, 'emergency')
            self.assertEqual(line.granted, line.market_value)
            self.assertIsNone(line.household)
            self.assertFalse(basket.to_review)
            figures = session.count([session])[session.id]
            self.assertEqual(figures['people_count'], 4)
            paper = BasketPaper._paper(basket)
            self.assertEqual(paper['household'], "Emergency Aid")
            found = Pool().get('aid.basket').search([
                    ('rec_name', 'not like', 'F%')])
            self.assertIn(basket, found)

    @with_transaction()
    def test_constraints_told(self):
        "What is told counts at the till and is forgotten with the goods"
        with at_till() as branch:
            pool = Pool()
            Basket = pool.get('aid.basket')
            peanut, = pool.get('aid.household.constraint.kind').search(
                [('code', '=', 'peanuts')])
            bread, = give(branch, {'family': 'bread', 'net_weight': 9})
            pool.get('aid.product.allergen').create([{
                        'template': bread.product.template.id,
                        'kind': peanut.id}])
            basket = Basket(
                session=open_session(branch), branch=branch, state='draft',
                household=None, lines=[])
            basket.emergency_aid()
            basket.save()
            basket = Basket(basket.id)
            basket.told = [peanut]
            basket.on_change_told()
            scan(basket, bread.number)
            self.assertEqual(basket.question, 'allergen')
            self.assertEqual(basket.constraints, peanut.name)
            # Kept with the scan, for whatever device goes on
            self.assertEqual(Basket(basket.id).told, (peanut,))
            scan(basket, '2')
            stored = Basket(basket.id)
            self.assertIsNone(Basket.checkout([stored]))
            stored = Basket(basket.id)
            self.assertEqual(stored.lines[0].allergen_choice, 'other_member')
            self.assertFalse(stored.told)
            # Never beside a household
            household = create_household(branch)
            named = basket_of(stored.session, household)
            with self.assertRaises(DomainValidationError):
                Basket.write([named], {
                        'emergency': True, 'told': [('add', [peanut.id])]})

    @with_transaction()
    def test_card_comes_back(self):
        "A code recognises a visit, and a meeting is only suggested"
        with at_till() as branch:
            pool = Pool()
            Basket = pool.get('aid.basket')
            pool.get('aid.distribution.rule').create([{
                        'branch': branch.id, 'meeting_after': 1}])
            bread, = give(branch, {'family': 'bread', 'net_weight': 9})
            session = open_session(branch)
            card = self.card(branch)

            def compose():
                basket = Basket(
                    session=session, state='draft', household=None, lines=[])
                said = scan(basket, card.code.lower())
                self.assertTrue(basket.emergency)
                self.assertEqual(basket.people, 1)
                return said
            self.assertIn('1', compose())
            self.served(session, bread, emergency_card=card)
            self.assertEqual(card.visits, 1)
            self.assertIn('meeting', compose())
            again = self.served(session, bread, emergency_card=card)
            self.assertEqual(again.state, 'done')

    @with_transaction()
    def test_note_to_the_social_worker(self):
        "Nobody goes home; a missing or far entitlement leaves a note"
        with at_till() as branch, at_till('B2') as far:
            Basket = Pool().get('aid.basket')
            bread, = give(branch, {'family': 'bread', 'net_weight': 9})
            session = open_session(branch)
            expired, stranger = create_household(branch), create_household(far)
            entitled = create_household(branch)
            grant_entitlement(entitled)
            for household, reason in [
                    (expired, 'no_entitlement'), (entitled, 'entitled'),
                    (stranger, 'elsewhere'), (None, 'no_file')]:
                basket = Basket(
                    session=session, state='draft', household=None, lines=[])
                if household:
                    scan(basket, household.code)
                basket.emergency_aid()
                self.assertEqual(basket.emergency_reason, reason)
                self.assertEqual(
                    basket.household,
                    None if household == stranger else household)
                served = self.served(
                    session, bread, emergency_reason=reason,
                    household=basket.household)
                self.assertEqual(served.to_review, reason != 'no_file')
                self.assertEqual(served.asked, 0)
            basket.ordinary_basket()
            self.assertFalse(basket.emergency)

    @with_transaction()
    def test_who_serves(self):
        "A card scanned once stands on the baskets that follow"
        with at_till() as branch:
            pool = Pool()
            Basket = pool.get('aid.basket')
            Person = pool.get('aid.session.person')
            session = open_session(branch)
            today = {'branch': branch.id, 'date': session.date}
            rose, paul = Person.create([
                    {**today, 'name': "Rose", 'in_charge': True},
                    {**today, 'name': "Paul", 'card_code': 'P77'}])
            self.assertEqual(list(session.people_today), [rose, paul])
            basket = Basket(
                session=session, state='draft', household=None, lines=[])
            self.assertIn("Paul", scan(basket, 'P77'))
            basket.save()
            self.assertEqual(Basket.default_served_by(), paul.id)

            household = create_household(branch)
            household.not_served_by = "Anna, paul"
            household.save()
            basket.household = household
            basket.on_change_household()
            self.assertIn("Paul", basket.serving_words)
            basket.set_served_by(rose)
            self.assertIsNone(basket.serving_words)

            Person.write([rose, paul], {'date': session.date.replace(year=2020)})
            session.same_people([session])
            self.assertEqual(
                [p.name for p in type(session)(session.id).people_today],
                ["Rose", "Paul"])

    @with_transaction()
    def test_papers_remember(self):
        "What is printed again is a duplicate; printing may be asked for"
        with at_till() as branch:
            pool = Pool()
            Basket = pool.get('aid.basket')
            Last = pool.get('aid.basket.paper.last', type='report')
            Action = pool.get('ir.action.report')
            bread, = give(branch, {'family': 'bread', 'net_weight': 9})
            session = open_session(branch)
            household = create_household(branch)
            baskets = [
                basket_of(session, household, (bread, 1)) for _ in range(2)]
            for basket in baskets:
                self.assertIsNotNone(Basket.checkout([basket]))
            action, = Action.search([
                    ('report_name', '=', 'aid.basket.paper.last'),
                    ('model', '=', 'aid.distribution.session')])
            # Entered from paper: it left no till
            written = self.served(session, bread, from_paper=True)
            self.assertGreater(written.id, baskets[-1].id)
            for count in [1, 2]:
                Last.execute([session.id], {'action_id': action.id})
                basket = Basket(baskets[-1].id)
                self.assertEqual(basket.prints, count)
                self.assertTrue(BasketPaper._paper(basket)['duplicate'])
            self.assertFalse(
                BasketPaper._paper(Basket(baskets[0].id))['duplicate'])

            session.printing = 'asked'
            session.save()
            basket = basket_of(session, household, (bread, 1))
            self.assertIsNone(Basket.checkout([basket]))

    @with_transaction()
    def test_queue(self):
        "Expected, arrived with a number, next, served; absent at the end"
        with at_till() as branch:
            pool = Pool()
            Basket = pool.get('aid.basket')
            Session = pool.get('aid.distribution.session')
            Visit = pool.get('aid.session.visit')
            rule(mode='free')
            bread, = give(branch, {'family': 'bread', 'net_weight': 9})
            session = open_session(branch)
            households = [create_household(branch) for _ in range(5)]
            for household in households[:4]:
                grant_entitlement(
                    household, cap_kind='passages', cap_quantity=2,
                    cap_period='month')
            for _ in range(2):
                Session.expect([session])
            visits = Visit.search([], order=[('id', 'ASC')])
            self.assertEqual(
                [v.household for v in visits], households[:4])
            first, paper, talk, away = visits
            paper.number = 7
            paper.save()
            stranger, = Visit.create([{'branch': branch.id}])
            Visit.arrive([first, paper, talk, stranger])
            self.assertEqual(
                [v.number for v in [first, paper, talk, stranger]],
                [8, 7, 9, 10])

            # A talk without goods is a passage
            Visit.leave([talk])
            self.assertIn('1', standing.shown(
                    basket_of(session, talk.household), [])[0])

            baskets = [basket_of(session, None, (bread, 1)) for _ in '123']
            Basket.take_next(baskets)
            baskets = Basket.browse(baskets)
            self.assertEqual(
                [b.household for b in baskets],
                [paper.household, first.household, None])
            self.assertTrue(baskets[2].emergency)
            with self.assertRaises(QueueError):
                Basket.take_next([basket_of(session, None)])
            Basket.checkout(baskets)
            session.cash_counted = session.cash_expected
            session.save()
            Session.close([session])
            self.assertEqual(
                [v.state for v in [first, paper, talk, stranger, away]],
                ['served'] * 4 + ['absent'])
