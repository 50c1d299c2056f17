"""Which accounts and payment methods the tills of a company book into."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import ModelSingleton, ModelSQL, ModelView, fields
from trytond.modules.company.model import (
    CompanyMultiValueMixin, CompanyValueMixin)
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import Transaction

from .exceptions import AccountMissingError

METHODS = ['cash_method', 'card_method', 'waiver_method']


def _method(label: str, help_: str):
    return fields.Many2One(
        'account.invoice.payment.method', label,
        domain=[
            ('company', '=', Eval('context', {}).get('company', -1)),
            ],
        help=help_)


contribution_account = fields.Many2One(
    'account.account', "Account of Contributions",
    domain=[
        ('closed', '!=', True),
        ('type.revenue', '=', True),
        ('company', '=', Eval('context', {}).get('company', -1)),
        ],
    help="Empty: the default revenue account of the company.")
cash_method = _method(
    "Cash", "How cash taken at a till is booked.\n"
    "Empty: the first payment method of a cash journal.")
card_method = _method(
    "Card", "How card payments taken at a till are booked.\n"
    "Empty: as cash.")
waiver_method = _method(
    "Waived", "How contributions that are waived or lapse are booked.\n"
    "Empty: they stay open in the books.")


class Configuration(
        ModelSingleton, CompanyMultiValueMixin, ModelSQL, ModelView):
    "Settings of the tills"
    __name__ = 'aid.basket.configuration'

    contribution_account = fields.MultiValue(contribution_account)
    cash_method = fields.MultiValue(cash_method)
    card_method = fields.MultiValue(card_method)
    waiver_method = fields.MultiValue(waiver_method)

    @classmethod
    def multivalue_model(cls, field: str):
        if field in {'contribution_account', *METHODS}:
            return Pool().get('aid.basket.configuration.account')
        return super().multivalue_model(field)

    def account_for(self, company):
        """The account that contributions are booked to.

        :raises AccountMissingError: where nothing says which
        """
        pool = Pool()
        Account = pool.get('account.configuration')
        with Transaction().set_context(company=company.id):
            account = self.get_multivalue(
                'contribution_account', company=company.id)
            if not account:
                account = Account(1).get_multivalue(
                    'default_category_account_revenue', company=company.id)
        if not account:
            raise AccountMissingError(gettext(
                    'aid_basket.msg_contribution_account_missing',
                    company=company.rec_name))
        return account.current()

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


class ConfigurationAccount(ModelSQL, CompanyValueMixin):
    "Settings of the tills of a company"
    __name__ = 'aid.basket.configuration.account'

    contribution_account = contribution_account
    cash_method = cash_method
    card_method = card_method
    waiver_method = waiver_method
