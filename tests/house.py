"""The house the tests live in: a small network with something in each room.

Run as a program it makes the database and furnishes it through the real
documents; imported, :class:`House` finds one's way in it. Two groceries, in
the north and in the south of one region, have the same things under other
names, so that a test can be a user of the one and ask for the other; two
more, in the east and in the west, make it four tills.
"""
from __future__ import annotations

import argparse
import datetime as dt
import pathlib
from collections.abc import Callable
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

BRANCHES = ['nord', 'sud', 'est', 'ouest']
PASSWORD = 'maillon-2026'
ROLES = ['till', 'warehouse', 'social_worker', 'branch_officer']
NETWORK_ROLES = ['head_office', 'accountant']
HOUSEHOLDS = 3
FAMILIES = {
    # family: (kg, days left)
    'fruit_vegetables': (40, None),
    'bread': (15, None),
    'dry_starch': (50, 200),
    'pulses': (30, 300),
    'dairy': (20, 12),
    'canned': (45, 400),
    }
#: Goods that are recalled at two branches, and of whose family nothing else is
RECALLED_AT, RECALLED_FAMILY, GTIN = BRANCHES[:2], 'sweet_salty', (
    '3017620422003')


def secret_word(branch: str) -> str:
    "A text that stands in the files of the households of *branch* only"
    return f'Zyx{branch}'


def secret_phone(branch: str) -> str:
    "The phone of the volunteer of *branch*, which nobody else has"
    return f'06 98 76 54 {BRANCHES.index(branch):02}'


class House:
    "Where things are in the prepared house *name*"

    def __init__(self, name: str):
        self.name = name
        self._clients: dict[str, Any] = {}

    @contextmanager
    def everything(self):
        "A transaction without user, which sees everything and keeps nothing"
        from trytond.transaction import Transaction
        with Transaction().start(self.name, 0) as transaction:
            try:
                with transaction.set_context(self._company_context()):
                    yield transaction
            finally:
                transaction.rollback()
                transaction.tasks.clear()

    def do(self, login: str, work: Callable[[], Any],
            begin: Callable[[], Any] = lambda: None) -> Any:
        """What *work* returns, done by the user *login* and then undone.

        It is begun again when Tryton wants a lock first, as a request is;
        *begin* is called before each time.
        """
        from trytond.transaction import Transaction, TransactionError
        client = self.client(login)
        extras: dict[str, Any] = {}
        while True:
            with Transaction().start(
                    self.name, client.user, context=client.context,
                    **extras) as transaction:
                begin()
                try:
                    return work()
                except TransactionError as error:
                    error.fix(extras)
                finally:
                    transaction.rollback()
                    transaction.tasks.clear()

    def _company_context(self) -> dict[str, Any]:
        from trytond.pool import Pool
        company, = Pool().get('company.company').search([])
        return {
            'company': company.id, 'companies': [company.id],
            'language': 'fr'}

    def client(self, login: str):
        "A signed-in client; all of them are kept"
        from client import Client
        if login not in self._clients:
            self._clients[login] = Client(self.name, login)
        return self._clients[login]

    def branch(self, code: str):
        "The branch with *code*, in the current transaction"
        from trytond.pool import Pool
        branch, = Pool().get('aid.branch').search([('code', '=', code)])
        return branch

    @staticmethod
    def households(code: str) -> list:
        "The households of the branch with *code*"
        from trytond.pool import Pool
        return Pool().get('aid.household').search(
            [('branch.code', '=', code)], order=[('id', 'ASC')])

    secret_word = staticmethod(secret_word)
    secret_phone = staticmethod(secret_phone)

    def translations(self, modules: list[str]) -> dict[str, str]:
        "What Tryton would write into locale/fr.po of each of *modules*"
        from trytond.pool import Pool
        with self.everything():
            pool = Pool()
            for name, state, values in [
                    ('ir.translation.set', 'set_', {}),
                    ('ir.translation.clean', 'clean', {}),
                    ]:
                Wizard = pool.get(name, type='wizard')
                session, _, _ = Wizard.create()
                Wizard.execute(session, values, state)
                Wizard.delete(session)
            Lang = pool.get('ir.lang')
            lang, = Lang.search([('code', '=', 'fr')])
            Update = pool.get('ir.translation.update', type='wizard')
            session, _, _ = Update.create()
            Update.execute(
                session, {'start': {'language': lang.id}}, 'update')
            Update.delete(session)
            Translation = pool.get('ir.translation')
            return {
                module: (Translation.translation_export('fr', module)
                    or b'').decode('utf-8')
                for module in modules}


# Making it


def build(uri: str, name: str, folder: pathlib.Path | None) -> None:
    "Make the database *name* and furnish it"
    from maillon.command import database
    database.configure(uri=uri, directory=folder)
    database.create(name)
    with taken_on_trust():
        database.activate(name, languages=['fr'])
        database.run(name, let_in)
        database.run(name, found)
    for step in [
            furnish_goods, furnish_households,
            furnish_baskets, furnish_recall, furnish_volunteers]:
        database.run(name, step)


@contextmanager
def taken_on_trust():
    """Do not validate what is written meanwhile.

    The tests of each module activate it in the ordinary way, and those of
    ``maillon setup`` found an organisation; the same records need not be
    proven once more for each database, which is most of the work.
    """
    from trytond.model import ModelStorage
    plain = ModelStorage.__dict__['_validate']
    ModelStorage._validate = classmethod(lambda cls, *args, **kwargs: None)
    try:
        yield
    finally:
        ModelStorage._validate = plain


def let_in() -> None:
    "The administrator, who knows the password"
    from trytond.pool import Pool
    User = Pool().get('res.user')
    admin, = User.search([('login', '=', 'admin')])
    User.write([admin], {'password': PASSWORD, 'email': 'admin@example.org'})


def found() -> None:
    "The organisation, its branches and the people who work in them"
    from trytond.pool import Pool

    from maillon.command.organisation import Organisation, User, set_up

    organisation = Organisation(
        name="Réseau d'entraide", year_start=_year_start(),
        previous_year=True)
    set_up(organisation)
    company, = Pool().get('company.company').search([])
    Branch = Pool().get('aid.branch')
    national, = Branch.create([{
                'name': "Siège national", 'code': 'siege',
                'kind': 'national', 'company': company.id,
                'has_stock': False}])
    region, = Branch.create([{
                'name': "Région du Test", 'code': 'region',
                'kind': 'region', 'company': company.id,
                'parent': national.id, 'has_stock': False}])
    Branch.create([{
                'name': f"Épicerie {code.title()}", 'code': code,
                'kind': 'site', 'company': company.id,
                'parent': region.id} for code in BRANCHES])
    users = [
        User(
            login=f'{role}-{code}', name=f'{role} {code}',
            role=f'role_{role}', password=PASSWORD, branches=(code,))
        for role in ROLES for code in BRANCHES]
    users += [
        User(
            login=role, name=role, role=f'role_{role}', password=PASSWORD,
            branches=('siege',))
        for role in NETWORK_ROLES]
    set_up(Organisation(
            name=organisation.name, year_start=organisation.year_start,
            previous_year=True, users=tuple(users)))


def _year_start() -> dt.date:
    return dt.date.today().replace(month=1, day=1)


def furnish_goods(codes: list[str] = BRANCHES) -> None:
    "A donation by weight from a shop of its own, received at each branch"
    from trytond.pool import Pool

    pool = Pool()
    Branch = pool.get('aid.branch')
    Donation = pool.get('aid.donation')
    Party = pool.get('party.party')
    donations = []
    for code in codes:
        branch, = Branch.search([('code', '=', code)])
        donor, = Party.create([{
                    'name': f"Supermarché {code.title()}", 'donor': True}])
        donations.append(donation(branch, donor, FAMILIES))
    Donation.save(donations)
    Donation.receive(donations)


def donation(branch, donor, families: dict[str, tuple[float, int | None]]):
    """A donation, not saved, of kg of each of the *families*.

    Each with the days left to its date, where the family has one.
    """
    from trytond.pool import Pool

    pool = Pool()
    Donation = pool.get('aid.donation')
    Line = pool.get('aid.donation.line')
    Family = pool.get('aid.family')
    Source = pool.get('aid.supply.source')
    source, = Source.search([('code', '=', 'shop_collection')])
    today = branch.today()
    lines = []
    for code, (weight, days) in families.items():
        family, = Family.search([('code', '=', code)])
        line = Line(family=family, net_weight=weight)
        if days is not None and family.date_kind in {
                'use_by', 'best_before'}:
            setattr(line, family.date_kind, today + dt.timedelta(days=days))
        lines.append(line)
    return Donation(
        branch=branch, donor=donor, supply_source=source, temperature=3.0,
        lines=lines)


def furnish_households(codes: list[str] = BRANCHES) -> None:
    "Households with everything that must not be known elsewhere"
    from trytond.pool import Pool

    pool = Pool()
    Branch = pool.get('aid.branch')
    Entitlement = pool.get('aid.entitlement')
    Household = pool.get('aid.household')
    Kind = pool.get('aid.household.constraint.kind')
    # What goods are not against, so that no till asks about it
    kind, = Kind.search([('code', '=', 'no_oven')])
    households = []
    for code in codes:
        branch, = Branch.search([('code', '=', code)])
        word = secret_word(code)
        households += Household.create([{
                    'branch': branch.id,
                    'street': f"{number} rue {word}",
                    'city': f"Ville-{word}",
                    'email': f'{word}{number}@example.org',
                    'members': [('create', [{
                                    'main': True,
                                    'first_name': f'{word}ine',
                                    'last_name': f'{word}ard{number}',
                                    'birth_date': dt.date(1985, 3, number),
                                    'sex': 'female',
                                    }, {
                                    'first_name': f'{word}et',
                                    'last_name': f'{word}ard{number}',
                                    'birth_year': 2016,
                                    }])],
                    'constraints': [('create', [{'kind': kind.id}])],
                    } for number in range(1, HOUSEHOLDS + 1)])
    today = dt.date.today()
    # The last one of each branch is asked nothing
    entitlements = Entitlement.create([{
                'household': household.id,
                'branch': household.branch.id,
                'valid_from': today - dt.timedelta(days=60),
                'valid_until': today + dt.timedelta(days=120),
                'contribution': (
                    'standard' if number % HOUSEHOLDS else 'free'),
                } for number, household in enumerate(households, 1)])
    Entitlement.grant(entitlements)


def furnish_baskets() -> None:
    "An open session in each branch, a basket paid and one being composed"
    from trytond.pool import Pool

    pool = Pool()
    Branch = pool.get('aid.branch')
    Household = pool.get('aid.household')
    Session = pool.get('aid.distribution.session')
    Basket = pool.get('aid.basket')
    for code in BRANCHES:
        branch, = Branch.search([('code', '=', code)])
        households = Household.search(
            [('branch', '=', branch.id)], order=[('id', 'ASC')])
        session, = Session.create([{
                    'branch': branch.id, 'date': branch.today()}])
        done, waiting = (
            basket(session, household, {'dry_starch': 1, 'canned': 2})
            for household in households[:2])
        Basket.save([done, waiting])
        Basket.checkout([done])


def basket(session, household, families: dict[str, float]):
    "A basket, not saved, of so many kg of the goods of each family"
    from trytond.pool import Pool

    pool = Pool()
    Basket = pool.get('aid.basket')
    Family = pool.get('aid.family')
    Line = pool.get('aid.basket.line')
    lines = []
    for code, weight in families.items():
        family, = Family.search([('code', '=', code)])
        lines.append(Line(
                product=family.product, quantity=weight,
                unit=family.product.default_uom))
    return Basket(
        branch=session.branch, session=session, date=session.date,
        household=household, people=household.size, lines=lines)


def furnish_recall() -> None:
    """A dangerous product of the two first branches, stopped at both.

    The last household of each took some home. Of a family of its own: nothing
    else that the tests hand over is held, or may be of it.
    """
    from trytond.pool import Pool

    pool = Pool()
    Basket = pool.get('aid.basket')
    Donation = pool.get('aid.donation')
    Notice = pool.get('aid.recall.notice')
    Party = pool.get('party.party')
    Recall = pool.get('aid.recall')
    Session = pool.get('aid.distribution.session')
    Told = pool.get('aid.recall.household')
    product = _recalled_product()
    baskets, lots = [], []
    for code in RECALLED_AT:
        session, = Session.search([('branch.code', '=', code)])
        given = donation(
            session.branch,
            Party.search([('name', '=', f"Supermarché {code.title()}")])[0],
            {RECALLED_FAMILY: (4, 90)})
        line, = given.lines
        line.product, line.label_lot = product, 'L7A'
        line.quantity, line.unit = 8, product.default_uom
        given.save()
        Donation.receive([given])
        lots += Donation(given.id).lots
        *_, household = House.households(code)
        made = basket(session, household, {RECALLED_FAMILY: 1})
        line, = made.lines
        line.product, line.unit, line.quantity = (
            product, product.default_uom, 2)
        line.lot, line.lot_knowledge = lots[-1], 'scanned'
        baskets.append(made)
    Basket.save(baskets)
    Basket.checkout(baskets)
    notice, = Notice.create([{
                'title': product.name,
                'published': dt.date.today(),
                'items': [('create', [{'gtin': GTIN, 'lot': 'L7A'}])],
                }])
    recall, = Recall.create([{
                'name': notice.title, 'notice': notice.id}])
    Recall.propose([recall])
    Recall.open([recall])
    if not len(Told.search([])) == len(Recall(recall.id).tasks) == len(lots):
        raise ValueError("somebody is not told")


def _recalled_product():
    "Pots of half a kilogram with a barcode"
    from trytond.pool import Pool

    pool = Pool()
    Template = pool.get('product.template')
    Uom = pool.get('product.uom')
    family, = pool.get('aid.family').search([('code', '=', RECALLED_FAMILY)])
    unit, = Uom.search([('symbol', '=', 'u')])
    kilogram, = Uom.search([('symbol', '=', 'kg')])
    template, = Template.create([{
                'name': "Compote de pommes", 'type': 'goods',
                'default_uom': unit.id, 'family': family.id,
                'cost_price_method': 'fixed', 'list_price': Decimal('1.50'),
                'weight': .5, 'weight_uom': kilogram.id,
                'products': [('create', [{
                                'identifiers': [('create', [
                                            {'type': 'ean', 'code': GTIN}])],
                                }])],
                }])
    return template.products[0]


def furnish_volunteers() -> None:
    "Somebody who comes to a shift of each branch, and can be called"
    from trytond.pool import Pool

    pool = Pool()
    Branch = pool.get('aid.branch')
    Kind = pool.get('aid.mission.kind')
    Mission = pool.get('aid.mission')
    Shift = pool.get('aid.shift')
    Signup = pool.get('aid.shift.signup')
    Volunteer = pool.get('aid.volunteer')
    kind, = Kind.search([('code', '=', 'distribution')])
    today = dt.date.today()
    for number, code in enumerate(BRANCHES):
        branch, = Branch.search([('code', '=', code)])
        word = secret_word(code)
        volunteer, = Volunteer.create([{
                    'branch': branch.id,
                    'first_name': f'{word}an',
                    'last_name': f'{word}ez',
                    'phone': secret_phone(code),
                    'email': f'{word}an@example.org',
                    'emergency_contact': f'{word}a, sa sœur',
                    'engagements': [('create', [{
                                    'branch': branch.id,
                                    'kind': 'regular',
                                    'valid_from': today,
                                    }])],
                    }])
        mission, = Mission.create([{
                    'branch': branch.id, 'name': "Samedi", 'kind': kind.id,
                    'headcount': 2}])
        shift, = Shift.create([{
                    'mission': mission.id,
                    'date': today + dt.timedelta(days=1),
                    'from_time': dt.time(9), 'to_time': dt.time(12),
                    'headcount': 2,
                    }])
        Signup.sign_up(shift, [volunteer])
        _write_about(volunteer, shift, word)


def _write_about(volunteer, shift, word: str) -> None:
    "What else a branch knows of *volunteer*, with *word* in it"
    from trytond.pool import Pool

    pool = Pool()
    Call = pool.get('aid.shift.call')
    Course = pool.get('aid.course')
    today = dt.date.today()
    branch, person = volunteer.branch.id, volunteer.id
    admin, = pool.get('res.user').search([('login', '=', 'admin')])
    course, = Course.search([('code', '=', 'food_hygiene')])
    pool.get('aid.certificate').create([{
                'branch': branch, 'volunteer': person, 'course': course.id,
                'obtained_on': today, 'reference': f'{word}01'}])
    pool.get('aid.volunteer.honorability').create([{
                'volunteer': person, 'seen_on': today, 'valid_until': today,
                'seen_by': admin.id}])
    pool.get('aid.volunteer.expense').create([{
                'branch': branch, 'volunteer': person, 'date': today,
                'purpose': f"Chez {word}",
                'lines': [('create', [{
                                'kind': 'cost', 'date': today,
                                'description': f"Train, {word}",
                                'amount': Decimal(5),
                                }])],
                }])
    call, = Call.create([{
                'branch': branch, 'shifts': [('add', [shift.id])],
                'words': f"Chez {word}"}])
    Call.ask(call, [volunteer])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--uri', required=True)
    parser.add_argument('--dir', type=pathlib.Path)
    parser.add_argument('name')
    options = parser.parse_args()
    build(options.uri, options.name, options.dir)


if __name__ == '__main__':
    main()
