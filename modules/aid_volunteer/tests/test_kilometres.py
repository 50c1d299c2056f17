import unittest
from decimal import Decimal

from aid_volunteer.kilometres import Band, of_journey, of_year

# A car of 5 fiscal horsepower in France, 2023
CAR = [
    Band(Decimal(0), Decimal('0.636'), Decimal(0)),
    Band(Decimal(20000), Decimal('0.427'), Decimal(0)),
    Band(Decimal(5000), Decimal('0.357'), Decimal(1395)),
    ]


class KilometresTestCase(unittest.TestCase):
    "A scale of bands, in any order"

    def test_of_year(self):
        # The examples that the tax office prints with the scale
        for kilometres, value in [
                (0, '0'), (4000, '2544.000'), (5000, '3180.000'),
                (6000, '3537.000'), (22000, '9394.000')]:
            with self.subTest(kilometres=kilometres):
                self.assertEqual(
                    of_year(CAR, Decimal(kilometres)), Decimal(value))
        with self.assertRaises(ValueError):
            of_year([], Decimal(1))

    def test_journeys_add_up_to_the_year(self):
        driven, paid = Decimal(0), Decimal(0)
        for kilometres in [1200, 3900, 800, 15000, 5000]:
            paid += of_journey(CAR, driven, Decimal(kilometres))
            driven += kilometres
        self.assertEqual(paid, of_year(CAR, driven))

    def test_never_less_than_nothing(self):
        leaps = [
            Band(Decimal(0), Decimal(1), Decimal(0)),
            Band(Decimal(10), Decimal('0.1'), Decimal(0))]
        self.assertEqual(of_journey(leaps, Decimal(10), Decimal(1)), 0)


if __name__ == '__main__':
    unittest.main()
