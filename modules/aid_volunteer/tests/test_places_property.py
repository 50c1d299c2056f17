"""Whatever people do, a shift has no more of them than places."""
import unittest
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction

from aid_branch.tests.network import create_network
from aid_volunteer.places import COMING

from .people import create_mission, create_shift, create_volunteer

PEOPLE = 5
#: Who does what: signs up alone or with the next one, cancels, scans a card;
#: and places more, or as few as are taken
ACTIONS = st.tuples(
    st.sampled_from(['sign_up', 'both', 'cancel', 'arrive', 'more', 'fewer']),
    st.integers(0, PEOPLE - 1))


class PlacesTestCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_volunteer')

    @with_transaction()
    def test_never_more_than_places(self):
        branch = create_network()['grocery']
        people = [create_volunteer(branch, n) for n in "ABCDE"]
        mission = create_mission(branch)
        days = count(1)

        @settings(
            max_examples=15, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck))
        @given(st.integers(1, 3), st.lists(ACTIONS, max_size=12))
        def play(headcount, actions):
            shift = create_shift(
                mission, days=next(days), headcount=headcount)
            for action, number in actions:
                self.do(shift.id, action, people, number)
                self.check(shift.id)
        play()

    def do(self, shift_id: int, action: str, people: list, number: int):
        pool = Pool()
        Signup = pool.get('aid.shift.signup')
        Shift = pool.get('aid.shift')
        shift, who = Shift(shift_id), people[number]
        if action == 'sign_up':
            Signup.sign_up(shift, [who])
        elif action == 'both':
            Signup.sign_up(shift, [who, people[number - 1]])
        elif action == 'cancel':
            Signup.cancel([
                    s for s in shift.signups if s.volunteer == who])
        elif action == 'arrive':
            shift.arrive(who.card_code)
        elif action == 'more':
            Shift.write([shift], {'headcount': shift.headcount + 1})
        else:
            Shift.write([shift], {'headcount': max(shift.taken, 1)})

    def check(self, shift_id: int):
        shift = Pool().get('aid.shift')(shift_id)
        there = [s for s in shift.signups if s.state in COMING]
        self.assertEqual(len(there), shift.taken)
        self.assertLessEqual(shift.taken, shift.headcount)
        self.assertEqual(
            len({s.volunteer for s in shift.signups}), len(shift.signups))


if __name__ == '__main__':
    unittest.main()
