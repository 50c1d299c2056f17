"""Places: what changes takes the goods along, and each bears a code."""
from __future__ import annotations

import re

from trytond.pool import Pool, PoolMeta

from .label import Label, LabelReport

#: The code on the label of a place: E and its id. Names like "A1" stand in
#: every branch
_CODE = re.compile(r'E(\d{7,})', re.I)


class Location(metaclass=PoolMeta):
    __name__ = 'stock.location'

    @classmethod
    def on_modification(cls, mode, locations, field_names=None) -> None:
        OnHand = Pool().get('aid.lot.on_hand')
        super().on_modification(mode, locations, field_names=field_names)
        if mode == 'write' and 'branch' in field_names:
            OnHand.refresh(locations=locations)


class PlaceLabel(LabelReport):
    "Labels for shelves, rooms and cold rooms"
    __name__ = 'stock.location.label'

    @classmethod
    def labels(cls, locations) -> list[Label]:
        return [
            Label(place_code(location), tuple(cls._rows(location)))
            for location in locations]

    @classmethod
    def _rows(cls, location):
        # Codes are short and read from afar
        if location.code:
            yield 'number', location.code
        yield 'title', location.name
        if location.branch:
            yield 'small', location.branch.rec_name


def place_code(location) -> str:
    "What stands on the label of *location*"
    return f'E{location.id:07d}'


def place_id(code: str) -> int | None:
    """The id of the location whose label says *code*, None if it is no such.

    >>> place_id('e0000042')
    42
    """
    found = _CODE.fullmatch(code)
    return int(found[1]) if found else None


def inside(place: int):
    """The places in the one with the id *place*, itself among them.

    A question to stand within another one: what lies in a place is asked for
    with every scan, and should not take two.

    :return: a query of ids, for the operator ``in`` of a domain
    """
    table = Pool().get('stock.location').__table__()
    outer = Pool().get('stock.location').__table__()
    # Whatever begins within it ends within it
    return outer.join(table, condition=(
            (table.left >= outer.left) & (table.left <= outer.right))).select(
        table.id, where=outer.id == place)
