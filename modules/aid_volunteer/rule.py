"""What branches decide about shifts and records, as dated rules."""
from __future__ import annotations

import datetime as dt

from trytond.model import ModelSQL, ModelView, fields

from aid_branch.dated import NamedByBranchMixin


class VolunteerRule(NamedByBranchMixin, ModelSQL, ModelView):
    "How long records are kept, who is a minor, when it is night"
    __name__ = 'aid.volunteer.rule'

    minor_below = fields.Integer(
        "Minor Below", required=True, domain=[('minor_below', '>', 0)],
        help="Age in full years from which one counts as grown up.")
    night_from = fields.Time(
        "Night From", required=True,
        help="From this time on, minors are not on a shift.")
    night_to = fields.Time("Night To", required=True)
    longest = fields.Float(
        "Longest Shift in Hours", digits=(None, 2), required=True,
        domain=[('longest', '>', 0)])
    overtime = fields.Float(
        "Hours Beyond the Shift", digits=(None, 2), required=True,
        domain=[('overtime', '>=', 0)],
        help="Somebody may have stayed so many hours longer than planned.")
    one_off_days = fields.Integer(
        "Days One-Off Records Are Kept", required=True,
        domain=[('one_off_days', '>=', 0)],
        help="After so many days without a shift the person behind a one-off "
        "record is forgotten. The hours stay.")
    absence_months = fields.Integer(
        "Months Absences Are Kept", required=True,
        domain=[('absence_months', '>=', 0)],
        help="After so many months nobody sees any more who did not come.")

    @staticmethod
    def default_night_from() -> dt.time:
        return dt.time(22)

    @staticmethod
    def default_night_to() -> dt.time:
        return dt.time(6)
