"""Six weeks in the life of the demo's network, day by day.

Everything goes through the documents that people use: donations are received,
sessions are opened, baskets composed, checked out and paid, sessions closed.
Chance is seeded, so that each demo tells the same story up to today's date.
"""
import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.resources import files
from itertools import cycle
from pathlib import Path
from typing import Any

from trytond.pool import Pool

from aid_basket.checkout import checkout
from aid_branch.slices import slices

from .. import imports
from ..imports import households as household_import
from . import courses, mess, names, notices, recall, training, volunteers

__all__ = ['Size', 'SIZES', 'CHAPTERS', 'chapters',
    'catching_up']

SEED = 8_000
WEEKS = 6
#: Donations that come on the last day, to the grocery that is open
ARRIVALS_TODAY = 5
GROCERIES = ['E1', 'E2', 'E3', 'E4']
#: Where a donor of each city delivers
DELIVERIES = {
    "Saint-Aubin-la-Brume": ['E1', 'E1', 'W1'],
    "Brumeville": ['E2', 'E2', 'W1'],
    "Hautecombe-les-Prés": ['E3'],
    "Roche-Belle": ['E3', 'U4'],
    "Anse-Claire": ['E4'],
    "Port-Clair": ['W2', 'E4', 'U6'],
    "Les Saules": ['E1', 'E2', 'E3', 'W1'],
    "Valmaillon": ['E1', 'E2', 'E3', 'E4'],
    }
#: Where the warehouses send goods that keep, each Monday
ROUNDS = {
    'W1': ['E1', 'E2', 'E3', 'U1', 'U2', 'U3'],
    'W2': ['E4', 'U5'],
    }
#: What a round brings to one place
LOTS_A_ROUND = 2
#: What donors of a kind give: families, the first ones more often
GIVES = {
    'all': ['fruit_vegetables', 'dairy', 'canned', 'dry_starch', 'bread',
        'meat_fish_eggs', 'sweet_salty', 'drinks', 'pulses', 'fats',
        'hygiene', 'baby_food', 'frozen'],
    'fresh': ['fruit_vegetables', 'dairy', 'bread', 'meat_fish_eggs',
        'sweet_salty'],
    'frozen': ['frozen'],
    'bread': ['bread'],
    'dairy': ['dairy'],
    'canned': ['canned', 'pulses'],
    'dry': ['dry_starch', 'pulses', 'canned', 'fats'],
    'sweet': ['sweet_salty'],
    'fats': ['fats'],
    'drinks': ['drinks'],
    'hygiene': ['hygiene'],
    'baby': ['baby_food', 'hygiene'],
    'farm': ['fruit_vegetables', 'dry_starch'],
    'eggs': ['meat_fish_eggs'],
    'fish': ['meat_fish_eggs'],
    }
#: Sources that ask for the goods in detail
DETAILED = {'fse', 'national_credit', 'purchase'}
#: More than is ever asked for a basket: what is beyond is not taken
ENOUGH = Decimal(1000)
#: Days that goods of a family keep after they came: from, to
KEEPS = {
    'use_by': (2, 12),
    'best_before': (20, 400),
    'bread': (2, 5),
    }


@dataclass(frozen=True)
class Size:
    "How much of everything"
    donations: int
    households: int
    baskets: int


SIZES = {
    'small': Size(donations=80, households=80, baskets=200),
    'medium': Size(donations=480, households=320, baskets=2000),
    }


@dataclass
class Story:
    "What the chapters have in common"
    size: Size
    today: dt.date
    chance: random.Random = field(
        default_factory=lambda: random.Random(SEED))
    donors: list[tuple[int, str, str, str]] = field(default_factory=list)
    #: Donations not yet received: day → values
    deliveries: dict[dt.date, list[dict]] = field(
        default_factory=lambda: defaultdict(list))
    #: Baskets to hand over: day → grocery → how many
    visits: dict[dt.date, dict[str, int]] = field(default_factory=dict)
    #: Ids of the code cards of the first grocery
    cards: list[int] = field(default_factory=list)


#: How many chapters there are: 8 to begin with, 30 working days, 6 to end
CHAPTERS = 8 + WEEKS * 5 + 6

Chapter = tuple[str, Callable[[], Any]]


def chapters(size: Size, today: dt.date) -> Iterator[Chapter]:
    """The parts of the story in their order, each to be run in a transaction.

    The first are the network and its people, then there is one for each day
    on which something happens, the last one is *today*.
    """
    story = Story(size, today)
    yield "branches", lambda: _import('branches')
    yield "products", lambda: _import('products')
    yield "rules", lambda: _rules(story)
    yield "donors", lambda: _donors(story)
    yield "households", lambda: _households(story)
    yield "habits", lambda: _habits(story)
    yield "volunteers", lambda: _volunteers(story)
    yield "calendar", lambda: _calendar(story)
    for day in _days(story):
        yield f"{day:%d/%m}", lambda day=day: _day(story, day)
    yield "today", lambda: _today(story)
    yield "courses", lambda: _courses(story)
    yield "notices of recall", lambda: notices.notices(story.today)
    yield from catching_up()


def _import(kind: str) -> None:
    path = Path(str(files(__package__) / f'{kind}.csv'))
    outcome = imports.import_file(kind, path)
    if outcome.faults:
        raise ValueError(f"{path}: {outcome.faults}")


def _rules(story: Story) -> None:
    "What the network asks, and a grocery that asks otherwise"
    pool = Pool()
    Rule = pool.get('aid.contribution.rule')
    since = dt.date(story.today.year - 1, 1, 1)
    branches = _by_code('aid.branch')
    Rule.create([{
                'mode': 'per_kg',
                'rate': Decimal('0.10'),
                'rounding': Decimal('0.05'),
                'carry_limit': Decimal('15'),
                'beyond_limit': 'refer',
                'valid_from': since,
                'source': "Exemple : un dixième du prix constaté",
                }, {
                'branch': branches['E3'].id,
                'mode': 'flat_person',
                'amount': Decimal('0.50'),
                'rounding': Decimal('0.05'),
                'beyond_limit': 'waive',
                'valid_from': since,
                'source': "Exemple : décision de l'épicerie",
                }])


def _volunteers(story: Story) -> None:
    branches = _by_code('aid.branch')
    groceries = [branches[code] for code in GROCERIES]
    volunteers.volunteers(groceries, story.today)
    training.certificates(groceries, story.today)
    volunteers.shifts(groceries, story.today)
    training.first_aid_post(groceries[0], story.today)


def _courses(story: Story) -> None:
    # After all baskets: what it invoices today, numbers go up with time
    courses.courses(_by_code('aid.branch')[GROCERIES[0]], story.today)


def _by_code(model: str) -> dict[str, Any]:
    return {record.code: record for record in Pool().get(model).search([])}


def _donors(story: Story) -> None:
    pool = Pool()
    Party = pool.get('party.party')
    Country = pool.get('country.country')
    france, = Country.search([('code', '=', 'FR')])
    parties = Party.create([{
                'name': name,
                'donor': True,
                'addresses': [('create', [{
                                'city': city, 'country': france.id}])],
                } for name, city, _, _ in names.DONORS])
    story.donors = [
        (party.id, city, source, gives)
        for party, (_, city, source, gives) in zip(parties, names.DONORS)]


# The households

def _households(story: Story) -> None:
    "People of every kind, with what they are entitled to"
    rows = [
        _household(story, n) for n in range(1, story.size.households + 1)]
    outcome = household_import.store(rows)
    if outcome.faults:
        raise ValueError(outcome.faults)


def _household(story: Story, number: int) -> dict[str, Any]:
    "A row as the import of households reads it"
    chance = story.chance
    grocery = GROCERIES[number % len(GROCERIES)]
    births = [chance.randint(1945, 2003)]
    if chance.random() < .45:
        births.append(births[0] + chance.randint(-6, 6))
    if births[0] > 1970:
        oldest = max(births[0] + 20, story.today.year - 17)
        births += [
            chance.randint(min(oldest, story.today.year - 1),
                story.today.year - 1)
            for _ in range(chance.choice([0, 0, 1, 1, 2, 2, 3, 4]))]
    births = [min(birth, story.today.year - 1) for birth in births]
    city = {
        'E1': ("99110", "Saint-Aubin-la-Brume"), 'E2': ("99100", "Brumeville"),
        'E3': ("99210", "Hautecombe-les-Prés"), 'E4': ("98110", "Anse-Claire"),
        }[grocery]
    constraints = (
        [chance.choice([
                    'no_pork', 'gluten', 'milk', 'vegetarian', 'no_oven'])]
        if chance.random() < .25 else [])
    if number == mess.NO_PEANUTS:
        constraints = ['peanuts']
    return {
        'line': number + 1,
        'code': f'D{number:05d}',
        'branch': grocery,
        'first_name': chance.choice(names.FIRST_NAMES),
        'last_name': chance.choice(names.LAST_NAMES),
        'births': births,
        'street': f'{chance.randint(1, 80)} {chance.choice(names.STREETS)}',
        'postal_code': city[0],
        'city': city[1],
        'phone': f'06 39 98 {number // 100:02d} {number % 100:02d}',
        'email': None,
        'constraints': constraints,
        'consent_date': story.today - dt.timedelta(weeks=WEEKS + 1),
        'terms': (
            None if number in mess.WITHOUT_ENTITLEMENT
            else _terms(story, number, len(births))),
        }


def _terms(story: Story, number: int, persons: int) -> dict[str, Any]:
    chance = story.chance
    start = story.today - dt.timedelta(
        weeks=WEEKS, days=chance.randint(1, 40))
    # One in ten is to be renewed within the month.
    lasts = (
        story.today + dt.timedelta(days=chance.randint(2, 27))
        if number % 10 == 0
        else story.today + dt.timedelta(days=chance.randint(40, 120)))
    terms: dict[str, Any] = {
        'valid_from': start,
        'valid_until': lasts,
        'contribution': 'standard',
        'cap_kind': 'none',
        }
    kind = number % 8
    if kind == 0:
        terms['contribution'] = 'free'
    elif kind == 1:
        terms |= {
            'contribution': 'rate', 'contribution_rate': Decimal('0.5')}
    if kind in {2, 3, 4}:
        terms |= {
            'cap_kind': 'kg', 'cap_quantity': Decimal(12 + 6 * persons),
            'cap_period': 'week', 'tolerance': Decimal('0.1')}
    elif kind == 5:
        terms |= {
            'cap_kind': 'passages', 'cap_quantity': Decimal(2),
            'cap_period': 'week'}
    return terms


def _habits(story: Story) -> None:
    "What the first grocery has got used to"
    story.cards = [card.id for card in mess.prepare(
            _by_code('aid.branch')[GROCERIES[0]],
            dt.date(story.today.year - 1, 1, 1))]


# The calendar

def _calendar(story: Story) -> None:
    "Which donations come and which sessions are held on which day"
    story.visits = _sessions(story)
    days = _weekdays(story)
    families = _by_code('aid.family')
    for number in range(story.size.donations):
        donor = story.donors[number % len(story.donors)]
        # The first fortnight fills the shelves.
        day = (
            days[number % 6] if number < story.size.donations // 3
            else story.chance.choice(days))
        if number >= story.size.donations - ARRIVALS_TODAY:
            day = story.today
        story.deliveries[day].append(
            _delivery(story, number, donor, day, families))
    for day in sorted(story.visits):
        if GROCERIES[0] in story.visits[day]:
            _also(story, day, 2, mess.ramasse(day))
    _also(story, days[-1], 1, mess.forgotten_crates(story.today))


def _also(
        story: Story, day: dt.date, donor: int, lines: list[dict[str, Any]]
        ) -> None:
    "The first grocery receives *lines* of a donor, too"
    party, _, source, _ = story.donors[donor]
    story.deliveries[day].append({
            'place': GROCERIES[0],
            'donor': party,
            'source': source,
            'received_on': day,
            'temperature': 3.0,
            'lines': lines,
            })


def _weekdays(story: Story) -> list[dt.date]:
    "Working days of the six weeks before today"
    start = story.today - dt.timedelta(weeks=WEEKS)
    days = [start + dt.timedelta(days=n) for n in range(WEEKS * 7)]
    return [day for day in days if day.weekday() < 5]


def _sessions(story: Story) -> dict[dt.date, dict[str, int]]:
    "A session a week and grocery, each on its weekday, and who comes"
    days = _weekdays(story)
    held = [
        (day, grocery) for day in days
        for weekday, grocery in zip([1, 2, 3, 4], GROCERIES)
        if day.weekday() == weekday and day > days[1]]
    per_session, more = divmod(story.size.baskets - 3, len(held))
    visits: dict[dt.date, dict[str, int]] = defaultdict(dict)
    for n, (day, grocery) in enumerate(held):
        visits[day][grocery] = per_session + (n < more)
    # Enough come to the last one for its figures to be shown
    *before, last = [(day, g) for day, g in held if g == GROCERIES[0]]
    for day, grocery in before:
        visits[day][grocery] -= 1
        visits[last[0]][last[1]] += 1
    return visits


def _delivery(
        story: Story, number: int, donor: tuple[int, str, str, str],
        day: dt.date, families: dict[str, Any]) -> dict[str, Any]:
    "Values of a donation without its branch's id, which `_day` looks up"
    chance = story.chance
    party, city, source, gives = donor
    codes = GIVES[gives]
    rows = chance.randint(5, 8) if number % 3 else chance.randint(4, 6)
    lines = []
    for n in range(rows):
        code = codes[n % len(codes)] if n < len(codes) else chance.choice(
            codes)
        lines.append(_line(
                story, families[code], day,
                detailed=source in DETAILED or chance.random() < .62))
    places = GROCERIES[:1] if day == story.today else DELIVERIES[city]
    return {
        'place': places[(number + number // len(story.donors)) % len(places)],
        'donor': party,
        'source': source,
        'received_on': day,
        'temperature': 3.0,
        'lines': lines,
        }


def _line(
        story: Story, family: Any, day: dt.date, detailed: bool
        ) -> dict[str, Any]:
    "A row of a donation; one in three knows its family and weight only"
    chance = story.chance
    values: dict[str, Any] = {'family': family.id}
    if detailed:
        product = chance.choice(_products(family))
        kilograms = product.weight or 1
        pieces = max(6, round(chance.uniform(8, 22) / kilograms))
        values |= {
            'product': product.id,
            'quantity': float(min(pieces, 60)),
            'unit': product.default_uom.id,
            'net_weight': round(min(pieces, 60) * kilograms, 3),
            'label_lot': f'{chance.randint(1000, 9999)}'
            f'{chance.choice("ABCDEF")}',
            }
    else:
        values['net_weight'] = round(chance.uniform(6, 24), 1)
    kind = 'bread' if family.code == 'bread' else family.date_kind
    if kind in KEEPS:
        expiry = day + dt.timedelta(days=chance.randint(*KEEPS[kind]))
        name = 'use_by' if kind == 'use_by' else 'best_before'
        values |= (
            {name: expiry} if detailed
            else mess.crate(chance, values, name, expiry))
    return values


def _products(family: Any) -> list[Any]:
    Product = Pool().get('product.product')
    return Product.search([
            ('template.family', '=', family.id),
            ('id', '!=', family.product.id if family.product else -1),
            ], order=[('id', 'ASC')])


def _days(story: Story) -> Iterator[dt.date]:
    yield from _weekdays(story)


# A day

def _day(story: Story, day: dt.date) -> None:
    "Donations come in, then the sessions are held, then the bins are emptied"
    Shipment = Pool().get('stock.shipment.internal')
    _receive(story.deliveries.get(day, []))
    if day.weekday() == 0:
        Shipment.accept([
                shipment for warehouse, places in ROUNDS.items()
                for shipment in _send(story, warehouse, places, day)])
    for grocery, count in story.visits.get(day, {}).items():
        _session(story, grocery, day, count)
    mess.throw_away(day)


def _session(story: Story, grocery: str, day: dt.date, count: int) -> None:
    "From opening to closing; the first grocery closes by the book"
    session = _open(grocery, day)
    if grocery != GROCERIES[0]:
        _serve(story, session, count)
        mess.close(session)
        return
    mess.people(session.branch, day)
    ago = sum(grocery in g for d, g in story.visits.items() if d >= day)
    on_paper = 2 if ago == 1 else 0
    _, shelf, others = _serve(story, session, count - on_paper, ago)
    mess.end_of_day(session, shelf, others[:on_paper])


def _receive(deliveries: list[dict[str, Any]]) -> None:
    if not deliveries:
        return
    Donation = Pool().get('aid.donation')
    branches = _by_code('aid.branch')
    sources = _by_code('aid.supply.source')
    Donation.receive(Donation.create([{
                    'branch': branches[d['place']].id,
                    'donor': d['donor'],
                    'supply_source': sources[d['source']].id,
                    'received_on': d['received_on'],
                    'temperature': d['temperature'],
                    'lines': [('create', d['lines'])],
                    } for d in deliveries]))


def _send(
        story: Story, warehouse: str, places: list[str], day: dt.date
        ) -> list[Any]:
    "Some of what keeps leaves a warehouse for where it is handed out"
    pool = Pool()
    OnHand = pool.get('aid.lot.on_hand')
    Shipment = pool.get('stock.shipment.internal')
    Start = pool.get('aid.transfer.start')
    StartLine = pool.get('aid.transfer.start.line')
    branches = _by_code('aid.branch')
    keeps = OnHand.search([
            ('branch', '=', branches[warehouse].id),
            ('location', '=', branches[warehouse].storage.id),
            ('quantity', '>=', 4),
            ['OR',
                ('expiry', '=', None),
                ('expiry', '>', story.today + dt.timedelta(weeks=2))],
            ], order=[('id', 'ASC')])
    story.chance.shuffle(keeps)
    chosen = [
        keeps[n:n + LOTS_A_ROUND]
        for n in range(0, len(keeps), LOTS_A_ROUND)]
    shipments = [Start(
            from_branch=branches[warehouse], to_branch=branches[place],
            lines=[
                StartLine(
                    on_hand=row, unit=row.unit,
                    quantity=float(row.quantity // 2))
                for row in rows]).prepare()
        for place, rows in zip(places, chosen)]
    Shipment.write(shipments, {
            'effective_start_date': day, 'effective_date': day})
    Shipment.send(shipments)
    return Shipment.browse([s.id for s in shipments])


def _open(grocery: str, day: dt.date) -> Any:
    pool = Pool()
    Branch = pool.get('aid.branch')
    Session = pool.get('aid.distribution.session')
    branch, = Branch.search([('code', '=', grocery)])
    session, = Session.create([{
                'branch': branch.id,
                'date': day,
                'till': '1',
                'cash_float': Decimal('50'),
                }])
    return session


def _serve(
        story: Story, session: Any, count: int, ago: int | None = None
        ) -> tuple[list[Any], mess.Shelf, list[Any]]:
    """Compose *count* baskets from what is there, and check them out together.

    :param ago: at the first grocery, so many sessions ago; 0 is today's
    :return: the baskets, what is left, and who did not come, in turn
    """
    pool = Pool()
    Basket = pool.get('aid.basket')
    Card = pool.get('aid.emergency.card')
    shelf = mess.Shelf(session, story.chance)
    households = _who_comes(session, story.chance)
    vlist = []
    for n in range(count):
        household = households[n % len(households)]
        lines = shelf.fill(story.chance, household.size or 1)
        if lines:
            vlist.append({
                    'household': household.id,
                    'lines': [('create', lines)],
                    })
    # Most pay cash; on some days all pay by card, or the last ones later
    pay = story.chance.choice(['cash', 'card', 'later'])
    if ago is not None:
        # A bill waits, of the last time
        pay = 'later' if ago == 1 else 'cash'
        vlist[:0] = mess.without_papers(
            Card.browse(story.cards), ago, shelf, story.chance)
    baskets = Basket.create([{
                **values,
                'session': session.id,
                'served_by': person.id if person else None,
                } for values, person in zip(vlist, _who_serves(session))])
    # There is nobody to answer what the button would ask.
    if pay == 'later':
        last = max(1, len(baskets) // 3)
        pay = {basket.id: ENOUGH for basket in baskets[:-last]}
    checkout(baskets, pay)
    return Basket.browse([b.id for b in baskets]), shelf, households[count:]


def _who_comes(session: Any, chance: random.Random) -> list[Any]:
    "Households of the grocery, in turn"
    Household = Pool().get('aid.household')
    there = Household.search(
        [('branch', '=', session.branch.id)], order=[('id', 'ASC')])
    chance.shuffle(there)
    return there


def _who_serves(session: Any) -> Iterator[Any]:
    "The people of the day in turn, for ever"
    return cycle(session.people_today or [None])


def _today(story: Story) -> None:
    "One grocery is open; the first three have been served"
    Visit = Pool().get('aid.session.visit')
    _receive(story.deliveries[story.today])
    _announce(story)
    _send(story, 'W1', GROCERIES[:1], story.today)
    session = _open(GROCERIES[0], story.today)
    mess.people(session.branch, story.today)
    Visit.expect(session.branch, story.today)
    served, _, others = _serve(story, session, 3, ago=0)
    mess.today(session, served, _who_waits(session, others))
    recall.open_one(session.branch, story.today)


def _who_waits(session: Any, households: list[Any]) -> list[Any]:
    "Those who stand in the queue; who takes no peanuts is among the first"
    entitled = [
        h for h in households if h.entitlement_at(session.date)]
    plain = [h for h in entitled if not h.constraints]
    special = [
        h for h in entitled
        if 'peanuts' in {c.kind.code for c in h.constraints}]
    return [*plain[:1], *special, *plain[1:5]]


def _announce(story: Story) -> None:
    "What is expected tomorrow, so that there is a donation to receive"
    Donation = Pool().get('aid.donation')
    branches = _by_code('aid.branch')
    sources = _by_code('aid.supply.source')
    Donation.create([{
                'branch': branches[place].id,
                'donor': story.donors[n][0],
                'supply_source': sources[story.donors[n][2]].id,
                'expected_on': story.today + dt.timedelta(days=1),
                } for n, place in [(1, 'W1'), (2, 'E1')]])


def catching_up() -> Iterator[Chapter]:
    """Post every invoice and book every payment, in batches.

    While the story is told nobody does: one by one it takes twice as long.
    Each is to be run where nobody else is there, see `own_transaction`.
    """
    yield "entries", _post_all
    yield "payments", _book_all
    yield "accounts", _settle_all


def _post_all() -> None:
    _hold_entries()
    Pool().get('account.invoice').post_waiting()


def _book_all() -> None:
    _hold_entries()
    Pool().get('aid.distribution.session').catch_up()


def _hold_entries() -> None:
    "Or the numbers of the entries would be asked for when all are made"
    pool = Pool()
    Period = pool.get('account.period')
    pool.get('aid.branch.sequence').hold_strict(
        [p.move_sequence_used for p in Period.search([])])


def _settle_all() -> None:
    "Those whose entry is reconciled are paid"
    pool = Pool()
    Invoice = pool.get('account.invoice')
    for some in slices(Invoice.search([('state', '=', 'posted')])):
        Invoice.process(some)
    Queue = pool.get('ir.queue')
    Queue.delete(Queue.search([]))
