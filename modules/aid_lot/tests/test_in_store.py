import doctest
import unittest
from decimal import Decimal as D

from aid_lot import in_store
from aid_lot.in_store import Label, Layout, read


class InStoreTestCase(unittest.TestCase):
    "Labels that a shop prints for itself"

    def test_layouts(self):
        "The first layout that fits says which digits are what"
        layouts = [
            Layout('281', decimals=2), Layout('28', value='price', decimals=2),
            Layout('2', value_digits=4)]
        for number, expected in [
                ('2812345012505', Label('2812345', D('12.50'))),
                ('2822345012504', Label('2822345', None, D('12.50'))),
                ('2912345012502', Label('29123450', D('1.250'))),
                ('3017620422003', Label('3017620')),
                ('29123456', Label('29123456')),
                ('', Label('')),
                ('29X2345012507', Label('29X2345012507')),
                ]:
            with self.subTest(number=number):
                self.assertEqual(read(number, layouts), expected)

    def test_same_goods(self):
        "Two weights of the same goods have one key"
        layout = [Layout('29')]
        self.assertEqual(
            read('2912345012502', layout).key,
            read('2912345000509', layout).key)


def load_tests(loader, tests, pattern):
    tests.addTests(doctest.DocTestSuite(in_store))
    return tests
