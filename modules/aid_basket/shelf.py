"""What the shelves of a branch say about the goods of a basket.

One object, a handful of queries whatever the number of lines: which lots of
a product are on hand, whether any of them must be free, and the most that
their supply sources let us ask.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from trytond.pool import Pool
from trytond.transaction import without_check_access

from aid_branch.reading import look_through
from aid_lot import found


class Shelf:
    """The goods on hand of a branch, for some products and a day.

    *branch* is an `aid.branch`, *products* are `product.product` records.
    """

    def __init__(
            self, branch, date: dt.date, products, rows=None,
            labelled=frozenset()) -> None:
        """The shelf of *products*, records.

        :param rows: ``aid.lot.on_hand`` of *branch*, first expired first,
            where they are read already
        :param labelled: ids of products of which *rows* has only the lots
            whose labels were scanned
        """
        self.branch = branch
        self.date = date
        self._terms: dict[int, object] = {}
        self._refusals: dict[int, str | None] = {}
        self._found: dict[int, tuple] = {}
        self._free_goods: tuple | None = None
        self.by_product: dict[int, list] = defaultdict(list)
        self._labelled = set(labelled)
        products = list({p.id: p for p in products if p}.values())
        if branch and products:
            self._look(products, rows)

    @classmethod
    def of_goods(cls, branch, date: dt.date, goods: Iterable[tuple]) -> Shelf:
        """The shelf as far as it matters to what is in a basket.

        :param goods: products and, where its label was scanned, the lot: of
            these nothing else is looked at
        """
        products, whole, lots = [], set(), set()
        for product, lot in goods:
            if product:
                products.append(product)
                (lots if lot else whole).add((lot or product).id)
        labelled = {p.id for p in products} - whole
        if not (branch and labelled):
            return cls(branch, date, products)
        return cls(
            branch, date, products, cls._ask(branch, whole, lots), labelled)

    @staticmethod
    @without_check_access
    def _ask(branch, products, lots=()) -> list:
        OnHand = Pool().get('aid.lot.on_hand')
        return OnHand.in_branch(branch, products=products, lots=lots)

    @without_check_access
    def _look(self, products: list, rows=None) -> None:
        if rows is None:
            rows = self._ask(self.branch, products)
        # By products they are looked at in another order
        look_through(rows, 'product', 'lot')
        look_through([row.lot for row in rows], 'hold', 'supply_source')
        for row in rows:
            self.by_product[row.product.id].append(row)

    def rows(self, product) -> list:
        "What is on hand of *product*, first expired first"
        if not product:
            return []
        if product.id in self._labelled:
            self._labelled.discard(product.id)
            self.by_product.pop(product.id, None)
            self._look([product])
        return self.by_product[product.id]

    def rows_of(self, lot) -> list:
        "What is on hand of *lot*"
        return [r for r in self.by_product[lot.product.id] if r.lot == lot]

    def usable(self, product) -> list:
        "Rows of *product* that may be handed over on that day"
        return [r for r in self.rows(product) if not self.refusal(r.lot)]

    def quantity(self, product, lot=None) -> float:
        "How much of *product*, or of its *lot*, is on hand"
        rows = self.rows(product) if lot is None else self.rows_of(lot)
        return sum(r.quantity for r in rows)

    def refusal(self, lot) -> str | None:
        "Why *lot* may not be handed over, a translated sentence"
        if lot.id not in self._refusals:
            self._refusals[lot.id] = lot.refusal(self.date)
        return self._refusals[lot.id]

    def knowledge(self, product) -> tuple[str, object | None]:
        """How the lot of unscanned goods is known, and which it is.

        `only` where there is a single lot on hand, else `assumed` with the
        lot that expires first, `None` where there is none at all.
        """
        rows = self.rows(product)
        if len({r.lot.id for r in rows}) == 1:
            return 'only', rows[0].lot
        usable = self.usable(product)
        return 'assumed', usable[0].lot if usable else None

    def limits(self, product, lot=None) -> tuple[bool, Decimal | None]:
        """Whether goods must be free, and the greatest share to ask.

        With a scanned *lot* its own supply source decides. Without one, the
        goods in the hand may be of any lot on the shelf: if one of them must
        be free they are, and the lowest ceiling holds.
        """
        lots = [lot] if lot else [r.lot for r in self.rows(product)]
        terms = [t for t in map(self._term, lots) if t]
        ceilings = [
            t.ceiling_rate for t in terms if t.ceiling_rate is not None]
        return (
            any(t.always_free for t in terms),
            min(ceilings, default=None))

    def found_limits(self, product) -> tuple[bool, Decimal | None]:
        """What `limits` says of goods of *product* beyond the books.

        They may be of any lot of the shelf, or of their family, or of none.
        """
        if product.id not in self._found:
            free, ceiling = self.limits(product)
            term = found.found_source().term_at(self.date)
            ceilings = [
                c for c in [ceiling, term.most if term else None]
                if c is not None]
            free = free or self._found_free(product)
            self._found[product.id] = free, min(ceilings, default=None)
        return self._found[product.id]

    def _found_free(self, product) -> bool:
        "Whether goods of *product* beyond the books must be free"
        if self._free_goods is None:
            self._free_goods = found.free_goods(self.branch, self.date)
        families, products = self._free_goods
        family = product.family
        return (
            family.id in families if family else product.id in products)

    def _term(self, lot):
        source = lot.supply_source
        if not source:
            return None
        if source.id not in self._terms:
            self._terms[source.id] = source.term_at(self.date)
        return self._terms[source.id]
