"""What is wanted of a nutrient for 2,000 kcal, since when, who says so."""
from __future__ import annotations

import datetime as dt

from trytond.model import Index, ModelSQL, ModelView, fields, sequence_ordered

from aid_branch.dated import DatedMixin

from . import nutrients

UNITS = [
    ('g', "g"),
    ('mg', "mg"),
    ('µg', "µg"),
    ]


def _share(label: str, help: str = '') -> fields.Float:
    return fields.Float(
        label, digits=(None, 4), help=help)


class NutrientReference(
        DatedMixin, sequence_ordered(), ModelSQL, ModelView):
    "A floor or a ceiling for one nutrient, for 2,000 kcal of goods"
    __name__ = 'aid.nutrition.reference'

    name = fields.Char("Nutrient", required=True, translate=True)
    code = fields.Char(
        "Code", required=True,
        help="What compositions know the nutrient by.")
    amount = fields.Float(
        "For 2,000 kcal", digits=(None, 3),
        domain=['OR', ('amount', '=', None), ('amount', '>', 0)])
    unit = fields.Selection(
        UNITS, "Unit", required=True, sort=False, translate=False)
    limit = fields.Boolean(
        "At Most", help="Rather less of it: saturates, sugars, salt.")
    min_share = _share(
        "Energy from", help="Part of the energy it should make.")
    max_share = _share(
        "Energy up to", help="Part of the energy it may make.")
    note = fields.Char("Note", translate=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.code, Index.Equality(cardinality='high'))))

    @staticmethod
    def default_unit() -> str:
        return 'g'

    @staticmethod
    def default_limit() -> bool:
        return False

    @classmethod
    def references(cls, date: dt.date) -> list[nutrients.Reference]:
        "What holds on *date* as plain values, in its order"
        return [r.as_reference() for r in cls.holding(date)]

    @classmethod
    def holding(cls, date: dt.date) -> list:
        "The record of each nutrient that holds on *date*, in their order"
        newest: dict[str, NutrientReference] = {}
        for record in cls.all_at(date):
            newest.setdefault(record.code, record)
        return sorted(
            newest.values(),
            key=lambda r: (r.sequence is None, r.sequence or 0, r.id))

    def as_reference(self) -> nutrients.Reference:
        "The reference as a plain value"
        return nutrients.Reference(
            self.code, self.amount, self.unit, bool(self.limit),
            self.min_share, self.max_share)
