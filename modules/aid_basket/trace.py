"""The chain of goods goes on to the baskets they were handed over in."""
from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from sql import Null, Select
from sql.aggregate import Count, Sum
from sql.conditionals import Case, Coalesce

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import PYSONEncoder
from trytond.transaction import Transaction, check_access
from trytond.wizard import Button, StateAction

from aid_branch.named import visible
from aid_lot.chain import few
from aid_lot.trace import MOST_ROWS, Row

from . import who_may_have


class TraceForward(metaclass=PoolMeta):
    __name__ = 'aid.lot.trace.forward'

    baskets = StateAction('aid_basket.act_trace_baskets')
    may_have = StateAction('aid_basket.act_trace_may_have')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.shown.buttons[:0] = [
            Button("Baskets Reached", 'baskets', 'tryton-relate'),
            Button("Who May Have It", 'may_have', 'tryton-relate'),
            ]

    def do_baskets(self, action: dict) -> tuple[dict, dict]:
        """The lines of baskets with goods of any lot of the chain.

        Of those baskets that the user may see, as in every list.
        """
        action['pyson_domain'] = PYSONEncoder().encode([
                ('lot', 'in', self.follow().lots),
                ('basket.state', '=', 'done'),
                ])
        return action, {}

    def do_may_have(self, action: dict) -> tuple[dict, dict]:
        "The lines with goods of the chain, and those that may have some"
        action['pyson_domain'] = PYSONEncoder().encode([
                ('id', 'in', [
                        reached.line for reached
                        in who_may_have.of_lots(self.follow().lots)]),
                ])
        return action, {}


class TraceBackward(metaclass=PoolMeta):
    __name__ = 'aid.lot.trace.backward'

    def of_a_period(self) -> bool:
        return (
            super().of_a_period()
            or self.model.__name__ == 'aid.household')

    def traced_lots(self) -> list:
        if self.model.__name__ == 'aid.basket':
            return _lots_of(visible(self.records))
        if self.model.__name__ == 'aid.household':
            with check_access():
                return _lots_of(Pool().get('aid.basket').search([
                            ('household', 'in', [
                                    h.id for h in visible(self.records)]),
                            ('date', '>=', self.ask.first),
                            ('date', '<=', self.ask.last),
                            ('state', '=', 'done'),
                            ]))
        return super().traced_lots()


def _lots_of(baskets) -> list:
    return list(dict.fromkeys(
            line.lot for basket in baskets for line in basket.lines
            if line.lot))


class TraceLine(metaclass=PoolMeta):
    __name__ = 'aid.lot.trace.line'

    baskets = fields.Integer("Baskets", readonly=True)
    households = fields.Integer(
        "Households", readonly=True,
        help="Emergency aid has none.")

    @classmethod
    def rows(cls, found) -> list[Row]:
        """What was handed over, with how many baskets it reached.

        What nobody scanned the lot of is a row of its own. Only a social
        worker is told which households they were.
        """
        rows = super().rows(found)
        reached = reached_by(found.lots)
        named = _named(found.lots) if _is_social_worker() else {}
        result = []
        for row in rows:
            if row.kind != 'handed_over':
                result.append(row)
                continue
            parts = [
                part for assumed in [False, True]
                if (part := _part(row, assumed, reached, named))]
            result += parts or [row]
        return result


class Reached(NamedTuple):
    "How many got something of a lot at a branch"
    baskets: int
    households: int
    lines: int
    #: in the default unit of the product
    quantity: float


#: Lot, branch, and whether the lot was only assumed
Key = tuple[int, int, bool]


def reached_by(lots: list[int]) -> dict[Key, Reached]:
    "Who got something of *lots*, in one question"
    pool = Pool()
    basket = pool.get('aid.basket').__table__()
    line = pool.get('aid.basket.line').__table__()
    move = pool.get('stock.move').__table__()
    if not lots:
        return {}
    unit = _units_of(lots)
    # A move lies somewhere among millions: it is looked for only where the
    # line does not tell the same
    converted = Case((line.unit != unit.unit, line.move))
    # Named in a question of its own: PostgreSQL takes no value twice for
    # the same one
    got = (line
        .join(unit, condition=line.lot == unit.lot)
        .join(basket, condition=line.basket == basket.id)
        .join(move, 'LEFT', condition=move.id == converted)
        .select(
            line.lot, basket.branch, basket.household,
            Coalesce(move.internal_quantity, line.quantity).as_('quantity'),
            basket.id.as_('basket'),
            Case((line.lot_knowledge == 'assumed', 1), else_=0).as_(
                'assumed'),
            where=fields.SQL_OPERATORS['in'](line.lot, lots)
            & few(line.lot)
            & (line.move != Null)
            & (basket.state == 'done')))
    keys = [got.lot, got.branch, got.assumed]
    cursor = Transaction().connection.cursor()
    cursor.execute(*got.select(
            *keys, Count(got.basket, distinct=True),
            Count(got.household, distinct=True), Count(got.basket),
            Sum(got.quantity), group_by=keys))
    return {
        (lot, branch, bool(assumed)): Reached(*counts)
        for lot, branch, assumed, *counts in cursor}


def _units_of(lots: list[int]) -> Select:
    "The default unit of the product of each of *lots*, as a query"
    pool = Pool()
    lot = pool.get('stock.lot').__table__()
    product = pool.get('product.product').__table__()
    template = pool.get('product.template').__table__()
    return (lot
        .join(product, condition=lot.product == product.id)
        .join(template, condition=product.template == template.id)
        .select(
            lot.id.as_('lot'), template.default_uom.as_('unit'),
            where=fields.SQL_OPERATORS['in'](lot.id, lots)))


def _part(
        row: Row, assumed: bool, reached: dict[Key, Reached],
        named: dict[Key, list[dict]]) -> Row | None:
    "What of *row* was handed over of a lot that was scanned, or assumed"
    place = row.lot.id, row.branch.id if row.branch else None
    of_both = [reached.get((*place, each)) for each in [False, True]]
    mine, other = of_both[assumed], of_both[not assumed]
    if not mine:
        # What a basket that was cancelled took is in no basket any more
        if assumed or not other or row.quantity <= other.quantity:
            return None
    quantity = (
        mine.quantity if assumed
        else row.quantity - (other.quantity if other else 0))
    counts = mine or Reached(0, 0, row.moves, 0)
    return Row(
        **{
            **vars(row),
            'quantity': round(quantity, 6),
            'certain': (
                'assumed' if assumed and row.certain == 'certain'
                else row.certain),
            'moves': counts.lines,
            'more': {
                **row.more,
                'baskets': counts.baskets,
                'households': counts.households,
                },
            'said': gettext(
                'aid_basket.msg_trace_reached', baskets=counts.baskets,
                households=counts.households) if mine else '',
            'below': named.get((*place, assumed), []),
            })


def _is_social_worker() -> bool:
    pool = Pool()
    get_id = pool.get('ir.model.data').get_id
    return get_id(
        'aid_branch', 'group_social_worker') in pool.get(
            'res.user').get_groups()


def _named(lots: list[int]) -> dict[Key, list[dict]]:
    "Nodes of the baskets that the user sees, by whose lot they are"
    with check_access():
        lines = Pool().get('aid.basket.line').search([
                ('lot', 'in', lots),
                ('basket.state', '=', 'done'),
                ], limit=MOST_ROWS, order=[('id', 'ASC')])
        nodes: dict[Key, list[dict]] = defaultdict(list)
        for line in lines:
            basket = line.basket
            who = (
                basket.household.rec_name if basket.household
                else gettext('aid_basket.msg_emergency_name'))
            nodes[
                line.lot.id, basket.branch.id,
                line.lot_knowledge == 'assumed'].append({
                    'name': ' – '.join(filter(None, [basket.number, who])),
                    'quantity': line.quantity,
                    'unit': line.unit.id,
                    'unit.': {'rec_name': line.unit.rec_name},
                    'first': basket.date,
                    'last': basket.date,
                    })
    return nodes
