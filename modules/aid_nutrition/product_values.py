"""What products hold, merged for whole lists at once."""
from __future__ import annotations

import datetime as dt

from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access

from .values import ESTIMATED, Values, merge


class Product(metaclass=PoolMeta):
    __name__ = 'product.product'

    @classmethod
    @without_check_access
    def nutrition_values(
            cls, products: list, date: dt.date) -> dict[int, Values]:
        """What 100 g of each of *products* hold, by product id.

        From its composition field by field, then from the average of its
        family on *date*, marked as estimated.  A few statements for all of
        them.  A product of which nothing is known has empty ``Values``.
        """
        pool = Pool()
        Average = pool.get('aid.nutrition.average')
        Composition = pool.get('aid.product.composition')
        products = list(products)
        sources = {
            composition.product.id: composition.sources()
            for composition in Composition.search([
                    ('product', 'in', [p.id for p in products]),
                    ])}
        averages = Average.for_products(products, date)
        return {
            product.id: merge([
                    *sources.get(product.id, []),
                    (ESTIMATED, averages.get(product.id, {})),
                    ])
            for product in products}
