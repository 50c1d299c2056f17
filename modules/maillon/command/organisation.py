"""What an organisation needs before its first donation.

Company and currency, French chart of accounts, fiscal year, journals and
means of payment, users. Every step looks first and returns whether it
changed anything, so doing it again changes nothing. All of it works in the
current transaction, as administrator.
"""
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from dateutil.relativedelta import relativedelta

from trytond.pool import Pool
from trytond.transaction import Transaction, inactive_records

__all__ = ['Organisation', 'User', 'set_up', 'steps', 'make_user', 'company_context',
    'the_company', 'CHART']

CHART = ('account_fr', 'root')
#: Accounts of the French chart, by what they are for here
CASH_ACCOUNT = '5311'
BANK_ACCOUNT = '5121'
RECEIVABLE = '4111'
PAYABLE = '4011'
REVENUE = '706'
EXPENSE = '6071'
#: What the association renounces: bad debts
WAIVER_ACCOUNT = '6541'


@dataclass(frozen=True)
class User:
    """Somebody who signs in.

    *role* is an XML id of module ``maillon`` (``role_till`` ...) or None for
    the administrator; *branches* are codes of branches.
    """
    login: str
    name: str
    role: str | None
    password: str | None = None
    branches: tuple[str, ...] = ()
    email: str | None = None


@dataclass(frozen=True)
class Organisation:
    """The organisation as asked for.

    *year_start* is the first day of its fiscal year, which lasts twelve
    months; *previous_year* makes the one before too, for documents of before.
    """
    name: str
    currency: str = 'EUR'
    language: str = 'fr'
    country: str = 'FR'
    timezone: str = 'Europe/Paris'
    year_start: dt.date = field(
        default_factory=lambda: dt.date.today().replace(month=1, day=1))
    previous_year: bool = False
    users: tuple[User, ...] = ()


Step = tuple[str, Callable[[], bool]]


def set_up(organisation: Organisation) -> list[str]:
    """Bring the database to what *organisation* says, in this transaction.

    Returns the names of the steps that changed something (none when it was
    so already).
    """
    return [name for name, step in steps(organisation) if step()]


def steps(organisation: Organisation) -> list[Step]:
    """The steps in their order, each with its name.

    A step looks first, and returns whether it has changed anything.
    """
    return [
        ("currency", lambda: _currency(organisation.currency)),
        ("country", lambda: _country(organisation.country)),
        ("company", lambda: _company(organisation)),
        ("chart of accounts", _chart),
        ("default accounts", _default_accounts),
        ("fiscal year", lambda: _fiscal_years(organisation)),
        ("means of payment", _payment_methods),
        ("settings of the till", _basket_configuration),
        *((f"user {user.login}", partial(
                    make_user, user, organisation.language))
            for user in organisation.users),
        ("configuration wizard", _finish_wizards),
        ]


def company_context() -> dict[str, Any]:
    "The context of the administrator, who is in the company"
    return Pool().get('res.user').get_preferences(context_only=True)


def the_company() -> Any:
    "The company of the organisation, or None before it is made"
    companies = Pool().get('company.company').search(
        [], order=[('id', 'ASC')], limit=1)
    return companies[0] if companies else None


_CURRENCIES = {
    'EUR': ("Euro", '978', '€', 2),
    'CHF': ("Franc suisse", '756', 'CHF', 2),
    'XPF': ("Franc Pacifique", '953', 'F', 0),
    'CAD': ("Dollar canadien", '124', '$', 2),
    'GBP': ("Livre sterling", '826', '£', 2),
    'USD': ("Dollar des États-Unis", '840', '$', 2),
    }


def _currency(code: str) -> bool:
    Currency = Pool().get('currency.currency')
    if Currency.search([('code', '=', code)], limit=1):
        return False
    name, number, symbol, digits = _CURRENCIES.get(
        code, (code, None, code, 2))
    Currency.create([{
                'name': name,
                'code': code,
                'numeric_code': number,
                'symbol': symbol,
                'digits': digits,
                'rounding': Decimal(1).scaleb(-digits),
                'rates': [('create', [{
                                'date': dt.date(2000, 1, 1),
                                'rate': Decimal(1)}])],
                }])
    return True


def _country(code: str) -> bool:
    Country = Pool().get('country.country')
    if Country.search([('code', '=', code)], limit=1):
        return False
    names = {'FR': ("France", 'FRA', '250')}
    name, code3, number = names.get(code, (code, None, None))
    Country.create([{
                'name': name, 'code': code, 'code3': code3,
                'code_numeric': number}])
    return True


def _company(organisation: Organisation) -> bool:
    pool = Pool()
    Company = pool.get('company.company')
    Currency = pool.get('currency.currency')
    Country = pool.get('country.country')
    Lang = pool.get('ir.lang')
    Party = pool.get('party.party')
    User = pool.get('res.user')

    company, created = the_company(), False
    if not company:
        currency, = Currency.search([('code', '=', organisation.currency)])
        country, = Country.search([('code', '=', organisation.country)])
        lang, = Lang.search([('code', '=', organisation.language)])
        party, = Party.create([{
                    'name': organisation.name,
                    'lang': lang.id,
                    'addresses': [('create', [{'country': country.id}])],
                    }])
        company, = Company.create([{
                    'party': party.id,
                    'currency': currency.id,
                    'timezone': organisation.timezone,
                    }])
        created = True
    admin = User(Transaction().user)
    if company not in admin.companies:
        User.write([admin], {
                'companies': [('add', [company.id])],
                'company': company.id})
        created = True
    return created


def _in_company(step: Callable[..., bool]) -> Callable[..., bool]:
    "Run *step* in the context of the company, which an earlier step made"
    def wrapper(*args: Any) -> bool:
        with Transaction().set_context(company_context()):
            return step(*args)
    return wrapper


@_in_company
def _chart() -> bool:
    pool = Pool()
    Account = pool.get('account.account')
    AccountTemplate = pool.get('account.account.template')
    CreateChart = pool.get('account.create_chart', type='wizard')
    ModelData = pool.get('ir.model.data')

    company = the_company()
    if Account.search([('company', '=', company.id)], limit=1):
        return False
    session, _, _ = CreateChart.create()
    wizard = CreateChart(session)
    wizard.account.account_template = AccountTemplate(
        ModelData.get_id(*CHART))
    wizard.account.company = company
    wizard.transition_create_account()
    properties = wizard.properties
    properties.company = company
    for name, code in _properties(properties).items():
        setattr(properties, name, _account(code))
    wizard.transition_create_properties()
    CreateChart.delete(session)
    return True


def _properties(properties: Any) -> dict[str, str]:
    "Which account each default of the chart's wizard takes"
    wanted = {
        'account_receivable': RECEIVABLE,
        'account_payable': PAYABLE,
        'category_account_expense': EXPENSE,
        'category_account_revenue': REVENUE,
        }
    return {
        name: code for name, code in wanted.items()
        if name in properties._fields}


def _account(code: str) -> Any:
    "The account with *code* in the company's chart"
    Account = Pool().get('account.account')
    account, = Account.search([
            ('company', '=', the_company().id), ('code', '=', code)])
    return account


@_in_company
def _default_accounts() -> bool:
    "The accounts a product falls back on, as the wizard may leave them"
    pool = Pool()
    Configuration = pool.get('account.configuration')
    configuration = Configuration(1)
    changed = False
    for name, code in {
            'default_account_receivable': RECEIVABLE,
            'default_account_payable': PAYABLE,
            'default_category_account_expense': EXPENSE,
            'default_category_account_revenue': REVENUE,
            }.items():
        if (name in Configuration._fields
                and not getattr(configuration, name)):
            setattr(configuration, name, _account(code))
            changed = True
    if changed:
        configuration.save()
    return changed


@_in_company
def _fiscal_years(organisation: Organisation) -> bool:
    starts = [organisation.year_start]
    if organisation.previous_year:
        starts.insert(0, organisation.year_start - relativedelta(years=1))
    return any([_fiscal_year(start) for start in starts])


def _fiscal_year(start: dt.date) -> bool:
    pool = Pool()
    FiscalYear = pool.get('account.fiscalyear')
    Sequence = pool.get('ir.sequence.strict')
    ModelData = pool.get('ir.model.data')

    company = the_company()
    end = start + relativedelta(years=1, days=-1)
    if FiscalYear.search([
                ('company', '=', company.id),
                ('start_date', '<=', end),
                ('end_date', '>=', start),
                ], limit=1):
        return False
    name = (
        str(start.year) if start.year == end.year
        else f'{start.year}-{end.year}')

    def sequence(type_: tuple[str, str], prefix: str) -> Any:
        record, = Sequence.create([{
                    'name': f"{prefix.strip('-')} {name}",
                    'sequence_type': ModelData.get_id(*type_),
                    'company': company.id,
                    'prefix': f'{prefix}{name}-',
                    'padding': 6,
                    }])
        return record

    invoice = ('account_invoice', 'sequence_type_account_invoice')
    year, = FiscalYear.create([{
                'name': name,
                'company': company.id,
                'start_date': start,
                'end_date': end,
                'move_sequence': sequence(
                    ('account', 'sequence_type_account_move'), 'EC-').id,
                'invoice_sequences': [('create', [{
                                'company': company.id,
                                'out_invoice_sequence':
                                    sequence(invoice, 'FA-').id,
                                'out_credit_note_sequence':
                                    sequence(invoice, 'AV-').id,
                                'in_invoice_sequence':
                                    sequence(invoice, 'FF-').id,
                                'in_credit_note_sequence':
                                    sequence(invoice, 'AF-').id,
                                }])],
                }])
    FiscalYear.create_period([year])
    return True


#: Means of payment: field of the till's settings, name, account
_METHODS = [
    ('cash_method', "Espèces", CASH_ACCOUNT),
    ('card_method', "Carte", BANK_ACCOUNT),
    ('waiver_method', "Remise accordée", WAIVER_ACCOUNT),
    ]


@_in_company
def _payment_methods() -> bool:
    "Cash, card, and what the association renounces, each with its account"
    pool = Pool()
    Journal = pool.get('account.journal')
    Method = pool.get('account.invoice.payment.method')
    Term = pool.get('account.invoice.payment_term')

    company = the_company()
    changed = False
    journal, = Journal.search([('type', '=', 'cash')], limit=1)
    for _, name, code in _METHODS:
        account = _account(code)
        if not _method(account):
            Method.create([{
                        'name': name,
                        'company': company.id,
                        'journal': journal.id,
                        'debit_account': account.id,
                        'credit_account': account.id,
                        }])
            changed = True
    if not Term.search([], limit=1):
        Term.create([{
                    'name': "Comptant",
                    'lines': [('create', [{'type': 'remainder'}])],
                    }])
        changed = True
    return changed


def _method(account: Any) -> Any:
    "The means of payment that is booked to *account*, or None"
    Method = Pool().get('account.invoice.payment.method')
    methods = Method.search([
            ('company', '=', the_company().id),
            ('debit_account', '=', account.id),
            ], limit=1)
    return methods[0] if methods else None


@_in_company
def _basket_configuration() -> bool:
    "What the tills book to, where nobody has chosen otherwise"
    pool = Pool()
    Configuration = pool.get('aid.basket.configuration')
    configuration = Configuration(1)
    changed = False
    for name, _, code in _METHODS:
        if not getattr(configuration, name):
            setattr(configuration, name, _method(_account(code)))
            changed = True
    if not configuration.contribution_account:
        configuration.contribution_account = _account(REVENUE)
        changed = True
    if changed:
        configuration.save()
    return changed


def _finish_wizards() -> bool:
    """Mark the configuration wizards as done: what they ask is answered, and
    until then the administrator's menu is empty."""
    Item = Pool().get('ir.module.config_wizard.item')
    items = Item.search([('state', '!=', 'done')])
    if items:
        Item.write(items, {'state': 'done'})
    return bool(items)


def make_user(
        user: User, language: str, password: str | None = None) -> bool:
    """Make *user* unless the login exists; return whether it was made.

    *password* stands in for the user's own. Somebody who exists is left alone, whatever has been changed since.
    """
    pool = Pool()
    Branch = pool.get('aid.branch')
    Lang = pool.get('ir.lang')
    ModelData = pool.get('ir.model.data')
    ResUser = pool.get('res.user')

    with inactive_records():
        if ResUser.search([('login', '=', user.login)], limit=1):
            return False
    company = the_company()
    lang, = Lang.search([('code', '=', language)])
    branches = Branch.search([('code', 'in', user.branches)])
    values: dict[str, Any] = {
        'name': user.name,
        'login': user.login,
        'email': user.email,
        'language': lang.id,
        'companies': [('add', [company.id])],
        'company': company.id,
        'branches': [('add', [b.id for b in branches])],
        }
    if branches:
        values['branch'] = branches[0].id
    if user.password or password:
        values['password'] = user.password or password
    if user.role:
        values['roles'] = [('create', [{
                        'role': ModelData.get_id('maillon', user.role)}])]
    ResUser.create([values])
    return True
