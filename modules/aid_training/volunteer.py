"""What a volunteer has learned."""
from __future__ import annotations

from trytond.model import fields
from trytond.pool import PoolMeta


class Volunteer(metaclass=PoolMeta):
    __name__ = 'aid.volunteer'

    certificates = fields.One2Many(
        'aid.certificate', 'volunteer', "Certificates")

    @classmethod
    def copy(cls, volunteers, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('certificates')
        return super().copy(volunteers, default=default)
