"""The path of the goods of a chain, to be drawn."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.pool import Pool

from . import chain, path_picture


def picture(found: chain.Chain, rows: list) -> str:
    "The path of goods as SVG: givers, lots, and what became of them"
    kinds = dict(Pool().get('aid.lot.trace.line').fields_get(
            ['kind'])['kind']['selection'])
    return path_picture.draw(*path(found, rows, kinds))


def path(found: chain.Chain, rows: list, kinds: dict[str, str]) -> tuple:
    """The boxes and arrows of the picture of a chain.

    The rows that lead to one place in one way are one box: a lot that went
    to ninety branches is drawn as its biggest, and the rest as one.
    """
    boxes: dict = {}
    arrows: list = []
    ends: dict = {}
    for row in rows:
        boxes.setdefault(row.lot.id, path_picture.Box(
                f'{row.lot.number}', row.lot.product.rec_name,
                'certain' if row.certain == 'assumed' else row.certain))
        unit = row.lot.product.default_uom.symbol
        if row.kind in {'received', 'found', 'returned'}:
            ends.setdefault((row.lot.id, 'in'), []).append((
                    row.giver or kinds[row.kind], row.quantity, unit,
                    row.kind))
        elif row.kind in {*chain.WENT, 'passed_on'} - {'used'}:
            where = row.branch.rec_name if row.branch else None
            ends.setdefault((row.lot.id, 'out'), []).append((
                    ' – '.join(filter(None, [
                            kinds[row.kind], row.receiver or where])),
                    row.quantity, unit, row.kind))
    for (lot, side), some in ends.items():
        for n, (name, quantity, unit, kind) in enumerate(_biggest(some)):
            key = (lot, side, n)
            boxes[key] = path_picture.Box(
                name, f'{quantity:g} {unit}', kind)
            arrows.append(
                (key, lot, '') if side == 'in' else (lot, key, ''))
    arrows += [
        (link.parent, link.lot, f'{link.quantity:g}') for link in found.links
        if link.parent in boxes and link.lot in boxes]
    return boxes, arrows


def _biggest(ends: list[tuple], most: int = 6) -> list[tuple]:
    "The *most* biggest of *ends*, the others together"
    together: dict = {}
    for name, quantity, unit, kind in ends:
        key = name, unit, kind
        together[key] = round(
            together.get(key, 0) + quantity, chain.DIGITS)
    ranked = sorted(together.items(), key=lambda pair: -pair[1])
    result = [
        (name, quantity, unit, kind)
        for (name, unit, kind), quantity in ranked[:most]]
    if rest := ranked[most:]:
        result.append((
                gettext('aid_lot.msg_trace_others', count=len(rest)),
                round(sum(q for _, q in rest), chain.DIGITS),
                ranked[0][0][1], 'more'))
    return result
