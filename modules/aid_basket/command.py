"""The commands of the code sheet: what a till does, as codes to scan.

Letters only: readers set to another keyboard garble digits and signs. A scan
itself presses no button, whose questions would not be seen: it names the
button, which the web client presses, and says which it is for all others.
"""
from __future__ import annotations

from typing import NamedTuple

from trytond.i18n import gettext
from trytond.model import Model, fields


class Command(NamedTuple):
    "One command; its words are the message ``msg_command_<name>``"
    code: str
    name: str
    #: data of an SVG path within 24 × 24, to be stroked
    path: str

    @property
    def label(self) -> str:
        return gettext(f'aid_basket.msg_command_{self.name}')


COMMANDS = [
    Command('CMDREMOVE', 'remove', 'M4 12H20'),
    Command('CMDWEIGH', 'weigh', 'M4 20H20L18 10H6ZM8 6H16M12 6V10M12 17'
        'L14 13'),
    Command('CMDSWAP', 'swap', 'M4 8H19L15 4M20 16H5L9 20'),
    Command('CMDAID', 'aid', 'M12 20C4 14 3 10 5 7S11 5 12 8C13 5 17 4 19 7'
        'S20 14 12 20Z'),
    Command('CMDCASH', 'cash', 'M3 7H21V17H3ZM12 9.5A2.5 2.5 0 1 0 12 14.5'
        'A2.5 2.5 0 1 0 12 9.5'),
    Command('CMDLATER', 'later', 'M12 3A9 9 0 1 0 12 21A9 9 0 1 0 12 3M12 7'
        'V12L16 14'),
    Command('CMDNEXT', 'next', 'M4 12H19M13 6L19 12L13 18'),
    Command('CMDPRINT', 'print', 'M7 9V4H17V9M7 17H4V9H20V17H17M7 14H17V20'
        'H7Z'),
    ]
BY_CODE = {command.code: command for command in COMMANDS}


class CommandMixin(Model):
    "A basket that obeys the commands of the code sheet"
    __slots__ = ()

    press = fields.Function(
        fields.Char("Button to Press", readonly=True), 'get_nothing')

    @fields.depends(
        'state', 'household', 'emergency', 'lines', 'asked',
        methods=['begin_emergency', '_refresh'])
    def obey(self, ordered: Command) -> str:
        "Do what is *ordered*, or name the button that does; what to say of it"
        when = 'draft' if self.is_composed else 'done'
        do = getattr(self, f'_obey_{ordered.name}_when_{when}', None)
        return do() if do else gettext('aid_basket.msg_scan_done')

    @property
    def is_composed(self) -> bool:
        "Whether goods may still come in and go out"
        return getattr(self, 'state', None) in {None, 'draft'}

    def _press(self, button: str, name: str) -> str:
        "Have *button* pressed, which people know as the command *name*"
        self.press = button
        return gettext(
            'aid_basket.msg_command_press',
            command=gettext(f'aid_basket.msg_command_{name}'))

    # While it is composed

    def _obey_remove_when_draft(self) -> str:
        return self._remove_last()

    def _obey_weigh_when_draft(self) -> str:
        return self._weigh_last()

    def _obey_aid_when_draft(self) -> str:
        self.begin_emergency()
        return self.cap_words

    def _obey_swap_when_draft(self) -> str:
        return gettext('aid_basket.msg_command_swap_freely')

    def _obey_cash_when_draft(self) -> str:
        if not self.lines:
            return gettext('aid_basket.msg_scan_no_line')
        return self._press('checkout', 'cash')

    def _obey_later_when_draft(self) -> str:
        "Where nothing is asked, nothing is carried forward either"
        if not self.asked:
            return self._obey_cash_when_draft()
        return self._press('checkout_later', 'later')

    def _obey_next_when_draft(self) -> str:
        "Whoever waits is called to a basket that is nobody's yet"
        if self.household or self.emergency or self.lines:
            return gettext('aid_basket.msg_command_not_done')
        return self._press('take_next', 'next')

    def _obey_print_when_draft(self) -> str:
        return self._press('print_last', 'print')

    # Once it was handed over

    def _obey_swap_when_done(self) -> str:
        return self._press('exchange', 'swap')

    def _obey_next_when_done(self) -> str:
        return self._press('next_basket', 'next')

    def _obey_print_when_done(self) -> str:
        return self._press('print_again', 'print')
