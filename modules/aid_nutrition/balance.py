"""Whether a set of goods is balanced, from the weight of its food groups.

What is looked at is what *we* offer: a basket, a parcel, a donation, a
shelf.  The family of the goods is enough to know the group.  The words are
'balanced', 'to_complete' and 'little_varied', never anything harsher, and
more of what is already there is never held against anybody: only what is
missing is said.

Nothing here knows of the database nor of a language.
"""
from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

__all__ = [
    'BALANCED', 'LITTLE_VARIED', 'OUTSIDE', 'TO_COMPLETE', 'Balance',
    'GroupShare', 'Item', 'ShelfGood', 'SubRule', 'SubShare', 'Target',
    'balance', 'homes', 'sentences', 'with_hints', 'without_word']

BALANCED = 'balanced'
TO_COMPLETE = 'to_complete'
LITTLE_VARIED = 'little_varied'

# Goods that feed nobody or that no target speaks of
OUTSIDE = frozenset({'WATER', 'COFFEE', 'HERB', 'INFANT', 'NONFOOD'})

# A group counts as there from this part of its floor on
PRESENT = 0.5
# Groups of which so little is wanted that not every basket holds them
SMALL_FLOOR = 0.05

# How many goods of the shelf are named to complete a basket
HINTS = 2

# Shares are compared after rounding: 0.15 / 1.0 may not be quite 0.15
DIGITS = 9


@dataclass(frozen=True)
class Item:
    """Some goods of one kind.

    :param group: code of the food group, None where nobody knows it
    :param kg: weight as handed over, bones and peel included
    :param cooked_factor: kg ready to eat out of 1 kg (2.5 for dry rice)
    :param edible_share: part of the weight that is eaten, 0 to 1
    :param kind: code of the kind within the group ('fish'), if known
    """
    group: str | None
    kg: float
    name: str = ''
    cooked_factor: float = 1.0
    edible_share: float = 1.0
    kind: str | None = None


@dataclass(frozen=True)
class SubRule:
    "What part of a group should be of one kind: a fifth of meat as fish"
    kind: str
    min_share: float | None = None
    max_share: float | None = None


@dataclass(frozen=True)
class Target:
    """The band that the share of a group should be in.

    :param min_share: floor, 0 to 1; None or 0 where none is wanted
    :param max_share: ceiling, 0 to 1; None where there is no ceiling
    :param includes: other groups counted here, as pulses among starch
    :param cooked: weights are compared as cooked, not as purchased
    :param share: the share wanted, as its source prints it
    """
    group: str
    min_share: float | None = None
    max_share: float | None = None
    sub_rules: tuple[SubRule, ...] = ()
    includes: tuple[str, ...] = ()
    cooked: bool = False
    share: float | None = None


@dataclass(frozen=True)
class ShelfGood:
    """Goods on hand that might complete a basket.

    :param expiry: earliest of its dates; None lasts longest
    :param phrase: how to offer it, 'some lentils', in the reader's language
    :param key: whatever the caller knows it by
    """
    name: str
    group: str | None
    expiry: dt.date | None = None
    quantity: float = 1.0
    phrase: str | None = None
    key: Any = None


@dataclass(frozen=True)
class GroupShare:
    "One bar: the share of a group beside its band"
    group: str
    kg: float
    share: float
    min_share: float | None = None
    max_share: float | None = None

    @property
    def state(self) -> str:
        """'absent', 'low', 'within', 'plenty', or 'free' without a band.

        'plenty' is above the ceiling: a reason to add from other groups.
        """
        if self.min_share and round(self.share, DIGITS) < self.min_share:
            return 'low' if self.kg else 'absent'
        if (self.max_share is not None
                and round(self.share, DIGITS) > self.max_share):
            return 'plenty'
        if not self.min_share and self.max_share is None:
            return 'free'
        return 'within'

    @property
    def shortfall(self) -> float:
        "Share that is missing to the floor"
        return max(0.0, (self.min_share or 0.0) - self.share)

    @property
    def excess(self) -> float:
        "Share above the ceiling"
        if self.max_share is None:
            return 0.0
        return max(0.0, self.share - self.max_share)

    @property
    def missing_part(self) -> float:
        "What part of the floor is missing, 0 to 1"
        return self.shortfall / self.min_share if self.min_share else 0.0


@dataclass(frozen=True)
class SubShare:
    """How much of a group is of one kind.

    ``share`` is None where the kind of less than half of the group is known.
    """
    group: str
    rule: SubRule
    share: float | None
    known: float

    @property
    def state(self) -> str:
        "'unknown', 'low', 'within' or 'plenty'"
        if self.share is None:
            return 'unknown'
        share = round(self.share, DIGITS)
        if self.rule.min_share and share < self.rule.min_share:
            return 'low'
        if self.rule.max_share is not None and share > self.rule.max_share:
            return 'plenty'
        return 'within'


@dataclass(frozen=True)
class Balance:
    """What can be said of a set of goods.

    :param groups: a bar for each target in its order, then groups without
    :param coverage: part of the weight whose group is known, 0 to 1
    :param word: 'balanced', 'to_complete', 'little_varied' or None
    :param reason: why there is no word: 'few_goods', 'unknown_groups' or
        'professional' (for people whom somebody else advises)
    :param good: codes of the groups to be glad of, first to be said
    :param missing: codes of the groups below their floor, emptiest first
    :param hints: at most two goods on the shelf that would complete it
    """
    groups: tuple[GroupShare, ...]
    sub_shares: tuple[SubShare, ...]
    counted_kg: float
    unknown_kg: float
    outside_kg: float
    lines: int
    coverage: float
    word: str | None
    reason: str | None
    good: tuple[str, ...]
    missing: tuple[str, ...]
    hints: tuple[ShelfGood, ...]

    @property
    def shares(self) -> dict[str, float]:
        "Share by group; they sum to 1 as soon as anything is counted"
        return {group.group: group.share for group in self.groups}

    @property
    def to_move(self) -> float:
        "Part of the weight that would be of other groups, were all in band"
        return _to_move(self.groups)


def balance(
        items: Iterable[Item], targets: Sequence[Target], *,
        shelf: Iterable[ShelfGood] = (),
        minimum_kg: float = 3, minimum_lines: int = 4,
        minimum_coverage: float = 0.5, tolerance: float = 0.05,
        outside: Collection[str] = OUTSIDE) -> Balance:
    """Compare the weight of each food group with its band.

    :param minimum_kg: no word below that weight of known food
    :param minimum_lines: no word below that number of lines of known food
    :param minimum_coverage: no word if less of the weight has a known group
    :param tolerance: part of the weight that may be of the wrong group in a
        balanced set
    :param outside: codes of groups that count nowhere (water, soap)
    :raises ValueError: for a weight that is negative or not a number, or a
        factor that is not above 0

    A set is *balanced* when no more than *tolerance* of its weight would
    have to be of another group, and each main group (floor of 5 % or more)
    reaches half of its floor.  It is *little varied* when less than half of
    the wanted groups do, and *to complete* otherwise.  Goods of unknown
    group change neither shares nor word; when they are most of the weight
    nothing is said at all.  All weights times the same number give the same
    shares.
    """
    home = homes(targets)
    factors = {target.group: target.cooked for target in targets}
    kg: dict[str, float] = defaultdict(float)
    kinds: dict[tuple[str, str | None], float] = defaultdict(float)
    handed = {'counted': 0.0, 'unknown': 0.0, 'outside': 0.0}
    lines = 0
    for item in items:
        _check(item)
        if not item.kg:
            continue
        if item.group in outside:
            handed['outside'] += item.kg
        elif not item.group:
            handed['unknown'] += item.kg
        else:
            group = home.get(item.group, item.group)
            weight = item.kg * item.edible_share
            if factors.get(group):
                weight *= item.cooked_factor
            handed['counted'] += item.kg
            kg[group] += weight
            kinds[group, item.kind] += weight
            lines += 1

    groups = _group_shares(kg, targets)
    known = handed['counted'] + handed['unknown']
    coverage = handed['counted'] / known if known else 1.0
    reason = None
    if round(handed['counted'], DIGITS) < minimum_kg or lines < minimum_lines:
        reason = 'few_goods'
    elif round(coverage, DIGITS) < minimum_coverage:
        reason = 'unknown_groups'
    word = None if reason else _word(groups, tolerance)
    missing = _missing(groups)
    return Balance(
        groups=groups,
        sub_shares=_sub_shares(kg, kinds, targets),
        counted_kg=handed['counted'],
        unknown_kg=handed['unknown'],
        outside_kg=handed['outside'],
        lines=lines,
        coverage=coverage,
        word=word,
        reason=reason,
        good=_good(groups) if word else (),
        missing=missing,
        hints=_hints(missing, home, shelf) if word else (),
        )


def with_hints(
        result: Balance, targets: Sequence[Target],
        shelf: Iterable[ShelfGood]) -> Balance:
    "*result* with what of *shelf* would complete it, if anything is missing"
    if not result.word:
        return result
    return replace(
        result, hints=_hints(result.missing, homes(targets), shelf))


def without_word(result: Balance, reason: str) -> Balance:
    "*result* where nothing is to be said of it, and why"
    return replace(result, word=None, reason=reason, good=(), hints=())


def homes(targets: Sequence[Target]) -> dict[str, str]:
    "The group that each included group is counted in"
    home = {
        code: target.group for target in targets for code in target.includes}
    # A target of its own is stronger than being included elsewhere
    home.update((target.group, target.group) for target in targets)
    return home


def _check(item: Item) -> None:
    if not math.isfinite(item.kg) or item.kg < 0:
        raise ValueError(f"{item.name or item.group}: {item.kg} kg")
    if not math.isfinite(item.cooked_factor) or item.cooked_factor <= 0:
        raise ValueError(
            f"{item.name or item.group}: cooked factor {item.cooked_factor}")
    if not 0 < item.edible_share <= 1:
        raise ValueError(
            f"{item.name or item.group}: edible share {item.edible_share}")


def _group_shares(
        kg: Mapping[str, float],
        targets: Sequence[Target]) -> tuple[GroupShare, ...]:
    total = math.fsum(kg.values())
    bands = {target.group: target for target in targets}
    shares = []
    for code in [*bands, *sorted(kg.keys() - bands.keys())]:
        weight = kg.get(code, 0.0)
        band = bands.get(code)
        shares.append(GroupShare(
                code, weight, weight / total if total else 0.0,
                band.min_share if band else None,
                band.max_share if band else None))
    return tuple(shares)


def _sub_shares(
        kg: Mapping[str, float],
        kinds: Mapping[tuple[str, str | None], float],
        targets: Sequence[Target]) -> tuple[SubShare, ...]:
    found = []
    for target in targets:
        weight = kg.get(target.group, 0.0)
        if not weight:
            continue
        unknown = kinds.get((target.group, None), 0.0)
        known = max(0.0, weight - unknown)
        for rule in target.sub_rules:
            share = None
            if known and round(known / weight, DIGITS) >= 0.5:
                share = kinds.get((target.group, rule.kind), 0.0) / known
            found.append(
                SubShare(target.group, rule, share, known / weight))
    return tuple(found)


def _to_move(groups: Iterable[GroupShare]) -> float:
    groups = list(groups)
    return max(
        math.fsum(group.shortfall for group in groups),
        math.fsum(group.excess for group in groups))


def _word(groups: Sequence[GroupShare], tolerance: float) -> str:
    wanted = [group for group in groups if group.min_share]
    there = [
        group for group in wanted
        if round(group.share, DIGITS) >= group.min_share * PRESENT]
    if len(there) * 2 < len(wanted):
        return LITTLE_VARIED
    main = [group for group in wanted if group.min_share >= SMALL_FLOOR]
    if (round(_to_move(groups), DIGITS) <= tolerance
            and all(group in there for group in main)):
        return BALANCED
    return TO_COMPLETE


def _good(groups: Iterable[GroupShare]) -> tuple[str, ...]:
    "Groups that reach their floor, or else those that come nearest"
    groups = [group for group in groups if group.min_share]
    reached = [
        group.group for group in groups
        if group.state in {'within', 'plenty'}]
    if reached:
        return tuple(reached)
    nearest = sorted(
        (group for group in groups if group.kg),
        key=lambda group: group.missing_part)
    return tuple(group.group for group in nearest[:2])


def _missing(groups: Iterable[GroupShare]) -> tuple[str, ...]:
    "Groups below their floor, the emptiest and then the largest first"
    lacking = [
        group for group in groups if group.state in {'absent', 'low'}]
    lacking.sort(key=lambda group: (
            -round(group.missing_part, DIGITS), -group.shortfall))
    return tuple(group.group for group in lacking)


def _hints(
        missing: Sequence[str], home: Mapping[str, str],
        shelf: Iterable[ShelfGood],
        limit: int = HINTS) -> tuple[ShelfGood, ...]:
    """What is on the shelf, expires first and is of a missing group.

    One of each group before a second one of the first group.
    """
    by_group: dict[str, list[ShelfGood]] = defaultdict(list)
    for good in shelf:
        if good.group and good.quantity > 0:
            by_group[home.get(good.group, good.group)].append(good)
    first, rest = [], []
    for code in missing:
        names = set()
        for good in sorted(by_group[code], key=_expires_first):
            if good.name in names:
                continue
            (rest if names else first).append(good)
            names.add(good.name)
    return tuple((first + rest)[:limit])


def _expires_first(good: ShelfGood) -> tuple:
    return (good.expiry is None, good.expiry or dt.date.max, good.name)


def sentences(
        balance: Balance, templates: Mapping[str, str],
        names: Mapping[str, str]) -> list[str]:
    """Say *balance* kindly: what is good first, then what may be added.

    :param templates: texts in the reader's language: 'good' with
        %(groups)s, 'start', 'hint' and 'hint_names' with %(goods)s, 'group'
        with %(groups)s, 'and', and one for each reason of no word
    :param names: names of the groups by code
    :return: at most two sentences

    Goods with a phrase of their own are offered in running text ('There are
    some lentils and some pears left'), others as a list of names.  Where
    nothing on the shelf would help, the group is named, unless the set is
    balanced without it.
    """
    if balance.word is None:
        return [templates[balance.reason or 'few_goods']]
    if balance.good:
        # No 'and': 'bread and starchy foods' is one name
        groups = ', '.join(names.get(code, code) for code in balance.good)
        said = [templates['good'] % {'groups': groups}]
    else:
        said = [templates['start']]
    if balance.hints:
        phrases = [good.phrase for good in balance.hints]
        if all(phrases):
            template = 'hint'
        else:
            template = 'hint_names'
            phrases = [good.name for good in balance.hints]
        said.append(
            templates[template] % {'goods': _enumerate(phrases, templates)})
    elif balance.missing and balance.word != BALANCED:
        groups = ', '.join(
            names.get(code, code) for code in balance.missing[:2])
        said.append(templates['group'] % {'groups': groups})
    return said


def _enumerate(words: Sequence[str], templates: Mapping[str, str]) -> str:
    "'a, b and c' in the language of the templates"
    if len(words) < 2:
        return ''.join(words)
    return f"{', '.join(words[:-1])} {templates['and']} {words[-1]}"
