"""The jobs that this room runs by itself."""
from __future__ import annotations

from trytond.pool import PoolMeta


class Cron(metaclass=PoolMeta):
    __name__ = 'ir.cron'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.method.selection.append(
            ('aid.certificate|tell', "Tell Who Is About to Lapse"))
