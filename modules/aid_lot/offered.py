"""Which lots are offered to whoever chooses one by hand.

What lies at the branch, first expired first: a lot that left last year is no
choice, and there are more of those each year. What may be entered is another
question: goods in the hand may be of a lot that the books do not have here.
"""
from __future__ import annotations

from typing import Any

from trytond.pool import Pool, PoolMeta
from trytond.tools import likify
from trytond.transaction import Transaction

#: More than this nobody reads through; who types on sees less
MOST = 50


class Lot(metaclass=PoolMeta):
    __name__ = 'stock.lot'

    @classmethod
    def autocomplete(
            cls, text: str, domain=None, limit: int | None = None,
            order=None) -> list[dict[str, Any]]:
        """The lots that *text* may mean.

        Where the context names a branch (`offered_at`) those that it may hand
        over. The cost does not follow the number of lots that ever were.
        """
        pool = Pool()
        Branch = pool.get('aid.branch')
        OnHand = pool.get('aid.lot.on_hand')
        branch = Transaction().context.get('offered_at')
        if branch is None or branch < 0:
            return super().autocomplete(
                text, domain=domain, limit=limit, order=order)
        rows = OnHand.search([
                *OnHand.in_branch_domain(Branch(branch)),
                ('lot', 'where', [
                        domain or [], ('rec_name', 'ilike', likify(text))]),
                ], order=OnHand.first_expired_order,
            limit=min(limit or MOST, MOST))
        # With its name, or the web client asks for that once it is chosen
        return [{
                'id': lot.id, 'name': lot.rec_name, 'rec_name': lot.rec_name,
                'defaults': None,
                } for lot in dict.fromkeys(row.lot for row in rows)]
