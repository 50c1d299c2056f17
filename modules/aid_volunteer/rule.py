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
    remind_hours = fields.Integer(
        "Hours a Reminder Comes Before", required=True,
        domain=[('remind_hours', '>=', 0)],
        help="So many hours before a shift those who come are reminded by "
        "e-mail, once. 0: never.")
    offer_to = fields.Integer(
        "People Told of an Offered Place", required=True,
        domain=[('offer_to', '>=', 0)],
        help="Of those who may hold it, so many are told by e-mail.")
    newcomers_per_hour = fields.Integer(
        "Sign-Ups by a Poster in an Hour", required=True,
        domain=[('newcomers_per_hour', '>', 0)],
        help="More within an hour are asked to try again later: robots fill "
        "in forms too.")

    check_in = fields.Boolean(
        "Check In by Card",
        help="Whoever comes scans a card: hours run from then on.")
    individual_approval = fields.Boolean(
        "Approve Each Person's Hours",
        help="Closing a shift does not approve its hours yet.")

    @staticmethod
    def default_night_from() -> dt.time:
        return dt.time(22)

    @staticmethod
    def default_night_to() -> dt.time:
        return dt.time(6)

    @staticmethod
    def default_remind_hours() -> int:
        return 48

    @staticmethod
    def default_offer_to() -> int:
        return 10

    @staticmethod
    def default_newcomers_per_hour() -> int:
        return 20
