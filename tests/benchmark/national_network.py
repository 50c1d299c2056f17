"""The national network that benchmarks fill a PostgreSQL of their own with.

What it is like stands in ``maillon.command.content.national``.
"""
from __future__ import annotations

import datetime as dt

from measuring import told

BASE = 'network'
PASSWORD = 'network-2026'
#: What a server for so much data would be set to
LOADED = {
    'shared_buffers': '1GB', 'max_wal_size': '8GB', 'autovacuum': 'off'}


def found(uri: str, name: str = BASE) -> None:
    "Make the database *name*: the modules and an organisation, set up"
    from maillon.command import database

    database.configure(uri=uri)
    from house import taken_on_trust
    from maillon.command import setup
    from maillon.command.organisation import Organisation

    with told("  the modules"), taken_on_trust():
        setup.prepare(
            name, Organisation(
                name="Network", previous_year=True,
                year_start=dt.date.today().replace(month=1, day=1)),
            password=PASSWORD, email='admin@example.org')


def tell(uri: str, name: str = BASE, branches: int | None = None):
    """Give the founded database *name* branches, or as many as in France.

    :return: the ids of the story that is copied
    """
    from maillon.command import database

    database.configure(uri=uri)
    database.activate(name)
    from maillon.command.content import national

    branches = branches or national.BRANCHES
    with told(f"  {branches} branches, and what they handed over"):
        return database.run(
            name, lambda: national.tell(branches, dt.date.today()))


def fill(cluster, story, moves: int, base: str = BASE):
    "A copy of *base* with *moves* moves: its name, and where the copies are"
    from maillon.command import database
    from maillon.command.content import national

    name = f'moves_{moves}'
    cluster.create(name, base)
    database.activate(name)
    with told(f"{moves:,} moves"):
        network = database.run(
            name, lambda: national.load(story, moves, dt.date.today()))
    with told("  seen by the planner"):
        cluster.execute('VACUUM ANALYZE', name)
    return name, network


def drop(cluster, name: str) -> None:
    "Remove the database *name* that this process has open"
    from trytond.cache import Cache

    from maillon.command import database

    # Whoever listens there would lose the connection
    Cache.drop(name)
    database.let_go(name)
    cluster.drop(name)
