"""Which lots notices are about, over plain values."""
import datetime as dt
import unittest

from aid_recall.maker_lot import lots
from aid_recall.matching import (
    Goods, Item, Lot, Notice, Product, Products, match)
from aid_recall.words import brands, words

GTIN = '03760289220694'
OTHER = '03017620422003'


def day(text):
    return dt.date.fromisoformat(text)


def notice(*items, **values):
    for name, read in [('brands', brands), ('words', words)]:
        values[name] = read(values.get(name, ''))
    return Notice(1, items, **values)


def item(lot='', first=None, last=None, gtin=GTIN, kind='use_by'):
    return Item(
        gtin, lots(lot), kind, first and day(first),
        (last or first) and day(last or first))


def product(name, brand='', id=1):
    return Product(id, brands(brand), words(name))


class MatchingTestCase(unittest.TestCase):
    "Test matching"

    def found(self, notice, *lots, product=None, bearing=True, numbered=()):
        goods = Goods(
            Products([product or Product(1)]), lots,
            {GTIN: {1}} if bearing else {}, set(numbered))
        return [
            (m.lot, m.grade, m.certain, m.why)
            for m in match([notice], goods)[1]]

    def test_barcode_and_lot(self):
        "However both write it, and whatever the date says"
        wanted = notice(item("lot n° 091k", '2026-02-01'))
        self.assertEqual(
            self.found(
                wanted, Lot(7, 1, "L091K", use_by=day('2027-01-01'))),
            [(7, 'lot', True, '3760289220694 · L091K')])

    def test_family(self):
        "What only bears a family is looked at, where somebody says so"
        lots = [
            Lot(7, 2, received=day('2026-02-03')),
            Lot(8, 2, received=day('2026-01-01')),
            Lot(9, 2, use_by=day('2030-01-01')), Lot(10, 3), Lot(11, 3)]
        goods = Goods(
            Products([Product(1), Product(2), Product(3)]), lots,
            scanned={GTIN: {10}})
        wanted = notice(
            item(first='2026-02-05'), sold_from=day('2026-02-01'))
        self.assertEqual(
            [(m.lot, m.grade, m.why) for m in match([wanted], goods)[1]],
            [(10, 'family', '3760289220694')])
        said = notice(
            item(first='2026-02-05'), sold_from=day('2026-02-01'),
            generic=frozenset({2}))
        found = match([said], goods)[1]
        self.assertEqual([m.lot for m in found], [7, 10])
        self.assertFalse(any(m.certain for m in found))

    def test_barcode_and_date(self):
        wanted = notice(item("091k", '2026-02-01', '2026-02-03'))
        for use_by, grade in [
                ('2026-01-31', None), ('2026-02-01', 'date'),
                ('2026-02-03', 'date'), ('2026-02-04', None)]:
            with self.subTest(use_by):
                self.assertEqual(
                    [row[1] for row in self.found(
                            wanted, Lot(7, 1, use_by=day(use_by)))],
                    [grade] if grade else [])
        # The lot is written otherwise, the date is the same
        self.assertEqual(
            self.found(wanted, Lot(7, 1, "X1", use_by=day('2026-02-02'))),
            [(7, 'date', True, '3760289220694 · 02/02/2026')])
        # A date of the other kind says nothing
        self.assertEqual(
            self.found(wanted, Lot(7, 1, best_before=day('2026-02-02')))[0][
                1:3],
            ('gtin', False))

    def test_barcode(self):
        "All lots, or as a precaution where nothing is known of ours"
        for lot in ["tous les lots", ""]:
            self.assertEqual(
                self.found(notice(item(lot)), Lot(7, 1, "X1")),
                [(7, 'gtin', True, '3760289220694')])
        self.assertEqual(
            self.found(notice(item("091k")), Lot(7, 1)),
            [(7, 'gtin', False, '3760289220694')])
        self.assertEqual(
            self.found(notice(item("091k")), Lot(7, 1, "X1")),
            [(7, 'gtin', False, '3760289220694 · X1 ≠')])

    def test_the_best_of_several_items(self):
        wanted = notice(
            item("091k", gtin=OTHER), item("091k"), item("tous les lots"))
        self.assertEqual(
            [row[:2] for row in self.found(
                    wanted, Lot(8, 1, "X1"), Lot(7, 1, "091K"))],
            [(7, 'lot'), (8, 'gtin')])

    def test_nothing_is_left(self):
        "Handed over while people may still have it; a sure one always"
        wanted = notice(item("091k"), since=day('2026-01-10'))
        gone = Lot(7, 1, last_moved=day('2026-01-09'))
        self.assertEqual(self.found(wanted, gone), [])
        lately = Lot(7, 1, last_moved=day('2026-01-10'))
        self.assertEqual(len(self.found(wanted, lately)), 1)
        sure = Lot(7, 1, "091K", last_moved=day('2025-01-01'))
        self.assertEqual(len(self.found(wanted, sure)), 1)

    def test_words(self):
        wanted = notice(
            brands="La Ferme Reilhes", words="Boudin à l'oignon")
        for name, brand, common in [
                ("Boudins", "Ferme Reilhes", 'boudin ferme reilhe'),
                ("Boudin noir Ferme Reilhes", "", 'boudin ferme reilhe'),
                ("Boudins", "Reilhes", 'boudin ferme reilhe'),
                ("Jambon", "Ferme Reilhes", None),
                ("Boudins", "Ferme du Colombier", None),
                ("Boudins", "", None)]:
            with self.subTest((name, brand)):
                self.assertEqual(
                    self.found(
                        wanted, Lot(7, 1), product=product(name, brand)),
                    [(7, 'words', False, common)] if common else [])

    def test_words_without_a_brand(self):
        "Only goods without one that are called the same"
        wanted = notice(brands="sans marque", words="Boudin noir")
        for name, brand, count in [
                ("Boudin noir", "", 1), ("Boudin blanc", "", 0),
                ("Boudin", "", 0), ("Boudin noir", "Berge", 0)]:
            with self.subTest((name, brand)):
                self.assertEqual(
                    len(self.found(
                            wanted, Lot(7, 1),
                            product=product(name, brand))), count)

    def test_words_and_what_speaks_against_them(self):
        wanted = notice(
            item("091k", '2026-02-01', gtin=OTHER), brands="Berge",
            words="boudin", sold_from=day('2026-01-10'))
        berge = product("Boudin", "Berge")
        early = day('2026-01-09')
        for lot, numbered, count in [
                (Lot(7, 1), [], 1), (Lot(7, 1), [1], 0),
                (Lot(7, 1, use_by=day('2026-02-01')), [], 1),
                (Lot(7, 1, use_by=day('2026-02-02')), [], 0),
                (Lot(7, 1, received=early), [], 0),
                (Lot(7, 1, last_moved=early), [], 1)]:
            with self.subTest((lot, numbered)):
                self.assertEqual(
                    len(self.found(
                            wanted, lot, product=berge, bearing=False,
                            numbered=numbered)), count)

    def test_lot_without_a_barcode(self):
        "A telling one, or one of the same words"
        for text, label, name, count in [
                ("m30670014", "M30670014", "Charcuterie", 1),
                ("060525", "060525", "Charcuterie", 0),
                ("060525", "060525", "Boudin noir", 1),
                ("24", "24", "Boudin noir", 1)]:
            with self.subTest((text, name)):
                wanted = notice(
                    item(text, gtin=None), brands="Kérandou",
                    words="boudin noir")
                self.assertEqual(
                    len(self.found(
                            wanted, Lot(7, 1, label), bearing=False,
                            product=product(name))), count)

    def test_a_product_never_held(self):
        self.assertEqual(
            self.found(
                notice(item("091k"), brands="Kérandou", words="boudin"),
                Lot(7, 1, "091K"), bearing=False,
                product=product("Riz", "Taureau")),
            [])


if __name__ == '__main__':
    unittest.main()
