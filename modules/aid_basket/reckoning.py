"""From the lines of a basket to weights, values and amounts.

Used while a basket is composed (nothing is saved then) and once more at the
checkout, so that what was shown is what is invoiced.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import Transaction, without_check_access

from aid_branch.reading import share

from . import contribution
from .shelf import Shelf

ZERO = Decimal(0)


class Known(NamedTuple):
    "What is the same for many baskets, or was asked for all of them at once"
    #: `rule_of` the branch and day
    rule: Any
    #: market value of one default unit of each product
    values: dict
    #: the entitlement of the household of each basket, by id of the basket
    entitlements: dict


@without_check_access
def reckon(
        basket, lines, shelf: Shelf | None = None, place: bool = True,
        known: Known | None = None, entitlement=...) -> None:
    """Set weight, value and amounts on *lines* and their sums on *basket*.

    *basket* needs session and household, *lines* product, quantity, unit
    and, where it was scanned, lot. Lines without a product are worth
    nothing. A line that was free stays free. With *place*, the lot of goods
    that were not scanned is looked up; without, it is taken as it stands.
    What is *known* is not asked again, nor is the *entitlement* in force.
    """
    session = basket.session
    lines = list(lines)
    if not session:
        return
    date = session.date
    branch = session.branch
    share(lines, 'product', 'lot', 'unit')
    if shelf is None:
        shelf = Shelf.of_goods(branch, date, goods_of(lines))
    rule = known.rule if known else rule_of(branch, date)
    plain = rule.plain() if rule else contribution.Rule()
    if known:
        entitlement = known.entitlements[basket.id]
    with Transaction().set_context(company=branch.company.id):
        beyond = _beyond(lines, shelf)
        values = known.values if known else market_values(lines, date)
        for line in lines:
            _set_facts(line, shelf, rule, date, place, beyond, values)
    quantum = _quantum(branch.company.currency)
    factors = Pool().get('aid.basket.line').price_factors(basket, lines)
    charges = contribution.charge(
        [_item(l, f) for l, f in zip(lines, factors)],
        plain, payer(basket, date, plain, entitlement), quantum)
    for line, charge, factor in zip(lines, charges, factors):
        line.asked = charge.asked
        line.granted = charge.granted
        line.rule = charge.reason
        line.promotion = (
            1 - factor if charge.reason == 'promotion' else None)
        line.promotion_words = promotion_words(line.promotion)
    basket.kg = round(sum(l.kg or 0 for l in lines), 3)
    for name in ['market_value', 'asked', 'granted']:
        total = sum((getattr(l, name) for l in lines), ZERO)
        setattr(basket, name, total.quantize(quantum))


def rule_of(branch, date: dt.date):
    "The contribution rule of *branch* on *date*, or None: all is free"
    Rule = Pool().get('aid.contribution.rule')
    return Rule.for_branch(branch, date)


def market_values(lines, date: dt.date) -> dict:
    "What one default unit of each product of *lines* is worth on *date*"
    return Pool().get('product.product').market_values(
        dict.fromkeys(p for l in lines if (p := _get(l, 'product'))), date)


def payer(
        basket, date: dt.date, rule: contribution.Rule,
        entitlement=...) -> contribution.Household:
    """What of whom *basket* is for changes the amount asked on *date*.

    :param rule: the one that asks it; people are counted only where it
        counts them
    :param entitlement: the one in force, or None, where that is known
    """
    if _get(basket, 'emergency'):
        return contribution.Household(contribution='emergency')
    household = basket.household
    if not household:
        return contribution.Household()
    if entitlement is ...:
        entitlement = household.entitlement_at(date)
    size = household.size or 1 if rule.counts_people else 1
    if not entitlement:
        return contribution.Household(size=size)
    return contribution.Household(
        size=size,
        contribution=entitlement.contribution or 'standard',
        rate=entitlement.contribution_rate)


def _beyond(lines, shelf: Shelf) -> set[int]:
    """Ids of products of which *lines* want more than the books have.

    Before the checkout the sum of the lines tells, after it that a part of
    them was found: what is asked is the same.
    """
    UoM = Pool().get('product.uom')
    wanted: dict = defaultdict(float)
    result = set()
    for line in lines:
        product = _get(line, 'product')
        knowledge = _get(line, 'lot_knowledge')
        if not product or knowledge == 'scanned' or _get(line, 'kept'):
            continue
        if knowledge == 'found':
            if line.lot and not line.lot.found_as:
                result.add(product.id)
            continue
        default = product.template.default_uom
        wanted[product] += UoM.compute_qty(
            _get(line, 'unit') or default, _get(line, 'quantity') or 0,
            default, round=False)
    return result | {
        product.id for product, quantity in wanted.items()
        if round(quantity - sum(
                r.quantity for r in shelf.usable(product)), 6) > 0}


def goods_of(lines) -> list[tuple]:
    "The product of each of *lines*, and its lot where its label was scanned"
    return [
        (_get(line, 'product'), _get(line, 'lot')
            if _get(line, 'lot_knowledge') == 'scanned' else None)
        for line in lines]


def _label(line):
    "The lot whose label the goods of *line* bear, or None"
    knowledge, lot = _get(line, 'lot_knowledge'), _get(line, 'lot')
    # What is kept from a replaced basket left as that lot
    if _get(line, 'kept'):
        return lot
    if knowledge == 'found':
        return lot.found_as if lot else None
    return lot if knowledge == 'scanned' else None


def _set_facts(
        line, shelf: Shelf, rule, date: dt.date, place: bool,
        beyond: set[int], values: dict) -> None:
    "What the goods of *line* are: lot, weight, value, limits"
    product = _get(line, 'product')
    quantity = _get(line, 'quantity') or 0
    unit = _get(line, 'unit') or (
        product and product.template.default_uom)
    was_free = bool(_get(line, 'always_free'))
    scanned = _label(line)
    line.unit = unit
    line.kg = line.price_per_kg = line.ceiling = None
    line.market_value = ZERO
    line.always_free = was_free
    if not product:
        return
    if place and not scanned:
        line.lot_knowledge, line.lot = shelf.knowledge(product)
    if scanned or product.id not in beyond:
        free, line.ceiling = shelf.limits(product, scanned)
    else:
        free, line.ceiling = shelf.found_limits(product)
    # What was said free at the till is not taken back, unless the lot in
    # the hand has just been scanned
    line.always_free = free or (
        was_free and (not scanned or bool(_get(line, 'kept'))))
    kg = product.to_kg(quantity, unit)
    line.kg = None if kg is None else round(kg, 3)
    line.market_value = worth(values[product], product, quantity, unit)
    if rule and rule.mode == 'per_kg':
        line.price_per_kg = rule.price_per_kg(product.template.family, date)


def worth(
        value: Decimal | None, product, quantity: float, unit) -> Decimal:
    """What *quantity* of *product* is worth, in cents.

    :param value: what one of its default unit is, see ``market_values``
    """
    UoM = Pool().get('product.uom')
    if not value:
        return ZERO
    default = product.template.default_uom
    if unit != default:
        quantity = UoM.compute_qty(unit, quantity, default, round=False)
    return (value * Decimal(str(quantity))).quantize(
        contribution.CENT, ROUND_HALF_UP)


def promotion_words(promotion: Decimal | None) -> str | None:
    "How much a promotion takes off a price, as a line and a paper say it"
    if not promotion:
        return None
    return gettext(
        'aid_basket.msg_promotion', percent=round(promotion * 100))


def _item(line, factor: Decimal) -> contribution.Item:
    return contribution.Item(
        market_value=line.market_value,
        kg=line.kg,
        price_per_kg=line.price_per_kg,
        always_free=line.always_free,
        ceiling=line.ceiling,
        factor=factor)


def _quantum(currency) -> Decimal:
    return Decimal(1).scaleb(-currency.digits)


def _get(record, name: str):
    # A line typed in the client has only the fields it was given
    return getattr(record, name, None)
