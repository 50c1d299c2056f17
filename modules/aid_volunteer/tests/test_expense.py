import datetime as dt
import unittest
from decimal import Decimal

from trytond.model.exceptions import AccessError, SQLConstraintError
from trytond.modules.account.tests import create_chart
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from aid_branch.tests.network import as_user, create_network, create_user
from aid_volunteer.exceptions import ExpenseError, ExpenseSelfApprovalError

from .people import TODAY, create_volunteer


class ExpenseTestCase(unittest.TestCase):
    "From the note to the invoice, or to the waiver"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_volunteer')

    def prepare(self) -> None:
        "A branch, two officers, an accountant, somebody who drives"
        pool = Pool()
        Vehicle = pool.get('aid.volunteer.vehicle')
        self.network = create_network()
        self.branch = self.network['grocery']
        with Transaction().set_context(
                company=self.branch.company.id,
                companies=[self.branch.company.id]):
            create_chart(self.branch.company)
            account = pool.get('account.account').search([
                    ('type.expense', '=', True)], limit=1)[0]
            settings = pool.get('aid.volunteer.configuration')(1)
            settings.expense_account = account
            settings.save()
        self.nadia, self.omar = [
            create_user(name, [self.branch], ['group_branch_officer'])
            for name in ['nadia', 'omar']]
        self.accountant = create_user(
            'accountant', [], ['group_accountant'], all_branches=True)
        Group = pool.get('res.group')
        User = pool.get('res.user')
        ModelData = pool.get('ir.model.data')
        User.write([self.accountant], {'groups': [('add', [
                            Group(ModelData.get_id(
                                    'account', 'group_account')).id])]})
        self.sam = create_volunteer(self.branch, "Sam", last_name="Petit")
        self.car, = Vehicle.search([('name', 'like', "Car, 5%")])

    def note(self, *lines, **values):
        "A note that Nadia entered"
        Expense = Pool().get('aid.volunteer.expense')
        with as_user(self.nadia):
            expense, = Expense.create([{
                        'volunteer': self.sam.id,
                        'date': TODAY,
                        'purpose': "Collection",
                        'lines': [('create', list(lines))],
                        **values,
                        }])
        return Expense(expense.id)

    def journey(self, kilometres=100, **values):
        return {
            'date': TODAY, 'description': "Market and back",
            'kind': 'kilometres', 'vehicle': self.car.id,
            'kilometres': Decimal(kilometres), **values}

    def approved(self, *lines):
        expense = self.note(*lines)
        with as_user(self.nadia):
            expense.__class__.submit([expense])
        with as_user(self.omar):
            expense.__class__.approve([expense])
        return expense

    @with_transaction()
    def test_paid_back(self):
        pool = Pool()
        Expense = pool.get('aid.volunteer.expense')
        Attachment = pool.get('ir.attachment')
        self.prepare()
        expense = self.note(self.journey(), {
                'date': TODAY, 'description': "Boxes", 'kind': 'cost',
                'amount': Decimal('12.50')})
        with as_user(self.nadia):
            with self.assertRaises(ExpenseError) as raised:
                Expense.submit([expense])
            self.assertIn("Boxes", raised.exception.message)
            Attachment.create([{
                        'name': "receipt.pdf", 'resource': str(expense),
                        'data': b'%PDF'}])
            Expense.submit([expense])
            self.assertRegex(expense.number, r'^NF\d{6}$')
            with self.assertRaises(ExpenseSelfApprovalError):
                Expense.approve([expense])
            with self.assertRaises(AccessError):
                Expense.write([expense], {'purpose': "Other"})
        with as_user(self.omar):
            Expense.approve([expense])
        self.assertEqual(
            (expense.state, expense.approved_by, expense.amount),
            ('approved', self.omar, Decimal('76.10')))
        with as_user(self.accountant):
            # The books know a name, and nothing else of the person
            row, = Expense.read([expense.id], ['name', 'lines'])
            self.assertEqual(row['name'], "Sam Petit")
            with self.assertRaises(AccessError):
                Expense.read([expense.id], ['volunteer.phone'])
            Expense.refund([Expense(expense.id)])
        expense = Expense(expense.id)
        invoice = expense.invoice
        self.assertEqual(
            (expense.state, invoice.type, invoice.state, invoice.party.name,
                invoice.untaxed_amount, invoice.party.branch),
            ('refunded', 'in', 'draft', "Sam Petit", Decimal('76.10'),
                self.branch))
        # The next one is paid to the same party
        again = self.approved(self.journey(10))
        Expense.refund([again])
        self.assertEqual(Expense(again.id).invoice.party, invoice.party)
        # Never both
        Expense.waive([expense])
        self.assertEqual(
            (Expense(expense.id).state, expense.waived_on),
            ('refunded', None))
        with self.assertRaises(SQLConstraintError):
            Expense.write([expense], {'waived_on': TODAY})

    @with_transaction()
    def test_left_to_the_association(self):
        pool = Pool()
        Expense = pool.get('aid.volunteer.expense')
        Paper = pool.get('aid.volunteer.expense.paper', type='report')
        self.prepare()
        expense = self.approved(self.journey(50))
        with as_user(self.omar):
            with self.assertRaises(AccessError):
                Expense.write([expense], {'signed_on': TODAY})
            Expense.waive([expense])
            expense = Expense(expense.id)
            self.assertEqual(expense.state, 'waived')
            for word in ["Sam Petit", "31.80", "certify"]:
                self.assertIn(word, expense.waiver)
            Expense.write([expense], {'signed_on': TODAY})
            _, content, *_ = Paper.execute(
                [expense.id], {'model': 'aid.volunteer.expense'})
            self.assertTrue(content)
        Expense.refund([expense])
        self.assertFalse(Expense(expense.id).invoice)
        officer = create_user(
            'elsewhere', [self.network['other']], ['group_branch_officer'])
        with as_user(officer):
            self.assertFalse(Expense.search([]))

    @with_transaction()
    def test_kilometres_of_the_year(self):
        self.prepare()
        day = dt.date(TODAY.year - 1, 6, 1)
        first = self.approved(
            self.journey(4900, date=day), self.journey(200, date=day))
        self.assertEqual(
            [line.amount for line in first.lines],
            [Decimal('3116.40'), Decimal('99.30')])
        second = self.approved(
            self.journey(100, date=day), self.journey(100))
        self.assertEqual(
            [line.amount for line in second.lines],
            [Decimal('35.70'), Decimal('63.60')])

    @with_transaction()
    def test_bad_input(self):
        Expense = Pool().get('aid.volunteer.expense')
        self.prepare()
        tomorrow = TODAY + dt.timedelta(days=1)
        cost = {
            'date': TODAY, 'description': "Boxes", 'kind': 'cost',
            'amount': Decimal(1)}
        for lines, values in [
                ([self.journey(0)], {}),
                ([self.journey(-5)], {}),
                ([{**cost, 'amount': Decimal(0)}], {}),
                ([{**cost, 'date': tomorrow}], {}),
                ([cost], {'date': tomorrow})]:
            with self.subTest(lines=lines, values=values), \
                    self.assertRaises(ExpenseError):
                self.note(*lines, **values)
        for expense in [
                self.note(),
                self.note(self.journey(date=dt.date(2019, 5, 1)))]:
            with self.assertRaises(ExpenseError):
                Expense.submit([expense])


if __name__ == '__main__':
    unittest.main()
