"""The chain of goods goes on to the baskets they were handed over in."""
from __future__ import annotations

from trytond.pool import PoolMeta
from trytond.pyson import PYSONEncoder
from trytond.wizard import Button, StateAction

from aid_branch.named import visible


class TraceForward(metaclass=PoolMeta):
    __name__ = 'aid.lot.trace.forward'

    baskets = StateAction('aid_basket.act_trace_baskets')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.shown.buttons.insert(
            0, Button("Baskets Reached", 'baskets', 'tryton-relate'))

    def do_baskets(self, action: dict) -> tuple[dict, dict]:
        """The lines of baskets with goods of any lot of the chain.

        Of those baskets that the user may see, as in every list.
        """
        action['pyson_domain'] = PYSONEncoder().encode([
                ('lot', 'in', self.follow().lots),
                ('basket.state', '=', 'done'),
                ])
        return action, {}


class TraceBackward(metaclass=PoolMeta):
    __name__ = 'aid.lot.trace.backward'

    def traced_lots(self) -> list:
        if self.model.__name__ != 'aid.basket':
            return super().traced_lots()
        return list(dict.fromkeys(
                line.lot for basket in visible(self.records)
                for line in basket.lines if line.lot))
