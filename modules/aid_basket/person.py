"""Who serves today: a first name on a list, no account and no password.

The device is opened once, by the person in charge. Whoever serves scans a
card or taps a first name; it is written on each basket.
"""
from __future__ import annotations

import datetime as dt

from trytond.i18n import gettext
from trytond.model import Index, Model, ModelSQL, ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import without_check_access

from aid_branch.scope import BranchMixin


class Person(BranchMixin, ModelSQL, ModelView):
    """A first name on the list of a branch for one day.

    All tills of the branch share the list. It opens nothing: the session
    does, until it is closed, and it is never closed over an open basket.
    """
    __name__ = 'aid.session.person'
    _rec_name = 'name'

    date = fields.Date("Date", required=True)
    name = fields.Char(
        "First Name", required=True,
        help="What the others call the person. No family name is needed.")
    card_code = fields.Char(
        "Card", help="A code to scan instead of tapping the name.")
    in_charge = fields.Boolean(
        "In Charge", help="Decides where the till asks for it.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._order = [
            ('date', 'DESC'), ('in_charge', 'DESC'), ('name', 'ASC'),
            ('id', 'ASC')]
        cls._sql_indexes.add(
            Index(table, (table.branch, Index.Equality()),
                (table.date, Index.Range())))

    @classmethod
    def default_date(cls) -> dt.date:
        pool = Pool()
        Branch = pool.get('aid.branch')
        if branch_id := cls.default_branch():
            return Branch(branch_id).today()
        return pool.get('ir.date').today()

    @fields.depends('branch')
    def on_change_branch(self) -> None:
        if self.branch:
            self.date = self.branch.today()

    @classmethod
    def find(cls, code: str, branch, date: dt.date):
        "Who on the list of *branch* on *date* has the card *code*, or None"
        people = cls.search([
                ('branch', '=', branch.id),
                ('date', '=', date),
                ('card_code', 'in', [code, code.upper()]),
                ], limit=1)
        return people[0] if people else None

    @classmethod
    @without_check_access
    def same_as_last_time(cls, branch, date: dt.date) -> list:
        "Put on the list of *date* who was on the last one of *branch*"
        there = {p.name for p in cls.search([
                    ('branch', '=', branch.id), ('date', '=', date)])}
        last = cls.search([
                ('branch', '=', branch.id), ('date', '<', date),
                ], order=[('date', 'DESC')], limit=1)
        if not last:
            return []
        people = cls.search([
                ('branch', '=', branch.id), ('date', '=', last[0].date)])
        return cls.create([{
                    'branch': branch.id,
                    'date': date,
                    'name': person.name,
                    'card_code': person.card_code,
                    'in_charge': person.in_charge,
                    } for person in people if person.name not in there])


class ServedMixin(Model):
    "A basket knows the first name of who composed it"
    __slots__ = ()

    served_by = fields.Many2One(
        'aid.session.person', "Served By", ondelete='RESTRICT',
        states={'readonly': Eval('state') != 'draft'},
        domain=[
            ('branch', '=', Eval('branch', -1)),
            ('date', '=', Eval('date', None)),
            ])
    serving_words = fields.Function(
        fields.Char(
            "Who Serves", states={'invisible': ~Eval('serving_words')}),
        'get_of_household')

    @fields.depends('household', 'served_by', 'state')
    def on_change_served_by(self) -> None:
        self.serving_words = self._serving_words()

    def _serving_words(self) -> str | None:
        "To let somebody else serve, where the household wishes it"
        if (self.state == 'draft' and self.household and self.served_by
                and self.household.would_rather_not_see(self.served_by.name)):
            return gettext(
                'aid_basket.msg_somebody_else_serves',
                name=self.served_by.name)
        return None

    @classmethod
    def default_served_by(cls) -> int | None:
        "Who composed the last basket of the session still stands there"
        session_id = cls.default_session()
        if not session_id:
            return None
        with without_check_access():
            last = cls.search([
                    ('session', '=', session_id),
                    ], order=[('id', 'DESC')], limit=1)
            if not last or not last[0].served_by:
                return None
            return last[0].served_by.id

    def set_served_by(self, person) -> str:
        "*person* serves from now on; what to say about it"
        self.served_by = person
        self.serving_words = self._serving_words()
        return gettext('aid_basket.msg_scan_person', name=person.name)


class PeopleMixin(Model):
    "A session shows who is on today's list"
    __slots__ = ()

    people_today = fields.Function(
        fields.One2Many(
            'aid.session.person', None, "People Today",
            help="For all the tills of the branch on that day."),
        'get_people_today', setter='set_people_today')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._buttons.update({
                'same_people': {
                    'invisible': Eval('state') != 'open',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def get_people_today(cls, sessions, name: str) -> dict[int, list]:
        Person = Pool().get('aid.session.person')
        result = {}
        for session in sessions:
            result[session.id] = [p.id for p in Person.search([
                        ('branch', '=', session.branch.id),
                        ('date', '=', session.date),
                        ])]
        return result

    @classmethod
    def set_people_today(cls, sessions, name: str, value: list) -> None:
        "Whoever is put on the list of a session is there for its branch"
        Person = Pool().get('aid.session.person')
        for action, *arguments in value:
            if action == 'create':
                Person.create([{
                            **values,
                            'branch': session.branch.id,
                            'date': session.date,
                            } for session in sessions
                        for values in arguments[0]])
            elif action == 'write':
                Person.write(*[
                        Person.browse(a) if isinstance(a, (list, tuple))
                        else a for a in arguments])
            elif action == 'delete':
                Person.delete(Person.browse(arguments[0]))

    @classmethod
    @ModelView.button
    def same_people(cls, sessions) -> None:
        "Put everybody of the last time on today's list"
        Person = Pool().get('aid.session.person')
        for session in sessions:
            Person.same_as_last_time(session.branch, session.date)
