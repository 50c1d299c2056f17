"""The balance of goods as a picture: a bar per food group, as SVG.

Every bar has the same scale: the target band stands in the same place for
all groups, so that 2 % of oil is read as easily as 40 % of vegetables.  What
a colour says is said by a shape and a word too, there is no red, and the
picture reads the same printed in grey.
"""
from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from .balance import BALANCED, LITTLE_VARIED, TO_COMPLETE, Balance, GroupShare

__all__ = ['ENGLISH', 'FRENCH', 'Labels', 'draw', 'lines']


@dataclass(frozen=True)
class Labels:
    """The words of the picture, in one language.

    ``states`` by state of a bar, ``words`` by word of the balance, ``groups``
    by code of the food group, ``reasons`` where there is no word; ``note``
    stands small at the foot, ``line`` is a bar in words.
    """
    title: str
    target: str
    words: Mapping[str, str]
    states: Mapping[str, str]
    groups: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    note: str = ''
    percent: str = '%s%%'
    line: str = '%(shape)s %(group)s: %(percent)s, %(state)s'


ENGLISH = Labels(
    title="What we offer",
    target="target",
    words={
        BALANCED: "balanced",
        TO_COMPLETE: "to complete",
        LITTLE_VARIED: "little varied",
        },
    states={
        'within': "good",
        'plenty': "plenty of it",
        'low': "to complete",
        'absent': "to add",
        'free': "there",
        },
    groups={
        'FV': "Fruit and vegetables",
        'ST': "Bread and starchy foods",
        'PU': "Pulses",
        'DA': "Milk and dairy",
        'MFE': "Meat, fish, eggs",
        'NU': "Nuts",
        'FA': "Oil and butter",
        'SW': "Sweet and salty treats",
        },
    )
FRENCH = Labels(
    title="Ce que nous proposons",
    target="repère",
    words={
        BALANCED: "équilibré",
        TO_COMPLETE: "à compléter",
        LITTLE_VARIED: "peu varié",
        },
    states={
        'within': "bien",
        'plenty': "bien présent",
        'low': "à compléter",
        'absent': "à ajouter",
        'free': "présent",
        },
    groups={
        'FV': "Fruits et légumes",
        'ST': "Pain et féculents",
        'PU': "Légumes secs",
        'DA': "Lait et produits laitiers",
        'MFE': "Viande, poisson, œufs",
        'NU': "Fruits à coque",
        'FA': "Huile et beurre",
        'SW': "Plaisirs sucrés et salés",
        },
    percent="%s %%",
    line="%(shape)s %(group)s : %(percent)s, %(state)s",
    )

# Colours that also differ in lightness, for printing in grey and for people
# who tell few colours apart (after Okabe and Ito)
COLOURS = {
    'within': '#00735c',
    'plenty': '#0a5c99',
    'low': '#e6a117',
    'absent': '#e6a117',
    'free': '#6f7782',
    }
# The shapes of the picture as characters
SHAPES = {
    'within': '●', 'plenty': '■', 'low': '▲', 'absent': '△', 'free': '–'}
WORD_STATES = {
    BALANCED: 'within', TO_COMPLETE: 'low', LITTLE_VARIED: 'absent'}
INK, SOFT, BAND, EDGE, PAPER = (
    '#1d2530', '#5a6472', '#dfe9e6', '#7f9c94', '#ffffff')

MARGIN = 12
HEAD = 60
ROW = 42
BAR = 14
LEGEND = 26
NOTE = 15
# Where the band begins and ends on each bar
BAND_FROM, BAND_TO = 0.45, 0.75


def draw(
        balance: Balance, labels: Labels = ENGLISH, *,
        width: int = 400) -> str:
    """Draw *balance* as the text of an SVG document.

    :param width: in pixels; everything is readable from 320 on

    Groups without goods and without floor have no bar.
    """
    rows = _rows(balance)
    notes = _wrap(labels.note, 11, width - 2 * MARGIN)
    height = HEAD + ROW * len(rows) + LEGEND + NOTE * len(notes) + 6
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="DejaVu Sans, Liberation Sans, Arial, sans-serif">',
        f'<title>{escape(_spoken(balance, labels))}</title>',
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
        *_head(balance, labels, width),
        ]
    top = HEAD
    for group in rows:
        parts += _row(group, labels, top, width)
        top += ROW
    parts += _legend(labels, top)
    for i, note in enumerate(notes):
        parts.append(_text(
                MARGIN, top + LEGEND + 8 + i * NOTE, note, 11, fill=SOFT))
    parts.append('</svg>')
    return '\n'.join(parts)


def lines(balance: Balance, labels: Labels = ENGLISH) -> list[str]:
    "The bars of *balance* as lines of text, with the shape of each colour"
    return [
        labels.line % {
            'shape': SHAPES[group.state],
            'group': labels.groups.get(group.group, group.group),
            'percent': labels.percent % f'{group.share * 100:.0f}',
            'state': labels.states[group.state],
            }
        for group in _rows(balance)]


def _rows(balance: Balance) -> list[GroupShare]:
    return [group for group in balance.groups if group.kg or group.min_share]


def _spoken(balance: Balance, labels: Labels) -> str:
    word = labels.words.get(
        balance.word, labels.reasons.get(balance.reason))
    return f"{labels.title} : {word}" if word else labels.title


def _head(balance: Balance, labels: Labels, width: int) -> list[str]:
    parts = [_text(MARGIN, 20, labels.title, 13, fill=SOFT)]
    if balance.word:
        parts += [
            _shape(WORD_STATES[balance.word], MARGIN + 8, 40, 8),
            _text(
                MARGIN + 24, 46, labels.words[balance.word], 18, bold=True),
            ]
    else:
        reason = labels.reasons.get(balance.reason, '')
        for i, line in enumerate(_wrap(reason, 12, width - 2 * MARGIN)[:2]):
            parts.append(_text(MARGIN, 37 + i * 16, line, 12))
    return parts


def _row(
        group: GroupShare, labels: Labels, top: int,
        width: int) -> list[str]:
    name = labels.groups.get(group.group, group.group)
    state = labels.states[group.state]
    percent = labels.percent % f'{group.share * 100:.0f}'
    length = width - 2 * MARGIN
    # The words stand in a column as wide as the longest of them
    column = width - MARGIN - max(
        _length(word, 13) for word in labels.states.values())
    band_from, band_to = _band(group)
    filled = _position(group) * length
    y = top + 20
    room = column - 22 - MARGIN
    parts = [
        f'<g><title>{escape(f"{name} : {percent}, {state}")}</title>',
        _text(MARGIN, top + 14, _fit(name, 14, room), 14),
        _shape(group.state, column - 12, top + 9.5, 5.5),
        _text(column, top + 14, state, 13),
        f'<rect x="{MARGIN}" y="{y}" width="{length}" height="{BAR}" '
        f'rx="3" fill="#f1f3f5"/>',
        ]
    if band_to:
        parts.append(
            f'<rect x="{_n(MARGIN + band_from * length)}" y="{y - 2}" '
            f'width="{_n((band_to - band_from) * length)}" '
            f'height="{BAR + 4}" rx="3" fill="{BAND}" stroke="{EDGE}" '
            f'stroke-dasharray="4 2"/>')
    if filled:
        parts.append(
            f'<rect x="{MARGIN}" y="{y + 3}" width="{_n(max(filled, 3))}" '
            f'height="{BAR - 6}" rx="2" fill="{COLOURS[group.state]}"/>')
    parts.append('</g>')
    return parts


def _band(group: GroupShare) -> tuple[float, float]:
    "Where the band of *group* stands on its bar, 0 to 1"
    if not group.min_share and group.max_share is None:
        return 0.0, 0.0
    return (
        BAND_FROM if group.min_share else 0.0,
        1.0 if group.max_share is None else BAND_TO)


def _position(group: GroupShare) -> float:
    """Where the bar of *group* ends, 0 to 1.

    Straight from nothing to the floor, from floor to ceiling, and from the
    ceiling on ever slower towards the end.
    """
    share, floor, ceiling = group.share, group.min_share, group.max_share
    if not share:
        return 0.0
    if floor and share < floor:
        return BAND_FROM * share / floor
    if ceiling is None:
        start = BAND_FROM if floor else 0.0
        base = floor or 0.0
        return start + (0.98 - start) * (share - base) / (1 - base or 1)
    start = BAND_FROM if floor else 0.0
    base = floor or 0.0
    if share <= ceiling:
        part = (share - base) / (ceiling - base) if ceiling > base else 1.0
        return start + (BAND_TO - start) * part
    over = (share - ceiling) / ceiling if ceiling else 1.0
    return BAND_TO + (0.98 - BAND_TO) * (1 - math.exp(-over))


def _legend(labels: Labels, top: int) -> list[str]:
    return [
        f'<rect x="{MARGIN}" y="{top + 4}" width="26" height="12" rx="3" '
        f'fill="{BAND}" stroke="{EDGE}" stroke-dasharray="4 2"/>',
        _text(MARGIN + 33, top + 14, labels.target, 12, fill=SOFT),
        ]


def _shape(state: str, x: float, y: float, size: float) -> str:
    """The shape that says the same as the colour of *state*.

    Round: within the band.  Square: plenty.  Triangle: to complete, hollow
    where there is nothing yet.  Dash: no band.
    """
    colour = COLOURS[state]
    if state == 'within':
        return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{size}" ' \
            f'fill="{colour}"/>'
    if state == 'plenty':
        side = size * 1.7
        return f'<rect x="{_n(x - side / 2)}" y="{_n(y - side / 2)}" ' \
            f'width="{_n(side)}" height="{_n(side)}" fill="{colour}"/>'
    if state == 'free':
        return f'<rect x="{_n(x - size)}" y="{_n(y - 1.5)}" ' \
            f'width="{_n(size * 2)}" height="3" fill="{colour}"/>'
    points = ' '.join(f'{_n(px)},{_n(py)}' for px, py in [
            (x, y - size), (x + size, y + size * 0.85),
            (x - size, y + size * 0.85)])
    fill = PAPER if state == 'absent' else colour
    edge = '#a06a00'
    return f'<polygon points="{points}" fill="{fill}" stroke="{edge}" ' \
        f'stroke-width="1.6" stroke-linejoin="round"/>'


def _text(
        x: float, y: float, text: str, size: int, *, bold: bool = False,
        fill: str = INK, anchor: str = 'start') -> str:
    weight = ' font-weight="bold"' if bold else ''
    end = ' text-anchor="end"' if anchor == 'end' else ''
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" font-size="{size}" '
        f'fill="{fill}"{weight}{end}>{escape(text)}</text>')


def _length(text: str, size: int) -> float:
    "About how wide *text* is in a wide face"
    return len(text) * size * 0.55


def _fit(text: str, size: int, room: float) -> str:
    "*text*, shortened to fit"
    most = int(room / (size * 0.55))
    return text if len(text) <= most else text[:max(1, most - 1)] + '…'


def _wrap(text: str, size: int, room: float) -> list[str]:
    return textwrap.wrap(text, max(10, int(room / (size * 0.55))))


def _n(value: float) -> str:
    return f'{value:.1f}'.removesuffix('.0')
