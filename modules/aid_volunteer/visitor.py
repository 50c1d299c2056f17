"""What somebody whom nobody knows wrote on a public page.

Plain functions over plain values, no database.
"""
from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from . import likeness

#: No first name is longer; a text that is one advertises something
LONGEST = 40
#: Fewer digits reach nobody
FEWEST_DIGITS = 6
_ADDRESS = re.compile(r'[^@\s<>"]+@[^@\s<>"]+\.[^@\s<>"]+')


@dataclass(frozen=True)
class Visitor:
    "A first name and one way to reach it"
    first_name: str
    phone: str | None = None
    email: str | None = None


def read(name: str | None, reached: str | None) -> Visitor | None:
    """Who it is, or None where *name* is no first name or nobody is reached.

    :param reached: a phone or an e-mail, as somebody wrote it

    >>> read(" Sam ", "06 12 34 56 78")
    Visitor(first_name='Sam', phone='06 12 34 56 78', email=None)
    >>> read("Sam", "sam@example.org").email
    'sam@example.org'
    >>> read("Sam", "tomorrow"), read("http://x.example", "0612345678")
    (None, None)
    """
    name, reached = _clean(name), _clean(reached)
    if not is_name(name):
        return None
    if '@' in reached:
        if len(reached) > 120 or not _ADDRESS.fullmatch(reached):
            return None
        return Visitor(name, email=reached)
    if len(reached) > 30 or len(
            likeness.phone_key(reached) or '') < FEWEST_DIGITS:
        return None
    return Visitor(name, phone=reached)


def is_name(text: str) -> bool:
    "Whether *text* may be a first name"
    return bool(
        0 < len(text) <= LONGEST
        and any(c.isalpha() for c in text)
        and not any(c.isdigit() or c in '/@<>:=' for c in text)
        and 'www.' not in text.casefold())


def _clean(text: str | None) -> str:
    shown = ''.join(
        ' ' if unicodedata.category(c).startswith(('C', 'Z')) else c
        for c in text or '')
    return ' '.join(shown.split())
