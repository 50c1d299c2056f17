"""The paper a household takes home: ticket or A4 sheet.

An invoice where something was asked, else a hand-over slip; both list every
line of the basket. Goods that must be free stand apart, without a price.
"""
from __future__ import annotations

from decimal import Decimal

from trytond.i18n import gettext
from trytond.pool import Pool, PoolMeta
from trytond.report import Report
from trytond.transaction import Transaction, without_check_access

from aid_branch.lent import lent
from aid_branch.paper import RememberedPaper
from aid_branch.reading import read_together

from . import verdict
from .reckoning import promotion_words, rule_of

LABELS = [
    'date', 'household', 'goods', 'quantity', 'amount', 'value', 'aid',
    'total', 'free_block', 'due', 'lot', 'thanks', 'duplicate']
ZERO = Decimal(0)


class BasketPaper(RememberedPaper, Report):
    "Invoice or hand-over slip of a basket"
    __name__ = 'aid.basket.paper'

    @classmethod
    def remember(cls, ids: list[int]) -> None:
        Basket = Pool().get('aid.basket')
        Basket.count_prints(Basket.browse(ids))

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        context = super().get_context(records, header, data)
        Basket = Pool().get('aid.basket')
        context['labels'] = {
            name: gettext(f'aid_basket.msg_paper_{name}')
            for name in LABELS}
        with without_check_access(), lent():
            context['papers'] = [
                cls._paper(basket) for basket in Basket.browse(records)]
        context['ticket_height'] = max(
            map(ticket_height, context['papers']), default=297)
        return context

    @classmethod
    def _paper(cls, basket) -> dict:
        "What the template prints of *basket*"
        branch = basket.session.branch
        # They are printed in another order than they are read
        for names in [('product', 'template'), ('lot',), ('unit',)]:
            _read_all(basket.lines, *names)
        lines = sorted(basket.lines, key=lambda l: (l.rank or 0, l.id))
        rule = rule_of(branch, basket.date)
        paper = {
            'title': gettext(
                f"aid_basket.msg_paper_{basket.document or 'hand_over'}"),
            'number': basket.number or '',
            'date': basket.date,
            'company': branch.company.party.name,
            'branch': branch.name,
            'address': (
                branch.address.full_address if branch.address else ''),
            'household': cls._who(basket),
            'emergency': bool(basket.emergency),
            'duplicate': bool(basket.prints),
            'currency': branch.company.currency,
            'charged': [
                cls._line(l, basket.date) for l in lines
                if not l.always_free],
            'free': [
                cls._line(l, basket.date) for l in lines if l.always_free],
            'asked': basket.asked or ZERO,
            'values': bool(rule and rule.print_values),
            'payments': cls._payments(basket),
            'due': max(basket.due, ZERO) if basket.state == 'done' else ZERO,
            'mention': cls._mention(basket),
            'balance': verdict.on_paper(basket),
            'reversed': cls._reversed(basket),
            }
        paper['market_value'] = sum(
            (l['market_value'] for l in paper['charged']), ZERO)
        paper['granted'] = sum(
            (l['granted'] for l in paper['charged']), ZERO)
        return paper

    @staticmethod
    def _who(basket) -> str:
        "The code of the household; emergency aid names nobody"
        if basket.emergency:
            return gettext('aid_basket.msg_emergency_name')
        return basket.household.code if basket.household else ''

    @classmethod
    def _line(cls, line, date) -> dict:
        lang = Pool().get('ir.lang').get()
        notes = []
        if line.promotion:
            notes.append(promotion_words(line.promotion))
        if line.lot and line.lot.is_past_best_before(date):
            notes.append(gettext(
                    'aid_basket.msg_paper_past_best_before',
                    date=lang.strftime(line.lot.expiration_date)))
        return {
            'product': line.product.name,
            'quantity': lang.format_number_symbol(line.quantity, line.unit),
            'lot': line.lot.number if line.lot else '',
            'note': ' - '.join(notes),
            'asked': line.asked or ZERO,
            'market_value': line.market_value or ZERO,
            'granted': line.granted or ZERO,
            }

    @staticmethod
    def _payments(basket) -> list[tuple[str, Decimal]]:
        "What was paid, by kind; what was paid back is no longer on it"
        paid: dict[str, Decimal] = {}
        for payment in basket.payments:
            paid[payment.kind] = (
                paid.get(payment.kind, ZERO) + payment.amount)
        return [
            (gettext(f'aid_basket.msg_paper_paid_{kind}'), amount)
            for kind, amount in sorted(paid.items()) if amount]

    @staticmethod
    def _mention(basket) -> str:
        "Why no VAT is on the invoice"
        Fiscal = Pool().get('aid.fiscal.status')
        if basket.document != 'invoice':
            return ''
        status = Fiscal.for_branch(basket.session.branch, basket.date)
        return status.mention if status and status.exempt else ''

    @staticmethod
    def _reversed(basket) -> list[str]:
        if basket.state != 'cancelled':
            return []
        lang = Pool().get('ir.lang').get()
        words = [gettext(
                'aid_basket.msg_paper_reversed',
                date=lang.strftime(basket.cancelled_at.date()))]
        if basket.credit_note:
            words.append(gettext(
                    'aid_basket.msg_paper_credit_note',
                    number=basket.credit_note.number))
        return words


def _read_all(records, *names: str) -> None:
    "Read what *records* name by *names*, one after the other, at once"
    for name in names:
        records = [r for r in (getattr(r, name) for r in records) if r]
        read_together(records)


def ticket_height(paper: dict) -> int:
    """About how long a ticket is, in millimetres.

    A roll is cut where the page ends, therefore the page is as long as what
    stands on it. Too short would only begin a second page.
    """
    lines = [*paper['charged'], *paper['free']]
    return (
        72 + 4 * paper['address'].count('\n')
        + sum(8 + 4 * (len(l['product']) // 28) for l in lines)
        + 4 * sum(bool(l['note']) for l in lines)
        + (4 * len(paper['charged']) if paper['values'] else 0)
        + 5 * len(paper['payments']) + 8 * len(paper['reversed'])
        + (6 if paper['duplicate'] else 0)
        + (12 if paper['free'] else 0)
        + 4 * -(-len(paper['balance']) // 40))


class InvoiceReport(metaclass=PoolMeta):
    "The invoice of a basket is the paper that left with it"
    __name__ = 'account.invoice'

    @classmethod
    def _execute(cls, records, header, data, action):
        pool = Pool()
        Invoice = pool.get('account.invoice')
        Paper = pool.get('aid.basket.paper', type='report')
        Action = pool.get('ir.action')
        ModelData = pool.get('ir.model.data')
        invoice, = Invoice.browse(records)
        if not invoice.baskets:
            return super()._execute(records, header, data, action)
        action_id = Action.get_action_id(
            ModelData.get_id('aid_basket', 'report_basket_a4'))
        with Transaction().set_context(
                with_rec_name=False, address_with_party=False):
            format_, content, *_ = Paper.execute(
                [b.id for b in invoice.baskets], {
                    'model': 'aid.basket',
                    'action_id': action_id,
                    })
        return format_, content
