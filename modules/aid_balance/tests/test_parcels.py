"""Parcels and baskets out of what is on hand, as wizards propose them."""
import datetime as dt
import unittest
from collections import defaultdict
from decimal import Decimal

from trytond.exceptions import UserError
from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction
from trytond.transaction import Transaction

from aid_balance.exceptions import ProposalError
from aid_balance.sizes import sizes_of
from aid_balance.tests.shelf import at_shelf
from aid_basket.tests.till import (
    TillTestCase, basket_of, create_household, family, give, give_free,
    grant_entitlement, make_product, open_session, rule)

DAY = dt.timedelta(days=1)


def fill_shelves(branch, *without: str):
    "A hundred kilograms of each family, but those *without*"
    return give(branch, *[
            {'family': code, 'net_weight': 100} for code in [
                'fruit_vegetables', 'bread', 'dry_starch', 'pulses', 'fats',
                'sweet_salty'] if code not in without] + [
            {'family': code, 'net_weight': 100,
                'use_by': branch.today() + 3 * DAY}
            for code in ['dairy', 'meat_fish_eggs'] if code not in without])


class Answers:
    "A wizard driven through its states, as a client does"

    def __init__(self, name: str, **context) -> None:
        self.Wizard = Pool().get(name, type='wizard')
        self.id, self.state, _ = self.Wizard.create()
        self.data: dict = {}
        self.context = context

    def go(self, state: str, **values):
        "Press the button of *state* with *values* on the screen"
        self.data.setdefault(self.state, {}).update(values)
        with Transaction().set_context(**self.context):
            result = self.Wizard.execute(self.id, self.data, state)
        if view := result.get('view'):
            self.state = view['state']
            self.data[self.state] = {
                name: _sent(value)
                for name, value in view['defaults'].items()
                if not name.endswith('.')}
        return result

    def rows(self, name: str) -> list[dict]:
        "What a list of the screen holds, to be changed in place"
        return self.data[self.state][name]


def _sent(value):
    "A value as a client sends it back: without names of records"
    if isinstance(value, list):
        return [
            {n: v for n, v in row.items() if not n.endswith('.')}
            if isinstance(row, dict) else row for row in value]
    return value


class ParcelsTestCase(TillTestCase):
    "What goes into today's parcels"
    module = 'aid_balance'

    def propose(self, branch, *sizes, **values):
        wizard = Answers('aid.proposal.parcels')
        wizard.go('start')
        self.assertEqual(wizard.state, 'start')
        wizard.go('review', sizes=[
                {'persons': p, 'count': c} for p, c in sizes], **values)
        self.assertEqual(wizard.state, 'review')
        return wizard

    @with_transaction()
    def test_parcels(self):
        "Proposed, edited, packed; what is missing is asked and remembered"
        with at_shelf() as branch:
            pool = Pool()
            Parcel = pool.get('aid.parcel')
            Wanted = pool.get('aid.goods.wanted')
            rule(mode='free')
            fill_shelves(branch, 'dairy')
            product = make_product(
                "Lentils 500 g", '3017620422003', family_code='pulses')
            give(branch, {
                    'family': 'pulses', 'product': product, 'quantity': 30,
                    'unit': product.default_uom.id})
            for _ in range(2):
                grant_entitlement(create_household(branch))

            wizard = Answers('aid.proposal.parcels')
            wizard.go('start')
            self.assertEqual(
                wizard.rows('sizes'), [{'persons': 3, 'count': 2}])

            wizard = self.propose(branch, (1, 6), (3, 4), days=7)
            lines = wizard.rows('lines')
            kg: dict = defaultdict(float)
            for line in lines:
                kg[line['persons']] += pool.get('product.product')(
                    line['product']).to_kg(line['quantity'], pool.get(
                        'product.uom')(line['unit']))
                self.assertTrue(line['why'])
            self.assertAlmostEqual(kg[1], 8.75, delta=0.9)
            self.assertAlmostEqual(kg[3], 26.25, delta=2.7)
            meat = family('meat_fish_eggs').product
            self.assertTrue(any(
                    l['product'] == meat.id and 'finish' in l['why']
                    for l in lines))

            # The words follow what is changed
            Review = pool.get('aid.proposal.parcels.review')
            Line = pool.get('aid.proposal.parcels.line')
            Size = pool.get('aid.proposal.parcels.size')
            review = Review(
                branch=branch, sizes=[Size(persons=1, count=6)],
                lines=[Line(**l) for l in lines if l['persons'] == 1])
            review.on_change_lines()
            self.assertIn("6 for 1", review.words)
            self.assertFalse(review.remark)
            review.lines[0].quantity = 1000
            review.lines[1].product = meat
            review.on_change_lines()
            self.assertIn(review.lines[0].product.name, review.remark)
            self.assertEqual(
                (review.lines[1].there, review.lines[1].why), (100, None))

            lines[:] = [l for l in lines if l['product'] != meat.id]
            wizard.go('pack')
            self.assertEqual(wizard.state, 'missing')
            groups = {
                pool.get('aid.food.group')(g['food_group']).code: g
                for g in wizard.rows('groups')}
            self.assertEqual(
                (groups['DA']['answer'], groups['MFE']['answer']),
                ('not_on_hand', None))
            groups['MFE'].update(
                answer='replaced', replaced_by=family('pulses').id)
            for group in groups.values():
                group['answer'] = group['answer'] or 'go_on'
            result = wizard.go('answer')
            self.assertTrue(result['actions'])
            parcels = Parcel.search([])
            self.assertEqual(len(parcels), 10)
            self.assertEqual(
                {p.model.size for p in parcels}, {1, 3})
            wanted = {w.food_group.code: w for w in Wanted.search([])}
            self.assertEqual(set(wanted), {'DA', 'MFE'})
            self.assertEqual(wanted['MFE'].replaced_by.code, 'pulses')
            self.assertGreater(wanted['DA'].kg, 5)

            # Models of another day are put aside
            models = [p.model for p in parcels]
            models[0].proposed_on = branch.today() - DAY
            models[0].save()
            wizard = self.propose(branch, (2, 1), days=7)
            wizard.go('keep')
            self.assertFalse(models[0].__class__(models[0].id).active)

    @with_transaction()
    def test_nothing(self):
        with at_shelf() as branch:
            rule(mode='free')
            give(branch, {'family': 'hygiene', 'net_weight': 100})
            with self.assertRaises(ProposalError) as caught:
                self.propose(branch, (1, 6), days=7)
            self.assertIn(branch.name, caught.exception.message)

    @with_transaction()
    def test_make_asks(self):
        "A model made by hand asks too, but not for what is no food"
        with at_shelf() as branch:
            pool = Pool()
            Model = pool.get('aid.parcel.model')
            Parcel = pool.get('aid.parcel')
            rule(mode='free')
            fill_shelves(branch)
            give(branch, {'family': 'hygiene', 'net_weight': 100})
            bread, soap = Model.create([{
                        'name': code, 'size': 2, 'lines': [('create', [{
                                        'family': family(code).id,
                                        'quantity': 2}])],
                        } for code in ['bread', 'hygiene']])
            for model, asked in [(bread, True), (soap, False)]:
                wizard = Answers('aid.parcel.make')
                wizard.go('start')
                wizard.go('make', model=model.id, count=2, branch=branch.id)
                self.assertEqual(wizard.state == 'missing', asked)
            self.assertEqual(len(Parcel.search([])), 2)

    @with_transaction()
    def test_offer(self):
        "What a basket lacks, without what the household does not take"
        with at_shelf() as branch:
            pool = Pool()
            Basket = pool.get('aid.basket')
            Kind = pool.get('aid.household.constraint.kind')
            Plausible = pool.get('aid.allergen.plausible')
            rule(rate=Decimal('0.5'))
            fill_shelves(branch)
            give_free(branch, 'canned', 50)
            kind, = Kind.search([('code', '=', 'pork')], limit=1) or (
                Kind.search([('group', '=', 'diet')], limit=1))
            Plausible.create([{
                        'kind': kind.id,
                        'family': family('meat_fish_eggs').id}])
            household = create_household(branch, constraints=[
                    ('create', [{'kind': kind.id}])])
            grant_entitlement(
                household, cap_kind='amount', cap_period='week',
                cap_quantity=Decimal(12))
            session = open_session(branch)
            basket = basket_of(
                session, household, (family('bread').product, 3))
            context = {'active_model': 'aid.basket', 'active_id': basket.id,
                'active_ids': [basket.id]}
            wizard = Answers('aid.proposal.basket', **context)
            wizard.go('offer')
            lines = wizard.rows('lines')
            products = {l['product'] for l in lines}
            self.assertNotIn(family('meat_fish_eggs').product.id, products)
            self.assertNotIn(family('bread').product.id, products)
            self.assertIn(family('fruit_vegetables').product.id, products)

            lines[0]['quantity'] += 0.5
            lines.pop()
            wizard.go('add')
            basket = Basket(basket.id)
            self.assertEqual(
                {l.product.id for l in basket.lines},
                {l['product'] for l in lines} | {family('bread').product.id})
            self.assertEqual(
                {l.lot_knowledge for l in basket.lines
                    if l.product.family.code != 'bread'}, {'only'})
            # Half a kilogram more than was offered within the cap
            self.assertLessEqual(basket.asked, Decimal(15))
            Basket.checkout([basket])
            with self.assertRaises(UserError):
                wizard = Answers('aid.proposal.basket', **context)
                wizard.go('offer')


class SizesTestCase(unittest.TestCase):
    "Which sizes of parcels suit those who are expected"

    def test_sizes(self):
        for households, expected in [
                ([], []),
                ([3, 3, 3], [(3, 3)]),
                ([0], [(1, 1)]),
                ([1, 1, 2, 2, 4, 5, 5], [(1, 2), (2, 2), (5, 3)]),
                ([1] * 9 + [2] * 9 + [3] + [6] * 9, [
                        (1, 9), (2, 9), (6, 10)]),
                ]:
            with self.subTest(households=households):
                sizes = sizes_of(households)
                self.assertEqual(
                    sum(count for _, count in sizes), len(households))
                if expected:
                    self.assertEqual(sizes, expected)
