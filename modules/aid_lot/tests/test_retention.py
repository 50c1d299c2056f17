import datetime as dt
import unittest

from aid_lot.retention import Months, keep_until

CAME = dt.date(2026, 3, 31)
RULES = {
    'default': Months(60),
    'perishable': Months(6, 3),
    'long': Months(6),
    'funded': Months(60),
    }


class RetentionTestCase(unittest.TestCase):
    "How long it is kept where goods came from and went"

    def test_table(self):
        day = dt.date
        for use_by, best_before, fresh, funded, expected in [
                # Sugar without a date, pasta, a use-by far away
                (None, None, False, False, day(2031, 3, 31)),
                (None, day(2028, 1, 1), False, False, day(2031, 3, 31)),
                (day(2026, 6, 30), None, False, False, day(2031, 3, 31)),
                # Yoghurt, carrots; the 31st of a shorter month
                (day(2026, 4, 5), None, False, False, day(2026, 9, 30)),
                (None, None, True, False, day(2026, 9, 30)),
                # What lasts longer than all that
                (None, day(2031, 3, 31), False, False, day(2031, 3, 31)),
                (None, day(2031, 4, 1), False, False, day(2031, 10, 1)),
                # European money, the later of the two
                (day(2026, 4, 5), None, False, True, day(2031, 12, 31)),
                (None, day(2033, 1, 1), False, True, day(2033, 7, 1)),
                ]:
            with self.subTest(
                    use_by=use_by, best_before=best_before, fresh=fresh,
                    funded=funded):
                self.assertEqual(
                    keep_until(
                        CAME, use_by, best_before, fresh, funded, RULES),
                    expected)

    def test_without_rules(self):
        "What has no rule of its own is kept as all goods are"
        only = {'default': Months(12)}
        for values in [
                (dt.date(2026, 4, 5), None, False, True),
                (None, None, True, False)]:
            self.assertEqual(
                keep_until(CAME, *values, only), dt.date(2027, 3, 31))
