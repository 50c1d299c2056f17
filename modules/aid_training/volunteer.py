"""What a volunteer has learned."""
from __future__ import annotations

from trytond.model import fields
from trytond.pool import Pool, PoolMeta


class Volunteer(metaclass=PoolMeta):
    __name__ = 'aid.volunteer'

    certificates = fields.One2Many(
        'aid.certificate', 'volunteer', "Certificates")

    @classmethod
    def copy(cls, volunteers, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('certificates')
        return super().copy(volunteers, default=default)

    @classmethod
    def forget_beside(cls, volunteers) -> None:
        "The numbers of their papers would tell who they were"
        Certificate = Pool().get('aid.certificate')
        super().forget_beside(volunteers)
        Certificate.delete(Certificate.search([
                    ('volunteer', 'in', [v.id for v in volunteers])]))
