"""The commands of the code sheet: what a till does, as codes to scan.

Letters only: readers set to another keyboard garble digits and signs. What
a code cannot do, since a scan presses no button, it says which to press.
"""
from __future__ import annotations

from typing import NamedTuple

from trytond.i18n import gettext


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
