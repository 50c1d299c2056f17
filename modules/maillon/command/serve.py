"""``maillon serve``: the server, for trying out or for a real site.

On SQLite: one process, in which :class:`OneAtATime` lets no two requests
work on the database at once (Tryton's SQLite loses what is written at the
same time). On PostgreSQL: gunicorn's processes, a worker and a cron beside.
"""
import argparse
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

from . import CommandError, database, web_client

__all__ = ['NAME', 'HELP', 'add_arguments', 'run', 'application', 'serve',
    'OneAtATime']

NAME = 'serve'
HELP = "serve the web client and the programming interfaces"
EPILOG = """\
SQLite: one process, for trying out. PostgreSQL: gunicorn (extra "server"),
with beside it, for the same configuration file and database,
  maillon worker -c config/trytond.conf
  maillon cron -c config/trytond.conf"""

#: Seconds before a database that is away is asked for again
PAUSE = 1

logger = logging.getLogger(__name__)
StartResponse = Callable[..., Any]
Answer = TypeVar('Answer')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    "The options of the sub-command"
    database.add_arguments(parser)
    parser.add_argument(
        '--port', type=int, metavar='N',
        help="port to listen on (default: that of the configuration)")
    parser.add_argument(
        '--web-client', metavar='DIR', type=Path,
        help="folder of the web client; fetched from npm if it is empty "
        "(default: [web] root of the configuration)")
    parser.add_argument(
        '--workers', type=int, default=(os.cpu_count() or 1) * 2 + 1,
        metavar='N', help="processes of gunicorn (default: %(default)s)")
    parser.add_argument(
        '--dev', action='store_true',
        help="one process without gunicorn, on PostgreSQL too")


def run(options: argparse.Namespace) -> int:
    "Do what the options ask; return the exit status"
    import trytond.config as config

    name = database.configure_from(options)
    if not _once_answered(name, lambda: database.exists(name)):
        raise CommandError(
            f'there is no database "{name}" yet: run "maillon setup" or '
            '"maillon demo" first.')
    if options.port:
        host, _ = config.split_netloc(config.get('web', 'listen'))
        config.set('web', 'listen', f'{host}:{options.port}')
    root = options.web_client or _configured_root()
    if root:
        web_client.fetch(Path(root))
    if database.is_sqlite() or options.dev:
        serve(name, root)
    else:
        _serve_with_gunicorn(name, root, options)
    return 0


def _configured_root() -> Path | None:
    "The folder of the web client as configured, when it is one of ours"
    import trytond.config as config

    default = os.path.join(os.path.expanduser('~'), 'www')
    root = config.get('web', 'root')
    if root and (root != default or Path(root, 'index.html').exists()):
        return Path(root)
    return None


class OneAtATime:
    """WSGI layer that lets one request at a time work on the database.

    Tryton's SQLite has no lock between a read and the write that follows
    from it: two clients that write at once lose an update or collide on a
    number. A request is done within the call of the application, so holding
    the lock around it is enough. Subscribing to the bus waits for minutes
    and does not write: it passes.
    """

    def __init__(
            self, app: Callable[..., Iterable[bytes]],
            lock: AbstractContextManager[Any]):
        self.app = app
        self.lock = lock

    def __call__(
            self, environ: dict[str, Any], start_response: StartResponse
            ) -> Iterable[bytes]:
        if environ.get('PATH_INFO', '').endswith('/bus'):
            return self.app(environ, start_response)
        with self.lock:
            return self.app(environ, start_response)


def application(
        name: str, root: Path | None = None,
        lock: AbstractContextManager[Any] | None = None) -> Any:
    """Return the WSGI application that serves *name* and, at ``/``, *root*.

    With *lock*, requests work on the database one at a time.
    """
    import trytond.config as config
    from trytond.pool import Pool

    # trytond lays its own static files around the application when it is
    # first imported; ours go outside of the lock.
    config.set('web', 'root', '')
    from trytond.wsgi import SharedDataMiddlewareIndex, app

    Pool.start()
    if name not in Pool.database_list():
        _open(name)
    wsgi: Any = app.wsgi_app
    if lock:
        wsgi = OneAtATime(wsgi, lock)
    if root:
        wsgi = SharedDataMiddlewareIndex(
            wsgi, {'/': str(root)},
            cache_timeout=config.getint('web', 'cache_timeout'))
    return wsgi


def _open(name: str) -> None:
    "Load the modules of *name*, once its server answers"
    from trytond.pool import Pool
    from trytond.transaction import Transaction

    def load() -> None:
        with Transaction().start(name, 0, readonly=True):
            Pool(name).init()

    _once_answered(name, load)


def _once_answered(name: str, ask: Callable[[], Answer]) -> Answer:
    """What *ask* finds in *name*, asked until PostgreSQL answers.

    A host that ends instead, because both were switched on at once, would
    have to be started again by somebody.
    """
    from trytond import backend

    while True:
        try:
            return ask()
        except (
                backend.DatabaseOperationalError,
                database.ServerAway) as error:
            if database.is_sqlite():
                raise
            logger.error("%s cannot be opened yet: %s", name, error)
            time.sleep(PAUSE)


def serve(name: str, root: Path | None = None) -> None:
    "Serve *name* in this process until it is interrupted"
    from werkzeug.serving import run_simple

    import trytond.config as config

    host, port = config.split_netloc(config.get('web', 'listen'))
    lock = threading.Lock() if database.is_sqlite() else None
    wsgi = application(name, root, lock)
    if lock:
        threading.Thread(
            target=_cron, args=(name, lock), daemon=True).start()
    logging.getLogger('werkzeug').setLevel(logging.ERROR)
    try:
        run_simple(host or 'localhost', port, wsgi, threaded=True)
    except OSError as error:
        raise CommandError(
            f"port {port} is taken ({error.strerror}): stop what uses it, or "
            "choose another one with --port.") from error


def _cron(name: str, lock: AbstractContextManager[Any]) -> None:
    "Run what is due every minute: one process has no trytond-cron beside"
    from trytond.pool import Pool

    while True:
        time.sleep(60)
        try:
            with lock:
                Pool(name).get('ir.cron').run(name)
        except Exception:
            logger.exception("scheduled tasks of %s failed", name)


def check_worker(config_file: str | None) -> None:
    """Raise CommandError unless what is put off has a worker to do it.

    Without one, each till posts its invoices itself and meets the others at
    the accounts.
    """
    import trytond.config as config

    if not config.getboolean('queue', 'worker'):
        raise CommandError(
            "no worker is configured: set worker = True under [queue] in "
            f"{config_file or 'the configuration file'} and start "
            "maillon worker beside (or use --dev).")


def _serve_with_gunicorn(
        name: str, root: Path | None, options: argparse.Namespace) -> None:
    import trytond.config as config

    check_worker(options.config)
    try:
        from gunicorn.app.base import BaseApplication
    except ImportError as error:
        raise CommandError(
            'gunicorn is not installed: pip install "maillon[server]" (or '
            "use --dev).") from error

    class Server(BaseApplication):
        def load_config(self):
            self.cfg.set('bind', config.get('web', 'listen'))
            self.cfg.set('workers', options.workers)
            self.cfg.set('worker_class', 'gthread')
            self.cfg.set('threads', 4)
            self.cfg.set('timeout', 120)
            self.cfg.set('accesslog', None)

        def load(self):
            return application(name, root)

    print(json.dumps({
                'listen': config.get('web', 'listen'),
                'processes': options.workers,
                'database': name}))
    Server().run()
