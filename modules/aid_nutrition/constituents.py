"""What the Ciqual table tells of a food, by the text of its headers.

Columns are found by what their header says, never by where they stand: the
official sheets of 2020 and 2025 differ in order, line feeds and language.
A cell is kept as it is printed ("0,25", "< 0,2", "traces"), for "below the
limit" is no number; ``amount`` makes one of it where one is needed.

Nothing here knows of the database.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from aid_branch.unaccented import unaccented

__all__ = [
    'CATALOGUE', 'Amount', 'Constituent', 'amount', 'constituent_of',
    'in_grams', 'printed', 'values_of', 'NO_UNIT']


class Constituent(NamedTuple):
    """Something that 100 g of a food hold.

    ``code`` names it for ever; ``infoods`` is its international tag, empty
    where we are not sure of it.
    """
    code: str
    name: str
    french: str
    unit: str
    infoods: str = ''


# code | English | French | unit | INFOODS | other names, separated by ;
_TABLE = """
energy_kj|Energy, Regulation EU No 1169/2011|Energie, Règlement UE N° 1169/2011|kJ|ENERC
energy_kcal|Energy, Regulation EU No 1169/2011|Energie, Règlement UE N° 1169/2011|kcal|ENERC
energy_jones_kj|Energy, N x Jones' factor, with fibres|Energie, N x facteur Jones, avec fibres|kJ|
energy_jones_kcal|Energy, N x Jones' factor, with fibres|Energie, N x facteur Jones, avec fibres|kcal|
water|Water|Eau|g|WATER
protein_jones|Protein|Protéines, N x facteur de Jones|g|PROCNT
protein|Protein, crude, N x 6.25|Protéines, N x 6.25|g|
carbohydrate|Carbohydrate|Glucides|g|CHOAVL
fat|Fat|Lipides|g|FAT
sugars|Sugars|Sucres|g|SUGAR
fructose|Fructose|Fructose|g|FRUS
galactose|Galactose|Galactose|g|GALS
glucose|Glucose|Glucose|g|GLUS
lactose|Lactose|Lactose|g|LACS
maltose|Maltose|Maltose|g|MALS
sucrose|Sucrose|Saccharose|g|SUCS
starch|Starch|Amidon|g|STARCH
fibre|Fibres|Fibres alimentaires|g|FIBTG
polyols|Polyols|Polyols totaux|g|POLYL
ash|Ash|Cendres|g|ASH
alcohol|Alcohol|Alcool|g|ALC|Alcool (éthanol)
organic_acids|Organic acids|Acides organiques|g|OA
saturates|FA saturated|AG saturés|g|FASAT
monounsaturates|FA mono|AG monoinsaturés|g|FAMS
polyunsaturates|FA poly|AG polyinsaturés|g|FAPU
fa_4_0|FA 4:0|AG 4:0, butyrique|g|F4D0
fa_6_0|FA 6:0|AG 6:0, caproïque|g|F6D0
fa_8_0|FA 8:0|AG 8:0, caprylique|g|F8D0
fa_10_0|FA 10:0|AG 10:0, caprique|g|F10D0
fa_12_0|FA 12:0|AG 12:0, laurique|g|F12D0
fa_14_0|FA 14:0|AG 14:0, myristique|g|F14D0
fa_16_0|FA 16:0|AG 16:0, palmitique|g|F16D0
fa_18_0|FA 18:0|AG 18:0, stéarique|g|F18D0
fa_18_1_n9|FA 18:1 n-9 cis|AG 18:1 9c (n-9), oléique|g|F18D1CN9
fa_18_2_n6|FA 18:2 9c,12c (n-6)|AG 18:2 9c,12c (n-6), linoléique|g|F18D2CN6
fa_18_3_n3|FA 18:3 c9,c12,c15 (n-3)|AG 18:3 c9,c12,c15 (n-3), alpha-linolénique|g|F18D3CN3
fa_20_4_n6|FA 20:4 5c,8c,11c,14c (n-6)|AG 20:4 5c,8c,11c,14c (n-6), arachidonique|g|F20D4N6
fa_20_5_n3|FA 20:5 5c,8c,11c,14c,17c (n-3) EPA|AG 20:5 5c,8c,11c,14c,17c (n-3) EPA|g|F20D5N3
fa_22_6_n3|FA 22:6 4c,7c,10c,13c,16c,19c (n-3) DHA|AG 22:6 4c,7c,10c,13c,16c,19c (n-3) DHA|g|F22D6N3
cholesterol|Cholesterol|Cholestérol|mg|CHOLE
salt|Salt|Sel chlorure de sodium|g|NACL
calcium|Calcium|Calcium|mg|CA
chloride|Chloride|Chlorure|mg|CLD
copper|Copper|Cuivre|mg|CU
iron|Iron|Fer|mg|FE
iodine|Iodine|Iode|µg|ID
magnesium|Magnesium|Magnésium|mg|MG
manganese|Manganese|Manganèse|mg|MN
phosphorus|Phosphorus|Phosphore|mg|P
potassium|Potassium|Potassium|mg|K
selenium|Selenium|Sélénium|µg|SE
sodium|Sodium|Sodium|mg|NA
zinc|Zinc|Zinc|mg|ZN
vitamin_a|Vitamin A activity, retinol equivalent|Activité vitaminique A, équivalents rétinol|µg|VITA
retinol|Retinol|Rétinol|µg|RETOL
beta_carotene|Beta-carotene|Beta-Carotène|µg|CARTB
vitamin_d|Vitamin D|Vitamine D|µg|VITD
vitamin_d2|Vitamin D2 (ergocalciferol)|Vitamine D2 (ergocalciférol)|µg|ERGCAL
vitamin_d3|Vitamin D3 (cholecalciferol)|Vitamine D3 (cholécalciférol)|µg|CHOCAL
alpha_tocopherol|Alpha-tocopherol (vitamin E)|Alpha-tocophérol (vitamine E)|mg|TOCPHA|Alpha-tocopherol (vitamine E)
vitamin_e|Vitamin E|Vitamine E|mg|VITE
vitamin_k1|Vitamin K1|Vitamine K1|µg|VITK1
vitamin_k2|Vitamin K2|Vitamine K2|µg|VITK2
vitamin_c|Vitamin C|Vitamine C|mg|VITC
vitamin_b1|Vitamin B1 or Thiamin|Vitamine B1 ou Thiamine|mg|THIA
vitamin_b2|Vitamin B2 or Riboflavin|Vitamine B2 ou Riboflavine|mg|RIBF
vitamin_b3|Vitamin B3 or Niacin|Vitamine B3 ou PP ou Niacine|mg|NIA
vitamin_b5|Vitamin B5 or Pantothenic acid|Vitamine B5 ou Acide pantothénique|mg|PANTAC
vitamin_b6|Vitamin B6|Vitamine B6|mg|VITB6
folates_dfe|Vitamin B9 or total folates, dietary folate equivalents, DFE|Vitamine B9 ou Folates totaux, équivalents folates alimentaires, DFE|µg|FOLDFE
vitamin_b9|Vitamin B9 or total folates|Vitamine B9 ou Folates totaux|µg|FOL|Vitamin B9 or Folate
folates_intrinsic|Intrinsic folate|Folates intrinsèques|µg|FOLFD
folic_acid|Folic acid (enrichment)|Acide folique (enrichissement)|µg|FOLAC
vitamin_b12|Vitamin B12|Vitamine B12|µg|VITB12
jones_factor|Jones factor|Facteur de Jones|-|
"""  # noqa: E501

# "kJ/100 g", "kJ 100 g", "g 100g", and "µg 100mg" in one English header
_UNIT = re.compile(r' ?\b(kj|kcal|g|mg|ug) 100 ?m?g$')
_UNITS = {'kj': 'kJ', 'kcal': 'kcal', 'g': 'g', 'mg': 'mg', 'ug': 'µg'}
_GRAMS = {'g': Decimal(1), 'mg': Decimal('0.001'), 'µg': Decimal('0.000001')}
#: No such unit: a factor
NO_UNIT = '-'


def _plain(text: str) -> str:
    "Words of *text* in small letters without accents, one space between"
    # Both signs for micro, which no decomposition makes a u
    text = text.replace('µ', 'u').replace('μ', 'u')
    return ' '.join(re.findall(r'[a-z0-9]+', unaccented(text).lower()))


def _read_table() -> tuple[
        dict[str, Constituent], dict[tuple[str, str], str]]:
    catalogue, names = {}, {}
    for line in _TABLE.strip().splitlines():
        code, english, french, unit, infoods, *others = line.split('|')
        catalogue[code] = Constituent(code, english, french, unit, infoods)
        for name in [
                english, french, *(others[0].split(';') if others else ())]:
            names[_plain(name), unit] = code
    return catalogue, names


_CATALOGUE, _NAMES = _read_table()
#: What the tables of 2020 and 2025 tell, by code, in their order
CATALOGUE: Mapping[str, Constituent] = MappingProxyType(_CATALOGUE)


def constituent_of(header: str) -> Constituent | None:
    """What a column with this *header* tells, or None if it is none.

    A header that names a unit per 100 g but nothing of our catalogue is a
    constituent of a table to come: it gets a code of its own.
    """
    words = _plain(header)
    found = _UNIT.search(words)
    if not found:
        code = _NAMES.get((words, NO_UNIT))
        return _CATALOGUE[code] if code else None
    unit = _UNITS[found[1]]
    name = words[:found.start()]
    if not name:
        return None
    if code := _NAMES.get((name, unit)):
        return _CATALOGUE[code]
    text = re.sub(r'\s*\([^()]*\)\s*$', '', ' '.join(header.split()))
    code = name.replace(' ', '_')
    if code in _CATALOGUE:
        # Known, yet in another unit: its values are not to be mixed
        code += f'_{found[1]}'
    return Constituent(code, text, text, unit)


class Amount(NamedTuple):
    """What a cell says.

    ``kind`` is 'exact', 'trace' (some, too little to count: 0), 'below' (a
    limit: half of it, the usual estimate) or 'unknown' (None, never 0).
    """
    kind: str
    value: Decimal | None = None


_UNKNOWN = Amount('unknown')
_TRACE = Amount('trace', Decimal(0))
_NUMBER = re.compile(r'(<?)\s*(-?\d+(?:[.,]\d+)?(?:[eE]-?\d+)?)')


# Of 200,000 cells most say what others have said
@lru_cache(maxsize=4096)
def amount(text: str | None) -> Amount:
    """Read a cell of the table.

    :raises ValueError: for what is neither a number, "< x", "traces", "-"
        nor empty
    """
    text = (text or '').replace('\xa0', ' ').strip()
    if text in {'', '-'}:
        return _UNKNOWN
    if text.lower() in {'traces', 'trace'}:
        return _TRACE
    found = _NUMBER.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no amount")
    number = Decimal(found[2].replace(',', '.'))
    if found[1]:
        return Amount('below', number / 2)
    return Amount('exact', number)


def printed(text: str | None) -> str | None:
    """A cell as the official table prints it, None if it is unknown.

    So that a table is the same whatever program saved it.

    :raises ValueError: as ``amount``
    """
    kind, value = amount(text)
    if kind == 'unknown':
        return None
    if kind == 'trace':
        return 'traces'
    number = f'{(value * 2 if kind == "below" else value):f}'
    if '.' in number:
        number = number.rstrip('0').rstrip('.')
    number = number.replace('.', ',')
    return f'< {number}' if kind == 'below' else number


def in_grams(value: Decimal, unit: str) -> Decimal | None:
    "*value* in grams, None where *unit* is no weight"
    return value * _GRAMS[unit] if unit in _GRAMS else None


# Fields of ``values.Values``: the first of these constituents that is known
_FIELDS = {
    'energy_kj': ('energy_kj', 'energy_jones_kj'),
    'protein_g': ('protein', 'protein_jones'),
    'fat_g': ('fat',), 'saturates_g': ('saturates',),
    'carbohydrate_g': ('carbohydrate',), 'sugars_g': ('sugars',),
    'fibre_g': ('fibre',), 'salt_g': ('salt',),
    'vitamin_e': ('vitamin_e', 'alpha_tocopherol'),
    'vitamin_k': ('vitamin_k1',),
    'vitamin_b9': ('vitamin_b9', 'folates_dfe'),
    **{code: (code,) for code in (
            'vitamin_a', 'vitamin_d', 'vitamin_c', 'vitamin_b1',
            'vitamin_b2', 'vitamin_b3', 'vitamin_b5', 'vitamin_b6',
            'vitamin_b12', 'calcium', 'chloride', 'copper', 'iodine', 'iron',
            'magnesium', 'manganese', 'phosphorus', 'potassium', 'selenium',
            'zinc')},
    }
SALT_OF_SODIUM = Decimal('2.5')
# µg of beta-carotene that make 1 µg of retinol equivalents
CAROTENE_PER_RETINOL = 6


def values_of(contents: Mapping[str, str]) -> dict[str, float]:
    """What cells make, by the names of ``values.Values``.

    :param contents: cells by code of constituent, as printed
    """
    known = {}
    for code in _NEEDED & contents.keys():
        value = amount(contents[code]).value
        if value is not None:
            known[code] = value
    found = {}
    for name, codes in _FIELDS.items():
        value = next((known[code] for code in codes if code in known), None)
        if value is not None:
            found[name] = value
    if 'salt_g' not in found and 'sodium' in known:
        found['salt_g'] = known['sodium'] * SALT_OF_SODIUM / 1000
    if 'vitamin_a' not in found and {'retinol', 'beta_carotene'} <= set(
            known):
        found['vitamin_a'] = (
            known['retinol'] + known['beta_carotene'] / CAROTENE_PER_RETINOL)
    if 'vitamin_k' in found:
        found['vitamin_k'] += known.get('vitamin_k2', 0)
    return {name: float(value) for name, value in found.items()}


_NEEDED = frozenset({
        'sodium', 'retinol', 'beta_carotene', 'vitamin_k2',
        *(code for codes in _FIELDS.values() for code in codes)})
