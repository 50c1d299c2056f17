"""The *Bilan de la distribution*: one page to pin on the wall.

What a branch handed over on a day, over all its tills: to how many, how
much, from whom, how balanced, and what was lost. It names no household and
shows no count so small that somebody could be recognised.
"""
from __future__ import annotations

from collections import defaultdict

from genshi.input import XML
from sql import Literal
from sql.aggregate import Count, Sum

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool
from trytond.report import Report
from trytond.transaction import Transaction, without_check_access

from aid_branch.paper import PaperReport

LABELS = [
    'title', 'open', 'households', 'people', 'kg', 'meals', 'families',
    'sources', 'donors', 'lost', 'nothing_lost', 'balance', 'thanks',
    'meals_note', 'unknown_source']
PICTURE_WIDTH = 400
#: Code of the food group that makes no meal
NOT_FOOD = 'NONFOOD'


def shown_count(count: int, smallest: int) -> int | None:
    """*count* as it may be shown, None where it is too small to be.

    Nothing at all tells nobody anything, so zero is shown.

    >>> shown_count(12, 10), shown_count(4, 10), shown_count(0, 10)
    (12, None, 0)
    """
    return count if not count or count >= smallest else None


def meals(kg: float, kg_per_meal: float | None) -> int | None:
    """How many meals *kg* of food are; None where nothing says it.

    >>> meals(120.4, 0.5)
    240
    """
    return int(kg / kg_per_meal) if kg_per_meal else None


class Bilan(PaperReport, Report):
    "What a branch handed over on a day"
    __name__ = 'aid.distribution.bilan'

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        context = super().get_context(records, header, data)
        Session = Pool().get('aid.distribution.session')
        context['labels'] = {
            name: gettext(f'aid_basket.msg_bilan_{name}')
            for name in LABELS}
        with without_check_access():
            days = dict.fromkeys(
                (s.branch, s.date) for s in Session.browse(records))
            context['pages'] = [day_of(*day) for day in days]
        return context


def day_of(branch, date) -> dict:
    """What the template prints of the distribution of *branch* on *date*.

    Weights are in kg. A handful of statements whatever the number of
    baskets.
    """
    pool = Pool()
    Session = pool.get('aid.distribution.session')
    Rule = pool.get('aid.distribution.rule')
    sessions = Session.search([
            ('branch', '=', branch.id),
            ('date', '=', date),
            ])
    ids = [s.id for s in sessions]
    rule = Rule.for_branch(branch, date)
    households, people = _served(ids)
    goods = _goods(ids)
    products = _by(goods, 'product')
    food = _food(products)
    smallest = (
        rule.smallest_count if rule else Rule.default_smallest_count())
    meal_kg = rule.meal_kg if rule else None
    hidden = shown_count(households, smallest) is None
    words, picture = _balance(products, date)
    return {
        'branch': branch.name,
        'company': branch.company.party.name,
        'date': date,
        'open': any(s.state == 'open' for s in sessions),
        'households': _count(households, smallest),
        'people': _count(people, smallest, hidden),
        'kg': sum(products.values()),
        'meals': meals(food, meal_kg),
        'meal_kg': meal_kg,
        'families': _named(_by_family(products)),
        'sources': _named(
            _by(goods, 'source'), gettext(
                'aid_basket.msg_bilan_unknown_source')),
        'donors': _donors(branch, date, goods),
        'lost': _lost(branch, date),
        'words': words,
        'picture': picture,
        }


def _count(count: int, smallest: int, hidden: bool = False) -> str:
    "*count* in figures, or that it is fewer than what may be shown"
    if hidden or shown_count(count, smallest) is None:
        return gettext('aid_basket.msg_bilan_fewer', count=smallest)
    return str(count)


def _served(ids: list[int]) -> tuple[int, int]:
    """Households and people that sessions *ids* served.

    A household that came twice is one; a basket for nobody known is one too.
    """
    table = Pool().get('aid.basket').__table__()
    cursor = Transaction().connection.cursor()
    if not ids:
        return 0, 0
    query = table.select(
        table.household, Count(Literal(1)), Sum(table.people),
        where=fields.SQL_OPERATORS['in'](table.session, ids)
        & (table.state == 'done'),
        group_by=[table.household])
    cursor.execute(*query)
    households = people = 0
    for household, baskets, persons in cursor.fetchall():
        households += 1 if household else baskets
        persons = int(persons or 0)
        # Each passage of a household counts its people once more
        people += persons // baskets if household else persons
    return households, people


def _goods(ids: list[int]) -> list[dict]:
    "What sessions *ids* handed over, by product, source and donor"
    pool = Pool()
    Product = pool.get('product.product')
    Source = pool.get('aid.supply.source')
    Party = pool.get('party.party')
    basket = pool.get('aid.basket').__table__()
    line = pool.get('aid.basket.line').__table__()
    lot = pool.get('stock.lot').__table__()
    cursor = Transaction().connection.cursor()
    if not ids:
        return []
    cursor.execute(*basket.join(
            line, condition=line.basket == basket.id).join(
            lot, 'LEFT', condition=line.lot == lot.id).select(
            line.product, lot.supply_source, lot.donor, Sum(line.kg),
            where=fields.SQL_OPERATORS['in'](basket.session, ids)
            & (basket.state == 'done'),
            group_by=[line.product, lot.supply_source, lot.donor]))
    rows = cursor.fetchall()
    named = [
        {r.id: r for r in Model.browse({row[i] for row in rows if row[i]})}
        for i, Model in enumerate([Product, Source, Party])]
    return [{
            'product': named[0][product],
            'source': named[1].get(source),
            'donor': named[2].get(donor),
            'kg': kg or 0,
            } for product, source, donor, kg in rows]


def _by(goods: list[dict], key: str) -> dict:
    result: dict = defaultdict(float)
    for row in goods:
        result[row[key]] += row['kg']
    return result


def _by_family(products: dict) -> dict:
    result: dict = defaultdict(float)
    for product, kg in products.items():
        result[product.family] += kg
    return result


def _food(products: dict) -> float:
    "The kilograms of *products* that are eaten or drunk"
    return sum(
        kg for product, kg in products.items()
        if not product.food_group_used
        or product.food_group_used.code != NOT_FOOD)


def _named(weights: dict, unknown: str = '') -> list[tuple[str, float]]:
    "Names and kilograms, most first"
    return sorted(
        ((record.rec_name if record else unknown, kg)
            for record, kg in weights.items() if kg),
        key=lambda row: (-row[1], row[0]))


def _donors(branch, date, goods: list[dict]) -> list[str]:
    "Whose gifts came in or went out that day, by name"
    Donation = Pool().get('aid.donation')
    donors = {row['donor'] for row in goods if row['donor']}
    donors |= {d.donor for d in Donation.search([
                ('branch', '=', branch.id),
                ('received_on', '=', date),
                ('state', '=', 'received'),
                ('donor', '!=', None),
                ])}
    return sorted((d.name for d in donors if d.name), key=str.casefold)


def _balance(products: dict, date) -> tuple:
    "Words and picture (elements of SVG) of the balance of what went out"
    RuleSet = Pool().get('aid.nutrition.rule.set')
    rule_set = RuleSet.at(date)
    if not rule_set or not products:
        return '', None
    result = rule_set.balance(list(products.items()))
    return (
        ' '.join(rule_set.sentences(result)),
        XML(rule_set.picture(result, width=PICTURE_WIDTH)))


def _lost(branch, date) -> list[tuple[str, float]]:
    "What was not eaten: why and where it went, kilograms, most first"
    pool = Pool()
    Disposal = pool.get('aid.disposal')
    Count = pool.get('aid.session.count')
    day = [
        ('branch', '=', branch.id), ('date', '=', date),
        ('state', '=', 'done')]
    weights: dict = defaultdict(float)
    for disposal in Disposal.search(day):
        for line in disposal.lines:
            key = f'{line.reason.name} ({line.fate_string})'
            weights[key] += line.weight or 0
    for count in Count.search(day):
        for line in count.lines:
            if line.missing:
                weights[gettext('aid_basket.msg_bilan_missing')] += (
                    line.product.to_kg(line.missing, line.unit) or 0)
    return sorted(weights.items(), key=lambda row: (-row[1], row[0]))
