"""Numbers without a gap, one row of them for each branch and kind of paper.

Tryton's own invoice sequences are matched by walking all rows of the fiscal
year, which takes almost a second with two thousand branches; here it is one
indexed look-up, and the row is made the first time it is needed.
"""
from __future__ import annotations

import datetime as dt

from sql import For, Table
from sql.functions import CurrentTimestamp
from sql.operators import Or

from trytond.cache import Cache
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.transaction import Transaction, without_check_access

from aid_branch.lent import Answers
from aid_branch.reading import forget_read
from aid_branch.scope import BranchMixin
from aid_branch.slices import slices

KINDS = [
    ('invoice', "Invoice"),
    ('credit_note', "Credit Note"),
    ('hand_over', "Hand-Over Slip"),
    ]
LETTERS = {'invoice': 'F', 'credit_note': 'A', 'hand_over': 'R'}


class BranchSequence(BranchMixin, ModelSQL, ModelView):
    """The numbers that a branch gives to one kind of paper in one year.

    Invoices and credit notes follow the fiscal year, hand-over slips, which
    are no accounting, the calendar year.
    """
    __name__ = 'aid.branch.sequence'

    kind = fields.Selection(KINDS, "Kind", required=True, readonly=True)
    since = fields.Date("Since", required=True, readonly=True)
    sequence = fields.Many2One(
        'ir.sequence.strict', "Sequence", required=True, readonly=True,
        ondelete='RESTRICT')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.branch.readonly = True
        table = cls.__table__()
        cls._sql_constraints.append(
            ('key_unique',
                Unique(table, table.branch, table.kind, table.since),
                'aid_basket.msg_branch_sequence_unique'))
        cls._sql_indexes.add(Index(
                table,
                (table.branch, Index.Equality()),
                (table.kind, Index.Equality()),
                (table.since, Index.Equality())))

    def get_rec_name(self, name: str) -> str:
        return f'{self.sequence.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('sequence.name', *clause[1:])]

    @classmethod
    @without_check_access
    def find(cls, branch, kind: str, date: dt.date) -> BranchSequence:
        """The row of *branch* for *kind* of paper on *date*, made if needed.

        :raises PeriodNotFoundError: no fiscal year is open on that day
        """
        since, year = cls._year(branch, kind, date)
        found = cls.search([
                ('branch', '=', branch.id),
                ('kind', '=', kind),
                ('since', '=', since),
                ], limit=1)
        if found:
            return found[0]
        return cls._make(branch, kind, since, year)

    @classmethod
    def numbers(cls, branch, kind: str, date: dt.date):
        """The ``ir.sequence.strict`` that numbers *kind* on *date*.

        Once it is known it is not asked for again: it never changes.

        :raises PeriodNotFoundError: no fiscal year is open on that day
        """
        Sequence = Pool().get('ir.sequence.strict')
        key = branch.id, kind, cls._year(branch, kind, date)[0]
        if (known := _numbers.get(key)) is not None:
            return Sequence(known)
        row = cls.find(branch, kind, date)
        _remember(row, key)
        return row.sequence

    @staticmethod
    def next_numbers(sequence, count: int) -> list[str]:
        """The next *count* numbers of *sequence*, which is held already.

        As its own ``get_many``, by one statement where the database can.
        """
        transaction = Transaction()
        table = sequence.__table__()
        transaction.lock_records(sequence._table, [sequence.id])
        if not _locks_rows():
            return list(sequence.get_many(count))
        cursor = transaction.connection.cursor()
        cursor.execute(*table.update(
                [table.number_next_internal, table.write_uid,
                    table.write_date],
                [table.number_next_internal + table.number_increment * count,
                    transaction.user, CurrentTimestamp()],
                where=(table.id == sequence.id)
                & (table.type == 'incremental'),
                returning=[
                    table.number_next_internal, table.number_increment,
                    table.padding, table.prefix, table.suffix]))
        row = cursor.fetchone()
        if row is None:
            return list(sequence.get_many(count))
        end, step, padding, prefix, suffix = row
        prefix, suffix = sequence._process(prefix), sequence._process(suffix)
        forget_read(type(sequence))
        return [
            f'{prefix}{number:0>{padding or 0}d}{suffix}'
            for number in range(end - step * count, end, step)]

    @classmethod
    def on_modification(cls, mode, rows, field_names=None) -> None:
        super().on_modification(mode, rows, field_names=field_names)
        if mode != 'create':
            _numbers.clear()

    @classmethod
    def _year(
            cls, branch, kind: str, date: dt.date) -> tuple[dt.date, int]:
        "First day of the year that numbers *kind* on *date*, and its name"
        if kind == 'hand_over':
            return date.replace(month=1, day=1), date.year
        Period = Pool().get('account.period')
        # Whether it is open is asked each time, its days are not
        period = Period.find(branch.company, date=date)
        return _years(period.id, lambda: (
                period.fiscalyear.start_date,
                period.fiscalyear.end_date.year))

    @classmethod
    def _make(
            cls, branch, kind: str, since: dt.date, year: int
            ) -> BranchSequence:
        row, = cls._make_all([(branch, kind, since, year)])
        return row

    @classmethod
    def _make_all(cls, wanted: list[tuple]) -> list:
        "Rows of (branch, kind, first day of the year, its name), in order"
        pool = Pool()
        Sequence = pool.get('ir.sequence.strict')
        ModelData = pool.get('ir.model.data')
        type_ = ModelData.get_id('aid_basket', 'sequence_type_branch')
        rows = []
        for some in slices(wanted):
            named = [
                f'{branch.code}-{LETTERS[kind]}{year}'
                for branch, kind, _, year in some]
            sequences = Sequence.create([{
                        'name': name,
                        'sequence_type': type_,
                        'company': branch.company.id,
                        'prefix': f'{name}-',
                        'padding': 5,
                        } for name, (branch, _, _, _) in zip(named, some)])
            rows += cls.create([{
                        'branch': branch.id,
                        'kind': kind,
                        'since': since,
                        'sequence': sequence.id,
                        } for (branch, kind, since, _), sequence in zip(
                            some, sequences)])
        return rows

    @classmethod
    @without_check_access
    def make(cls, wanted: list[tuple]) -> list:
        """Make the rows that are not there yet, for many branches at once.

        :param wanted: (branch, kind, date)
        :return: what was made
        :raises PeriodNotFoundError: no fiscal year is open on such a day
        """
        there = {
            (row.branch, row.kind, row.since) for row in cls.search([])}
        missing = {}
        for branch, kind, date in wanted:
            since, year = cls._year(branch, kind, date)
            if (branch, kind, since) not in there:
                missing[branch, kind, since] = branch, kind, since, year
        return cls._make_all(list(missing.values()))

    @classmethod
    @without_check_access
    def hold(cls, wanted: list[tuple]) -> list:
        """Keep the numbers of *wanted* to this transaction, waiting for them.

        *wanted* is (branch, kind, date). Where the database can, the branch
        is locked while a missing row is made, then the rows, always in the
        order of their ids so that two tills never wait for each other. The
        sequences are then known as held, so that Tryton does not ask for
        them again without waiting, and begin everything again to do so.
        """
        if (rows := cls._hold_known(wanted)) is not None:
            return rows
        rows = []
        for branch, kind, date in wanted:
            since, _ = cls._year(branch, kind, date)
            if _locks_rows() and not cls._exists(branch, kind, since):
                _wait_to_make(branch)
            rows.append(cls.find(branch, kind, date))
            _remember(rows[-1], (branch.id, kind, since))
        _wait_for(cls._table, [r.id for r in rows])
        cls.hold_strict([r.sequence for r in rows])
        return rows

    @classmethod
    def _hold_known(cls, wanted: list[tuple]) -> list | None:
        "Hold *wanted* in one statement; None where one is still to be made"
        if not _locks_rows():
            return None
        Sequence = Pool().get('ir.sequence.strict')
        keys = [
            (branch.id, kind, cls._year(branch, kind, date)[0])
            for branch, kind, date in wanted]
        if not all(_numbers.get(key) for key in keys):
            return None
        table, strict = cls.__table__(), Sequence.__table__()
        cursor = Transaction().connection.cursor()
        cursor.execute(*table.join(
                strict, condition=table.sequence == strict.id).select(
                table.id, table.branch, table.kind, table.since,
                table.sequence,
                where=Or([
                        (table.branch == branch) & (table.kind == kind)
                        & (table.since == since)
                        for branch, kind, since in keys]),
                order_by=[table.id.asc], for_=For('UPDATE')))
        found, sequences = {}, set()
        for id_, branch_id, kind, since, sequence in cursor.fetchall():
            found[branch_id, kind, since] = id_
            sequences.add(sequence)
        if found.keys() != set(keys):
            return None
        Transaction()._locked_records[Sequence._table].update(sequences)
        return cls.browse([found[key] for key in keys])

    @classmethod
    def hold_strict(cls, sequences) -> None:
        "Keep *sequences* to this transaction, waiting for them in order"
        Sequence = Pool().get('ir.sequence.strict')
        ids = sorted({s.id for s in sequences})
        _wait_for(Sequence._table, ids)
        Transaction()._locked_records[Sequence._table].update(ids)

    @classmethod
    def _exists(cls, branch, kind: str, since: dt.date) -> bool:
        table = cls.__table__()
        cursor = Transaction().connection.cursor()
        cursor.execute(*table.select(
                table.id,
                where=(table.branch == branch.id)
                & (table.kind == kind) & (table.since == since)))
        return bool(cursor.fetchone())


#: First day of the fiscal year and its name, by id of a period
_years = Answers(
    'aid_basket.years', of=['account.period', 'account.fiscalyear'])
#: Sequences by (branch id, kind, first day of the year)
_numbers = Cache('aid.branch.sequence.numbers', context=False)


def _remember(row, key: tuple) -> None:
    "Not what is made in this transaction: it may be undone"
    made = Transaction().create_records.get(row.__name__, ())
    if row.id not in made:
        _numbers.set(key, row.sequence.id)


def _locks_rows() -> bool:
    return Transaction().database.has_select_for()


def _wait_to_make(branch) -> None:
    "Let only one transaction at a time make rows for *branch*"
    # Not the row of the branch: whoever has just written a document of the
    # branch holds a share of that one
    Transaction().connection.cursor().execute(
        'SELECT pg_advisory_xact_lock(hashtext(%s), %s)',
        (BranchSequence.__name__, branch.id))


def _wait_for(table_name: str, ids: list[int]) -> None:
    "Lock the rows *ids* of a table in their order, waiting for each"
    table = Table(table_name)
    mine = table.id.in_(sorted(ids))
    cursor = Transaction().connection.cursor()
    if _locks_rows():
        cursor.execute(*table.select(
                table.id, where=mine, order_by=[table.id.asc],
                for_=For('UPDATE')))
    elif ids:
        # Whoever writes anything has SQLite to himself until the end
        cursor.execute(*table.update([table.id], [table.id], where=mine))
