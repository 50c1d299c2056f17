"""What one record of Open Food Facts tells, beside name and family.

Plain functions, no database. A figure that cannot be is left out, and energy
that is more than 25 % away from what the product holds with it: volunteers
type these records in too, kilocalories as kilojoules among other things.
"""
import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from aid_nutrition import plausibility

from .open_food_facts import COMPOSITION, figure, text_of, words_of

__all__ = ['allergens_of', 'food_class_of', 'food_group_of', 'off_values']

#: Groups of PNNS that tell our food group; composite dishes tell none
_GROUPS = {
    'FV': ['fruits', 'vegetables', 'dried fruits', 'fruit juices', 'soups'],
    'ST': ['bread', 'cereals', 'potatoes', 'breakfast cereals'],
    'PU': ['legumes'],
    'DA': ['cheese', 'milk and yogurt'],
    'MFE': [
        'eggs', 'fish and seafood', 'meat', 'poultry', 'offals',
        'processed meat'],
    'NU': ['nuts'],
    'FA': ['fats', 'dressings and sauces'],
    'SW': [
        'appetizers', 'biscuits and cakes', 'chocolate products',
        'dairy desserts', 'fruit nectars', 'ice cream', 'pastries',
        'salty and fatty products', 'sweetened beverages', 'sweets'],
    'WATER': [
        'artificially sweetened beverages', 'non sugared beverages',
        'unsweetened beverages', 'waters and flavored waters'],
    'COFFEE': ['teas and herbal teas and coffees'],
    }
_GROUP_OF = {name: code for code, names in _GROUPS.items() for name in names}

#: Categories that tell how the Nutri-Score reckons, the narrow ones first
_CLASSES = [
    ('cheese', ['en:cheeses']),
    ('beverage', ['en:beverages', 'en:milks', 'en:plant-based-milk']),
    ('red_meat', [
            'en:beef', 'en:veal', 'en:pork', 'en:lamb', 'en:hams',
            'en:red-meats']),
    ('fat', ['en:fats', 'en:vegetable-oils', 'en:nuts', 'en:seeds']),
    ]


def _pnns(record: Mapping[str, Any]) -> str:
    "The group of PNNS in small letters, however that year wrote it"
    text = text_of(record.get('pnns_groups_2')).lower().replace('-', ' ')
    return '' if text == 'unknown' else text


def food_group_of(record: Mapping[str, Any]) -> str | None:
    "The code of the food group that the PNNS group of *record* tells"
    return _GROUP_OF.get(_pnns(record))


def food_class_of(record: Mapping[str, Any]) -> str | None:
    "How the Nutri-Score reckons it, where its categories tell"
    if _pnns(record) == 'cheese':
        return 'cheese'
    categories = set(_tags(record.get('categories_tags')))
    for food_class, names in _CLASSES:
        if categories.intersection(names):
            return food_class
    return None


def _tags(value: Any) -> list[str]:
    "Tags of a list, or of a text with commas"
    return [
        tag.strip() for tag in words_of(value, ',').split(',') if tag.strip()]


def allergens_of(record: Mapping[str, Any]) -> dict[str, str]:
    """The allergens that *record* declares: tag → contains or traces.

    What is not told may still be there: nobody says that it is complete.
    """
    found = dict.fromkeys(_tags(record.get('traces_tags')), 'traces')
    found |= dict.fromkeys(_tags(record.get('allergens_tags')), 'contains')
    return found


def off_values(
        record: Mapping[str, Any], composition: Mapping[str, Decimal]
        ) -> dict[str, Any]:
    """The fields of an ``aid.off.product``, without its barcode and name.

    :param composition: what 100 g hold, already looked through
    """
    values: dict[str, Any] = {
        name: float(composition[name]) if name in composition else None
        for name in COMPOSITION}
    if plausibility.energy_doubt(dict(composition)) is not None:
        values['energy_kj'] = None
    fruit = figure(
        record, (
            'fruits-vegetables-legumes-estimate-from-ingredients_100g',
            'fruits-vegetables-legumes_100g'), 100)
    allergens = allergens_of(record)
    modified = text_of(record.get('last_modified_t'))
    return {
        **values,
        'fruit_veg_legumes': round(float(fruit), 1) if fruit else None,
        'brand': text_of(record.get('brands')) or None,
        'quantity': text_of(record.get('quantity')) or None,
        'pnns_group': text_of(record.get('pnns_groups_2')) or None,
        'allergens': _listed(allergens, 'contains'),
        'traces': _listed(allergens, 'traces'),
        'nutri_grade': (
            text_of(record.get('nutriscore_grade'))
            or text_of(record.get('nutrition_grade_fr'))).upper() or None,
        'modified_on': (
            dt.datetime.fromtimestamp(int(modified), dt.UTC).date()
            if modified.isdigit() else None),
        }


def _listed(allergens: Mapping[str, str], presence: str) -> str | None:
    return ', '.join(sorted(
            tag for tag, told in allergens.items() if told == presence)
        ) or None
