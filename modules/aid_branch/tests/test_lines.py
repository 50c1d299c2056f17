"""What several changed lines tell the web client."""
import unittest
from types import SimpleNamespace

from aid_branch.lines import level


class Goods:
    rec_name = "Bread"
    id = 7


def line(**values):
    kinds = {'quantity': 'float', 'asked': 'numeric', 'product': 'many2one'}
    return SimpleNamespace(
        _values=values, _fields={
            name: SimpleNamespace(_type=kind)
            for name, kind in kinds.items()},
        **values)


class LevelTestCase(unittest.TestCase):
    "What one line is told, every line is told of itself"

    def test_own_values(self):
        lines = {
            -1: line(quantity=2.0, asked=3),
            -2: line(quantity=0.25, asked=1),
            }
        updates = [{'id': -1, 'quantity': 2.0}, {'id': -2, 'asked': 1}]
        level(updates, lines)
        self.assertEqual(updates, [
                {'id': -1, 'quantity': 2.0, 'asked': 3},
                {'id': -2, 'quantity': 0.25, 'asked': 1},
                ])

    def test_records(self):
        lines = {
            -1: line(product=Goods()),
            -2: line(product=None),
            -3: line(product=Goods()),
            }
        updates = [
            {'id': -1, 'product': 7, 'product.': {'rec_name': "Bread"}},
            {'id': -2}, {'id': -3}]
        level(updates, lines)
        self.assertEqual(updates[1:], [
                {'id': -2, 'product': None, 'product.': {'rec_name': ''}},
                {'id': -3, 'product': 7,
                    'product.': {'rec_name': "Bread"}},
                ])

    def test_unknown(self):
        "What the client did not send is not made up"
        updates = [{'id': -1, 'quantity': 2.0}, {'id': -2}]
        level(updates, {-1: line(quantity=2.0), -2: line()})
        self.assertEqual(updates[1], {'id': -2})
