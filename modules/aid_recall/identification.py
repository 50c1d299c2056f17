"""What RappelConso writes in *identification_produits*.

Plain functions. The field has been published in three shapes: a text
``gtin$lot$date_type$start$end`` with ``|`` between products; since 2026 the
same values one after the other in an array, where the first of the next
product begins with ``|``; and until 2024 prose. In all of them a value may be
empty, be left out, or hold prose: what was written is kept beside what was
understood.
"""
from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from . import article_number, maker_lot
from .prose_dates import date_kind, period, periods
from .words import fold

__all__ = ['Product', 'read']

_FIELDS = 5
_NO_DATE = re.compile(r'non concern|sans objet|aucune?\b')
_AMOUNT = re.compile(
    r'\b\d+(?:[.,]\d+)?\s*(?:kg|gr?|mg|l|dl|cl|ml|pieces?|pcs?)\b')


@dataclass(frozen=True)
class Product:
    """One product of a notice, as it was written.

    :param gtin: the number under the bars, not checked
    :param lot: the lots, or prose about them
    :param date_type: the kind of date, or that there is none
    :param start: the date, or the first one
    :param end: the last one, empty if there is only one
    """
    gtin: str = ''
    lot: str = ''
    date_type: str = ''
    start: str = ''
    end: str = ''

    @property
    def text(self) -> str:
        "What the notice says, on one line"
        dates = ' – '.join(filter(None, [self.start, self.end]))
        return ' · '.join(
            filter(None, [self.gtin, self.lot, self.date_type, dates]))

    @property
    def date_kind(self) -> str | None:
        "``use_by``, ``best_before``, or None: the lot may say it in prose"
        return date_kind(self.date_type) or date_kind(self.lot)

    @property
    def dates(self) -> tuple[dt.date | None, dt.date | None]:
        """First and last date that are meant; both None where none is.

        One date alone is the first and the last. What is written in the
        lot counts where nothing else does: "lot : 091k - ddm : 10/2027".
        """
        first, _ = period(self.start)
        _, last = period(self.end or self.start)
        if not first and not last and date_kind(self.lot):
            first, last = period(self.lot)
        if first and last and last < first:
            first, last = last, first
        return first or last, last or first


def read(value: str | Sequence[str] | None) -> list[Product]:
    """The products that the field *value*, of whatever shape, names.

    >>> read("$22ej084c01$date limite de consommation$2022-04-13$")[0].lot
    '22ej084c01'
    >>> [p.lot for p in read(["", "a1", "dlc", "", "|", "a2", "dlc", ""])]
    ['a1', 'a2']
    """
    if not value:
        return []
    if isinstance(value, str):
        value = value.strip()
        if value.startswith('['):
            value = _from_json(value)
    if not isinstance(value, str):
        return _of_array([str(v or '') for v in value])
    if '$' in value:
        return _of_text(value)
    if _is_joined(value):
        return _of_array(value.split(','))
    return _of_prose(value)


def _from_json(text: str) -> str | list:
    "An array that a table holds as text"
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, list) else text


def _is_joined(text: str) -> bool:
    "Whether *text* is an array that a table joined by commas"
    return text.count(',') >= _FIELDS - 2 and any(
        _is_date_type(piece) for piece in text.split(',')[2:3])


def _of_text(text: str) -> list[Product]:
    groups: list[str] = []
    for piece in text.split('|'):
        if groups and groups[-1].count('$') < _FIELDS - 2:
            # A bar inside a lot
            groups[-1] += '|' + piece
        else:
            groups.append(piece)
    return _products(group.split('$') for group in groups)


def _of_array(values: list[str]) -> list[Product]:
    groups: list[list[str]] = []
    for value in values:
        if value.startswith('|') or not groups:
            groups.append([])
            value = value.removeprefix('|')
        groups[-1].append(value)
    return _products(groups)


def _products(groups) -> list[Product]:
    "A product of each of *groups* in which anything is written"
    products = [_product([piece.strip() for piece in g]) for g in groups]
    return [product for product in products if product != Product()]


def _product(pieces: list[str]) -> Product:
    if len(pieces) > _FIELDS:
        # The sign between the values stands in the lot too
        kind = next((
                i for i, piece in enumerate(pieces)
                if i > 1 and _is_date_type(piece)), len(pieces))
        pieces = [
            pieces[0], ', '.join(filter(None, pieces[1:kind])),
            *pieces[kind:]]
    return Product(*pieces[:_FIELDS])


def _is_date_type(text: str) -> bool:
    return bool(date_kind(text) or _NO_DATE.search(fold(text)))


def _of_prose(text: str) -> list[Product]:
    """Products of a text in which barcodes, lots and dates just follow.

    What stands behind a barcode belongs to it.
    """
    numbers = article_number.in_prose(text)
    if not numbers:
        return [_of_words('', text)]
    products = []
    before, _, rest = text.partition(numbers[0])
    for number, next_ in zip(numbers, [*numbers[1:], None]):
        words, _, rest = rest.partition(next_) if next_ else (rest, '', '')
        products.append(_of_words(number, words.strip()))
    if maker_lot.lots(_AMOUNT.sub(' ', fold(before))):
        products.insert(0, _of_words('', before.strip()))
    return products


def _of_words(gtin: str, words: str) -> Product:
    "A product of the *words* that stand behind its barcode"
    found = [p for p in periods(words) if all(p)]
    first = min((first for first, _ in found), default=None)
    last = max((last for _, last in found), default=None)
    return Product(
        gtin, ' '.join(words.split()), '',
        str(first or ''), str(last) if last != first else '')
