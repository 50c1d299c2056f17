"""What became of a gift: the chain of all its lots."""
from __future__ import annotations

from trytond.pool import PoolMeta

from aid_branch.named import visible


class TraceForward(metaclass=PoolMeta):
    __name__ = 'aid.lot.trace.forward'

    def traced_lots(self) -> list:
        if self.model.__name__ != 'aid.donation':
            return super().traced_lots()
        return [
            lot for donation in visible(self.records)
            for lot in donation.lots]
