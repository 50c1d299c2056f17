"""Both ways of writing the invoices of baskets leave the same."""
from decimal import Decimal
from unittest.mock import patch

from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction
from trytond.transaction import Transaction

from aid_basket import numbered_invoices
from aid_basket.checkout import checkout
from aid_basket.invoice import GATHER
from aid_basket.tests.till import TillTestCase, at_till, baskets_of, give, rule
from aid_branch import lane

#: What differs by itself: ids, stamps, numbers and who it is about
ASIDE = {
    'id', 'create_date', 'write_date', 'number', 'number_alnum',
    'number_digit', 'party', 'invoice', 'basket', 'lot', 'move', 'origin'}


def rows(Model, ids) -> list[dict]:
    "All columns of the records *ids* of *Model*, but what differs by itself"
    table = Model.__table__()
    cursor = Transaction().connection.cursor()
    cursor.execute(*table.select(
            where=table.id.in_(list(ids)), order_by=[table.id]))
    names = [column[0] for column in cursor.description]
    return [
        {n: v for n, v in zip(names, row) if n not in ASIDE}
        for row in cursor.fetchall()]


class NumberedInvoicesTestCase(TillTestCase):

    def baskets(self, branch, count: int) -> list:
        lot, other = give(
            branch, {'family': 'canned', 'net_weight': 50},
            {'family': 'dry_starch', 'net_weight': 50})
        return baskets_of(branch, count, (lot, 2), (other.product, 3))

    def left_by(self, basket) -> dict:
        "Everything that the checkout of *basket* left, by model"
        pool = Pool()
        basket = pool.get('aid.basket')(basket.id)
        invoice = basket.invoice
        Log = pool.get('ir.model.log')
        logged = Log.search([('resource', '=', str(invoice))])
        records = {
            'aid.basket': [basket],
            'aid.basket.line': basket.lines,
            'aid.basket.payment': basket.payments,
            'account.invoice': [invoice],
            'account.invoice.line': invoice.lines,
            'account.invoice.tax': invoice.taxes,
            'stock.move': [line.move for line in basket.lines],
            }
        found = {
            name: rows(pool.get(name), [r.id for r in group] or [0])
            for name, group in records.items()}
        found['aid.basket'][0].pop('household')
        found['aid.basket'][0].pop('entitlement')
        found['aid.basket'][0].pop('checked_out_at')
        for payment in found['aid.basket.payment']:
            payment.pop('taken_at')
        tasks = [
            task for task in pool.get('ir.queue').search([])
            if task.data['model'] == 'account.invoice'
            and list(task.data['instances']) == [invoice.id]]
        # Both give the invoice its entry, the one after taking its turn
        found['tasks'] = [
            {**task.data, 'instances': None,
                'method': task.data['method'].replace(
                    'post_in_turn', '_post')} for task in tasks]
        found['ir.queue'] = rows(
            pool.get('ir.queue'), [task.id for task in tasks])
        for row in found['ir.queue']:
            del row['data']
            waits = row.pop('scheduled_at') - row.pop('enqueued_at')
            self.assertAlmostEqual(
                waits.total_seconds(), GATHER.total_seconds(), 0)
        found['logged'] = [(l.event, l.target) for l in logged]
        return found

    @with_transaction()
    def test_same_rows(self):
        "Of a whole checkout, and the entry that follows"
        Invoice = Pool().get('account.invoice')
        with at_till() as branch:
            rule(rate=Decimal('0.1'))
            short, ordinary = self.baskets(branch, 2)
            for basket, free in [(short, True), (ordinary, False)]:
                with self.ways(free):
                    checkout([basket])
            self.assertEqual(self.left_by(short), self.left_by(ordinary))
            found = self.left_by(short)
            self.assertEqual(found['account.invoice'][0]['state'], 'posted')
            self.assertTrue(found['aid.basket.payment'])
            self.assertEqual(len(found['tasks']), 1)
            numbers = [
                type(b)(b.id).number.split('-')[-1]
                for b in (short, ordinary)]
            self.assertEqual(int(numbers[1]), int(numbers[0]) + 1)
            invoices = [
                type(b)(b.id).invoice for b in (short, ordinary)]
            Invoice.post_waiting()
            for invoice in invoices:
                move = Invoice(invoice.id).move
                self.assertEqual(move.state, 'posted')
            one, other = (
                sorted((l.account.code, l.debit, l.credit, l.date)
                    for l in Invoice(invoice.id).move.lines)
                for invoice in invoices)
            self.assertEqual(one, other)

    @with_transaction()
    def test_one_task_posts_what_waits(self):
        "The next ones find nothing to do"
        Invoice = Pool().get('account.invoice')
        with at_till() as branch:
            rule(rate=Decimal('0.1'))
            for basket in (baskets := self.baskets(branch, 2)):
                checkout([basket])
            one, other = (type(b)(b.id).invoice for b in baskets)
            self.assertFalse(one.move or other.move)
            Invoice.post_in_turn([one])
            moves = [Invoice(i.id).move for i in (one, other)]
            self.assertEqual([m.state for m in moves], ['posted'] * 2)
            with patch.object(Invoice, '_post') as post:
                Invoice.post_in_turn([Invoice(other.id)])
            post.assert_not_called()

    @with_transaction()
    def test_stands_aside(self):
        "For an unknown method, an unknown column"
        here = 'aid_basket.numbered_invoices'
        with at_till() as branch:
            rule()
            baskets = self.baskets(branch, 2)
            insert = lane.insert
            written = []

            def noting(Model, *args, **kwargs):
                written.append(Model.__name__)
                return insert(Model, *args, **kwargs)
            changed = numbered_invoices.KNOWN - {
                'trytond.modules.account_invoice.invoice.Invoice.set_number'}
            for basket, unknown in zip(baskets, [
                        patch(f'{here}.KNOWN', changed),
                        patch(f'{here}.LINE_COLUMNS', frozenset()),
                        ]):
                with unknown, patch.object(lane, 'insert', noting):
                    checkout([basket])
                self.assertEqual(
                    type(basket)(basket.id).invoice.state, 'posted')
            self.assertNotIn('account.invoice', written)

    @with_transaction()
    def test_entry_is_begun_once(self):
        "What a worker is left to do wants no lock that it has not taken"
        Queue = Pool().get('ir.queue')
        with at_till() as branch:
            rule()
            basket, = self.baskets(branch, 1)
            checkout([basket])
            for task in Queue.search([]):
                if task.data['model'] == 'account.invoice':
                    task.run()
            invoice = type(basket)(basket.id).invoice
            self.assertEqual(invoice.move.state, 'posted')

    def ways(self, free: bool):
        "The short ways, or only the ordinary ones"
        if free:
            return patch.object(lane, 'is_free', wraps=lane.is_free)
        return patch.multiple(
            lane, is_free=lambda *_: False,
            save=lambda Model, records: Model.save(list(records)))
