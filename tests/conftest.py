"""The fixtures of the tests that need the whole house.

What a newcomer's machine lacks (PostgreSQL, Chromium, npm) is skipped with
the reason; with ``CI=true`` in the environment it fails instead.
"""
import datetime as dt
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
from contextlib import contextmanager

import pytest

import server
from browser import find_chromium
from cluster import Cluster, NoPostgreSQL

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent
CACHE = ROOT / '.cache'
DATABASES = CACHE / 'databases'
#: The name of the database that the tests serve
NAME = server.NAME


def missing(reason: str) -> None:
    "Skip the test, or fail it where everything must be there"
    if os.environ.get('CI', '').lower() in {'1', 'true', 'yes'}:
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def alone(path: pathlib.Path):
    "While no other process of the tests makes *path*"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.with_name(path.name + '.lock'), 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope='session')
def house_key(database_key) -> str:
    "Changes with whatever shapes the prepared house"
    return database_key(['maillon'], HERE / 'house.py')


def build_house(uri: str, name: str, folder: pathlib.Path | None) -> None:
    "Make the prepared house in a process of its own"
    # Without assertions, which are half of what an activation takes
    command = [sys.executable, '-O', HERE / 'house.py', '--uri', uri, name]
    if folder is not None:
        command += ['--dir', folder]
    done = subprocess.run(
        command, env=server.environment(), cwd=HERE,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        pytest.fail(
            "the prepared house cannot be built:\n" + done.stdout[-6000:])


@pytest.fixture(scope='session')
def house_file(house_key, tmp_path_factory) -> pathlib.Path:
    "The prepared house as an SQLite file, to be copied"
    path = DATABASES / f'house-{house_key}.sqlite'
    with alone(path):
        if not path.exists():
            folder = tmp_path_factory.mktemp('house')
            activate_beforehand(folder / f'{NAME}.sqlite')
            build_house('sqlite://', NAME, folder)
            beside = path.with_name(f'{path.name}.{os.getpid()}')
            compact(folder / f'{NAME}.sqlite', beside)
            os.replace(beside, path)
    return path


def activate_beforehand(path: pathlib.Path) -> None:
    """Write the whole house, activated and empty, into the SQLite file *path*.

    Other tests begin with it too: it need not be made once more.
    """
    from trytond.tests import test_tryton

    test_tryton.drop_db()
    test_tryton.activate_module('maillon', lang='fr')
    test_tryton._sqlite_copy(str(path))
    test_tryton.drop_db()


def compact(source: pathlib.Path, target: pathlib.Path) -> None:
    "Copy an SQLite file together with what is still in its journal"
    import sqlite3
    with sqlite3.connect(source) as connection:
        connection.execute('VACUUM INTO ?', (str(target),))
    connection.close()


@pytest.fixture(scope='module')
def house(house_file):
    "The prepared house in memory, in this process, as Tryton's own tests do"
    from trytond.pool import Pool
    from trytond.tests import test_tryton

    import house as builder

    test_tryton.drop_db()
    test_tryton._sqlite_copy(str(house_file), restore=True)
    Pool(test_tryton.DB_NAME).init()
    yield builder.House(test_tryton.DB_NAME)
    test_tryton.drop_db()


@pytest.fixture(scope='session')
def postgresql():
    "A PostgreSQL server of the tests' own"
    try:
        cluster = Cluster()
    except NoPostgreSQL as reason:
        missing(str(reason))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope='session')
def postgresql_template(house_key, postgresql) -> str:
    "Name of the database that holds the prepared house"
    path = DATABASES / f'house-{house_key}.dump'
    template = f'{NAME}_template'
    with alone(path):
        if path.exists():
            postgresql.restore(path, template)
        else:
            build_house(postgresql.uri, template, None)
            postgresql.dump(template, path)
    return template


@pytest.fixture
def postgresql_house(postgresql, postgresql_template):
    "A fresh PostgreSQL database with the prepared house: the cluster"
    postgresql.drop(NAME)
    postgresql.create(NAME, postgresql_template)
    yield postgresql
    postgresql.drop(NAME)


@pytest.fixture
def postgresql_server(postgresql_house, tmp_path):
    "The prepared house, served over PostgreSQL"
    process = server.start(NAME, postgresql_house.uri, tmp_path)
    yield process
    process.stop()


@pytest.fixture
def sqlite_server(house_file, tmp_path):
    "The prepared house, served over an SQLite file"
    shutil.copyfile(house_file, tmp_path / f'{NAME}.sqlite')
    process = server.start(NAME, 'sqlite://', tmp_path)
    yield process
    process.stop()


@pytest.fixture(scope='session')
def demo(database_key, tmp_path_factory):
    """The demo as `maillon demo` makes it, served by `maillon serve`.

    Kept in .cache while the modules are the same and the day is; the web
    client for longer. Each run serves a copy.
    """
    if find_chromium() is None:
        missing("no Chromium found; on Debian: apt install chromium")
    if shutil.which('npm') is None:
        missing("npm is needed for the web client; on Debian: apt install npm")
    key = database_key(['maillon'])
    folder = CACHE / f'demo-{key}-{dt.date.today()}'
    client = CACHE / 'web'
    with alone(CACHE / 'demo'):
        if not (folder / 'demo.json').exists():
            for old in CACHE.glob('demo-*'):
                shutil.rmtree(old, ignore_errors=True)
            if client.exists():
                shutil.copytree(client, folder / 'web')
            make_demo(folder)
            if not client.exists():
                shutil.copytree(folder / 'web', client)
    copy = tmp_path_factory.mktemp('demo')
    compact(
        folder / f'{server.NAME_OF_DEMO}.sqlite',
        copy / f'{server.NAME_OF_DEMO}.sqlite')
    process = server.start(
        server.NAME_OF_DEMO, 'sqlite://', copy, root=folder / 'web')
    yield process
    process.stop()


def make_demo(folder: pathlib.Path) -> None:
    "Run `maillon demo`, once"
    done = subprocess.run(
        [*server.maillon(), 'demo', '--dir', folder, '--no-serve'],
        # Without assertions, which are half of what an activation takes
        env=server.environment() | {'PYTHONOPTIMIZE': '1'},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        pytest.fail("the demo cannot be made:\n" + done.stdout[-4000:])
