"""For how many households the goods to finish first are divided."""
from __future__ import annotations

import datetime as dt

from trytond.pool import Pool, PoolMeta


class FinishFirstStart(metaclass=PoolMeta):
    __name__ = 'aid.finish_first.start'

    @classmethod
    def default_households(cls) -> int | None:
        "Who is still to be served today at the branch at hand"
        Branch = Pool().get('aid.branch')
        if branch_id := cls.default_branch():
            branch = Branch(branch_id)
            return expected(branch, branch.today())
        return None


def expected(branch, date: dt.date) -> int | None:
    """How many households are expected at *branch* on *date*.

    Those of the queue; before it is made as many as came last time, or None
    where nobody ever came.
    """
    pool = Pool()
    Session = pool.get('aid.distribution.session')
    Visit = pool.get('aid.session.visit')
    waiting = Visit.search_count([
            ('branch', '=', branch.id),
            ('date', '=', date),
            ('state', 'in', ['expected', 'arrived']),
            ])
    if waiting:
        return waiting
    last = Session.search([
            ('branch', '=', branch.id),
            ('date', '<', date),
            ], order=[('date', 'DESC')], limit=1)
    sessions = Session.search([
            ('branch', '=', branch.id),
            ('date', '=', last[0].date),
            ]) if last else []
    return sum(s.baskets_count or 0 for s in sessions) or None
