"""Which lots notices of recall are about: plain values, no database.

Five grades, from certain to a mere hint. A barcode and a lot or a date that
agree settle it. A barcode alone counts as long as nothing that is known of
the lot says otherwise. Brand and words are for a human to look at; so is a
maker's lot without a barcode, and so are goods of which only the family is
known: where somebody says that a notice is about the family, or where a till
scanned its barcode without knowing it. What a shop numbers as it likes (2x)
is never compared, see ``article_number``.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

from .maker_lot import Lots, keys_of

__all__ = [
    'GRADES', 'HINTS', 'Goods', 'Item', 'Lot', 'Match', 'Notice', 'Product',
    'Products', 'match']

#: From certain to a mere hint
GRADES = [
    ('lot', "Barcode and Lot"),
    ('date', "Barcode and Date"),
    ('gtin', "Barcode"),
    ('words', "Brand and Words"),
    ('family', "Family"),
    ]
#: What a human looks at
HINTS = frozenset({'words', 'family'})
_RANK = {grade: i for i, (grade, _) in enumerate(GRADES)}
#: A maker's lot as long as this, with a letter, is hardly another maker's
_LONG_LOT = 6
#: Brands of more words than this are not taken apart
_MOST_WORDS = 6


@dataclass(frozen=True)
class Match:
    """A lot that a notice may be about.

    :param lot: id of the ``stock.lot``
    :param grade: one of ``GRADES``: ``lot`` (GTIN and lot), ``date`` (GTIN
        and date), ``gtin``, ``words`` (brand and words) or ``family`` (goods
        known only by it): a human looks at those two
    :param why: what agrees, as it is written on the pack
    :param certain: nothing but the lot's own data could say otherwise; not
        so where the lot is a precaution because its number or date is not
        known, nor for words
    """
    lot: int
    grade: str
    why: str
    certain: bool = True


@dataclass(frozen=True)
class Item:
    """One product that a notice names.

    :param gtin: 14 digits, None where there is none to compare
    :param kind: ``use_by``, ``best_before``, None where it is not said
    :param first: first date that is meant, None where none is
    """
    gtin: str | None = None
    lots: Lots = Lots()
    kind: str | None = None
    first: dt.date | None = None
    last: dt.date | None = None


@dataclass(frozen=True)
class Notice:
    """What a notice says, as it is compared.

    :param brands: each brand as the set of its words, see ``words.brands``
    :param words: what the goods are, see ``words.words``
    :param sold_from: the first day they were sold, None if it is not known
    :param since: how far back lots count of which nothing is left
    :param generic: ids of the products that stand for the families it is
        about
    """
    id: int
    items: tuple[Item, ...] = ()
    brands: frozenset[frozenset[str]] = frozenset()
    words: frozenset[str] = frozenset()
    sold_from: dt.date | None = None
    since: dt.date | None = None
    generic: frozenset[int] = frozenset()

    @property
    def gtins(self) -> set[str]:
        "The barcodes by which its goods can be found"
        return {item.gtin for item in self.items if item.gtin}


@dataclass(frozen=True)
class Product:
    "A product of ours, by what it is called"
    id: int
    brands: frozenset[frozenset[str]] = frozenset()
    words: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Lot:
    """A lot of ours.

    :param label: the maker's lot on the pack
    :param received: the day it came in
    :param last_moved: the last day any of it moved, None while there is some
        on hand
    """
    id: int
    product: int
    label: str | None = None
    use_by: dt.date | None = None
    best_before: dt.date | None = None
    received: dt.date | None = None
    last_moved: dt.date | None = None

    @cached_property
    def keys(self) -> frozenset[str]:
        "What its label may be called in a notice"
        return keys_of(self.label)

    def date(self, kind: str | None) -> dt.date | None:
        "Its date of a *kind*, or the one it has where the kind is not said"
        return {
            'use_by': self.use_by,
            'best_before': self.best_before,
            }.get(kind, self.use_by or self.best_before)


class Products:
    """Our products by their words, to find those of many notices.

    :param products: all of them, by id
    """

    def __init__(self, products: Iterable[Product]) -> None:
        self.by_id: dict[int, Product] = {}
        self._by_brand: dict[frozenset[str], set[int]] = defaultdict(set)
        self._by_word: dict[str, set[int]] = defaultdict(set)
        self._plain: dict[str, set[int]] = defaultdict(set)
        self._like: dict[Notice, dict[int, frozenset[str]]] = {}
        for product in products:
            self.by_id[product.id] = product
            for brand in product.brands:
                self._by_brand[brand].add(product.id)
                for word in brand:
                    self._by_word[word].add(product.id)
            if not product.brands:
                for word in product.words:
                    self._plain[word].add(product.id)

    def like(self, notice: Notice) -> dict[int, frozenset[str]]:
        """The products whose brand and words are those of *notice*.

        Where the notice names no brand, products without one that are
        called the same, by two words at least.

        :return: the words in common, by id of the product
        """
        if notice not in self._like:
            self._like[notice] = (
                self._of_brands(notice) if notice.brands
                else dict(self._called(notice)))
        return self._like[notice]

    def _of_brands(self, notice: Notice) -> dict[int, frozenset[str]]:
        found: dict[int, frozenset[str]] = {}
        for brand in notice.brands:
            for id_ in self._of_brand(brand):
                common = self._common(notice, self.by_id[id_], brand)
                if common:
                    found[id_] = found.get(id_, frozenset()) | common
        return found

    def _of_brand(self, brand: frozenset[str]) -> set[int]:
        "Products of *brand*, of a part of it or of a part of those"
        found = set(self._all_of(self._by_word, brand))
        # A name may hold the brand, if it is more than a letter
        if any(len(word) > 1 for word in brand):
            found |= self._all_of(self._plain, brand)
        for count in range(1, min(len(brand), _MOST_WORDS) + 1):
            for part in combinations(sorted(brand), count):
                found |= self._by_brand.get(frozenset(part), set())
        return found

    @staticmethod
    def _all_of(
            index: dict[str, set[int]], words: frozenset[str]) -> set[int]:
        "What *index* knows by each of *words*"
        sets = sorted((index.get(word, set()) for word in words), key=len)
        return set.intersection(*sets) if sets else set()

    @staticmethod
    def _common(
            notice: Notice, product: Product,
            brand: frozenset[str]) -> frozenset[str]:
        "The words in common, empty if they are the brand's alone"
        wanted, there = notice.words - brand, product.words - brand
        common = wanted & there
        if common or not wanted:
            return brand | common
        return frozenset()

    def _called(self, notice: Notice) -> Iterator:
        counts: dict[int, int] = defaultdict(int)
        for word in notice.words:
            for id_ in self._plain.get(word, ()):
                counts[id_] += 1
        for id_, count in counts.items():
            there = self.by_id[id_].words
            if count >= 2 and (
                    there <= notice.words or notice.words <= there):
                yield id_, there & notice.words


@dataclass
class Goods:
    """What of ours is compared.

    :param products: those of the lots at least
    :param lots: each of them is compared, whatever became of it
    :param bearing: ids of products by GTIN of 14 digits
    :param numbered: ids of products with a barcode that all shops understand
    :param scanned: ids of lots of goods known only by their family, by the
        GTIN that a till scanned when it took them
    """
    products: Products
    lots: Iterable[Lot] = ()
    bearing: dict[str, set[int]] = field(default_factory=dict)
    numbered: set[int] = field(default_factory=set)
    scanned: dict[str, set[int]] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> dict[int, Lot]:
        "The lots by their ids"
        return {lot.id: lot for lot in self.lots}

    @cached_property
    def of_product(self) -> dict[int, list[Lot]]:
        "The lots of each product"
        lots: dict[int, list[Lot]] = defaultdict(list)
        for lot in self.lots:
            lots[lot.product].append(lot)
        return lots

    @cached_property
    def of_key(self) -> dict[str, list[Lot]]:
        "The lots by what may stand on the pack"
        lots: dict[str, list[Lot]] = defaultdict(list)
        for lot in self.lots:
            for key in lot.keys:
                lots[key].append(lot)
        return lots

    def like(self, notice: Notice) -> dict[int, frozenset[str]]:
        """The words in common with each product that may be meant.

        Not those whose barcode says that they are another product.
        """
        found = self.products.like(notice)
        if not notice.gtins:
            return found
        return {
            id_: common for id_, common in found.items()
            if id_ not in self.numbered}


def match(notices: Iterable[Notice], goods: Goods) -> dict[int, list[Match]]:
    """Compare *notices* with *goods*, all with all but never one by one.

    :return: by id of the notice, the best match of each lot, best first
    """
    result = {}
    for notice in notices:
        found: dict[int, Match] = {}
        for new in [
                *_by_number(notice, goods), *_by_words(notice, goods),
                *_by_lot(notice, goods), *_by_family(notice, goods)]:
            there = found.get(new.lot)
            if not there or _order(new) < _order(there):
                found[new.lot] = new
        result[notice.id] = sorted(found.values(), key=_order)
    return result


def _order(match: Match) -> tuple:
    return _RANK[match.grade], not match.certain, match.lot


def _by_number(notice: Notice, goods: Goods) -> Iterator[Match]:
    "The first three grades: the barcode is the same"
    for item in notice.items:
        for id_ in goods.bearing.get(item.gtin, ()) if item.gtin else ():
            for lot in goods.of_product.get(id_, ()):
                match = _of_barcode(item, lot)
                if match and (
                        match.grade != 'gtin' or _in_time(notice, lot)):
                    yield match


def _of_barcode(item: Item, lot: Lot) -> Match | None:
    "How *lot*, whose barcode is that of *item*, is what is meant"
    number = _printed(item.gtin)
    if item.lots and item.lots.name(lot.keys):
        return Match(lot.id, 'lot', f'{number} · {lot.label}')
    if item.first:
        date = lot.date(item.kind)
        if date and item.first <= date <= item.last:
            return Match(lot.id, 'date', f'{number} · {date:%d/%m/%Y}')
        if date:
            return None
    if not item.lots and not item.first:
        return Match(lot.id, 'gtin', number)
    # Its number is written otherwise, or its date is not known
    why = f'{number} · {lot.label} ≠' if item.lots and lot.keys else number
    return Match(lot.id, 'gtin', why, certain=False)


def _by_words(notice: Notice, goods: Goods) -> Iterator[Match]:
    "Brand and words, where barcodes do not say that it is another product"
    for id_, common in goods.like(notice).items():
        words = ' '.join(sorted(common))
        for lot in goods.of_product.get(id_, ()):
            if (_in_time(notice, lot) and not _too_early(notice, lot)
                    and not _dated_otherwise(notice, lot)):
                yield Match(
                    lot.id, 'words',
                    f'{lot.label} · {words}' if _names(notice, lot)
                    else words, certain=False)


def _names(notice: Notice, lot: Lot) -> bool:
    "Whether what stands on the pack is a lot that the notice names"
    return bool(lot.label) and any(
        item.lots and item.lots.name(lot.keys) for item in notice.items)


def _by_lot(notice: Notice, goods: Goods) -> Iterator[Match]:
    """The maker's lot without a barcode: of the same words, or a long one.

    "060525" is many makers' lot, "m30670014" is one's.
    """
    for item in notice.items:
        if item.gtin:
            continue
        for key in item.lots.keys:
            for lot in goods.of_key.get(key, ()):
                product = goods.products.by_id[lot.product]
                telling = len(key) >= _LONG_LOT and not key.isdigit()
                common = product.words & notice.words
                if (telling or common) and not _dated_otherwise(notice, lot):
                    yield Match(
                        lot.id, 'words', ' · '.join(filter(None, [
                                    lot.label, ' '.join(sorted(common))])),
                        certain=False)


def _by_family(notice: Notice, goods: Goods) -> Iterator[Match]:
    "Goods of which only the family was written down, or the barcode scanned"
    why: dict[int, str] = {
        lot: _printed(gtin) for gtin in sorted(notice.gtins)
        for lot in goods.scanned.get(gtin, ())}
    for product in notice.generic:
        for lot in goods.of_product.get(product, ()):
            why.setdefault(lot.id, '')
    for lot in map(goods.by_id.get, why):
        if (lot and _in_time(notice, lot)
                and not _too_early(notice, lot)
                and not _dated_otherwise(notice, lot)):
            yield Match(lot.id, 'family', why[lot.id], certain=False)


def _in_time(notice: Notice, lot: Lot) -> bool:
    "Whether some is left, or was when people may still have it"
    return (
        lot.last_moved is None or notice.since is None
        or lot.last_moved >= notice.since)


def _too_early(notice: Notice, lot: Lot) -> bool:
    "Whether it came in before any was sold"
    return bool(
        notice.sold_from and lot.received
        and lot.received < notice.sold_from)


def _dated_otherwise(notice: Notice, lot: Lot) -> bool:
    "Whether the date of *lot* is none of those that are meant"
    dated = [item for item in notice.items if item.first]
    if not dated or len(dated) < len(notice.items):
        return False
    return all(
        (date := lot.date(item.kind)) is not None
        and not item.first <= date <= item.last
        for item in dated)


def _printed(gtin: str) -> str:
    "A number of 14 digits as it stands on a pack"
    if gtin.startswith('000000'):
        return gtin[6:]
    return gtin.removeprefix('0')
