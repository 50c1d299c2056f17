import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

from trytond.pool import Pool
from trytond.tests.test_tryton import ModuleTestCase, with_transaction
from trytond.transaction import Transaction

from aid_nutrition.balance import Item
from aid_nutrition.exceptions import CompositionError, CompositionWarning

LENTILS = {
    'energy_kj': 380, 'fat': Decimal('0.5'), 'saturates': Decimal('0.1'),
    'carbohydrate': Decimal(12), 'sugars': Decimal('0.6'),
    'fibre': Decimal('4.2'), 'protein': Decimal('6.5'),
    'salt': Decimal('0.6'), 'fruit_veg_legumes': Decimal(65)}


def data(xml_id):
    "The record that an XML id names"
    pool = Pool()
    ModelData = pool.get('ir.model.data')
    module, fs_id = xml_id.split('.')
    record, = ModelData.search([
            ('module', '=', module), ('fs_id', '=', fs_id)])
    return pool.get(record.model)(record.db_id)


def create_product(name, family=None, unit='product.uom_kilogram', **values):
    "A product whose template has *values*"
    pool = Pool()
    Template = pool.get('product.template')
    template, = Template.create([{
                'name': name,
                'default_uom': data(unit).id,
                'family': data(f'aid_lot.family_{family}').id
                if family else None,
                'products': [('create', [{}])],
                **values,
                }])
    product, = template.products
    return product


def create_composition(product, **values):
    pool = Pool()
    Composition = pool.get('aid.product.composition')
    composition, = Composition.create(
        [{'product': product.id, **LENTILS, **values}])
    return composition


class ProductTestCase(ModuleTestCase):
    "Test products as food"
    module = 'aid_nutrition'

    @with_transaction()
    def test_families(self):
        "Every family but the frozen one knows its group"
        Family = Pool().get('aid.family')
        known = {
            family.code: family.food_group.code if family.food_group else None
            for family in Family.search([])}
        self.assertEqual(known, {
                'fruit_vegetables': 'FV', 'bread': 'ST', 'dry_starch': 'ST',
                'pulses': 'PU', 'dairy': 'DA', 'meat_fish_eggs': 'MFE',
                'canned': 'FV', 'fats': 'FA', 'sweet_salty': 'SW',
                'drinks': 'WATER', 'frozen': None, 'baby_food': 'INFANT',
                'hygiene': 'NONFOOD'})

    @with_transaction()
    def test_food_used(self):
        "A product says what it is, else its family does"
        pool = Pool()
        Product = pool.get('product.product')
        rice = create_product("Rice", 'dry_starch')
        flour = create_product("Flour", 'dry_starch', cooked_factor=1.4)
        tuna = create_product(
            "Canned tuna", 'canned', edible_share=0.7,
            food_kind=data('aid_nutrition.food_kind_fish').id)
        ice = create_product("Ice cream", 'frozen')
        nothing = create_product("Mystery")
        # A kind alone says the group too
        self.assertEqual(tuna.template.food_group.code, 'MFE')
        for product, code, kind, edible, cooked in [
                (rice, 'ST', None, 1, 2.5),
                (flour, 'ST', None, 1, 1.4),
                (tuna, 'MFE', 'fish', 0.7, 1),
                (ice, None, None, 1, 1),
                (nothing, None, None, 1, 1)]:
            with self.subTest(product.name):
                group = product.food_group_used
                self.assertEqual(group.code if group else None, code)
                self.assertEqual(
                    product.food_kind_used.code
                    if product.food_kind_used else None, kind)
                self.assertEqual(product.edible_share_used, edible)
                self.assertEqual(product.cooked_factor_used, cooked)

        def found(*clause):
            products = Product.search([
                    ('food_group_used', *clause),
                    ('id', 'in', [
                            p.id for p in (rice, flour, tuna, ice, nothing)]),
                    ])
            return {product.name for product in products}
        starch = data('aid_nutrition.food_group_st')
        self.assertEqual(found('=', starch.id), {"Rice", "Flour"})
        self.assertEqual(found('=', None), {"Ice cream", "Mystery"})
        self.assertEqual(
            found('!=', None), {"Rice", "Flour", "Canned tuna"})
        self.assertEqual(
            {p.name for p in Product.search([
                        ('food_group_used.code', '=', 'MFE'),
                        ('id', 'in', [rice.id, tuna.id])])},
            {"Canned tuna"})

    @with_transaction()
    def test_kind_of_the_family_is_left_with_its_group(self):
        Family = Pool().get('aid.family')
        meat = data('aid_lot.family_meat_fish_eggs')
        meat.food_kind = data('aid_nutrition.food_kind_red_meat')
        Family.save([meat])
        beef = create_product("Beef", 'meat_fish_eggs')
        tofu = create_product(
            "Tofu", 'meat_fish_eggs',
            food_group=data('aid_nutrition.food_group_pu').id)
        self.assertEqual(beef.food_kind_used.code, 'red_meat')
        self.assertIsNone(tofu.food_kind_used)

    @with_transaction()
    def test_nutrition_items(self):
        Product = Pool().get('product.product')
        rice = create_product("Rice", 'dry_starch')
        fruit = data('aid_lot.family_fruit_vegetables')
        items = Product.nutrition_items([
                (rice, 2.0), (rice, None),
                (fruit, 1.5)])
        self.assertEqual(items, [
                Item('ST', 2.0, str(rice), 2.5, 1.0, None),
                Item('FV', 1.5, str(fruit), 1.0, 0.85, None),
                ])

    @with_transaction()
    def test_remembered(self):
        "What is remembered of goods is what would be read again"
        Product = Pool().get('product.product')
        pulses = data('aid_nutrition.food_group_pu')
        rice = create_product("Rice", 'dry_starch')
        family = rice.template.family

        def now():
            item, = Product.nutrition_items([(rice, 1)])
            read, = Product._read_foods([Product(rice.id)])
            self.assertEqual(
                (item.group, item.kind, item.edible_share,
                    item.cooked_factor), read[:4])
            return item.group, item.cooked_factor
        self.assertEqual(now(), ('ST', 2.5))
        family.cooked_factor = 3
        family.save()
        self.assertEqual(now(), ('ST', 3))
        rice.template.food_group = pulses
        rice.template.save()
        self.assertEqual(now(), ('PU', 3))
        pulses.code = 'LS'
        pulses.save()
        self.assertEqual(now(), ('LS', 3))

    @with_transaction()
    def test_shelf_goods(self):
        "Each product once, with the earliest date of its lots"
        Product = Pool().get('product.product')
        lentils = create_product(
            "Lentils", 'pulses', offered_as="some lentils")
        rice = create_product("Rice", 'dry_starch')
        fruit = data('aid_lot.family_fruit_vegetables').product
        today = dt.date(2026, 11, 22)
        goods = Product.shelf_goods([
                SimpleNamespace(product=p, quantity=q, expiry=e)
                for p, q, e in [
                    (lentils, 2, today + dt.timedelta(9)),
                    (lentils, 3, today), (lentils, 0, dt.date.min),
                    (rice, 1, None), (fruit, 5, None), (rice, 0, today)]])
        self.assertEqual(
            [(g.name, g.group, g.expiry, g.quantity, g.phrase)
                for g in goods], [
                ("Lentils", 'PU', today, 5, "some lentils"),
                ("Rice", 'ST', None, 1, None),
                (fruit.name, 'FV', None, 5, "some fruit and vegetables")])
        rice.template.name = "Round Rice"
        rice.template.offered_as = "some rice"
        rice.template.save()
        good, = Product.shelf_goods([SimpleNamespace(
                    product=Product(rice.id), quantity=1, expiry=None)])
        self.assertEqual(
            (good.name, good.phrase), ("Round Rice", "some rice"))

    @with_transaction()
    def test_shelf_goods_may_be_handed_over(self):
        "A lot that is refused on the day is never offered"
        Product = Pool().get('product.product')
        yoghurt = create_product("Yoghurt", 'dairy')
        today = dt.date(2026, 11, 22)
        branch = SimpleNamespace(
            id=1, today=lambda: today + dt.timedelta(days=1))
        row = SimpleNamespace(
            product=yoghurt, quantity=1, expiry=today, branch=branch,
            refusal=lambda date: "Past" if date > today else None)
        self.assertEqual(len(Product.shelf_goods([row], today)), 1)
        self.assertEqual(
            Product.shelf_goods([row], today + dt.timedelta(days=1)), [])
        self.assertEqual(Product.shelf_goods([row]), [])

    @with_transaction()
    def test_nutri_score(self):
        pool = Pool()
        Product = pool.get('product.product')
        Composition = pool.get('aid.product.composition')
        lentils = create_product("Lentils", 'pulses')
        rice = create_product("Rice", 'dry_starch')
        composition = create_composition(lentils)
        self.assertEqual(composition.nutri_score, 'A')
        self.assertEqual(composition.nutri_points, -3)
        self.assertIsNone(composition.nutri_missing)
        self.assertEqual(composition.energy_kcal, 91)
        self.assertIn(b'<svg', composition.nutri_picture)
        self.assertEqual(lentils.nutri_score, 'A')
        self.assertEqual(lentils.nutri_score_icon, 'aid-nutri-a')
        self.assertIsNone(rice.nutri_score)
        self.assertIsNone(rice.nutri_score_icon)

        def found(*clause):
            return {p.name for p in Product.search([
                        ('nutri_score', *clause),
                        ('id', 'in', [lentils.id, rice.id])])}
        self.assertEqual(found('=', 'A'), {"Lentils"})
        self.assertEqual(found('in', ['B', 'C']), set())
        self.assertEqual(found('in', ['A', None]), {"Lentils", "Rice"})
        self.assertEqual(found('=', None), {"Rice"})
        self.assertEqual(found('!=', None), {"Lentils"})
        self.assertEqual(found('!=', 'A'), {"Rice"})
        self.assertEqual(found('not in', ['B']), {"Lentils", "Rice"})

        # The letter follows what it is made of
        Composition.write([composition], {
                'energy_kj': 1000, 'carbohydrate': 48, 'sugars': 48,
                'fibre': None})
        self.assertEqual(composition.nutri_score, 'D')
        self.assertEqual(composition.nutri_missing, "fibre")
        Composition.write([composition], {'salt': None})
        self.assertIsNone(composition.nutri_score)
        self.assertIsNone(composition.nutri_missing)
        Composition.write([composition], {'salt': 0, 'food_class': None})
        self.assertIsNone(composition.nutri_points)

    @with_transaction()
    def test_no_letter_worse_than_the_pack(self):
        "Without its share of fruit a banana would be a C"
        banana = create_product("Bananas", 'fruit_vegetables')
        composition = create_composition(
            banana, energy_kj=386, fat=Decimal('0.3'),
            saturates=Decimal('0.1'), carbohydrate=Decimal('19.7'),
            sugars=Decimal('15.6'), fibre=Decimal('2.7'),
            protein=Decimal('1.1'), salt=0, fruit_veg_legumes=None)
        self.assertIsNone(composition.nutri_score)
        self.assertIn("ruit", composition.nutri_missing)
        composition.fruit_veg_legumes = 100
        composition.save()
        self.assertEqual(composition.nutri_score, 'A')
        self.assertIsNone(composition.nutri_missing)

    @with_transaction()
    def test_drinks(self):
        "Sweeteners and water are asked of drinks only"
        cola = create_product("Diet cola", 'drinks')
        values = {
            **dict.fromkeys(LENTILS, 0), 'energy_kj': 1,
            'salt': Decimal('0.02')}
        composition = create_composition(
            cola, **{**values, 'food_class': 'beverage', 'sweeteners': True})
        self.assertEqual(composition.nutri_score, 'C')
        composition.food_class = 'general'
        composition.save()
        self.assertEqual(composition.nutri_score, 'A')

    @with_transaction()
    def test_proposed_class(self):
        Composition = Pool().get('aid.product.composition')
        for family, food_class in [
                ('fats', 'fat'), ('drinks', 'beverage'),
                ('baby_food', None), ('bread', 'general')]:
            composition = Composition(product=create_product("X", family))
            composition.on_change_product()
            self.assertEqual(composition.food_class, food_class)

    @with_transaction()
    def test_impossible_values(self):
        for values, said in [
                ({'fat': 101}, "fat"), ({'salt': -1}, "salt"),
                ({'saturates': 2}, "saturates"),
                ({'sugars': 13}, "sugars"),
                ({'carbohydrate': 90, 'energy_kj': 1700}, "100 g"),
                ({'energy_kj': -1}, "energy"),
                ({'fruit_veg_legumes': 101}, "pulses")]:
            with self.subTest(**values):
                with self.assertRaisesRegex(
                        CompositionError, f"Pasta.*{said}"):
                    create_composition(
                        create_product("Pasta", 'dry_starch'), **values)

    @with_transaction()
    def test_energy_is_asked_about(self):
        "Energy that does not fit may be right, but somebody has to say so"
        pasta = create_product("Pasta", 'dry_starch')
        rice = create_product("Rice", 'dry_starch')
        with Transaction().set_user(1):
            with self.assertRaisesRegex(
                    CompositionWarning, "1600 kJ.* 367 kJ"):
                create_composition(pasta, energy_kj=1600)
            with Transaction().set_context(_skip_warnings=True):
                create_composition(rice, energy_kj=1600)

    @with_transaction()
    def test_one_statement_for_many_letters(self):
        "The letters of a list are read at once"
        pool = Pool()
        Product = pool.get('product.product')
        products = [
            create_product(f"Lentils {i}", 'pulses') for i in range(5)]
        for product in products[:3]:
            create_composition(product)
        names = ['nutri_score', 'nutri_score_icon']
        values = Product.get_nutri_score(products, names)
        self.assertEqual(
            list(values['nutri_score'].values()), ['A'] * 3 + [None] * 2)
        self.assertEqual(
            Product.get_nutri_score([], names),
            {'nutri_score': {}, 'nutri_score_icon': {}})


del ModuleTestCase
