"""What Open Food Facts tells of products, in a table of its own.

The database is under the Open Database License: whoever publishes it, or
what is made of it, names the source and passes the licence on.  So it is
never copied among our own compositions, which refer to it instead.
"""
from __future__ import annotations

import datetime as dt

from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool

from .ciqual import MACRO_FIELDS

LICENCE = "ODbL 1.0"
ATTRIBUTION = "© Open Food Facts contributors"


def _value(label: str) -> fields.Float:
    return fields.Float(label, readonly=True)


def _told(label: str) -> fields.Char:
    return fields.Char(label, readonly=True)


class OffProduct(ModelSQL, ModelView):
    "A product as Open Food Facts tells of it"
    __name__ = 'aid.off.product'

    barcode = fields.Char(
        "Barcode", required=True, readonly=True,
        help="The GTIN, with 14 digits.")
    name = fields.Char("Name", required=True, readonly=True)
    brand = _told("Brand")
    quantity = _told("Quantity")
    energy_kj = _value("Energy (kJ)")
    fat = _value("Fat (g)")
    saturates = _value("of which Saturates (g)")
    carbohydrate = _value("Carbohydrate (g)")
    sugars = _value("of which Sugars (g)")
    fibre = _value("Fibre (g)")
    protein = _value("Protein (g)")
    salt = _value("Salt (g)")
    fruit_veg_legumes = _value("Fruit, Vegetables, Pulses (%)")
    pnns_group = _told("PNNS Group")
    allergens = _told("Allergens")
    traces = _told("Traces")
    nutri_grade = fields.Char(
        "Their Nutri-Score", readonly=True,
        help="The letter there, by the algorithm of its day.")
    modified_on = fields.Date("Modified There On", readonly=True)
    imported_on = fields.Date("Imported On", required=True, readonly=True)
    licence = fields.Char("Licence", required=True, readonly=True)
    attribution = fields.Char("Source", required=True, readonly=True)
    url = fields.Function(fields.Char("Page"), 'on_change_with_url')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('barcode_unique', Unique(table, table.barcode),
                'aid_nutrition.msg_off_barcode_unique'),
            ]
        cls._order.insert(0, ('name', 'ASC'))

    @staticmethod
    def default_licence() -> str:
        return LICENCE

    @staticmethod
    def default_attribution() -> str:
        return ATTRIBUTION

    @staticmethod
    def default_imported_on() -> dt.date:
        return Pool().get('ir.date').today()

    def get_rec_name(self, name: str) -> str:
        return f'{self.name} ({self.barcode})'

    @classmethod
    def search_rec_name(cls, name: str, clause: tuple) -> list:
        operator = clause[1]
        bool_op = (
            'AND' if operator.startswith('!') or operator.startswith('not ')
            else 'OR')
        return [bool_op,
            ('name', *clause[1:]),
            ('barcode', *clause[1:]),
            ]

    @fields.depends('barcode')
    def on_change_with_url(self, name: str = None) -> str | None:
        if not self.barcode:
            return None
        return (
            'https://world.openfoodfacts.org/product/'
            + self.barcode.lstrip('0').zfill(13))

    def values(self) -> dict[str, float | None]:
        "What 100 g hold, by the names of ``values.Values``"
        return {
            name: getattr(self, field)
            for field, name in MACRO_FIELDS.items()}
