"""Pallets that travel from a branch to another, by the usual transfer."""
from __future__ import annotations

from collections import defaultdict

from trytond.i18n import gettext
from trytond.model import Index, ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval

from aid_branch.named import visible

from .exceptions import TransferError


class Pallet(metaclass=PoolMeta):
    __name__ = 'aid.pallet'

    transfer = fields.Many2One(
        'stock.shipment.internal', "On Transfer", readonly=True,
        ondelete='SET NULL', states={'invisible': ~Eval('transfer')})

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.transfer, Index.Equality()),
                where=table.transfer != None))  # noqa: E711
        cls._buttons.update({
                'send': {
                    'invisible': (
                        (Eval('state') != 'standing')
                        | Eval('transfer')),
                    'depends': ['state', 'transfer'],
                    },
                })

    @classmethod
    @ModelView.button_action('aid_donation.wizard_transfer_pallet')
    def send(cls, pallets) -> None:
        "Choose where the pallets go"

    @classmethod
    def arrive(cls, shipments) -> None:
        "The pallets of *shipments* stand where these have come to"
        for pallet in cls.search([
                    ('transfer', 'in', [s.id for s in shipments])]):
            pallet.branch = pallet.transfer.to_branch
            pallet.location = pallet.transfer = None
            pallet.save()

    @classmethod
    def copy(cls, pallets, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('transfer')
        return super().copy(pallets, default=default)


class ShipmentInternal(metaclass=PoolMeta):
    __name__ = 'stock.shipment.internal'

    @classmethod
    @ModelView.button
    def do(cls, shipments) -> None:
        Pallet = Pool().get('aid.pallet')
        super().do(shipments)
        Pallet.arrive(shipments)

    @classmethod
    @ModelView.button
    def cancel(cls, shipments) -> None:
        Pallet = Pool().get('aid.pallet')
        super().cancel(shipments)
        Pallet.write(Pallet.search([
                    ('transfer', 'in', [s.id for s in shipments])]),
            {'transfer': None})


class Transfer(metaclass=PoolMeta):
    __name__ = 'aid.transfer'

    def default_start(self, fields) -> dict:
        if not (self.model and self.model.__name__ == 'aid.pallet'):
            return super().default_start(fields)
        pallets = visible(self.records)
        rows = on_pallets(pallets)
        return {
            'from_branch': pallets[0].branch.id,
            'lines': [{
                    'on_hand': row.id,
                    'on_hand.': {'rec_name': row.rec_name},
                    'quantity': quantity,
                    'unit': row.unit.id,
                    'unit.': {'rec_name': row.unit.rec_name},
                    } for row, quantity in rows],
            }

    def do_create_(self, action):
        action, data = super().do_create_(action)
        if self.model and self.model.__name__ == 'aid.pallet':
            Pallet = Pool().get('aid.pallet')
            Pallet.write(
                visible(self.records), {'transfer': data['res_id'][0]})
        return action, data


def on_pallets(pallets) -> list[tuple]:
    """What is still there of the goods put on *pallets*.

    :return: (``aid.lot.on_hand``, quantity) by lot
    :raises TransferError: they stand at several branches
    """
    OnHand = Pool().get('aid.lot.on_hand')
    branch = pallets[0].branch
    for pallet in pallets:
        if pallet.branch != branch:
            raise TransferError(gettext(
                    'aid_donation.msg_transfer_pallet_elsewhere',
                    pallet=pallet.rec_name, branch=branch.rec_name))
    put: dict = defaultdict(float)
    for pallet in pallets:
        for line in pallet.lines:
            put[line.lot] += line.quantity
    rows = OnHand.search([
            *OnHand.in_branch_domain(branch),
            ('lot', 'in', [lot.id for lot in put]),
            ], order=[('quantity', 'DESC')])
    largest: dict = {}
    for row in rows:
        largest.setdefault(row.lot, row)
    return [
        (row, min(row.quantity, put[lot])) for lot, row in largest.items()]
