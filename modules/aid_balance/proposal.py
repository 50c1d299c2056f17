"""What to put into parcels or a basket, from what is on hand: plain numbers.

An integer program, solved by HiGHS. What it minimises is a sum of terms, all
of them parts of the weight that is wanted, so that their weights (`Weights`)
can be compared:

amount
    what is missing to the weight wanted, and to the energy wanted where it is
    known; half as much what is beyond either. It is heavier than all that
    speaks of balance: an unbalanced parcel is better than an empty one.
band
    what is missing to the floor of a food group, and what is beyond its
    ceiling, as in `aid_nutrition.balance`.
missing
    once more what is missing to half of a floor: below it a group counts as
    absent.
kind
    what is missing to a rule within a group, such as fish.
expiry
    less for goods that expire within `horizon` days, the sooner the better.
shelf
    what is taken beyond the part of the goods that is for those who are
    served now, where others are expected.
variety
    what one product weighs beyond `portion` of a parcel.

What must hold: never more than is on hand, counted goods in whole pieces,
weighed goods in steps, no more than `SLACK` beyond the weight wanted, the cap
of the entitlement. Nothing at all fulfils it, so there is always an answer,
and `Proposal.problem` says why it is empty.

The same question gets the same answer: one thread, a fixed seed and a limit
of nodes. The limit of time only guards against a machine that stands still;
then the answer is what was found so far.
"""
from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import highspy
import numpy

from aid_nutrition.balance import OUTSIDE, PRESENT, Target, homes

#: Quantities are binary fractions; beyond this digit there is only noise
DIGITS = 6
#: How far a parcel may weigh more than is wanted
SLACK = 0.1
#: How urgent goods must be to be chosen for their date, 0 to 1
URGENT = 0.5
#: Where the search for whole pieces ends: part of the weight wanted, nodes
GAP = 0.04
NODES = 50
#: Seconds after which it ends all the same, ten times what it mostly takes: an
#: answer that time decides is another one on another day
SECONDS = 5.0

EXPIRES = 'expires'
COMPLETES = 'completes'
FILLS = 'fills'


@dataclass(frozen=True)
class Lot:
    "So much of some goods, and until when; None lasts"
    quantity: float
    expiry: dt.date | None = None


@dataclass(frozen=True)
class Good:
    """Goods of one kind on hand; quantities are in their own unit.

    :param kg: weight of one unit
    :param group: code of the food group, None where nobody knows it
    :param plate: part of the weight that counts for shares (edible share,
        times the cooked factor where cooked weights are compared)
    :param step: the smallest portion: 1 where goods are counted
    :param kcal: energy of one unit, None where nobody knows it
    :param asked: what a household is asked for one unit
    :param item: whether a unit counts for a cap of items
    :param taken: it lies in the basket already and stays there
    """
    key: Hashable
    kg: float
    lots: tuple[Lot, ...]
    group: str | None = None
    kind: str | None = None
    plate: float = 1.0
    step: float = 1.0
    kcal: float | None = None
    asked: float = 0.0
    always_free: bool = False
    item: bool = False
    taken: bool = False

    @property
    def portions(self) -> int:
        "How many steps there are of it on hand"
        return sum(self._steps(lot) for lot in self.lots) if (
            self.step == 1) else math.floor(
                sum(lot.quantity for lot in self.lots) / self.step + 1e-9)

    def _steps(self, lot: Lot) -> int:
        return math.floor(lot.quantity / self.step + 1e-9)

    def usable(self, lot: Lot) -> float:
        "What of *lot* can be taken: of counted goods no part of a piece"
        return self._steps(lot) if self.step == 1 else lot.quantity


@dataclass(frozen=True)
class Size:
    """Parcels that are alike: for how many people, how many of them.

    :param kg: the weight wanted of each
    :param kcal: the energy wanted of each; None: only the weight counts
    """
    persons: int
    count: int
    kg: float
    kcal: float | None = None


@dataclass(frozen=True)
class Cap:
    """What is left of an entitlement: of an `amount`, of `kg` or of `items`.

    Goods that must be free are not counted unless *counts_free*.
    """
    kind: str
    left: float
    counts_free: bool = False


@dataclass(frozen=True)
class Weights:
    "How much each term of the objective weighs, see above"
    amount: float = 3.0
    band: float = 1.0
    missing: float = 1.0
    kind: float = 0.2
    expiry: float = 1.0
    shelf: float = 1.0
    variety: float = 0.5
    #: days ahead in which goods are to be finished
    horizon: int = 7
    #: part of a parcel that one product may be without being too much
    portion: float = 0.25


@dataclass(frozen=True)
class Line:
    """So much of one good in each parcel of one size, and why.

    *why* is `expires`, `completes` (its food group) or `fills` (weight and
    energy); *size* is the place in the sizes that were asked.
    """
    size: int
    key: Hashable
    quantity: float
    why: str
    group: str | None = None


@dataclass(frozen=True)
class Proposal:
    """What to put where.

    :param missing: for each size, how many kilograms each food group is
        below its floor; groups that reach it are left out
    :param problem: why there is nothing: `nothing` on hand, `cap` used up,
        `small` (no whole piece fits); None where there is something
    """
    lines: tuple[Line, ...]
    missing: tuple[Mapping[str, float], ...] = ()
    problem: str | None = None


def propose(
        goods: Sequence[Good], sizes: Sequence[Size],
        targets: Sequence[Target], date: dt.date, *,
        households: int | None = None, cap: Cap | None = None,
        taken: Sequence[tuple[Good, float]] = (),
        weights: Weights = Weights(),
        outside: Collection[str] = OUTSIDE) -> Proposal:
    """Choose what parcels of each of *sizes* hold.

    :param date: the day they are handed over
    :param taken: goods and quantities that each parcel holds already; they
        are no more among *goods*
    :param households: how many are to live on what is on hand, those of
        *sizes* included; None: nobody else
    :param cap: what is left to the household the parcel is for
    :param outside: groups that nobody lives on; their goods are left out
    :raises ValueError: for a size of nobody, or one that wants nothing
    """
    for size in sizes:
        if size.persons < 1 or size.count < 1 or size.kg <= 0:
            raise ValueError(f"a parcel cannot be {size}")
    goods = [
        g for g in goods
        if g.kg > 0 and g.portions > 0 and g.group not in outside]
    if not goods or not sizes:
        return Proposal((), tuple({} for _ in sizes), 'nothing')
    if cap and cap.left <= 0:
        goods = [g for g in goods if not _counts(g, cap)]
        if not goods:
            return Proposal((), tuple({} for _ in sizes), 'cap')
    goods += [_as_taken(g, q) for g, q in taken if g.group not in outside]
    question = _Question(
        goods, sizes, targets, date, households, cap, weights)
    # Most goods are of no use to the answer without whole pieces: the search
    # for whole pieces does without them
    relaxed = question.solve(whole=False)
    used = [
        any(portions > 1e-7 for portions in row) for row in relaxed]
    question = question.of([g for g, u in zip(goods, used) if u])
    chosen = question.solve(whole=True)
    if chosen is None:
        chosen = [
            [math.floor(p + 1e-9) for p in row]
            for row, u in zip(relaxed, used) if u]
    return question.answer(chosen)


def _as_taken(good: Good, quantity: float) -> Good:
    "So much of *good* as one portion that is there in any case"
    return replace(
        good, kg=good.kg * quantity, kcal=(good.kcal or 0) * quantity,
        lots=(Lot(math.inf),), step=1.0, taken=True)


def urgency(expiry: dt.date | None, date: dt.date, horizon: int) -> float:
    """How much goods are to be finished, from 0 to 1 on their last day.

    >>> day = dt.date(2026, 11, 21)
    >>> urgency(day, day, 7), urgency(None, day, 7)
    (1.0, 0.0)
    """
    if expiry is None or horizon <= 0:
        return 0.0
    days = (expiry - date).days
    return min(1.0, max(0.0, 1 - days / horizon))


def _counts(good: Good, cap: Cap) -> bool:
    "Whether *cap* counts *good*"
    if good.always_free and not cap.counts_free:
        return False
    return bool(_counted(good, cap))


def _counted(good: Good, cap: Cap) -> float:
    "What *cap* counts of one unit of *good*"
    return {
        'amount': good.asked, 'kg': good.kg, 'items': float(good.item),
        }[cap.kind]


@dataclass
class _Program:
    "A program in rows: columns with a cost, rows with bounds"
    costs: list[float] = field(default_factory=list)
    lowers: list[float] = field(default_factory=list)
    uppers: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    row_lowers: list[float] = field(default_factory=list)
    row_uppers: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    index: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def column(
            self, cost: float = 0.0, upper: float = highspy.kHighsInf,
            lower: float = 0.0, whole: bool = False) -> int:
        "A number from *lower* to *upper*"
        self.costs.append(cost)
        self.lowers.append(lower)
        self.uppers.append(upper)
        if whole:
            self.whole.append(len(self.costs) - 1)
        return len(self.costs) - 1

    def row(
            self, terms: Mapping[int, float],
            lower: float = -highspy.kHighsInf,
            upper: float = highspy.kHighsInf) -> None:
        "The sum of *terms* (column: factor) lies from *lower* to *upper*"
        self.index += terms
        self.value += terms.values()
        self.starts.append(len(self.index))
        self.row_lowers.append(lower)
        self.row_uppers.append(upper)

    def solve(self, whole: bool) -> list[float] | None:
        "The best columns, None where none were found in time"
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.costs), len(self.row_lowers)
        lp.col_cost_ = numpy.array(self.costs)
        lp.col_lower_ = numpy.array(self.lowers)
        lp.col_upper_ = numpy.array(self.uppers)
        lp.row_lower_ = numpy.array(self.row_lowers)
        lp.row_upper_ = numpy.array(self.row_uppers)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = numpy.array(self.starts)
        lp.a_matrix_.index_ = numpy.array(self.index)
        lp.a_matrix_.value_ = numpy.array(self.value)
        if whole:
            kinds = [highspy.HighsVarType.kContinuous] * len(self.costs)
            for column in self.whole:
                kinds[column] = highspy.HighsVarType.kInteger
            lp.integrality_ = kinds
        solver = highspy.Highs()
        for name, value in {
                'output_flag': False, 'threads': 1, 'random_seed': 0,
                'mip_abs_gap': GAP, 'mip_rel_gap': 0.0, 'mip_max_nodes': NODES,
                'time_limit': SECONDS}.items():
            solver.setOptionValue(name, value)
        solver.passModel(lp)
        solver.run()
        solution = solver.getSolution()
        return list(solution.col_value) if solution.value_valid else None


class _Question:
    "Goods, sizes and targets as a program, and its answer in words"

    def __init__(
            self, goods, sizes, targets, date, households, cap,
            weights) -> None:
        self.goods = goods
        self.sizes = sizes
        self.targets = targets
        self.date = date
        self.households = households
        self.cap = cap
        self.weights = weights
        self.home = homes(targets)

    def of(self, goods: Sequence[Good]) -> _Question:
        "The same question of fewer *goods*"
        return _Question(
            goods, self.sizes, self.targets, self.date, self.households,
            self.cap, self.weights)

    def solve(self, whole: bool) -> list[list[float]] | None:
        "For each good how many portions of it each size gets"
        program = _Program()
        portions = [
            [
                program.column(upper=1, lower=1) if good.taken
                else program.column(
                    upper=good.portions // size.count, whole=True)
                for size in self.sizes]
            for good in self.goods]
        for good, row in zip(self.goods, portions):
            if not good.taken:
                self._take_from_lots(program, good, row)
        for place, size in enumerate(self.sizes):
            column = [row[place] for row in portions]
            self._fill_up(program, size, column)
            self._keep_bands(program, size, column)
            self._vary(program, size, column)
            self._keep_cap(program, column)
        solution = program.solve(whole)
        if solution is None:
            return None if whole else [
                [float(good.taken)] * len(self.sizes) for good in self.goods]
        result = [[solution[p] for p in row] for row in portions]
        if whole:
            result = [[round(p) for p in row] for row in result]
        return result

    @property
    def _wanted(self) -> float:
        "Kilograms of all parcels together"
        return sum(size.count * size.kg for size in self.sizes)

    def _part(self, size: Size) -> float:
        "What a kilogram in each parcel of *size* is of all that is wanted"
        return size.count / self._wanted

    def _take_from_lots(self, program: _Program, good: Good, row) -> None:
        "What parcels get comes from lots; what expires first costs less"
        weights = self.weights
        kg = good.kg / self._wanted
        taken = {
            column: size.count * good.step
            for column, size in zip(row, self.sizes)}
        from_lots = {
            program.column(
                -weights.expiry * kg * urgency(
                    lot.expiry, self.date, weights.horizon),
                good.usable(lot)): -1.0
            for lot in good.lots}
        program.row({**taken, **from_lots}, 0, 0)
        served = sum(size.count for size in self.sizes)
        if self.households and self.households > served:
            there = sum(good.usable(lot) for lot in good.lots)
            beyond = program.column(weights.shelf * kg)
            program.row(
                {**taken, beyond: -1.0},
                upper=there * served / self.households)

    def _weights_of(self, column, weight) -> dict[int, float]:
        "What *weight* says of a unit of each good, by portion"
        return {
            c: weight(good) * good.step
            for c, good in zip(column, self.goods) if weight(good)}

    def _fill_up(self, program: _Program, size: Size, column) -> None:
        cost = self.weights.amount * self._part(size)
        kilograms = self._weights_of(column, lambda g: g.kg)
        amounts = [(kilograms, size.kg)]
        if size.kcal:
            amounts.append((
                    self._weights_of(column, lambda g: g.kcal or 0),
                    size.kcal))
        for terms, wanted in amounts:
            each = cost * size.kg / wanted
            short, beyond = program.column(each), program.column(each / 2)
            program.row(
                {**terms, short: 1.0, beyond: -1.0}, wanted, wanted)
        already = sum(g.kg for g in self.goods if g.taken)
        program.row(
            kilograms, upper=max(size.kg * (1 + SLACK), already))

    def _keep_bands(self, program: _Program, size: Size, column) -> None:
        weights, part = self.weights, self._part(size)
        eaten: dict[str, dict[int, float]] = defaultdict(dict)
        kinds: dict[tuple, dict[int, float]] = defaultdict(dict)
        for c, good in zip(column, self.goods):
            if good.group:
                group = self.home.get(good.group, good.group)
                weight = good.kg * good.plate * good.step
                eaten[group][c] = weight
                kinds[group, good.kind][c] = weight
        total = {c: w for terms in eaten.values() for c, w in terms.items()}

        def at_least(share, of, terms, cost) -> None:
            "Let what *terms* lack to a *share* of *of* cost something"
            short = program.column(cost * part)
            program.row(_minus(terms, of, share, {short: 1.0}), 0)

        for target in self.targets:
            group = eaten.get(target.group, {})
            if target.min_share:
                at_least(target.min_share, total, group, weights.band)
                at_least(
                    target.min_share * PRESENT, total, group,
                    weights.missing)
            if target.max_share is not None:
                beyond = program.column(weights.band * part)
                program.row(
                    _minus(group, total, target.max_share, {beyond: -1.0}),
                    upper=0)
            for rule in target.sub_rules:
                if rule.min_share:
                    at_least(
                        rule.min_share, group,
                        kinds.get((target.group, rule.kind), {}),
                        weights.kind)

    def _vary(self, program: _Program, size: Size, column) -> None:
        cost = self.weights.variety * self._part(size)
        for c, good in zip(column, self.goods):
            beyond = program.column(cost)
            program.row(
                {c: good.kg * good.step, beyond: -1.0},
                upper=self.weights.portion * size.kg)

    def _keep_cap(self, program: _Program, column) -> None:
        cap = self.cap
        if not cap:
            return
        terms = self._weights_of(
            column, lambda g: _counted(g, cap)
            if _counts(g, cap) and not g.taken else 0)
        if terms:
            program.row(terms, upper=max(cap.left, 0))

    # In words

    def answer(self, chosen: list[list[int]]) -> Proposal:
        "What *chosen* portions are, and why"
        lines, missing = [], []
        for place, size in enumerate(self.sizes):
            picked = [
                (good, row[place]) for good, row in zip(self.goods, chosen)
                if row[place]]
            eaten = _eaten(picked, self.home)
            missing.append(_missing(eaten, self.targets, size))
            for good, portions in picked:
                if good.taken:
                    continue
                lines.append(Line(
                        place, good.key,
                        round(portions * good.step, DIGITS),
                        self._why(good, portions, eaten), good.group))
        problem = None if lines else 'small'
        return Proposal(tuple(lines), tuple(missing), problem)

    def _why(self, good: Good, portions: int, eaten) -> str:
        first = min(
            (lot.expiry for lot in good.lots if lot.expiry), default=None)
        if urgency(first, self.date, self.weights.horizon) >= URGENT:
            return EXPIRES
        group = self.home.get(good.group, good.group)
        floor = next(
            (t.min_share for t in self.targets if t.group == group), None)
        if floor:
            weight = portions * good.step * good.kg * good.plate
            rest = sum(eaten.values()) - weight
            if round(eaten[group] - weight, DIGITS) < floor * rest or not rest:
                return COMPLETES
        return FILLS


def _minus(
        terms: Mapping[int, float], of: Mapping[int, float], share: float,
        more: Mapping[int, float]) -> dict[int, float]:
    "*terms* less *share* of *of*, and *more*"
    result = dict(terms)
    for column, weight in of.items():
        result[column] = result.get(column, 0.0) - share * weight
    return {**result, **more}


def _eaten(picked, home: Mapping[str, str]) -> dict[str, float]:
    "Kilograms that count for shares, by group"
    result: dict[str, float] = defaultdict(float)
    for good, portions in picked:
        if good.group:
            result[home.get(good.group, good.group)] += (
                portions * good.step * good.kg * good.plate)
    return result


def _missing(
        eaten: Mapping[str, float], targets: Sequence[Target],
        size: Size) -> dict[str, float]:
    "Kilograms to the floor of each group, in a parcel of the weight wanted"
    total = max(sum(eaten.values()), size.kg)
    return {
        t.group: round(lack, 3) for t in targets
        if t.min_share and (
            lack := t.min_share * total - eaten.get(t.group, 0.0)) > 0.005}
