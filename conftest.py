"""Teaches pytest what Tryton's own test loader knows.

- the scenario stories (``scenario_*.rst``) are collected as tests, once per
  entry of the ``.json`` file beside them;
- the prepared databases are cached in ``.cache/databases`` under a name that
  changes with the files of the modules they hold, so that a cache is never
  older than the code.
"""
import configparser
import doctest
import hashlib
import json
import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parent
MODULES = ROOT / 'modules'

os.environ.setdefault('TRYTOND_DATABASE_URI', 'sqlite://')
os.environ.setdefault('DB_NAME', ':memory:')
os.environ.setdefault('DB_CACHE', str(ROOT / '.cache' / 'databases'))


def _depends(module: str, seen: set[str]) -> set[str]:
    "Names of our modules that *module* needs, itself included"
    config = MODULES / module / 'tryton.cfg'
    if module in seen or not config.exists():
        return seen
    seen.add(module)
    parser = configparser.ConfigParser()
    parser.read(config)
    for depend in parser.get('tryton', 'depends', fallback='').split():
        _depends(depend, seen)
    return seen


def content_key(modules: list[str]) -> str:
    "A digest of every file of *modules* that shapes their database"
    digest = hashlib.sha1()
    names: set[str] = set()
    for module in modules:
        _depends(module, names)
    for name in sorted(names):
        for path in sorted((MODULES / name).rglob('*')):
            if path.suffix in {'.py', '.xml', '.po', '.cfg'} \
                    and 'tests' not in path.relative_to(MODULES / name).parts:
                digest.update(str(path.relative_to(MODULES)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _key_caches_by_content() -> None:
    from trytond.tests import test_tryton

    plain_cache_file = test_tryton._db_cache_file

    def cache_file(path: str, name: str) -> str:
        modules = name.split('--')[0].split('-')
        return plain_cache_file(path, f'{name}-{content_key(modules)}')

    test_tryton._db_cache_file = cache_file


def pytest_configure(config):
    _key_caches_by_content()


def pytest_collect_file(parent, file_path):
    if (file_path.suffix == '.rst'
            and file_path.name.startswith('scenario_')):
        return ScenarioFile.from_parent(parent, path=file_path)


class ScenarioFile(pytest.File):
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
    pass


class Scenario(pytest.Item):
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
