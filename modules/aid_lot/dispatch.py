"""Goods that other bodies were given: they give food too, or feed animals.

Regulation (EC) No 178/2002, article 18: businesses that were supplied must be
known, by name and address; article 19: they are told when the goods are
dangerous.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from trytond.pool import Pool
from trytond.transaction import check_access, without_check_access


@dataclass(frozen=True)
class Dispatch:
    """Goods of a lot that went to another body.

    :param lot: the ``stock.lot``
    :param quantity: in the default unit of its product
    :param branch: the ``aid.branch`` that gave them
    :param who: the ``party.party``, None where it is not known
    :param kind: what the chain calls it: ``handed_over`` by a shipment, or
        ``disposed`` where they could not be used here
    """
    lot: Any
    quantity: float
    date: dt.date | None
    branch: Any
    who: Any
    kind: str


@without_check_access
def dispatches(lots: Iterable[int]) -> list[Dispatch]:
    """What of *lots* (ids) went to other bodies, in its order.

    In two questions, without record rules: what is shown passes by `seen`.
    """
    pool = Pool()
    Move = pool.get('stock.move')
    DisposalLine = pool.get('aid.disposal.line')
    lots = list(lots)
    result = [
        Dispatch(
            move.lot, move.internal_quantity, move.effective_date,
            move.from_branch, move.shipment.customer, 'handed_over')
        for move in Move.search([
                ('lot', 'in', lots),
                ('state', '=', 'done'),
                ('to_location.type', '=', 'customer'),
                ('shipment', 'like', 'stock.shipment.out,%'),
                ])]
    result += [
        Dispatch(
            line.lot, line.quantity, line.disposal.date,
            line.disposal.branch, line.disposal.recipient, 'disposed')
        for line in DisposalLine.search([
                ('lot', 'in', lots),
                ('disposal.state', '=', 'done'),
                ['OR',
                    ('fate', '=', 'given_away'),
                    ('disposal.recipient', '!=', None),
                    ],
                ])]
    return sorted(result, key=lambda d: (d.date, d.lot.id))


def seen(found: Iterable[Dispatch]) -> list[Dispatch]:
    "The same, without the names of bodies that the user may not see"
    Party = Pool().get('party.party')
    found = list(found)
    with check_access():
        names = set(Party.search([
                    ('id', 'in', list({d.who.id for d in found if d.who})),
                    ]))
    return [
        d if d.who in names else replace(d, who=None) for d in found]
