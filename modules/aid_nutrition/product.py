"""What a product is as food: its group, how much is eaten, its score."""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from aid_branch.lent import Answers, lent
from aid_branch.reading import read_together

from . import balance, nutrients
from .composition import LETTERS, letter_icon, letter_picture
from .food_group import FoodMixin

# Families of which a generic good can complete a basket; their phrases are
# messages, so that they come in every language
OFFERED_FAMILIES = frozenset({
        'fruit_vegetables', 'bread', 'dry_starch', 'pulses', 'dairy',
        'meat_fish_eggs', 'canned', 'fats'})
_GOODS = ['product.product', 'product.template', 'aid.family']
#: What goods are as food, by model and id of a product or a family
_foods = Answers('aid_nutrition.foods', of=[
        *_GOODS, 'aid.food.group', 'aid.food.group.kind'])
#: What products are called, by id and language
_words = Answers('aid_nutrition.words', of=[*_GOODS, 'ir.message'])


class KnownFood(NamedTuple):
    """What a product or a family is as food, see ``balance.Item``.

    ``outside`` goods count in no share.
    """
    group: str | None
    kind: str | None
    edible_share: float
    cooked_factor: float
    outside: bool


class Template(FoodMixin, metaclass=PoolMeta):
    __name__ = 'product.template'

    nutri_picture = fields.Function(fields.Binary(
            "Nutri-Score", states={'invisible': ~Eval('nutri_picture')}),
        'get_nutri_picture')

    @classmethod
    def get_nutri_picture(
            cls, templates: list, name: str) -> dict[int, bytes | None]:
        "The letter of its variants, where they have the same one"
        pictures = {}
        for template in templates:
            letters = {p.nutri_score for p in template.products}
            letter = letters.pop() if len(letters) == 1 else None
            pictures[template.id] = letter_picture(letter) if letter else None
        return pictures


class Product(metaclass=PoolMeta):
    __name__ = 'product.product'

    food_group_used = fields.Function(fields.Many2One(
            'aid.food.group', "Food Group Used"),
        'get_food', searcher='search_food_group_used')
    food_kind_used = fields.Function(fields.Many2One(
            'aid.food.group.kind', "Kind Used"), 'get_food')
    edible_share_used = fields.Function(fields.Float(
            "Edible Share Used", digits=(None, 4)), 'get_food')
    cooked_factor_used = fields.Function(fields.Float(
            "Cooked Factor Used", digits=(None, 3)), 'get_food')
    compositions = fields.One2Many(
        'aid.product.composition', 'product', "Composition", size=1,
        help="What the label says, per 100 g or 100 ml.")
    nutri_score = fields.Function(fields.Selection(
            LETTERS, "Nutri-Score", sort=False, translate=False),
        'get_nutri_score', searcher='search_nutri_score')
    nutri_score_icon = fields.Function(fields.Char(
            "Nutri-Score Icon"), 'get_nutri_score')
    nutri_picture = fields.Function(fields.Binary(
            "Nutri-Score", states={'invisible': ~Eval('nutri_score')}),
        'get_nutri_picture')

    @classmethod
    def get_food(
            cls, products: list, names: list[str]
            ) -> dict[str, dict[int, Any]]:
        "What the product says, else what its family says"
        result: dict[str, dict[int, Any]] = {name: {} for name in names}
        for product in products:
            group, kind, edible, cooked = cls._food(product.template)
            values = {
                'food_group_used': group.id if group else None,
                'food_kind_used': kind.id if kind else None,
                'edible_share_used': edible,
                'cooked_factor_used': cooked,
                }
            for name in names:
                result[name][product.id] = values[name]
        return result

    @staticmethod
    def _food(template) -> tuple[Any, Any, float, float]:
        "Group, kind, edible share and cooked factor of what is sold"
        family = template.family
        # The kind of the family is one of its own group only
        source = template if template.food_group else family
        return (
            source.food_group if source else None,
            template.food_kind or (source.food_kind if source else None),
            template.edible_share
            or (family.edible_share if family else None) or 1.0,
            template.cooked_factor
            or (family.cooked_factor if family else None) or 1.0)

    @classmethod
    def search_food_group_used(cls, name: str, clause: tuple) -> list:
        _, operator, value, *extra = clause
        nested = clause[0][len(name):]
        own = (f'template.food_group{nested}', operator, value, *extra)
        of_family = (
            f'template.family.food_group{nested}', operator, value, *extra)
        if not nested and operator in {'=', '!='} and value is None:
            # Without a group of its own and without one of its family
            known = ['OR',
                ('template.food_group', '!=', None),
                ('template.family.food_group', '!=', None),
                ]
            if operator == '!=':
                return [known]
            return [
                ('template.food_group', '=', None),
                ['OR',
                    ('template.family', '=', None),
                    ('template.family.food_group', '=', None),
                    ],
                ]
        return [['OR',
                [('template.food_group', '!=', None), own],
                [('template.food_group', '=', None), of_family],
                ]]

    @classmethod
    def get_nutri_score(
            cls, products: list, names: list[str]
            ) -> dict[str, dict[int, str | None]]:
        "Letter and icon, read from the composition"
        Composition = Pool().get('aid.product.composition')
        letters: dict[int, str | None] = {p.id: None for p in products}
        for composition in Composition.search([
                    ('product', 'in', list(letters)),
                    ('nutri_score', '!=', None),
                    ]):
            letters[composition.product.id] = composition.nutri_score
        icons = {key: letter_icon(letter) for key, letter in letters.items()}
        values = {'nutri_score': letters, 'nutri_score_icon': icons}
        return {name: values[name] for name in names}

    @classmethod
    def get_nutri_picture(
            cls, products: list, name: str) -> dict[int, bytes | None]:
        "The letter as it stands on packs"
        return {
            p.id: letter_picture(p.nutri_score) if p.nutri_score else None
            for p in products}

    @classmethod
    def search_nutri_score(cls, name: str, clause: tuple) -> list:
        operator, value = clause[1:3]
        if value is None and operator in {'=', '!='}:
            return [(
                    'compositions',
                    'not where' if operator == '=' else 'where',
                    [('nutri_score', '!=', None)])]
        scored = [('compositions.nutri_score', operator, value)]
        if operator in {'!=', 'not in'} or (
                operator == 'in' and None in value):
            return ['OR', scored,
                ('compositions', 'not where', [('nutri_score', '!=', None)])]
        return scored

    @classmethod
    def nutrition_items(
            cls, goods: Iterable[tuple[Any, float | None]]
            ) -> list[balance.Item]:
        """What ``balance`` needs to know of *goods*, with their weights.

        :param goods: pairs of a ``product.product`` or an ``aid.family``
            and its weight in kg; None, an unknown weight, is left out
        """
        goods = [(thing, kg) for thing, kg in goods if kg is not None]
        foods = cls.known_foods(thing for thing, _ in goods)
        items = []
        for thing, kg in goods:
            food = foods[thing.__name__, thing.id]
            items.append(balance.Item(
                    group=food.group,
                    kg=kg,
                    name=str(thing),
                    cooked_factor=food.cooked_factor,
                    edible_share=food.edible_share,
                    kind=food.kind))
        return items

    @classmethod
    @without_check_access
    @lent()
    def known_foods(
            cls, things: Iterable[Any]) -> dict[tuple[str, int], KnownFood]:
        """What products and families are as food, by model and id.

        Nothing is asked for those of which it was asked before.
        """
        named = {(thing.__name__, thing.id): thing for thing in things}
        return _foods.each(named, lambda keys: dict(zip(
                    keys, cls._read_foods([named[key] for key in keys]))))

    @classmethod
    @without_check_access
    def _read_foods(cls, things: list) -> list[KnownFood]:
        read_together(t for t in things if t.__name__ == cls.__name__)
        read_together(
            t.template for t in things if t.__name__ == cls.__name__)
        foods = []
        for thing in things:
            if thing.__name__ == 'aid.family':
                group, kind = thing.food_group, thing.food_kind
                edible = thing.edible_share or 1.0
                cooked = thing.cooked_factor or 1.0
            else:
                # Its template says it all: nothing is read product by product
                group, kind, edible, cooked = cls._food(thing.template)
            foods.append(KnownFood(
                    group.code if group else None,
                    kind.code if kind else None, edible, cooked,
                    bool(group and group.outside)))
        return foods

    @classmethod
    def nutrition_foods(
            cls, goods: Iterable[tuple[Any, float | None]], date: dt.date
            ) -> list[nutrients.Food]:
        """What ``nutrients`` needs to know of those *goods* that are eaten.

        :param goods: as for ``nutrition_items``; a family stands for its
            generic product
        :param date: the day whose family averages are taken
        """
        eaten = []
        for thing, kg in goods:
            product = (
                thing.product if thing.__name__ == 'aid.family' else thing)
            if kg is None or not product:
                continue
            eaten.append((product, kg))
        foods = cls.known_foods(product for product, _ in eaten)
        eaten = [
            (product, kg, food.edible_share) for product, kg in eaten
            if not (food := foods[product.__name__, product.id]).outside]
        products = list({product for product, *_ in eaten})
        values = cls.nutrition_values(products, date)
        return [
            nutrients.Food(
                kg, values[product.id], edible, product.nutri_score,
                product.rec_name)
            for product, kg, edible in eaten]

    @classmethod
    def shelf_goods(
            cls, on_hand: Iterable[Any], date: dt.date | None = None
            ) -> list[balance.ShelfGood]:
        """What may be taken from the shelf, one good for each product.

        :param on_hand: ``aid.lot.on_hand`` records, or anything with
            ``product``, ``quantity``, ``expiry`` and perhaps ``refusal``
        :param date: lots that may not be handed over on that day are left
            out; None: today where each of them lies
        """
        by_product: dict[Any, list] = defaultdict(list)
        today: dict[int, dt.date] = {}
        for row in on_hand:
            if row.quantity <= 0:
                continue
            if refusal := getattr(row, 'refusal', None):
                day = date
                if not day:
                    if row.branch.id not in today:
                        today[row.branch.id] = row.branch.today()
                    day = today[row.branch.id]
                if refusal(day):
                    continue
            by_product[row.product].append(row)
        goods = []
        foods = cls.known_foods(by_product)
        words = cls._known_words(by_product)
        for product, rows in by_product.items():
            name, phrase = words[product.id]
            goods.append(balance.ShelfGood(
                    name=name,
                    group=foods[product.__name__, product.id].group,
                    expiry=min(
                        (r.expiry for r in rows if r.expiry), default=None),
                    quantity=sum(r.quantity for r in rows),
                    phrase=phrase,
                    key=product.id))
        return goods

    @classmethod
    @without_check_access
    @lent()
    def _known_words(
            cls, products: Iterable[Any]) -> dict[int, tuple[str, str | None]]:
        "Name of *products*, and what they are called within a sentence, by id"
        language = Transaction().language
        named = {(product.id, language): product for product in products}
        found = _words.each(named, lambda keys: dict(zip(
                    keys, cls._read_words([named[key] for key in keys]))))
        return {id_: words for (id_, _), words in found.items()}

    @classmethod
    @without_check_access
    def _read_words(cls, products: list) -> list[tuple[str, str | None]]:
        read_together(products)
        read_together(product.template for product in products)
        return [(p.name, p.offered_phrase()) for p in products]

    def offered_phrase(self) -> str | None:
        """The goods within a sentence: "some lentils".

        The generic product of a family is offered as its family is.
        """
        if self.template.offered_as:
            return self.template.offered_as
        family = self.template.family
        if not family or family.product != self:
            return None
        if not family.offered_as and family.code in OFFERED_FAMILIES:
            return gettext(f'aid_nutrition.msg_offered_{family.code}')
        return family.offered_as
