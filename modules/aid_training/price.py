"""What a course costs people who are no volunteers, from when on."""
from __future__ import annotations

import datetime as dt

from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction

from aid_branch.dated import BranchRuleMixin


class Course(metaclass=PoolMeta):
    __name__ = 'aid.course'

    prices = fields.One2Many(
        'aid.course.price', 'course', "Prices",
        states={'invisible': ~Eval('public')},
        help="For people who are no volunteers. None: it is free.")


class CoursePrice(BranchRuleMixin, ModelSQL, ModelView):
    "What a place costs somebody who is no volunteer"
    __name__ = 'aid.course.price'

    _rule_key = ('course',)

    course = fields.Many2One(
        'aid.course', "Course", required=True, ondelete='CASCADE')
    price = Monetary(
        "Price", currency='currency', digits='currency', required=True,
        domain=[('price', '>=', 0)])
    currency = fields.Many2One(
        'currency.currency', "Currency", required=True, ondelete='RESTRICT')
    account = fields.Many2One(
        'account.account', "Account", ondelete='RESTRICT', domain=[
            ('type.revenue', '=', True),
            ('closed', '!=', True),
            ],
        help="Empty: account 706 (services), else the only revenue account "
        "of the company.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.course, Index.Equality())))

    @staticmethod
    def default_currency() -> int | None:
        Company = Pool().get('company.company')
        company = Transaction().context.get('company')
        return Company(company).currency.id if company else None

    def get_rec_name(self, name: str) -> str:
        return f'{self.course.rec_name} {self.valid_from or ""}'.strip()

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('course.rec_name', *clause[1:])]

    @classmethod
    def of_session(cls, session) -> CoursePrice | None:
        "What a place of *session* costs on the day it begins, None if nothing"
        found = cls.for_branch(
            session.branch, session.date or dt.date.today(),
            course=session.course)
        return found if found and found.price else None
