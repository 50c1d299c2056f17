"""A network that never stops: two hosts, a balancer, and what goes wrong.

Sixteen tills of eight branches, one house for all: first on an ordinary day,
then while hosts die and PostgreSQL starts again under them.
"""
from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import books
import hosts
import house as builder
import restarts
import rush
from conftest import missing
from rush import BRANCHES, LAST
from web import Page

NAME = 'rush'
EACH = 2
CRASH_CHECKOUTS, KILLS, RESTARTS = 60, 2, 1
RECALLED, RECALL = 'pulses', "Lentilles du Test"
#: Seconds in which one host knows what was changed on the other
SOON = 5
#: Seconds in which a basket has its entry, also under load
LATER = 25
#: How often somebody is sent to another branch and back
MOVES = 15


@pytest.fixture(scope='module')
def ground(postgresql, postgresql_template):
    "A database of its own, and where things are in it"
    postgresql.drop(NAME)
    postgresql.create(NAME, postgresql_template)
    # What is committed is written down, as in earnest: it is to survive
    postgresql.execute(
        f'ALTER DATABASE "{NAME}" SET synchronous_commit = on')
    yield rush.prepare(postgresql, NAME)
    postgresql.drop(NAME)


@pytest.fixture(scope='module')
def site(postgresql, ground, tmp_path_factory):
    "Everything that a large network runs"
    site = hosts.Site(NAME, postgresql.uri, tmp_path_factory.mktemp('site'))
    try:
        site.start()
        yield site
    except hosts.NoBalancer as reason:
        missing(str(reason))
    finally:
        site.stop()


@pytest.fixture(scope='module')
def tills(site, ground):
    "Two tills of each branch, with somebody signed in"
    return rush.open_all(site.url, NAME, ground)


def at(tills, code: str) -> list:
    return [till for till in tills if till.place.code == code]


def fight_for_the_last(tills, gate) -> dict[str, list]:
    "What each of two tills is told that sell the same kilogram at once"
    def sell(till):
        basket = till.compose(LAST)
        gate.wait(60)
        return rush.refusal(lambda: till.checkout(basket)), basket

    with ThreadPoolExecutor(len(tills)) as pool:
        told = list(pool.map(sell, tills))
    return {
        code: [
            answer for till, answer in zip(tills, told)
            if till.place.code == code]
        for code in BRANCHES}


def receive(page, place) -> None:
    "A donation of what the tills of *place* hand over just then"
    donation = page.insist('model.aid.donation.create', [{
                'branch': place.branch, 'supply_source': place.source,
                'donor': place.donor,
                'lines': [('create', [
                            {'family': family, 'net_weight': 5}
                            for family in page.ids('aid.family', [
                                    ('code', 'in', list(rush.ORDINARY))])])],
                }])
    page.insist('model.aid.donation.receive', donation)


def test_an_ordinary_day(site, tills, ground, postgresql):
    """Tills, a warehouse and a recall meet, and nobody notices.

    Goods that two want go to one of them and the other is told so in words.
    """
    before = books.done_baskets(postgresql, NAME)
    held = [lot for p in ground[:2] for lot in p.lots[RECALLED]]
    admin = Page(site.url, NAME, 'admin', builder.PASSWORD)
    recall, = admin('model.aid.recall.create', [{
                'name': RECALL,
                'lots': [('create', [{'lot': lot} for lot in held])]}])
    family_of_two = [at(tills, place.code)[0] for place in ground[:2]]
    begun = threading.Barrier(len(family_of_two) + 1)

    def sell_until_stopped(till):
        baskets = [till.sell({RECALLED: .1})]
        begun.wait(60)
        while True:
            basket = till.compose({RECALLED: .1})
            if told := rush.refusal(lambda: till.checkout(basket)):
                return baskets, told
            baskets.append(basket)

    def stop():
        begun.wait(60)
        admin('model.aid.recall.open', [recall])

    def warehouse():
        place = next(p for p in ground if p.code == 'est')
        page = Page(
            site.url, NAME, f'warehouse-{place.code}', builder.PASSWORD)
        for _ in range(EACH):
            receive(page, place)

    ordinary = [till for till in tills if till not in family_of_two]
    gate = threading.Barrier(len(tills))
    with ThreadPoolExecutor(8) as pool:
        stopped = [
            pool.submit(sell_until_stopped, till) for till in family_of_two]
        beside = [pool.submit(stop), pool.submit(warehouse)]
        told = rush.hand_over(ordinary, EACH * len(ordinary)).baskets
        for job in [*stopped, *beside]:
            job.result(120)
    with_recalled = []
    for baskets, said in [job.result() for job in stopped]:
        with_recalled += baskets
        assert RECALL in said
    for fought in fight_for_the_last(tills, gate).values():
        refused = [said for said, _ in fought if said]
        assert len(refused) == 1, fought
        assert 'kg' in refused[0]
        assert not books.LOCK_ERROR.search(refused[0])
        told += [basket for said, basket in fought if not said]

    told += with_recalled
    books.assert_baskets_happened_once(postgresql, NAME, told, before)
    books.assert_numbers_have_no_gap(postgresql, NAME, len(BRANCHES))
    books.assert_goods_add_up(postgresql, NAME)
    assert set(with_recalled) == {id_ for id_, in postgresql.execute(
            "SELECT b.id FROM aid_basket b JOIN aid_recall_household h"
            f" ON h.household = b.household WHERE h.recall = {recall}"
            f" AND b.id = ANY(ARRAY{with_recalled})"
            " AND h.certainty = 'certain'", NAME)}
    assert not [lost for till in tills for lost in till.page.lost]
    for host in site.hosts:
        # Every lock that was not given would be told here too
        assert not restarts.told_in(host.log)
        assert 'Traceback' not in host.log, host.log[-3000:]


def test_what_changes_on_one_host_the_other_knows(site, ground):
    "Who may see what, and what goods are worth"
    one, other = (
        [Page(host.url, NAME, login, builder.PASSWORD)
            for login in ['admin', 'till-nord2']] for host in site.hosts)
    admin, till = one[0], other[1]
    here, there = ground[BRANCHES.index('nord2')], ground[0]
    assert set(till.ids('aid.household', [])) == set(here.households)
    user, = admin.ids('res.user', [('login', '=', 'till-nord2')])

    def move(place) -> None:
        admin('model.res.user.write', [user], {
                'branches': [
                    ('remove', [here.branch, there.branch]),
                    ('add', [place.branch])],
                'branch': place.branch})

    # Often: what is told in quick succession must not wait
    for place in [there, here] * MOVES:
        move(place)
        deadline = time.monotonic() + SOON
        while set(till.ids('aid.household', [])) != set(place.households):
            assert time.monotonic() < deadline, "it is not known"
            time.sleep(0.1)


def test_the_last_entry_follows_by_itself(site, tills, postgresql):
    "When nobody comes after it to wake the worker"
    basket = tills[0].sell()
    without_entry = (
        "SELECT i.id FROM aid_basket b JOIN account_invoice i"
        f" ON i.id = b.invoice WHERE b.id = {basket} AND i.move IS NULL")
    assert postgresql.execute(without_entry, NAME)
    deadline = time.monotonic() + LATER
    while postgresql.execute(without_entry, NAME):
        assert time.monotonic() < deadline, "the worker sleeps"
        time.sleep(0.2)


def test_hosts_die_and_postgresql_starts_again(
        site, tills, ground, postgresql):
    "Whatever a till was told is there, once; and everything goes on"
    before = books.done_baskets(postgresql, NAME)
    plan = rush.disasters(
        site, postgresql, CRASH_CHECKOUTS, KILLS, RESTARTS)
    told = rush.hand_over(tills, CRASH_CHECKOUTS, plan)
    assert [name for name, _ in told.struck] == [d.name for d in plan]
    assert len(told.baskets) == CRASH_CHECKOUTS
    assert [lost for till in tills for lost in till.page.lost], (
        "nothing was lost: this has shown nothing")
    rush.sweep(site.url, NAME)

    books.assert_baskets_happened_once(
        postgresql, NAME, told.baskets, before)
    books.assert_numbers_have_no_gap(postgresql, NAME, len(BRANCHES))
    books.assert_goods_add_up(postgresql, NAME)
    books.assert_invoices_are_entered(postgresql, NAME)
    for name in ['worker', 'cron', 'balancer']:
        assert site.is_working(name)
    assert_worker_works(site, postgresql)


def assert_worker_works(site, cluster) -> None:
    "It takes the next task, though PostgreSQL was away"
    deadline = time.monotonic() + 30
    while cluster.execute(
            "SELECT id FROM ir_queue WHERE dequeued_at IS NULL", NAME):
        assert time.monotonic() < deadline, "tasks wait for ever"
        time.sleep(0.2)
