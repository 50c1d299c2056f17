import random
import unittest

from aid_recall.balance import Flow, balance

#: Where goods may go from a place, before and after the recall is opened
WAYS = {
    False: {
        'shelf': ['customer', 'transit', 'disposal', 'lost', 'quarantine'],
        'transit': ['shelf'],
        'quarantine': ['shelf', 'disposal'],
        'customer': ['shelf', 'disposal'],
        },
    True: {
        'shelf': ['quarantine', 'disposal', 'lost'],
        'transit': ['shelf'],
        'quarantine': ['disposal'],
        'customer': ['quarantine', 'disposal'],
        },
    }


class BalanceTestCase(unittest.TestCase):
    "What became of recalled goods adds up"

    def test_story(self):
        result = balance([
                Flow('supplier', 'shelf', 20),
                Flow('shelf', 'customer', 8),
                Flow('customer', 'shelf', 1),       # before the recall
                Flow('shelf', 'quarantine', 11, True),
                Flow('customer', 'quarantine', 2, True),
                Flow('customer', 'disposal', 1, True),
                Flow('quarantine', 'disposal', 13, True),
                ], [('eaten', 2), ('thrown_away', 1), ('not_reached', 9)])
        self.assertEqual(result.values(), {
                'received': 20, 'quarantined': 0, 'returned': 3,
                'destroyed': 12, 'consumed': 2})
        # One at home without an answer, two on the shelf
        self.assertEqual(result.unaccounted, 3)
        self.assertEqual(result.rate, 0.75)
        self.assertIsNone(balance([]).rate)

    def test_repacked(self):
        "What becomes another lot is received once"
        result = balance([
                Flow('supplier', 'shelf', 25),
                Flow('shelf', 'sorting', 24),
                Flow('shelf', 'disposal', 1),
                Flow('sorting', 'shelf', 24),
                Flow('shelf', 'quarantine', 24, True)])
        self.assertEqual(result.received, 25)
        self.assertEqual(result.unaccounted, 0)

    def test_property(self):
        "Piece by piece: what nobody knows of is not accounted for"
        chance = random.Random(7)
        for _ in range(100):
            places = ['shelf'] * 30
            flows = [Flow('supplier', 'shelf', 1)] * 30
            brought = set()
            steps = chance.randrange(120)
            for step in range(steps):
                opened = step > steps / 2
                piece = chance.randrange(len(places))
                out_of = places[piece]
                into = chance.choice(WAYS[opened].get(out_of, [out_of]))
                if into == out_of:
                    continue
                if opened and out_of == 'customer':
                    brought.add(piece)
                flows.append(Flow(out_of, into, 1, opened))
                places[piece] = into
            home = places.count('customer')
            eaten = chance.randint(0, home)
            result = balance(flows, [('eaten', eaten)])
            self.assertEqual(result.received, len(places))
            self.assertEqual(result.returned, len(brought))
            self.assertEqual(
                result.recovered,
                places.count('quarantine') + places.count('disposal'))
            self.assertEqual(
                result.unaccounted, home - eaten + sum(
                    places.count(p) for p in ['shelf', 'transit', 'lost']))
