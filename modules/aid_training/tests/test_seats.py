"""No sequence of actions seats somebody whom the gate refuses."""
import datetime as dt
import unittest

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trytond.exceptions import UserError
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from aid_branch.tests.network import create_network
from aid_volunteer.merge import merge
from aid_volunteer.tests.people import (
    TODAY, create_mission, create_shift, create_volunteer)

from .papers import attempt, certify, course, need

PEOPLE = st.integers(0, 2)
COURSES = st.sampled_from(['psc', 'pse1', 'pse2'])
DAYS = st.sampled_from([5, 10, 20, 40])
ACTIONS = st.one_of(
    st.tuples(st.just('certify'), PEOPLE, COURSES, DAYS),
    st.tuples(st.just('sign_up'), PEOPLE, st.integers(0, 1)),
    st.tuples(st.just('cancel'), PEOPLE, st.integers(0, 1)),
    st.tuples(st.just('withdraw'), PEOPLE),
    st.tuples(st.just('shorten'), PEOPLE, DAYS),
    st.tuples(st.just('delete'), PEOPLE),
    st.tuples(st.just('move'), st.integers(0, 1), DAYS),
    st.tuples(st.just('ask'), COURSES, st.sampled_from(['flag', 'refuse'])),
    st.tuples(st.just('tighten')),
    st.tuples(st.just('no_more_counts')),
    st.tuples(st.just('merge')),
    )


class World:
    "Three volunteers, two shifts with one place less, and what is done there"

    def __init__(self) -> None:
        pool = Pool()
        self.Certificate = pool.get('aid.certificate')
        self.Signup = pool.get('aid.shift.signup')
        self.Shift = pool.get('aid.shift')
        self.Need = pool.get('aid.mission.need')
        branch = create_network()['grocery']
        self.people = [create_volunteer(branch, n) for n in "ABC"]
        self.mission = create_mission(branch, 'sorting', headcount=2)
        need(self.mission, 'psc')
        # Not at the same time, wherever they are moved to
        self.shifts = [
            create_shift(self.mission, 10, 8, 10),
            create_shift(self.mission, 10, 14, 16)]

    def papers(self, person: int) -> list:
        return self.Certificate.search([
                ('volunteer', '=', self.people[person].id)])

    def certify(self, person: int, code: str, until: int) -> None:
        certify(self.people[person], code, until)

    def sign_up(self, person: int, shift: int) -> None:
        self.Signup.sign_up(
            self.Shift(self.shifts[shift].id), [self.people[person]])

    def cancel(self, person: int, shift: int) -> None:
        self.Signup.cancel(self.Signup.search([
                    ('shift', '=', self.shifts[shift].id),
                    ('volunteer', '=', self.people[person].id)]))

    def withdraw(self, person: int) -> None:
        self.Certificate.write(
            self.papers(person),
            {'withdrawn_on': TODAY, 'withdrawn_for': "x"})

    def shorten(self, person: int, days: int) -> None:
        self.Certificate.write(
            self.papers(person),
            {'stated_until': TODAY + dt.timedelta(days=days)})

    def delete(self, person: int) -> None:
        self.Certificate.delete(self.papers(person))

    def move(self, shift: int, days: int) -> None:
        self.Shift.write(
            [self.Shift(self.shifts[shift].id)],
            {'date': TODAY + dt.timedelta(days=days)})

    def ask(self, code: str, gate: str) -> None:
        need(self.mission, code, gate=gate)

    def tighten(self) -> None:
        self.Need.write(self.Need.search([
                    ('mission', '=', self.mission.id)]), {'gate': 'refuse'})

    def no_more_counts(self) -> None:
        course('pse2').__class__.write(
            [course('pse2')], {'counts_for': [('remove', [
                            course('psc').id, course('pse1').id])]})

    def merge(self) -> None:
        if self.people[1] != self.people[0]:
            merge(self.people[0], self.people[1])
            self.people[1] = self.people[0]

    def seated_without(self) -> list:
        "Those who come without what each needs, by asking one by one"
        CountsFor = Pool().get('aid.course-counts_for')
        wrong = []
        for signup in self.Signup.search([('state', '=', 'coming')]):
            date = signup.shift.date
            have = {
                c.course for c in self.Certificate.search([
                        ('volunteer', '=', signup.volunteer.id),
                        *self.Certificate.valid_domain(date)])}
            have |= {
                row.other for row in CountsFor.search([
                        ('course', 'in', [c.id for c in have])])}
            wrong += [
                (signup.volunteer.rec_name, n.course.code)
                for n in self.Need.search([
                        ('mission', '=', self.mission.id),
                        ('gate', '=', 'refuse')])
                if n.course not in have]
        return wrong


class SeatsTestCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('aid_training')

    @settings(
        max_examples=8, deadline=None,
        suppress_health_check=list(HealthCheck), derandomize=True)
    @given(actions=st.lists(ACTIONS, min_size=6, max_size=14))
    @with_transaction()
    def test_nobody_is_seated_whom_the_gate_refuses(self, actions):
        world = World()
        for person in range(3):
            world.certify(person, 'pse2', 20)
        world.sign_up(0, 0)
        world.sign_up(1, 0)
        for name, *arguments in actions:
            try:
                with attempt():
                    getattr(world, name)(*arguments)
            except UserError:
                pass
            Transaction().cache.clear()
            self.assertEqual(world.seated_without(), [], msg=name)
