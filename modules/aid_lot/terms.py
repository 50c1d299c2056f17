"""What holds of families and supply sources from a day on.

There are a few dozen of these terms, and every lot that is looked at asks for
two: they are read together, once in a transaction.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import ClassVar, NamedTuple

from trytond.cache import Cache
from trytond.model import Model, ModelStorage
from trytond.pool import Pool
from trytond.transaction import without_check_access

#: The terms of each record, by the model of the terms
_known = Cache('aid_lot.terms', context=False)


class Known(NamedTuple):
    "When a term holds, without reading it"
    id: int
    valid_from: dt.date | None
    valid_to: dt.date | None

    def holds_on(self, date: dt.date) -> bool:
        return (
            (not self.valid_from or self.valid_from <= date)
            and (not self.valid_to or date <= self.valid_to))


class TermsMixin(Model):
    "Has dated terms; says which of them holds on a day"
    __slots__ = ()
    #: the model of the terms, and the field by which they belong here
    _term_model: ClassVar[tuple[str, str]]

    def term_at(self, date: dt.date):
        """The term that holds on *date*, or None.

        Reads the terms of all records at once, however they were come by.
        """
        name, field = self._term_model
        Term = Pool().get(name)
        known = _known.get(name)
        if known is None:
            known = _known.set(name, Term.known_by(field))
        term = in_force(known.get(self.id, ()), date)
        if term is None:
            return None
        # With all behind it, so that the first that is read reads the others
        return Term(term.id, _ids=[
                term.id, *(t.id for some in known.values() for t in some)])


class TermMixin(ModelStorage):
    "A term whose changes are known at once"
    __slots__ = ()

    @classmethod
    @without_check_access
    def known_by(cls, field: str) -> dict[int, list[Known]]:
        "When all terms hold, by the id of the record they belong to"
        result = defaultdict(list)
        for term in cls.search([]):
            result[getattr(term, field).id].append(
                Known(term.id, term.valid_from, term.valid_to))
        return dict(result)

    @classmethod
    def on_modification(cls, mode, terms, field_names=None) -> None:
        super().on_modification(mode, terms, field_names=field_names)
        _known.clear()


def in_force(terms, date: dt.date) -> Known | None:
    """The one of the dated *terms* that holds on *date*, or None.

    Of several, the one that began last; of equals, the one entered last.
    """
    return max(
        (term for term in terms if term.holds_on(date)),
        key=lambda term: (term.valid_from or dt.date.min, term.id),
        default=None)
