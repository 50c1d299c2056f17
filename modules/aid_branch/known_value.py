"""What a record knows already is told without a detour.

Tryton looks for the value of a field among what was set first and writes an
error message where it is not, for each value that was read: a checkout asks
2,600 times. Here what was set and what was read is looked for at once; all
else is Tryton's.
"""
from __future__ import annotations

from typing import Any

from trytond.model import ModelStorage


class KnownValueMixin(ModelStorage):
    "A record whose known values cost little"
    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name[0] == '_':
            return super().__getattr__(name)
        if (values := self._values) is not None:
            try:
                return getattr(values, name)
            except AttributeError:
                pass
        if self._id is not None and self._id >= 0:
            read = self._local_cache
            # Nothing counts that was read before somebody wrote
            read.refresh()
            try:
                return read[self._id][name]
            except KeyError:
                pass
        return super().__getattr__(name)
