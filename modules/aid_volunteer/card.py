"""The card of a volunteer: a code to scan, and not a word beside it.

Found in the street, it says neither whose it is nor what for.
"""
from __future__ import annotations

from trytond.report import Report

from aid_branch.code_picture import picture
from aid_branch.paper import PaperReport


class VolunteerCard(PaperReport, Report):
    "Cards to cut out of a sheet of A4"
    __name__ = 'aid.volunteer.card'

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        context = super().get_context(records, header, data)
        context['cards'] = [
            picture(volunteer.card_code) for volunteer in records
            if not volunteer.anonymised_on]
        return context
