import unittest
from xml.etree import ElementTree

from aid_lot.path_picture import Box, columns, draw, rows

SVG = '{http://www.w3.org/2000/svg}'


class PathPictureTestCase(unittest.TestCase):
    "Boxes in columns, without a database"

    def test_columns(self):
        "Right of all that lead to it, also where the way is longer"
        for arrows, expected in [
                ('', {'a': 0, 'b': 0, 'c': 0, 'd': 0}),
                ('ab bc ac', {'a': 0, 'b': 1, 'c': 2, 'd': 0}),
                ('da ab cb', {'a': 1, 'b': 2, 'c': 0, 'd': 0}),
                ('ab ba', {'b': 0, 'a': 1, 'c': 0, 'd': 0})]:
            with self.subTest(arrows=arrows):
                self.assertEqual(
                    columns(
                        dict.fromkeys('abcd', Box('')),
                        [(a, b, '') for a, b in arrows.split()]),
                    expected)

    def test_rows(self):
        "Beside the middle of what leads to it: fewer lines cross"
        self.assertEqual(
            rows(
                {'a': 0, 'b': 0, 'c': 0, 'x': 1, 'y': 1, 'z': 1},
                [('c', 'x', ''), ('a', 'y', ''), ('a', 'z', ''),
                    ('c', 'z', '')]),
            {'a': 0, 'b': 1, 'c': 2, 'y': 0, 'z': 1, 'x': 2})

    def test_draw(self):
        "No two boxes lie on each other, and names are taken as text"
        boxes = {
            n: Box(f'<{n}>', 'A & B', 'certain' if n % 2 else 'possible')
            for n in range(9)}
        arrows = [(n // 2, n, f'{n} kg') for n in range(1, 9)]
        svg = ElementTree.fromstring(draw(boxes, arrows))
        places = [
            (float(r.get('x')), float(r.get('y')))
            for r in svg.iter(f'{SVG}rect')]
        self.assertEqual(len(set(places)), len(boxes))
        width, height = float(svg.get('width')), float(svg.get('height'))
        self.assertTrue(all(
                0 <= x < width and 0 <= y < height for x, y in places))
        told = ''.join(svg.itertext())
        for text in ['<8>', 'A & B', '8 kg']:
            self.assertIn(text, told)
        broken = [
            r for r in svg.iter(f'{SVG}rect') if r.get('stroke-dasharray')]
        self.assertEqual(len(broken), 5)

    def test_empty(self):
        self.assertEqual(
            ElementTree.fromstring(draw({}, [])).tag, f'{SVG}svg')
