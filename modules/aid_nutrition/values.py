"""What 100 g of goods hold, merged from all that is known of them.

Several sources speak of one product: its label, an open database, the food
of a composition table, the average of its family.  They are merged field by
field, the surest first, and each field keeps where it came from.  What
nobody knows stays None or absent; it is never 0.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType

__all__ = [
    'ESTIMATED', 'MACROS', 'MICRO_UNITS', 'ORIGINS', 'Values', 'merge']

#: Where a value may come from, the surest first: read on the label; from
#: Open Food Facts (ODbL 1.0); from the Ciqual table; the family's average
ORIGINS = ('label', 'off', 'ciqual', 'estimated')
ESTIMATED = ORIGINS[-1]

#: Vitamins and minerals, with the unit of their value per 100 g
MICRO_UNITS: Mapping[str, str] = MappingProxyType({
        'vitamin_a': 'µg', 'vitamin_d': 'µg', 'vitamin_e': 'mg',
        'vitamin_k': 'µg', 'vitamin_c': 'mg', 'vitamin_b1': 'mg',
        'vitamin_b2': 'mg', 'vitamin_b3': 'mg', 'vitamin_b5': 'mg',
        'vitamin_b6': 'mg', 'vitamin_b9': 'µg', 'vitamin_b12': 'µg',
        'calcium': 'mg', 'chloride': 'mg', 'copper': 'mg', 'iodine': 'µg',
        'iron': 'mg', 'magnesium': 'mg', 'manganese': 'mg',
        'phosphorus': 'mg', 'potassium': 'mg', 'selenium': 'µg',
        'zinc': 'mg',
        })

# kJ per gram, Reg. (EU) No 1169/2011, annex XIV
_KJ_PER_GRAM = {
    'fat_g': 37.0, 'carbohydrate_g': 17.0, 'protein_g': 17.0}
_KJ_PER_GRAM_OF_FIBRE = 8.0
# A part never holds more than its whole
_PARTS = (('saturates_g', 'fat_g'), ('sugars_g', 'carbohydrate_g'))


@dataclass(frozen=True)
class Values:
    """What 100 g hold of what is eaten, as it is bought.

    Dry pasta is dry, a banana is without its peel; of a drink 100 ml, taken
    as 100 g.  ``micro`` holds vitamins and minerals by code, in the units of
    ``MICRO_UNITS``.  ``origin`` says for each known field or code where it
    came from, one of ``ORIGINS``.
    """
    energy_kj: float | None = None
    protein_g: float | None = None
    fat_g: float | None = None
    saturates_g: float | None = None
    carbohydrate_g: float | None = None
    sugars_g: float | None = None
    fibre_g: float | None = None
    salt_g: float | None = None
    micro: Mapping[str, float] = field(default_factory=dict)
    origin: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        "Whether anything is known"
        return bool(self.origin)

    def get(self, name: str) -> float | None:
        "The value of a field or of a code of ``micro``"
        if name in MACROS:
            return getattr(self, name)
        return self.micro.get(name)

    @property
    def estimated(self) -> bool:
        "Whether anything known is but the average of a family"
        return ESTIMATED in self.origin.values()


MACROS = tuple(
    f.name for f in fields(Values) if f.name not in {'micro', 'origin'})


def merge(
        sources: Iterable[tuple[str, Mapping[str, float | None]]]) -> Values:
    """Merge *sources* field by field, the first that knows it wins.

    :param sources: pairs of an origin and its values by name of field or
        code of ``micro``; what is None or absent is not known
    :raises ValueError: for an origin that does not exist

    Energy that only a less sure source knows is reckoned from fat,
    carbohydrate and protein instead, where these are known better; what is
    a part of something is cut to it, where the two come from two sources.
    """
    found: dict[str, float] = {}
    origin: dict[str, str] = {}
    for name_of_source, values in sources:
        if name_of_source not in ORIGINS:
            raise ValueError(f"{name_of_source} is no origin of a value")
        for name, value in values.items():
            if value is not None and name not in found:
                found[name] = float(value)
                origin[name] = name_of_source
    _reckon_energy(found, origin)
    for part, whole in _PARTS:
        if (part in found and whole in found
                and origin[part] != origin[whole]):
            found[part] = min(found[part], found[whole])
    micro = {
        name: found.pop(name) for name in list(found) if name not in MACROS}
    return Values(**found, micro=micro, origin=origin)


def _reckon_energy(found: dict[str, float], origin: dict[str, str]) -> None:
    "Take the energy from the macronutrients where these are known better"
    if any(name not in found for name in _KJ_PER_GRAM):
        return
    weakest = max(
        (origin[name] for name in _KJ_PER_GRAM), key=ORIGINS.index)
    if 'energy_kj' in found and (
            ORIGINS.index(origin['energy_kj']) <= ORIGINS.index(weakest)):
        return
    energy = sum(found[name] * kj for name, kj in _KJ_PER_GRAM.items())
    # Fibre of a worse source is but a detail; unknown, it counts as none
    energy += found.get('fibre_g', 0.0) * _KJ_PER_GRAM_OF_FIBRE
    found['energy_kj'] = round(energy, 1)
    origin['energy_kj'] = weakest
