"""A page of the web client, as far as the server sees it: JSON-RPC over HTTP.

Signed in by a cookie, naming itself in every context, and asking again when
an answer got lost, as ``custom.js`` does: a balancer or a server that cannot
answer says 502, 503 or 504. Values are as JSON has them: dates and amounts
are small dictionaries.
"""
from __future__ import annotations

import gzip
import http.client
import json
import time
import uuid
from typing import Any
from urllib.parse import urlsplit

#: Answers that say nothing of what was asked
LOST = {502, 503, 504}
#: Seconds that somebody at a till goes on asking, and waits in between
PATIENCE, PAUSE = 90, 0.2
SECONDS = 150


class Lost(Exception):
    "Whether it was done is not known: no answer came, or one that says so"


class Refused(Exception):
    "What the server says to the person, in words"


class Fault(Exception):
    "The server has failed: a person reads a dialog with its insides"


class Page:
    """A page at *url* that *login* has opened over *database*.

    `lost` has what each call said that got no answer of its own.
    """

    def __init__(self, url: str, database: str, login: str, password: str):
        self.server = urlsplit(url).netloc
        self.database = database
        self.login = login
        self.lost: list[str] = []
        self.context: dict[str, Any] = {'client': uuid.uuid4().hex}
        self._cookie = ''
        self._sign_in(password)
        self.context |= self(
            'model.res.user.get_preferences', True)

    def _sign_in(self, password: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._cookie:
            try:
                answer, _ = self._post('session/login', {
                        'params': [self.login, {'password': password}, 'fr'],
                        })
            except Lost:
                if time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE)
                continue
            self._cookie = answer.getheader('Set-Cookie').split(';')[0]

    def __call__(self, method: str, *args: Any) -> Any:
        """What *method* answers, asked once.

        :raises Refused: by the server, in words
        :raises Lost: there is no answer
        :raises Fault: neither
        """
        _, body = self._post('rpc/', {
                'id': 1, 'method': method, 'params': [*args, self.context]})
        if 'error' not in body:
            return body['result']
        error = body['error']
        if error[0] in {'UserError', 'UserWarning'}:
            raise Refused(' '.join(map(str, error[1])))
        raise Fault(f'{method}: {error}')

    def insist(self, method: str, *args: Any) -> Any:
        "The same, asked again as long as no answer comes"
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self(method, *args)
            except Lost:
                if time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE)

    def ids(self, model: str, domain: list) -> list[int]:
        "Ids of the records of *model* in *domain*"
        return self.insist(
            f'model.{model}.search', domain, 0, None, None)

    def _post(self, path: str, body: dict) -> tuple:
        "The response, and what it holds"
        connection = http.client.HTTPConnection(self.server, timeout=SECONDS)
        try:
            connection.request(
                'POST', f'/{self.database}/{path}',
                json.dumps(body), {
                    'Accept-Encoding': 'gzip',
                    'Content-Type': 'application/json',
                    'Cookie': self._cookie})
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._note(body, repr(error))
            raise Lost(repr(error)) from error
        finally:
            connection.close()
        if answer.status in LOST:
            said = f'{answer.status} {content[:300]!r}'
            self._note(body, said)
            raise Lost(said)
        if answer.status != http.HTTPStatus.OK:
            raise Fault(f'{answer.status} {content[:300]!r}')
        if answer.getheader('Content-Encoding') == 'gzip':
            content = gzip.decompress(content)
        return answer, json.loads(content)

    def _note(self, body: dict, said: str) -> None:
        self.lost.append(f"{body.get('method', 'login')}: {said}")
