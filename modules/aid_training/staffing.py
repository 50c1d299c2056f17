"""How many trained people a shift takes, and how many it lacks.

Plain arithmetic: what a mission needs is data of ``aid.mission.need``.
"""
from __future__ import annotations


def required(
        who: str, per: int | None, people: int, newcomers: int = 0) -> int:
    """How many of those who come must be trained.

    :param who: ``each``, ``one`` (of the shift), ``ratio`` (one for *per*
        people begun) or ``newcomer`` (one for *per* newcomers begun)
    :param people: how many come

    >>> [required('ratio', 4, people) for people in [0, 1, 4, 5, 8, 9]]
    [0, 1, 1, 2, 2, 3]
    >>> required('newcomer', 1, 5, newcomers=2)
    2
    """
    if not people:
        return 0
    if who == 'each':
        return people
    if who == 'one':
        return 1
    if who == 'ratio':
        return -(-people // (per or 1))
    if who == 'newcomer':
        return -(-newcomers // (per or 1))
    raise ValueError(who)


def lacking(
        who: str, per: int | None, people: int, trained: int,
        newcomers: int = 0) -> int:
    """How many more of those who come should be trained.

    >>> lacking('one', None, 3, trained=0), lacking('one', None, 3, trained=2)
    (1, 0)
    """
    return max(required(who, per, people, newcomers) - trained, 0)


def keeps_place(
        who: str, per: int | None, people: int, trained: int, places: int,
        newcomers: int = 0) -> bool:
    """Whether those who come leave no place to those who are lacking.

    The last places of a shift are kept for them.

    >>> [keeps_place('one', None, people, 0, 4) for people in [3, 4]]
    [False, True]
    """
    return lacking(who, per, people, trained, newcomers) > max(
        places - people, 0)
