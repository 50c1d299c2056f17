"""A real server process for the tests, as an organisation would run it."""
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

from cluster import free_port

#: The name of the database that the tests serve
NAME = 'house'
#: The name that `maillon demo` gives to its own
NAME_OF_DEMO = 'maillon'


class ServerFailed(Exception):
    "The server did not start, with the end of its log"


class Server:
    """One process that serves one database over HTTP.

    `url` is the root of the web client, `rpc` what proteus wants.
    """

    def __init__(self, database: str, config: pathlib.Path,
            folder: pathlib.Path, port: int, process: subprocess.Popen):
        self.database = database
        self.config = config
        self.folder = folder
        self.port = port
        self._process = process

    @property
    def url(self) -> str:
        return f'http://127.0.0.1:{self.port}/'

    @property
    def rpc(self) -> str:
        return f'{self.url}{self.database}/rpc/'

    @property
    def log(self) -> str:
        "What the server wrote so far"
        return (self.folder / f'server-{self.port}.log').read_text(
            'utf-8', 'replace')

    def session(self, login: str, password: str):
        "A proteus session: a context manager that gives its config"
        from proteus import config
        return config.set_xmlrpc_session(self.rpc, login, password)

    def wait(self, seconds: float = 90) -> None:
        "Until the server answers; raises ServerFailed"
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                urllib.request.urlopen(self.url, timeout=5).close()
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.2)
            else:
                return
        raise ServerFailed(self.log[-3000:])

    def kill(self) -> None:
        "As when the power of the machine is cut"
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        "End the process and those it started"
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()


def write_config(
        path: pathlib.Path, uri: str, folder: pathlib.Path, port: int,
        root: pathlib.Path | None = None, behind: int = 0) -> None:
    """A trytond.conf for one server of the tests.

    *behind* so many proxies, with a worker beside, as a real site.
    """
    lines = ['[database]', f'uri = {uri}']
    if uri.startswith('sqlite'):
        lines.append(f'path = {folder}')
    lines += ['[web]', f'listen = 127.0.0.1:{port}']
    if root is not None:
        lines.append(f'root = {root}')
    if behind:
        lines += [
            f'num_proxies = {behind}', '[queue]', 'worker = True']
    # A test waits for no one, and hundreds of sign-ins are not an attack
    lines += ['[session]', 'max_attempt = 1000']
    path.write_text('\n'.join(lines) + '\n', 'utf-8')


def environment() -> dict[str, str]:
    "The environment of a server, without what the tests set for themselves"
    return {
        name: value for name, value in os.environ.items()
        if name not in {'TRYTOND_DATABASE_URI', 'DB_NAME', 'DB_CACHE'}}


def maillon() -> list[str]:
    "The `maillon` command of the Python that runs the tests"
    return [
        sys.executable, '-c',
        'import sys; from maillon.command import main; sys.exit(main())']


def start(database: str, uri: str, folder: pathlib.Path,
        root: pathlib.Path | None = None) -> Server:
    """Start a server over *database* and wait until it answers.

    By ``maillon serve`` in one process, as somebody trying it out would.
    """
    port = free_port()
    config = folder / f'trytond-{port}.conf'
    write_config(config, uri, folder, port, root)
    command = [*maillon(), 'serve', '--dev', '-c', config, '-d', database]
    with open(folder / f'server-{port}.log', 'wb') as log:
        process = subprocess.Popen(
            command,
            stdout=log, stderr=log, cwd=folder, env=environment(),
            start_new_session=True)
    server = Server(database, config, folder, port, process)
    try:
        server.wait()
    except ServerFailed:
        server.stop()
        raise
    return server
