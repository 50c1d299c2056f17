"""With hundreds of branches nothing asks the database once per branch.

The same work is done in a network of twenty branches and of five hundred,
and the statements are counted: their number must not follow. What does not
follow up to five hundred does not up to two thousand.
"""
from __future__ import annotations

import pytest

from trytond.pool import Pool
from trytond.transaction import Transaction

import house as builder
from client import Client
from statements import grown, recorded
from test_privacy import menu_actions, open_list

FEW, MANY = 20, 500
#: What a cache that was emptied in between may cost
SLACK = 4
LOGINS = [
    'till-nord', 'warehouse-nord', 'social_worker-nord',
    'branch_officer-nord', 'head_office', 'accountant']


def load_branches(name: str, total: int) -> None:
    "Bring the network to *total* branches, with their places for goods"
    with Transaction().start(name, 0) as transaction:
        pool = Pool()
        Branch = pool.get('aid.branch')
        company, = pool.get('company.company').search([])
        region, = Branch.search([('code', '=', 'region')])
        with transaction.set_context(company=company.id):
            there = Branch.search([], count=True)
            Branch.create([{
                        'name': f"Antenne {number}",
                        'code': f'a{number}',
                        'kind': 'local_unit',
                        'company': company.id,
                        'parent': region.id,
                        } for number in range(there, total)])
        transaction.commit()
        transaction.tasks.clear()


class Work:
    "What people do, each piece with the statements it sends"

    def __init__(self, house):
        self.house = house
        self.counts: dict[str, list[str]] = {}

    def everything(self) -> dict[str, list[str]]:
        for login in LOGINS:
            self.lists(Client(self.house.name, login))
        for name, login, work in [
                ("receive a donation", 'warehouse-nord', self.receive),
                ("a new basket", 'till-nord', self.new_basket),
                ("check a basket out", 'till-nord', self.checkout),
                ("print its paper", 'till-nord', self.paper),
                ("open and close a session", 'branch_officer-nord',
                    self.session),
                ]:
            self.count(name, login, work)
        return self.counts

    def count(self, name: str, login: str, work) -> None:
        "Do *work* twice and count the second time: caches are warm"
        self.house.do(login, work)
        with recorded(self.house.name) as said:
            self.house.do(login, work, begin=said.clear)
        self.counts[name] = said

    def lists(self, client: Client) -> None:
        "Open every list that the menus of *client* lead to"
        for menu, action in list(menu_actions(client)):
            model = Pool(self.house.name).get(action['res_model'])
            if not hasattr(model, 'search_read'):
                continue
            open_list(client, action)
            with recorded(self.house.name) as said:
                open_list(client, action)
            self.counts[f"{client.login}: {menu} {action['id']}"] = said

    def receive(self) -> None:
        pool = Pool()
        Donation = pool.get('aid.donation')
        donor, = pool.get('party.party').search(
            [('donor', '=', True)], limit=1)
        donation = builder.donation(
            self.house.branch('nord'), donor, builder.FAMILIES)
        donation.save()
        Donation.receive([donation])

    def new_basket(self) -> None:
        Basket = Pool().get('aid.basket')
        Basket.default_get(['session', 'branch', 'date', 'state'])

    def checkout(self) -> None:
        pool = Pool()
        session, = pool.get('aid.distribution.session').search([
                ('branch.code', '=', 'nord'), ('state', '=', 'open')])
        basket = builder.basket(
            session, self.house.households('nord')[0],
            {'dry_starch': 1, 'canned': 1, 'bread': 0.5})
        basket.save()
        pool.get('aid.basket').checkout([basket])

    def paper(self) -> None:
        pool = Pool()
        basket, = pool.get('aid.basket').search([
                ('state', '=', 'done'), ('branch.code', '=', 'nord'),
                ], limit=1)
        Paper = pool.get('aid.basket.paper', type='report')
        Paper.execute([basket.id], {'model': 'aid.basket'})

    def session(self) -> None:
        Session = Pool().get('aid.distribution.session')
        branch = self.house.branch('nord')
        session, = Session.create([{
                    'branch': branch.id, 'date': branch.today(),
                    'till': "2"}])
        Session.write([session], {'cash_counted': session.cash_float})
        Session.close([session])


@pytest.fixture(scope='module')
def counted(house) -> tuple[dict, dict]:
    "The statements of everything, in the small and in the large network"
    load_branches(house.name, FEW)
    few = Work(house).everything()
    load_branches(house.name, MANY)
    many = Work(house).everything()
    return few, many


def test_nothing_grows_with_the_branches(counted):
    few, many = counted
    assert few.keys() == many.keys()
    assert len(few) > 20
    problems = [
        f"{name}: {len(few[name])} -> {len(many[name])} statements\n"
        f"{grown(few[name], many[name])}"
        for name in few if len(many[name]) > len(few[name]) + SLACK]
    assert not problems, '\n\n'.join(problems)


def test_nothing_loads_all_locations(counted):
    "No statement carries the ids of hundreds of places or branches"
    few, many = counted
    for name, said in many.items():
        most = max((s.count(',') for s in few[name]), default=0)
        for statement in said:
            assert statement.count(',') < most + MANY / 2, (
                f"{name}: {statement[:300]}")


@pytest.mark.parametrize('work, most', [
        ("check a basket out", 450),
        ("receive a donation", 400),
        ("a new basket", 20),
        ])
def test_budgets(counted, work, most):
    "Loose for now, and with the making of it: the hot path gets its bars"
    _, many = counted
    assert len(many[work]) <= most, grown([], many[work])
