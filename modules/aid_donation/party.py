"""A party may be a donor; replacing one follows its donations."""
from __future__ import annotations

import datetime as dt

from sql.aggregate import Max

from trytond.model import Index, fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction

from aid_branch.reading import as_date


class Party(metaclass=PoolMeta):
    __name__ = 'party.party'

    donor = fields.Boolean(
        "Donor", help="Gives goods. Only donors are proposed for donations.")
    last_donation_on = fields.Function(
        fields.Date(
            "Last Donation",
            help="At the branch at hand, or anywhere the user sees."),
        'get_last_donation_on')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(
                table, (table.donor, Index.Equality(cardinality='low')),
                where=table.donor))

    @classmethod
    def _last_donations(cls):
        """Query of each donor's last day at the branch of the context.

        Its cost is that of the donations of one branch, read from an index;
        nothing is stored beside them.
        """
        Donation = Pool().get('aid.donation')
        donation = Donation.__table__()
        where = donation.state == 'received'
        branch = Transaction().context.get('branch')
        if branch:
            where &= donation.branch == branch
        return donation.select(
            donation.donor.as_('donor'),
            Max(donation.received_on).as_('last_on'),
            where=where,
            group_by=donation.donor)

    @classmethod
    def get_last_donation_on(
            cls, parties, name: str) -> dict[int, dt.date | None]:
        result: dict = {p.id: None for p in parties}
        last = cls._last_donations()
        cursor = Transaction().connection.cursor()
        cursor.execute(*last.select(
                last.donor, last.last_on,
                where=fields.SQL_OPERATORS['in'](
                    last.donor, list(result))))
        for donor, day in cursor:
            result[donor] = as_date(day)
        return result

    @classmethod
    def order_last_donation_on(cls, tables) -> list:
        party, _ = tables[None]
        if 'last_donation' not in tables:
            last = cls._last_donations()
            tables['last_donation'] = {
                None: (last, last.donor == party.id),
                }
        last, _ = tables['last_donation'][None]
        return [last.last_on]


class Replace(metaclass=PoolMeta):
    __name__ = 'party.replace'

    @classmethod
    def fields_to_replace(cls) -> list:
        return super().fields_to_replace() + [
            ('aid.donation', 'donor'),
            ]
