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
from typing import NamedTuple

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


class Timed(NamedTuple):
    "Milliseconds of each round, and what a round took of a processor"
    times: list[float]
    cpu_ms: float | None

    @property
    def ms(self) -> float:
        "The median"
        return statistics.median(self.times)


def in_turns(
        *works: Callable[[], Callable], rounds: int,
        cpu: Callable[[], float | None] = lambda: None) -> list[Timed]:
    """How long each of *works* takes, in rounds that take turns.

    So what else the machine does, and how fast it just is, falls on all of
    them alike. The first round is left out: it reads what a server has in
    its memory.

    :param works: each makes ready what is timed then, and gives it
    :param cpu: milliseconds of a processor used so far; None where nobody
        knows
    """
    times: list[list[float]] = [[] for _ in works]
    spent: list[float | None] = [0. for _ in works]
    for n in range(rounds + 1):
        for place, make_ready in enumerate(works):
            work = make_ready()
            before = cpu()
            start = time.perf_counter()
            work()
            took = (time.perf_counter() - start) * 1000
            after = cpu()
            if not n:
                continue
            times[place].append(took)
            so_far = spent[place]
            spent[place] = (
                None if None in {before, after, so_far}
                else so_far + after - before)
    return [
        Timed(each, total and round(total / rounds, 2))
        for each, total in zip(times, spent)]


def p95(times: Iterable[float]) -> float:
    "What 95 of 100 *times* do not exceed"
    times = sorted(times)
    return times[int(len(times) * 0.95)]


@contextmanager
def cpu_of(cluster) -> Iterator[Callable[[], float]]:
    """Milliseconds of CPU spent since the block began, when called.

    :param cluster: the PostgreSQL to count beside this process, or None
    """
    before = cpu_so_far(cluster)
    yield lambda: cpu_so_far(cluster) - before


def cpu_so_far(cluster) -> float:
    "Milliseconds of CPU that this process and PostgreSQL have used so far"
    server = cluster.cpu_ms() if cluster else 0
    return time.process_time() * 1000 + server


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
