import doctest
import json
import unittest

from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from aid_lot import location, sscc
from aid_lot.exceptions import PalletError
from aid_lot.tests.goods import (
    create_company, hand_over, make_branch, make_lot, receive, set_company)

#: An SSCC that GS1 prints in its specifications
THEIRS = '106141412345678908'


class NumberTestCase(unittest.TestCase):
    "The number of a logistic unit"

    def test_sscc(self):
        self.assertEqual(sscc.sscc('0614141', 1), '006141410000000012')
        self.assertEqual(sscc.sscc('301234567890', 9999), (
                '030123456789099990'))
        for prefix, serial in [
                ('12345', 1), ('', 1), ('30123x5', 1), ('30123456789012', 1),
                ('301234567890', 10000)]:
            with self.assertRaises(ValueError):
                sscc.sscc(prefix, serial)

    def test_bars(self):
        "The bars say application identifier 00 and the number"
        drawn = sscc.bars(THEIRS)
        self.assertIn(f'00{THEIRS}', drawn)
        self.assertGreater(drawn.count('<rect'), 30)

    def test_place(self):
        self.assertEqual(location.place_id('e0000042'), 42)
        for code in ['E42', 'L0000042', 'E00000420x', '']:
            self.assertIsNone(location.place_id(code))


class PalletTestCase(unittest.TestCase):
    "Lots that travel together, and the box that opens whatever is scanned"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_lot')

    def pallet(self, branch, lot, **values):
        Pallet = Pool().get('aid.pallet')
        pallet, = Pallet.create([{
                    'branch': branch.id,
                    'lines': [('create', [
                                {'lot': lot.id, 'quantity': 3}])],
                    **values,
                    }])
        return pallet

    @with_transaction()
    def test_numbers(self):
        Pallet = Pool().get('aid.pallet')
        company = create_company()
        with set_company(company):
            branch, lot = make_branch(), make_lot()
            first = self.pallet(branch, lot)
            self.assertEqual((first.sscc, first.weight), (None, 3))
            with self.assertRaises(PalletError):
                company.gs1_prefix = '123'
                company.save()
            company.gs1_prefix = '3012345'
            company.save()
            own = self.pallet(branch, lot)
            self.assertEqual(
                own.sscc, sscc.sscc('3012345', int(own.number[1:])))
            came = self.pallet(branch, lot, sscc='1 0614141 234567890 8')
            self.assertEqual(came.sscc, THEIRS)
            for code, pallet in [
                    (first.number.lower(), first), (f'00{own.sscc}', own),
                    (f'(00){THEIRS}', came), (THEIRS, came)]:
                with self.subTest(code=code):
                    self.assertEqual(Pallet.find(code), pallet)
            with self.assertRaises(PalletError):
                self.pallet(branch, lot, sscc=THEIRS[:-1] + '9')

    @with_transaction()
    def test_left(self):
        "What was put on it, and what of it is still there"
        with set_company(create_company()):
            branch, lot = make_branch(), make_lot()
            receive(lot, 5, branch.storage)
            pallet = self.pallet(branch, lot)
            self.assertEqual((pallet.weight, pallet.left), (3, 3))
            hand_over(lot, 3, branch.storage, branch.today())
            line, = pallet.__class__(pallet.id).lines
            self.assertEqual((line.quantity, line.left), (3, 2))

    @with_transaction()
    def test_label(self):
        Label = Pool().get('aid.pallet.label', type='report')
        with set_company(create_company()):
            pallet = self.pallet(make_branch(), make_lot(), sscc=THEIRS)
            extension, content, _, _ = Label.execute([pallet.id], {})
            self.assertEqual(extension, 'pdf')
            self.assertEqual(content[:4], b'%PDF')

    @with_transaction()
    def test_scan_box(self):
        "Whatever bears a code opens; else it is said what to do"
        pool = Pool()
        Box = pool.get('aid.scan', type='wizard')
        BranchBarcode = pool.get('aid.branch.barcode')
        with set_company(create_company()):
            branch, lot = make_branch(), make_lot(label_lot='A7')
            receive(lot, 5, branch.storage)
            pallet = self.pallet(branch, lot, sscc=THEIRS)
            BranchBarcode.create([{
                        'branch': branch.id, 'code': '03017620422003',
                        'family': lot.family.id}])

            def scanned(code):
                session, _, _ = Box.create()
                with Transaction().set_context(branch=branch.id):
                    return Box.execute(
                        session, {'start': {'code': code}}, 'find')
            for code, model, record in [
                    (lot.number.lower(), 'stock.lot', lot),
                    ('10A7', 'stock.lot', lot),
                    (pallet.number, 'aid.pallet', pallet),
                    (f'00{THEIRS}', 'aid.pallet', pallet),
                    ('3017620422003', 'product.product', lot.product)]:
                with self.subTest(code=code):
                    (action, data), = scanned(code)['actions']
                    self.assertEqual(action['res_model'], model)
                    self.assertEqual(data['res_id'], [record.id])
                    self.assertEqual(action['views'][0][1], 'form')
            place = location.place_code(branch.storage)
            (action, _), = scanned(place)['actions']
            self.assertIn(
                ['location', 'child_of', [branch.storage.id], 'parent'],
                json.loads(action['pyson_domain']))
            for code, said in [
                    ('L9999999', "L9999999"), ('3017620422004', "3017"),
                    ('', "Scan"), ('E9999999', "E9999999")]:
                with self.subTest(code=code):
                    view = scanned(code)['view']
                    self.assertIn(said, view['defaults']['words'])


def load_tests(loader, tests, pattern):
    for module in [sscc, location]:
        tests.addTests(doctest.DocTestSuite(module))
    return tests
