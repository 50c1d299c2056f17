"""A server as in production: `maillon serve` with gunicorn, and a worker.

Tryton alone is served by the same command with the same settings.
"""
from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import server
from cluster import free_port
from measuring import cpu_of_group

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[2]
#: Processes of gunicorn: what `maillon serve` takes on two cores
PROCESSES = 5


@dataclass(frozen=True)
class Served:
    "A database that is served at `url`"
    url: str
    folder: pathlib.Path
    #: of the server and of the worker, each with its processes
    leaders: list[int]

    def cpu_ms(self) -> float:
        "Milliseconds of CPU that server and worker have used so far"
        return sum(cpu_of_group(leader) for leader in self.leaders)

    def restarts(self) -> list[str]:
        "Why a request or a task was begun again, once for each time"
        path = self.folder / 'restarts'
        return path.read_text().splitlines() if path.exists() else []


@contextmanager
def served(
        cluster, name: str, python: str = sys.executable) -> Iterator[Served]:
    "Serve the database *name* with *python*, beside a worker for it"
    with tempfile.TemporaryDirectory(prefix='maillon-till-') as folder:
        path = pathlib.Path(folder)
        port = free_port()
        config = path / 'trytond.conf'
        server.write_config(config, cluster.uri, path, port)
        with open(config, 'a') as file:
            file.write('[queue]\nworker = True\n')
        running = [
            _start(python, path, port, 'worker', '-d', name, '-n', '1'),
            _start(
                python, path, port, 'serve', '-d', name,
                '--workers', PROCESSES)]
        processes = [
            server.Server(name, config, path, port, process)
            for process in running]
        try:
            processes[-1].wait()
            yield Served(
                processes[-1].url, path, [p.pid for p in running])
        finally:
            for process in processes:
                process.stop()


def _start(
        python: str, folder: pathlib.Path, port: int, what: str,
        *options) -> subprocess.Popen:
    name = 'server' if what == 'serve' else what
    with open(folder / f'{name}-{port}.log', 'wb') as log:
        return subprocess.Popen(
            [python, str(HERE / 'watched.py'), str(folder / 'restarts'),
                what, str(folder / 'trytond.conf'), *map(str, options)],
            stdout=log, stderr=log, cwd=folder, start_new_session=True,
            env={**server.environment(), 'PYTHONPATH': os.pathsep.join(
                    [str(ROOT / 'modules'), str(ROOT / 'tests')])})
