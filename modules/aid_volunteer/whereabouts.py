"""How far a volunteer has to come, as far as it told."""
from __future__ import annotations

from collections import defaultdict

from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access

from aid_branch.distance import Place, distance_km


class Volunteer(metaclass=PoolMeta):
    __name__ = 'aid.volunteer'

    postal_code = fields.Char(
        "Postal Code",
        help="To ask first who lives near. It says enough: no address is "
        "kept.")

    @classmethod
    @without_check_access
    def distances(cls, volunteers, branch) -> dict:
        """Volunteer to its way to *branch* in km, where it is known.

        A postal code lies where branches of that code lie, on average; who
        has the code of *branch* has no way to go. As the crow flies, so it
        sorts people and says nothing of roads.
        """
        own = branch.address.postal_code if branch.address else None
        codes = {v.postal_code for v in volunteers if v.postal_code}
        ways = {
            code: distance_km(place, branch.place)
            for code, place in _places(codes - {own}).items()
            } if branch.place else {}
        if own:
            ways[own] = 0.
        return {
            v: ways[v.postal_code] for v in volunteers
            if v.postal_code in ways}


def _places(codes: set[str]) -> dict[str, Place]:
    "Postal code to the middle of the branches that have it"
    Branch = Pool().get('aid.branch')
    found: dict = defaultdict(list)
    for branch in Branch.search([
                ('latitude', '!=', None),
                ('longitude', '!=', None),
                ('party.addresses.postal_code', 'in', list(codes)),
                ]):
        found[branch.address.postal_code].append(branch.place)
    return {
        code: (
            sum(p[0] for p in places) / len(places),
            sum(p[1] for p in places) / len(places))
        for code, places in found.items()}
