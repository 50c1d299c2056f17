"""The example of docs/integrators.md does what it says, over HTTP."""
import pathlib
import subprocess
import sys

import pytest

import house as builder
from server import NAME, environment

ROOT = pathlib.Path(__file__).parent.parent
EXAMPLE = ROOT / 'docs' / 'examples' / 'till.py'


def run(server, folder, login='till-nord'):
    return subprocess.run(
        [sys.executable, EXAMPLE, server.url, NAME, login, builder.PASSWORD,
            '--paper', folder],
        capture_output=True, text=True, env=environment(), timeout=120)


def test_example_of_the_manual(sqlite_server, tmp_path):
    papers = tmp_path / 'papers'
    papers.mkdir()
    done = run(sqlite_server, papers)
    assert not done.returncode, done.stderr + sqlite_server.log[-3000:]
    # The basket has its number, its goods their donor
    assert "to pay" in done.stdout
    assert done.stdout.count("Supermarché Nord") == 3, done.stdout
    paper, = papers.iterdir()
    assert paper.suffix in {'.pdf', '.html'}
    if paper.suffix == '.pdf':
        from pypdf import PdfReader
        text = ''.join(p.extract_text() for p in PdfReader(paper).pages)
    else:
        text = paper.read_text('utf-8')
    assert paper.stem in text


def test_example_is_in_the_manual():
    manual = (ROOT / 'docs' / 'integrators.md').read_text('utf-8')
    assert 'examples/till.py' in manual


@pytest.mark.parametrize('login', ['warehouse-nord'])
def test_rights_hold_for_scripts(sqlite_server, tmp_path, login):
    "A warehouse volunteer has no till, whatever client asks"
    done = run(sqlite_server, tmp_path, login)
    assert done.returncode
