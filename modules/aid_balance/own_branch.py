"""Branches are readable by everybody, what lies in them is not."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import Transaction

from .exceptions import ProposalError


def own(branch):
    """The *branch* that a client named to a wizard, if it is the user's.

    Wizards run without record rules.

    :raises ProposalError: it is not among the user's branches
    """
    User = Pool().get('res.user')
    if Transaction().user and not (
            User.sees_all_branches()
            or set(User.get_branches()) & set(branch.lineage)):
        raise ProposalError(gettext(
                'aid_balance.msg_branch_elsewhere', branch=branch.rec_name))
    return branch
