"""Names of persons, found however they are spelled, and their ages."""
from __future__ import annotations

import datetime as dt

from trytond.model import Index, Model, fields

from .unaccented import unaccented


class NamedPersonMixin(Model):
    "Gives a model a first and a last name, and a key to find them by"
    __slots__ = ()

    first_name = fields.Char("First Name")
    last_name = fields.Char("Last Name")
    search_key = fields.Char("Search Key", readonly=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.search_key, Index.Similarity())))

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return cls.search_key_domain('search_key', clause)

    @classmethod
    def search_key_domain(cls, path: str, clause) -> list:
        """The domain on *path* that finds names however they are spelled.

        Like operators look for each word on its own, in any order.
        """
        _, operator, operand = clause[:3]
        if isinstance(operand, str) and operator.endswith('like'):
            words = plain(operand.replace('%', ' ')).split()
            joint = 'OR' if operator.startswith('not') else 'AND'
            return [joint, *((path, operator, f'%{w}%') for w in words)]
        if isinstance(operand, (list, tuple, set, frozenset)):
            operand = [search_key(v, None) if v else v for v in operand]
        elif isinstance(operand, str):
            operand = search_key(operand, None)
        return [(path, operator, operand)]

    def compute_fields(self, field_names=None) -> dict:
        values = super().compute_fields(field_names=field_names)
        if field_names is None or field_names & {'first_name', 'last_name'}:
            key = search_key(self.first_name, self.last_name) or None
            if self.search_key != key:
                values['search_key'] = key
        return values


def search_key(first_name: str | None, last_name: str | None) -> str:
    """A name without case, accents, hyphens or double blanks.

    Two spellings of one name give the same key, whichever of first and last
    name was written where.

    >>> search_key('Élodie', 'Le-Goff')
    'elodie goff le'
    """
    return ' '.join(sorted(plain(f'{first_name or ""} {last_name or ""}')
            .split()))


def plain(text: str) -> str:
    "*text* in lower case, without accents, hyphens and apostrophes as blanks"
    letters = ''.join(' ' if c in "-'’" else c for c in unaccented(text))
    return ' '.join(letters.casefold().split())


def age_on(birth_date: dt.date, date: dt.date) -> int:
    """Full years lived on *date*; someone born on 29 February is a year older
    on 1 March in ordinary years.

    :raises ValueError: *date* is before the birth
    """
    if date < birth_date:
        raise ValueError(f"{birth_date} is after {date}")
    before_birthday = (date.month, date.day) < (
        birth_date.month, birth_date.day)
    return date.year - birth_date.year - before_birthday
