"""Loading the modules into a database, for the first time or anew.

Done by a process of its own, which leaves out Python's assertions: for each
of many records Tryton asserts something of all of them, which is half of what
loading takes.
"""
from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from tqdm import tqdm

from . import CommandError
from .foreign_keys import asked_of_the_catalogue

__all__ = ['Wanted', 'load']

#: No other process sees what this one has there
IN_MEMORY = ':memory:'
ELSEWHERE = 'from maillon.command import activation; activation.main()'


@dataclass(frozen=True)
class Wanted:
    """What is to be loaded.

    :param name: of the database, which is made
    :param languages: codes
    :param anew: what of Tryton's kernel is loaded once more or first
    :param count: how many modules that are in all
    :param progress: whether a bar tells how far it is
    """
    name: str
    modules: list[str]
    languages: list[str]
    anew: list[str]
    count: int
    progress: bool = False


def load(wanted: Wanted) -> None:
    """Load what is *wanted* into the configured database.

    :raises CommandError: it cannot be loaded; why was printed
    """
    import trytond.config as config

    if not __debug__ or wanted.name == IN_MEMORY:
        _load_here(wanted)
        return
    done = subprocess.run(
        [sys.executable, '-O', '-c', ELSEWHERE], text=True,
        input=json.dumps({
                'wanted': asdict(wanted),
                'uri': config.get('database', 'uri'),
                'path': config.get('database', 'path'),
                }))
    if done.returncode:
        raise CommandError(
            f'the modules could not be loaded into "{wanted.name}"; what is '
            "printed above says why.")


def main() -> None:
    "What that process does with what it is told on its input"
    from . import database

    told = json.load(sys.stdin)
    database.configure(told['uri'], told['path'])
    _load_here(Wanted(**told['wanted']))


def _load_here(wanted: Wanted) -> None:
    from trytond import backend
    from trytond.pool import Pool

    database = backend.Database(wanted.name)
    database.connect()
    if not database.test():
        database.init()
    with _module_progress(wanted.count, wanted.progress), \
            asked_of_the_catalogue():
        Pool(wanted.name).init(
            update=wanted.anew + wanted.modules, lang=wanted.languages,
            activatedeps=True)


class _ModuleBar(logging.Handler):
    "Moves a progress bar by what trytond logs while it loads modules"

    def __init__(self, bar: tqdm):
        super().__init__(logging.INFO)
        self.bar = bar
        self.seen: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg == '%s load' and record.args:
            module = str(record.args[0])
            self.bar.set_postfix_str(module, refresh=False)
            if module not in self.seen:
                self.seen.add(module)
                self.bar.update()


@contextmanager
def _module_progress(total: int, show: bool) -> Iterator[None]:
    logger = logging.getLogger('trytond.modules')
    level, propagate = logger.level, logger.propagate
    with tqdm(
            total=total, desc="Modules", unit="module",
            disable=not show) as bar:
        handler = _ModuleBar(bar)
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
        try:
            yield
        finally:
            logger.removeHandler(handler)
            logger.setLevel(level)
            logger.propagate = propagate
