"""What a till asks with every scan, remembered from one call to the next.

What goods are as food, the food groups and the targets of a rule set change a
few times a year, and are asked for with every line. They are remembered as
plain values in the caches of Tryton, which forget them everywhere as soon as
a record changes that they were read from.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple

from trytond.cache import Cache
from trytond.transaction import Transaction

#: Food by model and id of a product or a family
_foods = Cache('aid_nutrition.foods', context=False)
#: Name and phrase of products, by language; a translation may change beside
#: its record
_words = Cache('aid_nutrition.words', context=False, duration=3600)
#: What is asked of the food groups, by language; a translation may change
#: beside its record
_groups = Cache('aid_nutrition.groups', context=False, duration=3600)
#: Targets and exemptions by id of a rule set; rule sets by date
_rules = Cache('aid_nutrition.rules', context=False)


class KnownFood(NamedTuple):
    """What a product or a family is as food, see ``balance.Item``.

    ``outside`` goods count in no share.
    """
    group: str | None
    kind: str | None
    edible_share: float
    cooked_factor: float
    outside: bool


class RememberedMixin:
    "A record that something is remembered of, until it changes"
    __slots__ = ()
    #: the fields that matter; empty: all of them
    _remembered: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def on_modification(
            cls, mode: str, records, field_names=None) -> None:
        super().on_modification(mode, records, field_names=field_names)
        if mode != 'write' or not cls._remembered or (
                cls._remembered & set(field_names or ())):
            forget()


def forget() -> None:
    "Forget all of it, here at once and elsewhere with the end of this"
    for cache in (_foods, _words, _groups, _rules):
        cache.clear()


def foods(
        things: Iterable[Any], read) -> dict[tuple[str, int], KnownFood]:
    """What *things*, products and families, are as food.

    :param read: a function of those that are not remembered, which gives a
        ``KnownFood`` for each
    :return: by model and id
    """
    things = {(thing.__name__, thing.id): thing for thing in things}
    known, unknown = {}, {}
    for key, thing in things.items():
        if (food := _foods.get(key)) is None:
            unknown[key] = thing
        else:
            known[key] = food
    if unknown:
        for key, food in zip(unknown, read(list(unknown.values()))):
            known[key] = _foods.set(key, food)
    return known


def words(products: Iterable[Any], read) -> dict[int, tuple]:
    """Name of *products*, and how they are called within a sentence.

    In the reader's language.

    :param read: a function of those that are not remembered, which gives both
        for each
    :return: by id
    """
    language = Transaction().language
    known, unknown = {}, []
    for product in products:
        if (said := _words.get((product.id, language))) is None:
            unknown.append(product)
        else:
            known[product.id] = said
    if unknown:
        for product, said in zip(unknown, read(unknown)):
            known[product.id] = _words.set((product.id, language), said)
    return known


def groups(name: str, read) -> Any:
    "What was asked by *name* of the food groups, in the reader's language"
    return _remember(_groups, (name, Transaction().language), read)


def rules(key: Any, read) -> Any:
    "What was asked by *key* of the rule sets"
    return _remember(_rules, key, read)


def _remember(cache: Cache, key: Any, read) -> Any:
    # None is an answer too
    if (found := cache.get(key)) is None:
        found = cache.set(key, (read(),))
    return found[0]
