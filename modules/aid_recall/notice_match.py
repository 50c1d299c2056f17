"""Lots of ours that a notice may be about, as they were found."""
from __future__ import annotations

from sql.aggregate import Sum
from sql.conditionals import Case

from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import Transaction

from aid_branch.slices import slices

from .matching import GRADES, HINTS, Match


class NoticeMatch(ModelSQL, ModelView):
    "A lot that a notice may be about, and what says so"
    __name__ = 'aid.recall.notice.match'
    _rec_name = 'why'

    notice = fields.Many2One(
        'aid.recall.notice', "Notice", required=True, readonly=True,
        ondelete='CASCADE')
    grade = fields.Selection(
        GRADES, "By", required=True, readonly=True, sort=False)
    certain = fields.Boolean(
        "Certain", readonly=True,
        help="Otherwise it may be meant: its number or its date is not "
        "known, or only words agree.")
    why = fields.Char(
        "What Agrees", readonly=True,
        help="What the notice and the lot have in common.")
    lot = fields.Many2One(
        'stock.lot', "Lot", required=True, readonly=True, ondelete='CASCADE')
    product = fields.Function(
        fields.Many2One('product.product', "Product"), 'get_lot')
    label_lot = fields.Function(
        fields.Char("Maker's Lot"), 'get_lot')
    expiry = fields.Function(fields.Date("Date"), 'get_lot')
    quantity = fields.Function(
        fields.Float(
            "On Hand", digits='unit',
            help="What is left of the lot in the whole network."),
        'get_quantity')
    unit = fields.Function(
        fields.Many2One('product.uom', "Unit"), 'get_lot')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._order = [
            ('notice', 'DESC'), ('grade', 'ASC'), ('certain', 'DESC'),
            ('id', 'ASC')]
        cls._sql_constraints.append(
            ('notice_lot_unique', Unique(table, table.notice, table.lot),
                'aid_recall.msg_match_unique'))
        cls._sql_indexes.update({
                Index(table, (table.notice, Index.Equality())),
                Index(table, (table.lot, Index.Equality())),
                })

    @classmethod
    def view_attributes(cls) -> list:
        return super().view_attributes() + [
            ('/tree', 'visual', If(Eval('certain'), 'danger', '')),
            ]

    @classmethod
    def order_grade(cls, tables) -> list:
        "From certain to a mere hint"
        table, _ = tables[None]
        return [Case(
                *((table.grade == grade, i)
                    for i, (grade, _) in enumerate(GRADES)),
                else_=len(GRADES))]

    @classmethod
    def get_lot(cls, matches, names) -> dict[str, dict]:
        "What stands on the lots"
        result: dict[str, dict] = {name: {} for name in names}
        for match in matches:
            lot = match.lot
            values = {
                'product': lot.product.id,
                'unit': lot.product.default_uom.id,
                'label_lot': lot.label_lot,
                'expiry': lot.expiry,
                }
            for name in names:
                result[name][match.id] = values[name]
        return result

    @classmethod
    def get_quantity(cls, matches, name: str) -> dict[int, float]:
        "What is left of the lots, by one question for all"
        table = Pool().get('aid.lot.on_hand').__table__()
        cursor = Transaction().connection.cursor()
        cursor.execute(*table.select(
                table.lot, Sum(table.quantity),
                where=table.lot.in_([match.lot.id for match in matches]),
                group_by=table.lot))
        left = dict(cursor)
        return {match.id: left.get(match.lot.id, 0.0) for match in matches}

    @classmethod
    def keep(cls, found: dict[int, list[Match]]) -> set[int]:
        """Keep what was *found*, by id of the notice; forget what no more is.

        :return: ids of the notices of which there is a lot that bears the
            barcode and was not known
        """
        known: dict[tuple[int, int], NoticeMatch] = {}
        for ids in slices(found):
            known.update({
                    (match.notice.id, match.lot.id): match
                    for match in cls.search([('notice', 'in', ids)])})
        wanted = {
            (notice, match.lot): match
            for notice, matches in found.items() for match in matches}
        new = [key for key in wanted if key not in known]
        for keys in slices(new):
            cls.create([{
                        'notice': notice,
                        'lot': lot,
                        **_values(wanted[notice, lot]),
                        } for notice, lot in keys])
        changed = [
            (record, _values(wanted[key])) for key, record in known.items()
            if key in wanted and any(
                getattr(record, name) != value
                for name, value in _values(wanted[key]).items())]
        for some in slices(changed):
            cls.write(*[part for r, values in some for part in ([r], values)])
        cls.delete([r for key, r in known.items() if key not in wanted])
        return {
            notice for notice, lot in new
            if wanted[notice, lot].grade not in HINTS}


def _values(match: Match) -> dict:
    return {
        'grade': match.grade, 'certain': match.certain, 'why': match.why}
