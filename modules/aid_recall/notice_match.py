"""Lots of ours that a notice may be about."""
from __future__ import annotations

from trytond.model import Index, ModelSQL, ModelView, Unique, fields

from .matching import GRADES


class NoticeMatch(ModelSQL, ModelView):
    "A lot that a notice may be about, and what says so"
    __name__ = 'aid.recall.notice.match'
    _rec_name = 'why'

    notice = fields.Many2One(
        'aid.recall.notice', "Notice", required=True, readonly=True,
        ondelete='CASCADE')
    lot = fields.Many2One(
        'stock.lot', "Lot", required=True, readonly=True, ondelete='CASCADE')
    grade = fields.Selection(
        GRADES, "By", required=True, readonly=True, sort=False)
    why = fields.Char(
        "What Agrees", readonly=True,
        help="What the notice and the lot have in common.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._order = [('notice', 'DESC'), ('grade', None), ('id', 'ASC')]
        cls._sql_constraints.append(
            ('notice_lot_unique', Unique(table, table.notice, table.lot),
                'aid_recall.msg_match_unique'))
        cls._sql_indexes.update({
                Index(table, (table.notice, Index.Equality())),
                Index(table, (table.lot, Index.Equality())),
                })
