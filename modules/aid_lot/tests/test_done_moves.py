import datetime as dt
import unittest
from decimal import Decimal
from unittest.mock import Mock, patch

from trytond.model.exceptions import DigitsValidationError
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from aid_branch import lane
from aid_branch.tests.statements import count_statements
from aid_lot.done_moves import COLUMNS, KNOWN, done_moves
from aid_lot.exceptions import InsufficientQuantityError, LotRefusedError
from aid_lot.tests.goods import (
    create_company, make_branch, make_lot, place, receive, set_company)

TODAY = dt.date.today()
DAY = dt.timedelta(days=1)


def ordinarily(values: list[dict]) -> list:
    "What the ordinary way makes of *values*"
    with patch.object(lane, 'is_free', return_value=False):
        return done_moves(values)


def rows(moves) -> list[dict]:
    "All columns of *moves* as they stand, ids and stamps aside"
    Move = Pool().get('stock.move')
    table = Move.__table__()
    cursor = Transaction().connection.cursor()
    cursor.execute(*table.select(where=table.id.in_([m.id for m in moves])))
    names = [column[0] for column in cursor.description]
    stamped = [
        dict(zip(names, row)) for row in sorted(cursor.fetchall())]
    for row in stamped:
        del row['id'], row['create_date'], row['write_date']
    return stamped


class DoneMovesTestCase(unittest.TestCase):
    "Both ways of writing done moves leave the same"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_lot')

    def told(self, lot, from_, to, **values) -> dict:
        company = Pool().get('company.company')(
            Transaction().context['company'])
        return {
            'product': lot.product.id,
            'lot': lot.id,
            'quantity': 1.5,
            'unit': lot.product.default_uom.id,
            'from_location': from_.id,
            'to_location': to.id,
            'company': company.id,
            'effective_date': TODAY,
            **values,
            }

    @with_transaction()
    def test_same_rows(self):
        company = create_company()
        with set_company(company):
            branch = make_branch()
            other = make_branch('B2')
            lots = [make_lot(), make_lot('canned')]
            gram, = Pool().get('product.uom').search([('symbol', '=', 'g')])
            for lot in lots:
                receive(lot, 100, branch.storage)
            priced = {
                'unit_price': Decimal('0.25'),
                'currency': company.currency.id}
            shelf, customer = branch.storage, place('customer')
            each = {
                'received': (place('supplier'), shelf, priced),
                'handed over': (shelf, customer, {
                        **priced, 'planned_date': TODAY - DAY,
                        'unit': gram.id, 'quantity': 1500.}),
                'brought back': (customer, shelf, priced),
                'thrown away': (shelf, place('lost_found'), {
                        'effective_date': TODAY - DAY,
                        'internal_quantity': 1.5}),
                'moved': (shelf, branch.quarantine, {}),
                'sent': (shelf, other.storage, {}),
                }
            for name, (from_, to, values) in each.items():
                with self.subTest(name):
                    told = [
                        self.told(lot, from_, to, **values) for lot in lots]
                    short, ordinary = done_moves(told), ordinarily(told)
                    self.assertEqual(rows(short), rows(ordinary))
                    self.assertEqual(
                        [m.lot for m in short], lots)
            self.assertEqual(
                Pool().get('aid.lot.on_hand').differences(), [])

    @with_transaction()
    def test_the_short_way_is_taken(self):
        with set_company(create_company()):
            branch = make_branch()
            lots = [make_lot() for _ in range(12)]
            for lot in lots:
                receive(lot, 10, branch.storage)
            told = [
                self.told(lot, branch.storage, place('lost_found'))
                for lot in lots]
            done_moves(told[:2])
            with count_statements() as few:
                done_moves(told[:2])
            with count_statements() as many:
                done_moves(told)
            # SQLite takes one insert for each row
            self.assertLessEqual(len(many) - len(few), 10)
            with count_statements() as ordinary:
                ordinarily(told)
            self.assertLess(2 * len(many), len(ordinary))

    @with_transaction()
    def test_refused_alike(self):
        company = create_company()
        with set_company(company):
            branch = make_branch()
            fresh = make_lot()
            stale = make_lot(
                'dairy', shelf_life_expiration_date=TODAY - DAY)
            receive(fresh, 1, branch.storage)
            priced = {
                'unit_price': Decimal(0), 'currency': company.currency.id}
            out = branch.storage, place('customer')
            for error, told in [
                    (InsufficientQuantityError,
                        self.told(fresh, *out, **priced)),
                    (LotRefusedError, self.told(stale, *out, **priced)),
                    (DigitsValidationError,
                        self.told(fresh, *out, **priced, quantity=.1234567)),
                    ]:
                for way in [done_moves, ordinarily]:
                    with self.subTest(error=error, way=way), \
                            self.assertRaises(error):
                        way([told])

    @with_transaction()
    def test_stands_aside(self):
        "For an unknown method, an unknown column, a trigger"
        with set_company(create_company()):
            branch = make_branch()
            lot = make_lot()
            receive(lot, 100, branch.storage)
            told = self.told(lot, branch.storage, place('lost_found'))
            here = 'aid_lot.done_moves'
            for unknown in [
                    patch(f'{here}.KNOWN', KNOWN - {'aid_lot.move.Move.do'}),
                    patch(f'{here}.COLUMNS', COLUMNS - {'lot'}),
                    patch.object(
                        Pool().get('ir.trigger'), 'get_triggers',
                        side_effect=lambda name, mode: (
                            [Mock(condition='false')]
                            if name == 'stock.move' else [])),
                    ]:
                with unknown, patch.object(lane, 'insert') as insert:
                    move, = done_moves([told])
                    self.assertEqual(move.state, 'done')
                    insert.assert_not_called()
