"""The main job in the web client, as a volunteer who has never seen it.

Against the demo, in French: compose a basket of ten lines by scanning, see
the balance, check out, hold the paper; then head office traces it.
"""
from __future__ import annotations

import pytest

from browser import sign_in
from server import NAME_OF_DEMO

LINES = 10
MOST_GESTURES = 12
PASSWORD = 'maillon-demo'
ENGLISH = {
    'Household', 'Basket', 'Baskets', 'Today', 'Till', 'Branch', 'State',
    'Date', 'Goods', 'Quantity', 'Product', 'Family', 'Unit', 'Number',
    'Open', 'Details', 'New Basket', 'Checkout', 'Kilograms', 'To Pay',
    'Market Value', 'Donor', 'Donation', 'Lot', 'Supply Source', 'Session'}


def ask(demo, login: str, model: str, method: str, *args):
    "One call over the network, for what a reader or a person would know"
    with demo.session(login, PASSWORD) as config:
        return getattr(config.get_proxy(model), method)(
            *args, config.context)


@pytest.fixture(scope='module')
def codes(demo) -> list[str]:
    "A household of the till's branch, and the labels of ten crates"
    session, = ask(
        demo, 'caisse', 'aid.distribution.session', 'search_read',
        [('state', '=', 'open')], 0, 1, None, ['branch', 'branch.storage'])
    household, = ask(
        demo, 'caisse', 'aid.household', 'search_read', [
            ('branch', '=', session['branch']),
            ('entitlement_state', '=', 'granted'),
            # Nothing to answer beside the codes
            ('constraints', '=', None),
            ], 0, 1, None, ['code'])
    crates = ask(
        demo, 'caisse', 'aid.lot.on_hand', 'search_read', [
            ('location', '=', session['branch.']['storage']),
            ('quantity', '>=', 2),
            ], 0, None, None, ['product', 'lot.rec_name', 'freshness'])
    labels: dict[int, str] = {}
    for crate in crates:
        if crate['freshness'] != 'past':
            labels.setdefault(
                crate['product'], crate['lot.']['rec_name'].split()[0])
    assert len(labels) >= LINES
    return [household['code'], *list(labels.values())[:LINES]]


@pytest.fixture(scope='module')
def sold(demo, codes):
    "What happened at the till: (gestures, remarks, paper, basket number)"
    with sign_in(demo.url, NAME_OF_DEMO, 'caisse', PASSWORD) as hands:
        hands.photograph('1-session')
        hands.click(hands.button('new_basket'))
        # The scanner opens by itself
        hands.wait_for_words()
        hands.photograph('2-basket')
        for code in codes:
            hands.scan(code)
        hands.photograph('3-composed')
        remarks = {
            'words': hands.page.locator(
                '.tab-pane.active [name=balance_words]').first.input_value(),
            'lines': hands.page.locator(
                '.tab-pane.active .form tbody tr:visible').count(),
            'pictures': hands.page.locator(
                '.tab-pane.active .form img[src^=blob]:visible').count(),
            }
        hands.press('Escape')
        remarks['checkout in sight'] = hands.in_sight(
            hands.button('checkout'))
        with hands.page.expect_download() as download:
            hands.click(hands.button('checkout'))
        paper = download.value.path().read_bytes()
        gestures = hands.gestures
        hands.page.wait_for_load_state('networkidle')
        hands.photograph('4-done')
        remarks['texts'] = [
            text.strip() for text in hands.page.locator(
                'label:visible, th:visible, button:visible, #menu td:visible,'
                ' a[role=tab]:visible').all_inner_texts() if text.strip()]
    basket, = ask(
        demo, 'siege', 'aid.basket', 'search_read', [
            ('state', '=', 'done'), ('household.code', '=', codes[0])],
        0, 1, [('checked_out_at', 'DESC'), ('id', 'DESC')],
        ['number', 'asked', 'document', 'lines'])
    return gestures, remarks, paper, basket


def test_ten_lines_from_session_to_paper(sold):
    gestures, remarks, paper, basket = sold
    assert gestures <= MOST_GESTURES
    assert remarks['lines'] == LINES
    assert len(basket['lines']) >= LINES
    assert paper.startswith(b'%PDF')


def test_paper_says_what_it_is(sold):
    import io

    from pypdf import PdfReader
    _, _, paper, basket = sold
    text = '\n'.join(
        page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)
    assert basket['number'] in text
    title = "Facture" if basket['document'] == 'invoice' else "Bon de remise"
    assert title.lower() in text.lower(), text


def test_balance_is_seen(sold):
    _, remarks, _, _ = sold
    assert remarks['words'].strip()
    assert remarks['pictures'] >= 2


def test_checkout_is_in_sight(sold):
    _, remarks, _, _ = sold
    assert remarks['checkout in sight'], "one must scroll to find it"


def test_screens_are_in_french(sold):
    _, remarks, _, _ = sold
    english = {
        text for text in remarks['texts']
        if text.rstrip(' :').title() in ENGLISH}
    assert not english


def test_quantities_are_those_scanned(demo, sold, codes):
    "No line got what belongs to another: one step of its goods each"
    _, _, _, basket = sold
    lines = ask(
        demo, 'siege', 'aid.basket.line', 'read', basket['lines'],
        ['lot.rec_name', 'lot_knowledge', 'quantity'])
    scanned = {line['lot.']['rec_name'].split()[0] for line in lines}
    assert scanned == set(codes[1:])
    assert {line['lot_knowledge'] for line in lines} == {'scanned'}


def test_head_office_traces_it(demo, sold):
    _, _, _, basket = sold
    lines = ask(
        demo, 'siege', 'aid.basket.line', 'read', basket['lines'],
        ['donor.rec_name', 'donation.rec_name', 'lot.rec_name'])
    with sign_in(demo.url, NAME_OF_DEMO, 'siege', PASSWORD) as hands:
        hands.page.goto(
            f"{demo.url}#{NAME_OF_DEMO}/model/aid.basket/{basket['id']}")
        hands.click(hands.button('trace'))
        crate = lines[0]['lot.']['rec_name']
        hands.page.get_by_text(crate).last.wait_for()
        hands.page.wait_for_load_state('networkidle')
        hands.photograph('5-trace')
        screen = hands.page.locator('#tabcontent > .tab-pane.active')
        seen = screen.inner_text()
        donors = {
            line['donor.']['rec_name'] for line in lines if line['donor.']}
        hidden = {
            donor for donor in donors if not hands.in_sight(
                screen.get_by_text(donor, exact=True).first)}
    assert donors
    assert not hidden, "one must scroll to see who gave"
    for line in lines:
        assert line['lot.']['rec_name'] in seen
        if line['donor.']:
            assert line['donor.']['rec_name'] in seen


@pytest.mark.parametrize('login', [
        'caisse', 'entrepot', 'social', 'responsable', 'siege', 'compta'])
def test_first_screen_of_each_role(demo, login):
    "Everybody finds a menu and, for people to look at, a picture of it"
    with sign_in(demo.url, NAME_OF_DEMO, login, PASSWORD) as hands:
        hands.page.wait_for_timeout(1500)
        hands.photograph(f'role-{login}')
        menus = hands.page.locator('#menu tbody tr').all_inner_texts()
        assert any(text.strip() for text in menus)
        english = {m.strip() for m in menus} & ENGLISH
        assert not english
