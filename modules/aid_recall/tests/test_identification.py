"""Reading what notices say products are known by."""
import datetime as dt
import json
import pathlib
import unittest

from aid_recall.article_number import doubt, gtin_14
from aid_recall.identification import Product, read
from aid_recall.maker_lot import keys_of, lots
from aid_recall.prose_dates import date_kind, period, periods
from aid_recall.words import brands, words

#: Real notices, where somebody has put them beside the project
REAL = (
    pathlib.Path(__file__).parents[4] / 'shared' / 'data' / 'rappelconso')
VECTORS = REAL / 'identification_produits_vectors.json'


def day(text):
    return dt.date.fromisoformat(text)


class IdentificationTestCase(unittest.TestCase):
    "Test the field identification_produits"

    @unittest.skipUnless(VECTORS.exists(), "no real notices here")
    def test_vectors(self):
        vectors = json.loads(VECTORS.read_text('utf-8'))
        self.assertGreaterEqual(len(vectors), 15)
        for vector in vectors:
            with self.subTest(vector['input']):
                self.assertEqual(
                    read(vector['input']),
                    [Product(**e) for e in vector['expected']])

    def test_both_shapes_and_what_tables_make_of_them(self):
        "An array is the same as JSON or joined by commas in a CSV"
        wanted = [
            Product('3017620422003', 'a1, a2', 'dlc', '2026-01-02', ''),
            Product('', 'b', 'non concerné', '', '')]
        array = [
            '3017620422003', 'a1, a2', 'dlc', '2026-01-02', '', '|', 'b',
            'non concerné', '', '']
        for value in [
                '3017620422003$a1, a2$dlc$2026-01-02$|$b$non concerné$$',
                array, json.dumps(array)]:
            self.assertEqual(read(value), wanted)
        joined, = read('3017620422003,v028,ddm,2021-04-04,')
        self.assertEqual((joined.gtin, joined.lot), (
                '3017620422003', 'v028'))

    def test_signs_inside_a_lot(self):
        bar, = read('3017620422003$a1|a2$dlc$2026-01-02$')
        self.assertEqual((bar.lot, bar.start), ('a1|a2', '2026-01-02'))
        dollar, = read('3017620422003$a1$a2$dlc$2026-01-02$2026-01-03')
        self.assertEqual(
            (dollar.lot, dollar.end), ('a1, a2', '2026-01-03'))

    def test_prose_instead_of_a_lot(self):
        product, = read(
            '3017620422003$lot : 091k - ddm : 10/2027$non concerné$$')
        self.assertEqual(lots(product.lot).keys, {'091k'})
        self.assertEqual(product.date_kind, 'best_before')
        self.assertEqual(
            product.dates, (day('2027-10-01'), day('2027-10-31')))
        self.assertIn('lot : 091k - ddm : 10/2027', product.text)

    def test_prose_instead_of_everything(self):
        "What stands behind a barcode belongs to it; eight digits are a lot"
        first, second = read(
            "3447571405167 Poudre 1.05kg DDM 09/12/2022 3447571405112 "
            "Poudre 250g Date de durabilité minimale entre le 04/03/2022 et "
            "le 27/03/2022")
        self.assertEqual(first.dates, (day('2022-12-09'),) * 2)
        self.assertEqual(
            (second.gtin, second.date_kind, second.dates), (
                '3447571405112', 'best_before',
                (day('2022-03-04'), day('2022-03-27'))))
        alone, = read("18012224 DLC 02/03/2022")
        self.assertEqual(
            (alone.gtin, lots(alone.lot).keys), ('', {'18012224'}))
        self.assertEqual(read("LOT 33019")[0].gtin, '')

    def test_dates_the_wrong_way_round_and_impossible_ones(self):
        self.assertEqual(
            Product(start='2026-05-02', end='2026-05-01').dates,
            (day('2026-05-01'), day('2026-05-02')))
        self.assertEqual(Product(start='2026-02-31').dates, (None, None))


class ArticleNumberTestCase(unittest.TestCase):
    "Test numbers under bars"

    def test_numbers(self):
        for text, wanted in [
                ('3760289220694', None), ('0012345678905', None),
                ('96385074', None), ('3760289220695', 'check_digit'),
                ('0203684000000', 'in_store'), ('28686400', 'in_store'),
                ('279476019429', 'in_store'), ('2279447102729', 'in_store'),
                ('22794471027290', 'in_store'), ('00000000', 'length'),
                ('1234567', 'length'), ('376028922069400', 'length'),
                ('tous', 'length'), ('', None), (None, None)]:
            with self.subTest(text):
                self.assertEqual(doubt(text), wanted)
                if text and wanted:
                    self.assertIsNone(gtin_14(text))
        self.assertEqual(gtin_14('3 760289 220694'), '03760289220694')


class MakerLotTestCase(unittest.TestCase):
    "Test lots in notices and on packs"

    def test_lots(self):
        for text, wanted in [
                ('22ej084c01', {'22ej084c01'}),
                ('lot n°173', {'173'}),
                ('24241(sous-vide)', {'24241'}),
                ('fab s11/25 fab s12/25', {'s1125', 's1225'}),
                ('40880036 / 41080093 / 41310112',
                    {'40880036', '41080093', '41310112'}),
                ('L 23 054', {'23054'}),
                ('Lots L4412, L4413 et L4414', {'4412', '4413', '4414'}),
                ('s02e03a', {'s02e03a'}), ('20', {'20'}),
                ('DLC 19.02.2025', set()), ('boudin', set()),
                ('tous les lots', set()), (None, set())]:
            with self.subTest(text):
                self.assertEqual(lots(text).keys, wanted)
        self.assertTrue(lots("Tous les lots avec DLC 12/03/2026").all)
        self.assertFalse(lots("l091k").all)

    def test_ranges(self):
        named = lots("lots L24010 à L24035")
        self.assertTrue(named.name(keys_of('L 24012 14:32')))
        self.assertFalse(named.name(keys_of('24036')))
        self.assertFalse(named.name(keys_of('240120')))

    def test_what_stands_on_a_pack(self):
        named = lots('091k')
        for label in ['091K', 'L091K', 'L 091K', 'lot L.091K', 'L091K 14:32',
                'L091K 05/2026']:
            self.assertTrue(named.name(keys_of(label)), label)
        for label in ['091KB', '1091K', '', None, 'K']:
            self.assertFalse(named.name(keys_of(label)), label)


class ProseDateTestCase(unittest.TestCase):
    "Test dates in French prose"

    def test_periods(self):
        for text, first, last in [
                ('2024-05-25', '2024-05-25', '2024-05-25'),
                ('2024-05-25T00:00:00+00:00', '2024-05-25', '2024-05-25'),
                ('Du 20/01/2022 au 28/02/2022', '2022-01-20', '2022-02-28'),
                ('Depuis le 11/12/2021', '2021-12-11', None),
                ("Jusqu'au 31/03/2022", None, '2022-03-31'),
                ('entre le 4.3.22 et le 27.3.22', '2022-03-04',
                    '2022-03-27'),
                ('jeudi 31 mars 2022', '2022-03-31', '2022-03-31'),
                ('1er août 2025', '2025-08-01', '2025-08-01'),
                ('ddm : 10/2027', '2027-10-01', '2027-10-31'),
                ('février 2024', '2024-02-01', '2024-02-29'),
                ('DLC 19-02-2025 et 21-02-2025', '2025-02-19', '2025-02-21'),
                ('31/02/2025', None, None), ('13/2025', None, None),
                ('lot 091k', None, None), ('3447571405167', None, None),
                ('', None, None), (None, None, None)]:
            with self.subTest(text):
                self.assertEqual(
                    period(text), (first and day(first), last and day(last)))

    def test_kinds(self):
        self.assertEqual(date_kind("Date limite de consommation"), 'use_by')
        self.assertEqual(date_kind("DDM"), 'best_before')
        self.assertIsNone(date_kind("non concerné"))

    @unittest.skipUnless(REAL.exists(), "no real notices here")
    def test_every_sale_period_of_the_older_notices(self):
        "Each of the 6,822 that say anything is understood"
        import csv
        path = REAL / 'v1_7columns_alimentation.csv'
        with path.open(encoding='utf-8', newline='') as file:
            texts = [
                row['date_debut_fin_de_commercialisation']
                for row in csv.DictReader(file)]
        said = [text for text in texts if text != 'NA']
        self.assertGreater(len(said), 6000)
        for text in said:
            found = period(text)
            self.assertTrue(any(found), text)
            self.assertEqual(all(found), text.startswith('Du'), text)
            self.assertEqual(len(periods(text)), 1, text)


class WordsTestCase(unittest.TestCase):
    "Test brands and words"

    def test_words(self):
        self.assertEqual(
            words("Boudins noirs à l’oignon, 2 x 250 g", "BŒUF"),
            {'boudin', 'noir', 'oignon', 'boeuf'})
        self.assertEqual(words(None, "4 x 125 g"), frozenset())
        self.assertEqual(words("Gâteaux"), words("gateau"))

    def test_brands(self):
        self.assertEqual(brands("Michel Dupuy"), {
                frozenset({'michel', 'dupuy'})})
        self.assertEqual(brands("danone, activia"), {
                frozenset({'danone'}), frozenset({'activia'})})
        self.assertEqual(brands("La Dame de Clèdes"), {
                frozenset({'dame', 'clede'})})
        for none in ["sans marque", "Non concerné", "-", "", None, "n.c."]:
            self.assertEqual(brands(none), frozenset(), none)


if __name__ == '__main__':
    unittest.main()
