"""As many households are expected as came last time."""
from __future__ import annotations

from trytond.pool import Pool, PoolMeta


class FinishFirstStart(metaclass=PoolMeta):
    __name__ = 'aid.finish_first.start'

    @classmethod
    def default_households(cls) -> int | None:
        "Baskets of the last day of distribution at the branch at hand"
        Session = Pool().get('aid.distribution.session')
        branch = cls.default_branch()
        last = Session.search([
                ('branch', '=', branch),
                ('state', '!=', 'open'),
                ], order=[('date', 'DESC')], limit=1)
        if not last:
            return None
        sessions = Session.search([
                ('branch', '=', branch),
                ('date', '=', last[0].date),
                ])
        return sum(s.baskets_count or 0 for s in sessions) or None
