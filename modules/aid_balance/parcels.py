"""What goes into today's parcels, from what is on hand: proposed, then edited.

The proposal is only a beginning: its lines are changed at will, and become
models of parcels, which are packed like any other.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import (
    Button, StateAction, StateReport, StateTransition, StateView, Wizard)

from aid_basket.finish_first import expected
from aid_branch.named import own_branch

from . import missing, need
from .exceptions import ProposalError
from .goods import Goods
from .proposal import Line, Size, propose
from .sizes import sizes_of


class ParcelModel(metaclass=PoolMeta):
    __name__ = 'aid.parcel.model'

    proposed_on = fields.Date(
        "Proposed On", readonly=True,
        states={'invisible': ~Eval('proposed_on')},
        help="Models of a day are put aside when others are proposed on a "
        "later one.")


class ParcelsStart(ModelView):
    "How many parcels of which sizes"
    __name__ = 'aid.proposal.parcels.start'

    branch = fields.Many2One(
        'aid.branch', "Branch", required=True,
        domain=[('has_stock', '=', True)])
    days = fields.Integer(
        "Days", required=True, domain=[('days', '>', 0)],
        help="How many days a parcel is to last.")
    households = fields.Integer(
        "Households Served From the Shelf",
        domain=['OR', ('households', '=', None), ('households', '>', 0)],
        help="Where there are more of them than parcels, a part of the goods "
        "is left for the others.")
    sizes = fields.One2Many(
        'aid.proposal.parcels.size', None, "Parcels", required=True)

    @staticmethod
    def default_branch() -> int | None:
        return Transaction().context.get('branch')

    @fields.depends('branch', 'sizes')
    def on_change_branch(self) -> None:
        "Whoever is expected there today"
        self.sizes = []
        if not self.branch:
            return
        own_branch(self.branch)
        Size = Pool().get('aid.proposal.parcels.size')
        today = self.branch.today()
        rule = _rule(self.branch, today)
        self.days = rule.days
        # Only numbers: who is expected is not for everybody
        with without_check_access():
            self.households = expected(self.branch, today)
        self.sizes = [
            Size(persons=persons, count=count)
            for persons, count in sizes_of(
                sizes_expected(self.branch, today))]


@without_check_access
def households_expected(branch, date: dt.date) -> list:
    """The households that are expected on *date*, None where it is unknown.

    Those of the queue who were not served yet, else whoever is entitled.
    """
    pool = Pool()
    Entitlement = pool.get('aid.entitlement')
    Visit = pool.get('aid.session.visit')
    visits = Visit.search([
            ('branch', '=', branch.id),
            ('date', '=', date),
            ('state', 'in', ['expected', 'arrived']),
            ])
    if visits:
        return [v.household for v in visits]
    return list({e.household for e in Entitlement.search([
                ('branch', '=', branch.id),
                ('state', '=', 'granted'),
                ('valid_from', '<=', date),
                ('valid_until', '>=', date),
                ])})


@without_check_access
def sizes_expected(branch, date: dt.date) -> list[int]:
    "How many people each household is that is expected on *date*"
    return [
        h.size if h else 1 for h in households_expected(branch, date)]


class ParcelsSize(ModelView):
    "Parcels of one size"
    __name__ = 'aid.proposal.parcels.size'

    persons = fields.Integer(
        "Persons", required=True, domain=[('persons', '>', 0)])
    count = fields.Integer(
        "Parcels", required=True, domain=[('count', '>', 0)])


class ParcelsReview(ModelView):
    "What was proposed, to be changed at will"
    __name__ = 'aid.proposal.parcels.review'

    branch = fields.Many2One('aid.branch', "Branch", readonly=True)
    days = fields.Integer("Days", readonly=True)
    sizes = fields.One2Many(
        'aid.proposal.parcels.size', None, "Parcels", readonly=True)
    lines = fields.One2Many('aid.proposal.parcels.line', None, "Goods")
    words = fields.Text("What We Offer", readonly=True)
    remark = fields.Char(
        "To Mind", readonly=True, states={'invisible': ~Eval('remark')})
    made = fields.Many2Many(
        'aid.parcel', None, None, "Made", readonly=True)
    models = fields.Many2Many(
        'aid.parcel.model', None, None, "Models", readonly=True)

    @fields.depends('branch', 'sizes', 'lines', 'words', 'remark')
    def on_change_lines(self) -> None:
        """Say how the parcels stand after a change.

        Here and not on the line, so that a list of many lines asks once.
        """
        lines = list(self.lines or [])
        if not self.branch:
            return
        _know_products(own_branch(self.branch), lines)
        self.lines = lines
        self.words = said(self.branch, self.sizes or [], lines)
        self.remark = _short_of(self.sizes or [], lines)


def _know_products(branch, lines) -> None:
    "Complete *lines* whose product was chosen by hand"
    OnHand = Pool().get('aid.lot.on_hand')
    chosen = [
        l for l in lines if getattr(l, 'product', None)
        and getattr(l, 'about', None) != l.product.id]
    if not chosen:
        return
    there: dict = defaultdict(float)
    with without_check_access():
        for row in OnHand.in_branch(
                branch, products={l.product for l in chosen}):
            there[row.product.id] += row.quantity
    for line in chosen:
        line.about = line.product.id
        line.unit = line.product.default_uom
        line.there = round(there[line.product.id], 3)
        line.why = None


def _short_of(sizes, lines) -> str:
    "That of some goods more is wanted than there is"
    wanted: dict = defaultdict(float)
    there: dict = {}
    counts = {s.persons: s.count for s in sizes}
    for line in lines:
        if getattr(line, 'product', None):
            wanted[line.product] += (
                getattr(line, 'quantity', None) or 0) * counts.get(
                getattr(line, 'persons', None), 0)
            there[line.product] = line.there or 0
    short = [
        product.rec_name for product, quantity in wanted.items()
        if round(quantity - there[product], 6) > 0]
    if not short:
        return ''
    return gettext('aid_balance.msg_more_than_there', goods=', '.join(short))


class ParcelsLine(ModelView):
    "So much of a product in each parcel of one size"
    __name__ = 'aid.proposal.parcels.line'

    persons = fields.Integer("Persons", required=True)
    product = fields.Many2One(
        'product.product', "Product", required=True,
        domain=[('template.family', '!=', None)])
    quantity = fields.Float(
        "In Each", digits='unit', required=True,
        domain=[('quantity', '>', 0)])
    unit = fields.Many2One('product.uom', "Unit", readonly=True)
    there = fields.Float("On Hand", digits='unit', readonly=True)
    why = fields.Char("Because", readonly=True)

    about = fields.Integer("About", readonly=True)


class Parcels(Wizard):
    "Propose what goes into today's parcels"
    __name__ = 'aid.proposal.parcels'

    start = StateView(
        'aid.proposal.parcels.start',
        'aid_balance.proposal_parcels_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Propose", 'review', 'tryton-ok', default=True),
            ])
    review = StateView(
        'aid.proposal.parcels.review',
        'aid_balance.proposal_parcels_review_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Back", 'start', 'tryton-back'),
            Button("Keep as Models", 'keep', 'tryton-save'),
            Button("Pack Them", 'pack', 'tryton-ok', default=True),
            ])
    pack = StateTransition()
    missing = StateView(
        'aid.parcel.missing', 'aid_balance.parcel_missing_view_form', [
            Button("Go On", 'answer', 'tryton-ok', default=True),
            ])
    answer = StateTransition()
    print_ = StateReport('aid.parcel.label')
    keep = StateAction('aid_basket.act_parcel_model')

    def default_start(self, fields) -> dict:
        Start = Pool().get('aid.proposal.parcels.start')
        if not (branch_id := Start.default_branch()):
            return {}
        start = Start(branch=branch_id)
        start.on_change_branch()
        return {
            'branch': branch_id,
            'branch.': {'rec_name': start.branch.rec_name},
            'days': start.days,
            'households': start.households,
            'sizes': [
                {'persons': s.persons, 'count': s.count}
                for s in start.sizes],
            }

    def default_review(self, fields) -> dict:
        start = self.start
        branch = own_branch(start.branch)
        lines = proposed(
            branch, [(s.persons, s.count) for s in start.sizes],
            start.days, start.households)
        return {
            'branch': branch.id,
            'branch.': {'rec_name': branch.rec_name},
            'days': start.days,
            'sizes': [
                {'persons': s.persons, 'count': s.count}
                for s in start.sizes],
            'lines': lines,
            }

    def transition_pack(self) -> str:
        if self._lacking():
            return 'missing'
        return self._pack()

    def default_missing(self, fields) -> dict:
        return missing.question(
            own_branch(self.review.branch), self._lacking())

    def transition_answer(self) -> str:
        missing.keep(own_branch(self.review.branch), self.missing.groups)
        return self._pack()

    def do_print_(self, action) -> tuple[dict, dict]:
        return action, {
            'ids': [p.id for p in self.review.made], 'model': 'aid.parcel'}

    def do_keep(self, action) -> tuple[dict, dict]:
        self._models()
        return action, {}

    def _lacking(self) -> dict:
        by_size = _by_size(self.review.lines)
        return missing.lacking(self.review.branch, [
                (by_size[s.persons], s.count) for s in self.review.sizes])

    def _pack(self) -> str:
        """Make the models and their parcels.

        :raises ParcelError: the goods are not enough; nothing has changed
        """
        Parcel = Pool().get('aid.parcel')
        branch = own_branch(self.review.branch)
        made = []
        models = self._models()
        for size in self.review.sizes:
            if model := models.get(size.persons):
                made += Parcel.make(branch, model, size.count)
        self.review.made = made
        return 'print_'

    def _models(self) -> dict:
        "The models of what is on the screen, by how many people they are for"
        branch = own_branch(self.review.branch)
        return make_models(branch, [
                (l.persons, l.product, l.quantity)
                for l in self.review.lines])


def proposed(
        branch, sizes: list[tuple[int, int]], days: int,
        households: int | None) -> list[dict]:
    """What parcels of each size hold, as the lines of a form.

    :param sizes: people and number of parcels of each size
    :raises ProposalError: there is nothing to propose
    """
    today = branch.today()
    rule = _rule(branch, today)
    rule_set = rule_set_of(today)
    goods = Goods(branch, today, rule, rule_set)
    Group = Pool().get('aid.food.group')
    # A parcel is for so many people; of how much, those say who are expected
    each = need.a_head(
        filter(None, households_expected(branch, today)), today,
        rule.kcal_per_day) * days
    proposal = propose(
        goods.all, [
            Size(persons, count, persons * each * rule.kg_per_day,
                goods.energy(persons * each))
            for persons, count in sizes],
        rule_set.targets(), today, households=households,
        weights=rule.weights(), outside=Group.outside_codes())
    if proposal.problem:
        raise ProposalError(gettext(
                f'aid_balance.msg_problem_{proposal.problem}',
                branch=branch.rec_name))
    because = Because(goods, today)
    lines = [{
            'persons': sizes[line.size][0],
            'product': line.key.id,
            'about': line.key.id,
            'product.': {'rec_name': line.key.rec_name},
            'quantity': line.quantity,
            'unit': line.key.default_uom.id,
            'unit.': {
                'rec_name': line.key.default_uom.rec_name,
                'symbol': line.key.default_uom.symbol,
                },
            'there': round(sum(
                    r.quantity for r in goods.rows[line.key]), 3),
            'why': because.of(line),
            } for line in proposal.lines]
    return sorted(
        lines, key=lambda l: (l['persons'], because.order[l['product']]))


def _rule(branch, date: dt.date):
    return Pool().get('aid.proposal.rule').holding(branch, date)


def rule_set_of(date: dt.date):
    """The nutrition rules of *date*.

    :raises ProposalError: there are none
    """
    RuleSet = Pool().get('aid.nutrition.rule.set')
    if not (rule_set := RuleSet.at(date)):
        raise ProposalError(gettext('aid_balance.msg_no_rule_set'))
    return rule_set


class Because:
    "Why goods were chosen, in the language of the reader"

    def __init__(self, goods: Goods, date: dt.date) -> None:
        Group = Pool().get('aid.food.group')
        self.goods = goods
        self.names = {g.code: g.name for g in Group.search([])}
        # As a branch walks along its shelves: by food group, then by name
        places = {g.code: n for n, g in enumerate(Group.search([]))}
        self.order = {
            g.key.id: (places.get(g.group, len(places)), g.key.rec_name)
            for g in goods.all}

    def of(self, line: Line) -> str:
        "Why *line* is proposed"
        lang = Pool().get('ir.lang').get()
        if line.why == 'expires':
            first = min(
                r.expiry for r in self.goods.rows[line.key] if r.expiry)
            return gettext(
                'aid_balance.msg_why_expires', date=lang.strftime(first))
        if line.why == 'completes':
            return gettext(
                'aid_balance.msg_why_completes',
                group=self.names[line.group].lower())
        return gettext('aid_balance.msg_why_fills')


def _by_size(lines) -> dict:
    "Products and their weights in one parcel, by the people it is for"
    goods: dict = defaultdict(list)
    for line in lines:
        if getattr(line, 'product', None) and getattr(
                line, 'quantity', None):
            goods[getattr(line, 'persons', None)].append((
                    line.product, line.product.to_kg(
                        line.quantity, line.product.default_uom)))
    return goods


@without_check_access
def said(branch, sizes, lines) -> str:
    "What can be said of parcels as they are on the screen, size by size"
    RuleSet = Pool().get('aid.nutrition.rule.set')
    lang = Pool().get('ir.lang').get()
    rule_set = RuleSet.at(branch.today()) if branch else None
    if not rule_set:
        return ''
    by_size = _by_size(lines)
    texts = []
    for size in sizes:
        goods = by_size[size.persons]
        balance = rule_set.balance(goods)
        word = gettext(
            f'aid_balance.msg_word_{balance.word or "none"}')
        texts.append(' '.join([
                    gettext(
                        'aid_balance.msg_size_words', count=size.count,
                        persons=size.persons, word=word,
                        kg=lang.format_number(
                            sum(kg or 0 for _, kg in goods), digits=1)),
                    *rule_set.sentences(balance)]))
    return '\n'.join(texts)


@without_check_access
def make_models(branch, lines) -> dict:
    """Models of parcels of *branch* out of *lines*.

    Those that were proposed on an earlier day are put aside.

    :param lines: people, product and quantity, in the product's unit
    :return: people → model
    """
    Model = Pool().get('aid.parcel.model')
    lang = Pool().get('ir.lang').get()
    today = branch.today()
    Model.write(Model.search([
                ('branch', '=', branch.id),
                ('proposed_on', '<', today),
                ]), {'active': False})
    contents: dict = defaultdict(lambda: defaultdict(float))
    for persons, product, quantity in lines:
        contents[persons][product] += quantity
    models = Model.create([{
                'name': gettext(
                    'aid_balance.msg_model_name', persons=persons,
                    date=lang.strftime(today)),
                'size': persons,
                'branch': branch.id,
                'proposed_on': today,
                'lines': [('create', [{
                                'product': product.id,
                                'quantity': round(quantity, 3),
                                } for product, quantity in content.items()])],
                } for persons, content in contents.items()])
    return {model.size: model for model in models}
