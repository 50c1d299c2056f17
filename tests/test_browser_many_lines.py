"""Eighteen lines by somebody untrained: on any screen, by thumb or by keys.

Eight labels, six families by weight, two by the piece, one barcode that
nobody knows and one thing put back: beside one code and one number for each
line there are few gestures, and they are counted. So it is when the network
is poor.
"""
from __future__ import annotations

import itertools
from collections import Counter
from typing import NamedTuple

import pytest

from browser import sign_in
from network import network
from server import NAME_OF_DEMO

MOST_GESTURES = 12
PASSWORD = 'maillon-demo'
PHONE, TABLET, LAPTOP = (390, 844), (820, 1180), (1366, 768)
#: What is weighed, in kilograms (not what a piece weighs: the till would say
#: the same twice), and what is counted in pieces
WEIGHED = {
    'fruit_vegetables': 0.75, 'bread': 0.5, 'dry_starch': 0.45,
    'pulses': 0.25, 'canned': 0.35, 'hygiene': 0.2}
COUNTED = {'sweet_salty': 3, 'drinks': 2}
#: What the pack with the barcode that nobody knows is
UNKNOWN = 'fats'


def ask(demo, model: str, method: str, *args):
    "One call over the network, for what is on the shelves and in the books"
    with demo.session('siege', PASSWORD) as config:
        return getattr(config.get_proxy(model), method)(
            *args, config.context)


class Goods(NamedTuple):
    "What is on the table"
    #: labels of crates: eight to scan, and one more to put back
    labels: list[str]
    put_back: str
    #: families by their code: what to type for them, and a piece in kg
    keys: dict[str, str]
    pieces: dict[str, float]


@pytest.fixture(scope='module')
def session(demo) -> dict:
    session, = ask(
        demo, 'aid.distribution.session', 'search_read', [
            ('state', '=', 'open'),
            # The one that the till volunteer of the demo sees
            ('branch', '=', _branch(demo)),
            ], 0, 1, None, ['branch', 'branch.storage'])
    return session


def _branch(demo) -> int:
    with demo.session('caisse', PASSWORD) as config:
        Session = config.get_proxy('aid.distribution.session')
        session, = Session.search_read(
            [('state', '=', 'open')], 0, 1, None, ['branch'], config.context)
    return session['branch']


@pytest.fixture(scope='module')
def goods(demo, session) -> Goods:
    crates = ask(
        demo, 'aid.lot.on_hand', 'search_read', [
            ('location', '=', session['branch.']['storage']),
            # Enough for all the baskets of this file
            ('quantity', '>=', 12),
            ], 0, None, [('quantity', 'DESC')],
        ['product', 'lot.rec_name', 'freshness'])
    labels: dict[int, str] = {}
    for crate in crates:
        if crate['freshness'] != 'past':
            labels.setdefault(
                crate['product'], crate['lot.']['rec_name'].split()[0])
    assert len(labels) >= 9
    *scanned, put_back = list(labels.values())[:9]
    families = ask(
        demo, 'aid.family', 'search_read', [('product', '!=', None)],
        0, None, None, ['code', 'piece_weight'])
    return Goods(
        scanned, put_back,
        {f['code']: f'F{n}' for n, f in enumerate(families, start=1)},
        {f['code']: f['piece_weight'] for f in families})


@pytest.fixture(scope='module')
def households(demo, session):
    "Another household for each basket, of which nothing is to be asked"
    return iter(ask(
            demo, 'aid.household', 'search_read', [
                ('branch', '=', session['branch']),
                ('entitlement_state', '=', 'granted'),
                ('constraints', '=', None),
                ], 0, None, None, ['code']))


#: Barcodes of shops' own, of which no two are alike
packs = itertools.count(1)


def new_barcode() -> str:
    "An EAN-13 that nobody has seen"
    digits = f'3760999{next(packs):05}'
    total = sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(digits))
    return f'{digits}{-total % 10}'


class Keys:
    "Somebody without a mouse; a reader of labels types too"

    def __init__(self, hands):
        self.hands = hands

    def begin(self) -> None:
        self.hands.button('new_basket').and_(
            self.hands.page.locator(':focus')).wait_for()
        self.hands.press('Enter')

    def family(self, code: str, key: str) -> None:
        self.hands.scan(key)

    def pay(self) -> None:
        self.hands.type('CMDCASH')
        self.hands.gestures += 1


class Thumbs:
    "Somebody who touches the screen, and types on the keyboard that it shows"

    def __init__(self, hands):
        self.hands = hands

    def begin(self) -> None:
        self.hands.tap(self.hands.button('new_basket'))
        self.hands.tap(self.hands.page.locator(
                '.tab-pane.active .btn-code-scanner button:visible').first)

    def family(self, code: str, key: str) -> None:
        tile = self.hands.button(code)
        assert self.hands.in_sight(tile), f"one must scroll to {code}"
        with self.hands.answer(f"to a tap on {code}"):
            tile.tap()

    def pay(self) -> None:
        self.hands.tap(self.hands.page.locator(
                '.modal.code-scanner .modal-footer button[type=button]'))
        self.hands.page.locator('.modal.code-scanner').wait_for(
            state='detached')
        self.hands.tap(self.hands.button('checkout'))


WAYS = {'keys': Keys, 'thumbs': Thumbs}


def compose(way, household: str, goods: Goods) -> None:
    "Eighteen lines, of which one is put back"
    hands = way.hands
    hands.gestures = 0
    way.begin()
    hands.wait_for_words()
    hands.scan(household)
    hands.gestures += 1
    weighed, counted = iter(WEIGHED.items()), iter(COUNTED.items())
    for number, label in enumerate(goods.labels):
        hands.scan(label)
        if number == 3:
            hands.scan(goods.put_back)
            hands.scan('-')
            hands.gestures += 1
        if item := next(weighed, None):
            family, weight = item
            way.family(family, goods.keys[family])
            hands.scan(f'{weight}'.replace('.', ','))
        elif item := next(counted, None):
            family, pieces = item
            way.family(family, goods.keys[family])
            hands.scan(f'{pieces}p')
    hands.scan(new_barcode())
    # One key or tap says what it is
    way.family(UNKNOWN, goods.keys[UNKNOWN].removeprefix('F'))
    hands.gestures += 1


def wait_until_done(hands) -> None:
    hands.button('next_basket').wait_for()
    hands.page.wait_for_load_state('networkidle')


def back_to_the_sessions(hands) -> None:
    hands.page.keyboard.press('Escape')
    hands.page.evaluate('Sao.Tab.tabs.close_current()')
    hands.button('new_basket').wait_for()


def handed_over(demo, household: str, goods: Goods) -> dict:
    "The one basket of *household*, after a look at each of its lines"
    basket, = ask(
        demo, 'aid.basket', 'search_read', [
            ('state', '=', 'done'), ('household.code', '=', household),
            ('request_key', '!=', None),
            ], 0, None, None, ['number', 'lines'])
    assert basket['number']
    lines = ask(
        demo, 'aid.basket.line', 'read', basket['lines'], [
            'family.code', 'quantity', 'barcode', 'lot_knowledge',
            'lot.rec_name', 'move.state'])
    scanned = Counter(
        line['lot.']['rec_name'].split()[0] for line in lines
        if line['lot_knowledge'] == 'scanned')
    assert scanned == Counter(goods.labels)
    unknown, = [line for line in lines if line['barcode']]
    assert unknown['family.']['code'] == UNKNOWN
    weights: Counter = Counter()
    for line in lines:
        # Of what runs out on the shelf a part is found, on a line of its own
        if (line['lot_knowledge'] != 'scanned'
                and line['family.']['code'] != UNKNOWN):
            weights[line['family.']['code']] += line['quantity']
    assert weights == pytest.approx({
            **WEIGHED,
            **{code: round(n * goods.pieces[code], 3)
                for code, n in COUNTED.items()}})
    assert {line['move.']['state'] for line in lines} == {'done'}
    return basket


def test_poor_network(demo, households, goods):
    "Late and with losses it takes longer, and no more gestures"
    household = next(households)['code']
    with network(demo.url) as poor, sign_in(
            poor.url, NAME_OF_DEMO, 'caisse', PASSWORD) as hands:
        way = Keys(hands)
        poor.round_trip, poor.loss = .4, .03
        compose(way, household, goods)
        way.pay()
        wait_until_done(hands)
        assert poor.lost, "nothing was lost: this has shown nothing"
    assert hands.gestures <= MOST_GESTURES
    handed_over(demo, household, goods)


def test_cut_at_checkout(demo, households, goods):
    """The answer is lost: it is asked for again, and goods are gone once.

    Meanwhile a balancer says that there is no server.
    """
    household = next(households)['code']
    with network(demo.url) as cut, sign_in(
            cut.url, NAME_OF_DEMO, 'caisse', PASSWORD, PHONE,
            touch=True) as hands:
        way = Thumbs(hands)
        compose(way, household, goods)
        cut.balancer = True
        cut.cut_at('model.aid.basket.checkout', seconds=6)
        way.pay()
        wait_until_done(hands)
        assert cut.lost, "nothing was lost: this has shown nothing"
    assert hands.gestures <= MOST_GESTURES
    basket = handed_over(demo, household, goods)
    gone = ask(
        demo, 'stock.move', 'search_count', [
            ('origin', 'in', [
                    f'aid.basket.line,{line}' for line in basket['lines']])])
    assert gone == len(basket['lines'])


# The last of the file: one browser stays open for all sizes, and there cannot
# be another one beside it
@pytest.fixture(scope='module', params=list(WAYS))
def way(demo, request):
    # Small first: a menu that is open on a laptop covers all of a phone
    with sign_in(
            demo.url, NAME_OF_DEMO, 'caisse', PASSWORD, PHONE,
            touch=request.param == 'thumbs') as hands:
        yield WAYS[request.param](hands)


@pytest.mark.parametrize('size', [PHONE, TABLET, LAPTOP])
def test_eighteen_lines(demo, way, size, households, goods):
    household = next(households)['code']
    hands = way.hands
    hands.page.set_viewport_size({'width': size[0], 'height': size[1]})
    name = f'{type(way).__name__.lower()}-{size[0]}'
    compose(way, household, goods)
    hands.photograph(f'18-lines-{name}')
    way.pay()
    wait_until_done(hands)
    hands.photograph(f'18-lines-{name}-done')
    assert hands.gestures <= MOST_GESTURES
    handed_over(demo, household, goods)
    back_to_the_sessions(hands)
