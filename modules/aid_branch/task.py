"""A task that is left to a worker is written down at once."""
from __future__ import annotations

import datetime as dt

import trytond.config as config
from trytond.pool import PoolMeta
from trytond.transaction import Transaction

from . import lane

COLUMNS = frozenset({
        'name', 'data', 'enqueued_at', 'dequeued_at', 'finished_at',
        'scheduled_at', 'expected_at'})


class Queue(metaclass=PoolMeta):
    """Tasks for the workers, as Tryton puts them down.

    Tryton knows what it writes down: it need not read it again.
    """
    __name__ = 'ir.queue'

    @classmethod
    def push(cls, name, data, scheduled_at=None, expected_at=None):
        if not lane.is_created_plainly(cls, COLUMNS):
            return super().push(
                name, data, scheduled_at=scheduled_at,
                expected_at=expected_at)
        transaction = Transaction()
        record, = lane.insert(cls, [{
                    'name': name,
                    'data': data,
                    'enqueued_at': dt.datetime.now(),
                    'scheduled_at': scheduled_at,
                    'expected_at': expected_at,
                    }])
        # What Tryton does once it has created the record
        if transaction.database.has_channel():
            transaction.database.notify(
                transaction.connection, cls.__name__, '')
        if not config.getboolean('queue', 'worker', default=False):
            transaction.tasks.append(record.id)
        return record.id
