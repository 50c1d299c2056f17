"""What recalls do by themselves."""
from __future__ import annotations

from trytond.pool import PoolMeta


class Cron(metaclass=PoolMeta):
    __name__ = 'ir.cron'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.method.selection += [
            ('aid.recall.notice|compare_again',
                "Compare Notices of Recall with New Goods"),
            ]
