"""What somebody without a file does not take: told, minded, forgotten.

It is kept with the basket of emergency aid that is being composed, so that
another device goes on with it, never beside a household, on no paper, and no
longer than until the goods are handed over.
"""
from __future__ import annotations

from trytond.model import Index, Model, ModelSQL, fields
from trytond.pyson import Bool, Eval, If

from . import allergen


class ToldConstraint(ModelSQL):
    "A constraint told at the till for a basket of emergency aid"
    __name__ = 'aid.basket.told'

    basket = fields.Many2One(
        'aid.basket', "Basket", required=True, ondelete='CASCADE')
    kind = fields.Many2One(
        'aid.household.constraint.kind', "Constraint", required=True,
        ondelete='CASCADE')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('basket')
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.basket, Index.Equality())))


class ToldMixin(Model):
    "A basket of emergency aid minds what was told"
    __slots__ = ()

    told = fields.Many2Many(
        'aid.basket.told', 'basket', 'kind', "Constraints Told",
        domain=[If(Bool(Eval('household')), ('id', '=', -1), ())],
        states={
            'invisible': ~Eval('emergency', False) | Bool(Eval('household')),
            'readonly': Eval('state') != 'draft',
            },
        help="Forgotten when the goods are handed over.")

    @fields.depends(
        'household', 'emergency', 'label_words', 'told',
        methods=['_refresh'])
    def on_change_told(self) -> None:
        labels = allergen.labels_of(self)
        self.constraints = allergen.minded_words(self)
        self._refresh()
        allergen.look_again(self, labels)

    @fields.depends('household', 'told')
    def on_change_household(self) -> None:
        if self.household:
            self.told = []
        super().on_change_household()


def to_keep(basket, stored) -> dict:
    "What to write on *stored* for it to mind what *basket* does"
    if stored.household and getattr(basket, 'household', None):
        # Nothing is ever told beside a household
        return {}
    told = {k.id for k in getattr(basket, 'told', None) or []}
    before = {k.id for k in stored.told}
    if told == before:
        return {}
    return {'told': [
            ('remove', list(before - told)), ('add', list(told - before))]}
