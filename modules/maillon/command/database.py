"""A Tryton database of this house: where it is, made, activated, opened.

The order is always the same: :func:`configure` (before anything of trytond
that needs its backend is imported), :func:`create`, :func:`activate`, then
:func:`run` for each piece of work.
"""
import argparse
import os
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import CommandError, activation, connections

__all__ = [
    'NAME', 'add_arguments', 'configure', 'configure_from', 'create',
    'exists', 'activate', 'run', 'is_sqlite', 'is_empty', 'let_go',
    'or_dropped', 'vacuum', 'ServerAway']

NAME = 'maillon'
ADMIN = 1
#: Ten years, in seconds
NEVER = 10 * 365 * 24 * 3600
#: Seconds after which a process looks whether it has missed something
LISTEN = 1


class ServerAway(CommandError):
    "The server of the databases does not answer, or does not let us in"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    "The options by which every sub-command finds its database"
    group = parser.add_argument_group("database")
    group.add_argument(
        '-c', '--config', metavar='FILE',
        default=os.environ.get('TRYTOND_CONFIG'),
        help="trytond's configuration file (see config/trytond.conf)")
    group.add_argument(
        '--uri', help="database server, for example "
        "postgresql://user:password@localhost:5432/ (default: the "
        "configuration file, else SQLite)")
    group.add_argument(
        '--dir', metavar='DIR', type=Path,
        help="folder of the SQLite file, for example that of the demo")
    group.add_argument(
        '-d', '--database', default=NAME, metavar='NAME',
        help=f"name of the database (default: {NAME})")


def configure_from(options: argparse.Namespace) -> str:
    "Configure trytond as the options say and return the database's name"
    configure(options.uri, options.dir, options.config)
    return options.database


def configure(
        uri: str | None = None, directory: Path | None = None,
        config_file: str | None = None) -> None:
    """Tell trytond where its databases are.

    *uri* is a server (``postgresql://…/`` or ``sqlite://``), *directory* the
    folder of SQLite files; what is not given comes from *config_file* or from
    trytond's own defaults. Raises CommandError when another kind of database
    has been imported already, as the backend cannot be changed.
    """
    import trytond.config as config

    if config_file:
        if not Path(config_file).is_file():
            raise CommandError(
                f"there is no configuration file {config_file}.")
        config.update_etc(config_file)
    if uri:
        config.set('database', 'uri', uri)
    elif directory:
        config.set('database', 'uri', 'sqlite://')
    if directory:
        config.set('database', 'path', str(Path(directory).resolve()))

    from trytond import backend
    scheme = config.parse_uri(config.get('database', 'uri')).scheme
    if backend.name != scheme:
        raise CommandError(
            f"this process works with {backend.name}, not {scheme}: start a "
            "new one.")
    if is_sqlite():
        # Nobody else changes what the one process has cached; and looking
        # for it leaves the one connection in autocommit, so that what a
        # transaction has written could not be undone any more
        config.set('cache', 'clean_timeout', str(NEVER))
    else:
        # The processes tell each other what changed, instead of looking for
        # it every five minutes; all of them do, or they would not hear
        config.set('cache', 'clean_timeout', '0')
        # What is told while a process thanks for what it was told before
        # waits for this many seconds, a minute if nobody says otherwise
        config.set('cache', 'select_timeout', str(LISTEN))
        connections.outlive_restarts()


def is_sqlite() -> bool:
    "Whether the configured backend is SQLite (one process, one writer)"
    from trytond import backend
    return backend.name == 'sqlite'


def exists(name: str) -> bool:
    """Whether *name* is a database with Tryton in it.

    :raises ServerAway: nobody can say
    """
    from trytond import backend
    try:
        return _is_there(name) and bool(
            backend.Database(name).connect().test())
    except backend.DatabaseOperationalError as error:
        raise ServerAway(
            "the server of the databases cannot be asked for "
            f"\"{name}\": {error}".strip()) from error


def _is_there(name: str) -> bool:
    "Whether there is a database *name*, with or without Tryton in it"
    from trytond import backend
    from trytond.transaction import Transaction

    if is_sqlite():
        try:
            backend.Database(name).connect()
        except backend.DatabaseOperationalError:
            return False
        return True
    # A pool of connections is made without asking whether they will work
    with Transaction().start(
            None, 0, close=True, autocommit=True) as transaction:
        cursor = transaction.connection.cursor()
        cursor.execute(
            'SELECT 1 FROM pg_database WHERE datname = %s', (name,))
        return bool(cursor.fetchone())


def is_empty(name: str) -> bool:
    "Whether *name* is not there yet, or a database without any table"
    from trytond import backend

    if not _is_there(name):
        return True
    found = backend.Database(name).connect()
    connection = found.get_connection(readonly=True)
    try:
        cursor = connection.cursor()
        cursor.execute(
            'SELECT 1 FROM information_schema.tables'
            ' WHERE table_schema = current_schema() LIMIT 1')
        return cursor.fetchone() is None
    finally:
        connection.rollback()
        found.put_connection(connection)


def let_go(name: str) -> None:
    "Forget the database *name* in this process, so that it can be dropped"
    from trytond import backend
    from trytond.pool import Pool

    Pool.stop(name)
    backend.Database(name).close()


@contextmanager
def or_dropped(name: str):
    """Drop the database *name* unless all that is done here is done.

    For what is made from nothing on a server: half of it is of no use.
    """
    from trytond.transaction import Transaction

    try:
        yield
    except BaseException:
        let_go(name)
        with Transaction().start(
                None, 0, close=True, autocommit=True) as transaction:
            transaction.database.drop(transaction.connection, name)
        raise


def vacuum(name: str) -> None:
    "Let PostgreSQL look at all that was loaded into *name*"
    from trytond import backend

    connection = backend.Database(name).connect().get_connection(
        autocommit=True)
    try:
        connection.cursor().execute('VACUUM (ANALYZE)')
    finally:
        backend.Database(name).put_connection(connection)


def create(name: str) -> bool:
    """Make the empty database *name*; return False if it is there already.

    Raises CommandError when the server does not let us in.
    """
    import trytond.config as config
    from trytond import backend
    from trytond.transaction import Transaction

    if is_sqlite():
        if _is_there(name):
            return False
        Path(config.get('database', 'path')).mkdir(
            parents=True, exist_ok=True)
        backend.Database.create(None, name)
        return True
    try:
        if _is_there(name):
            return False
        with Transaction().start(
                None, 0, close=True, autocommit=True) as transaction:
            transaction.database.create(transaction.connection, name)
    except backend.DatabaseOperationalError as error:
        raise CommandError(
            f"the database \"{name}\" cannot be made at "
            f"{config.get('database', 'uri')}: {error}".strip()) from error
    return True


def _needed(modules: Iterable[str]) -> set[str]:
    "Names of *modules* and of all they depend on"
    from trytond.modules import get_module_info

    found: set[str] = set()
    todo = list(modules)
    while todo:
        module = todo.pop()
        if module not in found:
            found.add(module)
            todo.extend(get_module_info(module).get('depends', []))
    return found


def activate(
        name: str, *, modules: Iterable[str] = (NAME,),
        languages: Iterable[str] = ('fr',), password: str | None = None,
        email: str | None = None, update: bool = False,
        progress: bool = False) -> bool:
    """Load *modules* and all they need into the database *name*.

    *password* and *email* are the administrator's and are only used for a
    new database. *update* loads them again after an upgrade. Returns False
    when everything was activated already, and then only opens the database.
    Raises CommandError when they cannot be loaded.
    """
    from trytond import backend
    from trytond.pool import Pool

    database = backend.Database(name)
    database.connect()
    fresh = not database.test()
    modules = list(modules)
    needed = _needed(modules) | {'ir', 'res'}
    pool = Pool(name)
    if not fresh and not update and needed <= _activated(name):
        pool.init()
        return False

    languages = sorted({'en', *languages})
    activation.load(activation.Wanted(
            name, modules, languages,
            anew=['ir', 'res'] if fresh or update else [],
            count=len(needed), progress=progress))
    pool.init()
    _in_transaction(
        name, 0, _after_activation, languages, fresh, password, email)
    return True


def _after_activation(
        languages: list[str], fresh: bool, password: str | None,
        email: str | None) -> None:
    "Open the languages and, in a new database, name its administrator"
    from trytond import __series__
    from trytond.pool import Pool

    pool = Pool()
    Lang = pool.get('ir.lang')
    Lang.write(Lang.search([('code', 'in', languages)]), {
            'translatable': True})
    if not fresh:
        return
    configuration = pool.get('ir.configuration')(1)
    configuration.series = __series__
    configuration.language = 'en'
    configuration.save()
    admin = pool.get('res.user')(ADMIN)
    if email:
        admin.email = email
    if password:
        admin.password = password
    admin.save()


def _activated(name: str) -> set[str]:
    "Modules activated in the database *name*"
    from sql import Table

    from trytond.transaction import Transaction

    module = Table('ir_module')
    with Transaction().start(name, 0, readonly=True) as transaction:
        cursor = transaction.connection.cursor()
        cursor.execute(*module.select(
                module.name, where=module.state == 'activated'))
        return {name for name, in cursor}


def run(
        name: str, work: Callable[..., Any], *args: Any,
        user: int = ADMIN, language: str = 'fr', **kwargs: Any) -> Any:
    """Do *work* in one transaction of *user* and return what it returns.

    All of it is written, or nothing. Tryton asks for a restart when it meets
    a lock it had not taken, so *work* may be called again.
    """
    from trytond.pool import Pool
    from trytond.transaction import Transaction

    def work_as_user() -> Any:
        User = Pool().get('res.user')
        context = dict(
            User.get_preferences(context_only=True), language=language)
        with Transaction().set_context(context, _skip_warnings=True):
            return work(*args, **kwargs)

    return _in_transaction(name, user, work_as_user)


def _in_transaction(
        name: str, user: int, work: Callable[..., Any], *args: Any) -> Any:
    from trytond.pool import Pool
    from trytond.transaction import Transaction, TransactionError

    extras: dict[str, Any] = {}
    while True:
        with Transaction().start(name, user, **extras) as transaction:
            try:
                result = work(*args)
                transaction.commit()
            except TransactionError as error:
                transaction.rollback()
                transaction.tasks.clear()
                error.fix(extras)
                continue
        _run_tasks(Pool(name))
        return result


def _run_tasks(pool: Any) -> None:
    "Do what the work has put off, where no worker does it"
    from trytond.transaction import Transaction
    from trytond.worker import run_task

    while Transaction().tasks:
        run_task(pool, Transaction().tasks.pop())
