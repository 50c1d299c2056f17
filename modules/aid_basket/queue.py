"""The queue in front of the tills: expected, arrived, served, absent.

One list for all tills of a branch and day. Whoever arrives gets a number, or
keeps the one on paper; a till takes the next. Somebody who came and left
without goods has passed all the same.
"""
from __future__ import annotations

import datetime as dt
from collections import Counter
from contextlib import contextmanager

from trytond.i18n import gettext
from trytond.model import Index, Model, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import without_check_access

from aid_branch.scope import BranchMixin
from aid_branch.slices import slices

from .exceptions import QueueError
from .own_transaction import own_transaction, read_again

STATES = [
    ('expected', "Expected"),
    ('arrived', "Arrived"),
    ('served', "Served"),
    ('absent', "Absent"),
    ]


class Visit(BranchMixin, ModelSQL, ModelView):
    """One household on one day at a branch, from the door to the till.

    Without a household it is somebody who needs emergency aid.
    """
    __name__ = 'aid.session.visit'

    date = fields.Date("Date", required=True)
    household = fields.Many2One(
        'aid.household', "Household", ondelete='CASCADE',
        states={'readonly': Eval('state') == 'served'},
        domain=[('branch', '=', Eval('branch', -1))],
        help="Empty: somebody without a file.")
    number = fields.Integer(
        "Number", states={'readonly': Eval('state') == 'served'},
        domain=['OR', ('number', '=', None), ('number', '>', 0)],
        help="Empty at arrival: the next one. A number on paper is kept.")
    state = fields.Selection(
        STATES, "State", required=True, readonly=True, sort=False)
    arrived_at = fields.DateTime("Arrived At", readonly=True)
    basket = fields.Many2One(
        'aid.basket', "Basket", readonly=True, ondelete='SET NULL',
        help="Which a till composes or has handed over.")
    without_goods = fields.Boolean(
        "Without Goods", readonly=True,
        help="Came and left without goods: it counts as a passage.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._order = [
            ('date', 'DESC'), ('number', 'ASC NULLS LAST'), ('id', 'ASC')]
        cls._sql_constraints += [
            ('number_unique',
                Unique(table, table.branch, table.date, table.number),
                'aid_basket.msg_visit_number_unique'),
            ('household_unique', Unique(table, table.household, table.date),
                'aid_basket.msg_visit_household_unique'),
            ]
        cls._sql_indexes.update({
                Index(table, (table.branch, Index.Equality()),
                    (table.date, Index.Range())),
                Index(table, (table.basket, Index.Equality()),
                    where=table.basket != None),  # noqa: E711
                })
        waiting = Eval('state').in_(['expected', 'absent'])
        cls._buttons.update({
                'arrive': {'invisible': ~waiting, 'depends': ['state']},
                'absent': {
                    'invisible': ~Eval('state').in_(['expected', 'arrived']),
                    'depends': ['state'],
                    },
                'leave': {
                    'invisible': Eval('state') != 'arrived',
                    'depends': ['state'],
                    },
                })

    @staticmethod
    def default_state() -> str:
        return 'expected'

    @classmethod
    def default_date(cls) -> dt.date:
        pool = Pool()
        Branch = pool.get('aid.branch')
        if branch_id := cls.default_branch():
            return Branch(branch_id).today()
        return pool.get('ir.date').today()

    def get_rec_name(self, name: str) -> str:
        who = self.household.rec_name if self.household else gettext(
            'aid_basket.msg_emergency_name')
        return f'{self.number or "-"} {who}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('household.rec_name', *clause[1:])]

    # At the door

    @classmethod
    @without_check_access
    def expect(cls, branch, date: dt.date) -> None:
        "List the households of *branch* that are entitled on *date*"
        Entitlement = Pool().get('aid.entitlement')
        listed = {v.household for v in cls.search([
                    ('branch', '=', branch.id), ('date', '=', date)])}
        entitled = {e.household for e in Entitlement.search([
                    ('branch', '=', branch.id),
                    ('valid_from', '<=', date),
                    ('valid_until', '>=', date),
                    ['OR',
                        ('state', '=', 'granted'),
                        [
                            ('state', '=', 'ended'),
                            ('ended_on', '>', date),
                            ],
                        ],
                    ])}
        new = sorted(entitled - listed, key=lambda h: h.code)
        for households in slices(new):
            cls.create([{
                        'branch': branch.id,
                        'date': date,
                        'household': household.id,
                        } for household in households])

    @classmethod
    @ModelView.button
    def arrive(cls, visits) -> None:
        "Give whoever arrives a number; one on paper is kept"
        if not visits:
            return
        with turn(visits, {(v.branch, v.date) for v in visits}):
            visits = cls.browse([v.id for v in visits])
            last: dict = {}
            for visit in visits:
                key = visit.branch, visit.date
                if key not in last:
                    last[key] = cls._last_number(*key)
                if not visit.number:
                    visit.number = last[key] + 1
                last[key] = max(last[key], visit.number)
                visit.state = 'arrived'
                visit.arrived_at = dt.datetime.now()
            cls.save(visits)

    @classmethod
    def _last_number(cls, branch, date: dt.date) -> int:
        visits = cls.search([
                ('branch', '=', branch.id),
                ('date', '=', date),
                ('number', '!=', None),
                ], order=[('number', 'DESC')], limit=1)
        return visits[0].number if visits else 0

    @classmethod
    @ModelView.button
    def absent(cls, visits) -> None:
        "Not there today"
        cls.write(
            [v for v in visits if v.state != 'served'],
            {'state': 'absent', 'basket': None})

    @classmethod
    @ModelView.button
    def leave(cls, visits) -> None:
        "Served without goods: advice, a talk; it counts as a passage"
        cls.write(
            [v for v in visits if v.state != 'served'],
            {'state': 'served', 'without_goods': True})

    # At the till

    @classmethod
    def take_next(cls, basket) -> None:
        """Whoever waits longest is served with *basket*.

        :raises QueueError: nobody waits
        """
        session = basket.session
        with turn([basket], {(session.branch, session.date)}):
            basket = Pool().get('aid.basket')(basket.id)
            visits = cls.search([
                    ('branch', '=', session.branch.id),
                    ('date', '=', session.date),
                    ('state', '=', 'arrived'),
                    ('basket', '=', None),
                    ], order=[('number', 'ASC'), ('id', 'ASC')], limit=1)
            if not visits:
                raise QueueError(gettext(
                        'aid_basket.msg_queue_empty',
                        branch=session.branch.rec_name))
            visit, = visits
            visit.basket = basket
            visit.save()
            if visit.household:
                basket.household = visit.household
            else:
                basket.begin_emergency()
            basket.people = basket.count_people()
            basket.save()

    @classmethod
    @without_check_access
    def serve(cls, baskets) -> None:
        "Whoever takes *baskets* home is served, called or not"
        by_household = {
            (b.household, b.date): b for b in baskets if b.household}
        dates = list({b.date for b in baskets})
        visits = cls.search([
                ('date', 'in', dates),
                ['OR', ('state', '!=', 'served'), ('without_goods', '=', True)],
                ['OR',
                    ('basket', 'in', [b.id for b in baskets]),
                    ('household', 'in', [h.id for h, _ in by_household]),
                    ],
                ])
        for visit in visits:
            visit.basket = by_household.get(
                (visit.household, visit.date), visit.basket)
            visit.state = 'served'
            visit.without_goods = False
        cls.save(visits)

    @classmethod
    @without_check_access
    def close_day(cls, sessions) -> None:
        "Whoever has not come is absent once the last till has closed"
        Session = Pool().get('aid.distribution.session')
        for branch, date in {(s.branch, s.date) for s in sessions}:
            day = [('branch', '=', branch.id), ('date', '=', date)]
            if Session.search([*day, ('state', '=', 'open')], limit=1):
                continue
            cls.write(
                cls.search([*day, ('state', '=', 'expected')]),
                {'state': 'absent'})

    @classmethod
    @without_check_access
    def passages_without_goods(
            cls, households: list[int], first: dt.date, last: dt.date
            ) -> dict[int, int]:
        """How often *households* came from *first* to *last* for nothing.

        Those who never did are not in the result.
        """
        return Counter(visit.household.id for visit in cls.search([
                    ('household', 'in', households),
                    ('date', '>=', first),
                    ('date', '<=', last),
                    ('without_goods', '=', True),
                    ]))


@contextmanager
def turn(records, keys):
    """Wait until nobody else works on the queue of a branch and day.

    *keys* are (branch, date); the row of the hand-over numbers stands for
    them, as at checkout. What *records* say is to be read again inside.
    """
    BranchSequence = Pool().get('aid.branch.sequence')
    keys = sorted(keys, key=lambda k: (k[0].id, k[1]))
    with own_transaction(records, keys[0][0].company):
        BranchSequence.hold([
                (branch, 'hand_over', date) for branch, date in keys])
        read_again()
        yield


class QueueMixin(Model):
    "A session lists who is expected"
    __slots__ = ()

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        shown = {'invisible': Eval('state') != 'open', 'depends': ['state']}
        cls._buttons.update({'expect': shown, 'queue': shown})

    @classmethod
    @ModelView.button_action('aid_basket.act_session_visit')
    def expect(cls, sessions) -> None:
        "List the entitled households of the day, and show the queue"
        Visit = Pool().get('aid.session.visit')
        for branch, date in {(s.branch, s.date) for s in sessions}:
            Visit.expect(branch, date)

    @classmethod
    @ModelView.button_action('aid_basket.act_session_visit')
    def queue(cls, sessions) -> None:
        "Show the queue of the day"


class CalledMixin(Model):
    "A basket may be for whoever is next in the queue"
    __slots__ = ()

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._buttons.update({
                'take_next': {
                    'invisible': (
                        (Eval('state') != 'draft')
                        | Eval('household', None)
                        | Eval('emergency', False)),
                    'depends': ['state', 'household', 'emergency'],
                    },
                })

    @classmethod
    @ModelView.button
    def take_next(cls, baskets) -> None:
        "Call whoever waits longest"
        Visit = Pool().get('aid.session.visit')
        for basket in baskets:
            Visit.take_next(basket)
