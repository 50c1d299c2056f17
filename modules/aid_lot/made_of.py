"""What goods that were made of others hold: the products that went in.

A bag of biscuits that came out of three crates holds whatever was in any of
them. Kept beside each lot when its lineage is written down, so that whoever
looks for an allergen asks one question, however long the lineage.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access


class MadeOf(ModelSQL, ModelView):
    """A product that went into a lot of something else.

    Follows ``aid.lot.parent`` and is never written by hand.
    """
    __name__ = 'aid.lot.made_of'

    lot = fields.Many2One(
        'stock.lot', "Lot", required=True, readonly=True, ondelete='CASCADE')
    product = fields.Many2One(
        'product.product', "Product", required=True, readonly=True,
        ondelete='CASCADE')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('lot')
        table = cls.__table__()
        cls._sql_constraints.append(
            ('lot_product_unique', Unique(table, table.lot, table.product),
                'aid_lot.msg_made_of_unique'))
        cls._sql_indexes.add(Index(table, (table.lot, Index.Equality())))

    def get_rec_name(self, name: str) -> str:
        return f'{self.product.rec_name} @ {self.lot.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('product.rec_name', *clause[1:])]

    @classmethod
    @without_check_access
    def follow(cls, lots: Iterable) -> None:
        "Bring what *lots* are made of in step with their parents"
        Parent = Pool().get('aid.lot.parent')
        lots = list(lots)
        parents = defaultdict(set)
        for link in Parent.search([('lot', 'in', [int(l) for l in lots])]):
            parents[link.lot].add(link.parent)
        before = cls.products_of(set().union(*parents.values()))
        cls.delete(cls.search([('lot', 'in', [int(l) for l in lots])]))
        rows = []
        for lot, some in parents.items():
            products = set().union(
                *(before.get(p) or {p.product} for p in some))
            if products != {lot.product}:
                rows += [[lot.id, product.id] for product in products]
        if rows:
            table = cls.__table__()
            Transaction().connection.cursor().execute(*table.insert(
                    [table.lot, table.product], rows))

    @classmethod
    @without_check_access
    def products_of(cls, lots: Iterable) -> dict:
        """The products that *lots* hold, of those made of something else.

        A lot that bears the product of a whole family holds what went into
        it and nothing that can only be said of the family; one with a
        product of its own holds that as well.

        :return: lot → set of products; other lots left out
        """
        lots = list(lots)
        if not lots:
            return {}
        result: dict = defaultdict(set)
        for row in cls.search([('lot', 'in', [int(l) for l in lots])]):
            result[row.lot].add(row.product)
        for lot, products in result.items():
            if lot.family and lot.family.product != lot.product:
                products.add(lot.product)
        return dict(result)

    @classmethod
    def on_shelf(cls, branch, products: Iterable) -> dict:
        """What some of *products* on hand at *branch* may hold besides.

        One statement, whatever the number of lots.

        :return: product → set of products, of those that are there in a lot
            made of others; the rest left out
        """
        pool = Pool()
        Product = pool.get('product.product')
        table = cls.__table__()
        on_hand = pool.get('aid.lot.on_hand').__table__()
        products = {p.id: p for p in products}
        if not (branch and products):
            return {}
        cursor = Transaction().connection.cursor()
        cursor.execute(*on_hand
            .join(table, condition=table.lot == on_hand.lot)
            .select(
                on_hand.product, table.product, distinct=True,
                where=(on_hand.branch == branch.id)
                & (on_hand.quantity > 0)
                & fields.SQL_OPERATORS['in'](
                    on_hand.product, list(products))))
        pairs = list(cursor)
        inside = {p.id: p for p in Product.browse({i for _, i in pairs})}
        result: dict = defaultdict(set)
        for outer, inner in pairs:
            result[products[outer]].add(inside[inner])
        return dict(result)


class Lot(metaclass=PoolMeta):
    __name__ = 'stock.lot'

    made_of = fields.Many2Many(
        'aid.lot.made_of', 'lot', 'product', "Made Of", readonly=True,
        states={'invisible': ~Eval('made_of', [])},
        help="The goods that went in: what any of them contains may be in "
        "it.")

    @classmethod
    def copy(cls, lots, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('made_of')
        return super().copy(lots, default=default)


class LotParent(metaclass=PoolMeta):
    __name__ = 'aid.lot.parent'

    @classmethod
    def on_modification(cls, mode, links, field_names=None) -> None:
        MadeOf = Pool().get('aid.lot.made_of')
        super().on_modification(mode, links, field_names=field_names)
        if mode in {'create', 'write'}:
            MadeOf.follow({link.lot for link in links})

    @classmethod
    def on_delete(cls, links) -> list:
        MadeOf = Pool().get('aid.lot.made_of')
        lots = {link.lot for link in links}
        return [
            *super().on_delete(links), lambda: MadeOf.follow(lots)]
