"""A poor network between a browser and a server: late, and losing some.

A proxy on a port of its own. Every call over it has a connection of its own:
a browser repeats by itself what got lost on one that it used before.
"""
from __future__ import annotations

import http.client
import json
import random
import threading
import time
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

#: What concerns one connection only
HOP_BY_HOP = {'connection', 'keep-alive', 'transfer-encoding'}


class Network(ThreadingHTTPServer):
    """What lies between a browser and the server at *url*.

    `round_trip` is in seconds, `loss` the share of calls whose question or
    answer never arrives. `lost` counts them. While it is cut, a `balancer` in
    it says that there is no server; without one nobody says anything.
    """
    daemon_threads = True
    # A page asks for dozens of files at once
    request_queue_size = 128

    def __init__(self, url: str):
        super().__init__(('127.0.0.1', 0), _Call)
        self.server = urlsplit(url)
        self.round_trip = 0.
        self.loss = 0.
        self.is_cut = False
        self.lost = 0
        self.balancer = False
        self._cut_at: tuple[str, float] | None = None
        self._chance = random.Random(18)

    @property
    def url(self) -> str:
        return f'http://127.0.0.1:{self.server_port}/'

    def cut_at(self, method: str, seconds: float) -> None:
        "Lose the answer of the next call of *method*, and all for a while"
        self._cut_at = method, seconds

    def _mend(self) -> None:
        self.is_cut = False

    def loses(self) -> bool:
        "Whether what is on its way now gets lost"
        # Half of the loss on the way there, half on the way back
        lost = self.is_cut or self._chance.random() < self.loss / 2
        self.lost += lost
        return lost

    def answered(self, method: str | None) -> None:
        "The server has done what *method* asks"
        if self._cut_at and method == self._cut_at[0]:
            seconds = self._cut_at[1]
            self.is_cut, self._cut_at = True, None
            threading.Timer(seconds, self._mend).start()


@contextmanager
def network(url: str):
    "A network that is good until told otherwise"
    with Network(url) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()


class _Call(BaseHTTPRequestHandler):
    "One call: there, and back"

    server: Network

    def do_GET(self) -> None:
        self._pass_on(b'')

    def do_POST(self) -> None:
        self._pass_on(
            self.rfile.read(int(self.headers.get('Content-Length') or 0)))

    def _pass_on(self, body: bytes) -> None:
        network = self.server
        time.sleep(network.round_trip / 2)
        if network.loses():
            if network.is_cut and network.balancer:
                self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        there = http.client.HTTPConnection(network.server.netloc)
        there.request(self.command, self.path, body, {
                name: value for name, value in self.headers.items()
                if name.lower() not in HOP_BY_HOP})
        answer = there.getresponse()
        content = answer.read()
        there.close()
        network.answered(_method(body))
        if network.loses():
            return
        time.sleep(network.round_trip / 2)
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {*HOP_BY_HOP, 'content-length'}:
                self.send_header(name, value)
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args) -> None:
        "Nobody reads it"


def _method(body: bytes) -> str | None:
    "What a call over JSON-RPC asks for"
    try:
        return json.loads(body)['method']
    except (ValueError, TypeError, KeyError):
        return None
