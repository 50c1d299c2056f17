"""What is on the shelf of some food groups, to complete a basket."""
from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, NamedTuple

from sql import Null, Window
from sql.conditionals import Coalesce
from sql.functions import RowNumber

from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction

from aid_branch.reading import as_date

#: How many rows of each missing group are looked at; lots that may not be
#: handed over are among them. The first few mostly do.
ROWS = 8
FEW = 3


class OnShelf(NamedTuple):
    "Some goods that lie on a shelf, see ``Product.shelf_goods``"
    product: Any
    lot: Any
    quantity: float
    #: the earliest of the dates of the lot
    expiry: dt.date | None
    #: whether the lot is held
    held: bool

    def refusal(self, date: dt.date) -> str | None:
        "That of the lot, which is read only where there may be one"
        if not self.held and (self.expiry is None or date <= self.expiry):
            return None
        return self.lot.refusal(date)


class OnHand(metaclass=PoolMeta):
    __name__ = 'aid.lot.on_hand'

    @classmethod
    def of_food_groups(
            cls, branch, codes: Collection[str],
            but: Collection[int] = (), count: int = ROWS) -> list[OnShelf]:
        """Some of what *branch* has of each food group, first expired first.

        One statement for all groups, whatever lies on the shelf.

        :param codes: of the food groups
        :param but: ids of products that are left out
        :param count: so many rows of each group
        """
        if not (codes and branch.storage):
            return []
        pool = Pool()
        table = cls.__table__()
        product = pool.get('product.product').__table__()
        template = pool.get('product.template').__table__()
        family = pool.get('aid.family').__table__()
        group = pool.get('aid.food.group').__table__()
        lot = pool.get('stock.lot').__table__()
        where = (
            cls.in_branch_clause(table, branch)
            & fields.SQL_OPERATORS['in'](group.code, list(codes)))
        if but:
            where &= fields.SQL_OPERATORS['not in'](table.product, list(but))
        first_expired = Window([group.id], order_by=[
                table.expiry == Null, table.expiry.asc, table.lot.asc])
        ranked = table.join(
            product, condition=table.product == product.id).join(
            template, condition=product.template == template.id).join(
            family, 'LEFT', condition=table.family == family.id).join(
            group, condition=group.id == Coalesce(
                template.food_group, family.food_group)).select(
            table.id, table.product, table.lot, table.quantity, table.expiry,
            RowNumber(window=first_expired).as_('rank'),
            where=where)
        cursor = Transaction().connection.cursor()
        cursor.execute(*ranked.join(
                lot, condition=lot.id == ranked.lot).select(
                ranked.product, ranked.lot, ranked.quantity, ranked.expiry,
                lot.hold != Null,
                where=ranked.rank <= count,
                order_by=[ranked.rank, ranked.id]))
        return _with_records(cursor.fetchall())


def _with_records(rows: list[tuple]) -> list[OnShelf]:
    "The *rows*, which name products and lots by their ids, read together"
    if not rows:
        return []
    pool = Pool()
    products, lots, *said = zip(*rows)
    return [
        OnShelf(product, lot, quantity, as_date(expiry), bool(held))
        for product, lot, quantity, expiry, held in zip(
            pool.get('product.product').browse(products),
            pool.get('stock.lot').browse(lots), *said)]
