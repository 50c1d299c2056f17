import datetime as dt
import sys
import unittest
from decimal import Decimal
from unittest.mock import patch

from trytond.model.exceptions import AccessError
from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction, check_access

from aid_branch.tests.network import create_network, create_user
from aid_donation.exceptions import (
    DonationReceiveError, DonationReverseError, DonationStateError,
    GTINValidationError, UseByPastError)
from aid_lot.exceptions import LotOriginError

from .gifts import (
    count_statements, family, in_branch, make_branch, make_donation,
    make_donor, make_product, source)

EAN = '3017620422003'


class DonationTestCase(unittest.TestCase):
    "Donations, from the announcement to the lots"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_donation', 'en')

    # The form

    @with_transaction()
    def test_default_lines(self):
        "A new donation has a row for each family, in their order"
        Donation = Pool().get('aid.donation')
        Family = Pool().get('aid.family')
        with in_branch() as branch:
            values = Donation.default_get(
                ['lines', 'branch', 'supply_source', 'state'])
            self.assertEqual(
                [l['family'] for l in values['lines']],
                [f.id for f in Family.search([])])
            self.assertEqual(
                values['lines'][0]['family.']['rec_name'],
                Family.search([])[0].rec_name)
            self.assertEqual(
                {l['date_kind'] for l in values['lines']},
                {'use_by', 'best_before', 'none'})
            self.assertEqual(values['branch'], branch.id)
            self.assertEqual(
                values['supply_source'], source('shop_collection').id)

    @with_transaction()
    def test_create_with_default_lines(self):
        "Rows made by default can be saved as they are"
        Donation = Pool().get('aid.donation')
        with in_branch():
            donation, = Donation.create([{'donor': make_donor().id}])
            self.assertGreater(len(donation.lines), 10)
            self.assertEqual(len(donation.code), 8)
            self.assertRegex(donation.number, r'^D\d{7}$')

    @with_transaction()
    def test_last_donor_first(self):
        "The donors this branch received from last come first"
        pool = Pool()
        Donation = pool.get('aid.donation')
        Party = pool.get('party.party')
        with in_branch() as branch:
            other = make_branch('B2')
            today = branch.today()
            donors = [make_donor(n) for n in ['A', 'B', 'C', 'D']]
            for donor, days, at in [
                    (donors[1], 3, branch), (donors[2], 1, branch),
                    (donors[3], 0, other)]:
                make_donation(
                    [{'family': 'bread', 'net_weight': 1}], donor=donor,
                    branch=at.id, received_on=today - dt.timedelta(days))
            Donation.receive(Donation.search([]))
            order = [
                ('last_donation_on', 'DESC NULLS LAST'), ('name', 'ASC')]
            found = Party.search([('donor', '=', True)], order=order)
            self.assertEqual([p.name for p in found], ['C', 'B', 'A', 'D'])
            self.assertEqual(
                [p.last_donation_on for p in found],
                [today - dt.timedelta(1), today - dt.timedelta(3),
                    None, None])
            with Transaction().set_context(branch=other.id):
                found = Party.search([('donor', '=', True)], order=order)
                self.assertEqual(found[0].name, 'D')

    @with_transaction()
    def test_donor_says_source(self):
        "The source of the last donation is proposed with its donor"
        Donation = Pool().get('aid.donation')
        with in_branch() as branch:
            farmer = make_donor("Farm")
            donation = make_donation(
                [{'family': 'fruit_vegetables', 'net_weight': 80}],
                donor=farmer, source_code='farm_gift')
            Donation.receive([donation])
            new = Donation(branch=branch, donor=farmer, state='announced')
            new.on_change_donor()
            self.assertEqual(new.supply_source, source('farm_gift'))

    # Receiving

    @with_transaction()
    def test_receive_by_weight(self):
        "Each row makes a lot that knows everything, and lies in the branch"
        pool = Pool()
        Donation = pool.get('aid.donation')
        OnHand = pool.get('aid.lot.on_hand')
        Lot = pool.get('stock.lot')
        with in_branch() as branch:
            tomorrow = branch.today() + dt.timedelta(1)
            donor = make_donor()
            donation = make_donation([
                    {'family': 'bread', 'net_weight': 12.5},
                    {'family': 'dairy', 'net_weight': 3,
                        'use_by': tomorrow},
                    {'family': 'drinks'},
                    ], donor=donor, temperature=3.5)
            Donation.receive([donation])

            self.assertEqual(donation.state, 'received')
            self.assertEqual(donation.received_on, branch.today())
            self.assertIsNotNone(donation.received_at)
            self.assertEqual(donation.received_by.id, Transaction().user)
            self.assertEqual(
                [l.family.code for l in donation.lines], ['bread', 'dairy'])
            bread, dairy = donation.lots
            self.assertEqual(
                {bread.supply_source, dairy.supply_source},
                {source('shop_collection')})
            self.assertEqual({bread.donor, dairy.donor}, {donor})
            self.assertEqual(bread.product, family('bread').product)
            self.assertEqual(bread.net_weight, 12.5)
            self.assertEqual(dairy.shelf_life_expiration_date, tomorrow)
            price = family('bread').term_at(branch.today()).price_per_kg
            self.assertEqual(bread.unit_value, price)
            self.assertEqual(bread.value_method, 'family')
            self.assertEqual(bread.value_date, branch.today())
            self.assertEqual(
                [(o.lot, o.quantity) for o in OnHand.in_branch(branch)],
                [(dairy, 3), (bread, 12.5)])
            line = donation.lines[0]
            self.assertEqual(line.lot, bread)
            self.assertEqual(bread.donation_line, line)
            self.assertEqual(bread.donation, donation)
            self.assertEqual(bread.donation_number, donation.number)
            self.assertEqual(
                Lot.search([('donation', '=', donation.id)],
                    order=[('id', 'ASC')]), [bread, dairy])
            self.assertEqual(
                Lot.search([('donation.donor.name', '=', "Market")],
                    count=True), 2)

    @with_transaction()
    def test_totals(self):
        "Weights and market value of a donation, and of one sent back"
        Donation = Pool().get('aid.donation')
        Reason = Pool().get('aid.donation.refusal_reason')
        with in_branch() as branch:
            reason, = Reason.search([('code', '=', 'packaging')])
            donation = make_donation([
                    {'family': 'bread', 'net_weight': 2.5},
                    {'family': 'canned', 'net_weight': 4,
                        'unit_value': Decimal('2.5'),
                        'value_method': 'declared',
                        'refused_weight': 1.5, 'refusal_reason': reason.id},
                    ])
            self.assertEqual(donation.value, 0)
            Donation.receive([donation])
            donation = Donation(donation.id)
            price = family('bread').term_at(branch.today()).price_per_kg
            self.assertEqual(
                donation.value,
                donation.currency.round(price * Decimal('2.5')) + 10)
            self.assertEqual(donation.net_weight, 6.5)
            self.assertEqual(donation.refused_weight, 1.5)
            canned = donation.lots[1]
            self.assertEqual(canned.unit_value, Decimal('2.5'))
            self.assertEqual(canned.value_method, 'declared')
            Donation.cancel([donation])
            self.assertEqual(Donation(donation.id).value, 0)

    @with_transaction()
    def test_pieces(self):
        "Goods counted in pieces weigh what their product says"
        Donation = Pool().get('aid.donation')
        ModelData = Pool().get('ir.model.data')
        kilogram = ModelData.get_id('product', 'uom_kilogram')
        with in_branch() as branch:
            product = make_product(
                "Yoghurt", EAN, weight=0.5, weight_uom=kilogram)
            donation = make_donation([{
                        'family': 'dairy', 'product': product.id,
                        'quantity': 24, 'unit': product.default_uom.id,
                        'use_by': branch.today(),
                        'unit_value': Decimal('0.4'),
                        'value_method': 'declared',
                        }, {
                        'family': 'dairy', 'product': product.id,
                        'net_weight': 3, 'use_by': branch.today(),
                        }])
            Donation.receive([donation])
            counted, weighed = donation.lots
            donation = Donation(donation.id)
            self.assertEqual(donation.lines[0].net_weight, 12)
            self.assertEqual(counted.net_weight, 12)
            self.assertEqual(counted.unit_value, Decimal('0.4'))
            with Transaction().set_context(locations=[branch.storage.id]):
                self.assertEqual(
                    [l.quantity for l in type(counted).browse(
                            [counted, weighed])],
                    [24, 6])
            price = family('dairy').term_at(branch.today()).price_per_kg
            self.assertEqual(weighed.unit_value, price / 2)

    @with_transaction()
    def test_several_dates(self):
        "Two dates of one family are two rows, and two lots"
        Donation = Pool().get('aid.donation')
        with in_branch() as branch:
            days = [branch.today() + dt.timedelta(n) for n in [3, 9]]
            donation = make_donation([
                    {'family': 'dairy', 'net_weight': 1, 'use_by': day}
                    for day in days])
            Donation.receive([donation])
            self.assertEqual(
                [l.shelf_life_expiration_date for l in donation.lots], days)

    @with_transaction()
    def test_mixed_dates_in_one_row(self):
        "A crate of several dates: one field, one row and one lot for each"
        pool = Pool()
        Donation = pool.get('aid.donation')
        Line = pool.get('aid.donation.line')
        with in_branch() as branch:
            today = branch.today()
            days = [today + dt.timedelta(days=n) for n in (1, 3)]
            typed = ', '.join(
                f'{kg} @ {day:%d/%m/%Y}' for kg, day in zip([30, 12.5], days))
            row = Line(
                donation=Donation(branch=branch), family=family('dairy'),
                dates=typed)
            row.on_change_dates()
            self.assertEqual(row.net_weight, 42.5)
            self.assertEqual(row.use_by, days[0])

            donation = make_donation([
                    {'family': 'dairy', 'dates': typed, 'label_lot': 'A1'},
                    {'family': 'bread', 'net_weight': 5}])
            Donation.receive([donation])

            donation = Donation(donation.id)
            self.assertEqual(donation.net_weight, 47.5)
            self.assertEqual(
                sorted((l.shelf_life_expiration_date, l.net_weight)
                    for l in donation.lots if l.label_lot == 'A1'),
                list(zip(days, [30, 12.5])))
            for bad, part in [
                    ('12 @ 31/11', '31/11'), ('twelve', 'twelve'),
                    ('12 @ 24/11/2099', '40')]:
                donation = make_donation([{
                            'family': 'dairy', 'dates': bad,
                            'net_weight': 40}])
                with self.assertRaises(DonationReceiveError) as caught:
                    Donation.receive([donation])
                self.assertIn(part, str(caught.exception))

    @with_transaction()
    def test_bulk_costs_little(self):
        "Five donations of four rows cost hardly more than one"
        Donation = Pool().get('aid.donation')
        rows = [
            {'family': code, 'net_weight': 5}
            for code in ['bread', 'pulses', 'canned', 'drinks']]
        with in_branch():
            donor = make_donor()
            Donation.receive([make_donation(rows, donor=donor)])
            costs = []
            for count in [1, 5]:
                donations = [
                    make_donation(rows, donor=donor) for _ in range(count)]
                donations = Donation.browse(donations)
                with count_statements() as statements:
                    Donation.receive(donations)
                costs.append(len(statements))
            one, five = costs
            # What grows is Tryton's own: a move done is written and read
            # again alone, and SQLite inserts the lot and the move alone
            rows_more = 4 * len(rows)
            self.assertLessEqual(five - one, 4 * rows_more + 4, costs)
            self.assertLess(five, 2 * one, costs)

    # What is refused

    @with_transaction()
    def test_second_receive(self):
        "A double click says so and changes nothing"
        pool = Pool()
        Donation = pool.get('aid.donation')
        Lot = pool.get('stock.lot')
        with in_branch():
            donation = make_donation([{'family': 'bread', 'net_weight': 1}])
            Donation.receive([donation])
            with self.assertRaisesRegex(
                    DonationStateError, donation.number):
                Donation.receive([donation])
            self.assertEqual(Lot.search([], count=True), 1)

    @with_transaction()
    def test_one_of_many_already_received(self):
        "If one cannot be received, none is"
        Donation = Pool().get('aid.donation')
        with in_branch():
            rows = [{'family': 'bread', 'net_weight': 1}]
            first, second = make_donation(rows), make_donation(rows)
            Donation.receive([first])
            with self.assertRaises(DonationStateError):
                Donation.receive([second, first])
            self.assertEqual(second.state, 'announced')

    @with_transaction()
    def test_past_use_by(self):
        "Goods past their use-by are refused by name; the day itself passes"
        Donation = Pool().get('aid.donation')
        with in_branch() as branch:
            yesterday = branch.today() - dt.timedelta(1)
            donation = make_donation([{
                        'family': 'dairy', 'net_weight': 1,
                        'use_by': yesterday}])
            with self.assertRaisesRegex(
                    UseByPastError, family('dairy').rec_name):
                Donation.receive([donation])
            donation.lines[0].use_by = branch.today()
            donation.lines[0].save()
            Donation.receive([donation])

    @with_transaction()
    def test_caught_up(self):
        "What came yesterday is judged by yesterday's date"
        Donation = Pool().get('aid.donation')
        with in_branch() as branch:
            yesterday = branch.today() - dt.timedelta(1)
            donation = make_donation([{
                        'family': 'dairy', 'net_weight': 1,
                        'use_by': yesterday}], received_on=yesterday)
            Donation.receive([donation])
            self.assertEqual(donation.received_on, yesterday)

    @with_transaction()
    def test_use_by_needed(self):
        "Goods of a family with a use-by are not received without it"
        Donation = Pool().get('aid.donation')
        with in_branch():
            donation = make_donation([
                    {'family': 'meat_fish_eggs', 'net_weight': 1}])
            with self.assertRaisesRegex(
                    DonationReceiveError,
                    family('meat_fish_eggs').rec_name):
                Donation.receive([donation])

    @with_transaction()
    def test_nothing_came(self):
        "A donation without any weight is not received"
        Donation = Pool().get('aid.donation')
        with in_branch():
            donation = make_donation([{'family': 'bread'}])
            with self.assertRaisesRegex(
                    DonationReceiveError, donation.number):
                Donation.receive([donation])
            self.assertEqual(len(donation.lines), 1)

    @with_transaction()
    def test_future(self):
        "What comes tomorrow is not received today"
        Donation = Pool().get('aid.donation')
        with in_branch() as branch:
            donation = make_donation(
                [{'family': 'bread', 'net_weight': 1}],
                received_on=branch.today() + dt.timedelta(1))
            with self.assertRaises(DonationReceiveError):
                Donation.receive([donation])

    @with_transaction()
    def test_check_digit(self):
        "A mistyped barcode is refused with the goods it stands on"
        with in_branch():
            with self.assertRaisesRegex(GTINValidationError, EAN[:-1]):
                make_donation([{
                            'family': 'bread', 'net_weight': 1,
                            'gtin': EAN[:-1] + '4'}])
            make_donation([
                    {'family': 'bread', 'net_weight': 1, 'gtin': EAN}])

    @with_transaction()
    def test_details_where_the_law_asks(self):
        "Goods paid by Europe need their product and its lot"
        Donation = Pool().get('aid.donation')
        with in_branch() as branch:
            product = make_product("Rice", EAN, 'dry_starch')
            best_before = branch.today() + dt.timedelta(300)
            donation = make_donation([{
                        'family': 'dry_starch', 'net_weight': 100,
                        'product': product.id, 'quantity': 100,
                        'unit': product.default_uom.id,
                        'best_before': best_before,
                        }], source_code='fse')
            with self.assertRaises(DonationReceiveError):
                Donation.receive([donation])
            line, = donation.lines
            line.gtin = EAN
            line.save()
            Donation.receive([donation])

    @with_transaction()
    def test_nobody_gave(self):
        "A public collection has no donor, and needs none"
        Donation = Pool().get('aid.donation')
        with in_branch():
            donation = make_donation(
                [{'family': 'canned', 'net_weight': 40}],
                source_code='public_collection')
            Donation.receive([donation])
            self.assertIsNone(donation.lots[0].donor)

    @with_transaction()
    def test_short_use_by_is_flagged(self):
        "Less than 48 hours: received, and said"
        Donation = Pool().get('aid.donation')
        with in_branch() as branch:
            days = [branch.today() + dt.timedelta(n) for n in [0, 1, 5]]
            donation = make_donation([
                    {'family': 'dairy', 'net_weight': 1, 'use_by': day}
                    for day in days])
            self.assertEqual(
                [l.use_by_short for l in donation.lines],
                [True, True, False])
            kinds = [kind for kind, _ in donation.on_change_notify()]
            self.assertEqual(kinds, ['warning', 'warning', 'info'])
            Donation.receive([donation])
            self.assertEqual(donation.state, 'received')

    @with_transaction()
    def test_too_warm(self):
        "Milk at nine degrees is remarked before it is received"
        with in_branch() as branch:
            donation = make_donation([{
                        'family': 'dairy', 'net_weight': 1,
                        'use_by': branch.today() + dt.timedelta(9)}],
                temperature=9)
            (kind, message), = donation.on_change_notify()
            self.assertEqual(kind, 'warning')
            self.assertIn('9', message)

    @with_transaction()
    def test_refuse(self):
        "A donation is refused with a reason, and may be reopened"
        Donation = Pool().get('aid.donation')
        Reason = Pool().get('aid.donation.refusal_reason')
        with in_branch():
            donation = make_donation([{'family': 'bread', 'net_weight': 1}])
            with self.assertRaises(DonationReceiveError):
                Donation.refuse([donation])
            donation.refusal_reason, = Reason.search(
                [('code', '=', 'spoiled')])
            donation.save()
            Donation.refuse([donation])
            self.assertEqual(donation.state, 'refused')
            with self.assertRaises(DonationStateError):
                Donation.receive([donation])
            Donation.reopen([donation])
            Donation.receive([donation])

    # Afterwards

    @with_transaction()
    def test_cancel_untouched(self):
        "A donation received by mistake goes back, by other moves"
        pool = Pool()
        Donation = pool.get('aid.donation')
        Move = pool.get('stock.move')
        OnHand = pool.get('aid.lot.on_hand')
        with in_branch() as branch:
            donation = make_donation([
                    {'family': 'dairy', 'net_weight': 3,
                        'use_by': branch.today()},
                    {'family': 'bread', 'net_weight': 2}])
            Donation.receive([donation])
            Donation.cancel([donation])
            self.assertEqual(donation.state, 'cancelled')
            self.assertEqual(OnHand.in_branch(branch), [])
            self.assertEqual(OnHand.differences(), [])
            self.assertEqual(
                {m.state for m in Move.search([])}, {'done'})
            self.assertEqual(Move.search([], count=True), 4)

    @with_transaction()
    def test_cancel_moved(self):
        "Once a lot has moved its donation is not undone; the lot is named"
        pool = Pool()
        Donation = pool.get('aid.donation')
        Move = pool.get('stock.move')
        with in_branch() as branch:
            donation = make_donation([{'family': 'bread', 'net_weight': 2}])
            Donation.receive([donation])
            lot, = donation.lots
            for state in ['draft', 'done']:
                with self.subTest(state=state):
                    move, = Move.create([{
                                'product': lot.product.id,
                                'lot': lot.id,
                                'quantity': 1,
                                'unit': lot.product.default_uom.id,
                                'from_location': branch.storage.id,
                                'to_location': branch.quarantine.id,
                                'company': branch.company.id,
                                }])
                    if state == 'done':
                        Move.do([move])
                    with self.assertRaisesRegex(
                            DonationReverseError, lot.number):
                        Donation.cancel([donation])
                    if state == 'draft':
                        Move.delete([move])
            self.assertEqual(donation.state, 'received')

    @with_transaction()
    def test_donation_line_is_set_once(self):
        "The donation of a lot never changes"
        pool = Pool()
        Donation = pool.get('aid.donation')
        Lot = pool.get('stock.lot')
        with in_branch():
            rows = [{'family': 'bread', 'net_weight': 2}]
            first, second = make_donation(rows), make_donation(rows)
            Donation.receive([first, second])
            lot, = first.lots
            for line in [None, second.lines[0]]:
                with self.assertRaises(LotOriginError):
                    Lot.write([lot], {
                            'donation_line': line.id if line else None})
            Lot.write([lot], {'donation_line': first.lines[0].id})

    @with_transaction()
    def test_closed(self):
        "Received donations are not edited, but for the note"
        pool = Pool()
        Donation = pool.get('aid.donation')
        Line = pool.get('aid.donation.line')
        network = create_network()
        with set_company(network['company']):
            grocery = network['grocery']
            user = create_user('keeper', [grocery], ['group_warehouse'])
            donation = make_donation(
                [{'family': 'bread', 'net_weight': 2}], branch=grocery.id)
            Donation.receive([donation])
            with Transaction().set_user(user.id), check_access():
                Donation.write([Donation(donation.id)], {'note': "Thanks"})
                with self.assertRaises(AccessError):
                    Donation.write(
                        [Donation(donation.id)], {'temperature': 3})
                with self.assertRaises(AccessError):
                    Line.write(
                        [Line(donation.lines[0].id)], {'net_weight': 3})
                with self.assertRaises(AccessError):
                    Line.delete([Line(donation.lines[0].id)])

    @with_transaction()
    def test_warehouse_receives_in_its_branch_only(self):
        "A warehouse volunteer works with the donations of the branch"
        pool = Pool()
        Donation = pool.get('aid.donation')
        Line = pool.get('aid.donation.line')
        Lot = pool.get('stock.lot')
        network = create_network()
        with set_company(network['company']):
            grocery, other = network['grocery'], network['other']
            user = create_user('keeper', [grocery], ['group_warehouse'])
            rows = [{'family': 'bread', 'net_weight': 2}]
            here = make_donation(rows, branch=grocery.id)
            there = make_donation(rows, branch=other.id)
            Donation.receive([there])
            with Transaction().set_user(user.id), \
                    Transaction().set_context(
                        branch=grocery.id,
                        company=network['company'].id), check_access():
                self.assertEqual(Donation.search([]), [here])
                self.assertEqual(
                    [l.donation for l in Line.search([])], [here])
                Donation.receive([Donation(here.id)])
                with self.assertRaises(AccessError):
                    Donation.read([there.id], ['number'])
                # The list of lots opens, wherever they came from
                lots = Lot.search([])
                Lot.read(
                    [l.id for l in lots],
                    ['rec_name', 'donation_number', 'donor.rec_name'])
            self.assertEqual(here.state, 'received')
            self.assertEqual(here.received_by, user)

    @with_transaction()
    def test_search_by_code(self):
        "A code read aloud finds its donation"
        Donation = Pool().get('aid.donation')
        with in_branch():
            donation = make_donation([{'family': 'bread', 'net_weight': 2}])
            make_donation([{'family': 'bread', 'net_weight': 2}])
            code = donation.code
            for typed in [code, f'{code[:4].lower()} {code[4:]}',
                    donation.number]:
                with self.subTest(typed=typed):
                    self.assertEqual(
                        Donation.search([('rec_name', '=', typed)]),
                        [donation])

    @with_transaction()
    def test_search_lot_of_line(self):
        "Lines are found by their lot, or by having none"
        pool = Pool()
        Donation = pool.get('aid.donation')
        Line = pool.get('aid.donation.line')
        with in_branch():
            donation = make_donation([{'family': 'bread', 'net_weight': 2}])
            waiting = make_donation([{'family': 'bread', 'net_weight': 2}])
            Donation.receive([donation])
            lot, = donation.lots
            for clause, expected in [
                    (('lot', '=', lot.id), donation),
                    (('lot', '=', lot.number), donation),
                    (('lot', 'in', [lot.id]), donation),
                    (('lot.number', '=', lot.number), donation),
                    (('lot', '!=', None), donation),
                    (('lot', '=', None), waiting)]:
                with self.subTest(clause=clause):
                    self.assertEqual(
                        Line.search([clause]), list(expected.lines))


class ScanTestCase(unittest.TestCase):
    "Typing a donation with a barcode reader"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_donation', 'en')

    def new_donation(self, branch, *families):
        Donation = Pool().get('aid.donation')
        Line = Pool().get('aid.donation.line')
        return Donation(
            branch=branch, state='announced', scan_message=None, scans=None,
            lines=[Line(family=family(code)) for code in families])

    @with_transaction()
    def test_scan_known(self):
        "A known product fills the row of its family, then counts up"
        ModelData = Pool().get('ir.model.data')
        with in_branch() as branch:
            product = make_product(
                "Yoghurt", EAN, weight=0.5,
                weight_uom=ModelData.get_id('product', 'uom_kilogram'))
            use_by = branch.today() + dt.timedelta(9)
            donation = self.new_donation(branch, 'bread', 'dairy')
            code = f'010{EAN}17{use_by:%y%m%d}10A12'
            donation.on_scan_code(code)
            donation.on_scan_code(code)
            self.assertEqual(len(donation.lines), 2)
            line = donation.lines[1]
            self.assertEqual(line.product, product)
            self.assertEqual(line.quantity, 2)
            self.assertEqual(line.net_weight, 1)
            self.assertEqual(line.label_lot, 'A12')
            self.assertEqual(line.use_by, use_by)
            self.assertEqual(line.gtin, '0' + EAN)
            self.assertIn("Yoghurt", donation.scan_message)
            self.assertEqual(donation.scans, 2)

            other_day = use_by + dt.timedelta(1)
            donation.on_scan_code(f'010{EAN}17{other_day:%y%m%d}10A12')
            self.assertEqual(len(donation.lines), 3)
            self.assertEqual(donation.lines[2].use_by, other_day)

    @with_transaction()
    def test_scan_never_raises(self):
        "Whatever is read, the loop goes on and says what is wrong"
        with in_branch() as branch:
            make_product("Yoghurt", EAN)
            past = branch.today() - dt.timedelta(1)
            donation = self.new_donation(branch, 'bread')
            for number, code in enumerate([
                        EAN[:-1] + '4', '4006381333931', 'hello', '',
                        f'010{EAN}17{past:%y%m%d}', EAN], 1):
                with self.subTest(code=code):
                    donation.on_scan_code(code)
                    self.assertTrue(donation.scan_message)
                    self.assertEqual(donation.scans, number)
                    if code != EAN:
                        self.assertEqual(len(donation.lines), 1)
            self.assertEqual(len(donation.lines), 2)

    @with_transaction()
    def test_scan_unknown(self):
        "An unknown barcode costs one key, and the branch remembers it"
        pool = Pool()
        Barcode = pool.get('aid.branch.barcode')
        Donation = pool.get('aid.donation')
        Family = pool.get('aid.family')
        Layout = pool.get('aid.label.layout')
        with in_branch() as branch:
            Layout.create([{'prefix': '29', 'value': 'weight'}])
            unknown, cheese = '4006381333931', '2912345012502'
            number = Family.search([]).index(family('dry_starch')) + 1
            donation = self.new_donation(branch, 'dry_starch', 'dairy')
            donation.on_scan_code(unknown)
            self.assertEqual(donation.unknown_barcode, unknown)
            self.assertIn(f"{number} Pasta", donation.scan_message)
            donation.on_scan_code(str(number))
            self.assertIsNone(donation.unknown_barcode)
            donation.on_scan_code(unknown)
            donation.on_scan_code(cheese)
            donation.unknown_family = family('dairy')
            donation.on_change_unknown_family()
            self.assertEqual(
                [l.net_weight for l in donation.lines],
                [2 * family('dry_starch').piece_weight, 1.25])
            self.assertEqual(donation.lines[1].learned_code, '2912345')

            # Another code is no answer; it is asked again
            donation.on_scan_code('4006381333948')
            donation.on_scan_code(cheese)
            self.assertIsNone(donation.unknown_barcode)
            self.assertEqual(donation.lines[1].net_weight, 2.5)

            donation.supply_source = source('public_collection')
            donation.lines[1].use_by = branch.today() + dt.timedelta(9)
            donation.save()
            Donation.receive([donation])

            learned = Barcode.search([], order=[('id', 'ASC')])
            self.assertEqual(
                [(b.branch, b.family.code) for b in learned],
                [(branch, 'dry_starch'), (branch, 'dairy')])
            again = self.new_donation(branch, 'dairy')
            again.on_scan_code('2912345007508')
            self.assertEqual(again.lines[0].net_weight, 0.75)
            learned[1].product = make_product("Cheese", EAN)
            learned[1].save()
            again = self.new_donation(branch, 'dairy')
            again.on_scan_code('2912345007508')
            self.assertEqual(again.lines[0].product, learned[1].product)

    @with_transaction()
    def test_scan_of_closed(self):
        "Nothing is added to a donation that was received"
        with in_branch() as branch:
            make_product("Yoghurt", EAN)
            donation = self.new_donation(branch)
            donation.state = 'received'
            donation.on_scan_code(EAN)
            self.assertFalse(donation.lines)
            self.assertTrue(donation.scan_message)


class SlipTestCase(unittest.TestCase):
    "The bon de retrait"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_donation', 'en')

    def donation(self):
        Donation = Pool().get('aid.donation')
        Reason = Pool().get('aid.donation.refusal_reason')
        reason, = Reason.search([('code', '=', 'packaging')])
        donation = make_donation([
                {'family': 'bread', 'net_weight': 2},
                {'family': 'canned', 'refused_weight': 7.5,
                    'refusal_reason': reason.id}],
            donor=make_donor("Market & Sons"), temperature=3.5)
        Donation.receive([donation])
        return donation

    @with_transaction()
    def test_pdf(self):
        "One PDF that says who gave what"
        Slip = Pool().get('aid.donation.slip', type='report')
        with in_branch():
            donation = self.donation()
            extension, content, _, name = Slip.execute([donation.id], {})
            self.assertEqual(extension, 'pdf')
            self.assertEqual(content[:5], b'%PDF-')
            self.assertIn(donation.number, name)

    @with_transaction()
    def test_french(self):
        "The slip speaks the language of the user"
        Slip = Pool().get('aid.donation.slip', type='report')
        Translation = Pool().get('ir.translation')
        with in_branch(), Transaction().set_context(language='fr'), \
                patch.object(Slip, 'convert', lambda action, data: (
                        'html', data)), \
                patch.object(
                    Translation, 'get_report',
                    lambda name, text, *args: f'[{text}]'):
            _, content, _, _ = Slip.execute([self.donation().id], {})
            for text in ["Collection Slip", "Refused (kg)", "Donor"]:
                self.assertIn(f'[{text}]', content)

    @with_transaction()
    def test_labels(self):
        "One click prints the labels of all the lots"
        Label = Pool().get('aid.donation.label', type='report')
        with in_branch():
            donation = self.donation()
            with patch.object(Label, 'convert', lambda report, data: (
                        'html', data)):
                _, content, _, _ = Label.execute([donation.id], {})
            for lot in donation.lots:
                self.assertIn(lot.number, content)

    @with_transaction()
    def test_html_without_pango(self):
        "Without Pango the same sheet comes as HTML and says what is missing"
        Slip = Pool().get('aid.donation.slip', type='report')
        with in_branch():
            donation = self.donation()
            with patch.dict(sys.modules, {'weasyprint': None}):
                extension, content, _, _ = Slip.execute([donation.id], {})
            self.assertEqual(extension, 'html')
            for text in [
                    donation.number, donation.code[:4], "Market &amp; Sons",
                    "7.500", "Pack open or damaged", "3.5", "Pango",
                    '<path d=',
                    donation.lots[0].number]:
                self.assertIn(text, content)
