"""What a household owes, and its entitlement as the till sees it."""
from __future__ import annotations

from trytond.model import ModelView, fields
from trytond.model.fields.selection import TranslatedSelection
from trytond.modules.currency.fields import Monetary
from trytond.pool import PoolMeta
from trytond.pyson import Eval

from . import standing


class Household(metaclass=PoolMeta):
    __name__ = 'aid.household'

    owed = fields.Function(
        Monetary(
            "Still Owed", currency='currency', digits='currency',
            help="What is open from earlier baskets. "
            "It never keeps anybody from a basket."),
        'get_owed')
    balance_on_paper = fields.Boolean(
        "What We Offer on the Paper",
        help="The household asked for it: one sentence on what its basket "
        "holds, on the ticket or the sheet. Never anything about the "
        "household.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._buttons.update({
                'pay_debt': {
                    'invisible': ~Eval('owed', 0),
                    'depends': ['owed'],
                    },
                })

    @staticmethod
    def default_balance_on_paper() -> bool:
        return False

    @classmethod
    def get_owed(cls, households, name: str) -> dict:
        return standing.owed_by(households)

    @classmethod
    @ModelView.button_action('aid_basket.wizard_basket_pay')
    def pay_debt(cls, households) -> None:
        "Take what the household owes"


class Entitlement(metaclass=PoolMeta):
    __name__ = 'aid.entitlement'

    cap_period_string = TranslatedSelection('cap_period')
    cap_family = fields.Many2One(
        'aid.family', "Family of the Cap", ondelete='RESTRICT',
        states={
            'readonly': Eval('state') != 'proposed',
            'invisible': Eval('cap_kind', 'none') != 'items',
            },
        help="The goods whose items are counted. Empty: all.")
