"""Baskets and parcels in the box where everything is scanned."""
from __future__ import annotations

from trytond.pool import Pool, PoolMeta
from trytond.wizard import StateAction

from aid_lot.scan_box import opened


class ScanBox(metaclass=PoolMeta):
    __name__ = 'aid.scan'

    basket = StateAction('aid_basket.act_basket')
    parcel = StateAction('aid_basket.act_parcel')

    @classmethod
    def kinds(cls) -> list[str]:
        return [*super().kinds(), 'basket', 'parcel']

    def find_basket(self, code: str) -> list:
        "The basket whose paper bears that number"
        Basket = Pool().get('aid.basket')
        return Basket.search([('number', '=', code)], limit=1)

    def do_basket(self, action: dict) -> tuple[dict, dict]:
        return opened(action, self.found('basket'))

    def find_parcel(self, code: str) -> list:
        Parcel = Pool().get('aid.parcel')
        return Parcel.search([('number', '=', code.upper())], limit=1)

    def do_parcel(self, action: dict) -> tuple[dict, dict]:
        return opened(action, self.found('parcel'))
