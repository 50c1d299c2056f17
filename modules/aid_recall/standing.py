"""How far a recall is: tasks, households, and the balance of the goods."""
from __future__ import annotations

from sql import Literal, Null
from sql.aggregate import Count, Max, Sum
from sql.conditionals import Case

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool
from trytond.transaction import Transaction, without_check_access

from . import lineage
from .balance import Flow, balance

#: Answers that need nothing more; whoever was not reached is told later
FINAL = ('brought_back', 'thrown_away', 'eaten')


def counts(recalls) -> dict[int, dict[str, int]]:
    """How many branches and households each of *recalls* concerns.

    Of the branches that the user sees, and never who they are. Three
    statements, however many there are.
    """
    names = [
        'branches', 'branches_done', 'certain', 'possible', 'told',
        'answered', 'unreachable', 'bodies', 'bodies_told']
    result = {r.id: dict.fromkeys(names, 0) for r in recalls}
    ids = list(result)
    if not ids:
        return result
    pool = Pool()
    task = pool.get('aid.recall.task').__table__()
    told = pool.get('aid.recall.household').__table__()
    body = pool.get('aid.recall.body').__table__()
    cursor = Transaction().connection.cursor()
    cursor.execute(*task.select(
            task.recall, Count(task.id), _how_many(task.state == 'done'),
            where=_in(task.recall, ids) & _seen(task.branch),
            group_by=[task.recall]))
    for id_, *values in cursor.fetchall():
        result[id_].update(zip(names[:2], values))
    # A household stands for each of the products it got
    each = told.select(
        told.recall.as_('recall'), told.household.as_('household'),
        _any(told.certainty == 'certain').as_('certain'),
        _any(told.told_at != Null).as_('told'),
        _any(told.answer != Null).as_('answered'),
        _any(told.channel != Null).as_('channel'),
        where=_in(told.recall, ids) & _seen(told.branch),
        group_by=[told.recall, told.household])
    cursor.execute(*each.select(
            each.recall, Sum(each.certain),
            Count(each.household) - Sum(each.certain), Sum(each.told),
            Sum(each.answered), Count(each.household) - Sum(each.channel),
            group_by=[each.recall]))
    for id_, *values in cursor.fetchall():
        result[id_].update(zip(names[2:], map(int, values)))
    # A body stands for each branch and product it was given
    each = body.select(
        body.recall.as_('recall'), body.party.as_('party'),
        _any(body.state == 'to_tell').as_('to_tell'),
        where=_in(body.recall, ids) & _seen(body.branch),
        group_by=[body.recall, body.party])
    cursor.execute(*each.select(
            each.recall, Count(each.party),
            Count(each.party) - Sum(each.to_tell), group_by=[each.recall]))
    for id_, *values in cursor.fetchall():
        result[id_].update(zip(names[7:], map(int, values)))
    return result


def count_open(recall) -> int:
    "How many households of *recall* nobody has heard of yet"
    table = Pool().get('aid.recall.household').__table__()
    cursor = Transaction().connection.cursor()
    cursor.execute(*table.select(
            Count(table.household, distinct=True),
            where=(table.recall == recall.id) & (table.answer == Null)))
    return cursor.fetchone()[0]


def _how_many(condition):
    return Sum(Case((condition, Literal(1)), else_=Literal(0)))


def _any(condition):
    "1 if the condition holds for any row of the group, else 0"
    return Max(Case((condition, Literal(1)), else_=Literal(0)))


def _seen(column):
    "Only the branches that the user sees"
    pool = Pool()
    User = pool.get('res.user')
    Branch = pool.get('aid.branch')
    if not Transaction().user or User.sees_all_branches():
        return Literal(True)
    roots = list(User.get_branches())
    with without_check_access():
        return column.in_(Branch.search([
                    ['OR', ('id', 'in', roots),
                        ('parent', 'child_of', roots, 'parent')],
                    ('active', 'in', [True, False]),
                    ], order=[], query=True))


def _in(column, ids):
    return fields.SQL_OPERATORS['in'](column, list(ids))


# The balance

@without_check_access
def balance_values(recall) -> dict:
    """The balance of *recall* as it stands, by name of its fields.

    In the default unit of the goods where all have the same, else in
    kilograms; goods whose weight nobody knows are then left out.
    """
    pool = Pool()
    Lot = pool.get('stock.lot')
    lots = Lot.browse([row.lot.id for row in recall.lots if row.stopped])
    units = {lot.product.default_uom for lot in lots}
    factor = _factors({lot.product for lot in lots}, len(units) > 1)
    opened_on = recall.opened_at.date() if recall.opened_at else None
    flows = lineage.flows([lot.id for lot in lots], opened_on)
    answers, beyond = _answers(recall, factor)
    result = balance([
            Flow(f.out_of, f.into, f.quantity * factor[lot.product.id],
                f.recalled)
            for lot in lots for f in flows.get(lot.id, [])], answers)
    unit = gettext('aid_recall.msg_kilogram')
    if len(units) == 1:
        unit = units.pop().symbol
    return {
        **result.values(),
        'unaccounted': result.unaccounted,
        'recovery_rate': result.rate,
        'beyond': beyond,
        'unit': unit,
        }


def _factors(products, in_kg: bool) -> dict[int, float]:
    "Product id → what one default unit of it counts for"
    return {
        p.id: (p.to_kg(1, p.default_uom) or 0) if in_kg else 1
        for p in products}


def _answers(recall, factor: dict[int, float]) -> tuple[list, float]:
    """What households say, and how much of it is beyond the books.

    What they brought back is in the books.
    """
    Product = Pool().get('product.product')
    table = Pool().get('aid.recall.household').__table__()
    cursor = Transaction().connection.cursor()
    cursor.execute(*table.select(
            table.product, table.answer, table.booked,
            Sum(table.answer_quantity),
            where=(table.recall == recall.id)
            & table.answer.in_(FINAL),
            group_by=[table.product, table.answer, table.booked]))
    answers, beyond = [], 0.0
    rows = cursor.fetchall()
    missing = {p for p, *_ in rows} - factor.keys()
    in_kg = any(f != 1 for f in factor.values())
    factor = {**factor, **_factors(Product.browse(missing), in_kg)}
    for product, answer, booked, quantity in rows:
        counted = (quantity or 0) * factor[product]
        if booked:
            answers.append((answer, counted))
        else:
            beyond += counted
    return answers, round(beyond, 6)
