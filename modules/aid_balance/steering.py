"""Where a branch stands: what came, what is there, what left, what to ask for.

A handful of statements bounded by the period and by what is on hand, whatever
the branch did before.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict

from genshi.input import XML
from sql.aggregate import Sum

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.report import Report
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateReport, StateView, Wizard

from aid_basket import handed_over
from aid_branch.named import own_branch
from aid_branch.paper import PaperReport

from . import need
from .goods import usable
from .parcels import rule_set_of
from .wanting import divide, needs

#: How far back a period begins unless told otherwise
DAYS = 28
WIDTH = 330
LABELS = [
    'title', 'came', 'there', 'left', 'ask', 'nothing', 'basis', 'group',
    'wanted', 'on_hand', 'missing', 'lacked', 'thanks', 'provisional']


class SteeringStart(ModelView):
    "Which branch and period"
    __name__ = 'aid.steering.start'

    branch = fields.Many2One(
        'aid.branch', "Branch", required=True,
        domain=[('has_stock', '=', True)])
    first = fields.Date(
        "From", required=True, domain=[('first', '<=', Eval('last', None))])
    last = fields.Date("To", required=True)

    @staticmethod
    def default_branch() -> int | None:
        return Transaction().context.get('branch')

    @staticmethod
    def default_first() -> dt.date:
        Date = Pool().get('ir.date')
        return Date.today() - dt.timedelta(days=DAYS - 1)

    @staticmethod
    def default_last() -> dt.date:
        return Pool().get('ir.date').today()


class SteeringResult(ModelView):
    "Where a branch stands"
    __name__ = 'aid.steering.result'

    words = fields.Char("Next Week", readonly=True)
    rows = fields.One2Many(
        'aid.steering.row', None, "What to Ask For", readonly=True)
    came = fields.Binary("Came In", readonly=True)
    there = fields.Binary("On Hand", readonly=True)
    left = fields.Binary("Went Out", readonly=True)


class SteeringRow(ModelView):
    "A food group: what is wanted next week, and what to ask donors for"
    __name__ = 'aid.steering.row'

    food_group = fields.Many2One(
        'aid.food.group', "Food Group", readonly=True)
    name = fields.Char("Food Group", readonly=True)
    wanted = fields.Float("Wanted (kg)", digits=(None, 0), readonly=True)
    on_hand = fields.Float("On Hand (kg)", digits=(None, 0), readonly=True)
    missing = fields.Float("Missing (kg)", digits=(None, 0), readonly=True)
    lacked = fields.Float(
        "Parcels Lacked (kg)", digits=(None, 0), readonly=True)
    ask = fields.Char("To Ask For", readonly=True)


class Steering(Wizard):
    "Where a branch stands, and what to ask donors for"
    __name__ = 'aid.steering'

    start = StateView(
        'aid.steering.start', 'aid_balance.steering_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Show", 'result', 'tryton-ok', default=True),
            ])
    result = StateView(
        'aid.steering.result', 'aid_balance.steering_result_view_form', [
            Button("Back", 'start', 'tryton-back'),
            Button("Print", 'print_', 'tryton-print'),
            Button("Close", 'end', 'tryton-close', default=True),
            ])
    print_ = StateReport('aid.steering.report')

    def default_result(self, fields) -> dict:
        branch = own_branch(self.start.branch)
        figures = standing_of(branch, self.start.first, self.start.last)
        return {
            'words': figures['words'],
            'rows': [{
                    'food_group': row['group'].id,
                    'food_group.': {'rec_name': row['group'].rec_name},
                    'name': row['group'].rec_name,
                    'ask': ', '.join(
                        f'{name} {kg} kg' for name, kg in row['ask']),
                    **{n: round(row[n]) for n in [
                            'wanted', 'on_hand', 'missing', 'lacked']},
                    } for row in figures['rows']],
            **{
                name: figures[name].encode() if figures[name] else None
                for name in ['came', 'there', 'left']},
            }

    def do_print_(self, action) -> tuple[dict, dict]:
        branch = own_branch(self.start.branch)
        return action, {
            'model': 'aid.branch',
            'id': branch.id,
            'ids': [branch.id],
            'first': self.start.first,
            'last': self.start.last,
            }


class SteeringReport(PaperReport, Report):
    "Where a branch stands, and what to ask donors for, as a paper"
    __name__ = 'aid.steering.report'

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        context = super().get_context(records, header, data)
        Branch = Pool().get('aid.branch')
        Start = Pool().get('aid.steering.start')
        data = data or {}
        first = data.get('first') or Start.default_first()
        last = data.get('last') or Start.default_last()
        context['labels'] = {
            name: gettext(f'aid_balance.msg_steering_{name}')
            for name in LABELS}
        context['drawn'] = XML
        context['pages'] = [
            {'branch': branch.name, 'first': first, 'last': last,
                **standing_of(branch, first, last)}
            for branch in map(own_branch, Branch.browse(records))]
        return context


@without_check_access
def standing_of(branch, first: dt.date, last: dt.date) -> dict:
    """Where *branch* stands after the days from *first* to *last*.

    :return: pictures (SVG) of the balance of what `came`, is `there` and
        `left`; `rows` of what is missing to serve next week whoever is
        entitled, in kg by food group, with what to `ask` of each family
    :raises ProposalError: there are no nutrition rules
    """
    pool = Pool()
    Rule = pool.get('aid.proposal.rule')
    today = branch.today()
    rule, rule_set = Rule.holding(branch, today), rule_set_of(today)
    monday = today + dt.timedelta(days=7 - today.weekday())
    went_out = _went_out(branch, first, last)
    there = _on_hand(branch, today)
    households = entitled(branch, monday)
    eaters = [
        (diets, persons * rule.days * rule.kg_per_day)
        for diets, persons in need.by_diet(
            households, monday, rule.kcal_per_day).items()
        ] or [(frozenset(), 0.0)]
    return {
        'words': gettext(
            'aid_balance.msg_steering_words', households=len(households),
            people=sum(h.size for h in households), days=rule.days,
            kg=round(sum(kg for _, kg in eaters))),
        'came': _picture(rule_set, _came_in(branch, first, last)),
        'there': _picture(rule_set, there),
        'left': _picture(rule_set, went_out),
        'rows': _rows(
            rule_set, eaters, _on_hand(branch, monday), went_out,
            _lacked(branch, first, last)),
        'provisional': rule_set.provisional,
        'rule_set': rule_set.rec_name,
        }


def _picture(rule_set, goods: dict) -> str | None:
    if not goods:
        return None
    return rule_set.picture(
        rule_set.balance(list(goods.items())), width=WIDTH)


def _came_in(branch, first: dt.date, last: dt.date) -> dict:
    "Kilograms by product that came in from donors and other branches"
    pool = Pool()
    Product = pool.get('product.product')
    move = pool.get('stock.move').__table__()
    from_ = pool.get('stock.location').__table__()
    to = pool.get('stock.location').__table__()
    cursor = Transaction().connection.cursor()
    # Both halves of a transfer bear both branches: the place decides
    cursor.execute(*move.join(
            from_, condition=move.from_location == from_.id).join(
            to, condition=move.to_location == to.id).select(
            move.product, Sum(move.internal_quantity),
            where=(move.to_branch == branch.id)
            & (to.branch == branch.id)
            & ((from_.branch == None) | (from_.branch != branch.id))  # noqa
            & from_.type.in_(['supplier', 'storage'])
            & (move.state == 'done')
            & (move.effective_date >= first)
            & (move.effective_date <= last),
            group_by=[move.product]))
    quantities = dict(cursor.fetchall())
    return {
        p: kg for p in Product.browse(list(quantities))
        if (kg := p.to_kg(quantities[p.id], p.default_uom))}


def _went_out(branch, first: dt.date, last: dt.date) -> dict:
    "Kilograms by product that baskets took home"
    taken = handed_over.of_baskets([
            ('branch', '=', branch.id),
            ('date', '>=', first),
            ('date', '<=', last),
            ])
    return {product: kg for product, kg in taken.items() if kg}


def _on_hand(branch, date: dt.date) -> dict:
    "Kilograms by product that may be handed over on *date*"
    return {
        product: kg for product, rows in usable(branch, date).items()
        if (kg := product.to_kg(
                sum(r.quantity for r in rows), product.default_uom))}


def _lacked(branch, first: dt.date, last: dt.date) -> dict:
    "Kilograms by food group that parcels had to do without"
    Wanted = Pool().get('aid.goods.wanted')
    result: dict = defaultdict(float)
    for wanted in Wanted.search([
                ('branch', '=', branch.id),
                ('date', '>=', first),
                ('date', '<=', last),
                ]):
        result[wanted.food_group] += wanted.kg
    return result


def entitled(branch, date: dt.date) -> set:
    "Households of *branch* entitled on a day of the week from *date*"
    Entitlement = Pool().get('aid.entitlement')
    return {e.household for e in Entitlement.search([
                ('branch', '=', branch.id),
                ('state', '=', 'granted'),
                ('valid_from', '<=', date + dt.timedelta(days=6)),
                ('valid_until', '>=', date),
                ])}


def _rows(
        rule_set, eaters: list[tuple[frozenset, float]], there: dict,
        went_out: dict, lacked) -> list:
    """What is wanted, there and missing of each food group, in kg.

    :param eaters: the diets that people mind, and how much they eat
    """
    pool = Pool()
    Group = pool.get('aid.food.group')
    Family = pool.get('aid.family')
    targets = rule_set.targets()
    home = rule_set.homes()
    groups = {g.code: g for g in Group.search([])}
    balance = rule_set.balance(list(there.items()))
    families: dict = defaultdict(dict)
    for family in Family.search([('food_group', '!=', None)]):
        code = family.food_group.code
        families[home.get(code, code)][family] = 0.0
    for product, weight in went_out.items():
        code = product.food_group_used and product.food_group_used.code
        of_group = families[home.get(code, code)]
        if product.family in of_group:
            of_group[product.family] += weight
    cooked = {t.group: t.cooked for t in targets}
    rows = []
    wanted = needs(
        [(rule_set.targets(diets), kg) for diets, kg in eaters],
        {g.group: g.kg for g in balance.groups})
    for row in wanted:
        of_group = families[row.group]
        # Weights are compared as eaten, and asked for as they are bought
        factor = _plate(of_group, cooked[row.group])
        asked = divide(row.missing / factor, of_group)
        rows.append({
                'group': groups[row.group],
                'wanted': row.wanted / factor,
                'on_hand': row.there / factor,
                'missing': row.missing / factor,
                'lacked': lacked.get(groups[row.group], 0.0),
                'ask': sorted(
                    ((f.name, kilos) for f, kilos in asked.items()),
                    key=lambda row: (-row[1], row[0])),
                })
    return sorted(rows, key=lambda row: -row['missing'])


def _plate(families, cooked: bool) -> float:
    "Kilograms eaten out of one kilogram bought of *families*, on average"
    factors = [
        (f.edible_share or 1.0) * ((f.cooked_factor or 1.0) if cooked else 1)
        for f in families]
    return sum(factors) / len(factors) if factors else 1.0
