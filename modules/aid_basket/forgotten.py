"""Which household got which goods is forgotten after a while.

No law asks who a family was that took a yoghurt; a recall does, for some
months. After them the link goes and all figures stay: what was handed over,
to how many people, what it was worth and what was paid.
"""
from __future__ import annotations

import datetime as dt

from dateutil.relativedelta import relativedelta
from sql import Literal, Null
from sql.aggregate import Sum
from sql.conditionals import Coalesce
from sql.functions import Abs

from trytond.model import Index, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from aid_branch.reading import forget_read


class Basket(metaclass=PoolMeta):
    __name__ = 'aid.basket'

    forgotten_on = fields.Date(
        "Household Forgotten On", readonly=True,
        states={'invisible': ~Eval('forgotten_on')},
        help="Who took it is no longer kept.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.date, Index.Range()),
                where=table.household != Null))

    @classmethod
    @without_check_access
    def forget_households(cls) -> None:
        """Drop the link to the household where its time is over.

        Two statements, however many baskets. A basket that is not settled,
        or counts for an entitlement that is in force, keeps its household
        until it is. The invoice names the household by its code, as the
        accounts are kept for.
        """
        pool = Pool()
        Rule = pool.get('aid.retention.rule')
        today = pool.get('ir.date').today()
        if not (months := Rule.months_at(today).get('household')):
            return
        before = today - relativedelta(months=months.kept)
        cls._drop_households(today, before)
        pool.get('aid.session.visit').forget_households(before)

    @classmethod
    def _drop_households(cls, today: dt.date, before: dt.date) -> None:
        pool = Pool()
        table = cls.__table__()
        entitlement = pool.get('aid.entitlement').__table__()
        payment = pool.get('aid.basket.payment').__table__()
        paid = payment.select(
            Coalesce(Sum(payment.amount), 0),
            where=payment.basket == table.id)
        settled = (table.state == 'cancelled') | (
            Abs(Coalesce(table.asked, 0) - paid) < Literal(0.005))
        in_force = entitlement.select(
            entitlement.id,
            where=(entitlement.state == 'granted')
            & (entitlement.valid_until >= today))
        Transaction().connection.cursor().execute(*table.update(
                [table.household, table.entitlement, table.forgotten_on],
                [Null, Null, today],
                where=(table.date < before)
                & (table.household != Null)
                & table.state.in_(['done', 'cancelled'])
                & ((table.entitlement == Null)
                    | ~table.entitlement.in_(in_force))
                & settled))
        forget_read(cls)


class Visit(metaclass=PoolMeta):
    __name__ = 'aid.session.visit'

    @classmethod
    def forget_households(cls, before: dt.date) -> None:
        "Who came on days before *before*; that somebody did stays"
        table = cls.__table__()
        Transaction().connection.cursor().execute(*table.update(
                [table.household], [Null],
                where=(table.date < before) & (table.household != Null)))
        forget_read(cls)
