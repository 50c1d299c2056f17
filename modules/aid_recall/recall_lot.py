"""The lots of a recall: proposed, accepted, stopped, and what they became."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.model.exceptions import AccessError
from trytond.pyson import Eval

from .matching import GRADES

LOT_GRADES = [
    *GRADES,
    ('typed', "Chosen by Hand"),
    ('became', "Made of These"),
    ('found', "Found with Their Label"),
    ]
#: What a computer may accept by itself; words are looked at
ACCEPTED = frozenset({'lot', 'date', 'gtin', 'typed', 'became', 'found'})


class RecallLot(ModelSQL, ModelView):
    "A lot that a recall is, or may be, about"
    __name__ = 'aid.recall.lot'

    _stopped = {'readonly': Eval('stopped', False)}

    recall = fields.Many2One(
        'aid.recall', "Recall", required=True, ondelete='CASCADE')
    lot = fields.Many2One(
        'stock.lot', "Lot", required=True, ondelete='RESTRICT',
        states=_stopped)
    product = fields.Function(
        fields.Many2One('product.product', "Goods"),
        'on_change_with_product', searcher='search_product')
    grade = fields.Selection(
        LOT_GRADES, "By", required=True, readonly=True, sort=False)
    why = fields.Char("What Agrees", readonly=True)
    accepted = fields.Boolean(
        "Recalled", states=_stopped,
        help="Only what is ticked is stopped.")
    certain = fields.Boolean(
        "Certain", readonly=True,
        help="Without it, other goods went into the lot as well.")
    stopped = fields.Boolean("Stopped", readonly=True)

    del _stopped

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('recall')
        table = cls.__table__()
        cls._order = [('recall', 'DESC'), ('id', 'ASC')]
        cls._sql_constraints.append(
            ('lot_unique', Unique(table, table.recall, table.lot),
                'aid_recall.msg_recall_lot_unique'))
        cls._sql_indexes.update({
                Index(table, (table.recall, Index.Equality())),
                Index(table, (table.lot, Index.Equality())),
                })

    @staticmethod
    def default_grade() -> str:
        return 'typed'

    @staticmethod
    def default_accepted() -> bool:
        return True

    @staticmethod
    def default_certain() -> bool:
        return True

    @fields.depends('lot')
    def on_change_with_product(self, name: str | None = None):
        return self.lot.product if self.lot else None

    @classmethod
    def search_product(cls, name: str, clause) -> list:
        return [('lot.' + clause[0], *clause[1:])]

    def get_rec_name(self, name: str) -> str:
        return f'{self.lot.rec_name} @ {self.recall.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('lot.rec_name', *clause[1:])]

    @classmethod
    def check_modification(
            cls, mode, lots, values=None, external=False) -> None:
        super().check_modification(
            mode, lots, values=values, external=external)
        if not external and mode != 'delete':
            return
        for lot in lots:
            if mode != 'create' and lot.stopped:
                raise AccessError(gettext(
                        'aid_recall.msg_recall_lot_stopped',
                        lot=lot.lot.rec_name, recall=lot.recall.rec_name))
