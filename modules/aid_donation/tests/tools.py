"""What the scenarios of donations begin with."""
from __future__ import annotations

from proteus import Model


def create_branch(name: str, code: str, config=None):
    "A branch of the first company, which keeps goods"
    Branch = Model.get('aid.branch', config=config)
    Company = Model.get('company.company', config=config)
    company, = Company.find([], limit=1)
    branch = Branch(name=name, code=code, kind='local_unit', company=company)
    branch.save()
    return branch


def create_keeper(login: str, branch, config=None):
    "A warehouse volunteer of *branch*"
    User = Model.get('res.user', config=config)
    Group = Model.get('res.group', config=config)
    Company = Model.get('company.company', config=config)
    Branch = Model.get('aid.branch', config=config)
    company, = Company.find([], limit=1)
    group, = Group.find([('name', '=', "Warehouse")])
    user = User(name=login.title(), login=login)
    user.companies.append(Company(company.id))
    user.company = company
    user.branches.append(Branch(branch.id))
    user.branch = branch
    user.groups.append(group)
    user.save()
    return user
