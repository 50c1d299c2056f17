"""What was handed over, by product: one statement, however many baskets."""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from sql.aggregate import Sum

from trytond.pool import Pool
from trytond.transaction import Transaction, without_check_access


def of_baskets(domain: list) -> dict[Any, float]:
    """Product → kg of what the baskets of *domain* handed over.

    Only of those baskets that the user may read, where access is checked.
    """
    return _with_products(_rows(domain))


def of_household(
        household, last: dt.date, days: int,
        without: tuple[int, ...] = ()) -> tuple[int, dict[Any, float]]:
    """What *household* took within *days* days up to *last*, included.

    However long it has come, only these days are read, by an index.

    :param without: ids of baskets that are not counted
    :return: the number of its visits, and product → kg
    """
    rows = _rows([
            ('household', '=', household.id),
            ('date', '>=', last - dt.timedelta(days=days - 1)),
            ('date', '<=', last),
            ('id', 'not in', list(without)),
            ], by_basket=True)
    return len({basket for *_, basket in rows}), _with_products(rows)


def _rows(domain: list, by_basket: bool = False) -> list[tuple]:
    "Product and kg, and the basket, of what baskets of *domain* hold"
    pool = Pool()
    Basket = pool.get('aid.basket')
    line = pool.get('aid.basket.line').__table__()
    chosen = Basket.search(
        [*domain, ('state', '=', 'done')], order=[], query=True)
    group = [line.product] + ([line.basket] if by_basket else [])
    cursor = Transaction().connection.cursor()
    cursor.execute(*line.select(
            line.product, Sum(line.kg), *group[1:],
            where=line.basket.in_(chosen), group_by=group))
    return cursor.fetchall()


@without_check_access
def _with_products(rows: list[tuple]) -> dict[Any, float]:
    Product = Pool().get('product.product')
    weights: dict[int, float] = defaultdict(float)
    for product, kg, *_ in rows:
        weights[product] += kg or 0
    return {
        product: weights[product.id]
        for product in Product.browse(sorted(weights))}
