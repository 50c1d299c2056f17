"""``maillon worker``: does beside the tills what they do not wait for.

``trytond-worker`` with what a real site needs: it goes on after a restart of
PostgreSQL. Tryton's own either ends then or, when it was just looking for
work, asks its dead connection for ever.
"""
from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from . import CommandError, database

__all__ = ['NAME', 'HELP', 'add_arguments', 'run', 'again_and_again']

NAME = 'worker'
HELP = "do what the tills have put off (needs PostgreSQL)"
#: Seconds before what broke is begun again
PAUSE = 1
#: Seconds after which what is due is looked for. Tryton (8.0.12) is told when
#: a task is put down, but not when its time comes, unless another was due
LOOK = 5

logger = logging.getLogger(__name__)


class ConnectionLost(Exception):
    "The connection on which the worker listens is gone"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    "The options of the sub-command"
    database.add_arguments(parser)
    parser.add_argument(
        '--processes', type=int, metavar='N', default=1,
        help="how many tasks at once (default: %(default)s: what is posted "
        "at the same time meets at the numbers of the accounts)")


def run(options: argparse.Namespace) -> int:
    "Work until interrupted; return the exit status"
    import trytond.config as config
    from trytond import worker

    name = prepare(options)
    config.set('queue', 'worker', 'True')
    worker.Queue = _queue(worker.Queue)
    again_and_again(worker.work, daemon_options(options, name))
    return 0


def prepare(options: argparse.Namespace) -> str:
    """Configure a process that stands beside the servers.

    :raises CommandError: SQLite, which has one process only
    """
    name = database.configure_from(options)
    if database.is_sqlite():
        raise CommandError(
            "on SQLite one process does everything: \"maillon serve\".")
    return name


def daemon_options(
        options: argparse.Namespace, name: str) -> argparse.Namespace:
    "What Tryton's daemons want to be told, for the database *name*"
    from trytond import commandline

    told = argparse.Namespace(
        configfile=[options.config] if options.config else None,
        database_names=[name], processes=options.processes, name=None,
        maxtasksperchild=None, timeout=LOOK, once=False, logconf=None,
        verbose=0, dev=False)
    commandline.config_log(told)
    return told


def again_and_again(
        work: Callable[[argparse.Namespace], Any],
        options: argparse.Namespace) -> None:
    "Do *work*, which ends only when something breaks, until interrupted"
    from trytond import backend

    broken = (
        ConnectionLost, BrokenProcessPool, backend.DatabaseOperationalError)
    while True:
        try:
            work(options)
        except broken as error:
            logger.error("%s: begun again", error)
        time.sleep(PAUSE)


def _queue(Queue: type) -> type:
    "*Queue* of Tryton's worker that says when its connection is gone"

    class ListeningQueue(Queue):

        def pull(self, name: str | None = None) -> tuple:
            return self._ask(super().pull, name=name)

        def get_notifications(self) -> list:
            return self._ask(super().get_notifications)

        def _ask(self, question: Callable, **kwargs: Any) -> Any:
            from trytond import backend
            try:
                return question(**kwargs)
            except backend.DatabaseOperationalError as error:
                if not self.connection.closed:
                    raise
                # The pool makes another one in its place
                self.database.put_connection(self.connection)
                raise ConnectionLost(str(error).strip()) from error

    return ListeningQueue
