"""``maillon demo``: a whole network of invented people, ready to try out."""
import argparse
import datetime as dt
import json
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tqdm import tqdm

from . import CommandError, database, serve, web_client

__all__ = ['NAME', 'HELP', 'add_arguments', 'run', 'build', 'is_ready']

NAME = 'demo'
HELP = "try it out: a network of invented people and goods, served at once"
EPILOG = """\
The first time it takes some minutes: the web client is fetched from npm and
six weeks of donations and baskets are entered. After that it starts at once.
Remove the folder to begin again."""

DIRECTORY = Path('maillon-demo')
#: Written when the demo is complete; without it what is there is built anew
MARKER = 'demo.json'
SIZES = ['small', 'medium']


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
        "an hour to enter (default: %(default)s)")
    parser.add_argument(
        '--no-serve', action='store_true', help="set it up and leave")


def run(options: argparse.Namespace) -> int:
    "Do what the options ask; return the exit status"
    directory = options.dir.resolve()
    database.configure(None, directory)
    import trytond.config as config
    config.set('web', 'listen', f'localhost:{options.port}')

    with _WebClient(directory / 'web') as client:
        if is_ready(directory):
            database.activate(database.NAME)
        else:
            build(directory, options.size, progress=True)
    _print_logins(options.port, directory)
    if not options.no_serve:
        serve.serve(database.NAME, client.folder)
    return 0


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


def is_ready(directory: Path) -> bool:
    "Whether a complete demo stands in *directory*"
    return (directory / MARKER).is_file()


def build(
        directory: Path, size: str = 'small', progress: bool = False,
        today: dt.date | None = None) -> None:
    """Build the demo of *size* in *directory*, from nothing.

    What an interrupted run has left is removed first. The six weeks of the
    story end on *today*. The database must be configured.
    """
    from . import setup
    from .content import names, story, volunteers
    from .organisation import Organisation

    started = time.monotonic()
    today = today or dt.date.today()
    _remove_database(directory)
    setup.prepare(
        database.NAME,
        Organisation(
            name="Association Le Maillon", previous_year=True,
            year_start=today.replace(month=1, day=1)),
        password=names.PASSWORD, email='admin@example.org',
        progress=progress)
    with tqdm(
            total=story.CHAPTERS, desc="Six weeks", unit="step",
            disable=not progress) as bar, _as_with_a_worker():
        for chapter, work in story.chapters(story.SIZES[size], today):
            bar.set_postfix_str(chapter)
            database.run(database.NAME, work)
            bar.update()
    database.run(database.NAME, _make_users)
    database.run(database.NAME, volunteers.expenses, today)
    database.run(database.NAME, _look_ahead)
    (directory / MARKER).write_text(json.dumps({
                'size': size,
                'today': today.isoformat(),
                'seconds': round(time.monotonic() - started),
                }) + '\n', encoding='utf-8')


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
