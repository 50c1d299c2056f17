"""What somebody may do while on a shift, and who is offered at the till."""
import datetime as dt
import unittest

from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from aid_branch.tests.network import create_network, create_user
from aid_volunteer.tests.people import (
    TODAY, create_mission, create_shift, create_volunteer)

HOUR = dt.timedelta(hours=1)


def move(shift, start: dt.datetime, end: dt.datetime) -> None:
    "Put *shift* at other times, without asking its clock"
    table = shift.__class__.__table__()
    Transaction().connection.cursor().execute(*table.update(
            [table.start, table.end], [start, end],
            where=table.id == shift.id))
    # What is known of it is not true any more
    shift.__class__.write([shift], {'headcount': shift.headcount})


class OnDutyTestCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('maillon', lang='fr')

    def shift(self, branch, kind: str = 'distribution'):
        "A shift of today, whatever the clock says"
        return create_shift(create_mission(branch, kind), days=0)

    @with_transaction()
    def test_roles_begin_and_end_with_the_shift(self):
        pool = Pool()
        Kind = pool.get('aid.mission.kind')
        ModelData = pool.get('ir.model.data')
        Signup = pool.get('aid.shift.signup')
        User = pool.get('res.user')
        UserRole = pool.get('res.user.role')
        branch = create_network()['grocery']
        sam = create_user('sam', [branch])
        till = ModelData.get_id('maillon', 'role_till')
        group = ModelData.get_id('aid_branch', 'group_till')
        kind, = Kind.search([('code', '=', 'distribution')])
        Kind.write([kind], {'role': till})
        volunteer = create_volunteer(branch, user=sam.id)
        other = create_volunteer(branch)
        shift = self.shift(branch)
        signup, _ = Signup.sign_up(shift, [volunteer, other])

        now = dt.datetime.now().replace(microsecond=0)

        def may(start, end) -> bool:
            "Whether Sam may, where the shift goes from *start* to *end*"
            move(shift, now + start, now + end)
            UserRole.write(UserRole.search([('shift', '=', shift.id)]), {
                    'from_date': now + start, 'to_date': now + end})
            # Twice is once
            for _ in range(2):
                User.sync_roles_on_duty()
            return group in {g.id for g in User(sam.id).groups}
        self.assertFalse(may(5 * HOUR, 8 * HOUR))
        self.assertFalse(UserRole.search([('shift', '=', shift.id)]))
        self.assertFalse(may(HOUR / 10, 3 * HOUR))
        self.assertEqual(
            len(UserRole.search([('shift', '=', shift.id)])), 1)
        self.assertTrue(may(-HOUR / 10, 3 * HOUR))
        # Who goes home early may no more
        Signup.cancel([signup])
        self.assertFalse(may(-HOUR, 3 * HOUR))
        Signup.sign_up(shift, [volunteer])
        self.assertTrue(may(-HOUR, 3 * HOUR))
        self.assertFalse(may(-3 * HOUR, -HOUR / 10))

    @with_transaction()
    def test_the_till_offers_who_is_on_a_shift(self):
        pool = Pool()
        Basket = pool.get('aid.basket')
        Person = pool.get('aid.session.person')
        Session = pool.get('aid.distribution.session')
        Signup = pool.get('aid.shift.signup')
        branch = create_network()['grocery']
        sam, alix, noor = [create_volunteer(
                branch, name, last_name="Petit")
            for name in ["Sam", "Alix", "Noor"]]
        shift = self.shift(branch)
        Shift = shift.__class__
        Shift.write([shift], {'headcount': 3})
        # Whenever the test runs, the shift is not over
        now = dt.datetime.now().replace(microsecond=0)
        move(shift, now - HOUR, now + HOUR)
        shift = Shift(shift.id)
        signups = Signup.sign_up(shift, [sam, alix])

        def offered() -> list[str]:
            return [p.name for p in Person.search([
                        ('branch', '=', branch.id), ('date', '=', TODAY)])]
        self.assertFalse(offered())
        session, = Session.create([{'branch': branch.id, 'date': TODAY}])
        self.assertEqual(offered(), ["Alix", "Sam"])
        Signup.sign_up(shift, [noor])
        Signup.cancel(signups[1:])
        self.assertEqual(offered(), ["Noor", "Sam"])
        who = Person.find(sam.card_code, branch, TODAY)
        basket, = Basket.create([{
                    'branch': branch.id, 'session': session.id,
                    'emergency': True, 'served_by': who.id}])
        for _ in range(2):
            Person.keep_lists(now + HOUR)
            self.assertEqual(offered(), ["Noor", "Sam"])
        # Two hours after: not with a basket open, then yes
        Person.keep_lists(now + 4 * HOUR)
        self.assertEqual(offered(), ["Sam"])
        Basket.delete([basket])
        Person.keep_lists(now + 4 * HOUR)
        self.assertFalse(offered())
        self.assertFalse({'volunteer', 'last_name'} & set(Person._fields))


if __name__ == '__main__':
    unittest.main()
