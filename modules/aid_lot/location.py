"""A place that changes takes what lies on it along."""
from __future__ import annotations

from trytond.pool import Pool, PoolMeta


class Location(metaclass=PoolMeta):
    __name__ = 'stock.location'

    @classmethod
    def on_modification(cls, mode, locations, field_names=None) -> None:
        OnHand = Pool().get('aid.lot.on_hand')
        super().on_modification(mode, locations, field_names=field_names)
        if mode == 'write' and 'branch' in field_names:
            OnHand.refresh(locations=locations)
