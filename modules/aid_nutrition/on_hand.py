"""What is on the shelf of some food groups, to complete a basket."""
from __future__ import annotations

from collections.abc import Collection

from sql import Null, Window
from sql.conditionals import Coalesce
from sql.functions import RowNumber

from aid_branch.reading import look_through

from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction

#: How many rows of each missing group are looked at; lots that may not be
#: handed over are among them. The first few mostly do.
ROWS = 8
FEW = 3


class OnHand(metaclass=PoolMeta):
    __name__ = 'aid.lot.on_hand'

    @classmethod
    def of_food_groups(
            cls, branch, codes: Collection[str],
            but: Collection[int] = (), count: int = ROWS) -> list:
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
        chosen = cls.search(
            cls.in_branch_domain(branch), order=[], query=True)
        where = (
            table.id.in_(chosen)
            & fields.SQL_OPERATORS['in'](group.code, list(codes)))
        if but:
            where &= ~fields.SQL_OPERATORS['in'](table.product, list(but))
        first_expired = Window([group.id], order_by=[
                table.expiry == Null, table.expiry.asc, table.lot.asc])
        ranked = table.join(
            product, condition=table.product == product.id).join(
            template, condition=product.template == template.id).join(
            family, 'LEFT', condition=table.family == family.id).join(
            group, condition=group.id == Coalesce(
                template.food_group, family.food_group)).select(
            table.id.as_('id'),
            RowNumber(window=first_expired).as_('rank'),
            where=where)
        cursor = Transaction().connection.cursor()
        cursor.execute(*ranked.select(
                ranked.id, where=ranked.rank <= count, order_by=[
                    ranked.rank, ranked.id]))
        rows = cls.browse([id_ for id_, in cursor.fetchall()])
        look_through(rows, 'product', 'lot')
        look_through([row.lot for row in rows], 'hold')
        return rows
