import datetime as dt
from types import SimpleNamespace
from xml.etree import ElementTree

from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import ModuleTestCase, with_transaction

from aid_lot.tests.goods import make_branch, make_lot, receive
from aid_nutrition.balance import BALANCED, TO_COMPLETE, SubRule, Target
from aid_nutrition.energy import Person
from aid_nutrition.exceptions import BindingError, TargetError
from aid_nutrition.goods import Goods
from aid_nutrition.goods_balance import shown

from .test_product import create_product, data

TODAY = dt.date(2026, 11, 22)


def family(code):
    return data(f'aid_lot.family_{code}')


def basket():
    return [
        (family('fruit_vegetables'), 5.0), (family('bread'), 2.2),
        (family('pulses'), 0.2), (family('dairy'), 1.8),
        (family('meat_fish_eggs'), 1.0), (family('fats'), 0.3),
        (family('sweet_salty'), 0.3), (family('drinks'), 6.0),
        (family('hygiene'), 1.0)]


class RuleSetTestCase(ModuleTestCase):
    "Test rule sets"
    module = 'aid_nutrition'

    @with_transaction()
    def test_shipped(self):
        "Two sets are shipped, both provisional and with their source"
        RuleSet = Pool().get('aid.nutrition.rule.set')
        self.assertIsNone(RuleSet.at(dt.date(2004, 12, 31)))
        inserm = RuleSet.at(dt.date(2010, 1, 1))
        pnns = RuleSet.at(TODAY)
        self.assertEqual(inserm, data('aid_nutrition.rule_set_inserm_2005'))
        self.assertEqual(pnns, data('aid_nutrition.rule_set_pnns4'))
        for rule_set in (inserm, pnns):
            self.assertTrue(rule_set.provisional)
            self.assertTrue(rule_set.source)
            self.assertTrue(rule_set.leaves_out)

    @with_transaction()
    def test_pnns(self):
        RuleSet = Pool().get('aid.nutrition.rule.set')
        targets = {t.group: t for t in RuleSet.at(TODAY).targets()}
        self.assertEqual(
            {t.group: (t.min_share, t.max_share) for t in targets.values()}, {
                'FV': (0.33, 0.5), 'ST': (0.15, 0.28), 'PU': (0.015, None),
                'DA': (0.15, 0.3), 'MFE': (0.08, 0.15), 'NU': (None, None),
                'FA': (0.02, 0.04), 'SW': (None, 0.05)})
        self.assertEqual(targets['MFE'].sub_rules, (
                SubRule('fish', 0.2, None),
                SubRule('charcuterie', None, 0.17),
                SubRule('red_meat', None, 0.57)))
        self.assertEqual(
            targets['FV'],
            Target('FV', 0.33, 0.5, (SubRule('fruit', 0.35, 0.5),),
                share=0.4))
        self.assertAlmostEqual(
            sum(t.share for t in targets.values()), 1, delta=0.01)

    @with_transaction()
    def test_inserm(self):
        RuleSet = Pool().get('aid.nutrition.rule.set')
        targets = {
            t.group: t
            for t in RuleSet.at(dt.date(2010, 1, 1)).targets()}
        self.assertAlmostEqual(sum(t.share for t in targets.values()), 1)
        self.assertTrue(all(t.cooked for t in targets.values()))
        self.assertEqual(targets['ST'].includes, ('PU',))
        self.assertEqual(targets['FV'].includes, ('NU',))
        self.assertEqual(targets['MFE'].share, 0.15)

    @with_transaction()
    def test_printed_shares_are_balanced(self):
        "A basket exactly as a source prints it is balanced"
        RuleSet = Pool().get('aid.nutrition.rule.set')
        from aid_nutrition.balance import Item, balance
        for rule_set in RuleSet.search([]):
            targets = rule_set.targets()
            items = [Item(t.group, 10 * t.share) for t in targets]
            result = balance(items, targets)
            self.assertEqual(result.word, BALANCED, rule_set.name)
            self.assertEqual(result.missing, ())

    @with_transaction()
    def test_balance(self):
        "Families and weights are enough"
        RuleSet = Pool().get('aid.nutrition.rule.set')
        rule_set = RuleSet.at(TODAY)
        result = rule_set.balance(basket())
        self.assertEqual(result.word, BALANCED)
        self.assertEqual(result.coverage, 1)
        self.assertAlmostEqual(result.outside_kg, 7)
        self.assertAlmostEqual(sum(result.shares.values()), 1)

    @with_transaction()
    def test_thresholds_are_data(self):
        RuleSet = Pool().get('aid.nutrition.rule.set')
        rule_set = RuleSet.at(TODAY)
        few = basket()[:3]
        self.assertEqual(rule_set.balance(few).reason, 'few_goods')
        rule_set.minimum_lines = 3
        rule_set.minimum_kg = 7.5
        rule_set.save()
        self.assertIsNone(rule_set.balance(few).word)
        rule_set.minimum_kg = 7.4
        rule_set.save()
        self.assertIsNotNone(rule_set.balance(few).word)
        frozen = [*basket(), (family('frozen'), 10.0)]
        self.assertEqual(rule_set.balance(frozen).word, BALANCED)
        rule_set.minimum_coverage = 0.6
        rule_set.save()
        self.assertEqual(rule_set.balance(frozen).reason, 'unknown_groups')

    @with_transaction()
    def test_outside_is_data(self):
        RuleSet = Pool().get('aid.nutrition.rule.set')
        water = data('aid_nutrition.food_group_water')
        water.outside = False
        water.save()
        result = RuleSet.at(TODAY).balance(basket())
        self.assertAlmostEqual(result.outside_kg, 1)

    @with_transaction()
    def test_sentences_and_picture(self):
        RuleSet = Pool().get('aid.nutrition.rule.set')
        rule_set = RuleSet.at(TODAY)
        goods = [
            (family('bread'), 3.0), (family('dairy'), 2.0),
            (family('fruit_vegetables'), 2.0), (family('fats'), 0.2)]
        shelf = [
            SimpleNamespace(product=product, quantity=3, expiry=expiry)
            for product, expiry in [
                (create_product("Eggs", 'meat_fish_eggs',
                        offered_as="some eggs"), TODAY),
                (create_product("Lentils", 'pulses',
                        offered_as="some lentils"), None),
                (create_product("Rice", 'dry_starch'), None)]]
        result = rule_set.balance(goods, shelf)
        self.assertEqual(result.word, TO_COMPLETE)
        self.assertEqual(rule_set.sentences(result), [
                "Well provided: bread and starchy foods, milk and dairy, "
                "oil and butter.",
                "There are some eggs and some lentils left."])
        svg = rule_set.picture(result)
        said = [
            node.text for node in ElementTree.fromstring(svg).iter(
                '{http://www.w3.org/2000/svg}text')]
        self.assertIn("Fruit and vegetables", said)
        self.assertIn("to complete", said)
        self.assertTrue(any("Provisional" in text for text in said))
        self.assertIn("29%", svg)

    @with_transaction()
    def test_validated_says_so_no_more(self):
        RuleSet = Pool().get('aid.nutrition.rule.set')
        rule_set = RuleSet.at(TODAY)
        rule_set.standing = 'validated'
        rule_set.validated_by = "A. Martin, dietitian"
        rule_set.validated_on = TODAY
        rule_set.save()
        self.assertEqual(rule_set.labels().note, '')

    @with_transaction()
    def test_provisional_binds_nobody(self):
        RuleSet = Pool().get('aid.nutrition.rule.set')
        rule_set = RuleSet.at(TODAY)
        with self.assertRaises(BindingError):
            RuleSet.write([rule_set], {'binding': True})
        validated = {
            'standing': 'validated', 'validated_by': "A. Martin",
            'validated_on': TODAY, 'binding': True}
        RuleSet.write([rule_set], validated)
        with self.assertRaises(BindingError):
            RuleSet.write([rule_set], {'standing': 'provisional'})

    @with_transaction()
    def test_verdict_looks_at_the_shelf(self):
        "What is missing, on the shelf, wanted, and expires first"
        RuleSet = Pool().get('aid.nutrition.rule.set')
        with set_company(create_company()):
            branch = make_branch('B1')
            lentils = create_product(
                "Lentils", 'pulses', offered_as="some lentils")
            eggs = create_product("Eggs", 'meat_fish_eggs')
            pork = create_product("Ham", 'meat_fish_eggs')
            for product, days in [(eggs, 9), (pork, 3), (lentils, 300)]:
                lot = make_lot(
                    product=product.id,
                    expiration_date=branch.today() + dt.timedelta(days=days))
                receive(lot, 5, branch.storage)
            rule_set = RuleSet.at(branch.today())
            goods = Goods(
                "Basket", [
                    (family('bread'), 3.0), (family('dairy'), 2.0),
                    (family('fruit_vegetables'), 2.0), (family('fats'), 0.2)],
                branch.today(), branch=branch,
                refused=lambda products: {pork} & {*products})
            result = rule_set.verdict(goods)
            self.assertEqual(result.word, TO_COMPLETE)
            self.assertEqual(
                [good.name for good in result.hints], ["Eggs", "Lentils"])

    @with_transaction()
    def test_remembered(self):
        "A rule set that changes is asked anew, another one as well"
        RuleSet = Pool().get('aid.nutrition.rule.set')
        Group = Pool().get('aid.food.group')
        rule_set = RuleSet.at(TODAY)

        def dairy():
            self.assertEqual(
                rule_set.targets(), list(RuleSet(rule_set.id)._plain()[0]))
            return next(
                t.min_share for t in rule_set.targets() if t.group == 'DA')
        self.assertEqual(dairy(), 0.15)
        line, = (l for l in rule_set.lines if l.food_group.code == 'DA')
        line.min_share = 0.1
        line.save()
        self.assertEqual(dairy(), 0.1)
        newer, = RuleSet.copy([rule_set], {'valid_from': TODAY})
        self.assertEqual(RuleSet.at(TODAY), newer)
        line.food_group.name = "Milk and More"
        line.food_group.outside = True
        line.food_group.save()
        self.assertEqual(Group.names()['DA'], "Milk and More")
        self.assertIn('DA', Group.outside_codes())

    @with_transaction()
    def test_shelf_of_groups(self):
        "One statement for all groups gives what one for each would"
        pool = Pool()
        OnHand = pool.get('aid.lot.on_hand')
        with set_company(create_company()):
            branch = make_branch('B1')
            tofu = create_product(
                "Tofu", 'meat_fish_eggs',
                food_group=data('aid_nutrition.food_group_pu').id)
            products = [
                tofu, family('pulses').product,
                create_product("Cheese", 'dairy')]
            for i in range(12):
                lot = make_lot(
                    product=products[i % 3].id,
                    expiration_date=None if i % 5 == 0
                    else branch.today() + dt.timedelta(days=40 - i))
                receive(lot, 5, branch.storage)
            for count in (8, 2):
                for but in [[], [tofu.id]]:
                    self.assertEqual(
                        {(row.lot, row.quantity, row.expiry)
                            for row in OnHand.of_food_groups(
                                branch, ['PU', 'DA', 'FV'], but, count)}, {
                            (row.lot, row.quantity, row.expiry)
                            for code in ('PU', 'DA')
                            for row in OnHand.search([
                                    *OnHand.in_branch_domain(branch),
                                    ('product', 'not in', but),
                                    ('product.food_group_used.code', '=',
                                        code),
                                    ], order=OnHand.first_expired_order,
                                limit=count)})

    @with_transaction()
    def test_shelf_is_searched_until_there_is_something(self):
        "The first few of a group may be of no use"
        pool = Pool()
        RuleSet = pool.get('aid.nutrition.rule.set')
        with set_company(create_company()):
            branch = make_branch('B1')
            today = branch.today()
            old, good = [
                create_product(name, 'pulses') for name in ["Old", "Good"]]
            for product, days, count in [(old, 1, 5), (good, 9, 1)]:
                for _ in range(count):
                    receive(make_lot(
                            product=product.id,
                            expiration_date=today + dt.timedelta(days)),
                        5, branch.storage)
            rule_set = RuleSet.at(today)
            targets = rule_set.targets()

            def offered(**how):
                return [g.name for g in RuleSet._offered(Goods(
                            "Basket", [], today, branch=branch, **how),
                        targets, ['PU'])]
            self.assertEqual(offered(), ["Old", "Good"])
            self.assertEqual(
                offered(refused=lambda products: {old} & set(products)),
                ["Good"])

    @with_transaction()
    def test_diets(self):
        "Without meat, fish and eggs: not held against who takes none"
        RuleSet = Pool().get('aid.nutrition.rule.set')
        rule_set = RuleSet.at(TODAY)
        pairs = [
            (thing, kg) for thing, kg in basket()
            if thing != family('meat_fish_eggs')]
        goods = Goods("Basket", pairs, TODAY)
        self.assertEqual(rule_set.verdict(goods).word, TO_COMPLETE)
        for diet in ['vegetarian', 'halal', 'kosher']:
            goods = Goods("Basket", pairs, TODAY, diets=frozenset([diet]))
            self.assertEqual(rule_set.verdict(goods).word, BALANCED)

    @with_transaction()
    def test_professional(self):
        RuleSet = Pool().get('aid.nutrition.rule.set')
        rule_set = RuleSet.at(TODAY)
        alone = Goods(
            "Basket", basket(), TODAY,
            people=[Person(28, 'female', pregnancy_trimester=3), Person(1)])
        result = rule_set.verdict(alone)
        self.assertEqual((result.word, result.reason), (None, 'professional'))
        said, = rule_set.say(result, alone)
        self.assertIn("midwife", said)
        table = Goods(
            "Basket", basket(), TODAY, people=[Person(30), Person(1)])
        result = rule_set.verdict(table)
        self.assertEqual(result.word, BALANCED)
        self.assertEqual(rule_set.say(result, table)[-1], said)

    @with_transaction()
    def test_shown(self):
        "One screen: the verdict, and apart from it what the goods hold"
        goods = Goods(
            "Basket", basket(), TODAY, people=[Person(35), Person(8)])
        screen = shown(goods)
        self.assertIn("Provisional", screen['standing'])
        self.assertIn(b'<svg', screen['picture'])
        self.assertEqual(screen['groups'][0]['visual'], 'success')
        self.assertAlmostEqual(
            sum(row['share'] for row in screen['groups'] if row.get('kg')), 1)
        self.assertGreater(screen['days'], 1)
        self.assertAlmostEqual(
            screen['person_days'], screen['kcal'] / 2000, places=3)
        self.assertIn("estimated", screen['composition_words'])
        names = [row['name'] for row in screen['nutrients']]
        self.assertEqual(names[:2], ["Protein", "Fat"])

    @with_transaction()
    def test_composition_never_changes_the_word(self):
        "Goods that nobody knows anything of: the same word, no energy"
        pool = Pool()
        RuleSet = pool.get('aid.nutrition.rule.set')
        Average = pool.get('aid.nutrition.average')
        goods = Goods("Basket", basket(), TODAY)
        before = RuleSet.at(TODAY).verdict(goods)
        Average.delete(Average.search([]))
        screen = shown(goods)
        self.assertEqual(RuleSet.at(TODAY).verdict(goods), before)
        self.assertNotIn('kcal', screen)
        self.assertIn("not enough", screen['composition_words'])

    @with_transaction()
    def test_band(self):
        Line = Pool().get('aid.nutrition.target')
        line = data('aid_nutrition.target_pnns4_fv')
        with self.assertRaises(TargetError):
            Line.write([line], {'max_share': 0.3})


del ModuleTestCase
