"""What the tills leave to be done by itself."""
from __future__ import annotations

from trytond.pool import PoolMeta


class Cron(metaclass=PoolMeta):
    __name__ = 'ir.cron'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.method.selection += [
            ('aid.distribution.session|catch_up',
                "Bring the Accounts up to the Tills"),
            ('aid.basket.payment|lapse', "Lapse Old Contributions"),
            ('aid.expiring|look_ahead', "Look Ahead at Goods That End"),
            ('aid.basket|forget_households',
                "Forget Which Household Got Which Goods"),
            ]
