"""Goods to test with: a company, a branch, lots and moves between places."""
from __future__ import annotations

import datetime as dt
from decimal import Decimal

from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.transaction import Transaction

__all__ = [
    'create_company', 'set_company', 'make_branch', 'family', 'source',
    'place', 'make_lot', 'make_move', 'receive', 'hand_over', 'throw_away']


def make_branch(code: str = 'B1', **values):
    Branch = Pool().get('aid.branch')
    branch, = Branch.create([{
                'name': f'Branch {code}',
                'code': code,
                'kind': 'local_unit',
                'company': Transaction().context['company'],
                **values,
                }])
    return branch


def family(code: str):
    Family = Pool().get('aid.family')
    found, = Family.search([('code', '=', code)])
    return found


def source(code: str):
    Source = Pool().get('aid.supply.source')
    found, = Source.search([('code', '=', code)])
    return found


def place(type_: str):
    "The first location of a type, for example ``supplier``"
    Location = Pool().get('stock.location')
    return Location.search(
        [('type', '=', type_)], order=[('id', 'ASC')], limit=1)[0]


def make_lot(code: str = 'dry_starch', **values):
    Lot = Pool().get('stock.lot')
    lot, = Lot.create([{
                'product': family(code).product.id,
                'supply_source': source('public_collection').id,
                **values,
                }])
    return lot


def make_move(lot, quantity, from_, to, **values):
    Move = Pool().get('stock.move')
    Company = Pool().get('company.company')
    company = Company(Transaction().context['company'])
    move = Move(
        product=lot.product, lot=lot, quantity=quantity,
        unit=lot.product.default_uom, from_location=from_, to_location=to,
        company=company)
    if move.on_change_with_unit_price_required():
        move.unit_price = Decimal(0)
        move.currency = company.currency
    for name, value in values.items():
        setattr(move, name, value)
    move.save()
    return move


def _done(moves):
    Move = Pool().get('stock.move')
    Move.do(moves)
    return moves


def receive(lot, quantity, to, date: dt.date | None = None):
    return _done([make_move(
                lot, quantity, place('supplier'), to, effective_date=date)])


def hand_over(lot, quantity, from_, date: dt.date | None = None):
    return _done([make_move(
                lot, quantity, from_, place('customer'),
                effective_date=date)])


def throw_away(lot, quantity, from_):
    ModelData = Pool().get('ir.model.data')
    Location = Pool().get('stock.location')
    disposal = Location(ModelData.get_id('aid_lot', 'location_disposal'))
    return _done([make_move(lot, quantity, from_, disposal)])
