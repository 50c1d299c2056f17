"""Payments that are booked together leave what Tryton leaves of each."""
from decimal import Decimal as D

from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction
from trytond.transaction import Transaction

from aid_basket.checkout import checkout
from aid_basket.tests.test_numbered_invoices import rows
from aid_basket.tests.till import TillTestCase, at_till, baskets_of, give, rule


class PaymentEntryTestCase(TillTestCase):

    def handed_over(self, branch, count: int) -> list:
        "Baskets that have their entry, of which nothing is paid"
        pool = Pool()
        lot, = give(branch, {'family': 'canned', 'net_weight': 50})
        baskets = baskets_of(branch, count, (lot, 2))
        checkout(baskets, pay=None)
        pool.get('account.invoice').post_waiting()
        return pool.get('aid.basket').browse([b.id for b in baskets])

    def left_by(self, basket) -> dict:
        "What the payments of *basket* left in the accounts, by model"
        pool = Pool()
        invoice = pool.get('aid.basket')(basket.id).invoice
        lines = [*invoice.payment_lines, *invoice.lines_to_pay]
        moves = [line.move for line in invoice.payment_lines]
        reconciliations = [
            l.reconciliation for l in lines if l.reconciliation]
        left = {
            'state': invoice.state,
            'account.move': moves,
            'account.move.line': [l for m in moves for l in m.lines],
            'account.move.reconciliation': reconciliations,
            }
        return {
            name: rows(pool.get(name), [r.id for r in what] or [0])
            if isinstance(what, list) else what
            for name, what in left.items()}

    @with_transaction()
    def test_same_rows(self):
        "As `pay_invoice` makes them, for the whole and for a part"
        pool = Pool()
        Payment = pool.get('aid.basket.payment')
        Method = pool.get('aid.basket.configuration')(1)
        with at_till() as branch:
            rule()
            for part in [D(1), D('0.5')]:
                ours, tryton = self.handed_over(branch, 2)
                amount = (ours.asked * part).quantize(D('0.01'))
                Payment.book(Payment.take([(ours, 'cash', amount)]))
                company = branch.company
                with Transaction().set_context(company=company.id):
                    invoice = tryton.invoice
                    invoice.pay_invoice(
                        amount, Method.method_for('cash', company),
                        tryton.session.date, description=tryton.number)
                    type(tryton).reconcile([tryton])
                found, expected = self.left_by(ours), self.left_by(tryton)
                for left in [found, expected]:
                    for row in left['account.move']:
                        # Each has its own number of the basket
                        del row['description']
                    for row in left['account.move.line']:
                        del row['reconciliation']
                with self.subTest(part=part):
                    self.assertEqual(found, expected)
                    self.assertEqual(len(found['account.move.line']), 2)
                    self.assertEqual(
                        len([r for r in found['account.move.reconciliation']
                                if r]), int(part == 1))

    @with_transaction()
    def test_many(self):
        "Two payments of one basket beside one of another"
        pool = Pool()
        Payment = pool.get('aid.basket.payment')
        with at_till() as branch:
            rule()
            one, other = self.handed_over(branch, 2)
            payments = Payment.take([
                    (one, 'cash', D('0.01')), (other, 'cash', other.asked),
                    (one, 'card', one.asked - D('0.01'))])
            Payment.book(payments)
            self.assertEqual(
                [(p.state, p.move.state, p.move.description)
                    for p in Payment.browse(payments)], [
                    ('booked', 'posted', b.number) for b in [one, other, one]])
            for basket in [one, other]:
                invoice = pool.get('aid.basket')(basket.id).invoice
                self.assertTrue(invoice.reconciled)
                self.assertEqual(invoice.amount_to_pay, 0)
