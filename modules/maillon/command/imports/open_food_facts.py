"""Open Food Facts exports, in our own words.

Reads what the project gives away: CSV (comma or tab) and JSON (one document,
a list, or one per line), of any year. Plain functions, no database. Data of
Open Food Facts is under the Open Database License: a network that publishes
what it made of it names the source.
"""
import html
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .table import FileError, read_csv, read_headers

__all__ = ['is_export', 'records', 'as_cells', 'weight_of', 'family_of',
    'figure', 'text_of', 'words_of', 'COMPOSITION']

#: Our column of a composition, names of it in exports, most it can be
COMPOSITION = {
    'energy_kj': (('energy-kj_100g', 'energy_100g'), 3800),
    'fat': (('fat_100g',), 100),
    'saturates': (('saturated-fat_100g',), 100),
    'carbohydrate': (('carbohydrates_100g',), 100),
    'sugars': (('sugars_100g',), 100),
    'fibre': (('fiber_100g',), 100),
    'protein': (('proteins_100g',), 100),
    'salt': (('salt_100g',), 100),
    }

#: Words of categories, in English and French, and the family they tell;
#: the first that is found counts, so what is narrow stands before what is
#: wide (a baby's compote is baby food, a frozen pizza is frozen).
_FAMILIES = [
    ('baby_food', ['baby', 'infant', 'bébé', 'bebe']),
    ('frozen', [
            'frozen', 'surgel', 'ice-cream', 'ice cream', 'glaces',
            'sorbet']),
    ('drinks', [
            'beverages', 'boisson', 'juices', 'jus ', 'jus-', 'waters',
            'sodas', 'teas', 'coffees', 'sirop', 'syrup']),
    ('canned', [
            'soup', 'soupe', 'canned', 'conserve', 'one-dish', 'ready-meal',
            'plats prépar', 'plats-prepar', 'meals', 'pizza', 'sandwich']),
    ('dairy', [
            'dairy', 'dairies', 'milk', 'lait', 'fromage', 'cheese',
            'yogurt', 'yaourt', 'yoghurt', 'crèmes dessert']),
    ('meat_fish_eggs', [
            'meat', 'viande', 'fish', 'poisson', 'seafood', 'eggs', 'œuf',
            'oeuf', 'ham', 'jambon', 'charcuterie', 'poultry', 'volaille',
            'sausage', 'saucisse']),
    ('sweet_salty', [
            'biscuit', 'sweet', 'sucre', 'sugary', 'chocolat', 'cake',
            'gâteau', 'confectioner', 'candies', 'bonbon', 'crisps', 'chips',
            'appetizer', 'apéritif', 'aperitif', 'snack', 'jams',
            'confiture', 'honey', 'miel', 'pastries', 'dessert', 'spreads']),
    ('bread', ['bread', 'pain', 'viennoiserie', 'rusk', 'biscotte']),
    ('pulses', [
            'legumes-and-their', 'pulse', 'lentil', 'lentille', 'chickpea',
            'pois chiche', 'beans', 'haricots secs', 'légumineuse']),
    ('fats', [
            'fats', 'oils', 'huile', 'butter', 'beurre', 'margarine',
            'dressing', 'sauce', 'mayonnaise', 'condiment']),
    ('dry_starch', [
            'cereal', 'céréale', 'pasta', 'pâtes', 'rice', 'riz', 'breakfast',
            'petit-déjeuner', 'petit-dejeuner', 'flour', 'farine', 'potato',
            'muesli', 'semoule', 'couscous']),
    ('fruit_vegetables', [
            'fruit', 'vegetable', 'légume', 'legume', 'compote', 'salad',
            'nuts']),
    ]

_UNITS = {'kg': 1.0, 'g': .001, 'gr': .001, 'mg': .000001,
    'l': 1.0, 'dl': .1, 'cl': .01, 'ml': .001}
_QUANTITY = re.compile(
    r'(?:(\d+)\s*[x×*]\s*)?(\d+(?:[.,]\d+)?)\s*(kg|gr|mg|g|dl|cl|ml|l)\b',
    re.IGNORECASE)


def is_export(path: Path) -> bool:
    "Whether *path* is an export of Open Food Facts rather than our own CSV"
    if path.suffix.lower() in {'.json', '.jsonl'}:
        return True
    headers = set(read_headers(path))
    return {'code', 'product_name'} <= headers


def records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the products of *path*, each with its place in the file.

    That is the line of a CSV or of one JSON document per line, else the
    number of the document in its list. Nutriments of JSON documents stand
    beside the other values, as in the CSV. Raises FileError.
    """
    if path.suffix.lower() not in {'.json', '.jsonl'}:
        for row in read_csv(path):
            yield row.line, dict(row.cells)
        return
    # The header of a table is line 1, so documents are counted from 2 on
    # like the rows of one.
    for place, document in enumerate(_documents(path), 2):
        if not isinstance(document, dict):
            raise FileError(f"{path}: document {place - 1} is no product")
        document = document.get('product', document)
        yield place, {**document, **(document.get('nutriments') or {})}


def _documents(path: Path) -> list[Any]:
    try:
        text = path.read_text(encoding='utf-8-sig')
        try:
            found = json.loads(text)
        except json.JSONDecodeError:
            found = [
                json.loads(line) for line in text.splitlines()
                if line.strip()]
    except (OSError, ValueError) as error:
        raise FileError(f"{path} is not JSON: {error}") from error
    if isinstance(found, dict):
        found = found.get('products', [found])
    return found


def as_cells(record: dict[str, Any]) -> dict[str, str]:
    """The columns of our own CSV for one *record*.

    A figure that cannot be (130 g of fat in 100 g) is left empty: the exports
    are typed in by volunteers too.
    """
    name = next(
        (text_of(record.get(key)) for key in [
                'product_name_fr', 'product_name', 'generic_name_fr',
                'generic_name']
            if text_of(record.get(key))), '')
    weight = weight_of(text_of(record.get('quantity')))
    cells = {
        'gtin': re.sub(r'\D', '', text_of(record.get('code'))),
        'name': name,
        'brand': text_of(record.get('brands')).split(',')[0].strip(),
        'family': family_of(record) or '',
        'unit': 'piece',
        'weight_kg': '' if weight is None else f'{weight:.6g}',
        }
    for column, (names, most) in COMPOSITION.items():
        cells[column] = figure(record, names, most)
    return cells


def text_of(value: Any) -> str:
    "*value* as plain text, empty where there is none"
    return html.unescape(str(value)).strip() if value is not None else ''


def figure(
        record: Mapping[str, Any], names: tuple[str, ...], most: int) -> str:
    "The first of *names* that is a figure between 0 and *most*, or nothing"
    for name in names:
        try:
            value = float(record.get(name, ''))
        except (TypeError, ValueError):
            continue
        if 0 <= value <= most:
            return f'{value:.4g}' if value < 100 else f'{value:.0f}'
    return ''


def weight_of(quantity: str) -> float | None:
    """Kilograms of a *quantity* such as "6 x 125 g", "1,5 L" or "75 cl".

    A litre counts as a kilogram. None when there is no such quantity in it.
    """
    found = _QUANTITY.search(quantity)
    if not found:
        return None
    times, number, unit = found.groups()
    weight = (
        int(times or 1) * float(number.replace(',', '.'))
        * _UNITS[unit.lower()])
    return weight if 0 < weight < 1000 else None


def family_of(record: dict[str, Any]) -> str | None:
    """The code of the family that the categories of *record* tell, or None.

    Looked for in the French groups of PNNS first, then in the categories.
    """
    for keys in [
            ('pnns_groups_2',), ('main_category', 'main_category_fr'),
            ('categories_tags', 'categories'), ('pnns_groups_1',)]:
        words = ' '.join(words_of(record.get(key)) for key in keys).lower()
        if not words.strip() or words.strip() == 'unknown':
            continue
        for family, signs in _FAMILIES:
            if any(sign in words for sign in signs):
                return family
    return None


def words_of(value: Any, between: str = ' ') -> str:
    "The text of a list, with *between*, or of what is a text already"
    if isinstance(value, (list, tuple)):
        return between.join(map(str, value))
    return text_of(value)
