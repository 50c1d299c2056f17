"""What holds of families and supply sources from a day on.

There are a few dozen of these terms, and every lot that is looked at asks for
two: they are read together, once in a transaction.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import ClassVar

from trytond.cache import Cache
from trytond.model import Model, ModelStorage
from trytond.pool import Pool
from trytond.transaction import without_check_access

#: Ids of the terms of each record, by the model of the terms
_ids = Cache('aid_lot.terms', context=False)


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
        ids = _ids.get(name)
        if ids is None:
            ids = Term.ids_by(field)
            _ids.set(name, ids)
        mine = set(ids.get(self.id, ()))
        if not mine:
            return None
        # All of them, so that the first that is read reads the others
        terms = Term.browse([id_ for some in ids.values() for id_ in some])
        return in_force([t for t in terms if t.id in mine], date)


class TermMixin(ModelStorage):
    "A term whose changes are known at once"
    __slots__ = ()

    @classmethod
    @without_check_access
    def ids_by(cls, field: str) -> dict[int, list[int]]:
        "Ids of all terms, by the id of the record they belong to"
        result = defaultdict(list)
        for term in cls.search([]):
            result[getattr(term, field).id].append(term.id)
        return dict(result)

    @classmethod
    def on_modification(cls, mode, terms, field_names=None) -> None:
        super().on_modification(mode, terms, field_names=field_names)
        _ids.clear()


def in_force(terms, date: dt.date):
    """The one of the dated *terms* that holds on *date*, or None.

    Of several, the one that began last; of equals, the one entered last.
    """
    return max(
        (term for term in terms if term.holds_on(date)),
        key=lambda term: (term.valid_from or dt.date.min, term.id or 0),
        default=None)
