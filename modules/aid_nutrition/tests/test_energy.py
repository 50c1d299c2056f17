import unittest

from hypothesis import given
from hypothesis import strategies as st

from aid_nutrition.energy import (
    EFSA_2013, Person, daily_energy, days_covered, household_energy)

# Requirements as printed: age, male at 1.4 1.6 1.8 2.0, female the same
PRINTED = """
1 777 - - - 712 - - -
2 1028 - - - 946 - - -
3 1174 - - - 1096 - - -
4 1256 1436 1615 - 1168 1335 1502 -
5 1332 1522 1712 - 1239 1417 1594 -
6 1409 1610 1811 - 1312 1500 1687 -
7 1497 1711 1925 - 1392 1591 1790 -
8 1592 1819 2046 - 1477 1688 1899 -
9 1684 1925 2165 - 1566 1790 2013 -
10 - 1933 2174 2416 - 1818 2046 2273
11 - 2043 2298 2554 - 1908 2146 2385
12 - 2174 2445 2717 - 2004 2255 2505
13 - 2333 2625 2916 - 2099 2361 2624
14 - 2513 2828 3142 - 2175 2447 2719
15 - 2699 3036 3374 - 2228 2507 2786
16 - 2845 3201 3556 - 2259 2542 2824
17 - 2940 3307 3675 - 2277 2562 2846
18 2338 2672 3006 3340 1878 2147 2415 2683
29 2338 2672 3006 3340 1878 2147 2415 2683
30 2264 2588 2911 3235 1813 2072 2331 2590
39 2264 2588 2911 3235 1813 2072 2331 2590
40 2234 2553 2873 3192 1798 2055 2312 2569
49 2234 2553 2873 3192 1798 2055 2312 2569
50 2204 2519 2834 3149 1783 2037 2292 2547
59 2204 2519 2834 3149 1783 2037 2292 2547
60 2017 2305 2593 2882 1628 1861 2093 2326
69 2017 2305 2593 2882 1628 1861 2093 2326
70 1984 2267 2550 2834 1614 1844 2075 2305
79 1984 2267 2550 2834 1614 1844 2075 2305
80 1984 2267 2550 2834 1614 1844 2075 2305
105 1984 2267 2550 2834 1614 1844 2075 2305
"""
LEVELS = (1.4, 1.6, 1.8, 2.0)


class EnergyTestCase(unittest.TestCase):
    "Test the energy need"

    def test_table(self):
        for line in PRINTED.strip().splitlines():
            age, *cells = line.split()
            for sex, row in (('male', cells[:4]), ('female', cells[4:])):
                printed = {
                    level: float(cell)
                    for level, cell in zip(LEVELS, row) if cell != '-'}
                for level in LEVELS:
                    clamped = min(max(level, min(printed)), max(printed))
                    with self.subTest(age=age, sex=sex, level=level):
                        self.assertEqual(
                            daily_energy(int(age), sex, level),
                            printed[clamped])

    def test_last_day_of_a_band(self):
        self.assertEqual(daily_energy(29.99, 'male'), 2672)
        self.assertEqual(daily_energy(17.99, 'female'), 2277)
        self.assertEqual(daily_energy(1.99, 'male'), 777)

    def test_infants(self):
        boys = {7: 636, 8: 661, 9: 688, 10: 725, 11: 742}
        girls = {7: 573, 8: 599, 9: 625, 10: 656, 11: 673}
        for sex, table in (('male', boys), ('female', girls)):
            for month in range(12):
                expected = table.get(month, 0)
                self.assertEqual(
                    daily_energy(0, sex, months=month), expected)
                self.assertEqual(daily_energy(month / 12, sex), expected)
        self.assertEqual(daily_energy(0, None, months=7), (636 + 573) / 2)
        self.assertEqual(daily_energy(0, 'male'), 0)

    def test_unknown_sex_is_the_mean(self):
        for sex in (None, '', 'unknown', 'x'):
            self.assertEqual(daily_energy(35, sex), (2588 + 2072) / 2)

    def test_words_for_a_sex(self):
        for word in ('male', 'M', 'man', 'boy', 'homme'):
            self.assertEqual(daily_energy(35, word), 2588)
        for word in ('female', 'F', 'woman', 'girl', 'femme'):
            self.assertEqual(daily_energy(34, word), 2072)

    def test_nearest_activity(self):
        for activity, kcal in [
                (1.0, 2264), (1.49, 2264), (1.5, 2264), (1.51, 2588),
                (1.7, 2588), (1.71, 2911), (1.9, 2911), (3.0, 3235)]:
            self.assertEqual(daily_energy(35, 'male', activity), kcal)

    def test_pregnancy_and_breastfeeding(self):
        for trimester, more in ((1, 70), (2, 260), (3, 500)):
            self.assertEqual(
                daily_energy(30, 'female', pregnancy_trimester=trimester),
                2072 + more)
        self.assertEqual(
            daily_energy(30, 'female', breastfeeding=True), 2572)

    def test_household(self):
        family = [
            Person(35, 'male'), Person(34, 'female'),
            Person(8, 'male'), Person(4, 'female')]
        self.assertEqual(household_energy(family), 7814)
        self.assertEqual(days_covered(7814 * 3, family), 3)
        self.assertEqual(household_energy([]), 0)
        self.assertIsNone(days_covered(1000, [Person(0, months=3)]))
        self.assertEqual(
            household_energy([
                    Person(0, 'female', months=7),
                    Person(30, 'female', pregnancy_trimester=2),
                    Person(30, 'female', breastfeeding=True)]),
            573 + 2332 + 2572)

    def test_bad_input(self):
        for bad in [
                dict(age_years=-1), dict(age_years=131),
                dict(age_years=float('nan')),
                dict(age_years=30, activity=0),
                dict(age_years=30, pregnancy_trimester=4),
                dict(age_years=0, months=12), dict(age_years=0, months=-1)]:
            with self.subTest(**bad), self.assertRaises(ValueError):
                daily_energy(**bad)

    @given(
        st.floats(1, 130), st.sampled_from(['male', 'female']),
        st.floats(0.5, 4), st.floats(0, 2))
    def test_monotone(self, age, sex, activity, more):
        "Who moves more never needs less; the mean lies between both sexes"
        self.assertGreaterEqual(
            daily_energy(age, sex, activity + more),
            daily_energy(age, sex, activity))
        self.assertLessEqual(
            daily_energy(age, 'female', activity),
            daily_energy(age, None, activity))
        self.assertLessEqual(
            daily_energy(age, None, activity),
            daily_energy(age, 'male', activity))

    def test_source(self):
        self.assertIn('EFSA', EFSA_2013.source)
