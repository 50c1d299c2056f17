"""The Nutri-Score, algorithm of 2023, over plain values.

Points are the number of thresholds passed.  A threshold is passed when the
value is strictly above it; only the ratio of saturates to fat passes when it
reaches it.  Values are taken as declared, per 100 g or 100 ml, and compared
exactly: 0.6 g of salt is 0.6, not the nearest binary number.
"""
from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

__all__ = ['CLASSES', 'LETTERS', 'NutriScore', 'letter_for', 'nutri_score']

Number = Decimal | float | int

SOURCE = (
    "Nutri-Score 2023: reports of the scientific committee of the Nutri-Score "
    "(2022 for solids, 2023 for drinks), as run in production by Open Food "
    "Facts")
LETTERS = 'ABCDE'
CLASSES = ('general', 'cheese', 'red_meat', 'fat', 'beverage')
KJ_PER_G_OF_FAT = 37


class Scale(NamedTuple):
    "Rising thresholds; *reach* where being equal is enough to pass"
    thresholds: tuple[Decimal, ...]
    values: tuple[int, ...]
    reach: bool = False

    def points(self, value: Decimal) -> int:
        find = bisect_right if self.reach else bisect_left
        return self.values[find(self.thresholds, value)]


def _scale(thresholds: str, points: str = '', reach: bool = False) -> Scale:
    limits = tuple(map(Decimal, thresholds.split()))
    values = (
        (0, *map(int, points.split())) if points
        else tuple(range(len(limits) + 1)))
    return Scale(limits, values, reach)


# Negative components
ENERGY = _scale('335 670 1005 1340 1675 2010 2345 2680 3015 3350')
SUGARS = _scale('3.4 6.8 10 14 17 20 24 27 31 34 37 41 44 48 51')
SATURATES = _scale('1 2 3 4 5 6 7 8 9 10')
SALT = _scale(
    '0.2 0.4 0.6 0.8 1.0 1.2 1.4 1.6 1.8 2.0 '
    '2.2 2.4 2.6 2.8 3.0 3.2 3.4 3.6 3.8 4.0')
BEVERAGE_ENERGY = _scale('30 90 150 210 240 270 300 330 360 390')
BEVERAGE_SUGARS = _scale('0.5 2 3.5 5 6 7 8 9 10 11')
SATURATES_ENERGY = _scale('120 240 360 480 600 720 840 960 1080 1200')
SATURATES_RATIO = _scale('10 16 22 28 34 40 46 52 58 64', reach=True)
SWEETENERS_POINTS = 4

# Positive components
PROTEIN = _scale('2.4 4.8 7.2 9.6 12 14 17')
BEVERAGE_PROTEIN = _scale('1.2 1.5 1.8 2.1 2.4 2.7 3.0')
FIBRE = _scale('3.0 4.1 5.2 6.3 7.4')
FRUIT_VEG_LEGUMES = _scale('40 60 80', '1 2 5')
BEVERAGE_FRUIT_VEG_LEGUMES = _scale('40 60 80', '2 4 6')
RED_MEAT_PROTEIN_POINTS = 2

# From how many negative points on protein no longer counts
PROTEIN_DROPPED_FROM = {'general': 11, 'red_meat': 11, 'fat': 7}

# Highest points of A, B, C and D; drinks are A only if they are water
LETTER_LIMITS: Mapping[str, tuple[int | None, int, int, int]] = {
    'general': (0, 2, 10, 18),
    'cheese': (0, 2, 10, 18),
    'red_meat': (0, 2, 10, 18),
    'fat': (-6, 2, 10, 18),
    'beverage': (None, 2, 6, 9),
    }


@dataclass(frozen=True)
class NutriScore:
    """What a food scores and why.

    ``points`` and ``letter`` are None where a value is missing without which
    there is no score.  ``missing`` names every value that was not given,
    also the optional ones, which were counted as 0.
    """
    points: int | None
    letter: str | None
    negative: int | None = None
    positive: int | None = None
    components: Mapping[str, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def estimated(self) -> bool:
        "Whether the letter could be better, had all values been given"
        return self.letter is not None and bool(self.missing)


def letter_for(food_class: str, points: int, water: bool = False) -> str:
    "The letter of *points*, from A to E"
    if water:
        return 'A'
    for letter, limit in zip(LETTERS, LETTER_LIMITS[food_class]):
        if limit is not None and points <= limit:
            return letter
    return LETTERS[-1]


def nutri_score(
        food_class: str, *,
        energy_kj: Number | None,
        sugars_g: Number | None,
        saturates_g: Number | None,
        salt_g: Number | None,
        protein_g: Number | None,
        fibre_g: Number | None = None,
        fruit_veg_legumes_pct: Number | None = None,
        fat_g: Number | None = None,
        sweeteners: bool = False,
        water: bool = False) -> NutriScore:
    """Score a food from its values per 100 g, or per 100 ml for a drink.

    :param food_class: one of ``CLASSES``; ``fat`` is for fats, oils, nuts
        and seeds and needs *fat_g*; ``beverage`` holds milk and plant drinks
    :param sweeteners: the drink holds a non-nutritive sweetener
    :param water: the drink is plain water, the only drink that is an A
    :raises ValueError: for an unknown class, a negative value, more than
        100 g in 100 g, or water that is no drink
    """
    if food_class not in CLASSES:
        raise ValueError(
            f"unknown food class {food_class!r}, not one of {CLASSES}")
    if water and food_class != 'beverage':
        raise ValueError("water is a beverage")
    given = {
        'energy_kj': energy_kj, 'sugars_g': sugars_g,
        'saturates_g': saturates_g, 'salt_g': salt_g,
        'protein_g': protein_g, 'fibre_g': fibre_g,
        'fruit_veg_legumes_pct': fruit_veg_legumes_pct, 'fat_g': fat_g,
        }
    values = {
        name: _exact(name, value, food_class)
        for name, value in given.items()}
    missing = _missing(values, food_class)
    if any(name in _required(food_class) for name in missing):
        return NutriScore(None, 'A' if water else None, missing=missing)

    negative = _negative(values, food_class, sweeteners)
    positive = _positive(values, food_class)
    worse = sum(negative.values())
    better = sum(positive.values())
    dropped_from = PROTEIN_DROPPED_FROM.get(food_class)
    if dropped_from is not None and worse >= dropped_from:
        better -= positive['protein']
    points = worse - better
    return NutriScore(
        points, letter_for(food_class, points, water), worse, better,
        {**negative, **positive}, missing)


def _exact(
        name: str, value: Number | None, food_class: str) -> Decimal | None:
    if value is None:
        return None
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{name} is not a number: {value!r}") from None
    if not exact.is_finite() or exact < 0:
        raise ValueError(f"{name} cannot be {value}")
    # 100 ml of syrup may hold more than 100 g
    bounded = name == 'fruit_veg_legumes_pct' or (
        name != 'energy_kj' and food_class != 'beverage')
    if bounded and exact > 100:
        raise ValueError(f"{name} cannot be above 100: {value}")
    return exact


def _required(food_class: str) -> tuple[str, ...]:
    if food_class == 'fat':
        return ('sugars_g', 'saturates_g', 'salt_g', 'protein_g', 'fat_g')
    return ('energy_kj', 'sugars_g', 'saturates_g', 'salt_g', 'protein_g')


def _missing(
        values: Mapping[str, Decimal | None],
        food_class: str) -> tuple[str, ...]:
    asked = (*_required(food_class), 'fibre_g', 'fruit_veg_legumes_pct')
    return tuple(name for name in asked if values[name] is None)


def _negative(
        values: Mapping[str, Decimal | None], food_class: str,
        sweeteners: bool) -> dict[str, int]:
    saturates = values['saturates_g']
    salt = SALT.points(values['salt_g'])
    if food_class == 'fat':
        fat = values['fat_g']
        ratio = saturates * 100 / fat if fat else Decimal(0)
        return {
            'energy': SATURATES_ENERGY.points(saturates * KJ_PER_G_OF_FAT),
            'sugars': SUGARS.points(values['sugars_g']),
            'saturates': SATURATES_RATIO.points(ratio),
            'salt': salt,
            }
    if food_class == 'beverage':
        return {
            'energy': BEVERAGE_ENERGY.points(values['energy_kj']),
            'sugars': BEVERAGE_SUGARS.points(values['sugars_g']),
            'saturates': SATURATES.points(saturates),
            'salt': salt,
            'sweeteners': SWEETENERS_POINTS if sweeteners else 0,
            }
    return {
        'energy': ENERGY.points(values['energy_kj']),
        'sugars': SUGARS.points(values['sugars_g']),
        'saturates': SATURATES.points(saturates),
        'salt': salt,
        }


def _positive(
        values: Mapping[str, Decimal | None],
        food_class: str) -> dict[str, int]:
    drink = food_class == 'beverage'
    protein = (BEVERAGE_PROTEIN if drink else PROTEIN).points(
        values['protein_g'])
    if food_class == 'red_meat':
        protein = min(protein, RED_MEAT_PROTEIN_POINTS)
    fruit = (
        BEVERAGE_FRUIT_VEG_LEGUMES if drink else FRUIT_VEG_LEGUMES).points(
        values['fruit_veg_legumes_pct'] or Decimal(0))
    return {
        'protein': protein,
        'fibre': FIBRE.points(values['fibre_g'] or Decimal(0)),
        'fruit_veg_legumes': fruit,
        }
