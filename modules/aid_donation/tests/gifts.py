"""Donors and donations to test with."""
from __future__ import annotations

from contextlib import contextmanager

from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.transaction import Transaction

from aid_branch.tests.statements import count_statements
from aid_lot.tests.goods import family, make_branch, source

__all__ = [
    'in_branch', 'make_donor', 'make_donation', 'make_product',
    'count_statements', 'family', 'make_branch', 'source']


@contextmanager
def in_branch(code: str = 'B1'):
    "A company and one of its branches, which is the current one"
    with set_company(create_company()):
        branch = make_branch(code)
        with Transaction().set_context(branch=branch.id):
            yield branch


def make_donor(name: str = "Market", **values):
    Party = Pool().get('party.party')
    donor, = Party.create([{'name': name, 'donor': True, **values}])
    return donor


def make_donation(
        lines: list[dict], donor=None, source_code: str = 'shop_collection',
        **values):
    "An announced donation; lines have the code of their family as ``family``"
    Donation = Pool().get('aid.donation')
    if donor is None and source_code != 'public_collection':
        donor = make_donor()
    donation, = Donation.create([{
                'donor': donor.id if donor else None,
                'supply_source': source(source_code).id,
                'lines': [('create', [
                            {**line, 'family': family(line['family']).id}
                            for line in lines])],
                **values,
                }])
    return donation


def make_product(
        name: str, code: str, family_code: str = 'dairy', **values):
    "A product counted in pieces, with a barcode"
    pool = Pool()
    Template = pool.get('product.template')
    ModelData = pool.get('ir.model.data')
    template, = Template.create([{
                'name': name,
                'type': 'goods',
                'default_uom': ModelData.get_id('product', 'uom_unit'),
                'family': family(family_code).id,
                'cost_price_method': 'fixed',
                **values,
                'products': [('create', [{
                                'identifiers': [('create', [{
                                                'type': 'ean',
                                                'code': code,
                                                }])],
                                }])],
                }])
    return template.products[0]
