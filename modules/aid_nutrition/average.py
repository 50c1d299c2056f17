"""What goods of a family hold on average, where nobody knows better.

Nobody has to enter a composition: goods without one take the average of
their family, marked as an estimate wherever it is used.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from aid_branch.dated import DatedMixin

from trytond.model import Index, ModelSQL, ModelView, fields

from .values import MACROS

#: Fields of the model and names of ``values.Values``
FIELDS = {name.removesuffix('_g'): name for name in MACROS}


def _value(label: str, digits: int = 2) -> fields.Float:
    return fields.Float(label, digits=(None, digits))


class Average(DatedMixin, ModelSQL, ModelView):
    """What 100 g of a family, or of a food group, hold on average.

    With both, it holds for goods of the family that say they are of that
    group, such as potatoes among the vegetables.
    """
    __name__ = 'aid.nutrition.average'

    family = fields.Many2One('aid.family', "Family", ondelete='CASCADE')
    food_group = fields.Many2One(
        'aid.food.group', "Food Group", ondelete='CASCADE')
    energy_kj = _value("Energy (kJ)", 0)
    fat = _value("Fat (g)")
    saturates = _value("of which Saturates (g)")
    carbohydrate = _value("Carbohydrate (g)")
    sugars = _value("of which Sugars (g)")
    fibre = _value("Fibre (g)")
    protein = _value("Protein (g)")
    salt = _value("Salt (g)")
    note = fields.Text("Note")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.update({
                Index(table, (table.family, Index.Equality())),
                Index(table, (table.food_group, Index.Equality())),
                })

    def get_rec_name(self, name: str) -> str:
        return ', '.join(
            part.rec_name for part in (self.family, self.food_group) if part)

    @classmethod
    def search_rec_name(cls, name: str, clause: tuple) -> list:
        operator = clause[1]
        bool_op = (
            'AND' if operator.startswith('!') or operator.startswith('not ')
            else 'OR')
        return [bool_op,
            ('family.rec_name', *clause[1:]),
            ('food_group.rec_name', *clause[1:]),
            ]

    def values(self) -> dict[str, float | None]:
        "What 100 g hold, by the names of ``values.Values``"
        return {
            name: getattr(self, field) for field, name in FIELDS.items()}

    @classmethod
    def for_products(
            cls, products: list, date: dt.date
            ) -> dict[int, Mapping[str, float | None]]:
        """The average of each of *products* on *date*, by product id.

        That of its family within its food group, else that of the food group
        it says itself, else that of its family, else that of its family's
        food group.  Goods of a group outside the balance have none.
        """
        by_key: dict[tuple[int | None, int | None], Any] = {}
        for average in cls.all_at(date):
            by_key.setdefault((
                    average.family.id if average.family else None,
                    average.food_group.id if average.food_group else None),
                average)
        values: dict[Any, dict[str, float | None]] = {}
        found = {}
        for product in products:
            key = next(
                (k for k in _keys(product.template) if k in by_key), None)
            if key is None:
                continue
            if key not in values:
                values[key] = by_key[key].values()
            found[product.id] = values[key]
        return found


def _keys(template: Any) -> list[tuple[int | None, int | None]]:
    "The family and group whose average may hold, the nearest first"
    family, own = template.family, template.food_group
    group = own or (family.food_group if family else None)
    if group and group.outside:
        return []
    family_id = family.id if family else None
    group_id = group.id if group else None
    of_family, of_group = (family_id, None), (None, group_id)
    if own and family and own != family.food_group:
        keys = [of_group, of_family]
    else:
        keys = [of_family, of_group]
    return [key for key in [(family_id, group_id), *keys] if any(key)]
