"""Statements, milliseconds and CPU: what all benchmarks measure alike."""
from __future__ import annotations

import json
import os
import pathlib
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

#: Tryton asks for the foreign keys of each table that it makes, all in one
#: transaction of which PostgreSQL has no statistics yet: by nested loops that
#: takes seconds each
ACTIVATING = {'PGOPTIONS': '-c enable_nestloop=off'}


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that this thread sends to PostgreSQL in the block.

    Another one listens for what other processes change, and says each second
    that it still does.
    """
    from trytond.backend.postgresql.database import LoggingCursor

    statements: list[str] = []
    execute = LoggingCursor.execute
    mine = threading.get_ident()

    def counting(self, query, *args, **kwargs):
        # Tryton asks nothing at all to see whether it is still connected
        if str(query) and threading.get_ident() == mine:
            statements.append(str(query))
        return execute(self, query, *args, **kwargs)
    LoggingCursor.execute = counting
    try:
        yield statements
    finally:
        LoggingCursor.execute = execute


def times_ms(work: Callable, rounds: int) -> list[float]:
    "Milliseconds of each of *rounds* times of *work*, the first left out"
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return times


def median_ms(work: Callable, rounds: int) -> float:
    "Median of *rounds* of *work* in milliseconds, the first left out"
    return statistics.median(times_ms(work, rounds))


def p95(times: Iterable[float]) -> float:
    "What 95 of 100 *times* do not exceed"
    times = sorted(times)
    return times[int(len(times) * 0.95)]


@contextmanager
def cpu_of(cluster) -> Iterator[Callable[[], float]]:
    """Milliseconds of CPU spent since the block began, when called.

    :param cluster: the PostgreSQL to count beside this process, or None
    """
    def now() -> float:
        server = cluster.cpu_ms() if cluster else 0
        return time.process_time() * 1000 + server
    before = now()
    yield lambda: now() - before


def cpu_of_group(leader: int) -> float:
    """Milliseconds of CPU that the processes of a group have used so far.

    What has ended counts with the one that waited for it.

    :param leader: the process that the group is named after
    """
    total = 0
    for stat in pathlib.Path('/proc').glob('[0-9]*/stat'):
        try:
            # What follows the name, which may hold spaces
            values = stat.read_text().rpartition(')')[2].split()
        except OSError:
            continue
        if int(values[2]) == leader:
            total += sum(map(int, values[11:15]))
    return total * 1000 / os.sysconf('SC_CLK_TCK')


@contextmanager
def told(what: str) -> Iterator[None]:
    "Say *what* takes time, and then how long it took, beside the results"
    print(f"{what} ...", file=sys.stderr, flush=True)
    start = time.perf_counter()
    yield
    print(
        f"{what}: {time.perf_counter() - start:.0f} s", file=sys.stderr,
        flush=True)


def begin(
        script: str, *options: str,
        python: str = sys.executable) -> subprocess.Popen:
    """Let *script* make a database in a process of its own.

    A database that is open in this one could not be copied. Without Python's
    assertions, which are half of what Tryton takes to load modules.
    """
    return subprocess.Popen(
        [python, '-O', script, *options], stdout=subprocess.PIPE, text=True,
        env={**os.environ, **ACTIVATING})


def end(process: subprocess.Popen) -> dict:
    """The JSON object in the last line that *process* writes.

    :raises subprocess.CalledProcessError: it failed; the reason is on the
        error output
    """
    written, _ = process.communicate()
    if process.returncode:
        raise subprocess.CalledProcessError(
            process.returncode, process.args)
    return json.loads(written.splitlines()[-1])


def met(
        figures: Mapping[str, float | None],
        bars: Mapping[str, float]) -> dict[str, bool]:
    "Which of the *bars* not to exceed are met, of those that were measured"
    return {
        name: figures[name] <= bar for name, bar in bars.items()
        if figures.get(name) is not None}
