"""The first trace: from a donation to the baskets it is in."""
from __future__ import annotations

from trytond.model import ModelView
from trytond.pool import PoolMeta
from trytond.pyson import Eval


class Donation(metaclass=PoolMeta):
    __name__ = 'aid.donation'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._buttons.update({
                'reached': {
                    'invisible': Eval('state') != 'received',
                    'depends': ['state'],
                    },
                })

    @classmethod
    @ModelView.button_action('aid_basket.act_donation_reached')
    def reached(cls, donations) -> None:
        "The baskets and households that these donations reached"
