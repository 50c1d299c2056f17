"""The benchmark of a till counts right, and its client asks what it should.

What it measures needs a PostgreSQL and minutes; this needs neither.
"""
from __future__ import annotations

import pathlib
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).parent / 'benchmark'))

import measuring  # noqa: E402
from tills import clients, table  # noqa: E402
from tills.web_client import Form, Record, Refused  # noqa: E402

HTTP = {'baskets_per_s': 12., 'cpu_ms': 50, 'lock_errors': 0, 'restarts': 0}
FIRST = {
    'moves': 100_000,
    'checkout': {
        'statements': 40, 'ms': 40., 'cpu_ms': 20., 'sql_ms': 4.},
    'bulk': {'statements': 9., 'cpu_ms': 50.},
    'bulk_paid': {'statements': 80., 'cpu_ms': 90.},
    'receive': {'statements': 48, 'ms': 100.},
    'pick': {'statements': 3, 'ms': 9.}, 'http': HTTP}
#: Where the picker failed, and something was begun again
LAST = {
    **FIRST, 'moves': 10_000_000,
    'checkout': {
        'statements': 41, 'ms': 55., 'cpu_ms': 22., 'sql_ms': 5.},
    'pick': None, 'http': {**HTTP, 'restarts': 2}}
TURNS = {
    'first': {'ms': 50., 'cpu_ms': 20.}, 'last': {'ms': 55., 'cpu_ms': 22.},
    'stock': {'ms': 2500., 'cpu_ms': 2400.}}
STOCK = {
    'statements': 1121, 'bulk_cpu_ms': 1000.,
    'many_warehouses_ms': 4000.}
POINT = {
    'typed': {'baskets_per_s': 1., 'cpu_ms': 1500},
    'at_once': {'baskets_per_s': 3., 'cpu_ms': 600}}


def test_figures_of_all_sizes():
    "The worst of each, and ratios to Tryton alone at the size it has"
    figures = table.summary(
        [FIRST, LAST], TURNS, STOCK, POINT)
    assert {name: figures[name] for name in [
            'checkout_statements', 'till_over_sql', 'till_over_stock',
            'bulk_cpu_over_stock', 'http_over_stock', 'restarts', 'growth',
            'growth_cpu', 'picker_ms', 'picker_statements',
            'http_over_stock_at_once', 'stock_ms_many_warehouses']} == {
        'checkout_statements': 41, 'till_over_sql': 11, 'till_over_stock': .02,
        'bulk_cpu_over_stock': .05, 'http_over_stock': 12, 'restarts': 2,
        'growth': 1.1, 'growth_cpu': 1.1, 'picker_ms': None,
        'picker_statements': 3, 'http_over_stock_at_once': 4,
        'stock_ms_many_warehouses': 4000}
    missed = {name for name, is_met in figures['met'].items() if not is_met}
    assert missed == {'checkout_statements', 'restarts'}


def test_every_bar_has_a_figure_even_if_nothing_was_measured():
    figures = table.summary([])
    assert {*table.BARS, *table.LEAST} <= figures.keys()
    assert figures['met'] == {}


def test_what_is_printed(capsys):
    figures = table.summary([FIRST], None, STOCK, POINT)
    table.show_bars(figures)
    table.show_last(figures)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith('{"benchmark": "till"')
    assert 'growth' in '\n'.join(lines)
    assert not any('not met' in line for line in lines)


def test_percentile():
    assert measuring.p95(range(100)) == 95
    assert measuring.p95([7]) == 7


def test_works_take_turns_and_only_they_are_timed():
    "What makes them ready is not, and the first round is left out"
    done = []
    clock = iter(range(100))

    def work(name):
        done.append(f'ready {name}')
        return lambda: done.append(name)
    one, other = measuring.in_turns(
        lambda: work('a'), lambda: work('b'), rounds=2,
        cpu=lambda: next(clock))
    assert done == ['ready a', 'a', 'ready b', 'b'] * 3
    assert len(one.times) == len(other.times) == 2
    assert one.cpu_ms == other.cpu_ms == 1
    unknown, = measuring.in_turns(lambda: work('c'), rounds=1)
    assert unknown.cpu_ms is None and unknown.ms == unknown.times[0]


def test_baskets_that_were_given_up_do_not_count():
    answers = iter([None, Refused("locked"), None])

    def sell():
        answer = next(answers, StopIteration())
        if answer:
            raise answer
    with pytest.raises(StopIteration):
        clients._until(sell, 9)

    class Seller:
        def sell(self):
            raise Refused("locked")
    done = clients._until(Seller().sell, 0.01)
    assert not done.times
    assert set(done.given_up) == {"locked"}


# The client

class Server:
    "Answers what it is told to, and remembers what it was asked"

    def __init__(self, **answers):
        self.answers = answers
        self.asked: list[tuple] = []

    def model(self, name: str, method: str, *params, **context):
        self.asked.append((f'{name}.{method}', *params))
        return self.answers.get(method, {})


LINES = {
    'type': 'one2many', 'relation': 'line', 'relation_field': 'sale',
    'on_change_with': [], 'views': {'tree': {'fields': {
                'product': {'type': 'many2one', 'on_change': [
                        'product', '_parent_sale.point']},
                'price': {'type': 'numeric', 'readonly': True},
                'quantity': {'type': 'float'},
                'amount': {'type': 'numeric', 'on_change_with': [
                        'price', 'quantity']},
                }}}}
FIELDS = {
    'point': {'type': 'many2one'},
    'lines': LINES,
    'total': {'type': 'numeric', 'readonly': True, 'on_change_with': [
            'lines']},
    }


def test_typing_a_line_asks_what_follows_and_saves_it():
    server = Server(
        default_get={}, on_change_product={'price': 2},
        on_change_with_amount={'amount': 6}, on_change_with_total={
            'total': 6}, create=[5])
    sale = Record.new(Form(server, 'sale', FIELDS))
    sale.type('point', 3)
    line = sale.add('lines')
    line.type('product', 7)
    line.type('quantity', 3)
    sale.save()
    assert sale.id == 5
    assert [asked[0] for asked in server.asked] == [
        'sale.default_get',
        'line.default_get', 'sale.on_change_with_total',
        'line.on_change_product', 'sale.on_change_with_total',
        'line.on_change_with_amount', 'sale.on_change_with_total',
        'sale.create']
    product = server.asked[3][1]
    assert product['_parent_sale.point'] == 3
    # What nobody may change is not sent, what follows is
    assert server.asked[-1][1] == [{
            'point': 3,
            'lines': [['create', [
                        {'product': 7, 'quantity': 3, 'amount': 6}]]]}]


def test_what_a_scan_adds_is_written_once():
    server = Server(
        on_scan_code={'lines': {'add': [
                    (0, {'id': 8, 'product': 7, 'quantity': 1})]}},
        write=None)
    form = Form(server, 'sale', FIELDS)
    form.scan_depends = ['lines']
    sale = Record(form)
    sale.id = 5
    sale.scan('L1')
    sale.scan('L1')
    sale.save()
    sale.save()
    # The second scan tells of the line that the first one had added
    assert server.asked[1][1]['lines'] == [
        {'id': 8, 'product': 7, 'quantity': 1}]
    assert [asked[1:] for asked in server.asked[2:]] == [([5], {
                'lines': [
                    ['add', [8]],
                    ['write', [8], {'product': 7, 'quantity': 1}]]})]
