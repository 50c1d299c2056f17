"""The paper kit: a distribution goes on without network or power.

Printed before it is needed. What is written on it is typed in later, see
`catch_up.py`: the columns are the same.
"""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.report import Report
from trytond.transaction import without_check_access

from aid_branch.paper import PaperReport

from . import standing

LABELS = [
    'title', 'how', 'code', 'name', 'size', 'constraints', 'left', 'tally',
    'paid', 'time', 'served', 'emergency', 'emergency_how', 'adults',
    'children', 'babies', 'constraints_told', 'weight']
#: Lines to write on: households that were not expected, and people helped
#: without a file
BLANK_LINES = 8
EMERGENCY_LINES = 10


class PaperKit(PaperReport, Report):
    "What a till needs to go on by hand"
    __name__ = 'aid.distribution.paper_kit'

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        context = super().get_context(records, header, data)
        pool = Pool()
        Session = pool.get('aid.distribution.session')
        Family = pool.get('aid.family')
        context['labels'] = {
            name: gettext(f'aid_basket.msg_kit_{name}') for name in LABELS}
        context['blank'] = range(BLANK_LINES)
        context['emergencies'] = range(EMERGENCY_LINES)
        with without_check_access():
            context['families'] = Family.search([])
            context['kits'] = [
                kit_of(session) for session in Session.browse(records)]
        return context


def kit_of(session) -> dict:
    """What the template prints for *session*.

    The households are those with an entitlement on that day, by code: a
    first name and an initial, constraints, never a reason.
    """
    pool = Pool()
    Household = pool.get('aid.household')
    households = Household.search(
        [('branch', '=', session.branch.id)], order=[('code', 'ASC')])
    entitlements = {
        id_: entitlement for id_, entitlement in
        Household.entitlements_at(households, session.date).items()
        if entitlement}
    left = standing.left_by(entitlements.values(), session)
    return {
        'branch': session.branch.name,
        'date': session.date,
        'till': session.till,
        'households': [
            _expected(household, left.get(household.id, ''))
            for household in households if household.id in entitlements],
        }


def _expected(household, left: str) -> dict:
    return {
        'code': household.code,
        'name': household.till_name or '',
        'size': household.size or '',
        'constraints': ', '.join(sorted(
                {c.kind.name for c in household.constraints})),
        'left': left,
        }
