"""What a stranger is told who checks a certificate, and no more.

Plain functions over plain values, no database.
"""
from __future__ import annotations

import datetime as dt


def cleaned(text: str) -> str:
    """The code in what a person typed or a reader read.

    >>> cleaned(' abcd-efgh 2345 ')
    'ABCDEFGH2345'
    """
    return ''.join(c for c in text.upper() if c.isalnum())


def spaced(code: str, size: int = 5) -> str:
    """The code as it is read aloud.

    >>> spaced('ABCDEFGH23')
    'ABCDE FGH23'
    """
    return ' '.join(
        code[i:i + size] for i in range(0, len(code), size))


def initials(name: str) -> str:
    """A name by its first letters: whoever holds the paper knows the rest.

    >>> initials('Anne-Marie Le Goff')
    'A.-M. L. G.'
    >>> initials('élodie')
    'É.'
    >>> initials('–')
    ''
    """
    return ' '.join(filter(None, (
                '-'.join(
                    f'{part[0].upper()}.' for part in word.split('-')
                    if part[:1].isalpha())
                for word in name.split())))


def answer(
        day: dt.date, obtained_on: dt.date, accepted_until: dt.date | None,
        withdrawn_on: dt.date | None) -> str:
    """Whether a certificate counts on *day*: ``valid`` or ``not_valid``.

    >>> obtained, until = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
    >>> answer(until, obtained, until, None)
    'valid'
    >>> answer(until + dt.timedelta(1), obtained, until, None)
    'not_valid'
    >>> answer(until, obtained, None, until)
    'not_valid'
    """
    if day < obtained_on:
        return 'not_valid'
    if accepted_until and accepted_until < day:
        return 'not_valid'
    if withdrawn_on and withdrawn_on <= day:
        return 'not_valid'
    return 'valid'
