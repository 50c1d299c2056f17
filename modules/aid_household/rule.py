"""What branches decide about entitlements, as dated rules."""
from __future__ import annotations

import datetime as dt

from trytond.model import ModelSQL, ModelView, fields

from aid_branch.dated import NamedByBranchMixin


class HouseholdRule(NamedByBranchMixin, ModelSQL, ModelView):
    "How long entitlements last and how early their renewal is asked"
    __name__ = 'aid.household.rule'

    renewal_notice = fields.Integer(
        "Renewal Notice", required=True,
        domain=[('renewal_notice', '>=', 0)],
        help="Days before and after its end in which an entitlement stands "
        "on the list of those to renew.")
    entitlement_months = fields.Integer(
        "Months of Entitlement", required=True,
        domain=[('entitlement_months', '>=', 1)],
        help="How long a new entitlement is proposed for.")

    @classmethod
    def for_branches(cls, branches, date: dt.date) -> dict:
        """The rule that applies to each branch on *date*, in one query.

        :param branches: ``aid.branch`` records
        :return: branch id to rule or None
        """
        nearest: dict = {}
        for rule in cls.all_at(date):
            key = rule.branch.id if rule.branch else None
            nearest.setdefault(key, rule)
        return {
            branch.id: next(
                (nearest[id_] for id_ in reversed(branch.lineage)
                    if id_ in nearest),
                nearest.get(None))
            for branch in branches}
