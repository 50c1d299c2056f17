"""What parcels had to do without: the list to ask donors for."""
from __future__ import annotations

from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.pyson import Eval

from aid_branch.scope import BranchMixin

ANSWERS = [
    (None, ""),
    ('not_on_hand', "Not on Hand"),
    ('replaced', "Replaced By"),
    ('go_on', "Go On"),
    ]


class Wanted(BranchMixin, ModelSQL, ModelView):
    "A food group that parcels of a day had to do without"
    __name__ = 'aid.goods.wanted'

    date = fields.Date("Date", required=True, readonly=True)
    food_group = fields.Many2One(
        'aid.food.group', "Food Group", required=True, readonly=True,
        ondelete='RESTRICT')
    kg = fields.Float(
        "Missing (kg)", digits=(None, 1), required=True, readonly=True)
    answer = fields.Selection(
        [a for a in ANSWERS if a[0] in {'not_on_hand', 'replaced'}],
        "Why", required=True, readonly=True, sort=False)
    replaced_by = fields.Many2One(
        'aid.family', "Replaced By", readonly=True, ondelete='RESTRICT',
        states={'invisible': Eval('answer') != 'replaced'})

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.branch.readonly = True
        table = cls.__table__()
        cls._order = [('date', 'DESC'), ('id', 'DESC')]
        cls._sql_indexes.add(
            Index(table, (table.branch, Index.Equality()),
                (table.date, Index.Range())))

    def get_rec_name(self, name: str) -> str:
        return self.food_group.rec_name

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('food_group.rec_name', *clause[1:])]
