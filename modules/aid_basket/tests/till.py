"""A till to test with: a branch with books, goods, a household, a session."""
from __future__ import annotations

import unittest
from contextlib import contextmanager
from decimal import Decimal

from trytond.modules.account.tests import create_chart, get_fiscalyear
from trytond.modules.account_invoice.tests import set_invoice_sequences
from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import (
    DB_NAME, activate_module, db_exist, drop_db)
from trytond.transaction import Transaction, TransactionError

from aid_donation.tests.gifts import (
    count_statements, make_donation, make_donor, make_product)
from aid_household.tests.families import create_household, grant_entitlement
from aid_lot.tests.goods import family, make_branch, make_lot, receive, source

__all__ = [
    'TillTestCase', 'answer', 'at_till', 'basket_of', 'count_statements',
    'create_household', 'family', 'forget', 'found_limit', 'give',
    'give_free',
    'grant_entitlement', 'make_books', 'make_branch', 'make_donation',
    'make_donor', 'make_product', 'on_hand', 'open_session', 'receive',
    'rule', 'scan', 'sent', 'source']


class TillTestCase(unittest.TestCase):
    "Tests at a till; the books are made once and rolled back to"
    #: The room that is tested, with those below it
    module = 'aid_basket'

    @classmethod
    def setUpClass(cls):
        _prepare(make_books, cls.module)


def _prepare(function, module: str):
    """A database of *module* in which *function* was called, all or none.

    The next class takes it as it stands: each test rolls back what it did.
    With the locks it turns out to want everything is begun again, from the
    database on: what it did before must not be there twice.
    """
    standing = getattr(activate_module, 'standing', [])
    prepared = [(module, function.__name__)]
    if standing == prepared and db_exist():
        return
    extras: dict = {}
    while True:
        drop_db()
        activate_module(module)
        with Transaction().start(DB_NAME, 1, **extras) as transaction:
            try:
                function()
                transaction.commit()
                break
            except TransactionError as error:
                transaction.rollback()
                error.fix(extras)
    standing[:] = prepared


def make_books():
    "A company with a chart, a fiscal year and payment methods"
    company = create_company()
    with set_company(company):
        create_chart(company)
        fiscalyear = set_invoice_sequences(get_fiscalyear(company))
        fiscalyear.save()
        fiscalyear.create_period([fiscalyear])
        _make_methods(company)


@contextmanager
def at_till(code: str = 'B1'):
    "A branch of the company, which is the current one"
    company, = Pool().get('company.company').search([])
    with set_company(company):
        branch = make_branch(code)
        with Transaction().set_context(branch=branch.id):
            yield branch


def _make_methods(company):
    pool = Pool()
    Account = pool.get('account.account')
    Journal = pool.get('account.journal')
    Method = pool.get('account.invoice.payment.method')
    Configuration = pool.get('aid.basket.configuration')
    journal, = Journal.search([('type', '=', 'cash')], limit=1)
    cash, = Account.search([
            ('company', '=', company.id),
            ('code', '=', '1.1.1'),
            ], limit=1)
    expense, = Account.search([
            ('company', '=', company.id),
            ('type.expense', '=', True),
            ('closed', '!=', True),
            ], limit=1)
    Method.create([{
                'name': "Cash",
                'company': company.id,
                'journal': journal.id,
                'credit_account': cash.id,
                'debit_account': cash.id,
                }])
    waiver, = Method.create([{
                'name': "Waived",
                'company': company.id,
                'journal': journal.id,
                'credit_account': expense.id,
                'debit_account': expense.id,
                }])
    revenue, = Account.search([
            ('company', '=', company.id),
            ('type.revenue', '=', True),
            ('closed', '!=', True),
            ], limit=1)
    configuration = Configuration(1)
    configuration.contribution_account = revenue
    configuration.waiver_method = waiver
    configuration.save()


def rule(branch=None, **values):
    "The contribution rule from now on: a tenth of the price unless told"
    Rule = Pool().get('aid.contribution.rule')
    record, = Rule.create([{
                'branch': branch.id if branch else None,
                'mode': 'rate',
                'rate': Decimal('0.1'),
                'rounding': None,
                **values,
                }])
    return record


def found_limit(quantity: float, branch=None):
    "How much may be handed over beyond the books from now on"
    Rule = Pool().get('aid.distribution.rule')
    record, = Rule.create([{
                'branch': branch.id if branch else None,
                'found_limit': quantity,
                }])
    return record


def open_session(branch, **values):
    Session = Pool().get('aid.distribution.session')
    session, = Session.create([{
                'branch': branch.id,
                'date': branch.today(),
                'cash_float': Decimal(20),
                **values,
                }])
    return session


def give(branch, *lines: dict, source_code: str = 'shop_collection', **values):
    """Receive a donation at *branch*; its lots, in the order of *lines*.

    Lines are those of `make_donation`, for example
    ``{'family': 'bread', 'net_weight': 5}``.
    """
    Donation = Pool().get('aid.donation')
    donation = make_donation(
        list(lines), source_code=source_code, branch=branch.id, **values)
    Donation.receive([donation])
    return [line.lot for line in Donation(donation.id).lines]


def give_free(branch, family_code: str, quantity: float):
    "A lot of goods of the EU at *branch*: they are always free"
    lot = make_lot(
        family_code, supply_source=source('fse').id,
        donor=make_donor("State").id)
    receive(lot, quantity, branch.storage)
    return lot


def basket_of(session, household, *lines: tuple):
    """A basket of (thing, quantity) pairs.

    A thing is a lot, then taken as scanned, or a product.
    """
    pool = Pool()
    Basket = pool.get('aid.basket')
    values = []
    for thing, quantity in lines:
        lot = thing if thing.__name__ == 'stock.lot' else None
        product = lot.product if lot else thing
        values.append({
                'product': product.id,
                'lot': lot.id if lot else None,
                'lot_knowledge': 'scanned' if lot else None,
                'quantity': quantity,
                'unit': product.default_uom.id,
                })
    basket, = Basket.create([{
                'session': session.id,
                'household': household.id if household else None,
                'lines': [('create', values)],
                }])
    return basket


def baskets_of(branch, count: int, *lines: tuple) -> list:
    """As many baskets of *lines*, see ``basket_of``, of one session.

    Each is of a household of its own with an entitlement.
    """
    session = open_session(branch)
    baskets = []
    for _ in range(count):
        household = create_household(branch)
        grant_entitlement(household)
        baskets.append(basket_of(session, household, *lines))
    return baskets


def scan(basket, *codes: str):
    "Scan *codes* into *basket* as the client does; the last message"
    for code in codes:
        basket.on_scan_code(code)
    return basket.message


#: What of a basket a change of its lines depends on, beside them
_SENT = [
    'id', 'session', 'household', 'state', 'emergency', 'emergency_card',
    'told', 'replaces', 'adults', 'children', 'babies', 'label_words',
    'question', 'question_code', 'emergency_reason']
#: What of a line its list shows and a scan has changed
_LINE_SENT = [
    'id', 'product', 'quantity', 'unit', 'asked', 'always_free',
    'allergen_choice', 'lot', 'lot_knowledge', 'kg', 'market_value',
    'granted', 'price_per_kg', 'ceiling', 'rule', 'promotion', 'parcel',
    'kept', 'rank']


def sent(basket) -> dict:
    "What the web client sends of *basket* after its lines were scanned"
    return {
        **_plain(basket, _SENT),
        'lines': [_plain(line, _LINE_SENT) for line in basket.lines]}


def _plain(record, names: list[str]) -> dict:
    values = {}
    for name in names:
        value = getattr(record, name)
        if isinstance(value, tuple):
            value = [one.id for one in value]
        values[name] = getattr(value, 'id', value)
    return values


def answer(method: str, sent: dict, *args):
    "What the server answers when the screen of a basket calls *method*"
    Basket = Pool().get('aid.basket')
    rpc = Basket.__rpc__[method]
    args, kwargs, context, _ = rpc.convert(
        Basket, sent, *args, dict(Transaction().context))
    basket = args.pop(0)
    with Transaction().set_context(context):
        return rpc.result(getattr(basket, method)(*args, **kwargs))


def forget() -> None:
    "Forget the records that were read, as between two requests"
    for cache in list(Transaction().cache.values()):
        cache.clear()


def on_hand(lot, branch=None) -> float:
    "How much of *lot* lies anywhere, or in the storage of *branch*"
    OnHand = Pool().get('aid.lot.on_hand')
    domain = [('lot', '=', lot.id)]
    if branch:
        domain.append(('location', '=', branch.storage.id))
    return round(sum(r.quantity for r in OnHand.search(domain)), 6)
