"""What goods of a family hold on average, where nobody knows better.

Nobody has to enter a composition: goods without one take the average of
their family, marked as an estimate wherever it is used.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.pool import Pool

from aid_branch.dated import DatedMixin

from . import constituents
from .ciqual import MACRO_FIELDS
from .exceptions import AverageError
from .values import ESTIMATED, merge


def _value(label: str, digits: int = 2) -> fields.Float:
    return fields.Float(label, digits=(None, digits))


class Average(DatedMixin, ModelSQL, ModelView):
    """What 100 g of a family, or of a food group, hold on average.

    With both, it holds for goods of the family that say they are of that
    group, such as potatoes among the vegetables.

    The mean of the foods it names in the Ciqual table counts; what that
    does not know, and all of it before the table is imported, are the values
    typed in here.
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
    energy_used = fields.Function(fields.Float(
            "Energy Used (kJ)", digits=(None, 0),
            help="That of the Ciqual foods, where the table knows it."),
        'get_energy_used')
    ciqual_groups = fields.Char(
        "Ciqual Groups",
        help="Codes of groups of the Ciqual table, separated by commas.")
    ciqual_foods = fields.Char(
        "Ciqual Foods",
        help="Codes of foods of the Ciqual table, separated by commas.")
    contents = fields.Dict(
        'aid.ciqual.constituent', "Mean of the Ciqual Foods", readonly=True)
    foods_counted = fields.Integer("Foods Counted", readonly=True)
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

    @classmethod
    def validate_fields(cls, averages, field_names) -> None:
        super().validate_fields(averages, field_names)
        cls.check_of_something(averages, field_names)

    @classmethod
    def check_of_something(cls, averages, field_names=None) -> None:
        """Refuse an average of neither a family nor a food group.

        :raises AverageError: naming what to fill in
        """
        if field_names and not (field_names & {'family', 'food_group'}):
            return
        if not all(a.family or a.food_group for a in averages):
            raise AverageError(gettext('aid_nutrition.msg_average_of_nothing'))

    def values(self) -> dict[str, float | None]:
        "What 100 g hold, by the names of ``values.Values``"
        return {
            **{name: getattr(self, field)
                for field, name in MACRO_FIELDS.items()},
            **constituents.values_of(self.contents or {}),
            }

    def get_energy_used(self, name: str) -> float | None:
        "The energy that 100 g count for"
        return merge([(ESTIMATED, self.values())]).energy_kj

    def compute_fields(self, field_names=None) -> dict[str, Any]:
        "The mean follows the codes; see ``take_means`` for the table"
        values = super().compute_fields(field_names=field_names)
        if field_names is None or {'ciqual_groups', 'ciqual_foods'} & {
                *field_names}:
            values.update(self._mean())
        return values

    def _mean(self) -> dict[str, Any]:
        count, contents = Pool().get('aid.ciqual.food').mean_contents(
            _codes(self.ciqual_groups), _codes(self.ciqual_foods))
        return {'foods_counted': count, 'contents': contents or None}

    @classmethod
    def take_means(cls) -> None:
        "Reckon every mean again, once the table has changed"
        actions: list[Any] = []
        for average in cls.search([]):
            mean = average._mean()
            if mean != {name: getattr(average, name) for name in mean}:
                actions += [[average], mean]
        if actions:
            cls.write(*actions)

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


def _codes(text: str | None) -> list[str]:
    return [
        code.strip() for code in (text or '').split(',') if code.strip()]


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
