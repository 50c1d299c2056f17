"""What the till screen says of a basket: its balance and its total.

The balance speaks of what we offer, never of the family.
"""
from __future__ import annotations

from decimal import Decimal
from xml.sax.saxutils import escape

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import without_check_access

#: How many goods of the shelf are looked at for a hint
SHELF_LIMIT = 40
WIDTH = 400


@without_check_access
def of_basket(basket, lines) -> tuple[str, bytes | None]:
    """Words and picture of the balance of *lines*.

    :return: sentences, and an SVG document or None without a rule set
    """
    pool = Pool()
    RuleSet = pool.get('aid.nutrition.rule.set')
    OnHand = pool.get('aid.lot.on_hand')
    session = basket.session
    lines = [l for l in lines if getattr(l, 'product', None)]
    rule_set = RuleSet.at(session.date) if session else None
    if not rule_set:
        return '', None
    shelf = []
    if lines and basket.state == 'draft':
        shelf = OnHand.in_branch(session.branch)[:SHELF_LIMIT]
    result = rule_set.balance(
        [(l.product, getattr(l, 'kg', None)) for l in lines], shelf=shelf)
    return (
        ' '.join(rule_set.sentences(result)),
        rule_set.picture(result, width=WIDTH).encode())


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
