"""What people pay who are no volunteers: invoiced, and credited if not due.

By Tryton's own invoices. Where branches number their invoices themselves
(``aid_basket``) these bear the branch too, see ``branch_invoice.py``.
"""
from __future__ import annotations

from collections import defaultdict

from trytond.i18n import gettext
from trytond.model import Index, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval
from trytond.transaction import Transaction, without_check_access

from .exceptions import EnrolmentError, FeeError


class Enrolment(metaclass=PoolMeta):
    __name__ = 'aid.course.enrolment'

    _invoiced = {'readonly': Bool(Eval('paper')), 'invisible': ~Eval('party')}

    payer = fields.Many2One(
        'party.party', "Who Pays", ondelete='RESTRICT', states=_invoiced,
        domain=[('branch', '=', None)],
        help="A firm or an association. Empty: the person.")
    price = Monetary(
        "Price", currency='currency', digits='currency', states=_invoiced,
        domain=['OR', ('price', '=', None), ('price', '>=', 0)],
        help="As the course costs on its first day, unless less was agreed.")
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    invoice_line = fields.Many2One(
        'account.invoice.line', "Invoice Line", readonly=True,
        ondelete='RESTRICT')
    credit_note = fields.Many2One(
        'account.invoice', "Credit Note", readonly=True, ondelete='RESTRICT')
    paper = fields.Function(
        fields.Char("Invoice", states={'invisible': ~Eval('paper')}),
        'get_paper')

    del _invoiced

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(Index(
                table, (table.invoice_line, Index.Equality()),
                where=table.invoice_line != None))  # noqa: E711

    @fields.depends('session', '_parent_session.branch')
    def on_change_with_currency(self, name: str | None = None) -> int | None:
        if self.session and self.session.branch:
            return self.session.branch.company.currency.id
        return None

    @classmethod
    @without_check_access
    def get_paper(cls, enrolments, name: str) -> dict:
        "The number of the invoice, or of the credit note that ended it"
        result = dict.fromkeys(e.id for e in enrolments)
        for enrolment in cls.browse(enrolments):
            paper = enrolment.credit_note or (
                enrolment.invoice_line and enrolment.invoice_line.invoice)
            if paper:
                result[enrolment.id] = paper.number
        return result

    @classmethod
    def _before_create(cls, vlist: list[dict]) -> list[dict]:
        "A place costs what it costs on the first day of the session"
        pool = Pool()
        Session = pool.get('aid.course.session')
        Price = pool.get('aid.course.price')
        vlist = super()._before_create(vlist)
        prices: dict = {}
        for values in vlist:
            if not values.get('party') or values.get('price') is not None:
                continue
            session = values['session']
            if session not in prices:
                prices[session] = Price.of_session(Session(session))
            if prices[session]:
                values['price'] = prices[session].price
        return vlist

    @classmethod
    def check_modification(
            cls, mode, enrolments, values=None, external=False) -> None:
        super().check_modification(
            mode, enrolments, values=values, external=external)
        if mode == 'delete':
            for enrolment in enrolments:
                if enrolment.invoice_line:
                    raise EnrolmentError(gettext(
                            'aid_training.msg_enrolment_invoiced',
                            person=enrolment.person,
                            session=enrolment.session.rec_name))

    @property
    def is_invoiced(self) -> bool:
        "Whether it was invoiced, and not credited since"
        return bool(self.invoice_line) and not self.credit_note

    @classmethod
    @without_check_access
    def invoice(cls, enrolments) -> list:
        """Invoice the places that *enrolments* take and that cost something.

        One invoice for each who pays; what is invoiced already is not again.

        :return: the posted invoices
        :raises FeeError: no account for it
        """
        pool = Pool()
        Invoice = pool.get('account.invoice')
        due = defaultdict(list)
        for enrolment in cls.browse(enrolments):
            if enrolment.price and not enrolment.is_invoiced and (
                    enrolment.state in {'coming', 'present'}):
                due[enrolment.session.branch,
                    enrolment.payer or enrolment.party].append(enrolment)
        invoices, to_write = [], []
        for (branch, payer), places in due.items():
            with Transaction().set_context(company=branch.company.id):
                invoice = cls._new_invoice(branch, payer)
                invoice.lines = [e._invoice_line() for e in places]
                invoice.save()
                cls._post(invoice)
            for enrolment, line in zip(places, invoice.lines):
                to_write += [[enrolment], {
                        'invoice_line': line.id, 'credit_note': None}]
            invoices.append(invoice)
        if to_write:
            cls.write(*to_write)
        return Invoice.browse(invoices)

    @classmethod
    def _new_invoice(cls, branch, payer):
        "An invoice without lines, for *payer*, of today where *branch* is"
        pool = Pool()
        Invoice = pool.get('account.invoice')
        Address = pool.get('party.address')
        if not payer.addresses:
            Address.create([{'party': payer.id}])
            payer = payer.__class__(payer.id)
        invoice = Invoice(
            type='out', company=branch.company,
            currency=branch.company.currency, party=payer,
            invoice_date=branch.today())
        invoice.set_journal()
        invoice.on_change_party()
        return invoice

    @staticmethod
    def _post(invoice) -> None:
        Invoice = Pool().get('account.invoice')
        with Transaction().set_context(_skip_warnings=True):
            Invoice.post([invoice])

    def _invoice_line(self):
        "Its line: the session, and who took the place"
        Line = Pool().get('account.invoice.line')
        company = self.session.branch.company
        return Line(
            type='line', company=company, currency=company.currency,
            account=self._revenue_account(), quantity=1,
            unit_price=self.price, taxes=[],
            description=gettext(
                'aid_training.msg_fee_line', person=self.person,
                session=self.session.rec_name))

    def _revenue_account(self):
        """Where the fee is booked.

        :raises FeeError: nothing says where
        """
        pool = Pool()
        Price = pool.get('aid.course.price')
        Account = pool.get('account.account')
        price = Price.of_session(self.session)
        if price and price.account:
            return price.account.current()
        company = self.session.branch.company
        domain = [
            ('company', '=', company.id),
            ('type.revenue', '=', True),
            ('closed', '!=', True),
            ]
        found = Account.search(
            [*domain, ('code', 'like', '706%')],
            order=[('code', 'ASC')], limit=1)
        if not found:
            found = Account.search(domain, limit=2)
        if len(found) != 1:
            raise FeeError(gettext(
                    'aid_training.msg_fee_account',
                    course=self.session.course.rec_name))
        return found[0].current()

    @classmethod
    @ModelView.button
    def cancel(cls, enrolments) -> None:
        "What was invoiced is credited"
        leaving = [
            e for e in enrolments if e.state in {'coming', 'waiting'}]
        super().cancel(enrolments)
        cls.credit([e for e in leaving if e.is_invoiced])

    @classmethod
    @without_check_access
    def credit(cls, enrolments) -> list:
        """Credit what was invoiced for *enrolments*.

        An invoice of which nothing is left and nothing was paid ends with
        its credit note; of another one the credit note is the payer's.

        :return: the posted credit notes
        """
        by_invoice = defaultdict(list)
        for enrolment in cls.browse(enrolments):
            by_invoice[enrolment.invoice_line.invoice].append(enrolment)
        credits, to_write = [], []
        for invoice, places in by_invoice.items():
            company = invoice.company
            with Transaction().set_context(company=company.id):
                credit = cls._credit(invoice, places)
            to_write += [places, {'credit_note': credit.id}]
            credits.append(credit)
        if to_write:
            cls.write(*to_write)
        return credits

    @classmethod
    def _credit(cls, invoice, places):
        "The posted credit note of *places* of *invoice*"
        Invoice = Pool().get('account.invoice')
        branch = places[0].session.branch
        values = {'invoice_date': max(branch.today(), invoice.invoice_date)}
        whole = {e.invoice_line for e in places} == set(invoice.lines)
        with Transaction().set_context(_skip_warnings=True):
            if whole and invoice.state == 'posted' and (
                    not invoice.payment_lines):
                credit, = Invoice.credit([invoice], refund=True, **values)
                return credit
            credit = invoice._credit(**values)
            credit.lines = [e.invoice_line._credit() for e in places]
            credit.save()
            Invoice.post([credit])
        return credit


class Session(metaclass=PoolMeta):
    __name__ = 'aid.course.session'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._buttons.update({
                'invoice': {
                    'invisible': ~Eval('public') | (
                        Eval('state') == 'cancelled'),
                    'depends': ['public', 'state'],
                    },
                })

    @classmethod
    @ModelView.button
    def invoice(cls, sessions) -> None:
        "Invoice all places that cost something and are not invoiced yet"
        Enrolment = Pool().get('aid.course.enrolment')
        Enrolment.invoice([e for s in sessions for e in s.enrolments])

    @classmethod
    @ModelView.button
    def cancel(cls, sessions) -> None:
        "What was invoiced for it is credited"
        Enrolment = Pool().get('aid.course.enrolment')
        super().cancel(sessions)
        Enrolment.credit([
                e for s in sessions for e in s.enrolments if e.is_invoiced])
