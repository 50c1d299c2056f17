"""What people did is written down at once, at the end of a transaction."""
from __future__ import annotations

from trytond.pool import PoolMeta

from . import lane

COLUMNS = frozenset({'event', 'resource', 'target', 'user'})


class Log(metaclass=PoolMeta):
    """Buttons, transitions and changes, as Tryton remembers them.

    Tryton knows what it writes down: it need not read it again and look
    whether each of the records is there.
    """
    __name__ = 'ir.model.log'

    @classmethod
    def save(cls, logs) -> None:
        new = [log for log in logs if log.id is None]
        if (len(new) != len(logs) or not new
                or not lane.is_created_plainly(cls, COLUMNS)):
            super().save(logs)
            return
        lane.insert(cls, [{
                    'event': log.event,
                    'resource': str(log.resource) if log.resource else None,
                    'target': log.target,
                    'user': log.user.id if log.user else None,
                    } for log in new])
