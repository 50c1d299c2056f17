"""What a product holds per 100 g, and the score that follows from it."""
from __future__ import annotations

from decimal import Decimal
from typing import Any

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.tools import file_open

from . import nutriscore, plausibility
from .ciqual import MACRO_FIELDS
from .exceptions import CompositionError, CompositionWarning
from .values import Values, merge

LETTERS = [(None, '')] + [(letter, letter) for letter in nutriscore.LETTERS]
FOOD_CLASSES = [
    (None, "Not scored"),
    ('general', "Food in General"),
    ('cheese', "Cheese"),
    ('red_meat', "Red Meat"),
    ('fat', "Fat, Oil, Nuts"),
    ('beverage', "Drink"),
    ]
SOURCES = [
    ('label', "Label"),
    ('table', "Composition Table"),
    ('estimate', "Estimate"),
    ]
VALUES = ('energy_kj', *plausibility.WEIGHTS, 'fruit_veg_legumes')
FED_BY = frozenset({
        *VALUES, 'food_class', 'sweeteners', 'water', 'ciqual_food',
        'off_product'})
#: Food groups of which a share that nobody says is nearly all, not none
MOSTLY_FRUIT = frozenset({'FV', 'PU'})
# What is asked of another record to reckon the score
_OF_OTHERS = [
    f'_parent_{name}.{field}' for name in ('ciqual_food', 'off_product')
    for field in MACRO_FIELDS]


def _value(label: str, decimals: int = 3, help: str = '') -> fields.Numeric:
    return fields.Numeric(label, digits=(None, decimals), help=help)


class Composition(ModelSQL, ModelView):
    """What 100 g (100 ml for a drink) of a product hold.

    A value that is not known stays empty, it is never 0.  Impossible values
    are refused; energy far from what the macronutrients make is asked about.

    The values are those of the label.  What it does not say is taken from a
    record of Open Food Facts, then from a food of the Ciqual table, field by
    field and by reference: neither is ever copied among ours.
    """
    __name__ = 'aid.product.composition'

    product = fields.Many2One(
        'product.product', "Product", required=True, ondelete='CASCADE')
    food_class = fields.Selection(
        FOOD_CLASSES, "Scored As", sort=False,
        help="How the Nutri-Score reckons it. Drinks hold milk and plant "
        "drinks. Not scored: coffee, tea, herbs, infant food, vinegar, "
        "salt.")
    energy_kj = _value("Energy (kJ)", 1)
    energy_kcal = fields.Function(fields.Numeric(
            "Energy (kcal)", digits=(None, 0)),
        'on_change_with_energy_kcal')
    fat = _value("Fat (g)")
    saturates = _value("of which Saturates (g)")
    carbohydrate = _value("Carbohydrate (g)")
    sugars = _value("of which Sugars (g)")
    fibre = _value("Fibre (g)")
    protein = _value("Protein (g)")
    salt = _value("Salt (g)")
    fruit_veg_legumes = _value(
        "Fruit, Vegetables, Pulses (%)", 1,
        help="Part of the ingredients. Nuts do not count; olive and avocado "
        "oil do.")
    sweeteners = fields.Boolean(
        "Sweeteners",
        states={
            'invisible': Eval('food_class') != 'beverage',
            },
        help="Holds a sweetener without calories.")
    water = fields.Boolean(
        "Plain Water",
        states={
            'invisible': Eval('food_class') != 'beverage',
            })
    source = fields.Selection(
        SOURCES, "Source", required=True, sort=False,
        help="Where the values were read.")
    source_detail = fields.Char(
        "Source Detail", help="The pack, the page or the code of the food.")
    ciqual_food = fields.Many2One(
        'aid.ciqual.food', "Ciqual Food", ondelete='SET NULL',
        help="The food of the table that tells what the label does not.")
    off_product = fields.Many2One(
        'aid.off.product', "Open Food Facts", ondelete='SET NULL',
        help="What Open Food Facts tells of it (ODbL 1.0).")
    nutri_score = fields.Selection(
        LETTERS, "Nutri-Score", readonly=True, sort=False, translate=False)
    nutri_points = fields.Integer("Points", readonly=True)
    nutri_missing = fields.Function(fields.Char(
            "Counted as 0",
            help="Optional values that are not known. Known, they could only "
            "make the letter better."),
        'on_change_with_nutri_missing')
    nutri_score_icon = fields.Function(
        fields.Char("Nutri-Score Icon"), 'on_change_with_nutri_score_icon')
    nutri_picture = fields.Function(
        fields.Binary("Nutri-Score"), 'on_change_with_nutri_picture')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('product_unique', Unique(table, table.product),
                'aid_nutrition.msg_composition_product_unique'),
            ]

    @staticmethod
    def default_food_class() -> str:
        return 'general'

    @staticmethod
    def default_source() -> str:
        return 'label'

    def get_rec_name(self, name: str) -> str:
        return self.product.rec_name

    @classmethod
    def search_rec_name(cls, name: str, clause: tuple) -> list:
        return [('product.rec_name', *clause[1:])]

    @fields.depends('product', '_parent_product.food_group_used')
    def on_change_product(self) -> None:
        "Propose how the product is scored from its food group"
        group = self.product.food_group_used if self.product else None
        if not group:
            return
        if group.code in {'FA', 'NU'}:
            self.food_class = 'fat'
        elif group.code == 'WATER':
            self.food_class = 'beverage'
        elif group.outside:
            self.food_class = None
        else:
            self.food_class = 'general'

    @fields.depends('energy_kj')
    def on_change_with_energy_kcal(self, name: str = None) -> Decimal | None:
        if self.energy_kj is None:
            return None
        return (self.energy_kj / Decimal('4.184')).quantize(Decimal(1))

    @fields.depends(
        'ciqual_food', 'off_product', *VALUES, *_OF_OTHERS)
    def _macros(self) -> Values:
        "What is known of the main values, merged"
        sources = [('label', self)]
        if self.off_product:
            sources.append(('off', self.off_product))
        if self.ciqual_food:
            sources.append(('ciqual', self.ciqual_food))
        return merge(
            (origin, {
                    name: getattr(record, field, None)
                    for field, name in MACRO_FIELDS.items()})
            for origin, record in sources)

    @fields.depends(
        'fruit_veg_legumes', 'off_product',
        '_parent_off_product.fruit_veg_legumes')
    def _fruit_share(self):
        "Percent of fruit, vegetables and pulses, None where nobody says it"
        if self.fruit_veg_legumes is None and self.off_product:
            return getattr(self.off_product, 'fruit_veg_legumes', None)
        return self.fruit_veg_legumes

    @fields.depends(
        'product', '_parent_product.food_group_used',
        methods=['_fruit_share', '_scored'])
    def _lacks_fruit_share(self) -> bool:
        """Whether the letter would be worse than what is in the pack.

        A share that nobody says counts as none, which is no harm to a biscuit
        and makes a C of a banana.
        """
        group = self.product.food_group_used if self.product else None
        if (not group or group.code not in MOSTLY_FRUIT
                or self._fruit_share() is not None):
            return False
        letters = {
            score.letter for score in [self._scored(None), self._scored(100)]
            if score}
        return len(letters) > 1

    @fields.depends(
        'food_class', methods=['_scored', '_fruit_share',
            '_lacks_fruit_share'])
    def _nutri_score(self) -> nutriscore.NutriScore | None:
        "The score, None where the food is not scored or a value impossible"
        if not self.food_class or self._lacks_fruit_share():
            return None
        return self._scored(self._fruit_share())

    @fields.depends(*FED_BY, methods=['_macros'])
    def _scored(self, fruit) -> nutriscore.NutriScore | None:
        "The score with a share of fruit; None where a value is impossible"
        values = self._macros()
        try:
            return nutriscore.nutri_score(
                self.food_class,
                energy_kj=values.energy_kj,
                sugars_g=values.sugars_g,
                saturates_g=values.saturates_g,
                salt_g=values.salt_g,
                protein_g=values.protein_g,
                fibre_g=values.fibre_g,
                fruit_veg_legumes_pct=fruit,
                fat_g=values.fat_g,
                sweeteners=bool(self.sweeteners)
                and self.food_class == 'beverage',
                water=bool(self.water) and self.food_class == 'beverage')
        except ValueError:
            # Said by the check of the values
            return None

    @fields.depends(methods=['_nutri_score'])
    def on_change_with_nutri_score(self) -> str | None:
        score = self._nutri_score()
        return score.letter if score else None

    @fields.depends(methods=['_nutri_score'])
    def on_change_with_nutri_points(self) -> int | None:
        score = self._nutri_score()
        return score.points if score else None

    @fields.depends(
        'food_class', methods=['_nutri_score', '_lacks_fruit_share'])
    def on_change_with_nutri_missing(self, name: str = None) -> str | None:
        if self.food_class and self._lacks_fruit_share():
            return gettext('aid_nutrition.msg_value_fruit_veg_legumes')
        score = self._nutri_score()
        if not score or not score.letter:
            return None
        return ', '.join(
            gettext(f'aid_nutrition.msg_value_{FIELDS[name]}')
            for name in score.missing) or None

    @fields.depends('nutri_score')
    def on_change_with_nutri_score_icon(self, name: str = None) -> str | None:
        return letter_icon(self.nutri_score)

    @fields.depends('nutri_score')
    def on_change_with_nutri_picture(self, name: str = None) -> bytes | None:
        "The letter, coloured"
        if not self.nutri_score:
            return None
        return letter_picture(self.nutri_score)

    def sources(self) -> list[tuple[str, dict[str, float | None]]]:
        "What each source says of 100 g, the surest first; see ``values``"
        found = [('label', {
                    name: _float(getattr(self, field))
                    for field, name in MACRO_FIELDS.items()})]
        if self.off_product:
            found.append(('off', self.off_product.values()))
        if self.ciqual_food:
            found.append(('ciqual', self.ciqual_food.values()))
        return found

    @classmethod
    def score_again(cls, compositions: list) -> None:
        "Store the letters again, once what they are taken from has changed"
        actions: list[Any] = []
        for composition in compositions:
            score = composition._nutri_score()
            values = {
                'nutri_score': score.letter if score else None,
                'nutri_points': score.points if score else None}
            if values != {n: getattr(composition, n) for n in values}:
                actions += [[composition], values]
        if actions:
            cls.write(*actions)

    def compute_fields(self, field_names=None) -> dict[str, Any]:
        values = super().compute_fields(field_names=field_names)
        if field_names is None or FED_BY & set(field_names):
            score = self._nutri_score()
            values['nutri_score'] = score.letter if score else None
            values['nutri_points'] = score.points if score else None
        return values

    @classmethod
    def validate_fields(cls, compositions, field_names) -> None:
        super().validate_fields(compositions, field_names)
        cls.check_values(compositions, field_names)

    @classmethod
    def check_values(cls, compositions, field_names=None) -> None:
        """Refuse what cannot be, ask about what hardly can.

        :raises CompositionError: for an impossible value
        :raises CompositionWarning: for energy more than 25 % away from what
            the macronutrients make
        """
        if field_names and not (field_names & {*VALUES, 'food_class'}):
            return
        Warning = Pool().get('res.user.warning')
        for composition in compositions:
            values = {name: getattr(composition, name) for name in VALUES}
            found = plausibility.faults(
                values, liquid=composition.food_class == 'beverage')
            if found:
                raise CompositionError('\n'.join(
                        composition._say(fault) for fault in found))
            expected = plausibility.energy_doubt(values)
            if expected is None:
                continue
            name = Warning.format('composition_energy', [composition])
            if Warning.check(name):
                raise CompositionWarning(name, gettext(
                        'aid_nutrition.msg_composition_energy',
                        product=composition.product.rec_name,
                        energy=f'{values["energy_kj"]:.0f}',
                        expected=f'{expected:.0f}'))

    def _say(self, fault: plausibility.Fault) -> str:
        texts = {
            'product': self.product.rec_name,
            'value': f'{fault.value.normalize():f}',
            'limit': f'{fault.limit.normalize():f}',
            }
        if fault.kind != 'sum':
            texts['name'] = gettext(f'aid_nutrition.msg_value_{fault.name}')
        if fault.whole:
            texts['whole'] = gettext(
                f'aid_nutrition.msg_value_{fault.whole}')
        return gettext(
            f'aid_nutrition.msg_composition_{fault.kind}', **texts)


# Names in the calculator and names of our fields
FIELDS = {
    'energy_kj': 'energy_kj', 'sugars_g': 'sugars',
    'saturates_g': 'saturates', 'salt_g': 'salt', 'protein_g': 'protein',
    'fibre_g': 'fibre', 'fruit_veg_legumes_pct': 'fruit_veg_legumes',
    'fat_g': 'fat'}


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def letter_icon(letter: str | None) -> str | None:
    "Name of the icon of *letter*"
    return f'aid-nutri-{letter.lower()}' if letter else None


def letter_picture(letter: str) -> bytes:
    "The icon of *letter* as an SVG document"
    with file_open(
            f'aid_nutrition/icons/{letter_icon(letter)}.svg',
            mode='rb') as icon:
        return icon.read()
