"""What became of recalled goods: received = what is known of + unaccounted.

Plain values, no database. All quantities are in one unit.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import NamedTuple

DIGITS = 6


class Flow(NamedTuple):
    """So much of the goods went from one kind of place to another.

    Kinds are ``supplier``, ``customer``, ``shelf``, ``quarantine``,
    ``transit``, ``disposal``, ``sorting`` and anything else, which is where
    goods are lost and found.

    :param recalled: since the recall was opened
    """
    out_of: str
    into: str
    quantity: float
    recalled: bool = False


#: Places the branches answer for
INSIDE = frozenset({'shelf', 'quarantine', 'transit'})


@dataclass(frozen=True)
class Balance:
    """What became of the goods of a recall.

    What households brought back is *returned*, whatever became of it then;
    *quarantined* and *destroyed* are what the branches put aside or threw
    away of their own, and *destroyed* what households say they threw away.

    :param received: all that ever came in, with what was found or mixed in
    :param returned: brought back by households, or given back to the giver
    """
    received: float = 0
    quarantined: float = 0
    returned: float = 0
    destroyed: float = 0
    consumed: float = 0

    @property
    def recovered(self) -> float:
        "What nobody can eat any more"
        return _sum([self.quarantined, self.returned, self.destroyed])

    @property
    def unaccounted(self) -> float:
        "What nobody knows of: on a shelf, on the way, lost, or handed over"
        return _sum([self.received, -self.recovered, -self.consumed])

    @property
    def rate(self) -> float | None:
        "The recovery rate, 0 to 1; None where nothing was received"
        if not self.received:
            return None
        return round(self.recovered / self.received, 4)

    def values(self) -> dict[str, float]:
        "What is kept of it"
        return asdict(self)


def balance(
        flows: Iterable[Flow], answers: Iterable[tuple[str, float]] = ()
        ) -> Balance:
    """The balance of *flows* between places and *answers* of households.

    :param answers: what became of goods at home that did not come back
        through the books, and how much: ``thrown_away`` or ``eaten``

    >>> balance([
    ...     Flow('supplier', 'shelf', 10), Flow('shelf', 'customer', 4),
    ...     Flow('shelf', 'quarantine', 6, True),
    ...     Flow('customer', 'quarantine', 1, True),
    ...     ], [('eaten', 2)]).values()
    {'received': 10, 'quarantined': 6, 'returned': 1, 'destroyed': 0, \
'consumed': 2}
    """
    flows = list(flows)
    into: dict[str, float] = {}
    for flow in flows:
        into[flow.into] = into.get(flow.into, 0) + flow.quantity
        into[flow.out_of] = into.get(flow.out_of, 0) - flow.quantity
    # What goods become within the lineage leaves one lot and enters another
    received = sum(
        f.quantity for f in flows
        if f.into in INSIDE and f.out_of not in {
            *INSIDE, 'customer', 'disposal'})
    received -= sum(
        f.quantity for f in flows
        if f.into == 'sorting' and f.out_of in INSIDE)
    given_back = sum(
        f.quantity for f in flows
        if f.into == 'supplier' and f.out_of in INSIDE)
    brought = sum(
        f.quantity for f in flows if f.out_of == 'customer' and f.recalled)
    aside = max(into.get('quarantine', 0), 0)
    thrown = max(into.get('disposal', 0), 0)
    # Goods that came back lie in quarantine, or were thrown away from there
    from_aside = min(brought, aside)
    from_thrown = min(brought - from_aside, thrown)
    said: dict[str, float] = dict.fromkeys(['thrown_away', 'eaten'], 0)
    for answer, quantity in answers:
        if answer in said:
            said[answer] += quantity
    return Balance(
        received=_sum([received]),
        quarantined=_sum([aside, -from_aside]),
        returned=_sum([given_back, from_aside, from_thrown]),
        destroyed=_sum([thrown, -from_thrown, said['thrown_away']]),
        consumed=_sum([said['eaten']]))


def _sum(values: Iterable[float]) -> float:
    return round(sum(values), DIGITS) or 0
