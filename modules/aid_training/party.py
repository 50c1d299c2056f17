"""Two records of one person become one: courses change hands."""
from __future__ import annotations

from trytond.pool import PoolMeta


class Replace(metaclass=PoolMeta):
    __name__ = 'party.replace'

    @classmethod
    def fields_to_replace(cls) -> list[tuple[str, str]]:
        return super().fields_to_replace() + [
            ('aid.course.enrolment', 'party'),
            ('aid.course.enrolment', 'payer'),
            ]
