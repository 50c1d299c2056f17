"""What is on the shelf of some food groups, to complete a basket."""
from __future__ import annotations

from collections.abc import Collection

from trytond.pool import PoolMeta

#: How many rows of each missing group are looked at; lots that may not be
#: handed over are among them
ROWS = 8


class OnHand(metaclass=PoolMeta):
    __name__ = 'aid.lot.on_hand'

    @classmethod
    def of_food_groups(cls, branch, codes: Collection[str]) -> list:
        """Some of what *branch* has of each food group, first expired first.

        One statement for each group, whatever lies on the shelf.

        :param codes: of the food groups
        """
        rows = []
        for code in codes:
            rows += cls.search([
                    *cls.in_branch_domain(branch),
                    ['OR',
                        ('product.template.food_group.code', '=', code),
                        [
                            ('product.template.food_group', '=', None),
                            ('family.food_group.code', '=', code),
                            ],
                        ],
                    ], order=cls.first_expired_order, limit=ROWS)
        return rows
