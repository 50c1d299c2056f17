"""How long goods that carry a use-by date may still be handed over.

A date is valid through the end of that day where the branch is.
"""
from __future__ import annotations

import datetime as dt


def hours_left(use_by: dt.date, at: dt.datetime) -> float:
    """Hours from *at* to the end of the day *use_by*.

    :param at: the local time of the branch (naive, or aware in the time zone
        of the branch)
    :return: negative once the day is over
    """
    end = dt.datetime.combine(
        use_by + dt.timedelta(days=1), dt.time(), tzinfo=at.tzinfo)
    # Both in UTC: a day on which the clock changes has 23 or 25 hours
    if at.tzinfo:
        end = end.astimezone(dt.timezone.utc)
        at = at.astimezone(dt.timezone.utc)
    return (end - at).total_seconds() / 3600


def is_short(use_by: dt.date, at: dt.datetime, hours: float) -> bool:
    "Whether *use_by* is not past but less than *hours* away"
    return 0 < hours_left(use_by, at) < hours
