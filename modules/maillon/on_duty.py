"""Who is on a shift may do what the shift needs, for as long as it lasts.

Whoever has a login of their own gets the role of the kind of mission from the
beginning of the shift to its end. Whoever serves without one stands on the
list of the day at the till, by a first name, until two hours after.

Jobs of every few minutes see to it; each may run as often as it likes.
"""
from __future__ import annotations

import datetime as dt

from trytond.model import DeactivableMixin, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import without_check_access

from aid_volunteer.places import COMING

#: How long after a shift somebody is still offered at the till
STAYS = dt.timedelta(hours=2)
#: How long before a shift its roles are written down; they hold from its start
AHEAD = dt.timedelta(minutes=15)
#: How far back the beginning and the end of roles are looked for; Tryton
#: itself goes through all of them once a day
LOOKED_BACK = dt.timedelta(days=2)


class MissionKind(metaclass=PoolMeta):
    __name__ = 'aid.mission.kind'

    role = fields.Many2One(
        'res.role', "Role During a Shift", ondelete='SET NULL',
        help="What a volunteer with a login of their own may do from the "
        "beginning of a shift to its end.")


class Volunteer(metaclass=PoolMeta):
    __name__ = 'aid.volunteer'

    user = fields.Many2One(
        'res.user', "Login", ondelete='SET NULL',
        help="Gets the role of a mission during its shifts. Decided by head "
        "office.")


class UserRole(metaclass=PoolMeta):
    __name__ = 'res.user.role'

    shift = fields.Many2One(
        'aid.shift', "Shift", readonly=True, ondelete='CASCADE',
        states={'invisible': ~Eval('shift')})


class User(metaclass=PoolMeta):
    __name__ = 'res.user'

    @classmethod
    @without_check_access
    def sync_roles_on_duty(cls) -> None:
        "The cron job: what begins or ends with a shift does so now"
        Role = Pool().get('res.user.role')
        now = dt.datetime.now()
        cls._write_down_roles(now)
        since = now - LOOKED_BACK
        changed = Role.search(['OR',
                [('from_date', '>=', since), ('from_date', '<=', now)],
                [('to_date', '>=', since), ('to_date', '<=', now)],
                ])
        cls.sync_roles(cls.browse({role.user.id for role in changed}))

    @classmethod
    def _write_down_roles(cls, now: dt.datetime) -> None:
        "The roles of the shifts that are on, or about to begin"
        pool = Pool()
        Role = pool.get('res.user.role')
        Signup = pool.get('aid.shift.signup')
        Shift = pool.get('aid.shift')
        shifts = Shift.search([
                ('start', '<=', now + AHEAD),
                ('end', '>=', now),
                ('mission.kind.role', '!=', None),
                ])
        due = {
            (s.volunteer.user, s.shift): s for s in Signup.search([
                    ('shift', 'in', [shift.id for shift in shifts]),
                    ('shift.state', '!=', 'cancelled'),
                    ('state', 'in', COMING),
                    ('volunteer.user', '!=', None),
                    ])}
        written = Role.search([('shift', 'in', [s.id for s in shifts])])
        there = {(r.user, r.shift): r for r in written}
        to_write: list = []
        for user, shift in due:
            if (user, shift) not in there:
                to_write += [[user], {'roles': [('create', [{
                                        'role': shift.mission.kind.role.id,
                                        'from_date': shift.start,
                                        'to_date': shift.end,
                                        'shift': shift.id,
                                        }])]}]
        gone = {key: r for key, r in there.items() if key not in due}
        for (user, _), role in gone.items():
            to_write += [[user], {'roles': [('delete', [role.id])]}]
        if to_write:
            cls.write(*to_write)
        # Whoever has no role left is passed over unless it is said
        cls.sync_roles(
            cls.browse({user.id for user, _ in gone}), clear=True)


class Person(DeactivableMixin, metaclass=PoolMeta):
    __name__ = 'aid.session.person'

    until = fields.DateTime(
        "Until", readonly=True, states={'invisible': ~Eval('until')},
        help="Two hours after the last shift of the day.")

    @classmethod
    @without_check_access
    def expect_volunteers(cls, branch, date: dt.date) -> None:
        """Offer at the tills of *branch* those who are on a shift on *date*.

        By their first names and cards. Who cancelled is offered no more,
        unless a basket of theirs is open.
        """
        Signup = Pool().get('aid.shift.signup')
        coming: dict[str, dict] = {}
        for signup in Signup.search([
                    ('shift.branch', '=', branch.id),
                    ('shift.date', '=', date),
                    ('shift.state', '!=', 'cancelled'),
                    ('state', 'in', COMING),
                    ]):
            volunteer, until = signup.volunteer, signup.shift.end + STAYS
            values = coming.setdefault(volunteer.card_code, {
                    'name': volunteer.first_name, 'until': until})
            values['until'] = max(values['until'], until)
        there = {
            p.card_code: p for p in cls.search([
                    ('branch', '=', branch.id),
                    ('date', '=', date),
                    ('active', 'in', [True, False]),
                    ]) if p.card_code}
        cls.create([{
                    **values, 'branch': branch.id, 'date': date,
                    'card_code': card,
                    } for card, values in coming.items()
                if card not in there])
        now = dt.datetime.now()
        for card, person in there.items():
            values = coming.get(card)
            if values and values['until'] != person.until:
                cls.write([person], {
                        'until': values['until'],
                        'active': values['until'] > now,
                        })
        cls._let_go([
                p for card, p in there.items()
                if p.until and p.active and card not in coming])

    @classmethod
    @without_check_access
    def keep_lists(cls, now: dt.datetime | None = None) -> None:
        """The cron job: who is on a shift comes on the list, whose time is
        over leaves it.

        :param now: in UTC
        """
        Session = Pool().get('aid.distribution.session')
        now = now or dt.datetime.now()
        for branch, date in {
                (s.branch, s.date) for s in Session.search([
                        ('state', '=', 'open'),
                        ('date', '>=', now.date() - dt.timedelta(days=1)),
                        ])}:
            cls.expect_volunteers(branch, date)
        cls._let_go(cls.search([('until', '<=', now)]))

    @classmethod
    def _let_go(cls, people) -> None:
        "Offer *people* no more, but whoever has a basket open"
        Basket = Pool().get('aid.basket')
        busy = {
            b.served_by for b in Basket.search([
                    ('served_by', 'in', [p.id for p in people]),
                    ('state', '=', 'draft'),
                    ])}
        cls.write(
            [p for p in people if p not in busy], {'active': False})


class Session(metaclass=PoolMeta):
    __name__ = 'aid.distribution.session'

    @classmethod
    def on_modification(cls, mode, sessions, field_names=None) -> None:
        super().on_modification(mode, sessions, field_names=field_names)
        Person = Pool().get('aid.session.person')
        if mode == 'create':
            for branch, date in {(s.branch, s.date) for s in sessions}:
                if date == branch.today():
                    Person.expect_volunteers(branch, date)


class Signup(metaclass=PoolMeta):
    __name__ = 'aid.shift.signup'

    @classmethod
    def on_modification(cls, mode, signups, field_names=None) -> None:
        super().on_modification(mode, signups, field_names=field_names)
        if mode == 'create' or mode == 'write' and 'state' in field_names:
            with without_check_access():
                cls._tell_tills(signups)

    @classmethod
    def _tell_tills(cls, signups) -> None:
        "Who signs up today is on the list of a till that is open"
        pool = Pool()
        Person = pool.get('aid.session.person')
        Session = pool.get('aid.distribution.session')
        days = {
            (s.shift.branch, s.shift.date) for s in signups
            if s.shift.date == s.shift.branch.today()}
        for branch, date in days:
            if Session.search([
                        ('branch', '=', branch.id), ('date', '=', date),
                        ('state', '=', 'open')], limit=1):
                Person.expect_volunteers(branch, date)


class Expense(metaclass=PoolMeta):
    __name__ = 'aid.volunteer.expense'

    def get_invoice(self):
        invoice = super().get_invoice()
        # Seen where the expense note is, and by the accounts
        invoice.branch = self.branch
        return invoice


class Cron(metaclass=PoolMeta):
    __name__ = 'ir.cron'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.method.selection += [
            ('res.user|sync_roles_on_duty', "Begin and End Roles of Shifts"),
            ('aid.session.person|keep_lists', "Keep the Lists of Tills"),
            ]
