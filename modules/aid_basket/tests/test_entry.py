import doctest
import unittest

from aid_basket import entry
from aid_basket.entry import Entry, read


class EntryTestCase(unittest.TestCase):
    "What is typed into the one box"

    def test_kinds(self):
        "Its shape alone tells what it is"
        for text, kind, number in [
                ('', 'nothing', None),
                (None, 'nothing', None),
                (' - ', 'remove', None),
                ('\u2212', 'remove', None),
                ('0', 'remove', 0),
                ('0p', 'remove', 0),
                ('3', 'quantity', 3),
                ('1,25', 'quantity', 1.25),
                ('+1.25', 'quantity', 1.25),
                ('3p', 'pieces', 3),
                ('12 P', 'pieces', 12),
                ('450 g', 'weight', .45),
                ('0,450kg', 'weight', .45),
                ('+001.250kg', 'weight', 1.25),
                ('ST,GS,+  1.250kg', 'weight', 1.25),
                ('NT, 12.5 KG', 'weight', 12.5),
                ('-1,25', 'code', None),
                ('1,2345', 'code', None),
                ('12345', 'code', None),
                ('3017620422003', 'code', None),
                ('L0000012', 'code', None),
                ('kg', 'code', None),
                ]:
            with self.subTest(text=text):
                typed = read(text)
                self.assertEqual((typed.kind, typed.number), (kind, number))

    def test_code(self):
        "A code is kept as it was typed, without the blanks around it"
        self.assertEqual(read(' bread\r\n'), Entry('code', 'bread'))


def load_tests(loader, tests, pattern):
    tests.addTests(doctest.DocTestSuite(entry))
    return tests
