"""Connections to PostgreSQL that outlive its restart and cost little.

A restart, a failover or a cut network breaks every connection at once. The
pool of psycopg finds that out one connection at a time, when it hands it
over, and waits longer after each: with eight of them a till would wait for
half a minute after the database is back. It also asks the server each time,
and a till takes three connections for every call.
"""
from __future__ import annotations

import select
from typing import Any

__all__ = ['outlive_restarts', 'GIVE_UP', 'PREPARED', 'WAIT']

#: Seconds that a request waits for a connection; then the client is told to
#: ask again
WAIT = 10
#: Seconds after which the pool stops trying by itself; the next request
#: tries at once, however long the database was away
GIVE_UP = 5
#: So many statements of a connection are known to the server. A basket asks
#: some two hundred different ones: of the hundred that psycopg would keep,
#: each would be forgotten before it is asked again
PREPARED = 300


def outlive_restarts() -> None:
    "Give Tryton's PostgreSQL, already imported, pools and cursors that do"
    from psycopg_pool import ConnectionPool

    from trytond.backend.postgresql import database

    class Pool(ConnectionPool):
        "Where one connection turns out to be broken, all are made again"

        def __init__(self, *args: Any, **kwargs: Any):
            kwargs.update(
                check=self.check_or_drain, timeout=WAIT,
                reconnect_timeout=GIVE_UP, configure=remember)
            super().__init__(*args, **kwargs)

        def check_or_drain(self, connection: Any) -> None:
            "Raise what a broken *connection* raises"
            if is_silent(connection):
                return
            try:
                self.check_connection(connection)
            except Exception:
                self.drain()
                raise

    class Cursor(database.LoggingCursor):
        """A cursor that tells once what the columns of a result are.

        Tryton asks with each row, and psycopg makes an object for each column
        of it: as much work again as the row itself. Name and type are told.
        """
        _described: tuple[Any, Any] = (None, None)

        @property
        def description(self) -> Any:
            result = self.pgresult
            if result is None or not result.nfields:
                return super().description
            if result is not self._described[0]:
                encoding = self.connection.info.encoding
                self._described = result, [
                    (result.fname(i).decode(encoding), result.ftype(i))
                    for i in range(result.nfields)]
            return self._described[1]

    database.ConnectionPool = Pool
    database.LoggingCursor = Cursor


def remember(connection: Any) -> None:
    "Let the server of *connection* keep the plans of what is asked often"
    connection.prepared_max = PREPARED


def is_silent(connection: Any) -> bool:
    """Whether the server has said nothing on the idle *connection*.

    The end of a connection is said too, by the server or by what stands
    between; only where something was said is it worth a question.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)
