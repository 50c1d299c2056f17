"""The demo of a whole network, in miniature: every document adds up."""
from __future__ import annotations

import json
import subprocess
import sys

import pytest

import nation
import server
from server import NAME


@pytest.fixture(scope='module')
def loaded(postgresql, postgresql_template) -> dict:
    "What is wrong in the network, and how much there is of it"
    postgresql.drop(NAME)
    postgresql.create(NAME, postgresql_template)
    done = subprocess.run(
        [sys.executable, nation.__file__, postgresql.uri, NAME],
        env=server.environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    postgresql.drop(NAME)
    assert not done.returncode, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_agrees(loaded):
    wrong = {what: rows for what, rows in loaded['wrong'].items() if rows}
    assert not wrong, wrong


def test_is_large_enough(loaded):
    counts = loaded['counts']
    assert counts['stock.move'] > nation.MOVES
    assert counts['aid.household'] > nation.HOUSEHOLDS
    assert counts['aid.basket'] > counts['account.invoice'] > 50
    assert min(counts.values()) > 1, counts


def test_wants_a_server(tmp_path):
    done = subprocess.run(
        [*server.maillon(), 'demo', '--size', 'national', '--no-serve',
            '--dir', tmp_path],
        env=server.environment(), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert '--uri postgresql://' in done.stderr
    assert not list(tmp_path.iterdir())
