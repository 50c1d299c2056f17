"""One request at a time."""
import threading
import time
import unittest

from maillon.command.serve import OneAtATime


class OneAtATimeTestCase(unittest.TestCase):

    def setUp(self):
        self.value = 0
        self.app = OneAtATime(self.add_one, threading.Lock())

    def add_one(self, environ, start_response):
        "What Tryton's SQLite does: read, think, write"
        value = self.value
        time.sleep(.005)
        self.value = value + 1
        return [b'']

    def call(self, path='/house/'):
        self.app({'PATH_INFO': path, 'REQUEST_METHOD': 'POST'}, None)

    def test_nothing_is_lost(self):
        threads = [threading.Thread(target=self.call) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        self.assertEqual(self.value, 20)

    def test_lock_is_released_by_an_error(self):
        def fail(environ, start_response):
            raise ValueError
        self.app.app = fail
        with self.assertRaises(ValueError):
            self.call()
        self.app.app = self.add_one
        self.call()

        self.assertEqual(self.value, 1)

    def test_waiting_for_the_bus_holds_up_nobody(self):
        with self.app.lock:
            self.call('/house/bus')

        self.assertEqual(self.value, 1)
