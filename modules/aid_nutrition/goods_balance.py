"""The balance of any set of goods, on one screen.

Whatever has goods can be asked (see ``goods.Goods``): the action stands in
the menus of its model and opens this wizard. The first page is the verdict,
by food group alone; the second is what the goods hold, with the part of the
weight that it is known for. The two are never mixed.
"""
from __future__ import annotations

from typing import Any

from trytond.i18n import gettext
from trytond.model import Model, ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Bool, Eval
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateView, Wizard

from aid_branch.named import visible

from . import balance, nutrients, picture
from .composition import letter_icon
from .energy import household_energy
from .exceptions import NoRuleSetError
from .goods import Goods

WIDTH = 460
#: How a state is coloured in a list; nothing is red
VISUALS = {
    'within': 'success', 'reached': 'success', 'plenty': 'muted',
    'low': 'warning', 'absent': 'warning'}
#: Three different answers, the one to mind first first
PRESENCES = ['contains', 'traces', 'unknown']


class GoodsBalance(Wizard):
    "Show the balance of the goods that were chosen"
    __name__ = 'aid.goods.balance'

    start_state = 'show'
    show = StateView(
        'aid.goods.balance.show', 'aid_nutrition.goods_balance_view_form', [
            Button("Close", 'end', 'tryton-close', default=True),
            ])

    def default_show(self, names: list[str]) -> dict[str, Any]:
        records = visible(self.records)
        with without_check_access():
            return shown(self.model.goods_to_balance(records))


def shown(goods: Goods) -> dict[str, Any]:
    """What the screen shows of *goods*, by field of ``Show``.

    :raises NoRuleSetError: no targets hold on that day
    """
    RuleSet = Pool().get('aid.nutrition.rule.set')
    rule_set = RuleSet.at(goods.date)
    if not rule_set:
        raise NoRuleSetError(gettext('aid_nutrition.msg_shown_none'))
    result = rule_set.verdict(goods)
    labels = rule_set.labels(goods.name)
    return {
        'name': goods.name,
        'rule_set': rule_set.rec_name,
        'standing': labels.note,
        'words': '\n'.join(rule_set.say(result, goods, labels)),
        'picture': picture.draw(result, labels, width=WIDTH).encode(),
        'groups': group_rows(result, labels),
        'coverage': _coverage(result),
        'conflicts': _conflicts(goods),
        **_composition(goods, rule_set),
        }


def group_rows(
        result: balance.Balance, labels) -> list[dict[str, Any]]:
    "A row for each bar of the picture, then for its sub-rules"
    kinds = _kind_names()
    rows = []
    for group in result.groups:
        if not (group.kg or group.min_share):
            continue
        rows.append({
                'name': labels.groups.get(group.group, group.group),
                'kg': group.kg,
                'share': group.share,
                'band': band(group.min_share, group.max_share),
                'state': labels.states[group.state],
                'visual': VISUALS.get(group.state),
                })
        rows += [{
                'name': '· ' + kinds.get(
                    (sub.group, sub.rule.kind), sub.rule.kind),
                'share': sub.share,
                'band': band(sub.rule.min_share, sub.rule.max_share),
                'state': (
                    labels.states[sub.state] if sub.state != 'unknown'
                    else gettext('aid_nutrition.msg_nutrient_unknown')),
                'visual': None,
                } for sub in result.sub_shares if sub.group == group.group]
    return rows


def band(low: float | None, high: float | None) -> str:
    "A band of shares in words"
    if low and high is not None:
        return gettext(
            'aid_nutrition.msg_shown_band', low=percent(low),
            high=percent(high))
    if low:
        return gettext('aid_nutrition.msg_shown_band_from', low=percent(low))
    if high is not None:
        return gettext('aid_nutrition.msg_shown_band_to', high=percent(high))
    return ''


def percent(share: float) -> str:
    "A share as the reader writes it"
    lang = Pool().get('ir.lang').get()
    value = round(share * 100, 1)
    digits = 0 if value == round(value) or value >= 10 else 1
    return gettext('aid_nutrition.msg_picture_percent') % (
        lang.format_number(value, digits=digits))


def _kind_names() -> dict[tuple[str, str], str]:
    Kind = Pool().get('aid.food.group.kind')
    return {
        (kind.group.code, kind.code): kind.name for kind in Kind.search([])}


def _coverage(result: balance.Balance) -> str:
    "How much of the weight the verdict speaks of"
    lang = Pool().get('ir.lang').get()
    said = [gettext(
            'aid_nutrition.msg_shown_groups_known',
            percent=percent(result.coverage))]
    if result.outside_kg:
        said.append(gettext(
                'aid_nutrition.msg_shown_outside',
                kg=lang.format_number(result.outside_kg, digits=1)))
    return ' '.join(said)


def _conflicts(goods: Goods) -> list[dict[str, Any]]:
    "What is against a constraint, surely, perhaps, or for all that is known"
    if not goods.conflicts:
        return []
    products = dict.fromkeys(
        thing.product if thing.__name__ == 'aid.family' else thing
        for thing, _ in goods.pairs)
    found = goods.conflicts([p for p in products if p])
    return [{
            'product': product.rec_name,
            'presence': gettext(f'aid_nutrition.msg_presence_{presence}'),
            'constraints': constraints,
            'visual': None if presence == 'unknown' else 'warning',
            } for product, presence, constraints in sorted(
                found, key=lambda c: (PRESENCES.index(c[1]), c[0].rec_name))]


def _composition(goods: Goods, rule_set) -> dict[str, Any]:
    "What is known of what *goods* hold, by field of ``Show``"
    pool = Pool()
    Product = pool.get('product.product')
    Reference = pool.get('aid.nutrition.reference')
    held = Reference.holding(goods.date)
    found = nutrients.nutrients(
        Product.nutrition_foods(goods.pairs, goods.date),
        [record.as_reference() for record in held])
    values: dict[str, Any] = {'letters': _letters(found)}
    enough = (
        found.kcal and found.coverage >= rule_set.minimum_composition)
    message = 'composition' if enough else 'composition_little'
    values['composition_words'] = gettext(
        f'aid_nutrition.msg_shown_{message}',
        percent=percent(found.coverage), estimated=percent(found.estimated))
    if enough:
        values.update(
            kcal=round(found.kcal),
            person_days=found.kcal / nutrients.REFERENCE_KCAL,
            adequacy=found.mar,
            nutrients=_nutrient_rows(found, held))
        if goods.people:
            values['days'] = found.days(household_energy(goods.people))
    return values


def _nutrient_rows(found: nutrients.Nutrients, held: list) -> list[dict]:
    rows = []
    for record, nutrient in zip(held, found.nutrients):
        amount = _amount(nutrient.per_reference, record)
        if not nutrient.whole:
            amount = gettext(
                'aid_nutrition.msg_shown_at_least', amount=amount)
        rows.append({
                'name': record.name,
                'amount': amount,
                'reference': _amount(record.amount, record),
                'energy_share': nutrient.energy_share,
                'band': band(record.min_share, record.max_share),
                'coverage': nutrient.coverage,
                'state': gettext(
                    f'aid_nutrition.msg_nutrient_{nutrient.state}'),
                'visual': VISUALS.get(nutrient.state),
                })
    return rows


def _amount(value: float | None, record) -> str:
    if value is None:
        return ''
    lang = Pool().get('ir.lang').get()
    number = lang.format_number(value, digits=0 if value >= 10 else 1)
    return f'{number} {record.unit}'


def _letters(found: nutrients.Nutrients) -> list[dict[str, Any]]:
    "The weight by Nutri-Score, if anything has one"
    if not any(found.letters):
        return []
    return [{
            'letter': letter or gettext('aid_nutrition.msg_shown_no_letter'),
            'icon': letter_icon(letter),
            'share': share,
            } for letter, share in found.letters.items()]


def _percent(label: str, **attrs: Any) -> fields.Float:
    return fields.Float(label, digits=(None, 3), readonly=True, **attrs)


class Show(ModelView):
    "The balance of some goods, and what they hold"
    __name__ = 'aid.goods.balance.show'

    name = fields.Char("Goods", readonly=True)
    rule_set = fields.Char("Targets", readonly=True)
    standing = fields.Char(
        "Standing", readonly=True,
        states={'invisible': ~Eval('standing')})
    words = fields.Text("What We Offer", readonly=True)
    picture = fields.Binary("Balance", readonly=True)
    groups = fields.One2Many(
        'aid.goods.balance.group', None, "Food Groups", readonly=True)
    coverage = fields.Text("Known", readonly=True)
    conflicts = fields.One2Many(
        'aid.goods.balance.conflict', None, "To Mind", readonly=True,
        states={'invisible': ~Eval('conflicts', [])})
    composition_words = fields.Text("Known", readonly=True)
    kcal = fields.Integer(
        "Energy (kcal)", readonly=True, states={'invisible': ~Eval('kcal')})
    days = fields.Float(
        "Days for the Household", digits=(None, 1), readonly=True,
        states={'invisible': ~Bool(Eval('days'))},
        help="How long the energy lasts, after the average need of its "
        "members.")
    person_days = fields.Float(
        "Days for One Person", digits=(None, 1), readonly=True,
        states={'invisible': ~Bool(Eval('person_days'))},
        help="How long the energy lasts at 2,000 kcal a day.")
    adequacy = _percent(
        "Vitamins, Minerals, Fibre, Protein",
        states={'invisible': ~Bool(Eval('adequacy'))},
        help="What part of the references the energy of a day brings, on "
        "average; plenty of one makes up for no other.")
    nutrients = fields.One2Many(
        'aid.goods.balance.nutrient', None, "For 2,000 kcal", readonly=True)
    letters = fields.One2Many(
        'aid.goods.balance.letter', None, "Nutri-Score by Weight",
        readonly=True)


class ColouredMixin(Model):
    "A row that says its colour"
    __slots__ = ()

    visual = fields.Char("Colour", readonly=True)

    @classmethod
    def view_attributes(cls) -> list:
        return super().view_attributes() + [
            ('/tree', 'visual', Eval('visual', '')),
            ]


class ShowGroup(ColouredMixin, ModelView):
    "The share of a food group, or of a kind within it"
    __name__ = 'aid.goods.balance.group'

    name = fields.Char("Food Group", readonly=True)
    kg = fields.Float("kg", digits=(None, 1), readonly=True)
    share = _percent("Share")
    band = fields.Char("Target", readonly=True)
    state = fields.Char("Is", readonly=True)


class ShowConflict(ColouredMixin, ModelView):
    "Goods that are against a constraint of those they are for"
    __name__ = 'aid.goods.balance.conflict'

    product = fields.Char("Goods", readonly=True)
    presence = fields.Char("Label", readonly=True)
    constraints = fields.Char("Constraint", readonly=True)


class ShowNutrient(ColouredMixin, ModelView):
    "What 2,000 kcal of the goods hold of a nutrient"
    __name__ = 'aid.goods.balance.nutrient'

    name = fields.Char("Nutrient", readonly=True)
    amount = fields.Char("For 2,000 kcal", readonly=True)
    reference = fields.Char("Reference", readonly=True)
    energy_share = _percent("Of the Energy")
    band = fields.Char("Target", readonly=True)
    coverage = _percent("Known")
    state = fields.Char("Is", readonly=True)


class ShowLetter(ModelView):
    "What part of the weight has a letter"
    __name__ = 'aid.goods.balance.letter'

    letter = fields.Char("Nutri-Score", readonly=True)
    icon = fields.Char("Icon", readonly=True)
    share = _percent("Share")
