"""Settings that are lent to whoever must not wait, and not read each time.

What goods weigh, whose a place is, which rule holds: it changes a few times a
year and a till asks for it with every basket. Inside of ``lent`` such records
are taken from the caches of Tryton, which forget them as soon as one of them
is written: at once in this process, elsewhere when Tryton tells the others
(``cache.clean_timeout``, docs/operations.md). Whatever must be true at once
(what is open or closed, what is there, who is entitled to what) is never a
setting and always read.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import local
from typing import Any

from trytond.cache import Cache
from trytond.model import Model, fields
from trytond.model.fields.field import FieldTranslate
from trytond.transaction import Transaction

#: The fields that the rows of a model are lent with, and those of them that
#: are lent by language, by its class
_NAMES, _WORDS = '_lent_names', '_lent_words'
#: What the row of a record does not keep as it is
_UNFIT = frozenset({'dict', 'binary'})
_rows: dict[str, Cache] = {}
_hanging: dict[str, list[Answers]] = defaultdict(list)


class _Lending(local):
    "Whether this thread reads what is lent"
    on = False


_lending = _Lending()


@contextmanager
def lent() -> Iterator[None]:
    "Inside, settings are lent and not read"
    before, _lending.on = _lending.on, True
    try:
        yield
    finally:
        _lending.on = before


class AnsweringMixin(Model):
    "Answers follow from it: they are forgotten when it changes"
    __slots__ = ()

    @classmethod
    def on_modification(cls, mode, records, field_names=None) -> None:
        super().on_modification(mode, records, field_names=field_names)
        forget_answers(cls.__name__)


class LentMixin(AnsweringMixin):
    """A setting: it may be lent.

    What is translated is lent by language. What is reckoned or a list is read
    as ever, and so is any other field that is loaded lazily.
    """
    __slots__ = ()

    @classmethod
    def read(cls, ids, fields_names):
        if not _is_lent():
            return super().read(ids, fields_names)
        for known, language in [
                (_names(cls), None), (_words(cls), Transaction().language)]:
            if known.issuperset(fields_names):
                break
        else:
            return super().read(ids, fields_names)
        cache = _cache(cls.__name__)
        found = {id_: cache.get((id_, language)) for id_ in ids}
        if missing := [id_ for id_, row in found.items() if row is None]:
            for row in super().read(missing, sorted(known)):
                found[row['id']] = row
                cache.set((row['id'], language), row)
        return [
            {'id': id_, **{name: row[name] for name in fields_names}}
            for id_, row in found.items()]

    @classmethod
    def on_modification(cls, mode, records, field_names=None) -> None:
        super().on_modification(mode, records, field_names=field_names)
        if mode != 'create':
            cls.forget_lent()

    @classmethod
    def forget_lent(cls) -> None:
        "Forget what is lent of it, here at once and elsewhere with the end"
        _cache(cls.__name__).clear()


class Answers:
    """Answers to one question that follow from settings alone.

    :param name: of the cache
    :param of: the names of the models that an answer follows from, each with
        ``AnsweringMixin`` unless only its translations change
    """

    def __init__(self, name: str, of: Iterable[str]) -> None:
        self._cache = Cache(name, context=False)
        for model in of:
            _hanging[model].append(self)

    def __call__(self, key: Any, ask: Callable[[], Any]) -> Any:
        """The answer to *key*, by *ask* where nothing is lent or known.

        :param key: all that the answer depends on beside the settings
        :param ask: gives plain values, no records
        """
        if not _is_lent():
            return ask()
        # None is an answer too
        if (found := self._cache.get(key)) is None:
            found = self._cache.set(key, (ask(),))
        return found[0]

    def each(
            self, keys: Iterable[Any],
            ask: Callable[[list], dict[Any, Any]]) -> dict[Any, Any]:
        """The answers to *keys*, by one question for those not known.

        :param ask: gives the plain values of those, by key; None where one
            has none
        """
        keys = dict.fromkeys(keys)
        if not _is_lent():
            return ask(list(keys))
        found = {key: self._cache.get(key) for key in keys}
        if missing := [key for key in keys if found[key] is None]:
            answers = ask(missing)
            for key in missing:
                found[key] = self._cache.set(key, (answers.get(key),))
        return {key: answer for key, (answer,) in found.items()}

    def forget(self) -> None:
        "Forget them, here at once and elsewhere with the end of this"
        self._cache.clear()


def forget_answers(name: str) -> None:
    "Forget all answers that follow from the model *name*"
    for answers in _hanging.get(name, []):
        answers.forget()


def _is_lent() -> bool:
    return _lending.on and not Transaction().check_access


def _names(Model) -> frozenset[str]:
    return _chosen(Model, _NAMES, lambda field: (
            field.loading == 'eager'
            and not isinstance(field, fields.Function)
            and field._type not in _UNFIT))


def _words(Model) -> frozenset[str]:
    return _chosen(Model, _WORDS, lambda field: (
            isinstance(field, FieldTranslate) and field.translate))


def _chosen(
        Model, key: str, choose: Callable[[fields.Field], bool]
        ) -> frozenset[str]:
    "The names of the fields of *Model* to *choose*, remembered by *key*"
    if key not in Model.__dict__:
        setattr(Model, key, frozenset({'id'} | {
                    name for name, field in Model._fields.items()
                    if choose(field)}))
    return getattr(Model, key)


def _cache(name: str) -> Cache:
    if name not in _rows:
        _rows[name] = Cache(f'aid_branch.lent.{name}', context=False)
    return _rows[name]
