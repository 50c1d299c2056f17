"""The books of the company as the tills ask for them: they are lent.

Accounts, journals and fiscal years are set up once and change a few times a
year. Whether a period is open is not among them: that is read each time.
"""
from __future__ import annotations

from trytond.pool import Pool, PoolMeta

from aid_branch.lent import AnsweringMixin, Answers, LentMixin

#: Id of the journal of an invoice, by company and type
_journals = Answers('aid_basket.journals', of=['account.journal'])
#: Id of the tax identifier of a company, by its id
_identifiers = Answers('aid_basket.tax_identifiers', of=[
        'company.company', 'company.company.tax_identifier',
        'party.identifier'])


def journal_of(invoice) -> int | None:
    "Id of the journal that Tryton chooses for *invoice*"
    def ask() -> int | None:
        invoice.set_journal()
        return invoice.journal and invoice.journal.id
    return _journals((invoice.company.id, invoice.type), ask)


def tax_identifier_of(invoice) -> int | None:
    """Id of the tax identifier of the company on *invoice*.

    It has no address, whose country might say another one.
    """
    def ask() -> int | None:
        identifier = invoice.get_tax_identifier()
        return identifier and identifier.id
    return _identifiers(invoice.company.id, ask)


def receivables(parties, company) -> dict:
    """The accounts that *parties* owe to: their own, else the company's.

    In one statement for all that have none of their own, as nearly all.

    :return: by id of the party
    :raises AccountMissing: the company has none
    """
    pool = Pool()
    Configuration = pool.get('account.configuration')
    PartyAccount = pool.get('party.party.account')
    parties = {party.id: party for party in parties}
    own = {account.party.id for account in PartyAccount.search([
                ('party', 'in', list(parties)),
                ('account_receivable', '!=', None),
                ])}
    default = Configuration(1).get_multivalue(
        'default_account_receivable', company=company.id)
    return {
        id_: party.account_receivable_used
        if id_ in own or not default else default.current()
        for id_, party in parties.items()}


class Account(LentMixin, metaclass=PoolMeta):
    __name__ = 'account.account'


class DefaultAccount(LentMixin, metaclass=PoolMeta):
    __name__ = 'account.configuration.default_account'


class FiscalYear(AnsweringMixin, metaclass=PoolMeta):
    __name__ = 'account.fiscalyear'


class Identifier(AnsweringMixin, metaclass=PoolMeta):
    __name__ = 'party.identifier'


class Journal(AnsweringMixin, metaclass=PoolMeta):
    __name__ = 'account.journal'


class Period(AnsweringMixin, metaclass=PoolMeta):
    __name__ = 'account.period'


class TaxIdentifier(AnsweringMixin, metaclass=PoolMeta):
    __name__ = 'company.company.tax_identifier'
