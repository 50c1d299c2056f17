import datetime as dt
import io
import unittest
from decimal import Decimal
from unittest.mock import patch

import qrcode
from pypdf import PdfReader

from trytond.model.exceptions import RequiredValidationError
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from aid_branch.code_picture import picture
from aid_lot.exceptions import (
    FamilyValidationError, LotOriginError, LotRefusedError, LotValidationError,
    explain)
from aid_lot.gs1 import read
from aid_lot.tests.goods import (
    create_company, family, hand_over, make_branch, make_lot, make_move, place,
    receive, set_company, source, throw_away)

TODAY = dt.date.today()
DAY = dt.timedelta(days=1)


class DatabaseTestCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_lot', 'fr')


class SupplySourceTestCase(DatabaseTestCase):
    "Supply sources"

    @with_transaction()
    def test_what_they_forbid(self):
        Source = Pool().get('aid.supply.source')
        ceilings = {
            s.code: s.term_at(TODAY).most for s in Source.search([])}
        self.assertEqual(len(ceilings), 10)
        self.assertEqual(ceilings['fse'], 0)
        self.assertEqual(ceilings['national_credit'], Decimal('0.2'))
        self.assertEqual(ceilings['company_gift'], Decimal('0.3'))
        term = source('fse').term_at(TODAY)
        self.assertTrue(term.always_free)
        self.assertEqual(term.legal_basis, "Reg. (EU) 2021/1057 art. 21")
        self.assertEqual(term.standing, 'law')
        self.assertEqual(
            source('purchase').term_at(TODAY).standing, 'to_validate')

    @with_transaction()
    def test_newer_term_wins(self):
        Term = Pool().get('aid.supply.source.term')
        purchase = source('purchase')
        Term.create([{
                    'supply_source': purchase.id,
                    'valid_from': TODAY,
                    'ceiling_rate': Decimal('0.1'),
                    }])
        self.assertEqual(purchase.term_at(TODAY).most, Decimal('0.1'))
        self.assertEqual(purchase.term_at(TODAY - DAY).most, Decimal('0.3'))


class FamilyTestCase(DatabaseTestCase):
    "Families and products"

    @with_transaction()
    def test_shipped(self):
        Family = Pool().get('aid.family')
        families = Family.search([])
        self.assertEqual({f.code for f in families}, set(
                'fruit_vegetables bread dry_starch pulses dairy '
                'meat_fish_eggs canned fats sweet_salty drinks frozen '
                'baby_food hygiene'.split()))
        for one in families:
            with self.subTest(family=one.code):
                self.assertEqual(one.product.family, one)
                self.assertEqual(one.product.default_uom.symbol, 'kg')
                self.assertGreater(one.term_at(TODAY).price_per_kg, 0)
                self.assertGreater(one.piece_weight, 0)
                self.assertEqual(set(one.product.lot_required), {
                        'supplier', 'customer', 'lost_found', 'storage',
                        'production'})
        self.assertEqual(
            family('baby_food').term_at(TODAY).best_before_tolerance, 0)

    @with_transaction()
    def test_french(self):
        with Transaction().set_context(language='fr'):
            self.assertEqual(family('bread').name, "Pain et viennoiseries")
            self.assertEqual(
                family('bread').product.name, "Pain et viennoiseries")

    @with_transaction()
    def test_generic_product_is_made(self):
        Family = Pool().get('aid.family')
        one, = Family.create([{
                    'name': "Pet food", 'code': 'pets',
                    'date_kind': 'use_by'}])
        self.assertEqual(one.product.name, "Pet food")
        self.assertEqual(one.product.family, one)
        self.assertEqual(one.product.default_uom.symbol, 'kg')
        self.assertEqual(one.product.cost_price_method, 'fixed')
        self.assertEqual(one.product.expiration_state, 'none')
        other, = Family.copy([one])
        self.assertNotEqual(other.product, one.product)

    @with_transaction()
    def test_generic_product_is_weighed(self):
        pool = Pool()
        Template = pool.get('product.template')
        Uom = pool.get('product.uom')
        Family = pool.get('aid.family')
        unit, = Uom.search([('symbol', '=', 'u')])
        template, = Template.create([{
                    'name': "Tin", 'default_uom': unit.id,
                    'products': [('create', [{}])]}])
        with self.assertRaises(FamilyValidationError):
            Family.create([{
                        'name': "Tins", 'code': 'tins',
                        'product': template.products[0].id}])

    @with_transaction()
    def test_grams(self):
        kilogram = family('bread').product.default_uom
        self.assertEqual(kilogram.digits, 3)
        self.assertEqual(kilogram.round(1.2345), 1.234)

    @with_transaction()
    def test_weight_and_value(self):
        pool = Pool()
        Template = pool.get('product.template')
        Uom = pool.get('product.uom')
        units = {u.symbol: u for u in Uom.search([])}
        with set_company(create_company()):
            template, = Template.create([{
                        'name': "Tin", 'default_uom': units['u'].id,
                        'family': family('canned').id,
                        'weight': 400, 'weight_uom': units['g'].id,
                        'products': [('create', [{}])]}])
            tin, = template.products
            generic = family('canned').product
            litre = units['L'] if 'L' in units else units['l']
            for product, quantity, unit, expected in [
                    (tin, 3, 'u', 1.2), (tin, 2.5, 'kg', 2.5),
                    (tin, 0, 'u', 0), (tin, 1, litre.symbol, None),
                    (generic, 500, 'g', 0.5), (generic, 3, 'u', 1.2),
                    ]:
                with self.subTest(quantity=quantity, unit=unit):
                    self.assertEqual(
                        product.to_kg(quantity, units[unit]), expected)
            price = family('canned').term_at(TODAY).price_per_kg
            self.assertEqual(tin.market_values([generic, tin], TODAY), {
                    generic: price, tin: price * Decimal('0.4')})
            tin.list_price = Decimal('1.90')
            tin.save()
            self.assertEqual(tin.market_values([generic, tin], TODAY), {
                    generic: price, tin: tin.list_price_used})


class LotTestCase(DatabaseTestCase):
    "Lots: where they come from and how long they last"

    @with_transaction()
    def test_number(self):
        Lot = Pool().get('stock.lot')
        one, two = make_lot(), make_lot()
        self.assertRegex(one.number, r'\AL\d{7}\Z')
        self.assertNotEqual(one.number, two.number)
        self.assertEqual(len(set(Lot.next_numbers(5))), 5)

    @with_transaction()
    def test_party_where_the_source_asks(self):
        Party = Pool().get('party.party')
        shop, = Party.create([{'name': "Shop", 'addresses': None}])
        for code, required in [
                ('shop_collection', True), ('purchase', True),
                ('fse', True), ('public_collection', False),
                ('opening_stock', False), ('found', False)]:
            with self.subTest(source=code):
                values = {'supply_source': source(code).id}
                if required:
                    with self.assertRaises(RequiredValidationError):
                        make_lot(**values)
                    values['donor'] = shop.id
                self.assertTrue(make_lot(**values).id)

    @with_transaction()
    def test_origin_is_kept(self):
        Party = Pool().get('party.party')
        with set_company(create_company()):
            branch = make_branch()
            one, two = Party.create([
                    {'name': "One", 'addresses': None},
                    {'name': "Two", 'addresses': None}])
            lot = make_lot(
                supply_source=source('company_gift').id, donor=one.id)
            make_move(lot, 1, place('supplier'), branch.storage)
            # A mistake may be mended until the goods have moved
            lot.donor = two
            lot.save()
            receive(lot, 1, branch.storage)
            for name, value in [
                    ('donor', one), ('donor', None),
                    ('supply_source', source('farm_gift'))]:
                with self.subTest(name=name, value=value):
                    setattr(lot, name, value)
                    with self.assertRaises(LotOriginError) as caught:
                        lot.save()
                    self.assertIn(lot.number, str(caught.exception))
                    lot = lot.__class__(lot.id)
            # Saying again what it was is no change
            lot.donor = two
            lot.label_lot = 'A1'
            lot.save()

    @with_transaction()
    def test_best_before_on_use_by_goods(self):
        with self.assertRaises(LotValidationError):
            make_lot('dairy', expiration_date=TODAY)
        make_lot('dairy', shelf_life_expiration_date=TODAY)
        make_lot('dry_starch', shelf_life_expiration_date=TODAY)

    @with_transaction()
    def test_refusal(self):
        tolerance = family('canned').term_at(TODAY).best_before_tolerance
        for code, dates, days, refused in [
                ('dairy', {'shelf_life_expiration_date': TODAY}, 0, False),
                ('dairy', {'shelf_life_expiration_date': TODAY}, 1, True),
                ('canned', {'expiration_date': TODAY}, 1, False),
                ('canned', {'expiration_date': TODAY}, tolerance, False),
                ('canned', {'expiration_date': TODAY}, tolerance + 1, True),
                ('baby_food', {'expiration_date': TODAY}, 0, False),
                ('baby_food', {'expiration_date': TODAY}, 1, True),
                ('fruit_vegetables', {}, 400, False),
                ('canned', {
                        'expiration_date': TODAY,
                        'shelf_life_expiration_date': TODAY}, 1, True),
                ]:
            with self.subTest(code=code, days=days):
                lot = make_lot(code, **dates)
                refusal = lot.refusal(TODAY + days * DAY)
                self.assertEqual(bool(refusal), refused)
                if refused:
                    self.assertIn(lot.number, refusal)

    @with_transaction()
    def test_refusal_in_french(self):
        lot = make_lot(
            'dairy', shelf_life_expiration_date=dt.date(2026, 11, 5))
        with Transaction().set_context(language='fr'):
            refusal = lot.__class__(lot.id).refusal(dt.date(2026, 11, 6))
        self.assertIn("date limite de consommation", refusal)
        self.assertRegex(refusal, '05.11.2026')

    @with_transaction()
    def test_barcode_errors_are_explained(self):
        for barcode in ['5901234123458', '', 'é', '15990229',
                '1526123115270131']:
            with self.subTest(barcode=barcode):
                with self.assertRaises(ValueError) as caught:
                    read(barcode, TODAY)
                for language in ['en', 'fr']:
                    with Transaction().set_context(language=language):
                        self.assertTrue(explain(caught.exception))

    @with_transaction()
    def test_labels(self):
        pool = Pool()
        Action = pool.get('ir.action.report')
        lots = [
            make_lot('dairy', shelf_life_expiration_date=TODAY,
                net_weight=12.5, label_lot='AB12'),
            make_lot(),
            make_lot(supply_source=source('fse').id,
                donor=self.party().id),
            ]
        for action in Action.search([
                    ('report_name', 'like', 'stock.lot.label%')]):
            Label = pool.get(action.report_name, type='report')
            for language, words in [
                    ('en', ["Use by", "Check by eye", "Always free"]),
                    ('fr', ["À consommer jusqu", "Contrôle visuel",
                            "Toujours gratuit"])]:
                with self.subTest(name=action.name, language=language):
                    with Transaction().set_context(language=language), \
                            self.assertNoLogs('weasyprint', 'WARNING'):
                        extension, content, _, _ = Label.execute(
                            [l.id for l in lots], {'action_id': action.id})
                    self.assertEqual(extension, 'pdf')
                    pages = PdfReader(io.BytesIO(content)).pages
                    self.assertEqual(
                        len(pages), 3 if Label._paper == 'roll' else 1)
                    text = ' '.join(p.extract_text() for p in pages)
                    self.assertNotIn('svg', text)
                    self.assertGreater(
                        len(pages[0].get_contents().get_data()), 5000)
                    for word in [*words, *(l.number for l in lots), 'AB12']:
                        self.assertIn(word, text)

    def test_picture(self):
        "The picture on a label is the QR code of the number"
        code = qrcode.QRCode(border=1)
        code.add_data('L0000012')
        dark = sum(sum(row) for row in code.get_matrix())
        size, path = picture('L0000012')
        self.assertEqual(size, len(code.get_matrix()))
        self.assertEqual(path.count('h1v1h-1z'), dark)
        self.assertNotEqual(path, picture('L0000013')[1])

    def party(self):
        Party = Pool().get('party.party')
        party, = Party.create([{'name': "FranceAgriMer", 'addresses': None}])
        return party


class MoveTestCase(DatabaseTestCase):
    "Moves: dates and choice of the lot"

    @with_transaction()
    def test_past_use_by(self):
        Move = Pool().get('stock.move')
        with set_company(create_company()):
            branch = make_branch()
            lot = make_lot(
                'dairy', shelf_life_expiration_date=TODAY - DAY)
            receive(lot, 10, branch.storage, TODAY - DAY)
            # The last day still counts
            handed = hand_over(lot, 1, branch.storage, TODAY - DAY)
            with self.assertRaises(LotRefusedError) as caught:
                hand_over(lot, 1, branch.storage)
            self.assertIn(lot.number, str(caught.exception))
            with self.assertRaises(LotRefusedError):
                receive(lot, 1, branch.storage)
            # Aside, to the bin and back into quarantine
            Move.do([make_move(lot, 1, branch.storage, branch.quarantine)])
            throw_away(lot, 1, branch.quarantine)
            with self.assertRaises(LotRefusedError):
                Move.do([make_move(
                            lot, 1, place('customer'), branch.storage,
                            origin=handed[0])])
            back = make_move(
                lot, 1, place('customer'), branch.quarantine,
                origin=handed[0])
            Move.do([back])
            self.assertEqual(back.state, 'done')

    @with_transaction()
    def test_nobody_passes_over_it(self):
        pool = Pool()
        User = pool.get('res.user')
        Group = pool.get('res.group')
        with set_company(create_company()):
            branch = make_branch()
            lot = make_lot(
                'dairy', shelf_life_expiration_date=TODAY - DAY)
            receive(lot, 10, branch.storage, TODAY - DAY)
            user = User(Transaction().user)
            user.groups = Group.search([])
            user.save()
            with self.assertRaises(LotRefusedError):
                hand_over(lot, 1, branch.storage)

    @with_transaction()
    def test_past_best_before(self):
        with set_company(create_company()):
            branch = make_branch()
            past, much = [
                make_lot('sweet_salty', expiration_date=TODAY - days * DAY)
                for days in [90, 91]]
            for lot in [past, much]:
                receive(lot, 10, branch.storage)
            hand_over(past, 1, branch.storage)
            with self.assertRaises(LotRefusedError):
                hand_over(much, 1, branch.storage)

    @with_transaction()
    def test_the_day_is_the_day_of_the_branch(self):
        Branch = Pool().get('aid.branch')
        with set_company(create_company()):
            branch = make_branch()
            lot = make_lot('dairy', shelf_life_expiration_date=TODAY)
            receive(lot, 10, branch.storage)
            with patch.object(Branch, 'today', lambda self: TODAY + DAY):
                with self.assertRaises(LotRefusedError):
                    hand_over(lot, 1, branch.storage)
            yesterday = make_lot(
                'dairy', shelf_life_expiration_date=TODAY - DAY)
            with patch.object(Branch, 'today', lambda self: TODAY - DAY):
                receive(yesterday, 1, branch.storage)
                hand_over(yesterday, 1, branch.storage)

    @with_transaction()
    def test_first_expired_first_out(self):
        Move = Pool().get('stock.move')
        with set_company(create_company()):
            branch = make_branch()
            none = make_lot('dairy')
            past, soon, late = [
                make_lot('dairy', shelf_life_expiration_date=TODAY + d * DAY)
                for d in [-1, 1, 9]]
            for lot, quantity in [
                    (late, 2), (none, 5), (soon, 4), (past, 3)]:
                receive(lot, quantity, branch.storage, TODAY - DAY)
            move = make_move(late, 7, branch.storage, place('customer'))
            move.lot = None
            move.save()
            self.assertTrue(Move.assign_try([move]))
            chosen = Move.search([('state', '=', 'assigned')])
            self.assertEqual(
                {(m.lot, m.quantity) for m in chosen},
                {(soon, 4), (late, 2), (none, 1)})
            Move.do(chosen)
            # What is past its date may still be chosen to be thrown away
            away = make_move(late, 3, branch.storage, place('lost_found'))
            away.lot = None
            away.save()
            self.assertTrue(Move.assign_try([away]))
            self.assertEqual(away.lot, past)

    @with_transaction()
    def test_not_enough(self):
        Move = Pool().get('stock.move')
        with set_company(create_company()):
            branch = make_branch()
            lot = make_lot()
            receive(lot, 2, branch.storage)
            move = make_move(lot, 3, branch.storage, place('customer'))
            move.lot = None
            move.save()
            self.assertFalse(Move.assign_try([move]))

    @with_transaction()
    def test_no_list_of_all_locations(self):
        pool = Pool()
        Move = pool.get('stock.move')
        Location = pool.get('stock.location')
        with set_company(create_company()):
            branch = make_branch()
            lot = make_lot()
            move = make_move(lot, 3, place('supplier'), branch.storage)
            with patch.object(
                    Location, 'search', side_effect=Location.search) as search:
                Move.do([move])
            for call in search.call_args_list:
                # Only ever about locations that are known already
                self.assertIn("'id'", repr(call))


class AverageCostTestCase(DatabaseTestCase):

    @with_transaction()
    def test_average_needs_all_locations(self):
        pool = Pool()
        Move = pool.get('stock.move')
        with set_company(create_company()):
            branch = make_branch()
            lot = make_lot()
            lot.product.template.cost_price_method = 'average'
            lot.product.template.save()
            move = make_move(lot, 3, place('supplier'), branch.storage)
            self.assertTrue(Move._cost_price_context([move])['locations'])
