"""Goods whose last day to be handed over is near, in the whole network."""
from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from trytond.pool import Pool
from trytond.transaction import without_check_access

from .on_hand import today_at


class Ending(NamedTuple):
    "An ``aid.lot.on_hand``, and the last day its goods may be handed over"
    on_hand: Any
    last_day: dt.date


@without_check_access
def ending(within: int) -> list[Ending]:
    """What lies on the shelves and has no more days than *within*.

    Past its use-by, or its best-before and the tolerance of its family, it
    has none any more. Goods that are held, in quarantine or packed in parcels
    are not on a shelf. Two statements for the goods, however many branches.
    """
    pool = Pool()
    OnHand = pool.get('aid.lot.on_hand')
    today = pool.get('ir.date').today()
    # The earliest date is never after the last day
    rows = OnHand.search([
            ('branch', '!=', None),
            ('quantity', '>', 0),
            ('expiry', '<=', today + dt.timedelta(days=within)),
            ('lot.hold', '=', None),
            ])
    days = {branch: today_at(branch) for branch in {r.branch for r in rows}}
    result = []
    for row in rows:
        last = row.lot.last_day(days[row.branch])
        if _on_shelf(row) and (last - days[row.branch]).days <= within:
            result.append(Ending(row, last))
    return result


def _on_shelf(row) -> bool:
    "Whether *row* lies where goods are handed over from"
    location = row.location
    while location and location != row.branch.storage:
        location = location.parent
    return bool(location)
