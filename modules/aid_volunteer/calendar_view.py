"""How shifts look in the calendar: how full, at a glance and in words."""
from __future__ import annotations

import datetime as dt

from trytond.model import fields
from trytond.pool import PoolMeta

from . import shift_time

#: Background and text, readable by who sees no red or green: nobody yet,
#: people needed, full, and over or cancelled
COLOURS = {
    'empty': ('#a3261b', '#ffffff'),
    'needs': ('#f2b84b', '#1d2530'),
    'full': ('#1b6e3c', '#ffffff'),
    'past': ('#d5dade', '#3d4955'),
    }


class Shift(metaclass=PoolMeta):
    __name__ = 'aid.shift'

    in_calendar = fields.Function(
        fields.Char("In the Calendar"), 'on_change_with_in_calendar')
    background = fields.Function(
        fields.Char("Background"), 'get_colours')
    colour = fields.Function(fields.Char("Colour"), 'get_colours')

    @fields.depends('mission', '_parent_mission.name', 'taken', 'headcount')
    def on_change_with_in_calendar(self, name: str | None = None) -> str:
        title = self.mission.name if self.mission else ''
        return f'{self.taken or 0}/{self.headcount or 0} {title}'.strip()

    @classmethod
    def get_colours(cls, shifts, names: list[str]) -> dict:
        now = dt.datetime.now()
        result: dict = {name: {} for name in names}
        for shift in shifts:
            background, colour = COLOURS[shift._how_full(now)]
            for name in names:
                result[name][shift.id] = (
                    background if name == 'background' else colour)
        return result

    def _how_full(self, now: dt.datetime) -> str:
        if self.state != 'open' or not self.end or self.end < now:
            return 'past'
        if not self.taken:
            return 'empty'
        return 'needs' if self.free else 'full'

    @fields.depends('start', 'date', 'mission', '_parent_mission.branch')
    def on_change_start(self) -> None:
        "Somebody clicked on a day of the calendar"
        if self.start and not self.date:
            self.date = self.start.date() if not self.mission else (
                shift_time.local(
                    self.start, self.mission.branch.zone).date())
