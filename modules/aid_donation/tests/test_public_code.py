import unittest

from aid_donation.public_code import ALPHABET, cleaned, new_code, spaced


class PublicCodeTestCase(unittest.TestCase):
    "The code under which the outside world knows a donation"

    def test_unambiguous(self):
        "No two characters of the alphabet look alike"
        for pair in ['0O', '1I', '1L', '2Z', '5S', '8B', 'UV']:
            self.assertLess(len(set(pair) & set(ALPHABET)), 2, pair)
        self.assertEqual(len(set(ALPHABET)), len(ALPHABET))

    def test_random(self):
        "Eight characters, never twice the same"
        codes = {new_code() for _ in range(1000)}
        self.assertEqual(len(codes), 1000)
        self.assertEqual({len(code) for code in codes}, {8})
        self.assertLessEqual(set().union(*codes), set(ALPHABET))

    def test_read_aloud(self):
        "What is printed in halves is found again as typed"
        self.assertEqual(spaced('ACDF3479'), 'ACDF 3479')
        self.assertEqual(cleaned(' acdf-3479\n'), 'ACDF3479')
        self.assertEqual(cleaned(spaced('ACDF3479')), 'ACDF3479')
