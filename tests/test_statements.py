"""How often a till asks PostgreSQL: nobody makes it wait unseen.

A count does not depend on the machine. What is counted is what
``benchmark/till.py`` measures, in the house of the tests.
"""
from __future__ import annotations

import json
import pathlib
import subprocess
import sys

import pytest

import server
from server import NAME

BENCHMARK = pathlib.Path(__file__).parent / 'benchmark' / 'till.py'
#: The most statements of each, and of how many things that is
LIMITS = {
    'checkout': 34,
    'receive': 33,
    'pick': 3,
    'offered_lots': 3,
    'trace': 3,
    'balance': 10,
    # What else a till does, see benchmark/tills/gestures.py
    'open_session': 18,
    'begin': 4,
    'find_by_name': 3,
    'choose': 18,
    'find_by_card': 15,
    'scan': 26,
    'change': 14,
    'paper': 22,
    # 50 baskets, to the last entry of the ledger
    'bulk': 50 * 9,
    # ... paid in cash, each booked against its invoice
    'bulk_paid': 50 * 18,
    }


@pytest.fixture(scope='module')
def said(postgresql, postgresql_template) -> dict[str, list[str]]:
    "The statements of each piece of work"
    postgresql.drop(NAME)
    postgresql.create(NAME, postgresql_template)
    done = subprocess.run(
        [sys.executable, BENCHMARK, '--count', postgresql.uri, NAME, 'nord'],
        env=server.environment(), cwd=BENCHMARK.parent,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert not done.returncode, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize('work', LIMITS)
def test_statements(said, work):
    statements = said[work]
    assert 0 < len(statements) <= LIMITS[work], '\n'.join(
        statement[:200] for statement in statements)
