"""What the tills stand on: branches of the network, users, goods, people."""
from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from national_network import PASSWORD

#: Branches of the network: as many warehouses as stock Tryton is given
BRANCHES = 25
TILLS, LINES, HOUSEHOLDS = 4, 10, 8
GOODS, LOTS_EACH, EACH = 40, 3, 5000


@dataclass(frozen=True)
class Ground:
    "Ids of what the tills stand on, one of each for each till"
    codes: list[str]
    branches: list[int]
    sessions: list[int]
    #: households of each till
    households: list[list[int]]
    #: lots of each till, as many of each of the goods
    lots: list[list[int]]


def furnish(today: dt.date) -> Ground:
    "Tills with their users, shelves, households and an open session"
    from trytond.pool import Pool

    pool = Pool()
    Branch = pool.get('aid.branch')
    Session = pool.get('aid.distribution.session')
    branches = Branch.search(
        [('code', 'like', 'S%')], order=[('code', 'ASC')], limit=TILLS)
    pool.get('aid.contribution.rule').create([{
                'mode': 'rate', 'rate': Decimal('0.1'), 'rounding': None}])
    for branch in branches:
        make_user(branch)
    products = pool.get('product.product').search(
        [('identifiers.code', 'like', '3990%')],
        order=[('id', 'ASC')], limit=GOODS)
    lots = shelves(branches, products, today)
    households = [
        [make_household(branch, today) for _ in range(HOUSEHOLDS)]
        for branch in branches]
    sessions = Session.create([
            {'branch': branch.id, 'date': today} for branch in branches])
    return Ground(
        [b.code for b in branches], [b.id for b in branches],
        [s.id for s in sessions], households, lots)


def make_user(branch) -> None:
    "Who stands at the till of *branch*, and who receives there"
    from maillon.command.organisation import User
    from maillon.command.organisation import make_user as make

    for role in ['till', 'warehouse']:
        make(User(
                login=f'{role}-{branch.code}', name=f'{role} {branch.name}',
                role=f'role_{role}', password=PASSWORD,
                branches=(branch.code,)), 'fr')


def make_household(branch, today: dt.date) -> int:
    from trytond.pool import Pool

    pool = Pool()
    Entitlement = pool.get('aid.entitlement')
    household, = pool.get('aid.household').create([{
                'branch': branch.id,
                'members': [('create', [
                            {'main': True, 'birth_year': 1980},
                            {'birth_year': 2015}])],
                }])
    entitlement, = Entitlement.create([{
                'household': household.id,
                'valid_from': today,
                'valid_until': today + dt.timedelta(days=90),
                }])
    Entitlement.grant([entitlement])
    return household.id


def shelves(branches, products, today: dt.date) -> list[list[int]]:
    """Lots of *products*, given by shops: something may be asked for them.

    :return: their ids for each of *branches*
    """
    from trytond.pool import Pool

    from aid_branch.slices import slices

    pool = Pool()
    Move = pool.get('stock.move')
    Lot = pool.get('stock.lot')
    source, = pool.get('aid.supply.source').search(
        [('code', '=', 'shop_collection')])
    donor, = pool.get('party.party').search(
        [('donor', '=', True)], limit=1, order=[('id', 'ASC')])
    supplier, = pool.get('stock.location').search(
        [('type', '=', 'supplier')], limit=1)
    result = []
    for branch in branches:
        lots: list = []
        for some in slices(range(len(products) * LOTS_EACH)):
            lots += Lot.create([{
                        'product': products[n % len(products)].id,
                        'supply_source': source.id,
                        'donor': donor.id,
                        'expiration_date': today + dt.timedelta(
                            days=100 + n),
                        } for n in some])
        for some in slices(lots):
            Move.do(Move.create([{
                            'product': lot.product.id,
                            'lot': lot.id,
                            'quantity': EACH,
                            'unit': lot.product.default_uom.id,
                            'internal_quantity': EACH,
                            'from_location': supplier.id,
                            'to_location': branch.storage.id,
                            'effective_date': today,
                            'company': branch.company.id,
                            'currency': branch.company.currency.id,
                            'unit_price': Decimal(0),
                            } for lot in some]))
        result.append([lot.id for lot in lots])
    return result


def in_house(code: str) -> Ground:
    "A till in the house of the tests, with goods that have no barcode"
    from trytond.pool import Pool

    pool = Pool()
    branch, = pool.get('aid.branch').search([('code', '=', code)])
    session, = pool.get('aid.distribution.session').search(
        [('branch', '=', branch.id), ('state', '=', 'open')])
    households = pool.get('aid.household').search(
        [('branch', '=', branch.id)], order=[('id', 'ASC')])
    pool.get('aid.contribution.rule').create([{
                'mode': 'rate', 'rate': Decimal('0.1'), 'rounding': None}])
    products = [
        family.product for family in pool.get('aid.family').search(
            [('date_kind', '=', 'best_before')], order=[('id', 'ASC')])]
    lots = shelves([branch], products, dt.date.today())
    # The last is asked nothing, and has no invoice
    return Ground(
        [code], [branch.id], [session.id],
        [[h.id for h in households[:-1]]], lots)
