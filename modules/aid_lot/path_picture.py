"""The path of goods as a picture: boxes in columns and arrows, as SVG.

A small layered drawing of its own, without a database: each box stands right
of all those that lead to it, and beside the middle of them. What a colour says
is said by a word too, and the picture reads the same printed in grey.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

__all__ = ['Box', 'draw', 'columns', 'rows']

WIDTH, HEIGHT = 215, 42
GAP, SPACE, MARGIN = 70, 14, 10
LETTERS = 27
#: Fill and line by what a box is
COLOURS = {
    'certain': ('#e8f0fe', '#3056a0'),
    'possible': ('#ffffff', '#3056a0'),
    'received': ('#e6f4ea', '#2d6a3e'),
    'found': ('#e6f4ea', '#2d6a3e'),
    'handed_over': ('#fff4de', '#8a5a00'),
    'passed_on': ('#fff4de', '#8a5a00'),
    'on_hand': ('#f1f1f1', '#444444'),
    }
OTHER = ('#f7f0f7', '#6b3f6b')


@dataclass(frozen=True)
class Box:
    """A box of two lines of text.

    :param kind: key of ``COLOURS``; ``possible`` gets a broken line
    """
    title: str
    text: str = ''
    kind: str = 'certain'


Arrow = tuple[Hashable, Hashable, str]


def columns(
        boxes: Mapping[Hashable, Box],
        arrows: Sequence[Arrow]) -> dict[Hashable, int]:
    """The column of each box: one right of the last that leads to it.

    An arrow that would close a circle is not followed.

    >>> columns({'a': Box(''), 'b': Box(''), 'c': Box('')},
    ...     [('a', 'b', ''), ('b', 'c', ''), ('a', 'c', '')])
    {'a': 0, 'b': 1, 'c': 2}
    """
    before = defaultdict(list)
    for out_of, into, _ in arrows:
        before[into].append(out_of)
    column: dict[Hashable, int] = {}
    for start in boxes:
        # Depth first, without recursion: a chain may be long
        stack, open_ = [start], set()
        while stack:
            box = stack[-1]
            open_.add(box)
            waiting = [
                b for b in before[box] if b not in column and b not in open_]
            if waiting:
                stack.append(waiting[0])
                continue
            stack.pop()
            column.setdefault(box, 1 + max(
                    (column[b] for b in before[box] if b in column),
                    default=-1))
    return {box: column[box] for box in boxes}


def rows(
        column: Mapping[Hashable, int],
        arrows: Sequence[Arrow]) -> dict[Hashable, int]:
    """The place of each box in its column, near those that lead to it.

    >>> rows({'a': 0, 'b': 0, 'x': 1, 'y': 1},
    ...     [('b', 'x', ''), ('a', 'y', '')])
    {'a': 0, 'b': 1, 'y': 0, 'x': 1}
    """
    before = defaultdict(list)
    for out_of, into, _ in arrows:
        before[into].append(out_of)
    row: dict[Hashable, int] = {}
    for number in sorted(set(column.values())):
        def middle(box: Hashable) -> float:
            places = [row[b] for b in before[box] if b in row]
            return sum(places) / len(places) if places else 0
        for n, box in enumerate(sorted(
                    (b for b in column if column[b] == number), key=middle)):
            row[box] = n
    return row


def draw(boxes: Mapping[Hashable, Box], arrows: Sequence[Arrow]) -> str:
    "The picture as an SVG text, as large as its boxes need"
    column = columns(boxes, arrows)
    row = rows(column, arrows)
    counts = defaultdict(int)
    for box in boxes:
        counts[column[box]] += 1
    tallest = max(counts.values(), default=1)
    width = 2 * MARGIN + (max(counts, default=0) + 1) * (WIDTH + GAP) - GAP
    height = 2 * MARGIN + tallest * (HEIGHT + SPACE) - SPACE

    def at(box: Hashable) -> tuple[float, float]:
        "Left and top of a box; each column stands in the middle"
        free = (tallest - counts[column[box]]) * (HEIGHT + SPACE) / 2
        return (
            MARGIN + column[box] * (WIDTH + GAP),
            MARGIN + free + row[box] * (HEIGHT + SPACE))

    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" font-family="sans-serif">']
    parts += [_arrow(*at(a), *at(b), text) for a, b, text in arrows]
    parts += [_box(box, *at(key)) for key, box in boxes.items()]
    parts.append('</svg>')
    return ''.join(parts)


def _arrow(
        x1: float, y1: float, x2: float, y2: float, text: str) -> str:
    "A line from the right of one box to the left of another"
    x1, y1, y2 = x1 + WIDTH, y1 + HEIGHT / 2, y2 + HEIGHT / 2
    half = (x2 - x1) / 2
    line = (
        f'<path d="M{x1:g} {y1:g} C{x1 + half:g} {y1:g} '
        f'{x2 - half:g} {y2:g} {x2 - 6:g} {y2:g}" fill="none" '
        'stroke="#777" stroke-width="1.3"/>'
        f'<path d="M{x2:g} {y2:g} l-7 -4 v8 z" fill="#777"/>')
    if text:
        line += (
            f'<text x="{x1 + half:g}" y="{(y1 + y2) / 2 - 4:g}" '
            'font-size="10" text-anchor="middle" fill="#444">'
            f'{escape(text)}</text>')
    return line


def _box(box: Box, x: float, y: float) -> str:
    fill, line = COLOURS.get(box.kind, OTHER)
    broken = ' stroke-dasharray="5 3"' if box.kind == 'possible' else ''
    texts = ''.join(
        f'<text x="{x + 8:g}" y="{y + down:g}" font-size="{size}" '
        f'fill="#222"{weight}>{escape(_short(text))}</text>'
        for text, down, size, weight in [
            (box.title, 17, 11, ' font-weight="bold"'),
            (box.text, 33, 10.5, '')])
    return (
        f'<g><title>{escape(box.title)} {escape(box.text)}</title>'
        f'<rect x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" '
        f'rx="5" fill="{fill}" stroke="{line}"{broken}/>{texts}</g>')


def _short(text: str) -> str:
    return text if len(text) <= LETTERS else text[:LETTERS - 1] + '…'
