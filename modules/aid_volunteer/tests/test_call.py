import datetime as dt
import re
from contextlib import contextmanager
from unittest.mock import patch

from icalendar import Calendar

from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, RouteTestCase
from trytond.transaction import Transaction

from aid_branch import messages as mail
from aid_branch.tests.network import create_network
from aid_volunteer.exceptions import SwapError

from .people import create_mission, create_shift, create_volunteer

#: As browsers send the form of a page that tells nobody its address
FROM_NOWHERE = {'Origin': 'null'}
FRENCH = {'Accept-Language': 'fr-FR,fr;q=0.9,en;q=0.5'}


class CallTestCase(RouteTestCase):
    "Links without an account, and what they let somebody do"
    module = 'aid_volunteer'
    language = 'fr'

    @classmethod
    def setUpDatabase(cls):
        network = create_network()
        cls.branch_id = network['grocery'].id
        cls.days = 1

    @contextmanager
    def work(self):
        "What the house does, in a transaction of its own"
        with Transaction().start(DB_NAME, 0) as transaction:
            yield Pool().get('aid.branch')(self.branch_id)
            transaction.commit()

    def shift(self, branch, headcount=2, **values):
        "A shift on a day of its own, so that tests do not meet"
        type(self).days += 1
        return create_shift(
            create_mission(branch, headcount=headcount, place="1 rue du Port"),
            days=self.days, **values)

    def call(self, branch, *shifts):
        call, = Pool().get('aid.shift.call').create([{
                    'branch': branch.id,
                    'shifts': [('add', [s.id for s in shifts])]}])
        return call

    def path(self, kind, key):
        return f'/{self.db_name}/aid/{kind}/{key}'

    def signups(self, shift_id):
        "First name and state of all who are or were on a shift"
        with self.work():
            return [(s.volunteer.first_name, s.state)
                for s in Pool().get('aid.shift.signup').search([
                        ('shift', '=', shift_id)])]

    def send(self):
        "What the cron job sends: address to subject, and path of its link"
        sent = []
        with self.work(), patch.object(mail, 'get_smtp_server'), \
                patch.object(mail, 'send_message',
                    side_effect=lambda m, **_: sent.append(m)):
            Pool().get('aid.volunteer.message').tell()
        links = {}
        for message in sent:
            found = re.search(r'https?://[^/]+(/\S+)', message.get_content())
            links[message['To']] = found and found[1]
        return links

    def rows(self):
        "How much stands in the tables that a page could change"
        with self.work():
            return [
                Pool().get(name).search([], count=True) for name in [
                    'aid.volunteer', 'aid.shift.signup',
                    'aid.shift.call.answer', 'aid.volunteer.message']]

    def test_poster(self):
        with self.work() as branch:
            shift = self.shift(branch)
            call = self.call(branch, shift)
            hidden = create_volunteer(
                branch, "Ghislaine", phone="06 99 99 99 99")
            Pool().get('aid.shift.signup').sign_up(shift, [hidden])
            path, name = self.path('call', call.code.lower()), shift.id
        client, before = self.client(), self.rows()
        page = client.get(path, headers=FRENCH)
        self.assertEqual(page.status_code, 200)
        self.assertIn('lang="fr"', page.text)
        self.assertIn("1 rue du Port", page.text)
        for word in ["Ghislaine", "06 99", "<script"]:
            self.assertNotIn(word, page.text)
        self.assertIn('no-referrer', page.headers['Referrer-Policy'])
        self.assertIn(
            'lang="en"', client.get(path, headers={
                    'Accept-Language': 'de'}).text)
        # Looking and what robots send change nothing, nor what is wrong
        form = {f'shift{name}': 'comes', 'first_name': "Noor",
            'reached': "noor@example.org", 'press': 'sign_up'}
        for sent, status in [
                ({**form, 'website': "x"}, 303),
                ({**form, 'reached': "tomorrow"}, 400),
                ({**form, 'first_name': "http://x"}, 400),
                ({k: v for k, v in form.items() if k[0] != 's'}, 400)]:
            self.assertEqual(
                client.post(
                    path, data=sent, headers=FROM_NOWHERE).status_code,
                status)
        self.assertEqual(self.rows(), before)
        wrong = client.post(path, data={**form, 'reached': "tomorrow"})
        self.assertIn('value="Noor"', wrong.text)
        # Twice the same is once; who is known already is not told
        for sent in [form, form, {
                    **form, 'first_name': "Ghislaine",
                    'reached': "06 99 99 99 99"}]:
            done = client.post(path, data=sent)
            self.assertEqual(done.status_code, 303)
            self.assertEqual(done.headers['Location'], '?said=done')
        self.assertEqual(self.signups(name), [
                ("Ghislaine", 'coming'), ("Noor", 'coming'),
                ("Ghislaine", 'waiting')])
        with self.work():
            answers = Pool().get('aid.shift.call.answer').search([
                    ('call.shifts', '=', name)])
            self.assertEqual({a.to_see for a in answers}, {True})
            Pool().get('aid.volunteer.rule').write(
                Pool().get('aid.volunteer.rule').search([]),
                {'newcomers_per_hour': 2})
        before = self.rows()
        self.assertEqual(client.post(path, data={
                    **form, 'first_name': "Third"}).status_code, 400)
        self.assertEqual(self.rows(), before)
        gone = client.get(self.path('call', 'NOTACODE'), headers=FRENCH)
        self.assertEqual(gone.status_code, 404)
        self.assertIn("Ce lien a pris fin", gone.text)

    def test_over(self):
        with self.work() as branch:
            shift = create_shift(create_mission(branch), days=-1)
            path = self.path('call', self.call(branch, shift).code)
            form = {f'shift{shift.id}': 'comes', 'first_name': "Late",
                'reached': "0612345678"}
        before = self.rows()
        self.assertNotIn('<button', self.client().get(path).text)
        self.assertEqual(
            self.client().post(path, data=form).status_code, 400)
        self.assertEqual(self.rows(), before)

    def test_answers_of_those_asked(self):
        with self.work() as branch:
            one, two = self.shift(branch), self.shift(branch)
            asked = [create_volunteer(
                    branch, name, email=f'{name}@example.org')
                for name in ["asked1", "asked2"]]
            silent = create_volunteer(branch, "NoMail")
            call = self.call(branch, one, two)
            Call = Pool().get('aid.shift.call')
            self.assertEqual(len(Call.ask(call, [*asked, silent])), 2)
            self.assertEqual(len(Call.ask(call, asked)), 0)
            first, second = f'shift{one.id}', f'shift{two.id}'
            one, two = one.id, two.id
            message = Pool().get('aid.volunteer.message').search([
                    ('call', '=', call.id)])[0]
        links = self.send()
        self.assertEqual(self.send(), {})
        with self.work():
            key = links['asked1@example.org'].rsplit('/', 1)[1]
            message = message.__class__.of_key(key)
            self.assertNotEqual(message.key_hash, key)
        client, before = self.client(), self.rows()
        page = client.get(links['asked1@example.org'])
        self.assertNotIn("asked", page.text)
        self.assertEqual(self.rows(), before)

        def answer(who, status=303, **form):
            self.assertEqual(client.post(
                    links[f'{who}@example.org'],
                    data={'press': 'answer', **form},
                    headers=FROM_NOWHERE).status_code, status)
        answer('asked1', 400)
        answer('asked1', 400, **{first: 'brings'})
        self.assertEqual(self.rows(), before)
        answer('asked1', **{
                first: 'brings', second: 'cannot', 'guest': "Friend"})
        # Again, with another mind: nobody is brought twice
        answer('asked1', **{first: 'brings', 'guest': "Friend"})
        answer('asked2', **{first: 'comes', second: 'comes'})
        self.assertEqual(self.signups(one), [
                ("asked1", 'coming'), ("Friend", 'coming'),
                ("asked2", 'waiting')])
        answer('asked1', **{first: 'cannot'})
        self.assertEqual(self.signups(one), [
                ("asked1", 'cancelled'), ("Friend", 'coming'),
                ("asked2", 'coming')])
        self.assertEqual(self.signups(two), [("asked2", 'coming')])
        # Who waited is told of the place
        self.assertIn('asked2@example.org', self.send())
        # A key of one opens nothing of the other, nor does a wrong one
        self.assertEqual(client.get(
                self.path('shift', 'x' * 32)).status_code, 404)
        with self.work():
            shifts = Pool().get('aid.shift').browse([one, two])
            shifts[0].__class__.cancel(shifts)
        self.assertIn('asked2@example.org', self.send())
        self.assertNotIn(
            '<button', client.get(links['asked2@example.org']).text)

    def test_reminder_offer_and_swap(self):
        with self.work() as branch:
            Signup = Pool().get('aid.shift.signup')
            shift = create_shift(
                create_mission(branch, headcount=1), days=1, start=0)
            far = self.shift(branch, headcount=1)
            gives = create_volunteer(branch, "gives", email='g@example.org')
            Signup.sign_up(shift, [gives])
            Signup.sign_up(far, [gives])
            for name in ["takes", "slow"]:
                create_volunteer(branch, name, email=f'{name}@example.org')
            id_ = shift.id
            Pool().get('aid.volunteer.rule').write(
                Pool().get('aid.volunteer.rule').search([]),
                {'remind_hours': 30})
        # Once, for the shift that is near
        links = self.send()
        self.assertEqual(self.send(), {})
        client, mine = self.client(), links['g@example.org']
        self.assertIn('value="offer"', client.get(mine).text)

        def press(link, button, status=303):
            self.assertEqual(client.post(
                    link, data={'press': button}).status_code, status)
        press(mine, 'keep', 400)
        press(mine, 'offer')
        offers = self.send()
        takes, slow = [
            offers[f'{name}@example.org'] for name in ["takes", "slow"]]
        self.assertNotIn("gives", client.get(takes).text)
        press(mine, 'keep')
        press(takes, 'take', 400)
        press(mine, 'offer')
        press(takes, 'take')
        press(slow, 'take', 400)
        self.assertEqual(self.signups(id_), [
                ("gives", 'cancelled'), ("takes", 'coming')])
        told = self.send()
        self.assertEqual(set(told), {'g@example.org', 'takes@example.org'})
        self.assertIsNone(told['g@example.org'])
        # An officer hands it on; whoever waits has it without being asked
        with self.work():
            Signup = Pool().get('aid.shift.signup')
            Volunteer = Pool().get('aid.volunteer')
            taken, = Signup.search([
                    ('shift', '=', id_), ('state', '=', 'coming')])
            by_name = {v.first_name: v for v in Volunteer.search([
                        ('first_name', 'in', ["slow", "gives", "takes"])])}
            back = Signup.take_over(taken, by_name["gives"])
            with self.assertRaises(SwapError):
                Signup.take_over(taken, by_name["slow"])
            waits, = Signup.sign_up(back.shift, [by_name["slow"]])
            self.assertEqual(waits.state, 'waiting')
        press(mine, 'offer')
        self.assertEqual(dict(self.signups(id_)), {
                "gives": 'cancelled', "takes": 'cancelled',
                "slow": 'coming'})
        press(mine, 'come_back')
        press(mine, 'cancel')
        with self.work():
            self.assertEqual(Pool().get('aid.shift')(id_).taken, 1)

    def test_calendar(self):
        with self.work() as branch:
            pool = Pool()
            CalendarKey = pool.get('aid.volunteer.calendar')
            shift = self.shift(branch)
            sam = create_volunteer(branch, "Samira")
            pool.get('aid.shift.signup').sign_up(shift, [sam])
            self.shift(branch)
            old = CalendarKey.renew(sam)
            addresses = [
                CalendarKey.renew(record) for record in [sam, branch.parent]]
            start, id_ = shift.start, shift.id
        client = self.client()
        paths = [re.sub(r'^https?://[^/]+', '', a) for a in [
                old, *addresses]]
        self.assertEqual(client.get(paths[0]).status_code, 404)
        self.assertEqual(
            client.get(self.path('calendar', 'wrong.ics')).status_code, 404)
        mine, branch = [client.get(path) for path in paths[1:]]
        self.assertEqual(mine.mimetype, 'text/calendar')
        event, = Calendar.from_ical(mine.data).walk('VEVENT')
        self.assertEqual(
            event.decoded('dtstart'), start.replace(tzinfo=dt.timezone.utc))
        events = {
            str(e['uid']): str(e['summary'])
            for e in Calendar.from_ical(branch.data).walk('VEVENT')}
        self.assertEqual(events[f'shift-{id_}@maillon'], "Saturday 1/2")
        self.assertGreater(len(events), 1)
        self.assertNotIn("Samira", branch.text)


del RouteTestCase
