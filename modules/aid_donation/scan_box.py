"""The papers of a donation in the box where everything is scanned."""
from __future__ import annotations

from trytond.pool import Pool, PoolMeta
from trytond.wizard import StateAction

from aid_lot.scan_box import opened

from .public_code import cleaned


class ScanBox(metaclass=PoolMeta):
    __name__ = 'aid.scan'

    donation = StateAction('aid_donation.act_donation')

    @classmethod
    def kinds(cls) -> list[str]:
        return [*super().kinds(), 'donation']

    def find_donation(self, code: str) -> list:
        "The donation with that public code or number"
        Donation = Pool().get('aid.donation')
        return Donation.search(['OR',
                ('code', '=', cleaned(code)),
                ('number', '=', code.upper()),
                ], limit=1)

    def do_donation(self, action: dict) -> tuple[dict, dict]:
        return opened(action, self.found('donation'))
