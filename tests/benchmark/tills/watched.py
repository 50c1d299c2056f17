"""Run ``maillon serve`` or a worker, and note what the framework reruns.

    python watched.py FILE serve|worker CONFIG OPTIONS...

Tryton rolls a request or a task back and begins it again when it meets a lock
that it had not taken first, or a conflict with another one. Each time is a
line of FILE.
"""
from __future__ import annotations

import os
import pathlib
import sys
import traceback


def note(path: str, what: str) -> None:
    "Add a line to the file at *path*, whoever else does so"
    with open(path, 'a') as file:
        file.write(f'{os.getpid()} {what}\n')


def where(error: Exception) -> str:
    "The way to the place where *error* was raised, the last steps of it"
    return ' > '.join(
        f'{pathlib.Path(step.filename).name}:{step.lineno} {step.name}'
        for step in traceback.extract_tb(error.__traceback__)[-12:])


def watch(path: str) -> None:
    "Note in the file at *path* whatever is begun again from now on"
    from trytond import worker
    from trytond.protocols import dispatcher
    from trytond.transaction import TransactionError

    fix = TransactionError.fix

    def noted(self, extras):
        # Each kind of lock calls this one
        note(path, f'{type(self).__name__} {vars(self)} {where(self)}')
        return fix(self, extras)

    TransactionError.fix = noted
    for module in [dispatcher, worker]:
        module.logger = Watched(module.logger, path)


class Watched:
    "A logger that notes the retries which Tryton only tells developers of"

    def __init__(self, logger, path: str):
        self._logger = logger
        self._path = path

    def __getattr__(self, name: str):
        return getattr(self._logger, name)

    def debug(self, message: str, *args, **kwargs) -> None:
        if message.startswith('Retry'):
            note(self._path, message % args)
        self._logger.debug(message, *args, **kwargs)


def main() -> int | None:
    path, what, config_file, *options = sys.argv[1:]
    from trytond import config

    # Before anything of trytond that wants to know its database
    config.update_etc(config_file)
    watch(path)
    if what == 'serve':
        from maillon.command import main as run
        return run(['serve', '-c', config_file, *options])
    from trytond.cli.worker import main as work
    sys.argv = ['trytond-worker', '-c', config_file, *options]
    return work()


if __name__ == '__main__':
    sys.exit(main())
