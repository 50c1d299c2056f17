"""The poster of a call: what is needed when, and a code to sign up by."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.report import Report

from aid_branch.code_picture import picture
from aid_branch.paper import PaperReport

#: More do not fit where they can be read from afar
MOST = 6


class CallPoster(PaperReport, Report):
    "A call for help to hang up"
    __name__ = 'aid.shift.call.poster'

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        context = super().get_context(records, header, data)
        context['picture'] = picture
        context['posters'] = [cls._poster(call) for call in records]
        context['say'] = lambda name, **values: gettext(
            f'aid_volunteer.msg_poster_{name}', **values)
        return context

    @classmethod
    def _poster(cls, call) -> dict:
        shifts = call.proposed or list(call.shifts)
        return {
            'branch': call.branch.name,
            'phone': call.branch.party.phone,
            'words': call.words,
            'address': call.address,
            'shifts': [{
                    'title': shift.mission.name,
                    'day': shift.day_in_words(),
                    'hours': gettext('aid_volunteer.msg_from_to',
                        start=f'{shift.from_time:%H:%M}',
                        end=f'{shift.to_time:%H:%M}'),
                    'place': shift.where(),
                    } for shift in shifts[:MOST]],
            'more': max(len(shifts) - MOST, 0),
            }
