"""What recalls do by themselves: compare, tell, remind, look again."""
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
            ('aid.recall.household|tell', "Tell Households of Recalls"),
            ('aid.recall.household|remind', "Remind Households of Recalls"),
            ('aid.recall.task|remind', "Remind Branches of Recalls"),
            ('aid.recall|look_again_daily',
                "Look for New Lots of Open Recalls"),
            ]
