"""Goods in the hand beyond what the books say: may they be handed over?

The goods in the hand are right. They pass up to the limit of the branch and
are counted in the evening; what stops is safety: goods past their use-by or
set aside, and a single piece whose label was handed over already.
"""
from __future__ import annotations

import datetime as dt

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import without_check_access

from aid_lot import found

from .shelf import Shelf


@without_check_access
def limit(branch, date: dt.date) -> float:
    "How much may be missing on a line at *branch*, in the default unit"
    Rule = Pool().get('aid.distribution.rule')
    rule = Rule.for_branch(branch, date)
    return rule.found_limit if rule else 0.


@without_check_access
def refusal(product, lot, missing: float, shelf: Shelf) -> str | None:
    """Why goods may not pass of which *missing* is not in the books.

    :param lot: the lot whose label was scanned, or None
    :param missing: in the default unit of *product*
    :return: a translated sentence; empty where only the limit is passed, as
        whoever asks knows best how to say that; None where they may pass
    """
    if missing > limit(shelf.branch, shelf.date):
        return ''
    if lot:
        return _refusal_of_label(product, lot, shelf)
    rows = shelf.rows(product)
    for row in rows:
        # What is in the hand may be of these
        if row.lot.hold or row.lot.is_past_use_by(shelf.date):
            return shelf.refusal(row.lot)
    if rows and not shelf.usable(product):
        return shelf.refusal(rows[0].lot)
    return None


def _refusal_of_label(product, lot, shelf: Shelf) -> str | None:
    if refused := shelf.refusal(lot):
        return refused
    if found.is_held(lot, shelf.branch):
        return gettext('aid_basket.msg_in_hand_held', lot=lot.rec_name)
    if found.is_single(lot):
        return gettext(
            'aid_basket.msg_in_hand_single', lot=lot.rec_name,
            product=product.rec_name)
    return None


@without_check_access
def chilled(basket, shelf: Shelf) -> list:
    "The chilled lines of *basket* of which the books have too little"
    UoM = Pool().get('product.uom')
    lines = [
        l for l in basket.lines
        if (family := l.product.template.family) and family.chilled
        and not l.kept and not l.parcel]
    result = []
    for line in lines:
        lot = line.lot if line.lot_knowledge == 'scanned' else None
        wanted = UoM.compute_qty(
            line.unit, line.quantity, line.product.template.default_uom,
            round=False)
        if round(wanted - shelf.quantity(line.product, lot), 6) > 0:
            result.append(line)
    return result
