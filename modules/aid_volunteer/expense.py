"""What a volunteer spent for the association: paid back, or left to it.

Never both. What is paid back becomes a supplier invoice in Tryton's accounts;
what is left to the association carries the written waiver, so that it can
become a gift with a tax receipt.
"""
from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sql import Null
from sql.aggregate import Sum

from trytond.i18n import gettext
from trytond.model import (
    Check, DeactivableMixin, Index, Model, ModelSQL, ModelView, Workflow,
    fields)
from trytond.model.exceptions import AccessError
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.report import Report
from trytond.transaction import Transaction, without_check_access

from aid_branch.dated import RuleMixin
from aid_branch.paper import PaperReport
from aid_branch.scope import BranchMixin

from .exceptions import ExpenseError, ExpenseSelfApprovalError
from .kilometres import Band, of_journey

ZERO = Decimal(0)
#: The states in which its kilometres count in the year of the volunteer
COUNTED = ['submitted', 'approved', 'refunded', 'waived']


class Vehicle(DeactivableMixin, ModelSQL, ModelView):
    "A class of vehicles of the scale of kilometres"
    __name__ = 'aid.volunteer.vehicle'

    name = fields.Char("Name", required=True, translate=True)
    rates = fields.One2Many(
        'aid.volunteer.vehicle.rate', 'vehicle', "Scale")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._order.insert(0, ('id', 'ASC'))

    def scale(self, date: dt.date) -> list[Band]:
        "The bands of the scale that holds on *date*"
        Rate = Pool().get('aid.volunteer.vehicle.rate')
        best: dict[int, Band] = {}
        for rate in Rate.all_at(date, vehicle=self):
            best.setdefault(rate.above, Band(
                    Decimal(rate.above), rate.rate, rate.fixed))
        return list(best.values())


class VehicleRate(RuleMixin, ModelSQL, ModelView):
    "What a kilometre is worth, from so many kilometres a year on"
    __name__ = 'aid.volunteer.vehicle.rate'

    _rule_key = ('vehicle', 'above')

    vehicle = fields.Many2One(
        'aid.volunteer.vehicle', "Vehicle", required=True,
        ondelete='CASCADE')
    above = fields.Integer(
        "Above Kilometres a Year", required=True,
        domain=[('above', '>=', 0)])
    rate = fields.Numeric(
        "Per Kilometre", digits=(16, 3), required=True,
        domain=[('rate', '>=', 0)])
    fixed = fields.Numeric(
        "And for the Year", digits=(16, 2), required=True,
        help="On top, once, whatever the kilometres.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._order = [
            ('vehicle', 'ASC'), ('above', 'ASC'),
            ('valid_from', 'DESC NULLS LAST'), ('id', 'ASC')]

    @staticmethod
    def default_above() -> int:
        return 0

    @staticmethod
    def default_fixed() -> Decimal:
        return ZERO

    def get_rec_name(self, name: str) -> str:
        return f'{self.vehicle.rec_name} > {self.above} km'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('vehicle.rec_name', *clause[1:])]


class Expense(BranchMixin, Workflow, ModelSQL, ModelView):
    """The expense note of a volunteer.

    Approved by somebody else than who entered it, then paid back or left to
    the association. Receipts are its attachments.
    """
    __name__ = 'aid.volunteer.expense'
    _rec_name = 'number'

    _draft = {'readonly': Eval('state') != 'draft'}

    number = fields.Char("Number", readonly=True)
    volunteer = fields.Many2One(
        'aid.volunteer', "Volunteer", required=True, ondelete='RESTRICT',
        states=_draft)
    name = fields.Char(
        "Name", readonly=True,
        help="Stays in the books when the volunteer is forgotten.")
    date = fields.Date("Date", required=True, states=_draft)
    purpose = fields.Char("What For", required=True, states=_draft)
    lines = fields.One2Many(
        'aid.volunteer.expense.line', 'expense', "Expenses", states=_draft)
    amount = fields.Function(
        Monetary("Amount", currency='currency', digits='currency'),
        'get_amount')
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    submitted_by = fields.Many2One(
        'res.user', "Submitted By", readonly=True, ondelete='RESTRICT')
    approved_by = fields.Many2One(
        'res.user', "Approved By", readonly=True, ondelete='RESTRICT')
    approved_on = fields.Date("Approved On", readonly=True)
    invoice = fields.Many2One(
        'account.invoice', "Invoice", readonly=True, ondelete='RESTRICT',
        states={'invisible': ~Eval('invoice')})
    waived_on = fields.Date(
        "Left to the Association On", readonly=True,
        states={'invisible': ~Eval('waived_on')})
    waiver = fields.Text(
        "Waiver", readonly=True, states={'invisible': ~Eval('waived_on')})
    signed_on = fields.Date(
        "Waiver Signed On", states={
            'invisible': ~Eval('waived_on'),
            'readonly': Eval('state') != 'waived',
            },
        help="Without a signature there will be no tax receipt.")
    state = fields.Selection([
            ('draft', "Draft"),
            ('submitted', "Submitted"),
            ('approved', "Approved"),
            ('refunded', "Paid Back"),
            ('waived', "Left to the Association"),
            ], "State", required=True, readonly=True, sort=False)
    state_string = state.translated('state')

    del _draft

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.branch.states = {'readonly': Eval('state') != 'draft'}
        table = cls.__table__()
        cls._order = [('date', 'DESC'), ('id', 'DESC')]
        cls._sql_constraints.append(
            ('never_both', Check(
                    table,
                    ((table.invoice == Null) & (table.waived_on == Null))
                    | ((table.state == 'refunded')
                        & (table.waived_on == Null))
                    | ((table.state == 'waived')
                        & (table.invoice == Null))),
                'aid_volunteer.msg_expense_never_both'))
        cls._sql_indexes.update({
                Index(table, (table.volunteer, Index.Equality()),
                    (table.date, Index.Range())),
                Index(table, (table.state, Index.Equality()),
                    where=table.state.in_(
                        ['draft', 'submitted', 'approved'])),
                })
        cls._transitions |= {
            ('draft', 'submitted'), ('submitted', 'draft'),
            ('submitted', 'approved'), ('approved', 'draft'),
            ('approved', 'refunded'), ('approved', 'waived')}
        for name, states in [
                ('submit', ['draft']), ('approve', ['submitted']),
                ('send_back', ['submitted', 'approved']),
                ('refund', ['approved']), ('waive', ['approved'])]:
            cls._buttons[name] = {
                'invisible': ~Eval('state').in_(states),
                'depends': ['state'],
                }

    @staticmethod
    def default_state() -> str:
        return 'draft'

    @staticmethod
    def default_date() -> dt.date:
        return Pool().get('ir.date').today()

    @fields.depends('branch')
    def on_change_with_currency(self, name: str | None = None) -> int | None:
        return self.branch.company.currency.id if self.branch else None

    @classmethod
    def get_amount(cls, expenses, name: str) -> dict[int, Decimal]:
        "The sum of the lines, by one statement"
        line = Pool().get('aid.volunteer.expense.line').__table__()
        cursor = Transaction().connection.cursor()
        cursor.execute(*line.select(
                line.expense, Sum(line.amount),
                where=fields.SQL_OPERATORS['in'](
                    line.expense, [e.id for e in expenses]),
                group_by=[line.expense]))
        sums = dict(cursor.fetchall())
        return {
            e.id: e.currency.round(Decimal(str(sums.get(e.id) or 0)))
            for e in expenses}

    def get_rec_name(self, name: str) -> str:
        return f'{self.number or self.date} {self.name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        joint = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [joint,
            ('number', *clause[1:]),
            ('name', *clause[1:]),
            ]

    @classmethod
    def preprocess_values(cls, mode: str, values: dict) -> dict:
        # The accounts know the name, and nothing else of a volunteer
        values = super().preprocess_values(mode, values)
        if values.get('volunteer') is not None:
            Volunteer = Pool().get('aid.volunteer')
            values['name'] = Volunteer(values['volunteer']).rec_name
        return values

    @classmethod
    def validate_fields(cls, expenses, field_names) -> None:
        super().validate_fields(expenses, field_names)
        if field_names and 'date' not in field_names:
            return
        for expense in expenses:
            if expense.date > expense.branch.today():
                raise ExpenseError(gettext(
                        'aid_volunteer.msg_expense_in_future',
                        expense=expense.rec_name))

    @classmethod
    def check_modification(
            cls, mode, expenses, values=None, external=False) -> None:
        super().check_modification(
            mode, expenses, values=values, external=external)
        if mode == 'create' or mode == 'write' and not external:
            return
        for expense in expenses:
            if expense.state == 'draft' or (
                    mode == 'write' and expense.state == 'waived'
                    and values.keys() <= {'signed_on'}):
                continue
            raise AccessError(gettext(
                    'aid_volunteer.msg_expense_not_draft',
                    expense=expense.rec_name))

    @classmethod
    def copy(cls, expenses, default=None):
        default = default.copy() if default is not None else {}
        for name in [
                'number', 'submitted_by', 'approved_by', 'approved_on',
                'invoice', 'waived_on', 'waiver', 'signed_on']:
            default.setdefault(name)
        default.setdefault('state', 'draft')
        return super().copy(expenses, default=default)

    # From hand to hand

    @classmethod
    @ModelView.button
    @Workflow.transition('submitted')
    def submit(cls, expenses) -> None:
        """It is complete: amounts by the scale of the day, receipts attached.

        :raises ExpenseError: it is not
        """
        cls._check_complete(expenses)
        for expense in expenses:
            expense._reckon_kilometres()
        with without_check_access():
            cls._number(expenses)
            cls.write(expenses, {'submitted_by': Transaction().user})

    @classmethod
    @ModelView.button
    @Workflow.transition('approved')
    def approve(cls, expenses) -> None:
        """Somebody else than who entered it finds it right.

        :raises ExpenseSelfApprovalError: it is the same person
        """
        user = Transaction().user
        for expense in expenses:
            if user in {
                    expense.submitted_by.id if expense.submitted_by else None,
                    expense.create_uid.id if expense.create_uid else None}:
                raise ExpenseSelfApprovalError(gettext(
                        'aid_volunteer.msg_expense_own',
                        expense=expense.rec_name))
        with without_check_access():
            for expense in expenses:
                cls.write([expense], {
                        'approved_by': user,
                        'approved_on': expense.branch.today(),
                        })

    @classmethod
    @ModelView.button
    @Workflow.transition('draft')
    def send_back(cls, expenses) -> None:
        "Something is to be changed first; then it is approved again"
        with without_check_access():
            cls.write(expenses, {
                    'submitted_by': None, 'approved_by': None,
                    'approved_on': None,
                    })

    @classmethod
    @ModelView.button
    @Workflow.transition('refunded')
    def refund(cls, expenses) -> None:
        """It is paid back: a supplier invoice of the volunteer, to be posted
        and paid like any other.

        :raises ExpenseAccountMissingError: nothing says what to book it to
        """
        Invoice = Pool().get('account.invoice')
        # Of two people who press two buttons, one is told to ask again
        cls.lock(expenses)
        with without_check_access():
            invoices = []
            for expense in expenses:
                with Transaction().set_context(
                        company=expense.branch.company.id):
                    invoices.append(expense.get_invoice())
            Invoice.save(invoices)
            if expenses:
                cls.write(*[
                        argument for expense, invoice
                        in zip(expenses, invoices) for argument in [
                            [expense], {
                                'invoice': invoice.id,
                                'state': 'refunded',
                                }]])

    @classmethod
    @ModelView.button
    @Workflow.transition('waived')
    def waive(cls, expenses) -> None:
        "It is left to the association, by the written words of the waiver"
        lang = Pool().get('ir.lang').get()
        with without_check_access():
            cls.lock(expenses)
            for expense in expenses:
                cls.write([expense], {
                        'state': 'waived',
                        'waived_on': expense.branch.today(),
                        'waiver': gettext(
                            'aid_volunteer.msg_waiver',
                            volunteer=expense.name,
                            amount=lang.currency(
                                expense.amount, expense.currency),
                            date=lang.strftime(expense.date),
                            association=expense.branch.company.rec_name),
                        })

    @classmethod
    def _number(cls, expenses) -> None:
        pool = Pool()
        Sequence = pool.get('ir.sequence')
        ModelData = pool.get('ir.model.data')
        without = [e for e in expenses if not e.number]
        if without:
            sequence = Sequence(ModelData.get_id(
                    'aid_volunteer', 'sequence_expense'))
            for expense, number in zip(
                    without, sequence.get_many(len(without))):
                cls.write([expense], {'number': number})

    @classmethod
    def _check_complete(cls, expenses) -> None:
        "Refuse what nobody could approve"
        Attachment = Pool().get('ir.attachment')
        with without_check_access():
            proven = {a.resource for a in Attachment.search([
                        ('resource', 'in', [str(e) for e in expenses])])}
        for expense in expenses:
            if not expense.lines:
                raise ExpenseError(gettext(
                        'aid_volunteer.msg_expense_no_line',
                        expense=expense.rec_name))
            costs = [line for line in expense.lines if line.kind == 'cost']
            if costs and expense not in proven:
                raise ExpenseError(gettext(
                        'aid_volunteer.msg_expense_no_receipt',
                        expense=expense.rec_name,
                        cost=costs[0].description))

    def _reckon_kilometres(self) -> None:
        "What each journey adds to the year of the volunteer by the scale"
        Line = Pool().get('aid.volunteer.expense.line')
        years: dict[tuple, Decimal] = {}
        to_write: list = []
        for line in self.lines:
            if line.kind != 'kilometres':
                continue
            key = (line.vehicle, line.date.year)
            if key not in years:
                years[key] = Line.kilometres_of_year(
                    self.volunteer, *key, self)
            to_write += [
                [line], {'amount': line.of_journey(years[key])}]
            years[key] += line.kilometres
        if to_write:
            with without_check_access():
                Line.write(*to_write)

    def get_invoice(self):
        """The supplier invoice that pays this back, not saved.

        One line for each expense. A room above may say whose it is.
        """
        pool = Pool()
        Invoice = pool.get('account.invoice')
        Configuration = pool.get('aid.volunteer.configuration')
        company = self.branch.company
        invoice = Invoice(
            type='in',
            company=company,
            currency=company.currency,
            party=self.volunteer.make_party(),
            reference=self.number,
            description=self.purpose,
            invoice_date=self.branch.today())
        invoice.set_journal()
        invoice.on_change_party()
        account = Configuration(1).account_for(company)
        invoice.lines = [line.get_invoice_line(account)
            for line in self.lines]
        return invoice


class ExpenseLine(ModelSQL, ModelView):
    "A journey, or something paid for the association"
    __name__ = 'aid.volunteer.expense.line'

    expense = fields.Many2One(
        'aid.volunteer.expense', "Expense Note", required=True,
        ondelete='CASCADE')
    date = fields.Date("Date", required=True)
    kind = fields.Selection([
            ('kilometres', "Kilometres"),
            ('cost', "Cost"),
            ], "Kind", required=True, sort=False)
    kind_string = kind.translated('kind')
    description = fields.Char(
        "What", required=True,
        help="From where to where, or what was paid.")
    vehicle = fields.Many2One(
        'aid.volunteer.vehicle', "Vehicle", ondelete='RESTRICT',
        states={
            'invisible': Eval('kind') != 'kilometres',
            'required': Eval('kind') == 'kilometres',
            })
    kilometres = fields.Numeric(
        "Kilometres", digits=(16, 1), states={
            'invisible': Eval('kind') != 'kilometres',
            'required': Eval('kind') == 'kilometres',
            })
    amount = Monetary(
        "Amount", currency='currency', digits='currency', required=True,
        states={'readonly': Eval('kind') == 'kilometres'})
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('expense')
        table = cls.__table__()
        cls._order = [('date', 'ASC'), ('id', 'ASC')]
        cls._sql_indexes.add(
            Index(table, (table.expense, Index.Equality())))

    @staticmethod
    def default_kind() -> str:
        return 'kilometres'

    @staticmethod
    def default_date() -> dt.date:
        return Pool().get('ir.date').today()

    @staticmethod
    def default_amount() -> Decimal:
        return ZERO

    @fields.depends('expense', '_parent_expense.branch')
    def on_change_with_currency(self, name: str | None = None) -> int | None:
        if self.expense and self.expense.branch:
            return self.expense.branch.company.currency.id
        return None

    @fields.depends('kind', 'vehicle', 'kilometres', 'date', 'amount')
    def on_change_with_amount(self) -> Decimal | None:
        "By the scale as long as little was driven this year; see submit"
        if self.kind != 'kilometres':
            return self.amount
        if not (self.vehicle and self.kilometres and self.date):
            return ZERO
        return self._by_scale(ZERO)

    def _by_scale(self, before: Decimal) -> Decimal:
        try:
            value = of_journey(
                self.vehicle.scale(self.date), before, self.kilometres)
        except ValueError:
            return ZERO
        return round(value, 2)

    def of_journey(self, before: Decimal) -> Decimal:
        """What the journey is worth after *before* kilometres of the year.

        :raises ExpenseError: there is no scale for the vehicle on that day
        """
        if not self.vehicle.scale(self.date):
            raise ExpenseError(gettext(
                    'aid_volunteer.msg_expense_no_scale',
                    vehicle=self.vehicle.rec_name, date=self.date))
        return self.currency.round(self._by_scale(before))

    @classmethod
    @without_check_access
    def kilometres_of_year(
            cls, volunteer, vehicle, year: int, but) -> Decimal:
        "What *volunteer* drove by *vehicle*, without the note *but*"
        return sum((
                line.kilometres for line in cls.search([
                        ('expense.volunteer', '=', volunteer.id),
                        ('expense.state', 'in', COUNTED),
                        ('expense', '!=', but.id),
                        ('kind', '=', 'kilometres'),
                        ('vehicle', '=', vehicle.id),
                        ('date', '>=', dt.date(year, 1, 1)),
                        ('date', '<=', dt.date(year, 12, 31)),
                        ])), ZERO)

    def get_rec_name(self, name: str) -> str:
        return self.description

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('description', *clause[1:])]

    def compute_fields(self, field_names=None) -> dict:
        # Whoever enters kilometres does not say what they are worth
        values = super().compute_fields(field_names=field_names)
        if self.kind == 'kilometres' and (
                field_names is None or field_names & {
                    'kind', 'vehicle', 'kilometres', 'date'}):
            values['amount'] = self.on_change_with_amount()
        return values

    @classmethod
    def validate_fields(cls, lines, field_names) -> None:
        super().validate_fields(lines, field_names)
        for line in lines:
            number = line.amount
            if line.kind == 'kilometres':
                number = line.kilometres
            if number is None or number <= 0:
                raise ExpenseError(gettext(
                        'aid_volunteer.msg_expense_nothing',
                        line=line.description))
            if line.date > line.expense.branch.today():
                raise ExpenseError(gettext(
                        'aid_volunteer.msg_expense_in_future',
                        expense=line.description))

    @classmethod
    def check_modification(
            cls, mode, lines, values=None, external=False) -> None:
        super().check_modification(
            mode, lines, values=values, external=external)
        if not external:
            return
        for line in lines:
            if line.expense.state != 'draft':
                raise AccessError(gettext(
                        'aid_volunteer.msg_expense_not_draft',
                        expense=line.expense.rec_name))

    def get_invoice_line(self, account):
        "The line of the invoice that pays this back"
        InvoiceLine = Pool().get('account.invoice.line')
        return InvoiceLine(
            type='line',
            invoice_type='in',
            company=self.expense.branch.company,
            currency=self.currency,
            account=account,
            quantity=1,
            unit_price=self.amount,
            description=self.description)


class ExpensePaper(PaperReport, Report):
    "The expense note, with the waiver to sign where it was waived"
    __name__ = 'aid.volunteer.expense.paper'


class PaidBackMixin(Model):
    "Gives a volunteer the party that is paid back"
    __slots__ = ()

    party = fields.Many2One(
        'party.party', "Party", readonly=True, ondelete='RESTRICT',
        states={'invisible': ~Eval('party')},
        help="Made when something is paid back for the first time.")

    @without_check_access
    def make_party(self):
        "The party to pay, confidential to the branch; made where missing"
        Party = Pool().get('party.party')
        volunteer = self.__class__(self.id)
        party = volunteer.party
        if not party:
            party, = Party.create([{
                        'name': volunteer.rec_name,
                        'branch': volunteer.branch.id,
                        'addresses': [('create', [{}])],
                        }])
            self.__class__.write([volunteer], {'party': party.id})
        elif not party.addresses:
            Party.write([party], {'addresses': [('create', [{}])]})
        return Party(party.id)


class PartyReplace(metaclass=PoolMeta):
    __name__ = 'party.replace'

    @classmethod
    def fields_to_replace(cls) -> list:
        return super().fields_to_replace() + [('aid.volunteer', 'party')]
