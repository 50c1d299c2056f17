"""A page for somebody without an account, on a phone, without JavaScript.

What stands on it is told by plain values; nothing here reads the database.
"""
from __future__ import annotations

import functools
from dataclasses import dataclass

from genshi.template import MarkupTemplate

from trytond.tools import file_open

#: Nothing is fetched from anywhere, and nobody learns the address
HEADERS = {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': (
        "default-src 'none'; style-src 'unsafe-inline'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Robots-Tag': 'noindex, nofollow',
    }


@dataclass(frozen=True)
class Choice:
    "One answer to tick: a radio button, or a box if it is the only one"
    value: str
    label: str
    ticked: bool = False


@dataclass(frozen=True)
class Card:
    """A shift: its facts, how it stands, and what may be answered.

    :param facts: label and text, from top to bottom
    :param standing: what is known of the reader's own answer
    """
    name: str
    title: str
    facts: tuple[tuple[str, str], ...]
    standing: str | None = None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Box:
    "A text to fill in"
    name: str
    label: str
    help: str | None = None
    value: str = ''
    kind: str = 'text'
    complete: str = 'off'
    required: bool = False


@dataclass(frozen=True)
class Press:
    "A button that sends the form"
    value: str
    label: str
    quiet: bool = False


@dataclass(frozen=True)
class Page:
    """All that stands on a page, from top to bottom.

    :param said: what just happened; *wrong*: what is to be put right
    :param trap: the label of a box that people do not see and robots fill in
    """
    lang: str
    who: str
    title: str
    words: str | None = None
    said: str | None = None
    wrong: str | None = None
    cards: tuple[Card, ...] = ()
    boxes: tuple[Box, ...] = ()
    presses: tuple[Press, ...] = ()
    trap: str | None = None
    foot: str | None = None

    def render(self) -> str:
        "The page as HTML"
        return '<!DOCTYPE html>\n' + _template().generate(
            page=self).render('html', doctype=None, encoding=None)


@functools.cache
def _template() -> MarkupTemplate:
    with file_open('aid_volunteer/public/page.html', 'rb') as file:
        return MarkupTemplate(file.read(), encoding='utf-8')
