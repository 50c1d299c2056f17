"""A PostgreSQL that the tests start for themselves and throw away.

It listens on a free port of the loopback only, keeps nothing safe (no
fsync) and runs as an unprivileged user when the tests run as root, because
PostgreSQL refuses to be root.
"""
import glob
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PROGRAMS = ['initdb', 'postgres', 'pg_dump', 'pg_restore']
UNPRIVILEGED = ['postgres', 'nobody']
OWNER = 'maillon'


class NoPostgreSQL(Exception):
    "This machine has no PostgreSQL server to start"


def find_programs() -> pathlib.Path:
    """The folder that holds the programs of a PostgreSQL server.

    Looks in PATH, then where Debian keeps them, newest first. Raises
    NoPostgreSQL.
    """
    folders = os.get_exec_path() + sorted(
        glob.glob('/usr/lib/postgresql/*/bin')
        + glob.glob('/usr/pgsql-*/bin'),
        key=lambda p: int(''.join(filter(str.isdigit, p)) or 0),
        reverse=True)
    for folder in map(pathlib.Path, folders):
        if all((folder / program).exists() for program in PROGRAMS):
            return folder
    raise NoPostgreSQL(
        "no PostgreSQL server found; on Debian: apt install postgresql")


def free_port() -> int:
    "A TCP port of the loopback that nobody listens on"
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def _drop_root() -> dict[str, object]:
    "Arguments of Popen that give up root, if we are root"
    if os.geteuid() != 0:
        return {}
    for name in UNPRIVILEGED:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {
            'user': user.pw_uid, 'group': user.pw_gid, 'extra_groups': []}
    raise NoPostgreSQL("no unprivileged user to run PostgreSQL as")


class Cluster:
    """A running PostgreSQL server.

    `uri` is what Tryton wants in its configuration (no database name).

    :param settings: of ``postgresql.conf``, beside its own
    """

    def __init__(self, settings: dict[str, str] | None = None):
        self.settings = settings or {}
        self.programs = find_programs()
        self._identity = _drop_root()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='maillon-pg-'))
        if self._identity:
            os.chown(
                self.folder, self._identity['user'], self._identity['group'])
        self._server: subprocess.Popen | None = None
        self.port = 0

    @property
    def uri(self) -> str:
        return f'postgresql://{OWNER}@127.0.0.1:{self.port}/'

    def start(self) -> None:
        "Create the data folder and wait until the server answers"
        subprocess.run(
            [self.programs / 'initdb', '-D', self.folder / 'data',
                '-U', OWNER, '-A', 'trust', '-E', 'UTF8',
                '--locale=C.UTF-8', '--no-sync'],
            check=True, stdout=subprocess.DEVNULL, cwd=self.folder,
            **self._identity)
        for _ in range(5):
            self.port = free_port()
            if self._serve():
                return
        raise RuntimeError(self._last_words())

    def _last_words(self) -> str:
        return f"PostgreSQL does not start:\n{self.log[-2000:]}"

    @property
    def log(self) -> str:
        "What the server wrote so far"
        return (self.folder / 'log').read_text('utf-8', 'replace')

    def _serve(self) -> bool:
        settings = {
            'port': self.port,
            'listen_addresses': '127.0.0.1',
            'unix_socket_directories': '',
            'fsync': 'off',
            'synchronous_commit': 'off',
            'full_page_writes': 'off',
            'max_connections': 200,
            **self.settings,
            }
        command = [self.programs / 'postgres', '-D', self.folder / 'data']
        for name, value in settings.items():
            command += ['-c', f'{name}={value}']
        with open(self.folder / 'log', 'ab') as log:
            self._server = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder,
                **self._identity)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self._server.poll() is not None:
                return False
            try:
                self.execute('SELECT 1')
            except OSError:
                time.sleep(0.1)
            else:
                return True
        return False

    def crash(self) -> None:
        """End the server as a failure does, and start it again.

        What was committed it finds in its log, provided that the settings
        write it there first (`synchronous_commit`).
        """
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(60)
        for _ in range(20):
            if self._serve():
                return
            # Those that served its clients are still about to end
            time.sleep(0.2)
        raise RuntimeError(self._last_words())

    def stop(self) -> None:
        "End the server and remove everything it wrote"
        if self._server is not None and self._server.poll() is None:
            self._server.terminate()
            try:
                self._server.wait(20)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def cpu_ms(self) -> float:
        "Milliseconds of CPU that the server and its connections have used"
        tick = 1000 / os.sysconf('SC_CLK_TCK')
        total = 0
        for stat in pathlib.Path('/proc').glob('[0-9]*/stat'):
            try:
                # What follows the name, which may hold spaces
                values = stat.read_text().rpartition(')')[2].split()
            except OSError:
                continue
            if self._server.pid in {int(stat.parent.name), int(values[1])}:
                # Its own, and of its connections that have ended
                total += sum(map(int, values[11:15]))
        return total * tick

    def execute(self, statement: str, database: str = 'postgres') -> list:
        """Rows of one *statement* run outside of any transaction.

        Raises OSError when the server does not answer.
        """
        import psycopg
        try:
            connection = psycopg.connect(
                self.uri + database, autocommit=True, connect_timeout=5)
        except psycopg.OperationalError as error:
            raise ConnectionError(str(error)) from error
        with connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def create(self, database: str, template: str = 'template0') -> None:
        """Make *database* as a copy of *template*.

        With a checkpoint behind it: PostgreSQL 15 copies of a sequence how
        many numbers it need not write to its log any more, and gives those
        out once more after a crash before the next checkpoint.
        """
        self.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        self.execute('CHECKPOINT')

    def drop(self, database: str) -> None:
        "Remove *database*, whoever is still connected to it"
        self.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def dump(self, database: str, path: pathlib.Path) -> None:
        "Write *database* to *path*, complete or not at all"
        beside = path.with_name(f'{path.name}.{os.getpid()}')
        subprocess.run(
            [self.programs / 'pg_dump', '-Fc', '-f', beside,
                '-d', self.uri + database],
            check=True)
        os.replace(beside, path)

    def restore(self, path: pathlib.Path, database: str) -> None:
        "Make *database* out of what `dump` wrote"
        self.create(database)
        subprocess.run(
            [self.programs / 'pg_restore', '-j', '2', '--no-owner',
                '-d', self.uri + database, path],
            check=True)
