"""Invoices of a branch: their number, their lines, their entry later on."""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from trytond.exceptions import UserError
from trytond.model import Index, fields
from trytond.modules.product import round_price
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import (
    Transaction, TransactionError, without_check_access)

from . import books, numbered_invoices
from .own_transaction import own_transaction, read_again

ZERO = Decimal(0)
#: How many invoices are posted together
BATCH = 50
#: How long those of baskets are gathered: a worker gives twenty their entries
#: for little more than one
GATHER = dt.timedelta(seconds=5)


class Invoice(metaclass=PoolMeta):
    """An invoice may belong to a branch: it is then seen and numbered there.

    The invoice of a basket bears the household's code and nothing else of
    it, therefore no address either.
    """
    __name__ = 'account.invoice'

    _branch_scope = ('branch',)
    _branch_scope_empty = True

    branch = fields.Many2One(
        'aid.branch', "Branch", readonly=True, ondelete='RESTRICT')
    baskets = fields.One2Many(
        'aid.basket', 'invoice', "Basket", readonly=True, size=1,
        states={'invisible': ~Eval('baskets', [])})

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.invoice_address.required = False
        cls.invoice_address.states = {
            **cls.invoice_address.states,
            'required': ~Eval('branch', None),
            }
        table = cls.__table__()
        cls._sql_indexes.update({
                Index(table, (table.branch, Index.Equality())),
                # What has the last date is asked at each numbering
                Index(table,
                    (table.sequence, Index.Equality()),
                    (table.invoice_date, Index.Range(order='DESC'))),
                Index(table, (table.id, Index.Range()),
                    where=(table.state == 'posted')
                    & (table.move == None)),  # noqa: E711
                })

    def _number_sequence(self, pattern=None):
        "The branch's own numbers, by one look-up"
        if not self.branch or self.type != 'out':
            return super()._number_sequence(pattern=pattern)
        BranchSequence = Pool().get('aid.branch.sequence')
        date = self.accounting_date or self.invoice_date
        return (
            BranchSequence.numbers(self.branch, self._sequence_type, date),
            date)

    @classmethod
    def for_baskets(cls, baskets) -> list:
        """Numbered invoices for *baskets*, one each, in their order.

        The number is given here; the entry follows by itself. There is one
        line for each account and set of taxes, the printed document lists
        the goods.

        :return: each with its number
        :raises AccountMissingError: no account for contributions
        """
        if not baskets:
            return []
        Account = Pool().get('account.account')
        cls._hold_numbers(baskets)
        known: dict = {}
        for company, group in _by_company(baskets).items():
            with Transaction().set_context(company=company.id):
                known[Account, company] = books.receivables(
                    [b.household.party for b in group], company)
        invoices = [cls._of_basket(basket, known) for basket in baskets]
        with Transaction().set_context(queue_scheduled_at=GATHER):
            saved = numbered_invoices.numbered(invoices)
            if saved is None:
                cls.save(invoices)
                cls.post_batch(invoices)
                saved = invoices
        return [
            (one, invoice.number) for one, invoice in zip(saved, invoices)]

    @classmethod
    def _hold_numbers(cls, baskets) -> None:
        BranchSequence = Pool().get('aid.branch.sequence')
        keys = {(b.session.branch, b.session.date) for b in baskets}
        BranchSequence.hold([
                (branch, 'invoice', date) for branch, date in sorted(
                    keys, key=lambda k: (k[0].id, k[1]))])

    @classmethod
    def _of_basket(cls, basket, known: dict):
        """The invoice of *basket*, not saved.

        :param known: what was asked for other baskets and is the same
        """
        Account = Pool().get('account.account')
        branch = basket.session.branch
        invoice = cls(
            type='out',
            branch=branch,
            company=branch.company,
            currency=branch.company.currency,
            party=basket.household.party)
        invoice.journal = books.journal_of(invoice)
        # It has no address, tax identifier or term: only the code is on it
        invoice.account = known[Account, branch.company][invoice.party.id]
        invoice.invoice_address = invoice.party_tax_identifier = None
        invoice.payment_term = None
        invoice.invoice_date = _once(
            known, (cls, branch, basket.date),
            lambda: invoice._first_free_date(basket.date))
        invoice.lines = cls._lines_of_basket(basket, known)
        return invoice

    def _first_free_date(self, date: dt.date) -> dt.date:
        """*date*, or the date of the last number where that is later.

        Numbers go up with time: a session that is caught up from paper is
        invoiced on the day of the last invoice.
        """
        BranchSequence = Pool().get('aid.branch.sequence')
        sequence = BranchSequence.numbers(self.branch, 'invoice', date)
        last = self.__class__.search([
                ('sequence', '=', sequence.id),
                ('invoice_date', '>', date),
                ], order=[('invoice_date', 'DESC')], limit=1)
        return last[0].invoice_date if last else date

    @classmethod
    def _lines_of_basket(cls, basket, known: dict) -> list:
        "One line for each account and set of taxes"
        pool = Pool()
        Configuration = pool.get('aid.basket.configuration')
        Fiscal = pool.get('aid.fiscal.status')
        branch = basket.session.branch
        status = _once(
            known, (Fiscal, branch, basket.date),
            lambda: Fiscal.for_branch(branch, basket.date))
        if not status or status.exempt:
            account = _once(
                known, (Configuration, branch.company),
                lambda: Configuration(1).account_for(branch.company))
            return [cls._line(branch.company, account, (), basket.asked)]
        amounts: dict = defaultdict(lambda: ZERO)
        for line in basket.lines:
            if line.asked:
                template = line.product.template
                key = (
                    template.account_revenue_used,
                    tuple(template.customer_taxes_used))
                amounts[key] += line.asked
        return [
            cls._line(
                branch.company, account, taxes,
                cls._without_taxes(amount, taxes, basket.date))
            for (account, taxes), amount in amounts.items()]

    @staticmethod
    def _without_taxes(amount: Decimal, taxes, date: dt.date) -> Decimal:
        "*amount*, which contains *taxes*, without them"
        Tax = Pool().get('account.tax')
        return round_price(Tax.reverse_compute(amount, taxes, date=date))

    @staticmethod
    def _line(company, account, taxes, amount: Decimal):
        Line = Pool().get('account.invoice.line')
        return Line(
            type='line',
            company=company,
            currency=company.currency,
            account=account,
            quantity=1,
            unit_price=amount,
            taxes=list(taxes))

    # The entry

    @classmethod
    def _post(cls, invoices) -> None:
        "Book the payments of baskets as soon as their invoice has its entry"
        super()._post(invoices)
        pool = Pool()
        Payment = pool.get('aid.basket.payment')
        Session = pool.get('aid.distribution.session')
        branched = [i.id for i in invoices if i.branch]
        if branched:
            Payment.book(Payment.search([
                        ('state', '=', 'taken'),
                        ('basket.invoice', 'in', branched),
                        ], order=[('id', 'ASC')]))
            Session.mark_posted(Session.search([
                        ('state', '=', 'closed'),
                        ('baskets.invoice', 'in', branched),
                        ]))

    @classmethod
    @without_check_access
    def post_waiting(cls) -> None:
        """Give their entry to the numbered invoices that have none yet.

        The queue is only a wake-up: it forgets what a killed worker had
        begun. This finds it again, in batches, one at a time.
        """
        last = 0
        while invoices := cls._waiting(('id', '>', last)):
            last = invoices[-1].id
            cls.post_in_turn(invoices)

    @classmethod
    def _waiting(cls, *domain, limit: int = BATCH) -> list:
        "The first numbered invoices of *domain* that have no entry yet"
        return cls.search([
                ('state', '=', 'posted'),
                ('move', '=', None),
                ('branch', '!=', None),
                *domain], order=[('id', 'ASC')], limit=limit)

    @classmethod
    @without_check_access
    def post_in_turn(cls, invoices) -> None:
        """Give *invoices* their entry where they have none, by company.

        With them a batch of what else waits: where tills are faster than the
        worker, one of their tasks does what the next ones came for. Where
        something is wrong with one of those, they are left to their own.
        """
        by_company = defaultdict(list)
        for invoice in invoices:
            by_company[invoice.company].append(invoice)
        for company, group in by_company.items():
            if all(invoice.move for invoice in group):
                continue
            others = [] if len(group) >= BATCH else cls._waiting(
                ('company', '=', company.id),
                ('id', 'not in', [i.id for i in group]),
                limit=BATCH - len(group))
            try:
                cls._post_in_turn(company, group + others)
            except UserError:
                if not others:
                    raise
                cls._post_in_turn(company, group)

    @classmethod
    def _post_in_turn(cls, company, invoices) -> None:
        """Wait for the numbers of the entries of *company*, then post.

        Whoever holds them is the only poster; without them Tryton would
        begin everything again. So it would for the first entry of a journal
        in a month, for which it wants a table: that is waited for here, as
        what began around it cannot lend its lock.
        """
        tables: list[str] = []
        while True:
            outer, alone = Transaction(), False
            try:
                with own_transaction(invoices, company):
                    alone = Transaction() is not outer
                    _wait_for_tables(tables)
                    cls._post_waiting_of(company, invoices)
                return
            except TransactionError as error:
                wanted: dict = {}
                error.fix(wanted)
                missing = set(wanted.get('_lock_tables', ())) - set(tables)
                if not (alone and missing):
                    raise
                tables += sorted(missing)

    @classmethod
    def _post_waiting_of(cls, company, invoices) -> None:
        "Post those of *invoices* that nobody has posted, once it is our turn"
        pool = Pool()
        BranchSequence = pool.get('aid.branch.sequence')
        Period = pool.get('account.period')
        days = {i.accounting_date or i.invoice_date for i in invoices}
        BranchSequence.hold_strict([
                Period.find(company, date=day).move_sequence_used
                for day in days])
        read_again()
        waiting = [
            i for i in cls.browse([i.id for i in invoices])
            if i.state == 'posted' and not i.move]
        with Transaction().set_context(_skip_warnings=True):
            cls._post(waiting)

    @classmethod
    def print_invoice(cls, invoices) -> None:
        "The paper of a basket is printed at the till, not after posting"
        invoices = [i for i in cls.browse(invoices) if not i.baskets]
        for invoice in invoices:
            super(Invoice, invoice).print_invoice()

    def _credit(self, **values):
        credit = super()._credit(**values)
        credit.branch = self.branch
        return credit

    @classmethod
    def copy(cls, invoices, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('baskets')
        return super().copy(invoices, default=default)


def _by_company(baskets) -> dict:
    result = defaultdict(list)
    for basket in baskets:
        result[basket.session.branch.company].append(basket)
    return result


def _once(known: dict, key, ask: Callable) -> Any:
    "What *ask* answers, and answered before to the same *key*"
    if key not in known:
        known[key] = ask()
    return known[key]


def _wait_for_tables(tables: list[str]) -> None:
    "Keep *tables* to this transaction, waiting for whoever writes into them"
    transaction = Transaction()
    for table in tables:
        transaction.connection.cursor().execute(
            f'LOCK TABLE "{table}" IN EXCLUSIVE MODE')
        transaction._locked_tables.add(table)
