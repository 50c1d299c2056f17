"""Brands and words of goods, so that two writings of them are the same.

Plain functions over texts: no accents, no capitals, no plural, and none of
the words that stand on every pack.
"""
from __future__ import annotations

import re
from functools import lru_cache

from aid_branch.unaccented import unaccented

__all__ = ['brands', 'fold', 'words']

_LIGATURES = str.maketrans({
        'œ': 'oe', 'Œ': 'oe', 'æ': 'ae', 'Æ': 'ae', 'ß': 'ss', 'ø': 'o',
        'Ø': 'o', '’': "'", '‘': "'", '–': '-', '—': '-', '\xa0': ' ',
        '\u202f': ' '})
_WORD = re.compile(r'[a-z0-9]+')
#: 250g, 33cl, 12x, 1050: how much, not what
_AMOUNT = re.compile(
    r'\d+(?:kg|gr?|mg|l|dl|cl|ml|x|pcs?|pieces?|mm|cm)?|x\d+')
#: French and English words that say nothing of the goods
_STOP = frozenset('''
    a ai ainsi au aux avec au ce ces cette chez d dans de des du en et etc
    est il ils l la le les leur leurs lors mais mon n ne nos notre nous on ou
    par pas plus pour qu que qui s sa sans se ses si son sous sur tous tout
    toute toutes un une vos votre the of and with for in to from by
    '''.split())
#: How goods are packed, sold and numbered
_PACKING = frozenset('''
    assortiment barquette bocal boite bouteille bio brique carton colis
    conditionnement coupe dlc ddm dluo environ etui filet flacon format gamme
    lot marque minimum modele multipack pack paquet piece pieces plateau poche
    poids portion pot produit ref reference sachet seau sous-vide sv tranche
    tranches tube unite unites variable vide vrac kg gr g ml cl l
    '''.split())
_NO_BRAND = re.compile(
    r'(?:sans|pas de|aucune?|no)\b.*|non concerne.*|n\.?[ac]\.?|nc|neant|'
    r'(?:marque )?(?:de )?distributeur|diverses?|inconnue?|vrac|[\W_]*')
_BETWEEN_BRANDS = re.compile(r'\s*(?:¤|\||/|,|;|\n|\r| - | et / ou )\s*')


def fold(text: str) -> str:
    """*text* in small letters without accents, of the same words.

    >>> fold("Bœuf séché À L’OS")
    "boeuf seche a l'os"
    """
    if text.isascii():
        return text.lower()
    return unaccented(text.translate(_LIGATURES)).lower()


def words(*texts: str | None) -> frozenset[str]:
    """The words of *texts* that say what goods are.

    >>> sorted(words("Yaourts à la fraise, 4 x 125 g", "pot de yaourt"))
    ['fraise', 'yaourt']
    """
    return frozenset(filter(None, (
                _telling(word) for text in texts if text
                for word in _WORD.findall(fold(text)))))


@lru_cache(50_000)
def _telling(word: str) -> str | None:
    "*word* in the singular, None if it says nothing of the goods"
    if len(word) < 2 or word in _STOP or word in _PACKING or (
            _AMOUNT.fullmatch(word)):
        return None
    return _singular(word)


def brands(text: str | None) -> frozenset[frozenset[str]]:
    """The brands in *text*, each as the set of its words.

    Several are told apart; "sans marque" is none.

    >>> sorted(map(sorted, brands("Michel Dupuy ¤ Les Délices")))
    [['delice'], ['dupuy', 'michel']]
    """
    found = set()
    for brand in _BETWEEN_BRANDS.split(fold(text or '')):
        if _NO_BRAND.fullmatch(brand.strip()):
            continue
        all_ = [_singular(word) for word in _WORD.findall(brand)]
        found.add(frozenset(
                [word for word in all_ if word not in _STOP] or all_))
    return frozenset(found)


def _singular(word: str) -> str:
    "*word* without the ending of a French or English plural"
    if len(word) > 3 and word.endswith('eaux'):
        return word[:-1]
    if len(word) > 3 and word[-1] in 'sx' and not word.endswith('ss'):
        return word[:-1]
    return word
