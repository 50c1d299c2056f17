"""Whether two records may be of the same person.

Plain functions over plain values, no database.
"""
from __future__ import annotations

import difflib

#: Share of equal letters from which two names are taken for one misspelt
ALIKE = 0.8


def phone_key(phone: str | None) -> str | None:
    """The digits by which a phone is known, however it was written.

    The last nine: what stands before them is the country or a zero.

    >>> phone_key('+33 6 12 34 56 78') == phone_key('06.12.34.56.78')
    True
    """
    digits = ''.join(c for c in phone or '' if c.isdigit())
    return digits[-9:] or None


def email_key(email: str | None) -> str | None:
    "An address of electronic mail without its spelling"
    return (email or '').strip().casefold() or None


def are_alike(name: str | None, other: str | None) -> bool:
    """Whether two search keys are of one name, perhaps misspelt.

    A first name alone is like every full name it begins or ends.

    >>> are_alike('amina bensaid', 'amina bensayd')
    True
    >>> are_alike('amina', 'amina bensaid'), are_alike('amina', 'paul')
    (True, False)
    """
    words, others = set((name or '').split()), set((other or '').split())
    if not words or not others:
        return False
    if words <= others or others <= words:
        return True
    return difflib.SequenceMatcher(
        None, name, other, autojunk=False).ratio() >= ALIKE
