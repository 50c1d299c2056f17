"""Where a household stands: its entitlement, its cap, what it owes.

None of this ever keeps a household from its basket; it is said, and what a
social worker should know is marked.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from sql.aggregate import Count, Sum

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool
from trytond.transaction import Transaction, without_check_access

from . import cap, emergency

ZERO = Decimal(0)


@without_check_access
def entitlement_of(basket):
    "The entitlement that *basket* is handed over by, None without one"
    household = getattr(basket, 'household', None)
    if getattr(basket, 'emergency', False) or not (
            household and basket.session):
        return None
    return household.entitlement_at(basket.session.date)


@without_check_access
def shown(basket, lines, entitlement=...) -> tuple[str, bool]:
    """What is left of the entitlement once *lines* are taken.

    :param entitlement: as ``entitlement_of`` gives it, where that is known
    :return: that in words, and whether they go over the cap
    """
    if getattr(basket, 'emergency', False):
        return emergency.words(basket), False
    if not (basket.household and basket.session):
        return '', False
    if entitlement is ...:
        entitlement = entitlement_of(basket)
    if not entitlement:
        return gettext('aid_basket.msg_no_entitlement'), False
    if (basket_state := getattr(basket, 'state', None)) != 'draft' \
            and basket_state is not None:
        lines = []
    stand = standing(basket, entitlement, lines)
    if stand.state == 'none':
        lang = Pool().get('ir.lang').get()
        return gettext(
            'aid_basket.msg_entitled_until',
            date=lang.strftime(entitlement.valid_until)), False
    kind = 'exceeded' if stand.state == 'exceeded' else 'left'
    return gettext(
        f'aid_basket.msg_cap_{kind}',
        left=_amount(entitlement, stand.left),
        cap=_amount(entitlement, entitlement.cap_quantity),
        period=entitlement.cap_period_string), kind == 'exceeded'


def _amount(entitlement, quantity: Decimal) -> str:
    "*quantity* in the unit that the cap counts"
    lang = Pool().get('ir.lang').get()
    kind = entitlement.cap_kind
    if kind == 'amount':
        return lang.currency(quantity, entitlement.branch.company.currency)
    number = lang.format_number(float(quantity), digits=None)
    family = entitlement.cap_family
    return gettext(
        f'aid_basket.msg_cap_{kind}', number=number,
        family=family.name if family else '')


def standing(basket, entitlement, lines) -> cap.Standing:
    "Where the cap of *entitlement* stands with *lines* of *basket*"
    if entitlement.cap_kind == 'none':
        return cap.Standing('none')
    plain = cap.Cap(
        entitlement.cap_kind, entitlement.cap_quantity or ZERO,
        entitlement.tolerance or ZERO)
    first, last = cap.period(
        entitlement.cap_period, basket.session.date,
        entitlement.valid_from, entitlement.valid_until)
    free = counts_free(basket.session)
    replaced = getattr(basket, 'replaces', None)
    household = entitlement.household.id
    before = _used(
        entitlement, first, last, free, replaced) + _carried_by(
        [entitlement], first, last, replaced)[household]
    return cap.stand(plain, before, _counted(entitlement, lines, free))


def counts_free(session) -> bool:
    "Whether the rule of the day counts goods that must be free"
    Rule = Pool().get('aid.distribution.rule')
    rule = Rule.for_branch(session.branch, session.date)
    return bool(rule and rule.cap_counts_free)


def _carried_by(
        entitlements, first, last, replaced=None) -> dict[int, Decimal]:
    """What a period gets from the one before, less what it passes on.

    By household, of *entitlements* whose periods are alike. A household that
    took too much was told it counts on the next period.
    """
    result: dict = defaultdict(Decimal)
    period = entitlements[0].cap_period
    if period == 'whole':
        return result
    Basket = Pool().get('aid.basket')
    before, _ = cap.period(period, first - dt.timedelta(days=1))
    for basket in Basket.search([
                ('household', 'in', [e.household.id for e in entitlements]),
                ('entitlement', 'in', [e.id for e in entitlements]),
                ('date', '>=', before),
                ('date', '<=', last),
                ('state', '=', 'done'),
                ('cap_carried', '!=', None),
                ]):
        if basket != replaced:
            result[basket.household.id] += (
                basket.cap_carried if basket.date < first
                else -basket.cap_carried)
    return result


def _counted(entitlement, lines, free: bool) -> Decimal:
    "What of *lines* the cap counts; always-free goods only where told"
    lines = [
        l for l in lines if free or not getattr(l, 'always_free', False)]
    kind = entitlement.cap_kind
    if kind == 'amount':
        return sum((getattr(l, 'asked', None) or ZERO for l in lines), ZERO)
    if kind == 'kg':
        return _decimal(sum(getattr(l, 'kg', None) or 0 for l in lines))
    if kind == 'passages':
        return Decimal(1 if lines else 0)
    family = entitlement.cap_family
    return _decimal(sum(
            l.quantity or 0 for l in lines
            if getattr(l, 'product', None)
            and (family is None or l.product.family == family)))


def left_by(entitlements, session) -> dict[int, str]:
    """What is left of each cap on the day of *session*, by household.

    In words. A few statements for all caps that count the same thing over
    the same days; for paper, where nothing is being composed.
    """
    free = counts_free(session)
    alike = defaultdict(list)
    for entitlement in entitlements:
        if entitlement.cap_kind != 'none':
            alike[_counting(entitlement, session.date)].append(entitlement)
    words = {}
    for (kind, family, first, last), group in alike.items():
        households = [e.household.id for e in group]
        used = _used_by(kind, family, first, last, households, free)
        carried = _carried_by(group, first, last)
        for entitlement, id_ in zip(group, households):
            left = (entitlement.cap_quantity or ZERO) - (
                used.get(id_, ZERO) + carried[id_])
            words[id_] = _amount(entitlement, max(left, ZERO))
    return words


def _counting(entitlement, date) -> tuple:
    "What the cap of *entitlement* counts, from when to when"
    first, last = cap.period(
        entitlement.cap_period, date,
        entitlement.valid_from, entitlement.valid_until)
    return entitlement.cap_kind, entitlement.cap_family, first, last


def _used(
        entitlement, first, last, free: bool, replaced=None) -> Decimal:
    """What of the cap was used from *first* to *last*.

    The basket *replaced* is not counted: another one stands for it.
    """
    household = entitlement.household.id
    return _used_by(
        entitlement.cap_kind, entitlement.cap_family, first, last,
        [household], free, replaced).get(household, ZERO)


def _used_by(
        kind: str, family, first, last, households: list[int], free: bool,
        replaced=None) -> dict[int, Decimal]:
    """What *households* took from *first* to *last*, as a cap counts it.

    Bounded by the index on household and date. Who took nothing is not in
    the result.
    """
    pool = Pool()
    basket = pool.get('aid.basket').__table__()
    line = pool.get('aid.basket.line').__table__()
    product = pool.get('product.product').__table__()
    template = pool.get('product.template').__table__()
    counted = {
        'amount': Sum(line.asked),
        'kg': Sum(line.kg),
        'passages': Count(basket.id, distinct=True),
        'items': Sum(line.quantity),
        }[kind]
    tables = basket.join(line, condition=line.basket == basket.id)
    where = (
        fields.SQL_OPERATORS['in'](basket.household, households)
        & (basket.date >= first) & (basket.date <= last)
        & (basket.state == 'done'))
    if not free:
        where &= line.always_free == False  # noqa: E712
    if replaced:
        where &= basket.id != replaced.id
    if kind == 'items' and family:
        tables = tables.join(
            product, condition=line.product == product.id).join(
            template, condition=product.template == template.id)
        where &= template.family == family.id
    cursor = Transaction().connection.cursor()
    cursor.execute(*tables.select(
            basket.household, counted, where=where,
            group_by=[basket.household]))
    used = {id_: _decimal(value or 0) for id_, value in cursor.fetchall()}
    if kind == 'passages':
        # Whoever came and took nothing has passed too
        Visit = pool.get('aid.session.visit')
        for id_, count in Visit.passages_without_goods(
                households, first, last).items():
            used[id_] = used.get(id_, ZERO) + count
    return used


def _decimal(value) -> Decimal:
    return Decimal(str(value)).quantize(Decimal('0.001'))


@without_check_access
def owed(household, but: int | None = None) -> Decimal:
    "What *household* owes from its baskets, except the basket of id *but*"
    return owed_by([household], but)[household.id]


@without_check_access
def owed_by(households, but: int | None = None) -> dict[int, Decimal]:
    "What each of *households* owes, in two statements"
    pool = Pool()
    basket = pool.get('aid.basket').__table__()
    payment = pool.get('aid.basket.payment').__table__()
    cursor = Transaction().connection.cursor()
    result = {h.id: ZERO for h in households}
    where = (
        fields.SQL_OPERATORS['in'](basket.household, list(result))
        & (basket.state == 'done'))
    if but is not None:
        where &= basket.id != but
    cursor.execute(*basket.select(
            basket.household, Sum(basket.asked), where=where,
            group_by=[basket.household]))
    for household, amount in cursor.fetchall():
        result[household] += _money(amount)
    cursor.execute(*basket.join(
            payment, condition=payment.basket == basket.id).select(
            basket.household, Sum(payment.amount), where=where,
            group_by=[basket.household]))
    for household, amount in cursor.fetchall():
        result[household] -= _money(amount)
    return result


def _money(value) -> Decimal:
    return Decimal(str(value or 0)).quantize(Decimal('0.01'))
