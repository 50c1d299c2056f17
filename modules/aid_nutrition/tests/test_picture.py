import re
import unittest
from dataclasses import replace
from xml.etree import ElementTree

from aid_nutrition.balance import Item, Target, balance
from aid_nutrition.picture import COLOURS, ENGLISH, FRENCH, Labels, draw, lines

TARGETS = [
    Target('FV', 0.33, 0.5), Target('ST', 0.15, 0.28), Target('PU', 0.015),
    Target('DA', 0.15, 0.3), Target('NU', 0), Target('SW', None, 0.05)]
GOODS = [Item('FV', 5), Item('ST', 1), Item('DA', 1), Item('SW', 2)]
SVG = '{http://www.w3.org/2000/svg}'


def texts(svg):
    return [node.text for node in ElementTree.fromstring(svg).iter(
            SVG + 'text')]


class PictureTestCase(unittest.TestCase):
    "Test the picture of the balance"

    def test_bars(self):
        svg = draw(balance(GOODS, TARGETS), FRENCH)
        said = texts(svg)
        self.assertIn("Fruits et légumes", said)
        self.assertIn("à ajouter", said)
        self.assertIn("bien présent", said)
        self.assertIn("à compléter", said)
        self.assertIn("repère", said)
        # No goods and no floor: no bar
        self.assertNotIn("Fruits à coque", said)

    def test_a_word_and_a_shape_with_each_colour(self):
        bars = [
            node for node in ElementTree.fromstring(
                draw(balance(GOODS, TARGETS), ENGLISH)).iter(SVG + 'g')]
        self.assertEqual(len(bars), 5)
        shapes = {}
        for bar in bars:
            state = bar.findall(SVG + 'text')[1].text
            shape = next(
                node.tag for node in list(bar)[2:]
                if node.tag != SVG + 'text')
            shapes[state] = shape
            self.assertTrue(bar.find(SVG + 'title').text)
        self.assertEqual(shapes['to add'], SVG + 'polygon')
        self.assertEqual(shapes['plenty of it'], SVG + 'rect')

    def test_no_red_and_nothing_unkind(self):
        for goods in (GOODS, [], [Item('SW', 2)] * 4):
            for labels in (ENGLISH, FRENCH):
                svg = draw(balance(goods, TARGETS), labels).lower()
                for word in ('trop', 'mauvais', 'too much', 'bad'):
                    self.assertNotIn(word, svg)
                for colour in re.findall('#[0-9a-f]{6}', svg):
                    red, green, blue = (
                        int(colour[i:i + 2], 16) for i in (1, 3, 5))
                    self.assertFalse(
                        red > 150 and green < 100 and blue < 100, colour)

    def test_colours_differ_in_grey(self):
        def lightness(colour):
            red, green, blue = (
                int(colour[i:i + 2], 16) for i in (1, 3, 5))
            return 0.3 * red + 0.59 * green + 0.11 * blue
        self.assertGreater(
            lightness(COLOURS['low']) - lightness(COLOURS['within']), 60)
        self.assertGreater(
            lightness(COLOURS['low']) - lightness(COLOURS['plenty']), 60)

    def test_texts_are_escaped(self):
        labels = replace(
            FRENCH, title='<b>"A" & B</b>', groups={'FV': 'A & <B>'})
        self.assertIn('A & <B>', texts(draw(balance(GOODS, TARGETS), labels)))

    def test_everything_stays_inside(self):
        for width in (320, 400, 700):
            for goods in (GOODS, [Item('SW', 1000)], [Item('ST', 1)]):
                root = ElementTree.fromstring(draw(
                        balance(goods, TARGETS), FRENCH, width=width))
                height = int(root.get('height'))
                for node in root.iter(SVG + 'rect'):
                    left, wide = (
                        float(node.get(a, 0)) for a in ('x', 'width'))
                    self.assertGreaterEqual(left, 0)
                    self.assertLessEqual(left + wide, width)
                for node in root.iter(SVG + 'text'):
                    self.assertLess(float(node.get('y')), height)
                    self.assertGreaterEqual(int(node.get('font-size')), 11)

    def test_more_is_never_a_shorter_bar(self):
        def length(kg):
            svg = ElementTree.fromstring(draw(
                    balance(
                        [Item('FV', kg), Item('ZZ', 10 - kg)],
                        [Target('FV', 0.33, 0.5)]), ENGLISH))
            bar = svg.find(SVG + 'g')
            return float(bar.findall(SVG + 'rect')[-1].get('width'))
        lengths = [length(kg) for kg in (1, 3, 3.3, 4, 5, 5.1, 7, 9, 9.9)]
        self.assertEqual(lengths, sorted(lengths))
        self.assertEqual(len(set(lengths)), len(lengths))

    def test_note_and_early(self):
        labels = replace(
            FRENCH, note="Repères provisoires " * 6,
            reasons={'few_goods': "Encore un peu"})
        said = texts(draw(balance([], TARGETS), labels))
        self.assertIn("Encore un peu", said)
        self.assertTrue(any("provisoires" in text for text in said))

    def test_lines(self):
        "The bars in words, for who sees no picture"
        basket = [
            Item('FV', 4), Item('ST', 4), Item('DA', 2), Item('SW', 0.1)]
        said = lines(balance(basket, TARGETS), FRENCH)
        self.assertEqual(said[0], "● Fruits et légumes : 40 %, bien")
        self.assertEqual(
            said[1], "■ Pain et féculents : 40 %, bien présent")
        self.assertIn("△ Légumes secs : 0 %, à ajouter", said)

    def test_labels_need_no_group_names(self):
        labels = Labels("T", "t", ENGLISH.words, ENGLISH.states)
        self.assertIn('FV', texts(draw(balance(GOODS, TARGETS), labels)))
