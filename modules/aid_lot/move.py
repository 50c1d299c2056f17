"""Moves keep the index of what is on hand, and the dates."""
from __future__ import annotations

import datetime as dt

from trytond.i18n import gettext
from trytond.model import Index, ModelView, Workflow
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction

from .exceptions import LotRefusedError, require_maker_lots
from .first_expired import Available, first_expired
from .on_hand import today_at


class Move(metaclass=PoolMeta):
    __name__ = 'stock.move'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        # Who gave it and who got it are asked for the moves of a lot
        cls._sql_indexes.add(
            Index(table,
                (table.lot, Index.Range()),
                (table.effective_date, Index.Range()),
                where=table.state == 'done'))

    @classmethod
    def _get_origin(cls) -> list[str]:
        return super()._get_origin() + [
            'aid.disposal', 'aid.lot.parent', 'aid.repacking']

    @classmethod
    @ModelView.button
    @Workflow.transition('done')
    def do(cls, moves) -> None:
        OnHand = Pool().get('aid.lot.on_hand')
        cls.check_maker_lots(moves)
        super().do(moves)
        OnHand.follow(moves, 1)

    @classmethod
    @ModelView.button
    @Workflow.transition('cancelled')
    def cancel(cls, moves) -> None:
        OnHand = Pool().get('aid.lot.on_hand')
        done = [m for m in moves if m.state == 'done']
        super().cancel(moves)
        OnHand.follow(done, -1)

    # What another body must be told

    @classmethod
    def check_maker_lots(cls, moves) -> None:
        """Goods of animal origin leave to another body with their lot.

        Regulation (EU) No 931/2011 asks for a reference of the lot with each
        dispatch between food businesses; a household is none.

        :raises MakerLotError: naming the lots that lack it
        """
        require_maker_lots([
                m.lot for m in moves
                if m.lot and m.to_location.type == 'customer'
                and isinstance(
                    m.shipment, Pool().get('stock.shipment.out'))])

    # Dates

    @classmethod
    def check_expiration_dates_locations(cls) -> list:
        """No location by itself stops goods past their date.

        The place where goods lie is also where they leave from, and past
        their date they must still be moved aside.  (Tryton loads every
        warehouse to find their output.)
        """
        return []

    @classmethod
    def check_expiration_dates(cls, moves) -> None:
        """Nothing past its date is handed over or taken in.

        Unlike in Tryton no group may pass over it.  Moving aside, throwing
        away and taking back into quarantine are always possible.

        :raises LotRefusedError: naming the lot and its date
        """
        today: dict = {}
        for move in moves:
            if not move.lot:
                continue
            refusal = move.lot_refusal(move._date_there(today))
            if refusal:
                raise LotRefusedError(refusal)

    def lot_refusal(self, date: dt.date) -> str | None:
        "Why the lot may not move from and to where it does on *date*, or None"
        types = self.from_location.type, self.to_location.type
        if self.to_location.type == 'customer':
            return self.lot.refusal(date)
        if not self.lot.is_past_use_by(date):
            return None
        if types == ('customer', 'storage'):
            if not self._into_quarantine():
                return gettext(
                    'aid_lot.msg_lot_return_quarantine',
                    **self.lot.refusal_names())
            return None
        if 'lost_found' in types:
            return None
        if set(types) & {'supplier', 'production'}:
            return self.lot.refusal(date)
        return None

    def _into_quarantine(self) -> bool:
        branch = self.to_branch
        location = self.to_location
        while branch and branch.quarantine and location:
            if location == branch.quarantine:
                return True
            location = location.parent
        return False

    def _date_there(self, today: dict) -> dt.date:
        """The day the move is done, by the calendar of its branch.

        Tryton fills the date of the company, which may already, or still, be
        another day overseas; and it dates what comes back on the day it left.

        :param today: dates by branch and company, to ask each only once
        """
        branch = self.from_branch or self.to_branch
        if self.company not in today:
            with Transaction().set_context(company=self.company.id):
                today[self.company] = today_at(None)
        comes_back = self.from_location.type == 'customer'
        if not branch or (
                self.effective_date != today[self.company]
                and not comes_back):
            return self.effective_date
        if branch not in today:
            today[branch] = today_at(branch)
        return today[branch]

    # Choice of the lot

    @classmethod
    def assign_try(
            cls, moves, with_childs=True, grouping=('product',), pblc=None):
        "Choose the lots of the moves that need one and have none"
        if 'lot' in grouping or pblc is not None:
            return super().assign_try(
                moves, with_childs=with_childs, grouping=grouping, pblc=pblc)
        to_choose, others = [], []
        for move in moves:
            needs_lot = not move.lot and move.product.lot_is_required(
                move.from_location, move.to_location)
            (to_choose if needs_lot else others).append(move)
        success = True
        if others:
            success &= super().assign_try(
                others, with_childs=with_childs, grouping=grouping)
        if to_choose:
            success &= super().assign_try(
                to_choose, with_childs=with_childs,
                grouping=(*grouping, 'lot'))
        return success

    def sort_quantities(self, quantities, locations, grouping) -> list:
        """Order what is there first expired first.

        Goods past their date are left out, unless they are to be thrown away
        or moved into quarantine.
        """
        Lot = Pool().get('stock.lot')
        quantities = super().sort_quantities(quantities, locations, grouping)
        if 'lot' not in grouping:
            return quantities
        # The key is the location and then the values of the grouping
        position = 1 + grouping.index('lot')
        lots = {
            lot.id: lot for lot in Lot.browse(
                {key[position] for key, _ in quantities if key[position]})}
        aside = (
            self.to_location.type == 'lost_found' or self._into_quarantine())
        today = today_at(self.from_branch)
        offers = []
        for key, quantity in quantities:
            lot = lots.get(key[position])
            if lot and (aside or not lot.refusal(today)):
                offers.append(
                    Available((key, quantity), quantity, lot.expiry))
        return [offer.key for offer in first_expired(offers)]

    # Cost

    @classmethod
    def _cost_price_context(cls, moves) -> dict:
        """Context to compute the cost of *moves*.

        Only an average needs to know what lies everywhere; given goods have a
        fixed cost, and the network has thousands of locations.
        """
        if any(m.product.get_multivalue(
                    'cost_price_method', **m._cost_price_pattern) == 'average'
                for m in moves):
            return super()._cost_price_context(moves)
        company = moves[0].company
        with Transaction().set_context(company=company.id):
            today = today_at(None)
        return {
            'company': company.id,
            'stock_date_end': today,
            'with_childs': False,
            'locations': [],
            }
