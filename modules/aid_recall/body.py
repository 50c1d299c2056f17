"""Other bodies that got some of a recalled product, and are to be told.

Regulation (EC) No 178/2002, article 19: whoever supplied food that is
dangerous tells those it supplied.
"""
from __future__ import annotations

import datetime as dt

from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from aid_branch.moment import this_second
from aid_branch.named import visible
from aid_branch.scope import BranchMixin
from aid_lot.dispatch import dispatches

from .of_recall import OfRecallMixin

DIGITS = 6


class RecallBody(OfRecallMixin, BranchMixin, ModelSQL, ModelView):
    """Another body that a branch gave some of a recalled product.

    The officer of that branch, or head office, tells it and says so.
    """
    __name__ = 'aid.recall.body'

    party = fields.Many2One(
        'party.party', "Body", required=True, readonly=True,
        ondelete='RESTRICT')
    product = fields.Many2One(
        'product.product', "Goods", required=True, readonly=True,
        ondelete='RESTRICT')
    quantity = fields.Float(
        "Received", digits='unit', required=True, readonly=True)
    unit = fields.Function(
        fields.Many2One('product.uom', "Unit"), 'on_change_with_unit')
    last_on = fields.Date("Last Received On", readonly=True)
    contact = fields.Function(fields.Char("Contact"), 'get_contact')
    note = fields.Text(
        "Note", help="Whom you talked to, and what they answered.")
    state = fields.Selection([
            ('to_tell', "To Tell"),
            ('told', "Told"),
            ], "State", required=True, readonly=True, sort=False)
    told_at = fields.DateTime("Told At", readonly=True)
    told_by = fields.Many2One(
        'res.user', "Told By", readonly=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.branch.readonly = True
        table = cls.__table__()
        cls._order = [('recall', 'DESC'), ('state', 'DESC'), ('id', 'ASC')]
        cls._sql_constraints.append(
            ('body_unique', Unique(
                    table, table.recall, table.branch, table.party,
                    table.product),
                'aid_recall.msg_body_unique'))
        cls._sql_indexes.add(
            Index(table, (table.branch, Index.Equality()),
                where=table.state == 'to_tell'))
        cls._buttons.update({
                'mark_told': {
                    'invisible': Eval('state') != 'to_tell',
                    'depends': ['state'],
                    },
                })

    @staticmethod
    def default_state() -> str:
        return 'to_tell'

    @fields.depends('product')
    def on_change_with_unit(self, name: str | None = None):
        return self.product.default_uom if self.product else None

    @classmethod
    @without_check_access
    def get_contact(cls, bodies, name: str) -> dict[int, str]:
        "A phone and an e-mail, as the record of the body says today"
        return {
            b.id: ', '.join(filter(None, [
                        b.party.phone or b.party.mobile, b.party.email]))
            for b in bodies}

    def get_rec_name(self, name: str) -> str:
        return f'{self.party.rec_name} - {self.recall.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return ['OR',
            ('party.rec_name', *clause[1:]),
            ('recall.rec_name', *clause[1:]),
            ]

    @classmethod
    @ModelView.button
    def mark_told(cls, bodies) -> None:
        "They were called, or written to"
        cls.write([b for b in visible(bodies) if b.state == 'to_tell'], {
                'state': 'told',
                'told_at': this_second(),
                'told_by': Transaction().user or None,
                })

    @classmethod
    @without_check_access
    def list_of(cls, recall, lots: list[int]) -> None:
        """List for *recall* who was given some of *lots* (ids).

        Who was told and turns out to have got more is to be told again.
        """
        got = _together(lots)
        if not got:
            return
        listed = {
            (b.branch, b.party, b.product): b
            for b in cls.search([('recall', '=', recall.id)])}
        cls.create([{
                    'recall': recall.id,
                    'branch': branch.id,
                    'party': party.id,
                    'product': product.id,
                    'quantity': quantity,
                    'last_on': last,
                    } for (branch, party, product), (quantity, last)
                in got.items() if (branch, party, product) not in listed])
        for key, body in listed.items():
            quantity, last = got.get(key, (body.quantity, body.last_on))
            if quantity != body.quantity:
                cls.write([body], {
                        'quantity': quantity,
                        'last_on': last,
                        'state': 'to_tell',
                        })


def _together(lots: list[int]) -> dict[tuple, tuple[float, dt.date]]:
    "(branch, body, product) → how much of *lots* it got there, and last when"
    together: dict[tuple, tuple[float, dt.date]] = {}
    for each in dispatches(lots):
        if not each.who or not each.branch:
            continue
        key = each.branch, each.who, each.lot.product
        quantity, last = together.get(key, (0, each.date))
        together[key] = (
            round(quantity + each.quantity, DIGITS), max(last, each.date))
    return together
