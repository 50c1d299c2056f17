"""What is on hand in a branch, as a proposal looks at it.

A few statements for all goods of the branch, whatever their number.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from trytond.pool import Pool
from trytond.transaction import without_check_access

from aid_basket import allergen, contribution, reckoning
from aid_basket.shelf import Shelf

from .proposal import Good, Lot

KJ_PER_KCAL = 4.184


class Goods:
    """The goods of a branch on a day that may be handed over.

    Those that *basket* is for decide what is left out, because they do not
    take it, and what is asked; *cap_family* is what a cap of items counts.
    `all` are plain goods, their key is the product.
    """

    @without_check_access
    def __init__(
            self, branch, date: dt.date, rule, rule_set, basket=None,
            cap_family=None) -> None:
        self.branch = branch
        self.date = date
        self.rule = rule
        self.basket = basket
        self.cap_family = cap_family
        self.cooked = {
            code for target in rule_set.targets() if target.cooked
            for code in (target.group, *target.includes)}
        rows = usable(branch, date)
        self.products = list(rows)
        refused = {
            product for product, found in allergen.present(
                allergen.minded_by(basket), self.products, date,
                branch).items()
            if found.get('contains')} if basket else set()
        self.rows = {p: r for p, r in rows.items() if p not in refused}
        self.refused = refused
        self.all = self._plain(self.rows)

    def _plain(self, rows: dict) -> list[Good]:
        "The products of *rows* as plain goods; unknown weights are left out"
        Product = Pool().get('product.product')
        products = [
            p for p in rows if p.to_kg(1, p.default_uom)]
        asked = self._asked(products)
        values = Product.nutrition_values(products, self.date)
        goods = []
        for product, item in zip(
                products, Product.nutrition_items([(p, 1) for p in products])):
            whole = product.default_uom.rounding >= 1
            kg = product.to_kg(1, product.default_uom)
            goods.append(Good(
                    product, kg,
                    tuple(Lot(r.quantity, r.expiry) for r in rows[product]),
                    group=item.group, kind=item.kind,
                    plate=item.edible_share * (
                        item.cooked_factor if item.group in self.cooked
                        else 1),
                    step=1 if whole else self.rule.portion_kg / kg,
                    kcal=_kcal(values[product.id], kg * item.edible_share),
                    asked=float(asked[product].asked),
                    always_free=asked[product].free,
                    item=(
                        self.cap_family is None
                        or product.family == self.cap_family)))
        return goods

    def energy(self, days: float) -> float | None:
        """The energy (kcal) wanted for one person and so many *days*.

        None where that of less than half of the goods is known: then only
        the weight counts.
        """
        known = sum(good.kcal is not None for good in self.all)
        if not self.all or 2 * known < len(self.all):
            return None
        return days * self.rule.kcal_per_day

    def of(self, lines) -> list[tuple[Good, float]]:
        "The goods of basket *lines*, with how much of each there is"
        UoM = Pool().get('product.uom')
        quantities: dict = defaultdict(float)
        for line in lines:
            product = line.product
            quantities[product] += UoM.compute_qty(
                line.unit, line.quantity, product.default_uom, round=False)
        goods = self._plain({p: [] for p in quantities})
        return [(g, quantities[g.key]) for g in goods]

    @without_check_access
    def _asked(self, products) -> dict:
        "What a household is asked for one unit of each product"
        rule = reckoning.rule_of(self.branch, self.date)
        plain = contribution.Rule()
        if rule:
            # The bounds of a basket say nothing of one unit; a flat sum is
            # the same whatever is in it
            plain = replace(
                rule.plain(), minimum=None, maximum=None, rounding=None)
            if rule.mode.startswith('flat'):
                plain = contribution.Rule()
        payer = (
            reckoning.payer(self.basket, self.date, plain) if self.basket
            else contribution.Household())
        shelf = Shelf(self.branch, self.date, products)
        values = Pool().get('product.product').market_values(
            products, self.date)
        items = []
        for product in products:
            free, ceiling = shelf.limits(product)
            per_kg = None
            if rule and rule.mode == 'per_kg':
                per_kg = rule.price_per_kg(product.family, self.date)
            items.append(contribution.Item(
                    reckoning.worth(
                        values[product], product, 1, product.default_uom),
                    kg=product.to_kg(1, product.default_uom),
                    price_per_kg=per_kg, always_free=free, ceiling=ceiling))
        # Not rounded to cents: a hundred units are not a hundred roundings
        return dict(zip(products, contribution.charge(
                    items, plain, payer, Decimal('0.0001'))))


def _kcal(values, kg: float) -> float | None:
    "The energy of *kg* that are eaten of goods with *values* per 100 g"
    if values.energy_kj is None:
        return None
    return values.energy_kj / KJ_PER_KCAL * kg * 10


def usable(branch, date: dt.date) -> dict:
    "What is on hand and may leave on *date*, by product, first expired first"
    OnHand = Pool().get('aid.lot.on_hand')
    rows: dict = defaultdict(list)
    refused: dict = {}
    for row in OnHand.in_branch(branch):
        if row.lot not in refused:
            refused[row.lot] = row.lot.refusal(date)
        if not refused[row.lot]:
            rows[row.product].append(row)
    return dict(rows)
