"""What a product weighs and is worth, and its family."""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from trytond.model import Index, fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction, without_check_access

from aid_branch.lent import AnsweringMixin, Answers, LentMixin

from .family import get_kilogram


class Template(LentMixin, metaclass=PoolMeta):
    __name__ = 'product.template'

    family = fields.Many2One(
        'aid.family', "Family", ondelete='RESTRICT',
        help="The family that volunteers find the goods in.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.family, Index.Equality())))

    @staticmethod
    def default_lot_required() -> list[str]:
        "Nothing moves without a lot: that is how its donor stays known"
        return ['supplier', 'customer', 'lost_found', 'storage', 'production']

    @staticmethod
    def default_shelf_life_state() -> str:
        return 'optional'

    @staticmethod
    def default_expiration_state() -> str:
        return 'optional'

    @staticmethod
    def date_states(date_kind: str) -> dict[str, str]:
        """Which dates the generic product of a family takes.

        A use-by may always be entered, it is the stricter one.  A best-before
        is closed where the family has a use-by, so that a date in the wrong
        place cannot let unsafe goods pass.  Products known in detail take
        both: whoever enters them has the pack in hand.
        """
        return {
            'shelf_life_state': 'optional',
            'expiration_state': (
                'none' if date_kind == 'use_by' else 'optional'),
            }

    def get_rec_name(self, name: str) -> str:
        "Its name alone: at a till a barcode before it hides it"
        return self.name

    @classmethod
    def on_modification(cls, mode, templates, field_names=None) -> None:
        OnHand = Pool().get('aid.lot.on_hand')
        super().on_modification(mode, templates, field_names=field_names)
        if mode == 'write' and 'family' in field_names:
            OnHand.refresh(products=[p for t in templates for p in t.products])


class Product(LentMixin, metaclass=PoolMeta):
    __name__ = 'product.product'

    def get_rec_name(self, name: str) -> str:
        "Its name alone: at a till a barcode before it hides it"
        return self.name

    def to_kg(self, quantity: float, unit) -> float | None:
        """What *quantity* of the product weighs, in kilograms.

        :param unit: the ``product.uom`` that *quantity* is in
        :return: None if it cannot be known from the unit, the weight of the
            product or the weight of a piece of its family
        """
        Uom = Pool().get('product.uom')
        kilogram = get_kilogram()
        if not quantity:
            return 0.0
        if unit == kilogram:
            return _round(quantity)
        if unit.category == kilogram.category:
            return _round(Uom.compute_qty(
                    unit, quantity, kilogram, round=False))
        # What a product takes from its template is dear to ask it for
        template = self.template
        default_uom = template.default_uom
        if template.weight and unit.category == default_uom.category:
            count = Uom.compute_qty(unit, quantity, default_uom, round=False)
            return _round(count * Uom.compute_qty(
                    template.weight_uom, template.weight, kilogram,
                    round=False))
        piece = get_piece()
        family = template.family
        if (family and family.piece_weight
                and unit.category == piece.category):
            count = Uom.compute_qty(unit, quantity, piece, round=False)
            return _round(count * family.piece_weight)
        return None

    @classmethod
    def market_values(
            cls, products: Iterable, date: dt.date
            ) -> dict[Any, Decimal | None]:
        """What one default unit of each of *products* is worth on *date*.

        The list price, else the family's value per kilogram; in the currency
        of the company, not rounded; None if neither is known.
        """
        products = list(products)
        prices = cls._list_prices(products)
        return {
            product: (
                product._family_value(date) if prices[product] is None
                else prices[product])
            for product in products}

    @classmethod
    def market_values_on(
            cls, goods: Iterable[tuple[Any, dt.date]]
            ) -> dict[tuple[Any, dt.date], Decimal | None]:
        "The same of *goods*, products each with a day, by product and day"
        by_day: dict[dt.date, list] = {}
        for product, day in dict.fromkeys(goods):
            by_day.setdefault(day, []).append(product)
        return {
            (product, day): value for day, products in by_day.items()
            for product, value in cls.market_values(products, day).items()}

    def _family_value(self, date: dt.date) -> Decimal | None:
        "What one default unit is worth by the price of its family"
        template = self.template
        term = template.family.term_at(date) if template.family else None
        if not term or term.price_per_kg is None:
            return None
        weight = self.to_kg(1, template.default_uom)
        if weight is None:
            return None
        return term.price_per_kg * Decimal(str(weight))

    @classmethod
    @without_check_access
    def _list_prices(cls, products: list) -> dict[Any, Decimal | None]:
        """The field ``list_price_used`` of *products*, in one statement.

        Read one by one it is the dearest field of a till.
        """
        company = Transaction().context.get('company')
        if not (company and products):
            return dict.fromkeys(products)
        found = _prices.each(
            [(company, p.template.id) for p in products], _ask_list_prices)
        result = {}
        for product in products:
            prices = found.get((company, product.template.id)) or {}
            own = prices.get(product.id)
            result[product] = prices.get(None) if own is None else own
        return result


#: Price by id of a variant, or None for all of them, by company and template
_prices = Answers('aid_lot.list_prices', of=['product.list_price'])


class ListPrice(AnsweringMixin, metaclass=PoolMeta):
    __name__ = 'product.list_price'


def _ask_list_prices(keys: list[tuple[int, int]]) -> dict:
    Price = Pool().get('product.list_price')
    found: dict = defaultdict(dict)
    for price in Price.search([
                ('template', 'in', [template for _, template in keys]),
                ('company', 'in', list({company for company, _ in keys})),
                ], order=[('id', 'ASC')]):
        found[price.company.id, price.template.id].setdefault(
            price.product.id if price.product else None, price.list_price)
    return found


def get_piece():
    "The ``product.uom`` of single pieces"
    pool = Pool()
    Uom = pool.get('product.uom')
    ModelData = pool.get('ir.model.data')
    return Uom(ModelData.get_id('product', 'uom_unit'))


def _round(weight: float) -> float:
    # A milligram: below it there is only the noise of binary fractions
    return round(weight, 6)
