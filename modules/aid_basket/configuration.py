"""Which accounts and payment methods the tills of a company book into."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import ModelSingleton, ModelSQL, ModelView, fields
from trytond.modules.company.model import (
    CompanyMultiValueMixin, CompanyValueMixin)
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import Transaction

from aid_branch.lent import LentMixin

from .exceptions import AccountMissingError

METHODS = ['cash_method', 'card_method', 'waiver_method']


def _account(company):
    return fields.Many2One(
        'account.account', "Account of Contributions",
        domain=[
            ('closed', '!=', True),
            ('type.revenue', '=', True),
            ('company', '=', company),
            ],
        help="Empty: the default revenue account of the company, else its "
        "account 7073 (sale of goods given), else its only revenue account.")


def _cash(company):
    return _method(
        "Cash", company, "How cash taken at a till is booked.\n"
        "Empty: the first payment method of a cash journal.")


def _card(company):
    return _method(
        "Card", company, "How card payments taken at a till are booked.\n"
        "Empty: as cash.")


def _waiver(company):
    return _method(
        "Waived", company,
        "How contributions that are waived or lapse are booked.\n"
        "Empty: they stay open in the books.")


def _method(label: str, company, help_: str):
    return fields.Many2One(
        'account.invoice.payment.method', label,
        domain=[('company', '=', company)], help=help_)


_current = Eval('context', {}).get('company', -1)
_own = Eval('company', -1)


class Configuration(
        ModelSingleton, CompanyMultiValueMixin, ModelSQL, ModelView):
    "Settings of the tills"
    __name__ = 'aid.basket.configuration'

    contribution_account = fields.MultiValue(_account(_current))
    cash_method = fields.MultiValue(_cash(_current))
    card_method = fields.MultiValue(_card(_current))
    waiver_method = fields.MultiValue(_waiver(_current))

    @classmethod
    def multivalue_model(cls, field: str):
        if field in {'contribution_account', *METHODS}:
            return Pool().get('aid.basket.configuration.account')
        return super().multivalue_model(field)

    def account_for(self, company):
        """The account that contributions are booked to.

        :raises AccountMissingError: where nothing says which
        """
        AccountConfiguration = Pool().get('account.configuration')
        with Transaction().set_context(company=company.id):
            account = self.get_multivalue(
                'contribution_account', company=company.id)
            if not account:
                account = AccountConfiguration(1).get_multivalue(
                    'default_category_account_revenue', company=company.id)
            if not account:
                account = self._find_revenue_account(company)
        if not account:
            raise AccountMissingError(gettext(
                    'aid_basket.msg_contribution_account_missing',
                    company=company.rec_name))
        return account.current()

    @staticmethod
    def _find_revenue_account(company):
        "Account 7073 of the French chart, or the only revenue account"
        Account = Pool().get('account.account')
        domain = [
            ('company', '=', company.id),
            ('type.revenue', '=', True),
            ('closed', '!=', True),
            ]
        if given := Account.search(
                [*domain, ('code', 'like', '7073%')],
                order=[('code', 'ASC')], limit=1):
            return given[0]
        accounts = Account.search(domain, limit=2)
        return accounts[0] if len(accounts) == 1 else None

    def method_for(self, kind: str, company):
        """The payment method that payments of *kind* are booked with, or None.

        :param kind: ``cash``, ``card`` or ``waiver``
        """
        Method = Pool().get('account.invoice.payment.method')
        method = self.get_multivalue(f'{kind}_method', company=company.id)
        if not method and kind == 'card':
            method = self.get_multivalue('cash_method', company=company.id)
        if not method and kind != 'waiver':
            methods = Method.search([
                    ('company', '=', company.id),
                    ('journal.type', '=', 'cash'),
                    ], order=[('id', 'ASC')], limit=1)
            method = methods[0] if methods else None
        return method


class ConfigurationAccount(LentMixin, ModelSQL, CompanyValueMixin):
    "Settings of the tills of a company"
    __name__ = 'aid.basket.configuration.account'

    contribution_account = _account(_own)
    cash_method = _cash(_own)
    card_method = _card(_own)
    waiver_method = _waiver(_own)
