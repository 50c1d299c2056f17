"""The moment at which something happened."""
from __future__ import annotations

import datetime as dt


def this_second() -> dt.datetime:
    "Now, in UTC, as fine as it is written down"
    return dt.datetime.now().replace(microsecond=0)
