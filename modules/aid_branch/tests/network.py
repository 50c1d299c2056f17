"""A small network of branches, for the tests of this and of higher rooms."""
from __future__ import annotations

from contextlib import contextmanager

from trytond.modules.company.tests import create_company
from trytond.pool import Pool
from trytond.transaction import Transaction, check_access


def create_network(company=None) -> dict:
    """Make a company and four of its branches.

    :return: records by name: ``company``, ``national``, ``region``,
        ``grocery`` (below the region, keeps goods) and ``other`` (a grocery
        beside it, below the national head only)
    """
    Branch = Pool().get('aid.branch')
    company = company or create_company()
    national, = Branch.create([{
                'name': "National", 'code': 'N', 'kind': 'national',
                'company': company.id, 'has_stock': False,
                }])
    region, = Branch.create([{
                'name': "Region", 'code': 'R', 'kind': 'region',
                'company': company.id, 'parent': national.id,
                'has_stock': False,
                }])
    grocery, other = Branch.create([{
                'name': "Grocery", 'code': 'G', 'kind': 'site',
                'company': company.id, 'parent': region.id,
                }, {
                'name': "Other", 'code': 'O', 'kind': 'site',
                'company': company.id, 'parent': national.id,
                }])
    return {
        'company': company,
        'national': national,
        'region': region,
        'grocery': grocery,
        'other': other,
        }


def create_user(
        login: str, branches: list, groups: list[str] = (),
        all_branches: bool = False):
    """Make a user of *branches* in groups of ``aid_branch``.

    :param groups: XML ids, such as ``group_till``
    """
    pool = Pool()
    User = pool.get('res.user')
    Company = pool.get('company.company')
    Group = pool.get('res.group')
    ModelData = pool.get('ir.model.data')
    names = [*groups, *(['group_all_branches'] if all_branches else [])]
    companies = Company.search([])
    user, = User.create([{
                'name': login,
                'login': login,
                'companies': [('add', [c.id for c in companies])],
                'company': companies[0].id if companies else None,
                'branches': [('add', [b.id for b in branches])],
                'branch': branches[0].id if branches else None,
                'groups': [('add', [
                            Group(ModelData.get_id('aid_branch', name)).id
                            for name in names])],
                }])
    return user

@contextmanager
def as_user(user, **context):
    "Do what follows as *user*, with the rights and the context it has"
    User = Pool().get('res.user')
    with Transaction().set_user(user.id):
        preferences = User.get_preferences(context_only=True)
        with Transaction().set_context(preferences, **context), \
                check_access():
            yield user
