import datetime as dt
import json
import os
import pathlib
import unittest
from decimal import Decimal

from biip.checksums import gs1_standard_check_digit
from hypothesis import given
from hypothesis import strategies as st

from aid_lot.gs1 import BarcodeError, Reading, read

TODAY = dt.date(2026, 11, 23)
PROJECT = pathlib.Path(__file__).parents[3]
VECTORS = pathlib.Path(os.environ.get(
        'MAILLON_SHARED_DATA', PROJECT / '../shared/data')
    ) / 'gs1' / 'vectors.json'


class ReadTestCase(unittest.TestCase):
    "Read barcodes"

    def refused(self, kind, barcode):
        with self.assertRaises(ValueError) as caught:
            read(barcode, TODAY)
        self.assertIsInstance(caught.exception, BarcodeError)
        self.assertEqual(caught.exception.kind, kind)
        self.assertTrue(str(caught.exception))

    def test_gtin_of_each_length(self):
        for barcode, gtin in [
                ('96385074', '00000096385074'),
                ('614141000036', '00614141000036'),
                ('5901234123457', '05901234123457'),
                ('05901234123457', '05901234123457'),
                ('10614141000415', '10614141000415'),
                (' 5901234123457\r\n', '05901234123457'),
                (']E05901234123457', '05901234123457'),
                ]:
            with self.subTest(barcode=barcode):
                self.assertEqual(read(barcode, TODAY), Reading(gtin=gtin))

    def test_wrong_check_digit_of_a_number(self):
        for barcode in [
                '96385075', '614141000037', '5901234123458',
                '05901234123458',
                # would be AI 10 and whatever follows
                '10614141000416', '1061414100041',
                '376130321109103421', ']E05901234123458']:
            with self.subTest(barcode=barcode):
                self.refused('check_digit', barcode)

    def test_wrong_check_digit_inside(self):
        for barcode in [
                '0103017620422004',
                '00376130321109103421',
                '003761303211091034200207032069804989',
                '0103017620422003' '4103012345000018',
                ']C10103017620422004',
                '(01)03017620422004(10)A1',
                'https://id.gs1.org/01/03017620422004',
                ]:
            with self.subTest(barcode=barcode):
                self.refused('check_digit', barcode)

    def test_everything_in_one_message(self):
        barcode = (
            '0103017620422003' '17261231' '15270115' '3103000750'
            '10AB/12\x1d' '3024')
        self.assertEqual(read(barcode, TODAY), Reading(
                gtin='03017620422003', lot='AB/12',
                use_by=dt.date(2026, 12, 31),
                best_before=dt.date(2027, 1, 15),
                weight_kg=Decimal('0.750'), count=24))

    def test_separators(self):
        expected = Reading(
            gtin='03017620422003', lot='A1', use_by=dt.date(2026, 12, 31))
        for separator in [
                '\x1d', '\u241d', '|', '^', '~', '#', '{GS}', '[GS]', '<GS>',
                '\x1d\x1d']:
            with self.subTest(separator=separator):
                self.assertEqual(
                    read(f'010301762042200310A1{separator}17261231', TODAY),
                    expected)
        self.assertEqual(
            read('\x1d010301762042200310A1\x1d17261231\x1d', TODAY), expected)
        self.assertEqual(
            read('(01)03017620422003(10)A1(17)261231', TODAY), expected)

    def test_symbologies(self):
        for prefix in [']C1', ']d2', ']Q3', ']e0']:
            with self.subTest(prefix=prefix):
                self.assertEqual(
                    read(prefix + '010301762042200310A1', TODAY),
                    Reading(gtin='03017620422003', lot='A1'))
        self.refused('unknown', ']')
        self.refused('unknown', ']!9123')

    def test_in_store_is_never_a_gtin(self):
        for payload in [
                '251111800012', '200000012345', '021234501250',
                '291234500999', '041234567890']:
            barcode = f'{payload}{gs1_standard_check_digit(payload)}'
            with self.subTest(barcode=barcode):
                self.assertEqual(
                    read(barcode, TODAY), Reading(in_store=barcode))
                inside = read(f'010{barcode}10A', TODAY)
                self.assertIsNone(inside.gtin)
                self.assertEqual(inside.lot, 'A')
        for payload in ['2123456', '0123456']:
            barcode = f'{payload}{gs1_standard_check_digit(payload)}'
            with self.subTest(barcode=barcode):
                self.assertEqual(
                    read(barcode, TODAY), Reading(in_store=barcode))

    def test_pallet(self):
        self.assertEqual(
            read(
                '0037613032110910342002070320698049883748\x1d10LOT7', TODAY),
            Reading(
                gtin='07032069804988', count=48, lot='LOT7',
                sscc='376130321109103420'))

    def test_digital_link(self):
        self.assertEqual(
            read(
                'https://id.gs1.org/01/07032069804988/10/0329?15=210526',
                TODAY),
            Reading(
                gtin='07032069804988', lot='0329',
                best_before=dt.date(2021, 5, 26)))
        self.refused('unknown', 'https://example.com/soup')
        self.refused(
            'unknown',
            'https://id.gs1.org/01/614141123452/10/ABC123/22/123456789')

    def test_dates(self):
        for value, today, expected in [
                ('261200', TODAY, dt.date(2026, 12, 31)),
                ('280200', TODAY, dt.date(2028, 2, 29)),
                ('751231', TODAY, dt.date(2075, 12, 31)),
                ('761231', TODAY, dt.date(2076, 12, 31)),
                ('771231', TODAY, dt.date(1977, 12, 31)),
                ('030201', dt.date(1998, 1, 1), dt.date(2003, 2, 1)),
                ]:
            with self.subTest(value=value):
                self.assertEqual(read(f'17{value}', today).use_by, expected)
        self.refused('date', '15990229')
        self.refused('date', '15261301')
        self.assertEqual(
            read('70030701021415', TODAY).use_by, dt.date(2007, 1, 2))

    def test_same_element_twice(self):
        self.assertEqual(read('15261231' * 2, TODAY).best_before,
            dt.date(2026, 12, 31))
        self.refused('conflict', '1526123115270131')

    def test_gross_weight_is_not_net(self):
        self.assertIsNone(read('3302023456', TODAY).weight_kg)

    def test_nonsense(self):
        for barcode in ['123', '0123456789abc', 'L0000012', 'é', '(01)12',
                '01', ']C1']:
            with self.subTest(barcode=barcode):
                with self.assertRaises(ValueError):
                    read(barcode, TODAY)
        for barcode in ['', '  ', '\x1d', None]:
            with self.subTest(barcode=barcode):
                self.refused('empty', barcode)

    @given(st.one_of(
            st.text(max_size=40),
            st.text(alphabet='0123456789\x1d()]', max_size=40)))
    def test_anything_is_read_or_refused(self, barcode):
        try:
            reading = read(barcode, TODAY)
        except ValueError as error:
            self.assertIsInstance(error, BarcodeError)
        else:
            self.assertIsInstance(reading, Reading)
            if reading.gtin:
                self.assertRegex(reading.gtin, r'\A\d{14}\Z')

    @given(st.integers(0, 10 ** 12 - 1), st.integers(1, 9))
    def test_no_wrong_digit_passes(self, payload, error):
        payload = f'{payload:012}'
        check = gs1_standard_check_digit(payload)
        wrong = f'{payload}{(check + error) % 10}'
        try:
            reading = read(wrong, TODAY)
        except ValueError:
            return
        # It may only be a message that no free text made possible
        self.assertIsNone(reading.gtin)
        self.assertIsNone(reading.lot)
        self.assertIsNone(reading.in_store)


@unittest.skipUnless(VECTORS.exists(), "the GS1 strings are not there")
class VectorTestCase(unittest.TestCase):
    "Read the strings that others have tried"

    def test_vectors(self):
        vectors = json.loads(VECTORS.read_text('utf-8'))
        self.assertGreater(len(vectors), 30)
        for vector in vectors:
            with self.subTest(vector['id']):
                self.check(vector)

    def check(self, vector):
        wrong = (
            ('error' in vector and not vector.get('rcn'))
            or vector.get('gtin', {}).get('valid') is False
            or vector.get('sscc', {}).get('valid') is False)
        if wrong:
            with self.assertRaises(ValueError):
                read(vector['barcode'], TODAY)
            return
        reading = read(vector['barcode'], TODAY)
        expected = vector['expected'] or {}
        gtin = vector.get('gtin', {}).get('value') or expected.get(
            '01') or expected.get('02')
        if vector['id'] == 'gs1-amount-3910':
            # Read alone, it is a right UPC-A too, which is far more common
            gtin = vector['barcode']
        self.assertEqual(reading.gtin, gtin.zfill(14) if gtin else None)
        self.assertEqual(reading.lot, expected.get('10'))
        dates = vector.get('dates', {})
        for ai, found in [
                ('17', reading.use_by), ('15', reading.best_before)]:
            if ai in dates:
                self.assertEqual(found.isoformat(), dates[ai])
            else:
                self.assertEqual(found is None, ai not in expected
                    and not (ai == '17' and '7003' in expected))
        weight = next((
                value for ai, value in vector.get('decimals', {}).items()
                if ai.startswith('310')), None)
        self.assertEqual(
            reading.weight_kg, Decimal(weight) if weight else None)
        count = expected.get('30') or expected.get('37')
        self.assertEqual(reading.count, int(count) if count else None)
