"""Values of a label that cannot be, or that hardly can."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

__all__ = ['Fault', 'declared_energy', 'energy_doubt', 'faults']

Values = Mapping[str, Decimal | None]

# kJ per gram, Reg. (EU) No 1169/2011, annex XIV
KJ_PER_GRAM = {
    'fat': Decimal(37), 'carbohydrate': Decimal(17), 'protein': Decimal(17),
    'fibre': Decimal(8),
    # A composition table tells these too, a label does not
    'alcohol': Decimal(29), 'organic_acids': Decimal(13)}
# Polyols are a part of the carbohydrate, with 10 kJ instead of 17
KJ_LESS_PER_GRAM_OF_POLYOLS = Decimal(7)
WEIGHTS = (
    'fat', 'saturates', 'carbohydrate', 'sugars', 'fibre', 'protein', 'salt')
# What makes up the weight; saturates and sugars are parts of others
SUMMANDS = ('fat', 'carbohydrate', 'fibre', 'protein', 'salt')
PARTS = (('saturates', 'fat'), ('sugars', 'carbohydrate'))
# A label rounds each value
ROUNDING = Decimal('0.5')
ENERGY_TOLERANCE = Decimal('0.25')
# Below that many kJ of difference a label rounds more than it errs
ENERGY_FLOOR = Decimal(40)


@dataclass(frozen=True)
class Fault:
    """Something that cannot be.

    ``kind`` is 'negative', 'over' (more than 100 g in 100 g), 'part' (more
    than the whole it is a part of) or 'sum' (together above 100 g).
    """
    kind: str
    name: str
    value: Decimal
    limit: Decimal
    whole: str | None = None


def faults(
        values: Values, *, liquid: bool = False,
        slack: Decimal = 2 * ROUNDING) -> list[Fault]:
    """What is impossible in *values* per 100 g, or per 100 ml if *liquid*.

    Unknown values are None and never at fault.  100 ml of syrup may weigh,
    and hold, more than 100 g.  All together may pass 100 g by *slack*:
    labels round, and analyses of several samples differ by more.
    """
    found = []
    for name in ('energy_kj', 'fruit_veg_legumes', *WEIGHTS):
        value = values.get(name)
        if value is None:
            continue
        if value < 0:
            found.append(Fault('negative', name, value, Decimal(0)))
        elif value > 100 and name != 'energy_kj' and (
                not liquid or name == 'fruit_veg_legumes'):
            found.append(Fault('over', name, value, Decimal(100)))
    for part, whole in PARTS:
        if (values.get(part) is not None and values.get(whole) is not None
                and values[part] > values[whole] + ROUNDING):
            found.append(
                Fault('part', part, values[part], values[whole], whole))
    total = sum(values.get(name) or Decimal(0) for name in SUMMANDS)
    if not liquid and total > 100 + slack and not any(
            fault.kind == 'over' for fault in found):
        found.append(Fault('sum', 'total', total, Decimal(100)))
    return found


def declared_energy(values: Values) -> Decimal | None:
    """The kJ that the macronutrients of *values* make.

    None unless fat, carbohydrate and protein are all known.
    """
    if any(values.get(n) is None for n in ('fat', 'carbohydrate', 'protein')):
        return None
    energy = sum(
        ((values.get(name) or Decimal(0)) * kj
            for name, kj in KJ_PER_GRAM.items()), Decimal(0))
    polyols = values.get('polyols') or Decimal(0)
    return energy - polyols * KJ_LESS_PER_GRAM_OF_POLYOLS


def energy_doubt(values: Values) -> Decimal | None:
    """The energy that *values* should have, if theirs is far from it.

    Far is more than 25 % of what the macronutrients make.  It may still be
    right: alcohol and polyols carry energy of their own.
    """
    energy, expected = values.get('energy_kj'), declared_energy(values)
    if energy is None or expected is None:
        return None
    difference = abs(energy - expected)
    if difference <= max(ENERGY_FLOOR, expected * ENERGY_TOLERANCE):
        return None
    return expected
