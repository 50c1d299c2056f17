"""The party of a household follows its file, and nothing else does."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.modules.party.exceptions import EraseError
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access

from .exceptions import HouseholdFixedError


class Party(metaclass=PoolMeta):
    __name__ = 'party.party'

    #: What must never stand beside the code that names a household
    _told_by_file = {
        'name', 'code', 'active', 'addresses', 'contact_mechanisms',
        'identifiers', 'donor'}

    @classmethod
    def check_modification(
            cls, mode, parties, values=None, external=False) -> None:
        """Refuse to name, locate or delete a household through its party.

        Whoever keeps parties may do so with donors; a household is known by
        its code alone, and what else there is to know stands in its file.

        :raises HouseholdFixedError: naming the household
        """
        super().check_modification(
            mode, parties, values=values, external=external)
        if external and (mode == 'delete' or (
                    mode == 'write' and cls._told_by_file & values.keys())):
            cls._check_no_household(parties)

    @staticmethod
    @without_check_access
    def _check_no_household(parties) -> None:
        Household = Pool().get('aid.household')
        households = Household.search([
                ('party', 'in', [p.id for p in parties]),
                ('active', 'in', [True, False]),
                ], limit=1)
        if households:
            raise HouseholdFixedError(gettext(
                    'aid_household.msg_household_party',
                    household=households[0].code))


class _OfParty:
    "What a household's party has none of"
    __slots__ = ()

    @classmethod
    def check_modification(
            cls, mode, records, values=None, external=False) -> None:
        super().check_modification(
            mode, records, values=values, external=external)
        if external and mode in {'create', 'write'}:
            Party = Pool().get('party.party')
            Party._check_no_household([r.party for r in records])


class Address(_OfParty, metaclass=PoolMeta):
    __name__ = 'party.address'


class ContactMechanism(_OfParty, metaclass=PoolMeta):
    __name__ = 'party.contact_mechanism'


class Identifier(_OfParty, metaclass=PoolMeta):
    __name__ = 'party.identifier'


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
