"""What foreign keys do is read from PostgreSQL's catalogue, and is the same."""
from __future__ import annotations

import subprocess
import sys

import server
from server import NAME

#: Prints what Tryton says of the foreign keys of some tables, and what we do
BOTH = """
import sys
from maillon.command import database, foreign_keys
uri, name = sys.argv[1:]
database.configure(uri=uri)
database.activate(name)
from trytond import backend
from trytond.pool import Pool
from trytond.transaction import Transaction
with Transaction().start(name, 0):
    for model in ['aid.basket', 'stock.move', 'ir.cron']:
        handler = Pool().get(model).__table_handler__()
        plain = handler._fk_deltypes
        found = foreign_keys.delete_rules(
            handler.table_name, handler.table_schema)
        assert found == plain, (found, plain)
        print(len(found))
"""


def test_the_catalogue_says_the_same(postgresql_house):
    done = subprocess.run(
        [sys.executable, '-c', BOTH, postgresql_house.uri, NAME],
        env=server.environment(), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True)
    assert not done.returncode, done.stdout[-4000:]
    assert min(map(int, done.stdout.split()[-3:])) > 0, done.stdout
