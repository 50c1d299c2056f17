"""Teaches pytest what Tryton's own test loader knows.

- the scenario stories (``scenario_*.rst``) are collected as tests, once per
  entry of the ``.json`` file beside them;
- a database with one of our modules is prepared upon that with the modules
  below it, so that a change in the upper rooms does not activate the lower
  ones and Tryton's own again;
- the prepared databases are cached in ``.cache/databases`` under a name that
  changes with the files of the modules they hold, so that a cache is never
  older than the code; a cache is written beside and then renamed, so that
  two processes of pytest never read half of one.
"""
import configparser
import doctest
import fcntl
import functools
import hashlib
import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

ROOT = pathlib.Path(__file__).parent
MODULES = ROOT / 'modules'
DATABASES = ROOT / '.cache' / 'databases'
CACHE_DAYS = 7

os.environ.setdefault('TRYTOND_DATABASE_URI', 'sqlite://')
os.environ.setdefault('DB_NAME', ':memory:')
os.environ.setdefault('DB_CACHE', str(DATABASES))


def _depends(module: str) -> list[str]:
    "What the module of ours says it needs"
    config = configparser.ConfigParser()
    config.read(MODULES / module / 'tryton.cfg')
    return sorted(config.get('tryton', 'depends', fallback='').split())


def _in_order(modules: list[str]) -> list[str]:
    "Our own among *modules* and below them, the lowest first"
    order: list[str] = []
    for module in modules:
        if not (MODULES / module / 'tryton.cfg').exists():
            continue
        for name in [*_in_order(_depends(module)), module]:
            if name not in order:
                order.append(name)
    return order


def _shapes_database(path: pathlib.Path) -> bool:
    "Whether what *path* holds may be found again in a prepared database"
    parts = path.relative_to(MODULES).parts
    if '__pycache__' in parts or not path.is_file():
        return False
    if 'tests' in parts:
        # a story may prepare its database with functions of tests/*.py
        return path.suffix == '.py' and not path.name.startswith('test_')
    return path.suffix in {'.py', '.xml', '.po', '.cfg', '.csv', '.json'}


def content_key(modules: list[str], *files: pathlib.Path) -> str:
    """A digest of what shapes the database of *modules*.

    Every file of the modules and of those they need, the additional *files*
    and the versions of Tryton.
    """
    digest = hashlib.sha1()
    for name in ['trytond', 'trytond_stock', 'trytond_account_invoice']:
        digest.update(importlib.metadata.version(name).encode())
    for name in sorted(_in_order(modules)):
        for path in sorted((MODULES / name).rglob('*')):
            if _shapes_database(path):
                digest.update(str(path.relative_to(MODULES)).encode())
                digest.update(path.read_bytes())
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@pytest.fixture(scope='session')
def database_key():
    "The function that names a prepared database by its content"
    return content_key


def _key_caches_by_content() -> None:
    from trytond.tests import test_tryton

    plain_cache_file = test_tryton._db_cache_file
    plain_copy = test_tryton._sqlite_copy

    def cache_file(path: str, name: str) -> str:
        modules = name.split('--')[0].split('-')
        return plain_cache_file(path, f'{name}-{content_key(modules)}')

    def sqlite_copy(path: str, restore: bool = False) -> bool:
        if restore or os.path.exists(path):
            return plain_copy(path, restore=restore)
        beside = f'{path}.{os.getpid()}'
        copied = plain_copy(beside)
        if copied:
            os.replace(beside, path)
        return copied

    test_tryton._db_cache_file = cache_file
    test_tryton._sqlite_copy = sqlite_copy


def _layers(modules: list[str]) -> list[list[str]]:
    """The modules to activate one upon the other until *modules* stand.

    For each of ours in the order they depend on each other: first what it
    needs of Tryton, then itself.
    """
    layers: list[list[str]] = []
    below: list[str] = []
    for module in _in_order(modules):
        ground = [
            name for name in _depends(module)
            if not (MODULES / name).exists()
            and name not in {'ir', 'res', *below}]
        for more in [ground, [module]]:
            if more:
                below = below + more
                layers.append(below)
    return layers


def _activate_in_layers() -> None:
    "Prepare each database upon the nearest one that is cached"
    from trytond.tests import test_tryton

    plain_activate = test_tryton.activate_module

    def is_cached(names: list[str], lang: str) -> bool:
        name = '-'.join(names) + (f'--{lang}' if lang != 'en' else '')
        return os.path.exists(
            test_tryton._db_cache_file(test_tryton.DB_CACHE, name))

    standing: list[tuple] = []
    known = KnownPool()

    def activate_module(modules, lang: str = 'en') -> None:
        wanted = [modules] if isinstance(modules, str) else list(modules)
        if test_tryton.db_exist() and standing != [(wanted, lang)]:
            # Left by another file: in another language, or with more in it
            test_tryton.drop_db()
        standing[:] = [(wanted, lang)]
        with known.used_for(wanted, lang):
            if test_tryton.db_exist() or is_cached(wanted, lang):
                plain_activate(wanted, lang=lang)
                return
            make(wanted, lang)
            plain_activate(wanted, lang=lang)

    def make(wanted: list[str], lang: str) -> None:
        DATABASES.mkdir(parents=True, exist_ok=True)
        # Another process that is at it knows better than to do it twice
        with open(DATABASES / 'layers.lock', 'w') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not is_cached(wanted, lang):
                _prepare_elsewhere(wanted, lang)

    def prepare(wanted: list[str], lang: str) -> None:
        layers = [*_layers(wanted), wanted]
        cached = [n for n in range(len(layers)) if is_cached(
                layers[n], 'en')]
        for layer in layers[cached[-1] if cached else 0:]:
            _know_all_modules()
            plain_activate(layer)
        if lang != 'en':
            _learn(lang)
            test_tryton.backup_db_cache('-'.join(wanted) + f'--{lang}')

    # It adds to what the fields say they depend on
    plain_test = test_tryton.ModuleTestCase.test_depends

    @functools.wraps(plain_test)
    def test_depends(self):
        known.forget()
        plain_test(self)

    test_tryton.ModuleTestCase.test_depends = test_depends
    # What stands, for whoever puts more into it that the next may find
    activate_module.standing = standing
    activate_module.prepare = prepare
    test_tryton.activate_module = activate_module
    _tell_stories_in_layers()


class KnownPool:
    """The classes of the modules that were activated last.

    File after file of a module wants the same, fresh data and the same
    classes: to set those up again takes longer than most tests.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        "They have changed"
        self.key: tuple | None = None
        self.pool = self.modules = None

    @contextmanager
    def used_for(self, modules: list[str], lang: str):
        "Activate *modules* meanwhile, with the classes of before if they are"
        from trytond.pool import Pool
        from trytond.tests.test_tryton import DB_NAME

        key = (tuple(modules), lang)
        plain_init = Pool.init
        if key == self.key:
            Pool.init = self._put_back
        try:
            yield
        finally:
            Pool.init = plain_init
        self.key = key
        self.pool = Pool._pools[DB_NAME]
        self.modules = Pool._pool_modules[DB_NAME]

    def _put_back(self, *args, **kwargs) -> None:
        from trytond.pool import Pool
        from trytond.tests.test_tryton import DB_NAME

        with Pool._lock:
            Pool._pools[DB_NAME] = self.pool
            Pool._pool_modules[DB_NAME] = self.modules
            Pool._pool_instances.clear()


def _prepare_elsewhere(modules: list[str], lang: str) -> None:
    """Put the database of *modules* into the cache, by a process of its own.

    One without assertions: for each of many records Tryton asserts something
    of all of them, which is half of what an activation takes.
    """
    done = subprocess.run(
        [sys.executable, '-O', '-c', PREPARE, json.dumps([modules, lang])],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise RuntimeError(
            f"{modules} cannot be activated:\n" + done.stdout[-6000:])


#: What that process does
PREPARE = """
import json, sys
import conftest
conftest.prepare_databases()
from trytond.tests import test_tryton
test_tryton.activate_module.prepare(*json.loads(sys.argv[1]))
"""


def _learn(lang: str) -> None:
    """Teach the database a language beside English, as an organisation does.

    The translations alone: to activate everything once more in another
    language takes as long as the first time.
    """
    from trytond import modules as tryton_modules
    from trytond.pool import Pool
    from trytond.tests import test_tryton
    from trytond.transaction import Transaction

    with Transaction().start(test_tryton.DB_NAME, 1, close=True):
        pool = Pool()
        Lang = pool.get('ir.lang')
        User = pool.get('res.user')
        language, = Lang.search([('code', '=', lang)])
        Lang.write([language], {'translatable': True})
        User.write(User.search([('login', '!=', 'root')]), {
                'language': language.id})
        activated = pool.get('ir.module').search([
                ('state', '=', 'activated')])
        for node in tryton_modules.create_graph(
                {module.name for module in activated}):
            tryton_modules.load_translations(pool, node, [lang])
        Transaction().commit()


def _know_all_modules() -> None:
    "A database that was cached before a room was built learns of the room"
    from trytond.pool import Pool
    from trytond.tests import test_tryton
    from trytond.transaction import Transaction

    if not test_tryton.db_exist():
        return
    with Transaction().start(test_tryton.DB_NAME, 1, close=True):
        Pool().get('ir.module').update_list()
        Transaction().commit()


def _tell_stories_in_layers() -> None:
    "Let a scenario begin with such a database too"
    from trytond.tests import test_tryton, tools

    def activate_modules(modules, *setup):
        wanted = [modules] if isinstance(modules, str) else list(modules)
        name = '--'.join([
                '-'.join(sorted(wanted)), 'story',
                *map(tools._func_name, setup)])
        if not test_tryton.restore_db_cache(name):
            test_tryton.drop_db()
            test_tryton.activate_module(wanted)
            config = tools._get_config()
            for func in setup:
                func(config=config)
            test_tryton.backup_db_cache(name)
        return tools._get_config()

    tools.activate_modules = activate_modules


def _forget_old_caches() -> None:
    limit = time.time() - CACHE_DAYS * 24 * 3600
    for path in DATABASES.glob('*'):
        try:
            if path.is_file() and path.stat().st_mtime < limit:
                path.unlink()
        except FileNotFoundError:
            pass


def _never_ask_for_stale_caches() -> None:
    """Let no transaction of a test be committed by the way.

    Every five minutes Tryton asks the database which caches are stale, over a
    connection that commits at once. A database in memory has one connection:
    what a test has written so far would stay for the tests behind it.
    """
    import trytond.config as config
    config.set('cache', 'clean_timeout', str(24 * 3600))


def _remember_modules() -> None:
    """Find each module among the installed packages once.

    Tryton's tests of a module ask for it with every class of every model,
    which is most of the time they take.
    """
    from trytond.tools import misc

    misc.import_module = functools.cache(misc.import_module)


def prepare_databases() -> None:
    "Let databases be prepared upon each other and cached by their content"
    _never_ask_for_stale_caches()
    _remember_modules()
    _key_caches_by_content()
    _activate_in_layers()


#: Files that prepare a database of their own for long, in an order in which
#: two processes do not wait for the same one; then what has enough to do
#: until the house stands in PostgreSQL
LONG_FIRST = [
    'scenario_saturday.rst', 'test_browser_many_lines.py',
    'test_branches_at_scale.py', 'test_concurrency.py',
    'test_ledger_property.py', 'test_browser_till.py', 'test_privacy.py',
    'test_packaging.py']


def pytest_collection_modifyitems(items):
    "Let files of which nobody waits for another begin"
    items.sort(key=lambda item: (
            LONG_FIRST.index(item.path.name)
            if item.path.name in LONG_FIRST else len(LONG_FIRST)))


def pytest_configure(config):
    prepare_databases()
    if not hasattr(config, 'workerinput'):
        _forget_old_caches()


def pytest_collect_file(parent, file_path):
    if (file_path.suffix == '.rst'
            and file_path.name.startswith('scenario_')):
        return ScenarioFile.from_parent(parent, path=file_path)


class ScenarioFile(pytest.File):
    "A story, told once per variant of the .json file beside it"

    def collect(self):
        config = self.path.with_suffix('.json')
        variants = (
            json.loads(config.read_text('utf-8'))
            if config.exists() else [{}])
        for globs in variants:
            name = ','.join(
                f'{k}={v}' for k, v in globs.items()) or 'default'
            yield Scenario.from_parent(self, name=name, globs=globs)


class ScenarioFailed(Exception):
    "The text of the first line of a story that went otherwise"


class Scenario(pytest.Item):
    "One telling of a story, in a database of its own"

    def __init__(self, *, globs, **kwargs):
        super().__init__(**kwargs)
        self.globs = globs

    def runtest(self):
        from trytond import backend
        from trytond.tests import test_tryton

        flags = (
            doctest.REPORT_ONLY_FIRST_FAILURE
            | doctest.ELLIPSIS
            | doctest.IGNORE_EXCEPTION_DETAIL)
        if backend.name == 'sqlite':
            flags |= test_tryton.STRIP_DECIMAL
        test = doctest.DocTestParser().get_doctest(
            self.path.read_text('utf-8'),
            dict(self.globs, __name__='__main__'),
            self.path.name, str(self.path), 0)
        out: list[str] = []
        runner = doctest.DocTestRunner(
            checker=test_tryton.doctest_checker,
            optionflags=flags, verbose=False)
        try:
            runner.run(test, out=out.append)
        finally:
            test_tryton.drop_db()
        if runner.failures:
            raise ScenarioFailed(''.join(out))

    def repr_failure(self, excinfo):
        if isinstance(excinfo.value, ScenarioFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, 0, f'{self.path.name}[{self.name}]'
