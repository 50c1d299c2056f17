"""How far it is from one place to another.

Plain functions over plain values, no database.
"""
from __future__ import annotations

import math

#: Mean radius of the earth in km (IUGG)
EARTH = 6371.0088

#: Latitude and longitude in degrees, north and east of zero
Place = tuple[float, float]


def distance_km(one: Place, other: Place) -> float:
    """As the crow flies, in km, by the formula of haversines.

    >>> round(distance_km((48.8566, 2.3522), (45.7640, 4.8357)))
    391
    >>> distance_km((48.8566, 2.3522), (48.8566, 2.3522))
    0.0
    """
    (south, west), (north, east) = [
        tuple(map(math.radians, place)) for place in (one, other)]
    half = (
        math.sin((north - south) / 2) ** 2
        + math.cos(south) * math.cos(north)
        * math.sin((east - west) / 2) ** 2)
    return 2 * EARTH * math.asin(min(1., math.sqrt(half)))
