import unittest

from aid_branch.distance import distance_km

PARIS, LYON = (48.8566, 2.3522), (45.7640, 4.8357)


class DistanceTestCase(unittest.TestCase):
    "How far it is as the crow flies"

    def test_known_distances(self):
        for one, other, km in [
                (PARIS, LYON, 391),
                (LYON, PARIS, 391),
                (PARIS, PARIS, 0),
                # A degree of longitude at the equator; half around the earth
                ((0, 0), (0, 1), 111),
                ((0, -179.5), (0, 179.5), 111),
                ((0, 0), (0, 180), 20015)]:
            with self.subTest(one=one, other=other):
                self.assertEqual(round(distance_km(one, other)), km)
