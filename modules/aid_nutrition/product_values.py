"""What products hold, merged for whole lists at once."""
from __future__ import annotations

import datetime as dt

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access

from .ciqual import MACRO_FIELDS
from .values import ESTIMATED, ORIGINS, Values, merge


class Product(metaclass=PoolMeta):
    __name__ = 'product.product'

    nutrition_used = fields.Function(fields.Text(
            "What 100 g Count For",
            help="Each value with where it is from: the label, Open Food "
            "Facts, the Ciqual table, or the average of the family."),
        'get_nutrition_used')

    @classmethod
    @without_check_access
    def nutrition_values(
            cls, products: list, date: dt.date) -> dict[int, Values]:
        """What 100 g of each of *products* hold, by product id.

        From its composition field by field (label, Open Food Facts, Ciqual),
        then from the average of its family on *date*, marked as estimated.
        A few statements for all of them.  A product of which nothing is
        known has empty ``Values``.
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

    @classmethod
    def get_nutrition_used(
            cls, products: list, name: str) -> dict[int, str | None]:
        "The main values that are known, a line for each origin"
        pool = Pool()
        known = cls.nutrition_values(products, pool.get('ir.date').today())
        lang = pool.get('ir.lang').get()
        return {
            product.id: _told(lang, known[product.id]) for product in products}


def _told(lang, values: Values) -> str | None:
    "*values* in the words of *lang*, the surest origin first"
    lines = []
    for origin in ORIGINS:
        said = [
            gettext(f'aid_nutrition.msg_value_{field}')
            + '\xa0' + _written(lang, name, values.get(name))
            for field, name in MACRO_FIELDS.items()
            if values.origin.get(name) == origin]
        if said:
            lines.append(gettext(
                'aid_nutrition.msg_values_of_origin',
                origin=gettext(f'aid_nutrition.msg_origin_{origin}'),
                values=', '.join(said)))
    return '\n'.join(lines) or None


def _written(lang, name: str, value: float) -> str:
    "*value* with its unit, in the words of *lang*"
    if name == 'energy_kj':
        return lang.format('%.0f', value, grouping=True) + '\xa0kJ'
    return lang.format('%.*f', (2 if value < 1 else 1, value)) + '\xa0g'
