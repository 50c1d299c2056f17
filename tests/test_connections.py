"""The connections to PostgreSQL that the pools of this house give out."""
from __future__ import annotations

import pytest

from maillon.command import connections


@pytest.fixture
def pool(postgresql, monkeypatch):
    "A pool of connections, as Tryton makes it when it is served"
    from trytond.backend.postgresql import database
    for name in ['ConnectionPool', 'LoggingCursor']:
        monkeypatch.setattr(database, name, getattr(database, name))
    connections.outlive_restarts()
    with database.ConnectionPool(
            f'{postgresql.uri}postgres', open=True, min_size=1, max_size=1,
            kwargs={'cursor_factory': database.LoggingCursor}) as pool:
        yield pool


def test_a_silent_connection_is_given_out_without_a_question(
        pool, monkeypatch):
    asked = []
    monkeypatch.setattr(
        type(pool), 'check_connection', staticmethod(asked.append))
    for _ in range(3):
        with pool.connection() as connection:
            connection.execute('SELECT 1')

    assert not asked


def test_a_connection_that_was_ended_is_made_again(pool, postgresql):
    with pool.connection() as connection:
        ended = connection.info.backend_pid
    postgresql.execute(f'SELECT pg_terminate_backend({ended}, 5000)')
    with pool.connection() as connection:
        assert connection.execute('SELECT 1').fetchone() == (1,)
        assert connection.info.backend_pid != ended


def test_a_result_is_described_once_and_each_by_its_own(pool):
    with pool.connection() as connection:
        cursor = connection.cursor()
        assert cursor.description is None
        cursor.execute('SELECT 1 AS one, now() AS two')
        first = cursor.description
        assert [column[0] for column in first] == ['one', 'two']
        assert cursor.description is first
        cursor.execute("SELECT 'x' AS three")
        assert [column[0] for column in cursor.description] == ['three']
