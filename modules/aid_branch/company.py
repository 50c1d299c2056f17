"""The company is asked for its currency and its clock: it is lent."""
from __future__ import annotations

from trytond.pool import PoolMeta

from .lent import LentMixin


class Company(LentMixin, metaclass=PoolMeta):
    __name__ = 'company.company'
