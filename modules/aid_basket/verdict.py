"""What the till screen says of a basket: its balance and its total.

The balance speaks of what we offer, never of the family. The last weeks of a
household are said first, as soon as there is more than this basket: one
basket need not hold everything.
"""
from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple
from xml.sax.saxutils import escape

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import without_check_access

from aid_branch.lent import lent
from aid_nutrition import picture
from aid_nutrition.goods import Goods

from . import allergen, at_table, handed_over

WIDTH = 400


class Verdict(NamedTuple):
    "What is said and drawn of a basket"
    #: kind sentences, a line for the month and one for the basket
    words: str = ''
    #: an SVG document, None without a rule set
    picture: bytes | None = None
    #: the bars of the picture as lines of text
    details: str = ''


@without_check_access
@lent()
def of_basket(basket, lines) -> Verdict:
    """The balance of *lines*, with the weeks before it where there are any.

    A few statements, however long the household has come.
    """
    RuleSet = Pool().get('aid.nutrition.rule.set')
    session = basket.session
    rule_set = RuleSet.at(session.date) if session else None
    if not rule_set:
        return Verdict()
    goods = goods_of(basket, lines)
    targets = rule_set.targets(goods.diets)
    visits, month = _month(basket, goods, rule_set)
    if visits + 1 < rule_set.month_visits or not goods.pairs:
        return _verdict(rule_set, targets, goods)
    shown = _verdict(
        rule_set, targets, month, month.name, gettext(
            'aid_basket.msg_balance_month', days=rule_set.month_days,
            words='%(words)s'))
    own = rule_set.verdict(replace(goods, branch=None), targets)
    if not own.word:
        return shown
    return shown._replace(words='\n'.join([
                shown.words, gettext(
                    'aid_basket.msg_balance_basket', word=gettext(
                        f'aid_nutrition.msg_word_{own.word}'))]))


def _verdict(
        rule_set, targets: list, goods: Goods, title: str | None = None,
        text: str = '%(words)s') -> Verdict:
    "What is said of *goods*, its words within *text*"
    result = rule_set.verdict(goods, targets)
    labels = rule_set.labels(title)
    return Verdict(
        text % {'words': ' '.join(rule_set.say(result, goods, labels))},
        picture.draw(result, labels, width=WIDTH).encode(),
        '\n'.join(picture.lines(result, labels)))


@without_check_access
def on_paper(basket) -> str:
    """One kind sentence of what *basket* holds, for the paper of who asked.

    Only what is good of it; nothing at all where the household did not ask.
    """
    pool = Pool()
    Group = pool.get('aid.food.group')
    RuleSet = pool.get('aid.nutrition.rule.set')
    household = basket.household
    if not household or not household.balance_on_paper:
        return ''
    rule_set = RuleSet.at(basket.date)
    if not rule_set:
        return ''
    result = rule_set.verdict(
        replace(goods_of(basket, basket.lines), branch=None))
    if not result.good:
        return ''
    names = Group.names()
    return gettext('aid_basket.msg_paper_balance', groups=', '.join(
            names[code][:1].lower() + names[code][1:]
            for code in result.good))


@without_check_access
def goods_of(basket, lines) -> Goods:
    "What *lines* of *basket* hold, for whom, and what else is on the shelf"
    session = basket.session
    minded = allergen.minded_by(basket)
    return Goods(
        name=gettext('aid_basket.msg_balance_this'),
        pairs=[
            (l.product, _kg(l)) for l in lines
            if getattr(l, 'product', None)],
        date=session.date,
        branch=session.branch if basket.state == 'draft' else None,
        diets=at_table.diets_of_basket(basket),
        people=at_table.of_basket(basket, session.date),
        refused=at_table.not_proposed(minded, session.date, session.branch),
        conflicts=at_table.against(minded, session.date, session.branch))


def _kg(line) -> float | None:
    "The weight of *line*, also before it was ever reckoned"
    kg = getattr(line, 'kg', None)
    quantity = getattr(line, 'quantity', None)
    if kg is None and quantity and getattr(line, 'unit', None):
        return line.product.to_kg(quantity, line.unit)
    return kg


def _month(basket, goods: Goods, rule_set) -> tuple[int, Goods]:
    """The goods of the last weeks together with *goods*.

    :return: how many visits there were before, and all goods
    """
    household = getattr(basket, 'household', None)
    if not household:
        return 0, goods
    replaced = getattr(basket, 'replaces', None)
    visits, weights = handed_over.of_household(
        household, goods.date, rule_set.month_days,
        without=tuple(
            b.id for b in [basket, replaced]
            if b and b.id is not None and b.id >= 0))
    return visits, replace(
        goods,
        name=gettext(
            'aid_basket.msg_balance_month_title', days=rule_set.month_days),
        pairs=[*weights.items(), *goods.pairs])


def total_picture(basket) -> bytes:
    "The amount to pay, large enough to be read across the table"
    lang = Pool().get('ir.lang').get()
    amount = getattr(basket, 'asked', None) or Decimal(0)
    label = gettext('aid_basket.msg_to_pay')
    replaced = getattr(basket, 'replaces', None)
    if (replaced and basket.state == 'draft' and basket.session
            and replaced.branch == basket.session.branch):
        amount -= replaced.paid or 0
        if amount < 0:
            amount = -amount
            label = gettext('aid_basket.msg_to_give_back')
    currency = (
        basket.session.branch.company.currency if basket.session else None)
    if amount:
        text = (
            lang.currency(amount, currency) if currency else str(amount))
    else:
        text = gettext('aid_basket.msg_nothing_to_pay')
    size = 46 if amount else 26
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
        f'height="76" viewBox="0 0 {WIDTH} 76" role="img" '
        f'font-family="DejaVu Sans, Arial, sans-serif">'
        f'<title>{escape(label)} {escape(text)}</title>'
        f'<rect width="{WIDTH}" height="76" rx="6" fill="#eef3f2"/>'
        f'<text x="12" y="20" font-size="13" fill="#5a6472">'
        f'{escape(label)}</text>'
        f'<text x="{WIDTH - 14}" y="60" font-size="{size}" '
        f'font-weight="bold" fill="#1d2530" text-anchor="end">'
        f'{escape(text)}</text></svg>').encode()
