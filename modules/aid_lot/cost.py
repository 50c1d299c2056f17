"""What goods cost, where that is fixed: as good as always nothing."""
from __future__ import annotations

from decimal import Decimal

from sql import Null

from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction

from aid_branch.lent import AnsweringMixin, Answers

#: The fixed cost of one default unit, by company and id of a product; None
#: where it is not plain
_costs = Answers('aid_lot.costs', of=[
        'product.cost_price', 'product.cost_price_method',
        'product.product'])


class CostPrice(AnsweringMixin, metaclass=PoolMeta):
    __name__ = 'product.cost_price'


class CostPriceMethod(AnsweringMixin, metaclass=PoolMeta):
    __name__ = 'product.cost_price_method'


def fixed_costs(products, company) -> dict[int, Decimal]:
    """What one default unit of *products* costs, where that is fixed.

    In one statement, where it was ever said; products with an average cost,
    or of which it is not plain, are not in the result.

    :return: by id of the product
    """
    found = _costs.each([(company.id, p.id) for p in products], _ask_costs)
    return {
        id_: cost for (_, id_), cost in found.items() if cost is not None}


def _ask_costs(keys: list[tuple[int, int]]) -> dict:
    pool = Pool()
    Product = pool.get('product.product')
    product = Product.__table__()
    method = pool.get('product.cost_price_method').__table__()
    cost = pool.get('product.cost_price').__table__()
    cursor = Transaction().connection.cursor()
    (company, _), *_ = keys

    def here(table):
        return (table.company == company) | (table.company == Null)
    cursor.execute(*product
        .join(method, condition=(method.template == product.template)
            & here(method))
        .join(cost, 'LEFT',
            condition=(cost.product == product.id) & here(cost))
        .select(
            product.id, method.cost_price_method, cost.cost_price,
            where=fields.SQL_OPERATORS['in'](
                product.id, [id_ for _, id_ in keys])))
    costs: dict = {}
    others = set()
    for id_, kind, price in cursor.fetchall():
        if id_ in costs or kind != 'fixed':
            others.add(id_)
        costs[id_] = price
    for id_ in costs.keys() - others:
        if costs[id_] is None:
            costs[id_] = Product(id_).get_multivalue(
                'cost_price', company=company)
    return {
        (company, id_): costs[id_] for id_ in costs.keys() - others}
