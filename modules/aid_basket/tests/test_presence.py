import doctest
import unittest

from aid_basket import presence as module
from aid_basket.presence import gravest, presence


class PresenceTestCase(unittest.TestCase):
    "What is known of goods and one allergen"

    def test_table(self):
        for declared, complete, loose, plausible, expected in [
                ('contains', True, False, False, 'contains'),
                ('traces', False, True, True, 'traces'),
                (None, False, True, True, 'contains'),
                (None, False, True, False, None),
                (None, False, False, True, 'unknown'),
                (None, True, False, True, None),
                (None, True, True, True, None),
                (None, False, False, False, None),
                ]:
            with self.subTest(
                    declared=declared, complete=complete, loose=loose,
                    plausible=plausible):
                self.assertEqual(
                    presence(declared, complete, loose, plausible), expected)

    def test_gravest(self):
        "Of goods made of others the gravest is said"
        self.assertIsNone(gravest([None, None]))
        self.assertEqual(gravest(['unknown', None]), 'unknown')
        self.assertEqual(gravest(['unknown', 'traces']), 'traces')
        self.assertEqual(
            gravest(['traces', None, 'contains', 'unknown']), 'contains')


def load_tests(loader, tests, pattern):
    tests.addTests(doctest.DocTestSuite(module))
    return tests
