"""A worker whose connection to the database is gone."""
import argparse
import unittest
from types import SimpleNamespace
from unittest.mock import patch

from trytond import backend

from maillon.command import worker


class Database:
    "Takes connections back"

    def __init__(self):
        self.returned = []

    def put_connection(self, connection):
        self.returned.append(connection)


class Queue:
    "As Tryton's: the connection is there or gone"

    def __init__(self, closed):
        self.connection = SimpleNamespace(closed=closed)
        self.database = Database()

    def pull(self, name=None):
        raise backend.DatabaseOperationalError("server closed it")

    def get_notifications(self):
        raise backend.DatabaseOperationalError("server closed it")


class QueueTestCase(unittest.TestCase):

    def test_dead_connection_ends_the_work(self):
        "Tryton would ask it for ever"
        for ask in ['pull', 'get_notifications']:
            with self.subTest(ask=ask):
                queue = worker._queue(Queue)(closed=True)
                with self.assertRaises(worker.ConnectionLost):
                    getattr(queue, ask)()
                self.assertEqual(
                    queue.database.returned, [queue.connection])

    def test_living_connection_is_asked_again(self):
        queue = worker._queue(Queue)(closed=False)

        with self.assertRaises(backend.DatabaseOperationalError):
            queue.pull()
        self.assertEqual(queue.database.returned, [])


class AgainTestCase(unittest.TestCase):

    def test_work_is_begun_again(self):
        "After what breaks by itself, and not after what is wrong"
        ends = iter([
                worker.ConnectionLost(), backend.DatabaseOperationalError(),
                ZeroDivisionError()])
        seen = []

        def work(options):
            seen.append(options)
            raise next(ends)

        options = argparse.Namespace()
        with patch.object(worker, 'PAUSE', 0), \
                self.assertLogs(worker.logger), \
                self.assertRaises(ZeroDivisionError):
            worker.again_and_again(work, options)

        self.assertEqual(seen, [options] * 3)
