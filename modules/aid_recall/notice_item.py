"""What a recalled product is known by: numbers, lots, dates."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.pyson import Eval, If

from . import article_number, maker_lot, matching
from .exceptions import NoticeError


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
    gtin_doubt = fields.Function(
        fields.Char(
            "About the Barcode", states={'invisible': ~Eval('gtin_doubt')}),
        'on_change_with_gtin_doubt')
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

    @fields.depends('gtin')
    def on_change_with_gtin_doubt(self, name: str | None = None):
        "Why goods cannot be found by the number, or None"
        doubt = article_number.doubt(self.gtin)
        return doubt and gettext(
            f'aid_recall.msg_gtin_{doubt}', gtin=self.gtin)

    @classmethod
    def validate_fields(cls, items, field_names) -> None:
        super().validate_fields(items, field_names)
        cls.check_typed_number(items, field_names)

    @classmethod
    def check_typed_number(cls, items, field_names=None) -> None:
        """Whoever types a number can look again; an official one is kept.

        A number that only one shop understands is no mistake.

        :raises NoticeError: it was mistyped
        """
        if field_names and not (field_names & {'gtin'}):
            return
        for item in items:
            if item.gtin and item.notice.source == 'typed' and (
                    article_number.doubt(item.gtin)
                    in {'length', 'check_digit'}):
                raise NoticeError(item.gtin_doubt)

    def as_compared(self) -> matching.Item:
        "The product as plain values to compare"
        return matching.Item(
            article_number.gtin_14(self.gtin), maker_lot.lots(self.lot),
            self.date_kind, self.date_from or self.date_to,
            self.date_to or self.date_from)
