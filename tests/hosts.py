"""Several application hosts behind a balancer, as a large network runs them.

On one machine: each host is ``maillon serve`` with a port, caches and
processes of its own; beside them one worker and one cron; before them HAProxy
with the file of ``deploy/``.
"""
from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

import server
from cluster import free_port

HERE = pathlib.Path(__file__).parent
DEPLOY = HERE.parent / 'deploy'
BALANCER = DEPLOY / 'haproxy.cfg'
#: Threads of a process of `maillon serve`, of which each host has one here
THREADS = 4
#: `maillon`, in a process that says when Tryton begins something again
PROGRAM = (
    'import sys, restarts; restarts.watch();'
    'from maillon.command import main; sys.exit(main())')


class NoBalancer(Exception):
    "This machine has no HAProxy"


def find_haproxy() -> str:
    "The path of HAProxy; raises NoBalancer"
    path = shutil.which('haproxy') or shutil.which(
        'haproxy', path='/usr/sbin:/usr/local/sbin')
    if path is None:
        raise NoBalancer("no HAProxy found; on Debian: apt install haproxy")
    return path


def postgresql_settings() -> dict[str, str]:
    "What ``deploy/postgresql.conf`` sets, but for the archive of the log"
    settings = {}
    for line in (DEPLOY / 'postgresql.conf').read_text('utf-8').splitlines():
        name, equals, value = line.partition(' = ')
        if equals and not name.startswith(('#', 'archive_')):
            settings[name] = value
    return settings


def start_process(
        arguments: list, log: pathlib.Path,
        **environment: str) -> subprocess.Popen:
    "In a group of its own, that ends with it"
    with open(log, 'ab') as stream:
        return subprocess.Popen(
            arguments, stdout=stream, stderr=stream, cwd=log.parent,
            env=server.environment() | environment, start_new_session=True)


def maillon(
        command: str, config: pathlib.Path, database: str,
        log: pathlib.Path, *options: str) -> subprocess.Popen:
    "``maillon`` *command*, which says in its *log* what is begun again"
    path = os.pathsep.join(
        filter(None, [str(HERE), os.environ.get('PYTHONPATH')]))
    return start_process(
        [sys.executable, '-c', PROGRAM, command, '-c', config,
            '-d', database, *options],
        log, PYTHONPATH=path)


def kill(process: subprocess.Popen) -> None:
    "End a process and those it started, without a word"
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Site:
    """Two hosts, a worker, a cron and a balancer over *uri*.

    `url` is what the balancer answers at.
    """

    def __init__(self, database: str, uri: str, folder: pathlib.Path):
        self.database = database
        self.uri = uri
        self.folder = folder
        self.hosts: list[server.Server] = []
        self.port = free_port()
        self._beside: dict[str, subprocess.Popen] = {}

    @property
    def url(self) -> str:
        return f'http://127.0.0.1:{self.port}/'

    def start(self) -> None:
        "Until the balancer answers for a host; raises NoBalancer"
        haproxy = find_haproxy()
        for number in range(2):
            self.hosts.append(self._make_host(number))
        config = self.hosts[0].config
        for name in ['worker', 'cron']:
            self._beside[name] = maillon(
                name, config, self.database, self.folder / f'{name}.log')
        self._beside['balancer'] = start_process(
            [haproxy, '-db', '-f', BALANCER],
            self.folder / 'balancer.log',
            MAILLON_BIND=f'127.0.0.1:{self.port}',
            MAILLON_THREADS=str(THREADS),
            **{f'MAILLON_APP{n}': f'127.0.0.1:{host.port}'
                for n, host in enumerate(self.hosts, 1)})
        for host in self.hosts:
            host.wait()
        self._wait()

    def _make_host(self, number: int) -> server.Server:
        folder = self.folder / f'host{number}'
        folder.mkdir()
        port = free_port()
        config = folder / f'trytond-{port}.conf'
        server.write_config(config, self.uri, folder, port, behind=1)
        return server.Server(
            self.database, config, folder, port,
            self._serve(config, folder / f'server-{port}.log'))

    def _serve(
            self, config: pathlib.Path,
            log: pathlib.Path) -> subprocess.Popen:
        return maillon('serve', config, self.database, log, '--workers', '1')

    def _wait(self, seconds: float = 60) -> None:
        "Until the balancer passes on"
        deadline = time.monotonic() + seconds
        request = urllib.request.Request(self.url, method='OPTIONS')
        while True:
            try:
                urllib.request.urlopen(request, timeout=5).close()
            except OSError:
                if time.monotonic() > deadline:
                    raise server.ServerFailed(self.log) from None
                time.sleep(0.1)
            else:
                return

    @property
    def log(self) -> str:
        "What the hosts, the worker and the cron wrote so far"
        return '\n'.join([
                *(host.log for host in self.hosts),
                *((self.folder / f'{name}.log').read_text('utf-8', 'replace')
                    for name in ['worker', 'cron'])])

    def kill(self, number: int) -> None:
        "Cut the power of a host"
        self.hosts[number].kill()

    def revive(self, number: int) -> None:
        "Switch a host on again, without waiting for it"
        old = self.hosts[number]
        self.hosts[number] = server.Server(
            old.database, old.config, old.folder, old.port, self._serve(
                old.config, old.folder / f'server-{old.port}.log'))

    def is_working(self, name: str) -> bool:
        "Whether the worker, the cron or the balancer is still there"
        return self._beside[name].poll() is None

    def stop(self) -> None:
        "End everything; nobody is there any more to be polite to"
        for process in self._beside.values():
            kill(process)
        for host in self.hosts:
            host.kill()
