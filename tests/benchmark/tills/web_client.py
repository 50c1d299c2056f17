"""What Tryton's web client asks of a server while somebody fills in a form.

It asks as the client does, in the same order and with the same values (its
``model.js``): what a new record begins with, what follows from each value
that is typed or scanned, what is saved, pressed and read again. The domains
that the client looks at by itself and the pages it draws are left out: no
server hears of them.
"""
from __future__ import annotations

import base64
import gzip
import http.client
import json
import time
import uuid
from collections import Counter, defaultdict
from urllib.parse import urlsplit
from xml.etree import ElementTree

#: Kinds of fields that hold records
MANY = {'one2many', 'many2many'}
#: Of which a client wants the name beside the id
NAMED = {'many2one', 'one2one', 'reference'}
#: What else it wants of each record
ABOUT = ['_timestamp', '_write', '_delete']
#: How often a client asks once more when a server says that it is busy
PATIENCE = 5
BUSY = 503


class Refused(Exception):
    "What the server told the client instead of an answer"


class Client:
    """Somebody who is signed in to the database *name* at *url*.

    `calls` counts what was asked and `times` how many milliseconds each took,
    `locked` counts the answers that something is locked: the client asks again
    after a while, and its user waits. `context` goes with each call.
    """

    def __init__(self, url: str, name: str, login: str, password: str):
        self._there = http.client.HTTPConnection(
            urlsplit(url).netloc, timeout=120)
        self._path = f'/{name}/rpc/'
        self._session = ''
        self.forget()
        self.context: dict = {'client': uuid.uuid4().hex}
        user, token, _ = self._ask(
            'common.db.login', [login, {'password': password}, 'en'])
        self._session = base64.b64encode(
            f'{login}:{user}:{token}'.encode()).decode()
        self.context.update(self.model(
                'res.user', 'get_preferences', True))

    def forget(self) -> None:
        "Count from here on"
        self.calls: Counter[str] = Counter()
        self.times: dict[str, list[float]] = defaultdict(list)
        self.locked = 0

    def model(self, name: str, method: str, *params, **context):
        "What *method* of the model *name* answers"
        return self._ask(f'model.{name}.{method}', [
                *params, {**self.context, **context}])

    def wizard(self, name: str, method: str, *params, **context):
        "What *method* of the wizard *name* answers"
        return self._ask(f'wizard.{name}.{method}', [
                *params, {**self.context, **context}])

    def _ask(self, method: str, params: list):
        question = json.dumps(
            {'id': 0, 'method': method, 'params': params})
        start = time.perf_counter()
        for times in range(1, PATIENCE + 1):
            self.calls[method] += 1
            status, wait, answer = self._send(question)
            if status != BUSY:
                break
            self.locked += 1
            # As long as the client waits, which then waits longer
            time.sleep(min(wait or times, 10))
        if status != http.client.OK:
            raise Refused(f'{method}: {status}')
        self.times[method].append((time.perf_counter() - start) * 1000)
        told = json.loads(answer)
        if error := told.get('error'):
            raise Refused(f'{method}: {error}')
        return told['result']

    def _send(self, question: str) -> tuple[int, int, bytes]:
        "Status, seconds after which to ask again, and what was answered"
        headers = {
            'Content-Type': 'application/json', 'Accept-Encoding': 'gzip'}
        if self._session:
            headers['Authorization'] = f'Session {self._session}'
        try:
            answer = self._post(question, headers)
        except ConnectionError:
            # The server keeps an idle connection for two seconds only; a
            # browser asks again on a new one
            self.close()
            answer = self._post(question, headers)
        content = answer.read()
        if answer.getheader('Content-Encoding') == 'gzip':
            content = gzip.decompress(content)
        return (
            answer.status, int(answer.getheader('Retry-After') or 0),
            content)

    def _post(self, question: str, headers: dict[str, str]):
        self._there.request('POST', self._path, question, headers)
        return self._there.getresponse()

    def close(self) -> None:
        "The next call makes a new connection"
        self._there.close()


class Form:
    """The form of *model*, as a client knows it once it has been opened.

    :param fields: what is known of each field, the form's own if not given
    """

    def __init__(self, client: Client, model: str, fields=None):
        self.client = client
        self.model = model
        self.scan_depends: list[str] = []
        if fields is None:
            view = client.model(model, 'fields_view_get', None, 'form')
            fields = view['fields']
            # The names are JSON within the XML
            self.scan_depends = json.loads(ElementTree.fromstring(
                    view['arch']).get('scan_code_depends', '[]'))
        self.fields: dict[str, dict] = fields
        #: the list of each field that holds records
        self.lists = {
            name: Form(client, field['relation'], view['fields'])
            for name, field in fields.items() if field['type'] in MANY
            for view in list((field.get('views') or {}).values())[:1]}

    def wanted(self, prefix: str = '') -> list[str]:
        "The names of all that is read of a record"
        names = []
        for name, field in self.fields.items():
            names.append(prefix + name)
            if field['type'] in NAMED:
                names.append(f'{prefix}{name}.rec_name')
            elif name in self.lists and not prefix:
                names += self.lists[name].wanted(f'{name}.')
        return names + [prefix + name for name in ABOUT]


class Record:
    """A record in a form; in the list *name* of its *parent*, if it has one.

    `id` is negative until it is saved.
    """
    _next = -1

    def __init__(
            self, form: Form, parent: Record | None = None, name: str = '',
            **context):
        self.form = form
        self.parent = parent
        self.name = name
        self.context = context
        self.id = Record._next
        Record._next -= 1
        self.values: dict = {}
        self.lists: dict[str, list[Record]] = {
            name: [] for name in form.lists}
        self.changed: set[str] = set()
        self.timestamp = None

    # What a person does

    @classmethod
    def new(cls, form: Form, **context) -> Record:
        "A record as it begins"
        record = cls(form, **context)
        record._begin()
        return record

    def add(self, name: str) -> Record:
        "A new line in the list *name*"
        line = Record(self.form.lists[name], self, name)
        line._begin()
        self.lists[name].append(line)
        self.follow([name])
        return line

    def type(self, name: str, value) -> None:
        "Somebody enters the *value* of the field *name*"
        self.values[name] = value
        self.changed.add(name)
        self.follow([name])
        if self.parent:
            self.parent.changed.add(self.name)
            self.parent.follow([self.name])

    def scan(self, code: str) -> None:
        "Somebody scans *code*"
        self._set(self._ask(
                'on_scan_code', {
                    **self._values_of(self.form.scan_depends),
                    'id': self.id}, code))

    def save(self) -> None:
        "Save what was changed, if anything was"
        values = self.stored()
        if self.id < 0:
            self.id, = self._ask('create', [values])
        elif values:
            self._ask('write', [self.id], values, _timestamp=self.stamps)
        self.changed.clear()

    def press(self, button: str):
        "Save, press *button*; what the server wants the client to do next"
        self.save()
        return self._ask(button, [self.id], _timestamp=self.stamps)

    def read(self) -> None:
        "Read all that the form shows"
        row, = self._ask(
            'read', [self.id], self.form.wanted(), related_read_limit=100)
        self.changed.clear()
        self.timestamp = row.get('_timestamp')
        for name in self.form.fields:
            if name in self.lists:
                self.lists[name] = [
                    self._line(name, line)
                    for line in row.get(f'{name}.') or []]
            else:
                self.values[name] = row.get(name)

    # What the client does about it

    @property
    def stamps(self) -> dict:
        return {f'{self.form.model},{self.id}': self.timestamp}

    def stored(self) -> dict:
        "What is sent to be saved"
        values = {}
        for name, field in self.form.fields.items():
            if self.id >= 0 and name not in self.changed:
                continue
            if name in self.lists:
                if commands := self._commands(name):
                    values[name] = commands
            elif not field.get('readonly'):
                values[name] = self.values.get(name)
        return values

    def follow(self, names: list[str]) -> None:
        "Ask what follows from the values of the fields *names*"
        fields = self.form.fields
        depends = [
            name for field in names
            for name in fields[field].get('on_change') or []]
        if depends:
            sent = {**self._values_of(depends), 'id': self.id}
            self._set(
                self._ask(f'on_change_{names[0]}', sent) if len(names) == 1
                else self._ask('on_change', sent, names))
        later: list[str] = []
        now: list[str] = []
        for name, field in fields.items():
            depends = field.get('on_change_with') or []
            if not set(depends) & set(names):
                continue
            # What depends on what is asked for is asked for after it
            (later if set(depends) & set(now) else now).append(name)
        for some in [now, later]:
            self._follow_with(some)

    def _follow_with(self, names: list[str]) -> None:
        if not names:
            return
        sent = self._values_of([
                depends for name in names
                for depends in [
                    *self.form.fields[name]['on_change_with'], name]])
        sent['id'] = self.id
        self._set(
            self._ask(f'on_change_with_{names[0]}', sent)
            if len(names) == 1
            else self._ask('on_change_with', sent, names))

    def _ask(self, method: str, *params, **context):
        return self.form.client.model(
            self.form.model, method, *params, **{**self.context, **context})

    def _begin(self) -> None:
        begin = self._ask('default_get', list(self.form.fields))
        if self.parent and (back := self.parent._back(self.name)):
            begin[back] = self.parent.id
        names = [name for name in begin if name in self.form.fields]
        self._set(begin)
        if names:
            self.follow(names)

    def _back(self, name: str) -> str | None:
        "The field of the lines of the list *name* that names this record"
        return self.form.fields[name].get('relation_field')

    def _values_of(self, names) -> dict:
        "The values of *names*, some of them of the parent, to be sent"
        values = {}
        for name in names:
            owner, _, rest = name.partition('.')
            if owner.startswith('_parent_'):
                values[name] = (
                    self.parent._value(rest.split('.')[0])
                    if self.parent else None)
            else:
                values[name] = self._value(name)
        return values

    def _value(self, name: str):
        if name in self.lists:
            return [
                line._on_change_value(self._back(name))
                for line in self.lists[name]]
        if self.parent and name == self.parent._back(self.name):
            return self.parent._on_change_value(self.name)
        return self.values.get(name)

    def _on_change_value(self, but: str | None) -> dict:
        "All that is known, or was changed since it was saved, without *but*"
        return {
            **{name: self._value(name) for name in self.form.fields
                if name != but and (self.id < 0 or name in self.changed)},
            'id': self.id}

    def _commands(self, name: str) -> list:
        "What is to be done with the lines of the list *name*"
        back = self._back(name)
        create, known, write = [], [], []
        for line in self.lists[name]:
            if line.id >= 0 and not line.changed:
                continue
            values = line.stored()
            values.pop(back, None)
            if line.id < 0:
                create.append(values)
                continue
            known.append(line.id)
            if values:
                write += [[line.id], values]
        return (
            ([['add', known]] if known else [])
            + ([['create', create]] if create else [])
            + ([['write', *write]] if write else []))

    def _set(self, changes: dict) -> None:
        "What the server says of the fields"
        for name, value in changes.items():
            if name not in self.form.fields:
                continue
            self.changed.add(name)
            if name in self.lists:
                self._set_lines(name, value or {})
            else:
                self.values[name] = value

    def _set_lines(self, name: str, value) -> None:
        lines = self.lists[name]
        if isinstance(value, list):
            # Ids, or the values of each
            lines[:] = [
                self._line(name, one) for one in value
                if isinstance(one, dict)]
            return
        gone = {*value.get('remove', []), *value.get('delete', [])}
        lines[:] = [line for line in lines if line.id not in gone]
        known = {line.id: line for line in lines}
        for values in value.get('update', []):
            if line := known.get(values.get('id')):
                line._set(values)
        for place, values in value.get('add', []):
            line = known.get(values.get('id')) or self._line(name, values)
            line._set(values)
            if line not in lines:
                lines.insert(place, line)

    def _line(self, name: str, row: dict) -> Record:
        "A line of the list *name* that the server tells of"
        line = Record(self.form.lists[name], self, name)
        line.id = row.get('id') or line.id
        line.values = {
            field: row.get(field) for field in line.form.fields}
        return line
