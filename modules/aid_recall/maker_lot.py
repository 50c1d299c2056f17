"""The maker's lots that a notice names, or that stand on a pack.

"L 091K", "lot n° 091k" and "lot : 091k - ddm : 10/2027" are the same lot.
Plain functions over texts.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from .prose_dates import without_dates
from .words import fold

__all__ = ['Lots', 'keys_of', 'lots']

#: What stands around lots and is none
_AROUND = re.compile(
    r"\b(?:lots?|l[oe]t n\w*|batch|num[e2]ros?|no|nr|n|ref(?:erence)?s?|code|"
    r"fab(?:rication)?|dlc|ddm|dluo|date|limite|de|consommation|durabilite|"
    r"minimale|du|le|des|et|ou|sur|sous|vide)\b\s*[°:.=]*\s*")
_ALL = re.compile(
    r"\b(?:tou(?:s|tes?)(?: les| nos| ces)? (?:lots?|produits?|references?|"
    r"dates?|dlc|ddm|numeros?(?: de lots?)?)|all lots)\b")
_BETWEEN = re.compile(
    r'[,;|¤\n\r()\[\]&+]|\s/\s|\s-\s|\bet\b|\bou\b|\blots?\b')
_RANGE = re.compile(
    r'\b([a-z]*)[ -]?(\d{2,})\s*(?:a|au|-|jusqu.au?)\s*(?:lots? )?'
    r'([a-z]*)[ -]?(\d{2,})\b')
_TIME = re.compile(r'\b\d{1,2}[:h]\d\d(?::\d\d)?\b')
_WORD = re.compile(r'[a-z0-9./_-]*\d[a-z0-9./_-]*')
_NOT_ALNUM = re.compile(r'[^a-z0-9]')
#: Shorter than this, a part of what stands on a pack says nothing
_LEAST = 4


@dataclass(frozen=True)
class Lots:
    """The lots of a product that a notice names.

    :param keys: each lot as small letters and digits
    :param ranges: (letters before, first, last, digits) of "24010 à 24035"
    :param all: the notice says that all lots are meant
    """
    keys: frozenset[str] = frozenset()
    ranges: tuple[tuple[str, int, int, int], ...] = ()
    all: bool = False

    def __bool__(self) -> bool:
        "Whether it says which lots"
        return bool(self.keys or self.ranges)

    def name(self, keys: frozenset[str]) -> bool:
        "Whether one of *keys*, those of a pack, is a lot of these"
        if self.keys & keys:
            return True
        return any(
            _within(key, range_) for key in keys for range_ in self.ranges)


def lots(text: str | None) -> Lots:
    """The lots that *text*, a number or prose, names.

    >>> sorted(lots("lot : 091k - ddm : 10/2027").keys)
    ['091k']
    >>> lots("tous les lots").all
    True
    """
    if not text:
        return Lots()
    plain = _TIME.sub(' ', without_dates(text))
    all_ = bool(_ALL.search(plain))
    plain = _ALL.sub(' ; ', plain)
    ranges = []
    for before, first, before_last, last in _RANGE.findall(plain):
        letters = _letters(before)
        if len(first) == len(last) and int(first) < int(last) and (
                _letters(before_last) in {'', letters}):
            ranges.append((letters, int(first), int(last), len(first)))
    keys: set[str] = set()
    for chunk in _BETWEEN.split(_RANGE.sub(' ; ', plain) if ranges else plain):
        keys |= _keys(chunk)
    return Lots(frozenset(keys), tuple(ranges), all_)


@lru_cache(10_000)
def keys_of(label: str | None) -> frozenset[str]:
    """What the maker's lot on a pack may be called in a notice.

    The whole of it, and its parts that are long enough to mean something.
    """
    if not label:
        return frozenset()
    plain = _TIME.sub(' ', without_dates(label))
    parts = {key for key in _keys(plain) if len(key) >= _LEAST}
    whole = _key(_AROUND.sub(' ', plain)) or _key(fold(label))
    return frozenset(filter(None, parts | {whole}))


def _keys(chunk: str) -> set[str]:
    "The lots of a piece of text in which no comma stands"
    chunk = _AROUND.sub(' ', chunk).strip()
    parts = [_key(part) for part in _WORD.findall(chunk)]
    found = {part for part in parts if part}
    if len(chunk.split()) > 1 and found and all(
            len(_NOT_ALNUM.sub('', part)) <= _LEAST
            for part in chunk.split()):
        # "l 23 054" is one lot with spaces in it
        found = {_key(_NOT_ALNUM.sub('', chunk))}
    return found


def _key(text: str) -> str:
    "*text* as small letters and digits, without the L before a lot"
    key = _NOT_ALNUM.sub('', text)
    if re.match(r'l\d', key):
        key = key[1:]
    return key if any(c.isdigit() for c in key) else ''


def _letters(text: str) -> str:
    return '' if text == 'l' else text


def _within(key: str, range_: tuple[str, int, int, int]) -> bool:
    letters, first, last, digits = range_
    number = key[len(letters):]
    return (
        key.startswith(letters) and number.isdigit()
        and len(number) == digits and first <= int(number) <= last)
