"""The figures of the benchmark, the bars of the issue, and what is printed.

Whatever was not measured, or failed, is None among the figures.
"""
from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from measuring import met

#: What the issue asks for: no more than so much
BARS = {
    'checkout_statements': 40, 'till_over_sql': 12,
    'till_over_stock': 1 / 25, 'bulk_statements': 15,
    'bulk_cpu_over_stock': 1 / 15, 'receive_statements': 60,
    'lock_errors': 0, 'restarts': 0, 'growth': 1.2, 'picker_ms': 15,
    'picker_statements': 3}
#: ... and no less
LEAST = {'http_over_stock': 6}


def summary(
        sizes: Sequence[dict], turns: dict | None = None,
        stock: dict | None = None, point: dict | None = None) -> dict:
    """The figures of the bars over all sizes, and whether they are met.

    :param sizes: what was measured of ours with so many moves, fewest first
    :param turns: the checkout at the first and at the last size in turns
        with Tryton alone, which resembles the first
    :param stock: Tryton alone, what else it takes
    :param point: its point of sale over HTTP
    """
    figures = {
        'checkout_statements': _worst(sizes, 'checkout', 'statements'),
        'till_over_sql': _worst(
            sizes, 'checkout', 'ms',
            over=lambda size: _get(size, 'checkout', 'sql_ms')),
        'till_over_stock': _ratio(
            _get(turns, 'first', 'ms'), _get(turns, 'stock', 'ms')),
        'bulk_statements': _worst(sizes, 'bulk', 'statements'),
        'bulk_cpu_over_stock': _ratio(
            _of(sizes, 0, 'bulk', 'cpu_ms'), _get(stock, 'bulk_cpu_ms')),
        'receive_statements': _worst(sizes, 'receive', 'statements'),
        'http_over_stock': _ratio(
            _of(sizes, 0, 'http', 'baskets_per_s'),
            _get(point, 'typed', 'baskets_per_s')),
        'lock_errors': _worst(sizes, 'http', 'lock_errors'),
        'restarts': _worst(sizes, 'http', 'restarts'),
        'growth': _ratio(
            _get(turns, 'last', 'ms'), _get(turns, 'first', 'ms')),
        'picker_ms': _of(sizes, -1, 'pick', 'ms'),
        'picker_statements': _worst(sizes, 'pick', 'statements'),
        }
    beside = {
        'slowest_gesture_ms': max((
                row['ms'] for row in (
                    _of(sizes, -1, 'gestures') or {}).values()),
            default=None),
        'growth_cpu': _ratio(
            _get(turns, 'last', 'cpu_ms'), _get(turns, 'first', 'cpu_ms')),
        'bulk_paid_statements': _worst(sizes, 'bulk_paid', 'statements'),
        'stock_ms_many_warehouses': _get(stock, 'many_warehouses_ms'),
        'http_cpu_over_stock': _ratio(
            _get(point, 'typed', 'cpu_ms'), _of(sizes, 0, 'http', 'cpu_ms')),
        'http_over_stock_at_once': _ratio(
            _of(sizes, 0, 'http', 'baskets_per_s'),
            _get(point, 'at_once', 'baskets_per_s')),
        }
    figures, beside = _rounded(figures), _rounded(beside)
    return {
        'benchmark': 'till', **figures, **beside,
        'met': {
            **met(figures, BARS),
            **{name: figures[name] >= bar for name, bar in LEAST.items()
                if figures[name] is not None}},
        'sizes': list(sizes), 'turns': turns, 'stock': stock,
        'point': point,
        }


def _get(found: dict | None, *names: str) -> float | None:
    for name in names:
        found = (found or {}).get(name)
    return found


def _of(sizes: Sequence[dict], place: int, *names: str) -> float | None:
    return _get(sizes[place], *names) if sizes else None


def _ratio(one: float | None, other: float | None) -> float | None:
    return one / other if one is not None and other else None


def _worst(
        sizes: Sequence[dict], *names: str,
        over: Callable[[dict], float | None] = lambda size: 1
        ) -> float | None:
    "The highest at any size"
    values = [_ratio(_get(size, *names), over(size)) for size in sizes]
    return max(
        (value for value in values if value is not None), default=None)


def _rounded(figures: dict) -> dict:
    return {
        name: value if value is None else round(value, 3)
        for name, value in figures.items()}


# What is printed, as it comes

def show_ours(size: dict, said: bool = False) -> None:
    "What was measured of ours on one database"
    print(f"\n{size['moves']:,} moves")
    print(f"{'':28}{'statements':>11}{'ms':>9}{'CPU ms':>9}")
    for label, name in [
            ('checkout of 10 lines', 'checkout'),
            ('receiving 100 lots', 'receive'), ('lot picker', 'pick')]:
        if row := size.get(name):
            _row(label, row['statements'], row['ms'], row.get('cpu_ms'))
            _say(row, said)
    for label, row in (size.get('gestures') or {}).items():
        _row(label, row['statements'], row['ms'], None)
    if row := size.get('checkout'):
        _row('the same rows by SQL', None, row['sql_ms'], None)
    for label, name in [
            ('50 at once, a basket', 'bulk'),
            ('... paid in cash', 'bulk_paid')]:
        if row := size.get(name):
            _row(label, row['statements'], None, row['cpu_ms'])
            print(f"{'  of which at the till':28}{row['at_till']:11.1f}")
            _say(row, said)
    if row := size.get('http'):
        show_http('4 tills over HTTP', row)


def show_http(label: str, row: dict) -> None:
    "What tills got done over HTTP"
    print(
        f"{label}: {row['baskets_per_s']:.2f} baskets/s, median "
        f"{row['ms']:.0f} ms, 95 % {row['p95_ms']:.0f} ms, "
        f"{row['calls']:.1f} calls and {row['cpu_ms']:.0f} ms of CPU each; "
        f"{row['lock_errors']} lock errors, {row['restarts']} restarts in "
        f"{row['baskets']} baskets", flush=True)
    slowest = sorted(
        row['calls_ms'].items(), key=lambda item: -item[1])[:6]
    print("  slowest calls (ms): " + ', '.join(
            f"{method.removeprefix('model.')} {ms:.0f}"
            for method, ms in slowest), flush=True)


def show_turns(turns: dict) -> None:
    "The same checkouts in turns with Tryton alone"
    print(f"\n{'in turns':28}{'ms':>20}{'CPU ms':>9}")
    for name, label in [
            ('first', 'checkout, fewest moves'),
            ('last', 'checkout, most moves'), ('stock', 'Tryton alone')]:
        if row := turns.get(name):
            _row(label, None, row['ms'], row['cpu_ms'])


def show_stock(stock: dict) -> None:
    "What else Tryton alone takes for the same basket"
    print(
        f"\nTryton alone: {stock['statements']} statements; "
        f"{stock['many_warehouses_ms']:.0f} ms with 2,000 warehouses; "
        f"in bulk {stock['bulk_cpu_ms']:.0f} ms of CPU", flush=True)


def show_bars(figures: dict) -> None:
    "Each bar with what was measured"
    print(f"\n{'':24}{'measured':>10}{'bar':>10}")
    for name, bar in {**BARS, **LEAST}.items():
        value = figures[name]
        sign = '>=' if name in LEAST else '<='
        print(
            f"{name:24}{'-' if value is None else f'{value:g}':>10}"
            f"{sign:>4}{bar:6.3g}"
            f"{'' if figures['met'].get(name, True) else '   not met'}")
    print(flush=True)


def show_last(figures: dict) -> None:
    "All of it as one JSON object: the last line"
    print(json.dumps(figures), flush=True)


def _row(label: str, statements, ms, cpu_ms) -> None:
    print(f"{label:28}" + ''.join(
            f"{'' if value is None else f'{value:.1f}':>{width}}"
            for value, width in [
                (statements, 11), (ms, 9), (cpu_ms, 9)]), flush=True)


def _say(row: dict, said: bool) -> None:
    "Print the statements if asked to; they are not among the figures"
    for statement in row.pop('said', []):
        if said:
            print('   ', statement[:200])
