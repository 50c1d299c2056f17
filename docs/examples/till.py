"""Compose, check out and trace a basket from a script, over HTTP.

    python till.py http://localhost:8000/ maillon caisse maillon-demo

Signs in, takes the first household with an entitlement and the three lots that
expire first, checks the basket out, writes its paper and prints who gave what
is in it.
"""
import argparse
import datetime as dt
import pathlib
import sys

from proteus import Model, Report, config

GOODS = 3


def open_session():
    "The session that is open in the branch of the user"
    Session = Model.get('aid.distribution.session')
    sessions = Session.find([('state', '=', 'open')], limit=1)
    if not sessions:
        sys.exit("no session is open: open one first")
    return sessions[0]


def somebody(branch):
    "A household of *branch* whose entitlement holds today"
    Household = Model.get('aid.household')
    households = Household.find([
            ('branch', '=', branch.id),
            ('entitlement_state', '=', 'granted'),
            ], limit=1)
    if not households:
        sys.exit(f"nobody is entitled in {branch.rec_name}")
    return households[0]


def first_to_go(branch):
    "What expires first on the shelves of *branch*, and nobody has stopped"
    OnHand = Model.get('aid.lot.on_hand')
    rows = OnHand.find([
            ('branch', '=', branch.id),
            ('location', '=', branch.storage.id),
            ('quantity', '>=', 1),
            ('lot.hold', '=', None),
            ['OR',
                ('expiry', '=', None),
                ('expiry', '>=', dt.date.today())],
            ], limit=GOODS)
    return [row.lot for row in rows]


def compose(session, household, lots):
    "A basket with one unit (a piece, a kilogram) of each of *lots*"
    Basket = Model.get('aid.basket')
    basket = Basket(session=session, household=household)
    for lot in lots:
        line = basket.lines.new()
        # Naming the lot is as good as scanning it: it sets the product,
        # and the trace is certain
        line.lot = lot
        line.quantity = 1
    basket.save()
    return basket


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('server')
    parser.add_argument('database')
    parser.add_argument('login')
    parser.add_argument('password')
    parser.add_argument('--paper', type=pathlib.Path, help="folder for it")
    options = parser.parse_args()
    url = f'{options.server.rstrip("/")}/{options.database}/rpc/'

    # A session: with user and password in the address instead, the server
    # would check the password at every single call
    with config.set_xmlrpc_session(url, options.login, options.password):
        session = open_session()
        branch = session.branch
        basket = compose(session, somebody(branch), first_to_go(branch))

        # Once, whatever happens: a second checkout is refused by name
        basket.click('checkout')
        basket.reload()
        print(f"{basket.number}: {basket.kg} kg, to pay {basket.asked}")

        paper = Report('aid.basket.paper')
        kind, content, _, name = paper.execute([basket])
        if options.paper:
            path = options.paper / f'{basket.number}.{kind}'
            path.write_bytes(
                content.encode() if isinstance(content, str) else content)
            print(f"paper: {path}")

        for line in basket.lines:
            donor = line.donor.rec_name if line.donor else "nobody is named"
            print(
                f"{line.product.rec_name}: lot {line.lot.rec_name},"
                f" {line.supply_source.rec_name}, {donor}")


if __name__ == '__main__':
    main()
