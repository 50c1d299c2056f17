"""How far back a recall looks and when it reminds, as dated data."""
from __future__ import annotations

import datetime as dt

from trytond.model import ModelSQL, ModelView, fields

from aid_branch.dated import RuleMixin


class RecallRule(RuleMixin, ModelSQL, ModelView):
    "What the network looks at when a product is recalled"
    __name__ = 'aid.recall.rule'

    look_back = fields.Integer(
        "Look Back (days)", required=True,
        domain=[('look_back', '>', 0)],
        help="Of goods of which nothing is left, those count that moved "
        "within so many days before a notice was published, where it does "
        "not say since when they were sold.")

    remind_after = fields.Integer(
        "Remind Households After (Days)", required=True,
        domain=[('remind_after', '>=', 1)])
    reminders = fields.Integer(
        "At Most So Many Reminders", required=True,
        domain=[('reminders', '>=', 0)])
    task_hours = fields.Integer(
        "Remind Branches After (Hours)", required=True,
        domain=[('task_hours', '>=', 1)])

    def get_rec_name(self, name: str) -> str:
        return str(self.look_back)

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('source', *clause[1:])]

    @classmethod
    def days_back(cls, date: dt.date) -> dt.timedelta | None:
        "How far back to look from *date*, None: as far as there is anything"
        rule = cls.at(date)
        return dt.timedelta(days=rule.look_back) if rule else None
