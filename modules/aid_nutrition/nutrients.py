"""What a set of goods holds: energy, nutrients, letters.

This is the second coverage, and it is never mixed with the first: whether a
set is balanced is decided by its food groups alone (``balance.py``); what is
said here stands beside it, with the part of the weight that it was known
for.  Nobody has to enter what goods hold, so some of it is always missing,
and what is missing never makes anything look better.

Nothing here knows of the database nor of a language.
"""
from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .values import ESTIMATED, MACROS, Values

__all__ = ['Food', 'Nutrient', 'Nutrients', 'Reference', 'nutrients']

#: kJ of a kilocalorie, Reg. (EU) No 1169/2011, annex XV
KJ_PER_KCAL = 4.184
#: Energy to which references belong
REFERENCE_KCAL = 2000.0
#: kJ per gram of what the energy is made of, annex XIV
KJ_PER_GRAM = {
    'protein': 17.0, 'fat': 37.0, 'saturates': 37.0, 'carbohydrate': 17.0,
    'sugars': 17.0, 'fibre': 8.0}
ENERGY = 'energy_kj'

# Parts are compared after rounding
DIGITS = 6


@dataclass(frozen=True)
class Food:
    """Some goods that are eaten; water, coffee, infant food and soap are not.

    :param kg: weight as handed over, bones and peel included
    :param values: per 100 g of what is eaten
    :param letter: Nutri-Score, None where there is none
    """
    kg: float
    values: Values = Values()
    edible_share: float = 1.0
    letter: str | None = None
    name: str = ''


@dataclass(frozen=True)
class Reference:
    """What is wanted of a nutrient for 2,000 kcal.

    :param amount: in *unit*; a floor, or a ceiling if *limit*
    :param min_share: part of the energy it should make, 0 to 1
    :param max_share: part of the energy it may make
    """
    code: str
    amount: float | None
    unit: str = 'g'
    limit: bool = False
    min_share: float | None = None
    max_share: float | None = None


@dataclass(frozen=True)
class Nutrient:
    """One nutrient of a set of goods.

    :param amount: what is known of it, in the unit of its reference
    :param per_reference: the same for 2,000 kcal of the goods; where it is
        not known of all goods there is at least so much
    :param coverage: part of the weight that it is known of
    :param estimated: part of the weight that it is only estimated of
    :param energy_share: part of the energy that it makes
    """
    reference: Reference
    amount: float
    per_reference: float | None
    coverage: float
    estimated: float
    energy_share: float | None = None

    @property
    def code(self) -> str:
        return self.reference.code

    @property
    def ratio(self) -> float | None:
        "What part of the reference 2,000 kcal of the goods hold"
        if self.per_reference is None or not self.reference.amount:
            return None
        return self.per_reference / self.reference.amount

    @property
    def state(self) -> str:
        """'reached' or 'low' for a floor, 'within' or 'plenty' for a ceiling.

        'unknown' where what is missing could change it.  What is not known
        counts as nothing for a floor, and keeps a ceiling from being called
        kept.
        """
        if self.ratio is None or not self.coverage:
            return 'unknown'
        ratio = round(self.ratio, DIGITS)
        if self.reference.limit:
            if ratio > 1:
                return 'plenty'
            return 'within' if self.whole else 'unknown'
        if ratio >= 1:
            return 'reached'
        return 'low' if self.whole else 'unknown'

    @property
    def share_state(self) -> str | None:
        "'low', 'within' or 'plenty' of the energy, None without a band"
        low, high = self.reference.min_share, self.reference.max_share
        if self.energy_share is None or (low is None and high is None):
            return None
        share = round(self.energy_share, DIGITS)
        if high is not None and share > high:
            return 'plenty'
        if not self.whole:
            return 'unknown'
        if low is not None and share < low:
            return 'low'
        return 'within'

    @property
    def whole(self) -> bool:
        "Whether it is known of all goods"
        return round(self.coverage, 3) >= 1


@dataclass(frozen=True)
class Nutrients:
    """What goods hold and how much of that is known.

    :param kg: weight of the goods as handed over
    :param coverage: part of that weight whose energy is known, 0 to 1
    :param estimated: part of that weight whose energy is estimated only,
        counted in *coverage* too
    :param kcal: energy of what is known of
    :param mar: mean adequacy ratio of the floors, each cut at 1, 0 to 1;
        None without energy or floors
    :param letters: part of the weight by Nutri-Score, None for those without
    """
    kg: float
    coverage: float
    estimated: float
    kcal: float
    nutrients: tuple[Nutrient, ...] = ()
    mar: float | None = None
    letters: Mapping[str | None, float] = field(default_factory=dict)

    def __getitem__(self, code: str) -> Nutrient:
        return next(n for n in self.nutrients if n.code == code)

    def days(self, need: float) -> float | None:
        """How many days the energy lasts for who needs *need* kcal a day.

        None where nobody needs any or no energy is known.
        """
        return self.kcal / need if need and self.coverage else None


def nutrients(
        foods: Iterable[Food],
        references: Sequence[Reference] = ()) -> Nutrients:
    """Add up what *foods* hold and compare it with *references*.

    :param references: floors and ceilings for 2,000 kcal
    :raises ValueError: for a weight that is negative or not a number, or an
        edible share that is not within 0 and 1

    Only goods of known energy count towards what 2,000 kcal of them hold, so
    a nutrient and the energy it is compared with are of the same goods.
    """
    foods = [food for food in foods if _check(food)]
    kg = math.fsum(food.kg for food in foods)
    known = [food for food in foods if food.values.get(ENERGY) is not None]
    kj = math.fsum(
        _weight(food) * food.values.get(ENERGY) for food in known)
    found = tuple(
        _nutrient(reference, known, kg, kj) for reference in references)
    return Nutrients(
        kg=kg,
        coverage=_part(math.fsum(food.kg for food in known), kg),
        estimated=_part(math.fsum(
                food.kg for food in known
                if food.values.origin.get(ENERGY) == ESTIMATED), kg),
        kcal=kj / KJ_PER_KCAL,
        nutrients=found,
        mar=_mar(found) if kj else None,
        letters=_letters(foods, kg))


def _check(food: Food) -> bool:
    "Whether *food* weighs anything"
    if not math.isfinite(food.kg) or food.kg < 0:
        raise ValueError(f"{food.name}: {food.kg} kg")
    if not 0 < food.edible_share <= 1:
        raise ValueError(f"{food.name}: edible share {food.edible_share}")
    return bool(food.kg)


def _weight(food: Food) -> float:
    "How many times 100 g of *food* are eaten"
    return food.kg * food.edible_share * 10


def _nutrient(
        reference: Reference, foods: Sequence[Food], kg: float,
        kj: float) -> Nutrient:
    "What *foods*, all of known energy, hold of one nutrient"
    name = _name(reference.code)
    there = [food for food in foods if food.values.get(name) is not None]
    amount = math.fsum(
        _weight(food) * food.values.get(name) for food in there)
    factor = KJ_PER_GRAM.get(reference.code)
    return Nutrient(
        reference,
        amount=amount,
        per_reference=(
            amount / (kj / KJ_PER_KCAL) * REFERENCE_KCAL if kj else None),
        coverage=_part(math.fsum(food.kg for food in there), kg),
        estimated=_part(math.fsum(
                food.kg for food in there
                if food.values.origin.get(name) == ESTIMATED), kg),
        energy_share=amount * factor / kj if kj and factor else None)


def _name(code: str) -> str:
    "What ``Values`` call the nutrient *code*"
    return f'{code}_g' if f'{code}_g' in MACROS else code


def _mar(found: Iterable[Nutrient]) -> float | None:
    "Mean adequacy ratio: floors that nothing is known of count as missed"
    ratios = [
        min(1.0, nutrient.ratio) for nutrient in found
        if not nutrient.reference.limit and nutrient.ratio is not None]
    return math.fsum(ratios) / len(ratios) if ratios else None


def _letters(
        foods: Iterable[Food], kg: float) -> dict[str | None, float]:
    "Part of the weight by letter, best letter first, unknown last"
    weights: dict[str | None, float] = defaultdict(float)
    for food in foods:
        weights[food.letter] += food.kg
    return {
        letter: weights[letter] / kg
        for letter in sorted(weights, key=lambda l: (l is None, l or ''))}


def _part(some: float, whole: float) -> float:
    return some / whole if whole else 0.0
