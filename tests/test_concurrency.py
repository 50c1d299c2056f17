"""Many tills at once, on real servers with real clients.

On PostgreSQL two server processes share one database, as a network would run
them; on SQLite the one process must let its clients in one after the other.
"""
from __future__ import annotations

import datetime as dt
import re
import threading
import time
import xmlrpc.client
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

import books
import house as builder
import server
from server import NAME

ROUNDS = 4
BASKETS_EACH = 15


@contextmanager
def signed_in(process, login: str):
    "A session of *login* for one thread: proteus' models of its own config"
    with process.session(login, builder.PASSWORD) as config:
        yield Till(config)


class Till:
    "A client that calls the server and keeps nothing"

    def __init__(self, config):
        self.config = config

    def __call__(self, model: str, method: str, *args):
        proxy = self.config.get_proxy(model)
        return getattr(proxy, method)(*args, self.config.context)

    def ids(self, model: str, domain: list) -> list[int]:
        return self(model, 'search', domain, 0, None, None)


@pytest.fixture
def servers(postgresql_house, tmp_path):
    "Two processes that serve one PostgreSQL database"
    running = []
    try:
        for name in ['first', 'second']:
            folder = tmp_path / name
            folder.mkdir()
            running.append(
                server.start(NAME, postgresql_house.uri, folder))
        yield running
    finally:
        for process in running:
            process.stop()


def compose(till: Till, branch: str, count: int,
        weights: dict[str, float]) -> list[int]:
    "Make *count* baskets of so many kg of each family, not checked out"
    session, = till.ids('aid.distribution.session', [
            ('branch.code', '=', branch), ('state', '=', 'open')])
    households = till.ids('aid.household', [('branch.code', '=', branch)])
    branch_id, = till.ids('aid.branch', [('code', '=', branch)])
    lines = []
    for code, weight in weights.items():
        row, = till('aid.family', 'search_read', [('code', '=', code)],
            0, 1, None, ['product', 'product.default_uom'])
        lines.append({
                'product': row['product'],
                'unit': row['product.']['default_uom'],
                'quantity': weight,
                })
    return till('aid.basket', 'create', [{
                'session': session,
                'branch': branch_id,
                'household': households[i % len(households)],
                'lines': [('create', [dict(line) for line in lines])],
                } for i in range(count)])


def receive(admin: Till, branch: str, family: str, weight: float) -> None:
    "A donation of *weight* kg of goods that the branch has not"
    branch_id, = admin.ids('aid.branch', [('code', '=', branch)])
    source, = admin.ids(
        'aid.supply.source', [('code', '=', 'shop_collection')])
    donor = admin.ids('party.party', [('donor', '=', True)])[0]
    family_id, = admin.ids('aid.family', [('code', '=', family)])
    donation = admin('aid.donation', 'create', [{
                'branch': branch_id,
                'supply_source': source,
                'donor': donor,
                'lines': [('create', [{
                                'family': family_id,
                                'net_weight': weight,
                                }])],
                }])
    admin('aid.donation', 'receive', donation)


def trust_the_books(admin: Till, branch: str) -> None:
    "Nothing beyond what the books say is handed over at *branch*"
    branch_id, = admin.ids('aid.branch', [('code', '=', branch)])
    admin('aid.distribution.rule', 'create', [{
                'branch': branch_id, 'found_limit': 0}])


def checkout(till: Till, basket: int) -> str | None:
    "None when it went well, else what the till is told"
    try:
        till('aid.basket', 'checkout', [basket])
    except xmlrpc.client.Fault as fault:
        return str(fault.faultString)
    return None


def test_two_tills_sell_the_last_unit_once(servers, postgresql_house):
    branch = 'nord'
    with signed_in(servers[0], 'admin') as admin:
        trust_the_books(admin, branch)
        for _ in range(ROUNDS):
            receive(admin, branch, 'fats', 1)
            with signed_in(servers[0], f'till-{branch}') as till:
                pair = compose(till, branch, 2, {'fats': 1})
            gate = threading.Barrier(2)

            def sell(process, basket):
                with signed_in(process, f'till-{branch}') as till:
                    gate.wait(30)
                    return checkout(till, basket)

            with ThreadPoolExecutor(2) as pool:
                told = list(pool.map(sell, servers, pair))
            refused = [text for text in told if text]
            assert len(refused) == 1, told
            # Said in words, naming the goods, and not a fault of the lock
            assert 'kg' in refused[0], refused[0]
            assert not re.search(
                'lock|serializ|concurren|Traceback', refused[0], re.I)
            rows = admin('aid.basket', 'read', pair, ['state', 'number'])
            assert sorted(r['state'] for r in rows) == ['done', 'draft']
            assert [
                bool(r['number']) for r in rows
                ] == [r['state'] == 'done' for r in rows]
    books.assert_goods_add_up(postgresql_house, NAME)
    for process in servers:
        assert 'Traceback' not in process.log, process.log[-3000:]


def test_a_double_click_checks_out_once(servers, postgresql_house):
    branch = 'sud'
    with signed_in(servers[0], f'till-{branch}') as till:
        basket, = compose(till, branch, 1, {'canned': 1})
    gate = threading.Barrier(2)

    def click(process):
        with signed_in(process, f'till-{branch}') as till:
            gate.wait(30)
            return checkout(till, basket)

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(click, servers))
    assert len([text for text in told if text]) == 1, told
    moves, = postgresql_house.execute(
        "SELECT COUNT(*) FROM stock_move WHERE origin IN (SELECT"
        " 'aid.basket.line,' || id FROM aid_basket_line"
        f" WHERE basket = {basket})", NAME)
    assert moves == (1,)
    books.assert_goods_add_up(postgresql_house, NAME)


def at_once(servers, branch: str, calls) -> list:
    "What each of two tills answers to its one of *calls*, made at once"
    gate = threading.Barrier(2)

    def work(job):
        process, call = job
        with signed_in(process, f'till-{branch}') as till:
            gate.wait(30)
            return call(till)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, zip(servers, calls)))


def run_wizard(till: Till, name: str, model: str, id_: int, steps) -> tuple:
    "What the last of *steps* (state, values of the form) answers"
    proxy = till.config.get_proxy(name, type='wizard')
    context = {
        **till.config.context, 'active_model': model, 'active_id': id_,
        'active_ids': [id_]}
    session, start, _ = proxy.create(context)
    answer = proxy.execute(session, {}, start, context)
    for state, change in steps:
        values = answer['view']['defaults'] | answer['view'].get('values', {})
        answer = proxy.execute(
            session, {answer['view']['state']: change(values)}, state,
            context)
    return answer


def test_a_queue_a_parcel_and_an_exchange(servers, postgresql_house):
    """Two tills call the next, take the same parcel, exchange the same goods.

    Each of them has its own server; nobody is called twice, no parcel leaves
    twice, no basket is replaced twice.
    """
    branch = 'nord'
    with signed_in(servers[0], 'admin') as admin:
        trust_the_books(admin, branch)
        receive(admin, branch, 'pulses', 9)
        branch_id, = admin.ids('aid.branch', [('code', '=', branch)])
        family, = admin.ids('aid.family', [('code', '=', 'pulses')])
        model, = admin('aid.parcel.model', 'create', [{
                    'name': "Two", 'size': 2, 'lines': [('create', [
                                {'family': family, 'quantity': 2}])]}])
        households = admin.ids(
            'aid.household', [('branch', '=', branch_id)])[:2]
        visits = admin('aid.session.visit', 'create', [
                {'branch': branch_id, 'household': h} for h in households])
        session, = admin.ids('aid.distribution.session', [
                ('branch', '=', branch_id), ('state', '=', 'open')])
        run_wizard(admin, 'aid.parcel.make', 'aid.branch', branch_id, [
                ('make', lambda values: {
                        'branch': branch_id, 'model': model, 'count': 1}),
                # Pulses alone lack much, and it goes on
                ('answer', lambda values: {
                        'branch': branch_id,
                        'groups': [{
                                'food_group': group['food_group'],
                                'kg': group['kg'],
                                'answer': 'go_on',
                                } for group in values['groups']]})])
        parcel, = admin.ids('aid.parcel', [])
        lines = admin('aid.parcel.line', 'search_read', [
                ('parcel', '=', parcel)], 0, None, None,
            ['product', 'lot', 'quantity', 'unit'])

    at_once(servers, branch, [
            lambda till, v=v: till('aid.session.visit', 'arrive', [v])
            for v in visits])
    with signed_in(servers[0], f'till-{branch}') as till:
        pair = till('aid.basket', 'create', [{
                    'session': session, 'branch': branch_id,
                    'lines': [('create', [{
                                    'product': l['product'],
                                    'lot': l['lot'],
                                    'lot_knowledge': 'scanned',
                                    'quantity': l['quantity'],
                                    'unit': l['unit'],
                                    'parcel': parcel,
                                    } for l in lines])],
                    } for _ in range(2)])
    at_once(servers, branch, [
            lambda till, b=b: till('aid.basket', 'take_next', [b])
            for b in pair])
    told = at_once(servers, branch, [
            lambda till, b=b: checkout(till, b) for b in pair])
    assert len([text for text in told if text]) == 1, told

    with signed_in(servers[0], f'till-{branch}') as till:
        rows = till('aid.session.visit', 'read', visits, ['number', 'state'])
        assert sorted(r['number'] for r in rows) == [1, 2]
        assert sorted(r['state'] for r in rows) == ['arrived', 'served']
        rows = till(
            'aid.basket', 'read', pair, ['household', 'state', 'number'])
        assert {r['household'] for r in rows} == set(households)
        old, = [r['id'] for r in rows if r['state'] == 'done']

        def bring_half_back(values):
            return {'lines': [
                    {
                        **{k: v for k, v in line.items() if '.' not in k},
                        'back': line['quantity'] / 2, 'fate': 'shelf'}
                    for line in values['lines']]}
        answer = run_wizard(till, 'aid.basket.exchange', 'aid.basket', old, [
                ('open_', bring_half_back)])
        (_, data), = answer['actions']
        new, = data['res_id']
    told = at_once(servers, branch, [
            lambda till: checkout(till, new) for _ in servers])
    assert len([text for text in told if text]) == 1, told
    states = dict(postgresql_house.execute(
            f"SELECT id, state FROM aid_basket WHERE id IN ({old}, {new})",
            NAME))
    assert states == {old: 'cancelled', new: 'done'}
    books.assert_goods_add_up(postgresql_house, NAME)
    for process in servers:
        assert 'Traceback' not in process.log, process.log[-3000:]


@pytest.mark.parametrize('first', ['till', 'recall'])
def test_a_till_meets_a_recall(postgresql_server, postgresql_house, first):
    """Whoever comes first to the goods wins, and nobody is forgotten.

    Either the basket leaves and its household is on the list of those to
    tell, or the till is told of the recall; never neither, never both.
    """
    branch, cluster, process = 'est', postgresql_house, postgresql_server
    with signed_in(process, 'admin') as admin:
        receive(admin, branch, 'fats', 4)
        lot, = admin.ids('stock.lot', [('family.code', '=', 'fats')])
        recall, = admin('aid.recall', 'create', [{
                    'name': "Huile", 'lots': [('create', [{'lot': lot}])]}])
    with signed_in(process, f'till-{branch}') as till:
        basket, = compose(till, branch, 1, {'fats': 1})

    def sell():
        with signed_in(process, f'till-{branch}') as till:
            return checkout(till, basket)

    def stop():
        with signed_in(process, 'admin') as admin:
            admin('aid.recall', 'open', [recall])

    works = [sell, stop] if first == 'till' else [stop, sell]
    with ThreadPoolExecutor(2) as pool, goods_in_hand(cluster, lot) as free:
        jobs = []
        for work in works:
            jobs.append(pool.submit(work))
            wait_for_waiting(cluster, len(jobs))
        free()
        told = dict(zip(works, [job.result(60) for job in jobs]))[sell]
    households = cluster.execute(
        "SELECT b.id FROM aid_basket b JOIN aid_recall_household h"
        f" ON h.household = b.household WHERE h.recall = {recall}"
        f" AND b.id = {basket} AND h.certainty = 'certain'", NAME)
    if first == 'till':
        assert told is None
        assert households == [(basket,)]
    else:
        assert 'Huile' in told, told
        assert households == []
    books.assert_goods_add_up(cluster, NAME)
    assert 'Traceback' not in process.log, process.log[-3000:]


@contextmanager
def goods_in_hand(cluster, lot: int):
    "Nobody takes of *lot* until what is given is called"
    import psycopg
    with psycopg.connect(cluster.uri + NAME) as connection:
        connection.execute(
            f"SELECT 1 FROM aid_lot_on_hand WHERE lot = {lot} FOR UPDATE")
        yield connection.rollback


def wait_for_waiting(cluster, count: int) -> None:
    "Until *count* connections wait for what another one has"
    deadline = time.monotonic() + 30
    while cluster.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock'") < [(count,)]:
        assert time.monotonic() < deadline, "nobody waits for the goods"
        time.sleep(0.05)


def test_many_checkouts_leave_no_gap(servers, postgresql_house):
    def work(job):
        process, branch, baskets = job
        with signed_in(process, f'till-{branch}') as till:
            return [checkout(till, basket) for basket in baskets]

    jobs = []
    for branch in builder.BRANCHES:
        with signed_in(servers[0], f'till-{branch}') as till:
            baskets = compose(
                till, branch, BASKETS_EACH,
                {'dry_starch': 0.5, 'canned': 0.25})
        # Two tills in each branch, each on another server
        jobs.append((servers[0], branch, baskets[::2]))
        jobs.append((servers[1], branch, baskets[1::2]))
    with ThreadPoolExecutor(len(jobs)) as pool:
        told = [text for texts in pool.map(work, jobs) for text in texts]
    assert len(told) == BASKETS_EACH * len(builder.BRANCHES)
    assert not any(told), [text for text in told if text][:5]

    books.assert_numbers_have_no_gap(
        postgresql_house, NAME, len(builder.BRANCHES))
    books.assert_goods_add_up(postgresql_house, NAME)
    assert_accounts_catch_up(servers[0], postgresql_house)
    for process in servers:
        for sign in ['SerializationFailure', 'LockNotAvailable', ' 503 ']:
            assert sign not in process.log


def assert_accounts_catch_up(process, cluster) -> None:
    "After the sweep every invoice has its entry, numbered without a gap"
    with signed_in(process, 'admin') as admin:
        cron, = admin.ids('ir.cron', [
                ('method', '=', 'aid.distribution.session|catch_up')])
        admin('ir.cron', 'run_once', [cron])
    books.assert_invoices_are_entered(cluster, NAME)


def test_sqlite_loses_nothing(sqlite_server):
    "Two clients write at once: numbers, and the same record again and again"
    times = 25

    def write(job):
        name, gate = job
        with signed_in(sqlite_server, 'admin') as client:
            gate.wait(30)
            made = []
            for i in range(times):
                made += client('party.party', 'create', [{
                            'name': f'{name} {i}'}])
            return made

    gate = threading.Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        made = [
            id_ for ids in pool.map(
                write, [('one', gate), ('other', gate)]) for id_ in ids]
    assert len(set(made)) == 2 * times
    with signed_in(sqlite_server, 'admin') as client:
        rows = client('party.party', 'read', made, ['code', 'name'])
        assert len({row['code'] for row in rows}) == 2 * times
        assert {row['name'] for row in rows} == {
            f'{name} {i}' for name in ['one', 'other']
            for i in range(times)}


def test_sqlite_sells_the_last_unit_once(sqlite_server):
    branch = 'nord'
    with signed_in(sqlite_server, 'admin') as admin:
        trust_the_books(admin, branch)
        receive(admin, branch, 'fats', 1)
    with signed_in(sqlite_server, f'till-{branch}') as till:
        pair = compose(till, branch, 2, {'fats': 1})
    gate = threading.Barrier(2)

    def sell(basket):
        with signed_in(sqlite_server, f'till-{branch}') as till:
            gate.wait(30)
            return checkout(till, basket)

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(sell, pair))
    assert len([text for text in told if text]) == 1, told


def test_a_shift_has_no_more_people_than_places(servers, postgresql_house):
    "Six people sign up at once for three places, on two servers"
    places, people = 3, 6
    with signed_in(servers[0], 'admin') as admin:
        branch_id, = admin.ids('aid.branch', [('code', '=', 'nord')])
        kind, = admin.ids('aid.mission.kind', [('code', '=', 'distribution')])
        mission, = admin('aid.mission', 'create', [{
                    'branch': branch_id, 'name': "Saturday", 'kind': kind,
                    'headcount': places}])
        tomorrow = dt.date.today() + dt.timedelta(days=1)
        shift, = admin('aid.shift', 'create', [{
                    'mission': mission, 'date': tomorrow,
                    'from_time': dt.time(9), 'to_time': dt.time(12),
                    'headcount': places}])
        volunteers = admin('aid.volunteer', 'create', [{
                    'branch': branch_id, 'first_name': f"Sam {n}",
                    'phone': f'06 39 98 00 {n:02}',
                    'engagements': [('create', [{
                                    'branch': branch_id, 'kind': 'regular',
                                    'valid_from': tomorrow}])],
                    } for n in range(people)])
    gate = threading.Barrier(people)

    def sign_up(job):
        process, volunteer = job
        with signed_in(process, 'branch_officer-nord') as officer:
            gate.wait(60)
            try:
                officer('aid.shift.signup', 'create', [
                        {'shift': shift, 'volunteer': volunteer}])
            except xmlrpc.client.Fault as fault:
                return str(fault.faultString)
        return None

    with ThreadPoolExecutor(people) as pool:
        told = list(pool.map(sign_up, zip(servers * people, volunteers)))
    (taken, coming, waiting), = postgresql_house.execute(
        "SELECT s.taken, count(*) FILTER (WHERE u.state = 'coming'),"
        " count(*) FILTER (WHERE u.state = 'waiting') FROM aid_shift s"
        f" JOIN aid_shift_signup u ON u.shift = s.id WHERE s.id = {shift}"
        " GROUP BY s.taken", NAME)
    entered = [text for text in told if text is None]
    assert taken == coming == places, told
    # Whoever found it full waits, or was told to ask again
    assert len(entered) == coming + waiting, told
    for process in servers:
        assert 'Traceback' not in process.log, process.log[-3000:]
