"""The party of a household is neither replaced nor erased behind it."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.modules.party.exceptions import EraseError
from trytond.pool import Pool, PoolMeta


class Replace(metaclass=PoolMeta):
    __name__ = 'party.replace'

    @classmethod
    def fields_to_replace(cls) -> list[tuple[str, str]]:
        return super().fields_to_replace() + [
            ('aid.household', 'party'),
            ('aid.household', 'certified_by'),
            ('aid.referral', 'service'),
            ]


class Erase(metaclass=PoolMeta):
    __name__ = 'party.erase'

    def check_erase(self, party) -> None:
        Entitlement = Pool().get('aid.entitlement')
        super().check_erase(party)
        for entitlement in Entitlement.search([
                    ('household.party', '=', party.id),
                    ('state', 'in', ['proposed', 'granted']),
                    ]):
            if (entitlement.state == 'proposed'
                    or entitlement.valid_until
                    >= entitlement.branch.today()):
                raise EraseError(gettext(
                        'aid_household.msg_erase_open_entitlement',
                        household=entitlement.household.code,
                        entitlement=entitlement.rec_name))

    def to_erase(self, party_id: int) -> list[tuple]:
        pool = Pool()
        Household = pool.get('aid.household')
        Member = pool.get('aid.household.member')
        Collector = pool.get('aid.household.collector')
        Referral = pool.get('aid.referral')
        personal = Household._personal_fields()
        of_household = [('household.party', '=', party_id)]
        return super().to_erase(party_id) + [
            (Household, [('party', '=', party_id)], True,
                personal, [None] * len(personal)),
            (Member, of_household, True,
                ['first_name', 'last_name', 'search_key', 'birth_date'],
                [None] * 4),
            (Collector, of_household, True,
                ['first_name', 'last_name', 'till_name', 'phone'],
                ['****', None, None, None]),
            (Referral, of_household, True, ['contact'], [None]),
            ]
