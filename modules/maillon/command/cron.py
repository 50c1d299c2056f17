"""``maillon cron``: runs what is due, each minute.

``trytond-cron`` over the same configuration as the other processes, begun
again when one of its own dies. Exactly one for a database is enough; a second
one does no harm, as what one is at the other leaves alone.
"""
from __future__ import annotations

import argparse

from . import database, worker

__all__ = ['NAME', 'HELP', 'add_arguments', 'run']

NAME = 'cron'
HELP = "run the scheduled tasks (needs PostgreSQL)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    "The options of the sub-command"
    database.add_arguments(parser)


def run(options: argparse.Namespace) -> int:
    "Run what is due each minute until interrupted; return the exit status"
    from trytond import cron

    name = worker.prepare(options)
    options.processes = 1
    worker.again_and_again(
        cron.run, worker.daemon_options(options, name))
    return 0
