"""What the stories at the till begin with, through proteus."""
from __future__ import annotations

import datetime as dt

from proteus import Model
from proteus.config import get_config
from trytond.modules.account.tests.tools import (
    create_chart, create_fiscalyear, get_accounts)
from trytond.modules.account_invoice.tests.tools import (
    set_fiscalyear_invoice_sequences)
from trytond.modules.company.tests.tools import create_company, get_company

__all__ = [
    'create_books', 'create_household', 'create_user', 'lot_of']


def create_books(config=None):
    "A company with a chart, a fiscal year and a way to book cash"
    create_company(config=config)
    company = get_company(config=config)
    fiscalyear = set_fiscalyear_invoice_sequences(
        create_fiscalyear(company, config=config), config=config)
    fiscalyear.click('create_period')
    create_chart(company, config=config)
    accounts = get_accounts(company, config=config)
    Journal = Model.get('account.journal', config=config)
    Method = Model.get('account.invoice.payment.method', config=config)
    journal, = Journal.find([('type', '=', 'cash')], limit=1)
    Method(
        name="Cash", journal=journal,
        credit_account=accounts['cash'],
        debit_account=accounts['cash']).save()


def create_user(login: str, group: str, branch, config=None):
    """A user of *branch* with the rights of one group.

    :param group: id in the module aid_branch, for example ``group_till``
    """
    User = Model.get('res.user', config=config)
    Group = Model.get('res.group', config=config)
    Branch = Model.get('aid.branch', config=config)
    ModelData = Model.get('ir.model.data', config=config)
    company = get_company(config=config)
    user = User(name=login.title(), login=login)
    user.companies.append(company)
    user.company = company
    group_id = ModelData.get_id(
        f'aid_branch.{group}', (config or get_config()).context)
    user.groups.append(Group(group_id))
    user.branches.append(Branch(branch.id))
    user.branch = Branch(branch.id)
    user.save()
    return user


def create_household(branch, first_name: str, last_name: str, config=None):
    "A household of one grown-up in *branch*, served for a year"
    Household = Model.get('aid.household', config=config)
    Entitlement = Model.get('aid.entitlement', config=config)
    household = Household(branch=branch)
    member = household.members.new(main=True)
    member.first_name = first_name
    member.last_name = last_name
    household.save()
    today = dt.date.today()
    entitlement = Entitlement(
        household=household, branch=branch, valid_from=today,
        valid_until=today + dt.timedelta(days=364))
    entitlement.save()
    entitlement.click('grant')
    return household


def lot_of(donation, family: str):
    "The lot that the row of *family* of a received *donation* became"
    line, = [l for l in donation.lines if l.family.code == family]
    return line.lot
