"""``maillon demo``: a whole network of invented people, ready to try out."""
import argparse
import datetime as dt
import json
import os
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tqdm import tqdm

from . import CommandError, database, serve, web_client

__all__ = ['NAME', 'HELP', 'add_arguments', 'run', 'build', 'grow', 'is_ready']

NAME = 'demo'
HELP = "try it out: a network of invented people and goods, served at once"
EPILOG = """\
The first time it takes some minutes: the web client is fetched from npm and
six weeks of donations and baskets are entered. After that it starts at once.
Remove the folder to begin again.

large and national want PostgreSQL and an empty database there, which is made
if it is not there:
  maillon demo --size large --uri postgresql://maillon:secret@localhost/ \\
      --database demo
To begin again, drop the database and remove the folder."""

DIRECTORY = Path('maillon-demo')
#: Written when the demo is complete; without it what is there is built anew
MARKER = 'demo.json'
#: Those that are entered by hand, as it were, and those of a whole network
SIZES = ['small', 'medium', 'large', 'national']
NETWORKS = {'large', 'national'}
#: Fewer would not make a basket for each branch
FEWEST_MOVES = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    "The options of the sub-command"
    parser.add_argument(
        '--dir', type=Path, default=DIRECTORY, metavar='DIR',
        help="where the demo lives (default: %(default)s)")
    parser.add_argument(
        '--port', type=int, default=8000, metavar='N',
        help="port to serve on (default: %(default)s)")
    parser.add_argument(
        '--size', choices=SIZES, default='small',
        help="small: 200 baskets; medium: 2,000, which takes a quarter of "
        "an hour to enter; large: a region of 90 groceries, a million "
        "movements of stock; national: 800 groceries, 60,000 households, "
        "ten million movements (default: %(default)s)")
    parser.add_argument(
        '--moves', type=_many, metavar='N',
        help="with large and national: about so many movements of stock "
        "in the year")
    parser.add_argument(
        '--no-serve', action='store_true', help="set it up and leave")
    group = parser.add_argument_group("database")
    group.add_argument(
        '-c', '--config', metavar='FILE',
        default=os.environ.get('TRYTOND_CONFIG'),
        help="trytond's configuration file; only with large and national")
    group.add_argument(
        '--uri', help="database server, for example "
        "postgresql://user:password@localhost:5432/ (default: SQLite in the "
        "folder)")
    group.add_argument(
        '-d', '--database', default=database.NAME, metavar='NAME',
        help="name of the database (default: %(default)s)")


def _many(text: str) -> int:
    number = int(text) if text.isdigit() else 0
    if number < FEWEST_MOVES:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number of at least {FEWEST_MOVES}")
    return number


def run(options: argparse.Namespace) -> int:
    "Do what the options ask; return the exit status"
    directory = options.dir.resolve()
    _configure(options, directory)
    name = options.database
    import trytond.config as config
    config.set('web', 'listen', f'localhost:{options.port}')

    with _WebClient(directory / 'web') as client:
        if is_ready(directory, name, options.size):
            database.activate(name)
        else:
            build(
                directory, options.size, progress=True, name=name,
                moves=options.moves)
    _print_logins(options.port, directory)
    if not options.no_serve:
        serve.serve(name, client.folder)
    return 0


def _configure(options: argparse.Namespace, directory: Path) -> None:
    """Tell trytond where the demo is.

    :raises CommandError: the network is too large for SQLite
    """
    if options.size not in NETWORKS:
        if options.moves:
            raise CommandError(
                "--moves goes with --size large or national.")
        database.configure(options.uri, directory)
        return
    database.configure(
        options.uri, directory if options.uri else None, options.config)
    if database.is_sqlite():
        raise CommandError(
            f"--size {options.size} needs PostgreSQL: give its address with "
            "--uri postgresql://user:password@localhost:5432/ (or --config "
            "FILE). On SQLite there are --size small and medium.")


def _check_empty(name: str) -> None:
    from trytond import backend

    try:
        empty = database.is_empty(name)
    except backend.DatabaseOperationalError as error:
        raise CommandError(
            f"the database server does not answer: {error}".strip()
            ) from error
    if not empty:
        raise CommandError(
            f'there is something in the database "{name}" already, and the '
            "demo would mix with it: choose another one with --database, or "
            "drop it.")


class _WebClient:
    "Fetches the web client beside the rest of the work"

    def __init__(self, folder: Path):
        self.folder = folder
        self.error: CommandError | None = None
        self.thread = threading.Thread(target=self._fetch, daemon=True)

    def _fetch(self) -> None:
        try:
            web_client.fetch(self.folder)
        except CommandError as error:
            self.error = error

    def __enter__(self) -> '_WebClient':
        self.thread.start()
        return self

    def __exit__(self, type_: Any, *args: Any) -> None:
        if type_ is None:
            self.thread.join()
            if self.error:
                raise self.error


def is_ready(
        directory: Path, name: str = database.NAME,
        size: str | None = None) -> bool:
    """Whether a complete demo stands in *directory*.

    Where it is in a database elsewhere, whether it is there under its *name*
    and of this *size*.
    """
    marker = directory / MARKER
    if not marker.is_file():
        return False
    if database.is_sqlite():
        return True
    told = json.loads(marker.read_text(encoding='utf-8'))
    return (
        (told.get('database'), told['size']) == (name, size)
        and database.exists(name))


def build(
        directory: Path, size: str = 'small', progress: bool = False,
        today: dt.date | None = None, name: str = database.NAME,
        moves: int | None = None) -> None:
    """Build the demo of *size* in *directory*, from nothing.

    What an interrupted run has left is removed first; what is interrupted on
    a server is removed at once. The six weeks of the story end on *today*.
    The database must be configured.

    :param moves: about so many moves in the year of a network
    :raises CommandError: there is something in the database of a server
    """
    started = time.monotonic()
    today = today or dt.date.today()
    directory.mkdir(parents=True, exist_ok=True)
    if database.is_sqlite():
        _remove_database(directory)
        _tell(name, size, today, progress, moves)
    else:
        _check_empty(name)
        (directory / MARKER).unlink(missing_ok=True)
        with database.or_dropped(name):
            _tell(name, size, today, progress, moves)
    (directory / MARKER).write_text(json.dumps({
                'size': size,
                'database': name,
                'today': today.isoformat(),
                'seconds': round(time.monotonic() - started),
                }) + '\n', encoding='utf-8')


def _tell(
        name: str, size: str, today: dt.date, progress: bool,
        moves: int | None) -> None:
    "Set the database up and tell the story, then the network around it"
    from . import setup
    from .content import names, story, volunteers
    from .organisation import Organisation

    setup.prepare(
        name,
        Organisation(
            name="Association Le Maillon", previous_year=True,
            year_start=today.replace(month=1, day=1)),
        password=names.PASSWORD, email='admin@example.org',
        progress=progress)
    of_story = story.SIZES['small' if size in NETWORKS else size]
    with tqdm(
            total=story.CHAPTERS, desc="Six weeks", unit="step",
            disable=not progress) as bar, _as_with_a_worker():
        for chapter, work in story.chapters(of_story, today):
            bar.set_postfix_str(chapter)
            database.run(name, _alone, work)
            bar.update()
    database.run(name, _make_users)
    database.run(name, _alone, volunteers.expenses, today)
    database.run(name, _look_ahead)
    if size in NETWORKS:
        from .content import national

        scale = national.SCALES[size]
        grow(
            name, scale.sites, scale.households, moves or scale.moves, today,
            progress)


def grow(
        name: str, sites: int, households: int, moves: int, today: dt.date,
        progress: bool = False) -> None:
    """Load a network around what the database *name* has, on PostgreSQL.

    All of it in one transaction, but for the few documents that are copied.

    :param moves: about so many moves of a year that ends on *today*
    """
    from .content import national, story

    with _as_with_a_worker():
        told = database.run(
            name, _alone, national.tell, sites, today, whole=True)
        for _, work in story.catching_up():
            database.run(name, _alone, work)
        with tqdm(
                desc="A year of it", unit="step",
                disable=not progress) as bar:
            database.run(name, _load, told, moves, today, households, bar)
    database.vacuum(name)


def _alone(work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    "Do *work* where nobody else is there: in one transaction, all of it"
    from trytond.transaction import Transaction

    with Transaction().set_context(_alone=True):
        return work(*args, **kwargs)


def _load(
        story: Any, moves: int, today: dt.date, households: int,
        bar: tqdm) -> None:
    from .content import national

    loading = national.Load(story, moves, today, households)
    steps = loading.steps()
    bar.reset(total=len(steps))
    for step, work in steps:
        bar.set_postfix_str(step)
        work()
        bar.update()


@contextmanager
def _as_with_a_worker():
    "Put off what a worker would do: the last chapter does it all at once"
    import trytond.config as config

    before = config.get('queue', 'worker')
    config.set('queue', 'worker', 'True')
    try:
        yield
    finally:
        config.set('queue', 'worker', before)


def _remove_database(directory: Path) -> None:
    for path in directory.glob(f'{database.NAME}.sqlite*'):
        path.unlink()
    (directory / MARKER).unlink(missing_ok=True)


def _make_users() -> None:
    "Somebody for each role, who belongs to branches of the story"
    from . import organisation
    from .content import names

    for user in names.USERS:
        organisation.make_user(user, 'fr', password=names.PASSWORD)


def _look_ahead() -> None:
    "What the night before would have done"
    from trytond.pool import Pool

    Pool().get('aid.expiring').look_ahead()


def _print_logins(port: int, directory: Path) -> None:
    from .content import names

    print()
    print(f"  Maillon: http://localhost:{port}/")
    print(f"  Data:    {directory}")
    print()
    print(f"  {'login':<13}{'password':<15}who")
    for user in names.USERS:
        print(f"  {user.login:<13}{names.PASSWORD:<15}{user.name}")
    print(f"  {'admin':<13}{names.PASSWORD:<15}Administrator")
    print(flush=True)
