"""Rules that change with time: records with a validity, never constants."""
from __future__ import annotations

import datetime as dt
from typing import Any

from trytond.i18n import gettext
from trytond.model import Index, Model, fields
from trytond.pyson import Eval, If

from .exceptions import ValidityError
from .lent import Answers, LentMixin
from .scope import NetworkOrBranchMixin

#: Id of what holds, by model, branch, day and what else is asked for
_in_force = Answers('aid_branch.in_force', of=['aid.branch'])


class DatedMixin(LentMixin):
    """A value that holds from a day to a day, both included.

    Where two records hold on one day, the one that began last wins, so that
    a new value needs no edit of the old one.
    """
    __slots__ = ()

    valid_from = fields.Date(
        "Valid From",
        domain=[
            If(Eval('valid_from') & Eval('valid_to'),
                ('valid_from', '<=', Eval('valid_to', None)),
                ()),
            ],
        help="First day of validity. Empty: always was.")
    valid_to = fields.Date(
        "Valid To",
        help="Last day of validity. Empty: until something newer.")
    source = fields.Char(
        "Source",
        help="The text or the decision that the value comes from.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._order.insert(0, ('valid_from', 'DESC NULLS LAST'))
        cls._sql_indexes.add(
            Index(table, (table.valid_from, Index.Range())))

    @classmethod
    def validate_fields(cls, records, field_names) -> None:
        super().validate_fields(records, field_names)
        cls.check_validity(records, field_names)

    @classmethod
    def check_validity(cls, records, field_names=None) -> None:
        "Refuse a validity that ends before it begins"
        if field_names and not (field_names & {'valid_from', 'valid_to'}):
            return
        for record in records:
            if (record.valid_from and record.valid_to
                    and record.valid_to < record.valid_from):
                raise ValidityError(gettext(
                        'aid_branch.msg_validity_ends_before_start',
                        record=record.rec_name,
                        valid_from=record.valid_from,
                        valid_to=record.valid_to))

    @classmethod
    def on_modification(cls, mode, records, field_names=None) -> None:
        super().on_modification(mode, records, field_names=field_names)
        _in_force.forget()

    def holds_on(self, date: dt.date) -> bool:
        "Whether the record is valid on *date*"
        return (
            (not self.valid_from or self.valid_from <= date)
            and (not self.valid_to or date <= self.valid_to))

    @classmethod
    def valid_domain(cls, date: dt.date) -> list:
        "Domain of the records valid on *date*"
        return [
            ['OR', ('valid_from', '=', None), ('valid_from', '<=', date)],
            ['OR', ('valid_to', '=', None), ('valid_to', '>=', date)],
            ]

    @classmethod
    def all_at(cls, date: dt.date, **equal: Any) -> list:
        """The records valid on *date* whose fields equal *equal*.

        Best first: the one that began last, those without a start at the end.
        """
        domain = cls.valid_domain(date)
        domain += [(name, '=', _value(v)) for name, v in equal.items()]
        return cls.search(
            domain, order=[('valid_from', 'DESC NULLS LAST'), ('id', 'DESC')])

    @classmethod
    def at(cls, date: dt.date, **equal: Any):
        "The record that holds on *date* among those equal to *equal*, or None"
        def ask() -> int | None:
            records = cls.all_at(date, **equal)
            return records[0].id if records else None
        return cls._known(_in_force(_key(cls, None, date, equal), ask))

    @classmethod
    def _known(cls, id_: int | None):
        return None if id_ is None else cls(id_)


class RuleMixin(DatedMixin):
    """A dated value of the network, in the list of the rules of a branch.

    Its form says with `holds_at` whether it is the one that holds.
    """
    __slots__ = ()

    #: The fields that tell one value from another that holds beside it, such
    #: as the family of a price
    _rule_key: tuple[str, ...] = ()

    holds_at = fields.Function(
        fields.Char(
            "Today at Your Branch", states={'invisible': ~Eval('holds_at')}),
        'get_holds_at')

    @classmethod
    def get_holds_at(cls, rules, name: str) -> dict[int, str | None]:
        "Whether the value holds at the branch at hand, or whose does"
        from .rules_here import holding
        return holding(rules)

    @classmethod
    def applying(cls, branch, date: dt.date) -> list:
        """The records that apply to *branch* on *date*, one of each key.

        :param branch: an ``aid.branch``; what is the same everywhere does not
            look at it
        """
        return cls._one_of_each(cls.all_at(date))

    @classmethod
    def _one_of_each(cls, records) -> list:
        "The first of *records* of each key"
        best: dict[tuple, Any] = {}
        for record in records:
            best.setdefault(
                tuple(getattr(record, n) for n in cls._rule_key), record)
        return list(best.values())


class BranchRuleMixin(NetworkOrBranchMixin, RuleMixin):
    """A dated value of the network that a branch may replace by its own.

    A record without branch is the value of the network.  A branch takes the
    value of the nearest branch upwards that has one, then the network's.
    """
    __slots__ = ()

    @classmethod
    def applying(cls, branch, date: dt.date) -> list:
        lineage = branch.lineage
        nearest = {id_: -i for i, id_ in enumerate(lineage, 1)}
        records = cls.search([
                *cls.valid_domain(date),
                ['OR', ('branch', '=', None), ('branch', 'in', lineage)],
                ], order=[('valid_from', 'DESC NULLS LAST'), ('id', 'DESC')])
        records.sort(
            key=lambda r: nearest[r.branch.id] if r.branch else 0)
        return cls._one_of_each(records)

    @classmethod
    def for_branch(cls, branch, date: dt.date, **equal: Any):
        """The record that applies to *branch* on *date*, or None.

        :param branch: an ``aid.branch`` record
        """
        return cls._known(_in_force(
                _key(cls, branch, date, equal),
                lambda: cls._ask_for_branch(branch, date, equal)))

    @classmethod
    def _ask_for_branch(
            cls, branch, date: dt.date, equal: dict[str, Any]) -> int | None:
        lineage = branch.lineage
        domain = cls.valid_domain(date)
        domain += [(name, '=', _value(v)) for name, v in equal.items()]
        domain.append(['OR',
                ('branch', '=', None),
                ('branch', 'in', lineage),
                ])
        records = cls.search(
            domain, order=[('valid_from', 'DESC NULLS LAST'), ('id', 'DESC')])
        if not records:
            return None

        def distance(record) -> int:
            # lineage goes from the root down to the branch itself
            if not record.branch:
                return len(lineage)
            return len(lineage) - 1 - lineage.index(record.branch.id)
        return min(records, key=distance).id


class NamedByBranchMixin(BranchRuleMixin):
    "A rule that is known by whose it is and since when"
    __slots__ = ()

    def get_rec_name(self, name: str) -> str:
        branch = self.branch.rec_name if self.branch else '*'
        return f'{branch} {self.valid_from or ""}'.strip()

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('branch.rec_name', *clause[1:])]


def _key(Model, branch, date: dt.date, equal: dict[str, Any]) -> tuple:
    return (
        Model.__name__, branch and branch.id, date,
        tuple(sorted((name, _value(v)) for name, v in equal.items())))


def _value(value: Any) -> Any:
    return value.id if isinstance(value, Model) else value
