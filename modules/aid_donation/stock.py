"""A lot knows its donation; transfers keep it."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import Index, ModelView, fields
from trytond.pool import PoolMeta
from trytond.pyson import Eval

from aid_branch.scope import BetweenBranchesMixin
from aid_lot.exceptions import LotOriginError

from . import transfer
from .receiving import ORIGIN


class Lot(metaclass=PoolMeta):
    __name__ = 'stock.lot'

    donation_line = fields.Many2One(
        'aid.donation.line', "Donation Line", readonly=True,
        ondelete='RESTRICT')
    donation = fields.Function(
        fields.Many2One('aid.donation', "Donation"),
        'get_donation', searcher='search_donation')
    # A lot may lie in a branch that does not see the donation: a name can be
    # shown there, a link would close the whole list
    donation_number = fields.Function(
        fields.Char("Donation"), 'get_donation_number',
        searcher='search_donation_number')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.donation_line, Index.Equality())))
        cls._buttons.update({
                'open_donation': {
                    'invisible': ~Eval('donation_number'),
                    'depends': ['donation_number'],
                    },
                })

    @classmethod
    def get_donation(cls, lots, name: str) -> dict[int, int | None]:
        return {
            lot.id: lot.donation_line.donation.id
            if lot.donation_line else None
            for lot in lots}

    @classmethod
    def search_donation(cls, name: str, clause) -> list:
        nested = clause[0][len(name):]
        if not nested and clause[2] is None:
            return [('donation_line', *clause[1:])]
        return [('donation_line.donation' + nested, *clause[1:])]

    @classmethod
    def get_donation_number(cls, lots, name: str) -> dict[int, str | None]:
        return {
            lot.id: lot.donation_line.donation.number
            if lot.donation_line else None
            for lot in lots}

    @classmethod
    def search_donation_number(cls, name: str, clause) -> list:
        if clause[2] is None:
            return [('donation_line', *clause[1:])]
        return [('donation_line.donation.number', *clause[1:])]

    @classmethod
    def check_modification(
            cls, mode, lots, values=None, external=False) -> None:
        super().check_modification(
            mode, lots, values=values, external=external)
        if mode == 'write' and 'donation_line' in values:
            for lot in lots:
                before = lot.donation_line
                if before and before.id != values['donation_line']:
                    raise LotOriginError(gettext(
                            'aid_donation.msg_lot_donation_line_once',
                            lot=lot.rec_name))

    def sorted_again(self) -> dict:
        return {
            **super().sorted_again(),
            'donation_line': (
                self.donation_line.id if self.donation_line else None),
            }

    @classmethod
    @ModelView.button_action('aid_donation.act_donation_of_lot')
    def open_donation(cls, lots) -> None:
        "The donation that the lots came with, if the user may see it"

    @classmethod
    def copy(cls, lots, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('donation_line')
        return super().copy(lots, default=default)


class Move(metaclass=PoolMeta):
    __name__ = 'stock.move'

    @classmethod
    def _get_origin(cls) -> list[str]:
        return super()._get_origin() + [ORIGIN]


class ShipmentInternal(BetweenBranchesMixin, metaclass=PoolMeta):
    """A transfer of goods from a branch to another.

    Two clicks instead of Tryton's six: the one who gives sends, the one who
    gets receives.  In between the goods are on the way and counted nowhere.
    """
    __name__ = 'stock.shipment.internal'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._buttons.update({
                'send': {
                    'invisible': ~Eval('state').in_(['draft', 'waiting']),
                    'depends': ['state'],
                    },
                'accept': {
                    'invisible': Eval('state') != 'shipped',
                    'depends': ['state'],
                    },
                })

    @classmethod
    @ModelView.button
    def send(cls, shipments) -> None:
        """Let the goods leave, in one click.

        :raises TransferError: there is nothing to send, the branches belong
            to two bodies, or a lot is past its use-by
        :raises InsufficientQuantityError: there is less of a lot than asked
        """
        transfer.send(shipments)

    @classmethod
    @ModelView.button
    def accept(cls, shipments) -> None:
        "Take the goods in that are on the way"
        transfer.accept(shipments)

    @classmethod
    @ModelView.button
    def wait(cls, shipments, moves=None) -> None:
        super().wait(shipments, moves=moves)
        transfer.share_moves(shipments)

    @classmethod
    @ModelView.button
    def pack(cls, shipments) -> None:
        super().pack(shipments)
        transfer.share_moves(shipments)

    @classmethod
    @ModelView.button
    def ship(cls, shipments) -> None:
        super().ship(shipments)
        transfer.share_moves(shipments)
