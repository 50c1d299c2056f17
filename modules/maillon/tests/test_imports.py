"""Importing branches, products and households, good files and bad ones."""
import datetime as dt
import pathlib
import tempfile
import unittest
from decimal import Decimal

from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from maillon.command import imports, organisation

BRANCHES = """\
code,name,kind,parent,city,email,services
E1,Épicerie,site,U1,Aubin,e1@example.org,social_grocery
U1,Antenne,local_unit,N,Aubin,,
N,National,national,,,,
"""
PRODUCTS = """\
gtin;name;family;weight_kg;list_price;energy_kj;fat;brand
9520000000073;Pommes, filet;fruit_vegetables;1;1,95;226;0,2;Marque
9520000000141;Bananes;fruit_vegetables;1;1,89;;;
"""
HOUSEHOLDS = """\
code,branch,first_name,last_name,birth_years,constraints,consent_date,\
valid_from,valid_until,contribution,cap_kind,cap_quantity,cap_period
D1,E1,Amina,Bélanger,1985|2015-03-02,no_pork,2026-01-05,\
2026-01-01,2026-06-30,free,kg,20,week
D2,E1,Paul,Morvan,1950,,,,,,,,
"""


class ImportTestCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('maillon', lang='fr')

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def import_(self, kind, text, **kwargs):
        path = self.folder / f'{kind}.csv'
        path.write_text(text, encoding='utf-8')
        return imports.import_file(kind, path, **kwargs)

    def prepared(self, *kinds):
        "A company without its books, with *kinds* imported"
        for name, step in organisation.steps(
                organisation.Organisation(name="Maillon")):
            if name in {"currency", "country", "company"}:
                step()
        texts = {
            'branches': BRANCHES, 'products': PRODUCTS,
            'households': HOUSEHOLDS}
        # Lasts until with_transaction ends
        Transaction().set_context(organisation.company_context())
        for kind in kinds:
            outcome = self.import_(kind, texts[kind])
            self.assertFalse(outcome.faults)

    def assertOutcome(
            self, outcome, created=0, updated=0, unchanged=0, faults=()):
        self.assertEqual(
            (outcome.created, outcome.updated, outcome.unchanged,
                [(f.line, f.column) for f in outcome.faults]),
            (created, updated, unchanged, list(faults)))

    # Branches

    @with_transaction()
    def test_branches_in_any_order_and_again(self):
        self.prepared()

        self.assertOutcome(self.import_('branches', BRANCHES), created=3)

        Branch = Pool().get('aid.branch')
        grocery, = Branch.search([('code', '=', 'E1')])
        self.assertEqual(grocery.parent.parent.code, 'N')
        self.assertTrue(grocery.warehouse)
        self.assertEqual(grocery.address.city, 'Aubin')
        self.assertEqual(
            [s.service.code for s in grocery.services], ['social_grocery'])
        self.assertOutcome(self.import_('branches', BRANCHES), unchanged=3)

    @with_transaction()
    def test_a_corrected_file_changes_what_it_corrects(self):
        self.prepared('branches')

        self.assertOutcome(
            self.import_('branches', BRANCHES.replace(
                    "Épicerie", "La Halle").replace(
                    "e1@example.org", "halle@example.org")),
            updated=1, unchanged=2)

        Branch = Pool().get('aid.branch')
        grocery, = Branch.search([('code', '=', 'E1')])
        self.assertEqual(grocery.party.name, "La Halle")
        self.assertEqual(grocery.party.email, "halle@example.org")

    @with_transaction()
    def test_bad_branches(self):
        self.prepared()
        bad = BRANCHES.replace('site', 'shop').replace('E1', '') + (
            'N,Again,national,,,,\n')

        outcome = self.import_('branches', bad)

        self.assertOutcome(
            outcome, faults=[(2, 'code'), (2, 'kind'), (5, 'code')])
        self.assertFalse(Pool().get('aid.branch').search([]))

    @with_transaction()
    def test_branches_that_fit_nowhere(self):
        self.prepared()

        outcome = self.import_('branches', """\
code,name,kind,parent,services
A,A,region,B,
B,B,region,A,
C,C,region,X,mystery
""")

        self.assertOutcome(outcome, faults=[
                (2, 'parent'), (3, 'parent'), (4, 'parent'),
                (4, 'services')])

    # Products

    @with_transaction()
    def test_products_and_again(self):
        self.prepared()

        self.assertOutcome(self.import_('products', PRODUCTS), created=2)

        Product = Pool().get('product.product')
        apples, = Product.search([('code', '=', '9520000000073')])
        self.assertEqual(apples.name, "Pommes, filet")
        self.assertEqual(apples.family.code, 'fruit_vegetables')
        self.assertEqual(apples.list_price_used, Decimal('1.95'))
        self.assertEqual(apples.weight, 1)
        self.assertEqual(
            {(i.type, i.code) for i in apples.identifiers},
            {('ean', '9520000000073'), ('brand', "Marque")})
        self.assertEqual(apples.compositions[0].fat, Decimal('0.2'))
        self.assertOutcome(self.import_('products', PRODUCTS), unchanged=2)

    @with_transaction()
    def test_a_product_changes(self):
        self.prepared('products')

        self.assertOutcome(
            self.import_('products', PRODUCTS.replace('1,89', '2')),
            updated=1, unchanged=1)

        bananas, = Pool().get('product.product').search(
            [('code', '=', '9520000000141')])
        self.assertEqual(bananas.list_price_used, Decimal('2'))

    @with_transaction()
    def test_bad_products(self):
        self.prepared()
        Product = Pool().get('product.product')
        before = Product.search([], count=True)

        outcome = self.import_('products', """\
gtin,name,family,weight_kg,fat,saturates
9520000000074,Wrong check digit,,,,
9520000000073,,,,,
9520000000141,Too fat,,heavy,5,50
,No code,,,,
""")

        self.assertOutcome(outcome, faults=[
                (2, 'gtin'), (3, 'name'), (4, 'weight_kg'),
                (4, 'saturates'), (5, 'gtin')])
        self.assertEqual(Product.search([], count=True), before)

    @with_transaction()
    def test_unknown_family_and_skipping_rows(self):
        self.prepared()
        bad = PRODUCTS.replace(
            'Bananes;fruit_vegetables', 'Bananes;fruits')

        self.assertOutcome(
            self.import_('products', bad), faults=[(3, 'family')])
        outcome = self.import_('products', bad, skip_bad_rows=True)

        self.assertOutcome(outcome, created=1)
        self.assertEqual(
            [(f.line, f.column) for f in outcome.left_out],
            [(3, 'family')])

    @with_transaction()
    def test_open_food_facts_leaves_bad_rows_out(self):
        self.prepared()
        export = (
            'code,product_name,fat_100g\n3017620422003,Pâte,30.9\n'
            '3017620422004,Mauvaise clé,\n')

        outcome = self.import_('products', export)

        self.assertOutcome(outcome, created=1)
        self.assertEqual(len(outcome.left_out), 1)
        self.assertOutcome(self.import_('products', export), unchanged=1)

    @with_transaction()
    def test_open_food_facts_stays_in_its_own_table(self):
        "Referred to, never copied; what somebody read on a label stands"
        self.prepared()
        export = (
            'code,product_name,pnns_groups_2,allergens_tags,traces_tags,'
            'energy-kj_100g,fat_100g,saturated-fat_100g,carbohydrates_100g,'
            'sugars_100g,proteins_100g,salt_100g\n'
            '3017620422003,Pâte,Sweets,"en:milk,en:nuts",en:gluten,'
            '2252,30.9,10.6,57.5,56.3,6.3,0.107\n'
            '3168930010265,Purée de pois,Legumes,,,300,1,0.1,10,2,5,{}\n')

        self.assertOutcome(
            self.import_('products', export.format('0.5')), created=2)

        pool = Pool()
        Product = pool.get('product.product')
        spread, = Product.search([('name', '=', "Pâte")])
        composition, = spread.compositions
        told = composition.off_product
        self.assertEqual(
            (told.barcode, told.fat, told.licence),
            ('03017620422003', 30.9, "ODbL 1.0"))
        self.assertIn("Open Food Facts", told.attribution)
        self.assertIsNone(composition.fat)
        self.assertEqual(spread.nutri_score, 'E')
        self.assertEqual(spread.food_group_used.code, 'SW')
        # The family says the same: nothing of its own
        self.assertIsNone(spread.template.food_group)
        self.assertEqual(
            {(a.kind.tag, a.presence, a.origin)
                for a in spread.template.allergens}, {
                ('en:milk', 'contains', 'off'),
                ('en:nuts', 'contains', 'off'),
                ('en:gluten', 'traces', 'off')})
        self.assertFalse(spread.template.allergens_declared)
        self.assertOutcome(
            self.import_('products', export.format('0.5')), unchanged=2)

        puree, = Product.search([('name', '=', "Purée de pois")])
        self.assertEqual(puree.template.food_group.code, 'PU')
        composition, = puree.compositions
        composition.salt = Decimal('0.25')
        composition.save()
        puree.template.food_group = None
        puree.template.save()
        self.assertOutcome(
            self.import_('products', export.format('0.6')),
            updated=1, unchanged=1)
        puree = Product(puree.id)
        values = Product.nutrition_values([puree], dt.date.today())[puree.id]
        self.assertEqual(
            (values.salt_g, values.origin['salt_g']), (.25, 'label'))
        self.assertEqual(
            (values.protein_g, values.origin['protein_g']), (5, 'off'))

    @with_transaction()
    def test_energy_that_does_not_fit(self):
        self.prepared()
        wrong = (
            'gtin,name,energy_kj,fat,carbohydrate,protein\n'
            '9520000000073,Pain,275,1,56,9\n')

        outcome = self.import_('products', wrong)

        self.assertOutcome(outcome, faults=[(2, 'energy_kj')])
        self.assertIn("1142 kJ", outcome.faults[0].advice)

    # Households

    @with_transaction()
    def test_households_and_again(self):
        self.prepared('branches')

        self.assertOutcome(
            self.import_('households', HOUSEHOLDS), created=2)

        Household = Pool().get('aid.household')
        household, = Household.search([('code', '=', 'D1')])
        self.assertEqual(household.till_name, "Amina B.")
        self.assertEqual(household.size, 2)
        self.assertEqual(household.party.name, 'D1')
        self.assertEqual(
            [c.kind.code for c in household.constraints], ['no_pork'])
        entitlement = household.entitlement_at(dt.date(2026, 3, 1))
        self.assertEqual(entitlement.contribution, 'free')
        self.assertEqual(entitlement.cap_quantity, Decimal(20))
        self.assertOutcome(
            self.import_('households', HOUSEHOLDS), unchanged=2)

    @with_transaction()
    def test_a_member_is_added_never_taken_away(self):
        self.prepared('branches', 'households')

        self.assertOutcome(
            self.import_('households', HOUSEHOLDS.replace(
                    '1985|2015-03-02', '1985|2020')),
            updated=1, unchanged=1)

        household, = Pool().get('aid.household').search(
            [('code', '=', 'D1')])
        self.assertEqual(household.size, 3)

    @with_transaction()
    def test_bad_households(self):
        self.prepared('branches', 'households')

        outcome = self.import_('households', """\
code,branch,birth_years,constraints,consent_date,valid_from,valid_until,\
contribution,contribution_rate,cap_kind
D3,E1,soon,no_pork,,,,,,
D4,E1,,,,2026-02-01,2026-01-01,rate,,kg
""")
        self.assertOutcome(outcome, faults=[
                (2, 'birth_years'), (2, 'consent_date'),
                (3, 'valid_until'), (3, 'contribution_rate'),
                (3, 'cap_quantity'), (3, 'cap_period')])

        outcome = self.import_('households', """\
code,branch,valid_from,valid_until
D3,E9,,
D2,U1,,
D1,E1,2026-02-01,2026-03-01
""")
        self.assertOutcome(outcome, faults=[
                (2, 'branch'), (3, 'branch'), (4, 'valid_from')])
        self.assertFalse(
            Pool().get('aid.household').search([('code', '=', 'D3')]))
