"""One request at a time, and a server of databases that is away."""
import socket
import subprocess
import sys
import threading
import time
import unittest

from maillon.command.serve import OneAtATime

PROGRAM = 'import sys; from maillon.command import main; sys.exit(main())'


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


class PostgreSQLAwayTestCase(unittest.TestCase):
    "Both machines were switched on at once, or it starts again just then"

    def setUp(self):
        with socket.socket() as probe:
            probe.bind(('127.0.0.1', 0))
            port = probe.getsockname()[1]
        self.uri = f'postgresql://nobody@127.0.0.1:{port}/'

    def maillon(self, *arguments):
        process = subprocess.Popen(
            [sys.executable, '-c', PROGRAM, *arguments,
                '--uri', self.uri],
            stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_the_server_waits_for_it(self):
        "It neither ends nor says that there is no database"
        server = self.maillon('serve')

        for _ in range(2):
            said = server.stderr.readline()
            while 'cannot be opened yet' not in said:
                self.assertTrue(said, "it has ended")
                self.assertNotIn("there is no", said)
                said = server.stderr.readline()
        self.assertIsNone(server.poll())

    def test_other_commands_say_so(self):
        check = self.maillon('check')

        _, said = check.communicate(timeout=120)
        self.assertEqual(check.returncode, 2)
        self.assertIn("cannot be asked", said)
        self.assertNotIn("Traceback", said)
