"""Which sizes of parcels suit the households that are expected: plain."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import combinations


def sizes_of(households: Iterable[int], most: int = 3) -> list[tuple[int, int]]:
    """Sort households into at most *most* sizes, each near to its own.

    :param households: how many people each household is
    :return: people and number of households of each size, smallest first.
        Nobody gets a parcel of a smaller size than the mean of those who get
        the same.

    >>> sizes_of([1, 1, 2, 2, 4, 5, 5])
    [(1, 2), (2, 2), (5, 3)]
    """
    counts = Counter(max(size, 1) for size in households)
    sizes = sorted(counts)
    if not sizes:
        return []
    best: list[list[int]] = []
    least = None
    for number in range(1, min(most, len(sizes)) + 1):
        for cuts in combinations(range(1, len(sizes)), number - 1):
            ends = [0, *cuts, len(sizes)]
            parts = [
                sizes[first:last] for first, last in zip(ends, ends[1:])]
            away = sum(
                counts[size] * abs(size - _persons(part, counts))
                for part in parts for size in part)
            # Fewer sizes are less work: one more has to be worth it
            if least is None or away < least:
                best, least = parts, away
    return [
        (_persons(part, counts), sum(counts[size] for size in part))
        for part in best]


def _persons(part: list[int], counts: Counter) -> int:
    "The mean of the households in *part*, rounded up"
    people = sum(size * counts[size] for size in part)
    return -(-people // sum(counts[size] for size in part))
