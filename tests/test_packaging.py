"""What is in the box: modules, classes, messages, translations, manuals.

Tryton is silent about a class that is missing from ``tryton.cfg``, a file
left out of the wheel or a label without translation; these tests are not.
"""
import ast
import configparser
import pathlib
import re
import subprocess
import sys
import tomllib
import zipfile
from functools import cache

import polib
import pytest
from lxml import etree

ROOT = pathlib.Path(__file__).parent.parent
MODULES = ROOT / 'modules'
NAMES = sorted(p.parent.name for p in MODULES.glob('*/tryton.cfg'))
PACKAGED = {
    '.py', '.cfg', '.xml', '.po', '.svg', '.html', '.rst', '.json', '.csv'}
MESSAGE = re.compile(r'^(%s)\.(msg_\w+)$' % '|'.join(NAMES))
MESSAGE_ANYWHERE = re.compile(
    r"""['"](%s)\.(msg_\w+)(\{|['"])""" % '|'.join(NAMES))
VAGUE = {'utils', 'util', 'helpers', 'helper', 'common', 'misc'}

each_module = pytest.mark.parametrize('module', NAMES)


@cache
def project() -> dict:
    "The contents of pyproject.toml"
    return tomllib.loads((ROOT / 'pyproject.toml').read_text('utf-8'))


@cache
def manifest(module: str) -> configparser.ConfigParser:
    "The tryton.cfg of *module*"
    parser = configparser.ConfigParser()
    parser.read(MODULES / module / 'tryton.cfg')
    return parser


def python_files(module: str) -> list[pathlib.Path]:
    "Source files of *module* without its tests"
    folder = MODULES / module
    return [
        path for path in sorted(folder.rglob('*.py'))
        if 'tests' not in path.relative_to(folder).parts]


@cache
def syntax(path: pathlib.Path) -> ast.Module:
    "The parsed source of *path*"
    return ast.parse(path.read_text('utf-8'), str(path))


@cache
def tracked_files() -> list[pathlib.Path]:
    "Every file of the project that git keeps or is about to keep"
    try:
        listing = subprocess.run(
            ['git', 'ls-files', '-z', '--cached', '--others',
                '--exclude-standard'],
            cwd=ROOT, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("the project is not in a git checkout")
    return [
        ROOT / name for name in listing.split('\0')
        if name and (ROOT / name).is_file()]


# Modules and the wheel


def test_modules_are_declared():
    declared = project()['project']['entry-points']['trytond.modules']
    assert declared == {name: name for name in NAMES}
    targets = project()['tool']['hatch']['build']['targets']['wheel']
    assert targets['packages'] == [f'modules/{name}' for name in NAMES]


@each_module
def test_depends_are_required(module):
    required = {
        re.split(r'[\s\[<>=!~]', line)[0].replace('-', '_')
        for line in project()['project']['dependencies']}
    for depend in manifest(module).get('tryton', 'depends').split():
        if depend not in NAMES and depend not in {'ir', 'res'}:
            assert f'trytond_{depend}' in required


@each_module
def test_version_is_the_series(module):
    version = manifest(module).get('tryton', 'version')
    assert version == project()['project']['version']


@pytest.fixture(scope='session')
def wheel(tmp_path_factory) -> set[str]:
    "Names of the files in the wheel of the project"
    folder = tmp_path_factory.mktemp('wheel')
    subprocess.run(
        [sys.executable, '-m', 'hatchling', 'build', '-t', 'wheel',
            '-d', folder],
        cwd=ROOT, check=True, capture_output=True)
    path, = folder.glob('*.whl')
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


@each_module
def test_wheel_is_complete(module, wheel):
    expected = {
        str(path.relative_to(MODULES))
        for path in tracked_files()
        if MODULES / module in path.parents and path.suffix in PACKAGED}
    assert expected
    assert not expected - wheel


def test_wheel_holds_nothing_else(wheel):
    for name in wheel:
        root = name.split('/')[0]
        assert root in NAMES or root.endswith('.dist-info'), name
        assert '__pycache__' not in name


# Classes


def _pool_classes(path: pathlib.Path):
    "Names of the classes of *path* that the pool must know"
    for node in syntax(path).body:
        if not isinstance(node, ast.ClassDef):
            continue
        for statement in node.body:
            if (isinstance(statement, ast.Assign)
                    and any(
                        isinstance(target, ast.Name)
                        and target.id == '__name__'
                        for target in statement.targets)):
                yield node.name


def _registered(module: str):
    "Names of the classes that *module* registers, as 'file.Class'"
    parser = manifest(module)
    for section in parser.sections():
        if section.split()[0] != 'register':
            continue
        for key in parser[section]:
            yield from parser[section][key].split()


@each_module
def test_classes_are_registered(module):
    registered = list(_registered(module))
    defined = {
        '.'.join((
                *path.relative_to(MODULES / module).with_suffix('').parts,
                name))
        for path in python_files(module)
        for name in _pool_classes(path)}
    assert defined - set(registered) == set(), "missing from tryton.cfg"
    assert set(registered) - defined == set(), "unknown in tryton.cfg"


@each_module
def test_xml_files_are_loaded(module):
    listed = set(manifest(module).get('tryton', 'xml', fallback='').split())
    present = {
        path.name for path in (MODULES / module).glob('*.xml')}
    assert present == listed


@each_module
def test_views_hold_no_conditions(module):
    """A condition in a view is the model's to encode (``view_attributes``).

    The web client takes what stands in the file for JSON, and shows no row.
    """
    for path in sorted((MODULES / module / 'view').glob('*.xml')):
        for element in etree.parse(path).iter(etree.Element):
            assert not {'visual', 'states'}.intersection(
                element.attrib), path


# Messages


@cache
def messages(module: str) -> dict[str, str]:
    "Text of each message of *module* by its XML id"
    path = MODULES / module / 'message.xml'
    if not path.exists():
        return {}
    return {
        record.get('id'): record.findtext('field[@name="text"]')
        for record in etree.parse(path).iter('record')
        if record.get('model') == 'ir.message'}


def _text_files(module: str):
    for path in sorted((MODULES / module).rglob('*')):
        if (path.suffix in {'.py', '.html'}
                and 'tests' not in path.relative_to(MODULES / module).parts):
            yield path


@cache
def message_uses() -> tuple[set[str], set[str]]:
    """Full ids of the messages that code asks for.

    And the beginnings of those whose end is computed.
    """
    whole, beginnings = set(), set()
    for module in NAMES:
        for path in _text_files(module):
            text = path.read_text('utf-8')
            for match in MESSAGE_ANYWHERE.finditer(text):
                name, message, end = match.groups()
                (beginnings if end == '{' else whole).add(
                    f'{name}.{message}')
            # The module may be put before it where it is said
            for message in re.findall(r"'(msg_\w+)'", text):
                whole.add(f'{module}.{message}')
    return whole, beginnings


@each_module
def test_messages_are_used(module):
    whole, beginnings = message_uses()
    for message in messages(module):
        name = f'{module}.{message}'
        assert name in whole or name.startswith(tuple(beginnings)), \
            f"nobody says {name}"


def test_messages_exist():
    whole, beginnings = message_uses()
    known = {
        f'{module}.{message}'
        for module in NAMES for message in messages(module)}
    assert whole - known == set()
    for beginning in beginnings:
        assert any(name.startswith(beginning) for name in known), beginning


def _gettext_calls(module: str):
    "Message and names of the arguments of each plain gettext call"
    for path in python_files(module):
        for node in ast.walk(syntax(path)):
            if (isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id == 'gettext'
                    and node.args
                    and isinstance(node.args[0], ast.Constant)
                    and all(keyword.arg for keyword in node.keywords)):
                yield (
                    path, node.args[0].value,
                    {keyword.arg for keyword in node.keywords})


@each_module
def test_messages_get_their_arguments(module):
    for path, name, given in _gettext_calls(module):
        match = MESSAGE.match(name)
        if match:
            text = messages(match[1])[match[2]]
            wanted = set(re.findall(r'%\((\w+)\)', text))
            assert wanted <= given, f"{path}: {name}"


# Manuals and tests


@each_module
def test_has_manual(module):
    text = (MODULES / module / 'README.rst').read_text('utf-8')
    assert len(text.split()) > 80, "a README says what the room is for"


@each_module
def test_has_stories_and_tests(module):
    tests = MODULES / module / 'tests'
    assert list(tests.glob('scenario_*.rst'))
    assert (tests / 'test_module.py').exists()


def test_file_names_say_what_is_inside():
    for path in tracked_files():
        assert path.stem not in VAGUE, path


@each_module
def test_files_say_what_they_are_for(module):
    silent = [
        str(path.relative_to(ROOT)) for path in python_files(module)
        if syntax(path).body and not ast.get_docstring(syntax(path))]
    assert not silent


@each_module
def test_models_and_functions_say_what_they_are_for(module):
    silent = [
        f'{path.relative_to(ROOT)}: {node.name}'
        for path in python_files(module) for node in syntax(path).body
        if isinstance(node, (ast.ClassDef, ast.FunctionDef))
        and not node.name.startswith('_')
        and not _extends(node)
        and not ast.get_docstring(node)]
    assert not silent


def _extends(node: ast.ClassDef | ast.FunctionDef) -> bool:
    "Whether a class extends a model of another module"
    return isinstance(node, ast.ClassDef) and any(
        keyword.arg == 'metaclass' for keyword in node.keywords)


# A path under one of these exists on one machine only
OWN_PATH = re.compile(
    r'(?<![\w./}>])/(?:home|root|work|opt|Users|mnt|srv|tmp)/\w')
OWN_HOST = re.compile(r'https?://[\w.-]*(?:mirror|proxy|registry|:3141)')


def test_nothing_of_one_machine():
    for path in tracked_files():
        if path.suffix in {'.png', '.gz', '.pdf', '.ico'}:
            continue
        text = path.read_text('utf-8', 'replace')
        for pattern in [OWN_PATH, OWN_HOST]:
            match = pattern.search(text)
            assert not match, f"{path}: {match[0]}"


@pytest.mark.parametrize('name', ['serve', 'worker', 'cron'])
def test_units_of_systemd_start_what_there_is(name):
    from maillon.command import _parser

    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str
    unit.read(ROOT / 'deploy' / f'maillon-{name}.service')
    program, *arguments = unit['Service']['ExecStart'].split()
    assert pathlib.Path(program).name in project()['project']['scripts']
    assert _parser().parse_args(arguments).command == name


# Translations


@each_module
def test_french_is_complete(module):
    catalogue = polib.pofile(str(MODULES / module / 'locale' / 'fr.po'))
    assert len(catalogue)
    for entry in catalogue:
        assert 'fuzzy' not in entry.flags, entry.msgctxt
        assert not entry.obsolete, entry.msgctxt
        texts = (
            entry.msgstr_plural.values() if entry.msgid_plural
            else [entry.msgstr])
        assert texts and all(texts), f"{module}: {entry.msgctxt}"


@each_module
def test_french_keeps_the_arguments(module):
    catalogue = polib.pofile(str(MODULES / module / 'locale' / 'fr.po'))
    for entry in catalogue:
        if 'ir.message' in entry.msgctxt:
            for text in [entry.msgstr, *entry.msgstr_plural.values()]:
                if text:
                    assert (
                        set(re.findall(r'%\((\w+)\)', text))
                        <= set(re.findall(
                                r'%\((\w+)\)',
                                entry.msgid + entry.msgid_plural))
                        ), entry.msgctxt


@pytest.fixture(scope='module')
def exported(house):
    "What Tryton would export for translation, by module"
    return house.translations(NAMES)


@each_module
def test_french_knows_every_label(module, exported):
    """What Tryton would export for translation is in the catalogue.

    A label, message or report added without its French is found here.
    """
    catalogue = {
        (entry.msgctxt, entry.msgid)
        for entry in polib.pofile(
            str(MODULES / module / 'locale' / 'fr.po'))}
    labels = polib.pofile(exported[module])
    assert len(labels) > 5
    missing = sorted(
        (entry.msgctxt, entry.msgid) for entry in labels
        if (entry.msgctxt, entry.msgid) not in catalogue)
    assert not missing
