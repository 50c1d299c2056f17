"""Notices in the database, and the lots they are about."""
import datetime as dt
import unittest
from functools import wraps

from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from aid_branch.tests.statements import count_statements
from aid_donation.tests.gifts import make_product
from aid_lot.tests.goods import (
    create_company, hand_over, make_branch, make_lot, receive, set_company)
from aid_recall.exceptions import NoticeError, NoticeKeptError

GTIN = '3760289220694'
TODAY = dt.date.today()
SOON = TODAY + dt.timedelta(days=8)
LONG_AGO = TODAY - dt.timedelta(days=366)


def in_company(test):
    "Let *test* have a company"
    @wraps(test)
    def wrapper(self):
        with set_company(create_company()):
            test(self)
    return wrapper


def make_notice(*items, source='rappelconso', **values):
    "A notice, with the values of its items"
    Notice = Pool().get('aid.recall.notice')
    notice, = Notice.create([{
                'source': source,
                'reference': '2026-03-0141',
                'title': "boudin noir",
                'published': TODAY,
                **values,
                'items': [('create', items)],
                }])
    return notice


def numbered(name, gtin, brand=None):
    "A product with a barcode"
    Identifier = Pool().get('product.identifier')
    product = make_product(name, gtin)
    if brand:
        Identifier.create([{
                    'product': product.id, 'type': 'brand', 'code': brand}])
    return product


class NoticeTestCase(unittest.TestCase):
    "Test notices"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_recall')

    def goods(self):
        "A shelf with three lots of a product, and three handed over"
        shelf = make_branch().storage
        product = numbered("Boudin", GTIN, "Berge")
        lots = {
            'lot': make_lot(product=product.id, label_lot="L091K"),
            'date': make_lot(
                product=product.id,
                shelf_life_expiration_date=SOON),
            'gtin': make_lot(product=product.id),
            'gone': make_lot(product=product.id, label_lot="L 091k"),
            'late': make_lot(product=product.id),
            'long ago': make_lot(product=product.id),
            }
        for key, lot in lots.items():
            receive(lot, 5, shelf, LONG_AGO if key == 'long ago' else None)
        for key, date in [
                ('gone', LONG_AGO), ('late', TODAY), ('long ago', LONG_AGO)]:
            hand_over(lots[key], 5, shelf, date)
        return lots

    def found(self, notice):
        return [(m.lot, m.grade) for m in notice.lots]

    @with_transaction()
    @in_company
    def test_compare(self):
        "All grades, also of what is gone; then nothing changes any more"
        Notice = Pool().get('aid.recall.notice')
        lots = self.goods()
        notice = make_notice({
                'gtin': GTIN, 'lot': "lot : 091k - ddm : 10/2027",
                'date_kind': 'use_by', 'date_from': SOON})
        other = make_notice(
            {'gtin': '0203684000000'}, reference='2', brand="sans marque")
        words = make_notice({'gtin': None}, reference='3', brand="Berge")
        self.assertEqual(notice.state, 'new')
        Notice.compare([notice, other, words])
        self.assertEqual(self.found(notice), [
                (lots['lot'], 'lot'), (lots['gone'], 'lot'),
                (lots['date'], 'date'), (lots['gtin'], 'gtin'),
                (lots['late'], 'gtin')])
        self.assertEqual(
            [(n.state, n.grade) for n in (notice, other, words)],
            [('matched', 'lot'), ('no_match', None), ('matched', 'words')])
        self.assertEqual(
            Notice.search([]), [notice, words, other])
        before = [(m.id, m.write_date) for m in notice.lots]
        Notice.compare([notice])
        self.assertEqual(
            [(m.id, m.write_date) for m in notice.lots], before)

    @with_transaction()
    @in_company
    def test_as_many_questions_for_many_notices(self):
        Notice = Pool().get('aid.recall.notice')
        self.goods()
        notices = [
            make_notice(
                {'gtin': GTIN, 'lot': f"{n}k"}, {'lot': f"m{n:08}"},
                reference=str(n), brand="Berge")
            for n in range(12)]

        def statements(records):
            Transaction().cache.clear()
            records = Notice.browse(records)
            with count_statements() as asked:
                Notice.matches(records)
            return len(asked)
        few = statements(notices[:2])
        self.assertLessEqual(statements(notices), few)
        self.assertLess(few, 19)

    @with_transaction()
    @in_company
    def test_put_aside_and_looked_at_again(self):
        "Goods that come in later bear the barcode"
        pool = Pool()
        Notice = pool.get('aid.recall.notice')
        notice = make_notice({'gtin': GTIN, 'lot': "091k"})
        with self.assertRaises(NoticeError):
            Notice.dismiss([notice])
        notice.dismissal_reason = "Never had any"
        notice.save()
        Notice.dismiss([notice])
        Notice.compare_again()
        self.assertEqual(notice.state, 'dismissed')
        self.goods()
        Notice.compare_again()
        self.assertEqual((notice.state, notice.grade), ('matched', 'lot'))
        Notice.mark_recalled([notice])
        Notice.compare_again()
        self.assertEqual(notice.state, 'recalled')

    @with_transaction()
    @in_company
    def test_lots_known_by_their_number_alone(self):
        "Found by what stands on the pack, with or without its L"
        Notice = Pool().get('aid.recall.notice')
        lots = self.goods()
        notice = make_notice({'lot': "091k"}, title="Boudin")
        Notice.compare([notice])
        self.assertEqual(
            self.found(notice),
            [(lots['lot'], 'words'), (lots['gone'], 'words')])

    @with_transaction()
    @in_company
    def test_what_stands_for_a_family_is_called_like_anything(self):
        Notice = Pool().get('aid.recall.notice')
        lot = make_lot('canned', label_lot="m3067")
        receive(lot, 5, make_branch().storage)
        name = lot.product.name
        notices = [
            make_notice(title=name, reference='1'),
            make_notice({'lot': "m3067"}, title=name, reference='2'),
            make_notice({'lot': "lot m30670"}, title=name, reference='3')]
        Notice.compare(notices)
        self.assertEqual([self.found(n) for n in notices], [[], [], []])

    @with_transaction()
    def test_typed_and_official(self):
        "A typed number is checked, an official one is kept as it is"
        Notice = Pool().get('aid.recall.notice')
        with self.assertRaisesRegex(NoticeError, '3760289220695'):
            make_notice(
                {'gtin': '3760289220695'}, source='typed', reference='1')
        typed = make_notice({'gtin': '0203684000000'}, source='typed')
        self.assertIn("one shop", typed.items[0].gtin_doubt)
        official = make_notice({'gtin': '3760289220695'})
        self.assertTrue(official.items[0].gtin_doubt)
        with self.assertRaises(NoticeKeptError):
            Notice.check_modification(
                'write', [official], {'title': "x"}, external=True)
        Notice.check_modification(
            'write', [official], {'dismissal_reason': "x"}, external=True)
        with self.assertRaises(NoticeKeptError):
            Notice.check_modification('delete', [typed], external=True)

