"""Goods that go from one branch of the network to another.

The documents and the moves are Tryton's internal shipments, so the lot stays
the same lot and keeps its supply source, donor and donation.
"""
from __future__ import annotations

from collections import defaultdict

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Bool, Eval, If
from trytond.transaction import Transaction
from trytond.wizard import Button, StateAction, StateView, Wizard

from aid_branch.named import visible

from .exceptions import TransferError


class Transfer(Wizard):
    "Choose goods on hand and where they go"
    __name__ = 'aid.transfer'

    start = StateView(
        'aid.transfer.start', 'aid_donation.transfer_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Prepare", 'create_', 'tryton-ok', default=True),
            ])
    create_ = StateAction('aid_donation.act_transfer')

    def default_start(self, fields) -> dict:
        default: dict = {}
        if self.model and self.model.__name__ == 'aid.lot.on_hand':
            chosen = [r for r in self.records if r.branch and r.quantity]
            if chosen:
                default['from_branch'] = chosen[0].branch.id
                default['lines'] = [{
                        'on_hand': r.id,
                        'on_hand.': {'rec_name': r.rec_name},
                        'quantity': r.quantity,
                        'unit': r.unit.id,
                        'unit.': {'rec_name': r.unit.rec_name},
                        } for r in chosen]
        return default

    def do_create_(self, action):
        shipment = self.start.prepare()
        return action, {'res_id': [shipment.id]}


class TransferStart(ModelView):
    "What goes where"
    __name__ = 'aid.transfer.start'

    from_branch = fields.Many2One(
        'aid.branch', "From", required=True,
        domain=[('has_stock', '=', True)],
        states={'readonly': Bool(Eval('lines', []))})
    to_branch = fields.Many2One(
        'aid.branch', "To", required=True,
        domain=[
            ('has_stock', '=', True),
            ('id', '!=', Eval('from_branch', -1)),
            ])
    lines = fields.One2Many(
        'aid.transfer.start.line', 'start', "Goods", required=True,
        states={'readonly': ~Eval('from_branch')})

    @staticmethod
    def default_from_branch() -> int | None:
        return Transaction().context.get('branch')

    def prepare(self):
        """Make the internal shipment, as a draft.

        :raises TransferError: the goods lie in another branch
        :raises trytond.model.exceptions.AccessError: goods of a branch that
            the user does not see; a wizard runs without record rules
        """
        visible([line.on_hand for line in self.lines])
        from_ = self.from_branch
        for line in self.lines:
            if line.on_hand.branch != from_:
                raise TransferError(gettext(
                        'aid_donation.msg_transfer_elsewhere',
                        lot=line.on_hand.lot.rec_name,
                        branch=from_.rec_name))
        return prepare(from_, self.to_branch, [
                (line.on_hand.lot, line.quantity) for line in self.lines])


class TransferStartLine(ModelView):
    "So much of a lot"
    __name__ = 'aid.transfer.start.line'

    start = fields.Many2One('aid.transfer.start', "Transfer")
    on_hand = fields.Many2One(
        'aid.lot.on_hand', "Lot", required=True,
        domain=[
            ('branch', '=', Eval('_parent_start', {}).get('from_branch', -1)),
            ('quantity', '>', 0),
            ])
    unit = fields.Many2One('product.uom', "Unit", readonly=True)
    quantity = fields.Float(
        "Quantity", digits='unit', required=True,
        domain=[If(Bool(Eval('quantity')), ('quantity', '>', 0), ())])

    @fields.depends('on_hand')
    def on_change_on_hand(self) -> None:
        self.unit = self.on_hand.unit if self.on_hand else None
        self.quantity = self.on_hand.quantity if self.on_hand else None


def prepare(from_, to, goods):
    """A transfer of *goods* between two ``aid.branch``, as a draft.

    :param goods: (lot, quantity in the default unit of its product)
    :return: the ``stock.shipment.internal``
    """
    Shipment = Pool().get('stock.shipment.internal')
    shipment, = Shipment.create([{
                'company': from_.company.id,
                'from_location': from_.storage.id,
                'to_location': to.storage.id,
                'moves': [('create', [{
                                'product': lot.product.id,
                                'lot': lot.id,
                                'quantity': quantity,
                                'unit': lot.product.default_uom.id,
                                'from_location': from_.storage.id,
                                'to_location': to.storage.id,
                                'company': from_.company.id,
                                } for lot, quantity in goods])],
                }])
    return shipment


def planned() -> tuple[dict, list[tuple]]:
    """What transfers of the whole network have not brought home yet.

    :return: what is to leave, {(branch, lot): quantity in the default unit},
        and what is to come, [(branch, lot, quantity)]
    """
    Shipment = Pool().get('stock.shipment.internal')
    leaving: dict = defaultdict(float)
    coming = []
    for shipment in Shipment.search([
                ('state', 'in', [
                        'request', 'draft', 'waiting', 'assigned', 'packed',
                        'shipped']),
                ('from_branch', '!=', None),
                ('to_branch', '!=', None),
                ]):
        for move in shipment.moves:
            if move.state in {'done', 'cancelled'} or not move.lot:
                continue
            if move.from_location == shipment.from_location:
                leaving[shipment.from_branch, move.lot] += (
                    move.internal_quantity)
            if move.to_location == shipment.to_location:
                coming.append(
                    (shipment.to_branch, move.lot, move.internal_quantity))
    return dict(leaving), coming


def send(shipments) -> None:
    """Wait, assign, pack and ship at once.

    :raises TransferError: with the name of what stands against it
    :raises InsufficientQuantityError: there is less of a lot than asked
    """
    Shipment = Pool().get('stock.shipment.internal')
    for shipment in shipments:
        _check(shipment)
    Shipment.wait(shipments)
    # Read again: waiting has put the transit between the two ends.
    # The lots are chosen, and what is on hand is watched when they leave:
    # Tryton's own assignment would lock the table of all moves for it
    shipments = Shipment.browse(shipments)
    Shipment.assign(shipments)
    Shipment.pack(shipments)
    Shipment.ship(shipments)


def accept(shipments) -> None:
    """Take in what is on the way.

    :raises TransferError: it was taken in before, or never left
    """
    Shipment = Pool().get('stock.shipment.internal')
    for shipment in shipments:
        if shipment.state != 'shipped':
            raise TransferError(gettext(
                    'aid_donation.msg_transfer_accept_state',
                    transfer=shipment.rec_name,
                    state=shipment.state_string))
    Shipment.do(shipments)


def share_moves(shipments) -> None:
    """Let both branches see both halves of their transfer.

    The place between them belongs to no branch, so each half alone would be
    hidden from the other end.
    """
    Move = Pool().get('stock.move')
    to_write: list = []
    for shipment in shipments:
        values = {}
        if shipment.from_branch:
            values['from_branch'] = shipment.from_branch.id
        if shipment.to_branch:
            values['to_branch'] = shipment.to_branch.id
        hidden = [
            m for m in shipment.moves
            if m.from_branch != shipment.from_branch
            or m.to_branch != shipment.to_branch]
        if hidden and values:
            to_write += [hidden, values]
    if to_write:
        Move.write(*to_write)


def _check(shipment) -> None:
    if shipment.state not in {'draft', 'waiting'}:
        raise TransferError(gettext(
                'aid_donation.msg_transfer_send_state',
                transfer=shipment.rec_name, state=shipment.state_string))
    from_, to = shipment.from_branch, shipment.to_branch
    if from_ and to and from_.company != to.company:
        raise TransferError(gettext(
                'aid_donation.msg_transfer_other_body',
                transfer=shipment.rec_name, branch=to.rec_name))
    moves = [m for m in shipment.moves if m.quantity]
    if not moves:
        raise TransferError(gettext(
                'aid_donation.msg_transfer_empty',
                transfer=shipment.rec_name))
    today = from_.today() if from_ else None
    for move in moves:
        if today and move.lot and move.lot.is_past_use_by(today):
            raise TransferError(move.lot.refusal(today))
