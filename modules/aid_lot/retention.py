"""How long it is kept where goods came from and went: dated rules.

The note DGAL/SDRRCC/SDSSA 2005-8205 gives the usual times; it is no statute,
and the longest that applies is kept. Written down as data, so that a network
says what holds for it.
"""
from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

from trytond.model import ModelSQL, ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval

from aid_branch.dated import RuleMixin

KINDS = [
    ('default', "All Goods"),
    ('perishable', "Goods That End Soon, or Fresh without a Date"),
    ('long', "Goods That Last Longer Than That"),
    ('funded', "Goods Bought with European Money"),
    ('household', "Which Household Got Which Goods"),
    ]
#: Source of goods whose papers Regulation (EU) 2021/1060 keeps longer
FUNDED = 'fse'


@dataclass(frozen=True)
class Months:
    """For how many months something is kept.

    :param within: goods that end within so many months are meant
    """
    kept: int
    within: int | None = None


def keep_until(
        came: dt.date, use_by: dt.date | None, best_before: dt.date | None,
        fresh: bool, funded: bool, rules: dict[str, Months]) -> dt.date:
    """The last day it is kept where goods came from and went.

    :param came: the day they came
    :param fresh: goods without a date that do not keep, such as vegetables
    :param funded: bought with European money: counted from the end of the
        year
    :param rules: by kind; what has no rule is kept as all goods are

    >>> keep_until(dt.date(2026, 1, 10), None, None, True, False, {
    ...     'default': Months(60), 'perishable': Months(6, 3)})
    datetime.date(2026, 7, 10)
    """
    usual = rules['default']
    result = _after(came, usual)
    if perishable := rules.get('perishable'):
        soon = came + relativedelta(months=perishable.within or 0)
        if use_by and use_by < soon or fresh:
            result = _after(came, perishable)
    if best_before and best_before > _after(came, usual):
        result = _after(best_before, rules.get('long', Months(0)))
    if funded and 'funded' in rules:
        result = max(
            result, _after(dt.date(came.year, 12, 31), rules['funded']))
    return result


def _after(date: dt.date, months: Months) -> dt.date:
    return date + relativedelta(months=months.kept)


class Rule(RuleMixin, ModelSQL, ModelView):
    "For how many months something is kept, from a day on"
    __name__ = 'aid.retention.rule'
    _rule_key = ('kind',)

    kind = fields.Selection(KINDS, "What", required=True, sort=False)
    months = fields.Integer(
        "Months Kept", required=True, domain=[('months', '>=', 0)],
        help="From the day the goods came; from their best-before where they "
        "last longer; from the end of the year for European money; from the "
        "day they were handed over for households.")
    within = fields.Integer(
        "Months They Last", states={
            'invisible': Eval('kind') != 'perishable',
            'required': Eval('kind') == 'perishable',
            },
        help="Goods whose use-by is not further away when they come.")

    def get_rec_name(self, name: str) -> str:
        return dict(self._fields['kind'].get_selection(
                type(self), 'kind', self))[self.kind]

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('source', *clause[1:])]

    @classmethod
    def months_at(cls, date: dt.date) -> dict[str, Months]:
        "What holds on *date*, by kind"
        return {
            rule.kind: Months(rule.months, rule.within)
            for rule in cls._one_of_each(cls.all_at(date))}


class Lot(metaclass=PoolMeta):
    __name__ = 'stock.lot'

    keep_until = fields.Function(
        fields.Date(
            "Traced Until",
            help="How long it is kept where the goods came from and went."),
        'get_keep_until')

    @classmethod
    def get_keep_until(cls, lots, name: str) -> dict[int, dt.date | None]:
        pool = Pool()
        Rule = pool.get('aid.retention.rule')
        rules = Rule.months_at(pool.get('ir.date').today())
        if 'default' not in rules:
            return dict.fromkeys([lot.id for lot in lots])
        return {
            lot.id: keep_until(
                lot.create_date.date(), lot.shelf_life_expiration_date,
                lot.expiration_date,
                not lot.expiry and bool(
                    lot.family and lot.family.date_kind == 'none'),
                lot.supply_source.code == FUNDED, rules)
            for lot in lots}
