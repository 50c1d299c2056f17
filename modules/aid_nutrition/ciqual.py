"""The composition table of ANSES, Ciqual, as it was imported.

One record holds a food with all its constituents: the cells as they are
printed, "< 0,3" and "traces" too, by code.  What the table does not know is
not there.  Goods, families and averages point to it; nobody edits it.
"""
from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from trytond.model import (
    DictSchemaMixin, Index, ModelSQL, ModelView, Unique, fields,
    sequence_ordered, tree)

from . import constituents
from .values import MACROS

#: Fields of a food, and what they are called in ``values.Values``
MACRO_FIELDS = {name.removesuffix('_g'): name for name in MACROS}

_DECIMALS = 3


def _macro(label: str) -> fields.Float:
    # Shown with the digits that the table has, not with as many for all
    return fields.Float(label, readonly=True)


class Group(tree(separator=' > '), ModelSQL, ModelView):
    "A group of foods of the table, on one of three levels"
    __name__ = 'aid.ciqual.group'

    code = fields.Char("Code", required=True)
    name = fields.Char("Name", required=True)
    name_english = fields.Char("English Name")
    parent = fields.Many2One(
        'aid.ciqual.group', "Within", ondelete='RESTRICT')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('code_unique', Unique(table, table.code),
                'aid_nutrition.msg_ciqual_code_unique'),
            ]
        cls._order.insert(0, ('code', 'ASC'))


class Constituent(
        DictSchemaMixin, sequence_ordered(), ModelSQL, ModelView):
    """Something that the table tells of 100 g of a food.

    Its ``name`` is the code by which foods hold its cell, its ``string``
    the name that people read.
    """
    __name__ = 'aid.ciqual.constituent'

    unit = fields.Char(
        "Unit", help="The unit of its values in 100 g. Empty: a factor.")
    infoods = fields.Char(
        "INFOODS", help="Its international tag, where it is known.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('name_unique', Unique(table, table.name),
                'aid_nutrition.msg_ciqual_code_unique'),
            ]

    @staticmethod
    def default_type_() -> str:
        # "< 0,3" and "traces" are no numbers
        return 'char'


class Food(ModelSQL, ModelView):
    """A food of the table, and what 100 g of its edible part hold.

    ``contents`` are the cells as printed, by code of constituent; the main
    ones stand beside as numbers, to sort and to search.
    """
    __name__ = 'aid.ciqual.food'

    code = fields.Char("Code", required=True, readonly=True)
    name = fields.Char("Name", required=True, readonly=True)
    name_english = fields.Char("English Name", readonly=True)
    name_scientific = fields.Char("Scientific Name", readonly=True)
    group = fields.Many2One(
        'aid.ciqual.group', "Group", readonly=True, ondelete='RESTRICT')
    year = fields.Integer(
        "Table of", required=True, readonly=True,
        help="The year of the table that told of it last.")
    contents = fields.Dict(
        'aid.ciqual.constituent', "In 100 g", readonly=True)
    energy_kj = _macro("Energy (kJ)")
    fat = _macro("Fat (g)")
    saturates = _macro("of which Saturates (g)")
    carbohydrate = _macro("Carbohydrate (g)")
    sugars = _macro("of which Sugars (g)")
    fibre = _macro("Fibre (g)")
    protein = _macro("Protein (g)")
    salt = _macro("Salt (g)")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('code_unique', Unique(table, table.code),
                'aid_nutrition.msg_ciqual_code_unique'),
            ]
        cls._sql_indexes.update({
                Index(table, (table.name, Index.Similarity())),
                Index(table, (table.group, Index.Equality())),
                })
        cls._order.insert(0, ('name', 'ASC'))

    def get_rec_name(self, name: str) -> str:
        return f'{self.name} ({self.code})'

    @classmethod
    def search_rec_name(cls, name: str, clause: tuple) -> list:
        operator = clause[1]
        bool_op = (
            'AND' if operator.startswith('!') or operator.startswith('not ')
            else 'OR')
        return [bool_op,
            ('name', *clause[1:]),
            ('name_english', *clause[1:]),
            ('code', *clause[1:]),
            ]

    def values(self) -> dict[str, float]:
        "What 100 g hold, by the names of ``values.Values``"
        return constituents.values_of(self.contents or {})

    def compute_fields(self, field_names=None) -> dict[str, Any]:
        "The main values follow the cells"
        values = super().compute_fields(field_names=field_names)
        if field_names is None or 'contents' in field_names:
            main = self.main_values(self.contents or {})
            # A write for each of thousands of foods takes its time
            if any(getattr(self, name) != main[name] for name in main):
                values.update(main)
        return values

    @classmethod
    def main_values(cls, contents: Mapping[str, str]) -> dict[str, Any]:
        "The fields that stand beside *contents*"
        found = constituents.values_of(contents)
        return {
            field: round(found[name], _DECIMALS) if name in found else None
            for field, name in MACRO_FIELDS.items()}

    @classmethod
    def mean_contents(
            cls, groups: list[str], foods: list[str]
            ) -> tuple[int, dict[str, str]]:
        """How many foods there are in groups or by code, and their mean.

        :param groups: codes of groups, whatever their level
        :param foods: codes of foods
        :return: the mean as cells by code of constituent; what no food
            knows is not there, and whoever does not know it counts in none
        """
        domain: list[Any] = ['OR', ('code', 'in', foods)]
        if groups:
            domain += [
                ('group.code', 'in', groups),
                ('group.parent.code', 'in', groups),
                ('group.parent.parent.code', 'in', groups)]
        found = cls.search(domain)
        amounts: dict[str, list[Decimal]] = {}
        for food in found:
            for code, text in (food.contents or {}).items():
                value = constituents.amount(text).value
                if value is not None:
                    amounts.setdefault(code, []).append(value)
        return len(found), {
            code: constituents.printed(f'{_rounded(sum(known) / len(known)):f}')
            for code, known in amounts.items()}


def _rounded(value: Decimal) -> Decimal:
    "*value* with three digits that count, as the table has them"
    if not value:
        return Decimal(0)
    return round(value, 2 - value.adjusted())
