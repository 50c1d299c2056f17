"""Connections to PostgreSQL that outlive its restart.

A restart, a failover or a cut network breaks every connection at once. The
pool of psycopg finds that out one connection at a time, when it hands it
over, and waits longer after each: with eight of them a till would wait for
half a minute after the database is back.
"""
from __future__ import annotations

from typing import Any

__all__ = ['outlive_restarts', 'GIVE_UP', 'WAIT']

#: Seconds that a request waits for a connection; then the client is told to
#: ask again
WAIT = 10
#: Seconds after which the pool stops trying by itself; the next request
#: tries at once, however long the database was away
GIVE_UP = 5


def outlive_restarts() -> None:
    "Give Tryton's PostgreSQL, already imported, pools that do"
    from psycopg_pool import ConnectionPool

    from trytond.backend.postgresql import database

    class Pool(ConnectionPool):
        "Where one connection turns out to be broken, all are made again"

        def __init__(self, *args: Any, **kwargs: Any):
            kwargs.update(
                check=self.check_or_drain, timeout=WAIT,
                reconnect_timeout=GIVE_UP)
            super().__init__(*args, **kwargs)

        def check_or_drain(self, connection: Any) -> None:
            "Raise what a broken *connection* raises"
            try:
                self.check_connection(connection)
            except Exception:
                self.drain()
                raise

    database.ConnectionPool = Pool
