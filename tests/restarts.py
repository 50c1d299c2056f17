"""Makes a process say in its log when Tryton begins a call again.

Tryton keeps that to itself: it rolls back, takes the lock that it lacked, or
hopes that what failed works the next time, and the till only waits longer.
"""
from __future__ import annotations

import logging
import sys

SIGN = 'BEGUN AGAIN'
#: Who of Tryton begins again after an error of the database
LOGGERS = [
    'trytond.protocols.dispatcher', 'trytond.protocols.wrappers',
    'trytond.transaction', 'trytond.worker', 'trytond.ir.cron']


class _Teller(logging.Handler):

    def emit(self, record: logging.LogRecord) -> None:
        if str(record.msg).startswith('Retry'):
            _tell(f'{record.name}: {sys.exc_info()[1]!r}')


def watch() -> None:
    "From now on, say so"
    from trytond.transaction import TransactionError

    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.DEBUG)
        logger.addHandler(_Teller())
    fix = TransactionError.fix

    def told(self, extras) -> None:
        _tell(f'{type(self).__name__} {vars(self)}')
        fix(self, extras)

    TransactionError.fix = told


def _tell(what: str) -> None:
    print(f'{SIGN}: {what}', file=sys.stderr, flush=True)


def told_in(log: str) -> list[str]:
    "What a *log* says was begun again"
    return [line for line in log.splitlines() if line.startswith(SIGN)]
