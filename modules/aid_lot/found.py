"""Goods in the hand that the books do not know.

What somebody holds is there: the books are corrected, not the person. Found
goods become lots of the supply source ``found``, whose donor is not known.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from .location import inside
from .moved import Moved, move_goods

DIGITS = 6
#: For how many days goods that are used up still say what may be asked for
#: goods of their family that are found
REMEMBERED = 30


class Lot(metaclass=PoolMeta):
    __name__ = 'stock.lot'

    found_as = fields.Many2One(
        'stock.lot', "Labelled As", readonly=True, ondelete='RESTRICT',
        states={'invisible': ~Eval('found_as')},
        help="The lot whose label these goods bore when they were found.")

    def sorted_again(self) -> dict:
        return {
            **super().sorted_again(),
            'found_as': self.found_as.id if self.found_as else None,
            }


@without_check_access
def found_lots(branch, goods: Iterable[tuple], date: dt.date) -> list:
    """Take goods into the books of *branch* that were found there.

    :param branch: an ``aid.branch``; the goods lie in its storage
    :param goods: (product, quantity in its default unit), and where they bear
        the label of a lot that lot as a third: its dates hold for them too
    :param date: the day they were found
    :return: one lot for each of *goods*, in their order; the same one for
        goods that cannot be told apart. Costs the same for one as for fifty

    >>> lots = found_lots(branch, [(bread, 2.5), (cheese, 1, lot)], date)
    ... # doctest: +SKIP
    """
    pool = Pool()
    Lot = pool.get('stock.lot')
    keys = []
    quantities: dict[tuple, float] = defaultdict(float)
    for product, quantity, *label in goods:
        keys.append((product, label[0] if label else None))
        quantities[keys[-1]] += quantity
    if not keys:
        return []
    # Sums of binary fractions have more digits than the unit allows
    quantities = {
        key: round(quantity, DIGITS) for key, quantity in quantities.items()}
    numbers = Lot.next_numbers(len(quantities))
    source = found_source()
    lots = dict(zip(quantities, Lot.create([
                    _lot_values(*key, quantity, number, source, date)
                    for number, (key, quantity) in zip(
                        numbers, quantities.items())])))
    get_id = pool.get('ir.model.data').get_id
    move_goods(
        Moved(
            lots[key], quantity, get_id('stock', 'location_lost_found'),
            branch.storage.id, date, branch.company)
        for key, quantity in quantities.items())
    return [lots[key] for key in keys]


def found_source():
    "The ``aid.supply.source`` of goods that were found"
    pool = Pool()
    Source = pool.get('aid.supply.source')
    ModelData = pool.get('ir.model.data')
    return Source(ModelData.get_id('aid_lot', 'supply_source_found'))


def _lot_values(
        product, label, quantity: float, number: str, source,
        date: dt.date) -> dict:
    values = {
        'number': number,
        'product': product.id,
        'supply_source': source.id,
        'net_weight': product.to_kg(quantity, product.default_uom),
        }
    if label:
        values['found_as'] = label.id
        values['label_lot'] = label.label_lot
        for name in ['shelf_life_expiration_date', 'expiration_date']:
            values[name] = getattr(label, name)
    elif product.shelf_life_state == 'required':
        # Somebody looked at the pack: it is good today, more is not known
        values['shelf_life_expiration_date'] = date
    elif product.expiration_state == 'required':
        values['expiration_date'] = date
    return values


@without_check_access
def free_goods(branch, date: dt.date) -> tuple[frozenset[int], frozenset[int]]:
    """What must be free where it is found at *branch*.

    Goods of which some of the same family (of the same product, where they
    have none) that may never carry a price are there, or were until lately:
    the goods in the hand may be of those.

    :return: ids of families, and of products without one; two statements
    """
    pool = Pool()
    OnHand = pool.get('aid.lot.on_hand')
    Source = pool.get('aid.supply.source')
    free = [
        source.id for source in Source.search([])
        if (term := source.term_at(date)) and term.always_free]
    if not free:
        return frozenset(), frozenset()
    since = dt.datetime.combine(date, dt.time()) - dt.timedelta(
        days=REMEMBERED)
    table = OnHand.__table__()
    cursor = Transaction().connection.cursor()
    cursor.execute(*table.select(
            table.family, table.product,
            where=table.id.in_(OnHand.search([
                        ('branch', '=', branch.id),
                        ['OR', ('quantity', '>', 0),
                            ('write_date', '>=', since)],
                        ('lot.supply_source', 'in', free),
                        ], order=[], query=True)),
            group_by=[table.family, table.product]))
    rows = cursor.fetchall()
    return (
        frozenset(family for family, _ in rows if family),
        frozenset(product for family, product in rows if not family))


@without_check_access
def is_single(lot) -> bool:
    "Whether all that ever came of *lot* is one piece, with its own label"
    unit = lot.product.default_uom
    if lot.product.to_kg(1, unit) == 1:
        return False
    Move = Pool().get('stock.move')
    came = Move.search([
            ('lot', '=', lot.id),
            ('state', '=', 'done'),
            ('from_location.type', 'in', ['supplier', 'production']),
            ], limit=2, order=[])
    return sum(m.internal_quantity for m in came) == 1


@without_check_access
def is_held(lot, branch) -> bool:
    "Whether goods of *lot* lie in the quarantine of *branch*"
    OnHand = Pool().get('aid.lot.on_hand')
    return bool(branch.quarantine and OnHand.search([
                ('lot', '=', lot.id),
                ('location', 'in', inside(branch.quarantine.id)),
                ('quantity', '>', 0),
                ], limit=1, order=[]))
