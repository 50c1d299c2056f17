"""Invented households, for the tests of this and of higher rooms."""
from __future__ import annotations

import datetime as dt

from trytond.pool import Pool

TODAY = dt.date.today()


def create_household(
        branch, first_name: str = "Amina", last_name: str = "Bensaïd",
        birth_date: dt.date = dt.date(1988, 4, 12), **values):
    """Make a household of one contact and two children of 3 to 14.

    :param values: any other value of the household
    """
    pool = Pool()
    Household = pool.get('aid.household')
    AgeBand = pool.get('aid.age.band')
    child, = AgeBand.search([('code', '=', '3-14')])
    household, = Household.create([{
                'branch': branch.id,
                'members': [('create', [{
                                'main': True,
                                'first_name': first_name,
                                'last_name': last_name,
                                'birth_date': birth_date,
                                'sex': 'female',
                                }, {
                                'age_band': child.id,
                                'count': 2,
                                }])],
                'city': "Lyon",
                'phone': "+33 4 00 00 00 00",
                **values,
                }])
    return household


def propose_entitlement(
        household, start: int = 0, days: int = 90, **values):
    """Propose an entitlement of *household*.

    :param start: days from today to its first day, may be negative
    :param days: how many days it holds
    """
    Entitlement = Pool().get('aid.entitlement')
    valid_from = TODAY + dt.timedelta(days=start)
    entitlement, = Entitlement.create([{
                'household': household.id,
                'valid_from': valid_from,
                'valid_until': valid_from + dt.timedelta(days=days - 1),
                **values,
                }])
    return entitlement


def grant_entitlement(household, start: int = 0, days: int = 90, **values):
    "Propose and grant an entitlement, see :func:`propose_entitlement`"
    Entitlement = Pool().get('aid.entitlement')
    entitlement = propose_entitlement(household, start, days, **values)
    Entitlement.grant([entitlement])
    return Entitlement(entitlement.id)
