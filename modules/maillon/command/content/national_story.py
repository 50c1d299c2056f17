"""The small story that a national network is copied from.

A network of branches and one gift that a household takes home, through the
documents that people use: `national` copies the rows that they left. Told
whole it has what else a network does: somebody pays, goods go on to another
branch, some are thrown away.
"""
from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from trytond.pool import Pool
from trytond.transaction import Transaction

from aid_basket.checkout import checkout
from aid_branch.slices import slices
from aid_donation import transfer

from . import names, national_people
from .bulk import copy, go_on_counting, next_id, say

__all__ = ['DAYS', 'KEEPS', 'Story', 'gtin', 'tell']

PRODUCTS = 5000
DONORS = 300
DAYS = 365
REGIONS = 13
#: Days that all goods keep after they came
KEEPS = 400
FAMILIES = ['dry_starch', 'canned', 'pulses', 'sweet_salty', 'fats']
PRODUCT_TABLES = [
    'product_template', 'product_product', 'product_identifier',
    'product_cost_price_method', 'product_list_price', 'product_cost_price']


@dataclass(frozen=True)
class Story:
    """Ids of the rows that are copied.

    Where it was told whole, `lot`... are those of somebody who pays nothing
    and *whole* has what else there is, see `_tell_whole`.
    """
    lot: int
    received: int
    handed_over: int
    donation: int
    donation_line: int
    session: int
    basket: int
    line: int
    household: int
    member: int
    party: int
    whole: dict[str, int] | None = None


def tell(
        branches: int, today: dt.date, whole: bool = False) -> Story:
    """Make a network of *branches*, and one gift that a household takes home.

    In a database that is set up (company, fiscal year), below its national
    body where it has one.

    :param whole: tell what else a network does, see `_tell_whole`
    """
    company, = Pool().get('company.company').search([])
    with Transaction().set_context(company=company.id):
        return _tell(company, branches, today, whole)


def _tell(company, branches: int, today: dt.date, whole: bool) -> Story:
    pool = Pool()
    Session = pool.get('aid.distribution.session')
    places = _make_branches(company, branches)
    products = _make_products()
    donors = _make_donors()
    first = places[0]
    # Where papers are numbered, on the eve of the year: numbers go up
    day = today - dt.timedelta(days=DAYS) if whole else today
    if whole:
        _make_rules(places, today)
    # European goods are always free: no invoice, whose numbers must not be
    # copied
    donation = _receive(
        first, donors[0], products if whole else products[:1],
        'company_gift' if whole else 'fse', day)
    lots = [line.lot for line in donation.lines]
    household = _make_household(first)
    if whole:
        _entitle(household, 'free', day)
    session, = Session.create([{'branch': first.id, 'date': day}])
    basket, *_ = _hand_over(session, household, lots, None)
    more = None
    if whole:
        more = {
            **_tell_whole(session, places, lots, day),
            **national_people.tell(first, today)}
    Session.write([session], {
            'cash_counted': Session(session.id).cash_expected})
    Session.close([session])
    line, = basket.lines
    received, = pool.get('stock.move').search([
            ('lot', '=', lots[0].id),
            ('from_location.type', '=', 'supplier')])
    return Story(
        lot=lots[0].id, received=received.id, handed_over=line.move.id,
        donation=donation.id, donation_line=donation.lines[0].id,
        session=session.id, basket=basket.id, line=line.id,
        household=household.id, member=household.members[0].id,
        party=household.party.id, whole=more)


def _receive(branch, donor, products, source: str, day: dt.date):
    "A donation of each of *products*"
    pool = Pool()
    Donation = pool.get('aid.donation')
    source, = pool.get('aid.supply.source').search([('code', '=', source)])
    donation, = Donation.create([{
                'branch': branch.id,
                'donor': donor.id,
                'supply_source': source.id,
                'received_on': day,
                'lines': [('create', [{
                                'product': product.id,
                                'family': product.family.id,
                                'quantity': 20,
                                'unit': product.default_uom.id,
                                'best_before': (
                                    day + dt.timedelta(days=KEEPS)),
                                'label_lot': 'B0',
                                } for product in products])],
                }])
    Donation.receive([donation])
    return donation


def _make_household(branch):
    household, = Pool().get('aid.household').create([{
                'branch': branch.id,
                'members': [('create', [
                            {'main': True, 'birth_year': 1980}])],
                }])
    return household


def _entitle(household, contribution: str, day: dt.date):
    Entitlement = Pool().get('aid.entitlement')
    entitlement, = Entitlement.create([{
                'household': household.id,
                'branch': household.branch.id,
                'valid_from': day - dt.timedelta(days=10),
                'valid_until': day + dt.timedelta(days=170),
                'contribution': contribution,
                }])
    Entitlement.grant([entitlement])
    return entitlement


def _hand_over(session, household, lots, pay: str | None) -> list:
    "A basket of one line for each of *lots*, checked out"
    Basket = Pool().get('aid.basket')
    baskets = Basket.create([{
                'session': session.id,
                'household': household.id,
                'lines': [('create', [{
                                'product': lot.product.id,
                                'lot': lot.id,
                                'lot_knowledge': 'scanned',
                                'quantity': 1,
                                'unit': lot.product.default_uom.id,
                                }])],
                } for lot in lots])
    checkout(baskets, pay)
    return Basket.browse([b.id for b in baskets])


def _tell_whole(session, places, lots, day: dt.date) -> dict[str, int]:
    """What else a network does: somebody pays, goods go on, some are lost.

    :return: ids of the rows that are copied, by what they are here
    """
    pool = Pool()
    Disposal = pool.get('aid.disposal')
    Reason = pool.get('aid.disposal.reason')
    branch, other = places[:2]
    household = _make_household(branch)
    entitlement = _entitle(household, 'standard', day)
    cash, *_ = _hand_over(session, household, lots, 'cash')
    card, = _hand_over(session, household, lots[:1], 'card')
    shipment = _send(branch, other, lots[0], day)
    sent, arrived = sorted(
        shipment.moves, key=lambda m: m.to_location == other.storage)
    disposal = Disposal.dispose(
        branch, [(lots[0], branch.storage, 1)],
        Reason.search([], order=[('id', 'ASC')], limit=1)[0], on=day)
    disposed, = pool.get('stock.move').search(
        [('origin', '=', str(disposal))])
    return {
        'cash': cash.id, 'card': card.id, 'entitlement': entitlement.id,
        'shipment': shipment.id, 'sent': sent.id, 'arrived': arrived.id,
        'disposal': disposal.id, 'disposal_line': disposal.lines[0].id,
        'disposed': disposed.id,
        }


def _send(from_, to, lot, day: dt.date):
    "Some of *lot* goes to another branch, and arrives"
    Shipment = Pool().get('stock.shipment.internal')
    shipment = transfer.prepare(from_, to, [(lot, 1)])
    Shipment.write([shipment], {
            'effective_start_date': day, 'effective_date': day})
    Shipment.send([shipment])
    Shipment.accept([Shipment(shipment.id)])
    return Shipment(shipment.id)


def _make_rules(places, today: dt.date) -> None:
    """What the regions ask: to the cent, so that lines add up to a basket.

    A network that rounds to coins shares by line what it leaves, which no
    copy could do.
    """
    Pool().get('aid.contribution.rule').create([{
                'branch': region.id,
                'mode': 'per_kg',
                'rate': Decimal('0.10'),
                'valid_from': dt.date(today.year - 1, 1, 1),
                'source': "Exemple : au centime près",
                } for region in {place.parent for place in places}])


def _make_branches(company, count: int) -> list:
    "A national body, thirteen regions and *count* groceries"
    pool = Pool()
    Branch = pool.get('aid.branch')
    grocery, = pool.get('aid.service').search(
        [('code', '=', 'social_grocery')])
    common = {'company': company.id}
    national = Branch.search([('kind', '=', 'national')], limit=1)
    if not national:
        national = Branch.create([{
                    **common, 'name': "National", 'code': 'NAT',
                    'kind': 'national', 'has_stock': False}])
    regions = Branch.create([{
                **common, 'name': f"Région {n}", 'code': f'R{n:02}',
                'kind': 'region', 'parent': national[0].id,
                'has_stock': False,
                } for n in range(1, min(REGIONS, count) + 1)])
    made = []
    for numbers in slices(range(count)):
        made += Branch.create([{
                    **common, 'name': f"Épicerie de {names.town(n)}",
                    'code': f'S{n + 1:04}', 'kind': 'site',
                    'parent': regions[(n + 1) % len(regions)].id,
                    'services': [('create', [{'service': grocery.id}])],
                    } for n in numbers])
    return made


def _make_products() -> list:
    """Goods that keep, each with a barcode.

    One of each family in the ordinary way, the others are copies.

    :return: those of the ordinary way
    """
    pool = Pool()
    Template = pool.get('product.template')
    Family = pool.get('aid.family')
    families = [
        Family.search([('code', '=', code)])[0] for code in FAMILIES]
    made = Template.create([{
                'name': f"Article {n}",
                'type': 'goods',
                'default_uom': family.product.default_uom.id,
                'family': family.id,
                'list_price': Decimal(2),
                'cost_price_method': 'fixed',
                'products': [('create', [{
                                'identifiers': [('create', [{
                                                'type': 'ean',
                                                'code': gtin(n),
                                                }])],
                                }])],
                } for n, family in enumerate(families)])
    say(
        'CREATE TEMPORARY TABLE t_gtin (n int, code text) ON COMMIT DROP')
    codes = [
        (n, gtin(n)) for n in range(len(families), PRODUCTS)]
    say(
        'INSERT INTO t_gtin SELECT * FROM unnest(%s::int[], %s::text[])',
        [n for n, _ in codes], [code for _, code in codes])
    for template in made:
        _copy_product(template, len(made), made.index(template))
    for name in PRODUCT_TABLES:
        go_on_counting(name)
    return [template.products[0] for template in made]


def _copy_product(template, step: int, start: int) -> None:
    "As many products like *template* as there are barcodes for them"
    product, = template.products
    identifier, = product.identifiers
    source = f"(SELECT * FROM t_gtin WHERE n % {step} = {start})"
    ids = {of: next_id(of) for of in PRODUCT_TABLES}
    nth = 'row_number() OVER (ORDER BY new.n) - 1'
    template_id = f"{ids['product_template']} + {nth}"
    product_id = f"{ids['product_product']} + {nth}"
    name = "'Article ' || new.n"
    for of, old, values in [
            ('product_template', template.id, {'name': name}),
            ('product_product', product.id, {'template': template_id}),
            ('product_identifier', identifier.id, {
                    'product': product_id, 'code': 'new.code'}),
            ]:
        copy(of, old, source, {'id': f'{ids[of]} + {nth}', **values})
    for of, column, owner, id_ in [
            ('product_cost_price_method', 'template', template, template_id),
            ('product_list_price', 'template', template, template_id),
            ('product_cost_price', 'product', product, product_id)]:
        for old, in say(
                f'SELECT id FROM {of} WHERE {column} = {owner.id}'):
            copy(of, old, source, {
                    'id': f'{next_id(of)} + {nth}', column: id_})


def gtin(number: int) -> str:
    """The barcode of product *number*: an EAN-13 with its check digit.

    >>> gtin(7)
    '3990000000075'
    """
    digits = f'399{number:09}'
    total = sum(
        int(digit) * (3 if place % 2 else 1)
        for place, digit in enumerate(digits))
    return f'{digits}{-total % 10}'


def _make_donors() -> list:
    Party = Pool().get('party.party')
    made = []
    for numbers in slices(range(DONORS)):
        made += Party.create([
                {'name': f"Magasin {n}", 'donor': True} for n in numbers])
    return made
