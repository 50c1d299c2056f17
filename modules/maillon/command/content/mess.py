"""What is not clean in the demo, as nothing is on a Saturday.

Crates of mixed dates, figures in the books that are wrong, people without a
file, a bill that waits: through the documents that people use for it. The
books agree with the moves all the time; it is reality they miss.
"""
import datetime as dt
import random
from collections import defaultdict
from decimal import Decimal
from typing import Any

from trytond.pool import Pool
from trytond.transaction import Transaction

from aid_basket import exchange
from aid_basket.cash import EURO
from aid_basket.catch_up import Row, enter
from aid_basket.checkout import checkout
from aid_basket.exceptions import ParcelError
from aid_lot.resort import Sorted, resort

__all__ = [
    'WITHOUT_ENTITLEMENT', 'NO_PEANUTS', 'PEOPLE', 'Shelf', 'crate',
    'ramasse', 'forgotten_crates', 'prepare', 'people', 'without_papers',
    'end_of_day', 'close', 'throw_away', 'today']

#: Households that nobody has decided about; two are of the first grocery
WITHOUT_ENTITLEMENT = {7, 20, 33, 46, 60}
#: The household that takes no peanuts, of the first grocery
NO_PEANUTS = 12
#: One figure in the books out of so many is wrong
WRONG_ONE_IN = 10
#: How much is there of what the books say, where they are wrong
WRONG = [.5, .7, 2, 3]
#: One crate by weight out of so many has two dates
MIXED_ONE_IN = 4
#: Who serves: first name, card, in charge
PEOPLE = [
    ("Camille", 'CAMILLE', True), ("Rachid", 'RACHID', False),
    ("Odile", 'ODILE', False)]
#: Which code card comes, counted back from today's session; None: no card
CARDS = 3
CARD_VISITS = {0: [1, None], 1: [0, 1], 2: [1, 2], 3: [1]}
#: A pack whose barcode nobody has entered
UNKNOWN_BARCODE = '9529999000019'
#: Parcels: name, persons, kg by family
PARCELS = [
    ("Colis d'une personne", 1,
        {'dry_starch': .5, 'fruit_vegetables': 1, 'meat_fish_eggs': .5}),
    ("Colis de trois personnes", 3,
        {'dry_starch': 1.5, 'fruit_vegetables': 3, 'pulses': 1,
            'meat_fish_eggs': 1}),
    ]
MOST_PARCELS = 4
#: What nobody keeps until the next day: family, reason, fate
LEFT_OVER = {'bread': ('surplus', 'animals')}


# Goods

def crate(
        chance: random.Random, values: dict[str, Any], kind: str,
        expiry: dt.date) -> dict[str, Any]:
    """What is typed of the dates of a crate by weight.

    :param values: of the row of the donation, with its weight
    :param kind: ``use_by`` or ``best_before``
    """
    if chance.random() * MIXED_ONE_IN >= 1:
        return {kind: expiry}
    first = round(values['net_weight'] / 3, 1)
    rest = round(values['net_weight'] - first, 1)
    later = expiry + dt.timedelta(days=chance.randint(2, 5))
    return {
        'dates': f'{first} @ {expiry:%d/%m/%Y}, {rest} @ {later:%d/%m/%Y}'}


def ramasse(day: dt.date) -> list[dict[str, Any]]:
    "Rows of a donation of *day* by weight; the yoghurts have two dates"
    families = _by_code('aid.family')
    soon, later = (
        (day + dt.timedelta(days=n)).strftime('%d/%m/%Y') for n in (3, 6))
    return [
        *({'family': families[code].id, 'net_weight': kg} for code, kg in [
                ('fruit_vegetables', 42.), ('bread', 14.),
                ('dry_starch', 12.)]),
        {'family': families['dairy'].id, 'net_weight': 12.,
            'dates': f'5 @ {soon}, 7 @ {later}'},
        ]


def forgotten_crates(today: dt.date) -> list[dict[str, Any]]:
    "Rows of a donation of the last days; the earliest date passes *today*"
    families = _by_code('aid.family')
    passed = today - dt.timedelta(days=1)
    return [
        {'family': families['dairy'].id, 'net_weight': 8.4, 'use_by': passed},
        {'family': families['meat_fish_eggs'].id, 'net_weight': 5.2,
            'use_by': passed},
        ]


class Shelf:
    """What really lies on the shelves of a branch while baskets are composed.

    One figure of the books in ten is wrong. `left` goes down as goods are
    taken; where it was more than the books said the till finds the rest, where
    it was less the count of the evening does.
    """

    def __init__(self, session: Any, chance: random.Random):
        OnHand = Pool().get('aid.lot.on_hand')
        self.left: dict[Any, float] = defaultdict(float)
        refused = set()
        for row in OnHand.in_branch(session.branch):
            if row.lot.refusal(session.date):
                refused.add(row.product)
            else:
                self.left[row.product] += row.quantity
        self.books = dict(self.left)
        # What is held may be what is found: the till would refuse it
        certain = sorted(set(self.left) - refused, key=lambda p: p.id)
        for by_weight in [True, False]:
            self._mistake([
                    p for p in certain
                    if (p == p.family.product) == by_weight], chance)
        self.began = dict(self.left)

    def _mistake(self, products: list[Any], chance: random.Random) -> None:
        """Let one of ten figures of *products* be wrong, and one at least.

        It is where little is left that tills come upon it.
        """
        number = max(round(len(products) / WRONG_ONE_IN), 1)
        scarce = sorted(products, key=lambda p: (self.left[p], p.id))
        scarce = scarce[:max(len(scarce) // 2, number)]
        for product in chance.sample(scarce, min(number, len(scarce))):
            self.left[product] = product.default_uom.round(
                self.left[product] * chance.choice(WRONG))

    def difference(self, product: Any) -> float:
        "How much more there is of *product* than the books say by now"
        taken = self.began.get(product, 0) - self.left.get(product, 0)
        books = max(self.books.get(product, 0) - taken, 0)
        return round(self.left.get(product, 0) - books, 3)

    def take(self, product: Any, quantity: float) -> bool:
        "Whether *quantity* of *product* is there, and then it is taken"
        if self.left.get(product, 0) < quantity:
            return False
        self.left[product] = round(self.left[product] - quantity, 3)
        return True

    def fill(
            self, chance: random.Random, persons: int
            ) -> list[dict[str, Any]]:
        "Lines of a basket: what a household of *persons* takes for a week"
        products = sorted(
            (p for p, quantity in self.left.items() if quantity >= 1),
            key=lambda product: product.id)
        chance.shuffle(products)
        lines = []
        families: dict[Any, int] = defaultdict(int)
        for product in products:
            if families[product.family] >= 2:
                continue
            families[product.family] += 1
            weighed = product == product.family.product
            most = min(
                self.left[product], .5 * persons + .5 if weighed
                else max(1, persons // 2))
            quantity = (
                round(most, 1) if weighed else float(int(most)))
            if quantity <= 0 or not self.take(product, quantity):
                continue
            lines.append({
                    'product': product.id,
                    'quantity': quantity,
                    'unit': product.default_uom.id,
                    'rank': len(lines) + 1,
                    })
            if len(lines) >= min(5 + persons, 12):
                break
        return lines


# Before the first day

def prepare(branch: Any, since: dt.date) -> list[Any]:
    """Habits of *branch*: parcels, a crate, labels of a scale, code cards.

    :return: the code cards, not given to anybody yet
    """
    pool = Pool()
    families = _by_code('aid.family')
    pool.get('aid.parcel.model').create([{
                'name': name,
                'size': size,
                'branch': branch.id,
                'lines': [('create', [
                            {'family': families[code].id, 'quantity': kg}
                            for code, kg in goods.items()])],
                } for name, size, goods in PARCELS])
    pool.get('aid.tare').create([{
                'branch': branch.id,
                'name': "Caisse bleue du marché",
                'code': 'BLEUE',
                'weight': 1.4,
                'valid_from': since,
                'source': "Pesée à l'ouverture de l'épicerie",
                }])
    pool.get('aid.label.layout').create([{
                'branch': branch.id,
                'prefix': '21',
                'valid_from': since,
                'source': "Balance du rayon à la coupe",
                }])
    return pool.get('aid.emergency.card').create(
        [{'branch': branch.id}] * CARDS)


def people(branch: Any, day: dt.date) -> list[Any]:
    "Who serves at *branch* on *day*"
    return Pool().get('aid.session.person').create([{
                'branch': branch.id,
                'date': day,
                'name': name,
                'card_code': card,
                'in_charge': in_charge,
                } for name, card, in_charge in PEOPLE])


def without_papers(
        cards: list[Any], ago: int, shelf: Shelf, chance: random.Random
        ) -> list[dict[str, Any]]:
    """Baskets for people without a file, some with a code card.

    :param ago: so many sessions ago, 0 is today's
    """
    baskets = []
    for number in CARD_VISITS.get(ago, []):
        adults, children = 1 + (number == 2), 2 * (number == 1)
        baskets.append({
                'emergency': True,
                'emergency_reason': 'no_file',
                'emergency_card': (
                    None if number is None else cards[number].id),
                'adults': adults,
                'children': children,
                'lines': [('create', shelf.fill(chance, adults + children))],
                })
    return [b for b in baskets if b['lines'][0][1]]


# The end of a day

def end_of_day(session: Any, shelf: Shelf, households: list[Any]) -> None:
    """Enter what was on paper, count the goods and the cash, close the till.

    :param households: served on paper while the power was off
    """
    _from_paper(session, shelf, households)
    _count(session, shelf)
    _close_by_coin(session)


def _from_paper(session: Any, shelf: Shelf, households: list[Any]) -> None:
    weights = [(family, kg) for code, kg in [
            ('fruit_vegetables', 2.), ('bread', 1.), ('dry_starch', 1.)]
        for family in [_by_code('aid.family')[code]]]
    rows = []
    for n, household in enumerate(households):
        goods = [
            (family, kg) for family, kg in weights
            if shelf.take(family.product, kg)]
        if goods:
            rows.append(Row(household, goods, time=dt.time(11, 5 + n)))
    enter(session, rows)


def _count(session: Any, shelf: Shelf) -> None:
    "What is seen is what is there; what does not keep leaves"
    pool = Pool()
    Count = pool.get('aid.session.count')
    Line = pool.get('aid.session.count.line')
    reasons = _by_code('aid.disposal.reason')
    count = Count.of_day(session.branch, session.date)
    lines = list(count.lines)
    for line in lines:
        line.seen = max(
            round(line.expected + shelf.difference(line.product), 3), 0)
        reason, fate = LEFT_OVER.get(line.product.family.code, (None, None))
        if reason and line.product == line.product.family.product:
            line.reason = reasons[reason]
            line.fate = fate
    Line.save(lines)
    Count.book([Count(count.id)])


def _close_by_coin(session: Any, missing: Decimal = Decimal('0.50')) -> None:
    "Somebody gave half a euro too much change, as happens"
    pool = Pool()
    Close = pool.get('aid.session.close', type='wizard')
    Start = pool.get('aid.session.close.start')
    Coin = pool.get('aid.session.coin')
    Session = pool.get('aid.distribution.session')
    session = Session(session.id)
    counted = session.cash_expected - missing
    coins, left = [], counted
    for value in map(Decimal, EURO):
        number, left = divmod(left, value)
        coins.append(Coin(value=value, number=int(number)))
    with Transaction().set_context(
            active_model=session.__name__, active_id=session.id,
            active_ids=[session.id]):
        session_id, _, _ = Close.create()
        wizard = Close(session_id)
        wizard.start = Start(
            expected=session.cash_expected, counted=counted, coins=coins,
            difference=-missing, reason='change')
        wizard.transition_close()
        Close.delete(session_id)


def close(session: Any) -> None:
    "Close the till of *session*: the cash is right"
    Session = Pool().get('aid.distribution.session')
    session = Session(session.id)
    session.cash_counted = session.cash_expected
    session.save()
    Session.close([session])


def throw_away(day: dt.date) -> None:
    "What is past its date leaves, with the reason"
    pool = Pool()
    Disposal = pool.get('aid.disposal')
    OnHand = pool.get('aid.lot.on_hand')
    past = defaultdict(list)
    for row in OnHand.search([
                ('quantity', '>', 0), ('expiry', '<', day),
                ('branch', '!=', None)]):
        if row.lot.refusal(day):
            past[row.branch].append((row.lot, row.location, row.quantity))
    reason = _by_code('aid.disposal.reason')['past_date']
    for branch, goods in past.items():
        Disposal.dispose(branch, goods, reason, on=day)


# Today

def today(session: Any, served: list[Any], waiting: list[Any]) -> None:
    """A morning with everything in it; the till stays open.

    :param served: baskets handed over this morning
    :param waiting: households that stand in the queue, in their order
    """
    _sort_again(session.branch)
    parcels = _make_parcels(session.branch)
    _arrive(session, waiting)
    _parcel_and_unknown_barcode(session, parcels[0], waiting[0])
    Pool().get('aid.parcel').undo(parcels[-1:])
    _exchange(next(b for b in served if b.household))


def _sort_again(branch: Any) -> None:
    "One of the forgotten crates is sorted again, the other one waits"
    OnHand = Pool().get('aid.lot.on_hand')
    day = branch.today()
    crates = [
        row for row in OnHand.in_branch(branch)
        if row.expiry and row.expiry < day and row.family
        and row.family.code == 'dairy'
        and row.product == row.family.product]
    resort([
            Sorted(row, round(row.quantity / 3, 1),
                day + dt.timedelta(days=2)) for row in crates[:1]])


def _make_parcels(branch: Any) -> list[Any]:
    "As many of each model as there are goods for, but not too many"
    pool = Pool()
    Model = pool.get('aid.parcel.model')
    Parcel = pool.get('aid.parcel')
    parcels = []
    for model in Model.search([('branch', '=', branch.id)]):
        for count in range(MOST_PARCELS, 0, -1):
            try:
                parcels += Parcel.make(branch, model, count)
                break
            except ParcelError:
                continue
    return parcels


def _arrive(session: Any, waiting: list[Any]) -> None:
    "Some have arrived, the last one for advice only, one is not coming"
    Visit = Pool().get('aid.session.visit')
    branch, date = session.branch, session.date
    visits = Visit.search([
            ('branch', '=', branch.id),
            ('date', '=', date),
            ('state', '=', 'expected'),
            ])
    of = {visit.household: visit for visit in visits}
    arrived = [of[household] for household in waiting]
    stranger, = Visit.create([{'branch': branch.id, 'date': date}])
    Visit.arrive([*arrived, stranger])
    Visit.leave([Visit(arrived[-1].id)])
    Visit.absent([v for v in visits if v.household not in waiting][:1])


def _parcel_and_unknown_barcode(
        session: Any, parcel: Any, household: Any) -> None:
    "All by the scanner: a parcel whole, and a pack that nobody knows"
    pool = Pool()
    Basket = pool.get('aid.basket')
    families = [f.code for f in pool.get('aid.family').search(
            [('product', '!=', None)])]
    basket = Basket(
        session=session, state='draft', lines=[], household=household)
    for code in [
            parcel.number, UNKNOWN_BARCODE,
            str(families.index('sweet_salty') + 1)]:
        basket.read_code(code)
    basket.save()
    checkout([basket])


def _exchange(basket: Any) -> None:
    "One thing comes back after payment, half as much of it goes instead"
    Line = Pool().get('aid.basket.line')
    line = basket.lines[0]
    new = exchange.begin(
        basket, {line.id: (line.quantity, exchange.usual_fate(line.product))})
    new.lines = [*new.lines, Line(
            product=line.product, unit=line.unit,
            quantity=line.unit.ceil(line.quantity / 2))]
    new.save()
    checkout([new])


def _by_code(model: str) -> dict[str, Any]:
    return {record.code: record for record in Pool().get(model).search([])}
