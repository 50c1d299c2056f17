"""Which account the expenses of volunteers are booked to."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import ModelSingleton, ModelSQL, ModelView, fields
from trytond.modules.company.model import (
    CompanyMultiValueMixin, CompanyValueMixin)
from trytond.pool import Pool
from trytond.pyson import Eval

from .exceptions import ExpenseAccountMissingError


def _account(company):
    return fields.Many2One(
        'account.account', "Account of Expenses",
        domain=[
            ('closed', '!=', True),
            ('type.expense', '=', True),
            ('company', '=', company),
            ],
        help="Empty: account 625 (journeys) of the company, else its only "
        "expense account.")


class Configuration(
        ModelSingleton, CompanyMultiValueMixin, ModelSQL, ModelView):
    "Settings of what volunteers are paid back"
    __name__ = 'aid.volunteer.configuration'

    expense_account = fields.MultiValue(
        _account(Eval('context', {}).get('company', -1)))

    @classmethod
    def multivalue_model(cls, field: str):
        if field == 'expense_account':
            return Pool().get('aid.volunteer.configuration.account')
        return super().multivalue_model(field)

    def account_for(self, company):
        """The account that expenses of volunteers are booked to.

        :raises ExpenseAccountMissingError: where nothing says which
        """
        account = self.get_multivalue('expense_account', company=company.id)
        if not account:
            account = self._find_account(company)
        if not account:
            raise ExpenseAccountMissingError(gettext(
                    'aid_volunteer.msg_expense_account_missing',
                    company=company.rec_name))
        return account.current()

    @staticmethod
    def _find_account(company):
        "Account 625 of the French chart, or the only expense account"
        Account = Pool().get('account.account')
        domain = [
            ('company', '=', company.id),
            ('type.expense', '=', True),
            ('closed', '!=', True),
            ]
        if journeys := Account.search(
                [*domain, ('code', 'like', '625%')],
                order=[('code', 'ASC')], limit=1):
            return journeys[0]
        accounts = Account.search(domain, limit=2)
        return accounts[0] if len(accounts) == 1 else None


class ConfigurationAccount(ModelSQL, CompanyValueMixin):
    "Settings of what the volunteers of a company are paid back"
    __name__ = 'aid.volunteer.configuration.account'

    expense_account = _account(Eval('company', -1))
