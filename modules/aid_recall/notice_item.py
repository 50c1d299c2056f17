"""What a recalled product is known by: numbers, lots, dates."""
from __future__ import annotations

from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.pyson import Eval, If


class NoticeItem(ModelSQL, ModelView):
    "One product of a notice: its number, its lots, its dates"
    __name__ = 'aid.recall.notice.item'
    _rec_name = 'text'

    notice = fields.Many2One(
        'aid.recall.notice', "Notice", required=True, ondelete='CASCADE')
    text = fields.Char(
        "As Written", readonly=True,
        help="What the notice says, word for word.")
    gtin = fields.Char("Barcode", help="The number under the bars.")
    lot = fields.Char(
        "Lots", help="As on the pack; several are separated by commas.")
    date_kind = fields.Selection([
            (None, ""),
            ('use_by', "Use by"),
            ('best_before', "Best before"),
            ], "Date Is", sort=False)
    date_from = fields.Date("Date")
    date_to = fields.Date(
        "To", domain=[
            If(Eval('date_from') & Eval('date_to'),
                ('date_to', '>=', Eval('date_from', None)), ()),
            ],
        help="The last date. Empty: only the date before.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('notice')
        table = cls.__table__()
        cls._order = [('id', 'ASC')]
        cls._sql_indexes.update({
                Index(table, (table.notice, Index.Equality())),
                Index(table, (table.gtin, Index.Equality(
                            cardinality='high'))),
                })
