import datetime as dt
import unittest
from zoneinfo import ZoneInfo

from icalendar import Calendar

from aid_volunteer import feed, page, shift_time, visitor

PARIS = ZoneInfo('Europe/Paris')


class FeedTestCase(unittest.TestCase):
    "Shifts in anybody's calendar"

    def entry(self, day: dt.date, **values) -> feed.Entry:
        start, end = shift_time.instants(
            day, dt.time(9), dt.time(12), PARIS)
        return feed.Entry(**{
                'uid': f'{day}@x', 'start': start, 'end': end,
                'title': "Épicerie, 1/4", 'place': "Rue; du Port",
                'words': "Two\nlines", 'changed': dt.datetime(2026, 1, 1),
                **values})

    def test_nine_is_nine_before_and_after_both_changes(self):
        days = [
            dt.date(2026, 3, 28), dt.date(2026, 3, 29),
            dt.date(2026, 10, 24), dt.date(2026, 10, 25)]
        parsed = Calendar.from_ical(
            feed.calendar("Équipe", map(self.entry, days)))
        self.assertEqual(str(parsed['X-WR-CALNAME']), "Équipe")
        events = parsed.walk('VEVENT')
        self.assertEqual([
                event.decoded('dtstart').astimezone(PARIS).replace(
                    tzinfo=None) for event in events],
            [dt.datetime.combine(day, dt.time(9)) for day in days])
        self.assertEqual(
            {event.decoded('dtend') - event.decoded('dtstart')
                for event in events}, {dt.timedelta(hours=3)})

    def test_the_nights_themselves(self):
        for day, hours in [(28, 7), (21, 8)]:
            start, end = shift_time.instants(
                dt.date(2026, 3, day), dt.time(22), dt.time(6), PARIS)
            event, = Calendar.from_ical(feed.calendar("", [
                        self.entry(dt.date(2026, 3, day), start=start,
                            end=end)])).walk('VEVENT')
            self.assertEqual(
                event.decoded('dtend') - event.decoded('dtstart'),
                dt.timedelta(hours=hours))

    def test_signs_and_cancelled(self):
        event, = Calendar.from_ical(feed.calendar("", [
                    self.entry(dt.date(2026, 5, 1), held=False)]
                )).walk('VEVENT')
        self.assertEqual(
            [str(event[n]) for n in [
                    'summary', 'location', 'description', 'status']],
            ["Épicerie, 1/4", "Rue; du Port", "Two\nlines", 'CANCELLED'])


class VisitorTestCase(unittest.TestCase):
    "What strangers write"

    def test_who_it_may_be(self):
        for name, reached, expected in [
                (" Élodie-Anne ", "06 12 34 56 78", ("Élodie-Anne",
                    "06 12 34 56 78", None)),
                ("Sam", "sam@example.org", ("Sam", None,
                    "sam@example.org")),
                ("S\u200bam\n", "0612345678", ("S am", "0612345678", None)),
                ("Sam", "12345", None),
                ("Sam", "sam@example", None),
                ("Sam", None, None),
                ("", "0612345678", None),
                ("...", "0612345678", None),
                ("www.buy.example", "0612345678", None),
                ("<b>Sam</b>", "0612345678", None),
                ("S" * 41, "0612345678", None),
                ("Sam", "1" * 31, None),
                ("Sam", "a" * 120 + "@example.org", None)]:
            with self.subTest(name=name, reached=reached):
                self.assertEqual(
                    visitor.read(name, reached),
                    expected and visitor.Visitor(*expected))


class PageTestCase(unittest.TestCase):
    "What stands on a page is text, whoever wrote it"

    def test_nothing_is_taken_for_code(self):
        html = page.Page(
            'fr', "A & B", '<script>x</script>', words="1 < 2",
            boxes=(page.Box('n', "N", value='"><script>'),)).render()
        self.assertNotIn('<script', html)
        self.assertIn('&lt;script&gt;', html)
        self.assertIn('<html lang="fr">', html)
