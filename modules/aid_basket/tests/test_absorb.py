import datetime as dt
import doctest
import unittest

from aid_basket import absorb as module
from aid_basket.absorb import Appetite, Good, Neighbours, Offer, absorb, offer

MONDAY = dt.date(2026, 11, 23)
DAY = dt.timedelta(days=1)


class AbsorbTestCase(unittest.TestCase):
    "What the next sessions can absorb of goods that end soon"

    def saturdays(self, kg):
        "An appetite of *kg* on each Saturday, over four weeks"
        return Appetite.of({
                MONDAY - n * DAY: kg for n in (2, 9, 16, 23)}, 4)

    def test_only_days_with_a_session(self):
        appetite = self.saturdays(10)
        self.assertEqual(appetite.left(MONDAY, MONDAY + 4 * DAY), 0)
        self.assertEqual(appetite.left(MONDAY, MONDAY + 5 * DAY), 10)
        self.assertEqual(appetite.left(MONDAY, MONDAY + 12 * DAY), 20)
        # It ended before it began
        self.assertEqual(appetite.left(MONDAY, MONDAY - DAY), 0)

    def test_first_expired_first(self):
        "Two lots share a session; the later one has another after it"
        goods = [
            Good('late', 'a', 'dairy', 15, MONDAY + 12 * DAY),
            Good('soon', 'a', 'dairy', 8, MONDAY + 5 * DAY),
            Good('gone', 'a', 'dairy', 3, MONDAY - DAY),
            Good('other', 'a', 'bread', 3, MONDAY + 5 * DAY)]
        self.assertEqual(
            absorb(goods, {('a', 'dairy'): self.saturdays(10)},
                {'a': MONDAY}),
            {'soon': 8, 'late': 12, 'gone': 0, 'other': 0})

    def test_nearest(self):
        paths = {
            'a': ('root', 'north', 'a'), 'b': ('root', 'north', 'b'),
            'c': ('root', 'south', 'c'), 'd': ('elsewhere', 'd')}
        today = dict.fromkeys(paths, MONDAY)
        last = MONDAY + 5 * DAY

        def offered(kg, worth=5, **appetites):
            return offer(
                [Good('x', 'a', 'dairy', kg, last)],
                {(b, 'dairy'): self.saturdays(n)
                    for b, n in appetites.items()},
                paths, today, worth).get('x')
        # Its own branch, or one of another body, is never offered any
        self.assertIsNone(offered(10, a=50, d=50))
        self.assertEqual(offered(10, a=50, b=20, c=20), Offer('b', 10))
        self.assertEqual(offered(10, b=2, c=20), Offer('c', 10))
        self.assertEqual(offered(10, b=6, c=20), Offer('b', 6))
        # Little is worth a way only where it is all there is
        self.assertEqual(offered(2, b=2), Offer('b', 2))
        self.assertIsNone(offered(10, b=2))

    def test_nearest_on_the_map(self):
        "What is known to be near, before what stands near in the network"
        paths = {
            'a': ('root', 'north', 'a'), 'b': ('root', 'north', 'b'),
            'c': ('root', 'south', 'c'), 'd': ('root', 'south', 'd'),
            'e': ('elsewhere', 'e')}
        places = {
            'a': (47.2, -1.5), 'c': (47.2, -1.6), 'd': (43.3, 5.4),
            'e': (47.2, -1.5)}
        for known, order in [(places, 'cdb'), ({}, 'bcd')]:
            near = Neighbours(
                paths, [(b, 'dairy') for b in 'abcde'], known)
            self.assertEqual(''.join(near.of('a', 'dairy')), order)

    def test_shared(self):
        "What one was promised is not promised to another"
        paths = {n: ('root', n) for n in 'abc'}
        goods = [
            Good('second', 'b', 'dairy', 8, MONDAY + 6 * DAY),
            Good('first', 'a', 'dairy', 8, MONDAY + 5 * DAY)]
        self.assertEqual(
            offer(goods, {('c', 'dairy'): self.saturdays(10)}, paths,
                dict.fromkeys(paths, MONDAY), 1),
            {'first': Offer('c', 8), 'second': Offer('c', 2)})


def load_tests(loader, tests, pattern):
    tests.addTests(doctest.DocTestSuite(module))
    return tests
