"""A user of one branch learns nothing of another branch's households.

The tests know no model by name: they follow every reference that leads to a
household of the far branch, and then ask for what they found in every way a
client may ask, as each role of the near branch.
"""
from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pytest

from trytond.exceptions import UserError, UserWarning
from trytond.model import ModelSQL, ModelStorage, ModelView, fields
from trytond.pool import Pool
from trytond.pyson import PYSONDecoder
from trytond.wizard.wizard import StateView

from client import Client, Forbidden

NEAR, FAR = 'nord', 'sud'
ROLES = ['till', 'warehouse', 'social_worker', 'branch_officer']
LOOKED_AT = 200
RELATIONS = {'many2one', 'one2one', 'one2many', 'many2many', 'reference'}
# What a call may answer instead of an answer
REFUSALS = (UserError, UserWarning, Forbidden)


@dataclass
class Secret:
    """What the far branch keeps to itself.

    `ids` are the records that lead to its households, by model; `words` are
    texts that stand nowhere else.
    """

    ids: dict[str, set[int]]
    words: list[str]

    def told_by(self, value: Any) -> str | None:
        "The secret word in *value*, if there is one"
        text = value if isinstance(value, str) else repr(value)
        for word in self.words:
            if word in text:
                return word
        return None

    def named_by(self, field, value: Any) -> bool:
        "Whether the *value* of a relation *field* names a secret record"
        if not value:
            return False
        if field._type == 'reference':
            model, _, id_ = value.partition(',')
            return id_.lstrip('-').isdigit() and (
                int(id_) in self.ids.get(model, ()))
        hidden = self.ids.get(field.get_target().__name__, set())
        if isinstance(value, int):
            return value in hidden
        return bool(hidden.intersection(value))


def stored_relations():
    "(model, name, field) of every stored field that points to a record"
    for name, model in sorted(Pool().iterobject()):
        if not issubclass(model, ModelSQL) or _is_computed(model):
            continue
        for field_name, field in model._fields.items():
            if (field._type in {'many2one', 'one2one', 'reference'}
                    and not isinstance(field, fields.Function)):
                yield model, field_name, field


def _is_computed(model) -> bool:
    return callable(getattr(model, 'table_query', None))


def closure(start: dict[str, set[int]]) -> dict[str, set[int]]:
    "The records of *start* and all those that point to them, and so on"
    relations = list(stored_relations())
    found: dict[str, set[int]] = defaultdict(set)
    new = {name: set(ids) for name, ids in start.items()}
    while new:
        for name, ids in new.items():
            found[name] |= ids
        reached: dict[str, set[int]] = defaultdict(set)
        for model, field_name, field in relations:
            if field._type == 'reference':
                values = [
                    f'{name},{id_}' for name, ids in new.items()
                    for id_ in ids]
            else:
                values = list(new.get(field.get_target().__name__, ()))
            if values:
                for record in model.search([(field_name, 'in', values)]):
                    if record.id not in found[model.__name__]:
                        reached[model.__name__].add(record.id)
        new = reached
    return {name: ids for name, ids in found.items() if ids}


@pytest.fixture(scope='module')
def secret(house) -> Secret:
    with house.everything():
        households = house.households(FAR)
        start = {
            'aid.household': {h.id for h in households},
            'party.party': {h.party.id for h in households},
            'aid.volunteer': of_branch('aid.volunteer', FAR),
            }
        ids = closure(start)
        words = [house.secret_word(FAR), *phone(house, FAR)]
        words += [h.code for h in households]
        assert {
            'aid.household', 'aid.basket', 'aid.basket.line',
            'aid.entitlement', 'account.invoice', 'account.invoice.line',
            'stock.move', 'aid.basket.payment', 'aid.recall.household',
            'aid.shift.signup', 'aid.volunteer.engagement',
            'aid.volunteer.expense', 'aid.volunteer.message',
            'aid.volunteer.honorability', 'aid.certificate'} <= set(ids), sorted(ids)
        return Secret(ids, words)


def of_branch(model: str, code: str) -> set[int]:
    "Ids of the records of *model* of the branch with *code*"
    return {
        record.id for record
        in Pool().get(model).search([('branch.code', '=', code)])}


def phone(house, code: str) -> list[str]:
    "The phone of a volunteer, as it is written and as it is compared"
    volunteer, = Pool().get('aid.volunteer').search(
        [('branch.code', '=', code)])
    assert volunteer.phone == house.secret_phone(code)
    return [volunteer.phone, volunteer.phone_key]


#: Who, at a branch, sees what stays with a few
SEES = {
    'aid.recall.household': {'social_worker', 'branch_officer'},
    'aid.volunteer': {'branch_officer'},
    }


@pytest.fixture(scope='module', params=ROLES)
def role(request) -> str:
    return request.param


@pytest.fixture(scope='module')
def visitor(role, house) -> Client:
    "A user of the near branch"
    return house.client(f'{role}-{NEAR}')


@pytest.fixture(scope='module')
def kept(role, house) -> Secret:
    "What the visitor's own branch keeps from the visitor"
    with house.everything():
        hidden = [name for name, roles in SEES.items() if role not in roles]
        return Secret(
            {name: of_branch(name, NEAR) for name in hidden},
            phone(house, NEAR) if 'aid.volunteer' in hidden else [])


@pytest.fixture
def ask(visitor):
    "Calls of the visitor, in one transaction that leaves nothing"
    with visitor.transaction() as transaction:
        def call(kind, name, method, *args, **context):
            return visitor.call(
                transaction, kind, name, method, *args, **context)
        yield call


def attempt(ask, kind: str, name: str, method: str, *args, **context) -> Any:
    """What the server answers, None when it refuses.

    A model of Tryton that needs a context to work at all breaks instead,
    which tells nothing either; ours must not.
    """
    try:
        return ask(kind, name, method, *args, **context)
    except REFUSALS:
        return None
    except Exception:
        if name.startswith('aid.'):
            raise
        return None


def readable_models():
    "Every model that a client may read"
    for name, model in sorted(Pool().iterobject()):
        if issubclass(model, ModelStorage) and 'read' in model.__rpc__:
            yield name, model


def visible(ask, name) -> list[int]:
    "Ids of the newest records of the model *name* that are not refused"
    return attempt(
        ask, 'model', name, 'search', [], 0, LOOKED_AT,
        [('id', 'DESC')], active_test=False) or []


def read(ask, name: str, ids: list[int], names: list[str]) -> list[dict]:
    """What may be read of *names* of the records *ids*.

    All at once; where one of them is refused or breaks, each alone.
    """
    rows = attempt(ask, 'model', name, 'read', ids, names)
    if rows is not None:
        return rows
    return [
        row for field_name in names
        for row in attempt(
            ask, 'model', name, 'read', ids, [field_name]) or []]


def test_house_is_furnished(house, secret):
    "The other tests would pass in an empty house"
    with house.everything():
        assert len(house.households(NEAR)) >= 2
        assert len(house.households(FAR)) >= 2


def test_the_far_branch_knows_its_own_secrets(house, secret):
    "The words that must not be told are told where they belong"
    client = house.client(f'social_worker-{FAR}')
    for name in ['aid.household', 'aid.household.member']:
        rows = client.model(
            name, 'search_read', [], 0, None, None,
            [n for n, f in Pool(house.name).get(name)._fields.items()
                if f._type == 'char'])
        assert {row['id'] for row in rows} == secret.ids[name]
        assert secret.words[0] in repr(rows)


def test_every_role_sees_its_own(house):
    for role in ROLES:
        client = house.client(f'{role}-{NEAR}')
        assert client.model('aid.branch', 'search_count', []) > 0
    till = house.client(f'till-{NEAR}')
    assert till.model('aid.basket', 'search_count', []) > 0
    assert till.model('aid.household', 'search_count', []) > 0


def test_searching_finds_nothing(ask, secret):
    for name, model in readable_models():
        found = set(visible(ask, name))
        assert not found & secret.ids.get(name, set()), name


def test_reading_is_refused(ask, secret):
    for name, ids in sorted(secret.ids.items()):
        model = Pool().get(name)
        if 'read' not in model.__rpc__:
            continue
        for id_ in sorted(ids)[:5]:
            for field_name in model._fields:
                with pytest.raises(REFUSALS):
                    ask('model', name, 'read', [id_], [field_name])
                    pytest.fail(f"{name}({id_}).{field_name} was read")


def test_visible_records_tell_nothing(ask, secret, kept):
    for name, model in readable_models():
        ids = visible(ask, name)
        assert not kept.ids.get(name, set()).intersection(ids), name
        if not ids:
            continue
        for row in read(ask, name, ids, list(model._fields)):
            for field_name in row.keys() & model._fields.keys():
                field, value = model._fields[field_name], row[field_name]
                where = f"{name}({row['id']}).{field_name}"
                for hidden in [secret, kept]:
                    assert not hidden.told_by(value), f"{where}: {value}"
                    if field._type in RELATIONS:
                        assert not hidden.named_by(field, value), where


def test_who_should_sees_it(role, house):
    "Those that a branch tells are told: the test above is not of nothing"
    with house.everything():
        there = {name: of_branch(name, NEAR) for name in SEES}
    client = house.client(f'{role}-{NEAR}')
    for name, roles in SEES.items():
        assert there[name]
        if role in roles:
            assert there[name] <= set(client.model(name, 'search', []))


def test_names_of_what_is_linked_tell_nothing(ask, secret):
    for name, model in readable_models():
        ids = visible(ask, name)
        if not ids:
            continue
        names = [
            f'{field_name}.rec_name'
            for field_name, field in model._fields.items()
            if field._type in RELATIONS]
        if names:
            for row in read(ask, name, ids, names):
                assert not secret.told_by(row), f"{name}: {row}"


NOBODY = ('%nobody bears this name%', [-1])


def test_questions_tell_nothing(ask, secret):
    """A domain must not answer what reading refuses.

    The answer is the same as to a question about nobody.
    """
    def nothing(name, field_name, operator, value):
        nobody = NOBODY[isinstance(value, list)]
        found, control = (
            attempt(
                ask, 'model', name, 'search',
                [(field_name, operator, asked)], 0, 1, None)
            for asked in [value, nobody])
        assert not found or found == control, \
            f"{name}: {field_name} {operator} {value}"

    word = f'%{secret.words[0]}%'
    hidden = {name for name in secret.ids if name.startswith('aid.')}
    hidden |= {'party.party', 'account.invoice'}
    for name, model in readable_models():
        for field_name, field in model._fields.items():
            if not field.searchable(model):
                continue
            if field._type in {'char', 'text'}:
                nothing(name, field_name, 'ilike', word)
            elif field._type in RELATIONS - {'reference'}:
                target = field.get_target().__name__
                if target in hidden:
                    ids = sorted(secret.ids.get(target, ()))
                    nothing(name, field_name, 'in', ids)
                    nothing(name, f'{field_name}.rec_name', 'ilike', word)


def test_exports_tell_nothing(ask, secret):
    for name, ids in sorted(secret.ids.items()):
        model = Pool().get(name)
        if 'export_data' not in model.__rpc__:
            continue
        with pytest.raises(REFUSALS):
            ask('model', name, 'export_data', sorted(ids), ['rec_name'])
            pytest.fail(f"{name} was exported")
    for name, model in readable_models():
        paths = [
            f'{field_name}/rec_name' for field_name, field
            in model._fields.items() if field._type in RELATIONS]
        # All paths at once, and each alone where one of them is refused
        for wanted in [paths, *([path] for path in paths)]:
            rows = attempt(
                ask, 'model', name, 'export_data_domain', [], wanted, 0, 50)
            assert not secret.told_by(rows), f"{name}: {wanted}"
            if wanted is paths and rows is not None:
                break


def test_reports_tell_nothing(house, visitor, secret):
    with house.everything():
        actions = [
            (action.id, action.report_name, action.model)
            for action in Pool().get('ir.action.report').search([])]
    assert any(name.startswith('aid.') for _, name, _ in actions)
    for action_id, report, model in actions:
        for id_ in sorted(secret.ids.get(model, ()))[:2]:
            with visitor.transaction() as transaction:
                with pytest.raises(REFUSALS):
                    visitor.call(
                        transaction, 'report', report, 'execute', [id_],
                        {'action_id': action_id, 'model': model},
                        active_model=model, active_id=id_, active_ids=[id_])
                    pytest.fail(f"{report} was printed for {model}({id_})")


def wizard_start(visitor, wizard: str, state: str, model: str, id_: int,
        data: dict) -> Any:
    "What the *state* of *wizard* answers, opened on a record"
    context = {
        'active_model': model, 'active_id': id_, 'active_ids': [id_]}
    with visitor.transaction() as transaction:
        session, start, _ = visitor.call(
            transaction, 'wizard', wizard, 'create', **context)
        return visitor.call(
            transaction, 'wizard', wizard, 'execute', session, data,
            state or start, **context)


def test_wizards_opened_on_secrets_tell_nothing(house, visitor, secret):
    with house.everything():
        actions = [
            (action.wiz_name, model)
            for action in Pool().get('ir.action.wizard').search([])
            for model in (
                action.model.split('\n') if action.model
                else {
                    str(keyword.model).split(',')[0]
                    for keyword in action.keywords if keyword.model})]
    assert actions
    for wizard, model in actions:
        for id_ in sorted(secret.ids.get(model, ()))[:1]:
            with pytest.raises(REFUSALS):
                wizard_start(visitor, wizard, '', model, id_, {})
                pytest.fail(f"{wizard} was opened on {model}({id_})")


def test_wizards_filled_with_secrets_tell_nothing(visitor, secret, house):
    "The form of a wizard comes from the client: it may name anything"
    with house.everything():
        forms = [
            (name, list(wizard.states), _filled_with(wizard, secret))
            for name, wizard in sorted(Pool().iterobject('wizard'))]
    for name, states, data in forms:
        if not data:
            continue
        for state in states:
            try:
                answer = wizard_start(
                    visitor, name, state, 'ir.ui.menu', None, data)
            except REFUSALS:
                continue
            except (AttributeError, TypeError, AssertionError, KeyError,
                    ValueError, IndexError, NotImplementedError):
                # A step taken out of its order breaks, which tells nothing
                continue
            assert not secret.told_by(answer), f"{name}:{state}"


def _filled_with(wizard, secret: Secret) -> dict[str, dict[str, Any]]:
    data: dict[str, dict[str, Any]] = {}
    for state_name, state in wizard.states.items():
        if not isinstance(state, StateView):
            continue
        view = Pool().get(state.model_name)
        for field_name, field in view._fields.items():
            if field._type not in RELATIONS - {'reference'}:
                continue
            ids = sorted(secret.ids.get(field.get_target().__name__, ()))[:1]
            if ids:
                value = ids[0] if field._type == 'many2one' else ids
                data.setdefault(state_name, {})[field_name] = value
    return data


def test_buttons_are_refused(house, visitor, secret):
    for name, ids in sorted(secret.ids.items()):
        model = Pool(house.name).get(name)
        for button in getattr(model, '_buttons', {}):
            if button not in model.__rpc__:
                continue
            id_ = min(ids)
            try:
                with visitor.transaction() as transaction:
                    answer = visitor.call(
                        transaction, 'model', name, button, [id_])
            except REFUSALS:
                continue
            pytest.fail(f"{name}({id_}).{button} answered {answer}")


def test_forms_filled_with_secrets_tell_nothing(ask, secret):
    "What on_change computes comes back to the client"
    for name, model in sorted(Pool().iterobject()):
        if not issubclass(model, ModelView):
            continue
        for field_name, field in model._fields.items():
            if field._type != 'many2one':
                continue
            ids = sorted(secret.ids.get(field.get_target().__name__, ()))[:1]
            if not ids:
                continue
            computed = sorted(
                other for other in model._fields
                if hasattr(model, f'on_change_with_{other}')
                and f'on_change_with_{other}' in model.__rpc__)
            directly = [
                (method,) for method in [
                    f'on_change_{field_name}',
                    *(f'on_change_with_{other}' for other in computed)]
                if method in model.__rpc__]
            for method, *names in [
                    ('on_change', [field_name]),
                    *(('on_change_with', [other]) for other in computed),
                    *directly]:
                try:
                    answer = ask(
                        'model', name, method, {field_name: ids[0]}, *names)
                except REFUSALS:
                    continue
                except (AttributeError, TypeError, AssertionError):
                    # Half a form: a value it needs is not there
                    continue
                assert not secret.told_by(answer), \
                    f"{name}.{field_name} {method} {names}"


# What a user opens every day


def menu_actions(client: Client):
    "Every list that the menus of *client* open: (menu, action)"
    menus = client.model(
        'ir.ui.menu', 'search_read', [], 0, None, None,
        ['complete_name', 'action'])
    for menu in menus:
        for action in client.model(
                'ir.action.keyword', 'get_keyword', 'tree_open',
                ('ir.ui.menu', menu['id'])):
            if action.get('res_model'):
                yield menu['complete_name'], action


def open_list(client: Client, action: dict) -> None:
    "Do what the web client does when a list is opened"
    environment = {
        **client.context, 'active_model': None, 'active_id': None,
        'active_ids': [], '_user': client.user}
    decoder = PYSONDecoder(environment)
    context = decoder.decode(action.get('pyson_context') or '{}')
    domains = [decoder.decode(action.get('pyson_domain') or '[]')]
    for _, domain, _ in action.get('domains') or []:
        domains.append([domains[0], decoder.decode(domain)])
    order = decoder.decode(action.get('pyson_order') or 'null')
    model = action['res_model']
    views = {
        kind: view for view, kind in reversed(action.get('views') or [])}
    for domain in domains:
        rows = None
        for kind in ['tree', 'form']:
            view = client.model(
                model, 'fields_view_get', views.get(kind), kind, **context)
            names = list(view['fields'])
            names += [
                f'{name}.rec_name' for name, definition
                in view['fields'].items()
                if definition['type'] in {'many2one', 'reference'}]
            if kind == 'tree':
                rows = client.model(
                    model, 'search_read', domain, 0, 80, order,
                    [*names, 'rec_name'], **context)
            elif rows:
                client.model(
                    model, 'read', [rows[0]['id']], names, **context)


@pytest.mark.parametrize('login', [
        *(f'{role}-{NEAR}' for role in ROLES), 'head_office', 'accountant'])
def test_no_list_of_the_menus_raises(house, login):
    client = house.client(login)
    opened = 0
    for menu, action in menu_actions(client):
        model = Pool(house.name).get(action['res_model'])
        if not issubclass(model, ModelStorage):
            continue
        try:
            open_list(client, action)
        except Exception as error:
            raise AssertionError(
                f"{login} cannot open {menu} ({action['res_model']}): "
                f"{error}") from error
        opened += 1
    assert opened >= 2, f"{login} has nearly no menu"
