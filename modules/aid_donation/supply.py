"""What a donation asks of its supply source."""
from __future__ import annotations

from trytond.model import fields
from trytond.pool import PoolMeta


class SupplySource(metaclass=PoolMeta):
    __name__ = 'aid.supply.source'

    details_required = fields.Boolean(
        "Details Required",
        help="Each row needs its product and its lot on the label, or its "
        "barcode and date where the label bears no lot.")
