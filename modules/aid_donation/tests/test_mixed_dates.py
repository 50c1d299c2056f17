import datetime as dt
import unittest

from aid_donation.mixed_dates import MixedDatesError, read

TODAY = dt.date(2026, 11, 23)


def day(month, day, year=2026):
    return dt.date(year, month, day)


class MixedDatesTestCase(unittest.TestCase):
    "Several dates in one field"

    def test_read(self):
        for text, expected in [
                ('12 @ 24/11, 30 @ 26/11',
                    [(12, day(11, 24)), (30, day(11, 26))]),
                ('30@26/11,12,5@24/11',
                    [(12.5, day(11, 24)), (30, day(11, 26))]),
                ('1,5 kg @ 24.11; 2.25 @ 24-11 + 1 @ 2026-11-24',
                    [(4.75, day(11, 24))]),
                ('12 24/11 30 26/11',
                    [(12, day(11, 24)), (30, day(11, 26))]),
                ('12 au 24/11 et 3 au 1/12',
                    [(12, day(11, 24)), (3, day(12, 1))]),
                ('5 : 24/11/26, 6 = 24-11-2027, ',
                    [(5, day(11, 24)), (6, day(11, 24, 2027))]),
                ('8 @ 02/2028', [(8, day(2, 29, 2028))]),
                # The year is guessed forward...
                ('1 @ 3/2', [(1, day(2, 3, 2027))]),
                ('1 @ 29/2', [(1, day(2, 29, 2028))]),
                # ... but yesterday is over, and so is last month
                ('1 @ 22/11', [(1, day(11, 22))]),
                ('1 @ 1/9', [(1, day(9, 1))]),
                ]:
            with self.subTest(text=text):
                self.assertEqual(read(text, TODAY), expected)
        self.assertEqual(
            read('1 @ 30/12', day(1, 2, 2027)), [(1, day(12, 30))])

    def test_unreadable(self):
        for text, kind, detail in [
                ('', 'pair', ''),
                ('   ', 'pair', ''),
                ('24/11', 'pair', '24/11'),
                ('12', 'pair', '12'),
                ('12 @ 24/11, yoghurts', 'pair', 'yoghurts'),
                ('12 @ 24/11/', 'pair', '12 @ 24/11/'),
                ('12 @ 31/11', 'date', '31/11'),
                ('12 @ 24/13', 'date', '24/13'),
                ('12 @ 13/2027', 'date', '13/2027'),
                ('12 @ 2026-02-30', 'date', '2026-02-30'),
                ('0 @ 24/11', 'quantity', '0 @ 24/11'),
                ]:
            with self.subTest(text=text):
                with self.assertRaises(MixedDatesError) as caught:
                    read(text, TODAY)
                self.assertEqual(caught.exception.kind, kind)
                self.assertEqual(caught.exception.detail, detail)
