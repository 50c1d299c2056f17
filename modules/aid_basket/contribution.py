"""What a household is asked for a basket: plain arithmetic, no database.

The order is the one a person would explain at the till:

1. goods that must be free are free and leave the reckoning altogether;
2. the rule of the branch (or of the household) gives every other line an
   amount, of which a promotion leaves a part;
3. no line is asked more than its supply source allows, nor more than the
   goods are worth;
4. the basket is raised to its minimum, lowered to its maximum, and rounded
   down to the smallest coin in use; what changes is shared by the lines, so
   that their sum is always the amount of the basket.

A promotion lowers a price by weight or value, not a flat sum. It comes before
ceilings, bounds and rounding, and what it leads to is bounded by what would
be asked without it: no line is dearer because another one is cheaper.

Amounts are `Decimal` in the currency of the books, weights kilograms, rates
shares (0.10 is a tenth).
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
CENT = Decimal('0.01')

#: How the amount of a line was found, most particular first.
REASONS = (
    'always_free', 'household_free', 'emergency', 'promotion', 'ceiling',
    'household_rate', 'per_kg', 'rate', 'flat', 'free')


@dataclass(frozen=True)
class Item:
    """One line of a basket, as far as money is concerned.

    `market_value` is what the goods are worth; `kg` their weight when known;
    `price_per_kg` what the rule asks per kilogram before any rate; `ceiling`
    the greatest share of the market value that the supply source lets us
    ask, `None` where it says nothing; `factor` what a promotion leaves of the
    price, 0 to 1.
    """
    market_value: Decimal
    kg: float | None = None
    price_per_kg: Decimal | None = None
    always_free: bool = False
    ceiling: Decimal | None = None
    factor: Decimal = Decimal(1)


@dataclass(frozen=True)
class Rule:
    """How a branch asks for a contribution on a day.

    `mode` is one of `per_kg` (kilograms × `Item.price_per_kg` × `rate`),
    `rate` (market value × `rate`), `flat_basket` (`amount` for a basket),
    `flat_person` (`amount` for each person of the household), `free`.
    `minimum` and `maximum` bound a basket, `rounding` is the smallest coin
    (0.05): a basket is rounded down to it.
    """
    mode: str = 'free'
    rate: Decimal = Decimal(1)
    amount: Decimal = ZERO
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    rounding: Decimal | None = None

    @property
    def counts_people(self) -> bool:
        "Whether it matters how many people a household has"
        return self.mode == 'flat_person'


@dataclass(frozen=True)
class Household:
    """What of a household changes the amount asked.

    `contribution` is `standard` (the branch's rule), `free`, `emergency`
    (free too, for whoever stands there), or `rate`: the share `rate` of what
    the branch's rule asks, without its minimum.
    """
    size: int = 1
    contribution: str = 'standard'
    rate: Decimal | None = None


@dataclass(frozen=True)
class Charge:
    """What is asked for one line, and what is given with it.

    `market_value` = `asked` + `granted`; `reason` is one of `REASONS`.
    """
    market_value: Decimal
    asked: Decimal
    granted: Decimal
    reason: str

    @property
    def free(self) -> bool:
        "Whether the line stands in the block of always-free goods"
        return self.reason == 'always_free'


def charge(
        items: Sequence[Item], rule: Rule, household: Household = Household(),
        quantum: Decimal = CENT) -> list[Charge]:
    """What is asked for each of *items*, in their order.

    *quantum* is the smallest amount of the currency.
    """
    plain = [replace(item, factor=Decimal(1)) for item in items]
    asked, reasons = _ask(
        plain, [_limit(i, quantum) for i in items], rule, household, quantum)
    if any(item.factor < 1 for item in items):
        before = asked
        asked, _ = _ask(items, before, rule, household, quantum)
        reasons = [
            'promotion' if now < then else reason
            for now, then, reason in zip(asked, before, reasons)]
    return [
        Charge(item.market_value, amount, item.market_value - amount, reason)
        for item, amount, reason in zip(items, asked, reasons)]


def _ask(
        items: Sequence[Item], limits: Sequence[Decimal], rule: Rule,
        household: Household, quantum: Decimal
        ) -> tuple[list[Decimal], list[str]]:
    "Amounts for all *items*, none above its limit, and their reasons"
    asked = [ZERO] * len(items)
    reasons = ['always_free'] * len(items)
    charged = [i for i, item in enumerate(items) if not item.always_free]
    limits = [limits[i] for i in charged]
    amounts, reason = _by_rule(
        [items[i] for i in charged], limits, rule, household, quantum)
    bounded = reason not in {'free', 'household_free', 'emergency'}
    if bounded:
        amounts = _bound(amounts, limits, rule, household, quantum)
    for i, amount, limit in zip(charged, amounts, limits):
        asked[i] = amount
        at_ceiling = (
            bounded and amount == limit and items[i].ceiling is not None
            and items[i].ceiling < 1)
        reasons[i] = 'ceiling' if at_ceiling else reason
    return asked, reasons


def _limit(item: Item, quantum: Decimal) -> Decimal:
    "The most that may be asked for *item*"
    share = Decimal(1) if item.ceiling is None else min(
        max(item.ceiling, ZERO), Decimal(1))
    return (max(item.market_value, ZERO) * share).quantize(
        quantum, ROUND_DOWN)


def _by_rule(
        items: list[Item], limits: list[Decimal], rule: Rule,
        household: Household, quantum: Decimal
        ) -> tuple[list[Decimal], str]:
    "Amounts within *limits* before the bounds of the basket, and the reason"
    nothing = [ZERO] * len(items)
    if household.contribution == 'free':
        return nothing, 'household_free'
    if household.contribution == 'emergency':
        return nothing, 'emergency'
    part, reason = Decimal(1), None
    if household.contribution == 'rate' and household.rate is not None:
        part, reason = household.rate, 'household_rate'
    if rule.mode == 'per_kg':
        wanted = [
            Decimal(str(i.kg or 0)) * (i.price_per_kg or ZERO)
            * rule.rate * part * _left(i)
            for i in items]
        return _round_within(wanted, limits, quantum), reason or 'per_kg'
    if rule.mode == 'rate':
        wanted = [
            i.market_value * rule.rate * part * _left(i) for i in items]
        return _round_within(wanted, limits, quantum), reason or 'rate'
    if rule.mode in {'flat_basket', 'flat_person'}:
        people = household.size if rule.counts_people else 1
        values = [i.market_value for i in items]
        return share(
            rule.amount * people * part, values, limits, quantum
            ), reason or 'flat'
    return nothing, 'free'


def _left(item: Item) -> Decimal:
    "What a promotion leaves of the price: never more than all, nor below 0"
    return min(max(item.factor, ZERO), Decimal(1))


def _round_within(
        wanted: list[Decimal], limits: list[Decimal], quantum: Decimal
        ) -> list[Decimal]:
    return [
        min(max(w, ZERO).quantize(quantum, ROUND_HALF_UP), limit)
        for w, limit in zip(wanted, limits)]


def _bound(
        amounts: list[Decimal], limits: list[Decimal], rule: Rule,
        household: Household, quantum: Decimal) -> list[Decimal]:
    "*amounts* raised to the minimum, lowered to the maximum, rounded down"
    total = sum(amounts, ZERO)
    target = total
    if rule.minimum is not None and household.contribution == 'standard':
        target = max(target, rule.minimum)
    if rule.maximum is not None:
        target = min(target, rule.maximum)
    target = min(target, sum(limits, ZERO))
    target = round_down(target, rule.rounding)
    if target > total:
        room = [limit - a for limit, a in zip(limits, amounts)]
        extra = share(target - total, room, room, quantum)
        return [a + e for a, e in zip(amounts, extra)]
    if target < total:
        return share(target, amounts, amounts, quantum)
    return amounts


def round_down(amount: Decimal, step: Decimal | None) -> Decimal:
    """*amount* rounded down to a multiple of *step* (cash: 0.05).

    >>> round_down(Decimal('1.29'), Decimal('0.05'))
    Decimal('1.25')
    """
    if not step:
        return amount
    return (amount / step).to_integral_value(ROUND_DOWN) * step


def share(
        total: Decimal, weights: Sequence[Decimal],
        limits: Sequence[Decimal], quantum: Decimal = CENT
        ) -> list[Decimal]:
    """*total* shared by *weights*, no part above its limit.

    What a limited part cannot carry goes to the others; the sum is *total*,
    or that of *limits* when they leave no room for it. Parts are multiples
    of *quantum*: what rounding leaves goes to the largest remainders.

    >>> share(Decimal(1), [Decimal(1)] * 3, [Decimal(9)] * 3)
    [Decimal('0.34'), Decimal('0.33'), Decimal('0.33')]
    """
    total = min(total, sum(limits, ZERO)).quantize(quantum, ROUND_DOWN)
    exact = _fill(total, weights, limits)
    parts = [e.quantize(quantum, ROUND_DOWN) for e in exact]
    order = sorted(
        range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    left = total - sum(parts, ZERO)
    while left > 0:
        before = left
        for i in order:
            if left > 0 and parts[i] + quantum <= limits[i]:
                parts[i] += quantum
                left -= quantum
        if left == before:
            break
    return parts


def _fill(
        total: Decimal, weights: Sequence[Decimal],
        limits: Sequence[Decimal]) -> list[Decimal]:
    "*total* poured by *weights* into vessels that hold *limits*"
    parts = [ZERO] * len(weights)
    open_ = [i for i, w in enumerate(weights) if w > 0 and limits[i] > 0]
    left = total
    while open_ and left > 0:
        weight = sum((weights[i] for i in open_), ZERO)
        full = [
            i for i in open_ if left * weights[i] >= limits[i] * weight]
        if not full:
            for i in open_:
                parts[i] = left * weights[i] / weight
            break
        for i in full:
            parts[i] = limits[i]
            left -= limits[i]
        open_ = [i for i in open_ if i not in set(full)]
    return parts
