import datetime as dt
import unittest
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from aid_household.composition import (
    Band, Person, Scale, consumption_units, count_children, head_count,
    known_age, till_name)

TODAY = dt.date(2026, 11, 22)
BABY, CHILD, YOUNG = Band('b', 0, 2), Band('c', 3, 14), Band('y', 15, 24)
ADULT, OLD = Band('a', 25, 64), Band('o', 65)
BANDS = [BABY, CHILD, YOUNG, ADULT, OLD]
INSEE = Scale(Decimal('1'), Decimal('0.5'), Decimal('0.3'), 14)

people = st.lists(st.one_of(
        st.builds(Person, birth_date=st.dates(
                dt.date(1910, 1, 1), TODAY)),
        st.builds(Person, birth_year=st.integers(1910, 2026)),
        st.builds(Person,
            band=st.sampled_from(BANDS), count=st.integers(1, 6)),
        st.builds(Person, count=st.integers(1, 6)),
        ), max_size=8)


class AgeTestCase(unittest.TestCase):
    "Ages in full years"

    def test_known_by_year_band_or_nothing(self):
        self.assertEqual(known_age(Person(birth_year=2000), TODAY), 26)
        self.assertEqual(known_age(Person(band=YOUNG), TODAY), 15)
        self.assertIsNone(known_age(Person(), TODAY))


class HeadCountTestCase(unittest.TestCase):
    "Persons by age band"

    def test_family(self):
        family = [
            Person(birth_date=dt.date(1990, 5, 1)),
            Person(birth_year=2024),
            Person(band=CHILD, count=2),
            Person(),
            ]
        self.assertEqual(
            head_count(family, BANDS, TODAY),
            {ADULT: 1, BABY: 1, CHILD: 2, None: 1})

    def test_band_of_another_set(self):
        minor = Band('fse', 0, 17)
        self.assertEqual(
            head_count([Person(band=minor)], BANDS, TODAY), {BABY: 1})

    @given(people)
    def test_everybody_is_counted_once(self, persons):
        self.assertEqual(
            sum(head_count(persons, BANDS, TODAY).values()),
            sum(p.count for p in persons))


class ConsumptionUnitsTestCase(unittest.TestCase):
    "The weight of a household"

    def test_couple_with_two_children(self):
        family = [
            Person(birth_year=1990, count=2), Person(band=CHILD, count=2)]
        self.assertEqual(
            consumption_units(family, INSEE, TODAY), Decimal('2.1'))
        self.assertEqual(count_children(family, 14, TODAY), 2)

    def test_fourteenth_birthday(self):
        parent = Person(birth_year=1990)
        turning = Person(birth_date=dt.date(2012, 11, 22))
        younger = Person(birth_date=dt.date(2012, 11, 23))
        self.assertEqual(
            consumption_units([parent, turning], INSEE, TODAY),
            Decimal('1.5'))
        self.assertEqual(
            consumption_units([parent, younger], INSEE, TODAY),
            Decimal('1.3'))

    def test_only_children(self):
        self.assertEqual(
            consumption_units([Person(band=CHILD, count=2)], INSEE, TODAY),
            Decimal('1.3'))

    def test_nobody(self):
        self.assertEqual(consumption_units([], INSEE, TODAY), 0)

    @given(people)
    def test_between_one_and_the_number_of_persons(self, persons):
        size = sum(p.count for p in persons)
        units = consumption_units(persons, INSEE, TODAY)
        self.assertLessEqual(units, size)
        if size:
            self.assertGreaterEqual(
                units, 1 + Decimal('0.3') * (size - 1))


class NameTestCase(unittest.TestCase):
    "Names at the till and in searches"

    def test_till_name(self):
        self.assertEqual(till_name("Amina", "Bensaïd"), "Amina B.")
        self.assertEqual(till_name(" Jean-Marc ", "le Goff"), "Jean-Marc L.")
        self.assertEqual(till_name("Amina", None), "Amina")
        self.assertEqual(till_name(None, "Bensaïd"), "B.")
        self.assertIsNone(till_name(" ", ""))

    @given(st.text(max_size=20), st.text(max_size=20))
    def test_the_last_name_never_reaches_the_till(self, first, last):
        name = till_name(first, last) or ''
        first, last = first.split(), ''.join(last.split())
        rest = name[len(' '.join(first)):].strip()
        self.assertEqual(rest, f'{last[0].upper()}.' if last else '')
