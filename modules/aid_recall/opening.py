"""Opening a recall: stop, list, tell. Read from top to bottom.

However many lots, branches and households there are, it takes a bounded
number of statements: what is listed is written by the database at once.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from sql.functions import CurrentTimestamp

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool
from trytond.tools import grouped_slice
from trytond.transaction import Transaction, without_check_access

from . import lineage
from .article_number import gtin_14
from .exceptions import RecallError
from .matching import GRADES
from .recall_lot import ACCEPTED

_RANK = {grade: rank for rank, (grade, _) in enumerate(GRADES)}
#: Rows that one statement writes
AT_ONCE = 500


# Which lots

@without_check_access
def propose(recalls) -> dict:
    """List the lots that the notices of *recalls* may mean.

    Those that brand and words alone point to are never accepted by
    themselves.

    :return: recall id → how many lots are new on its list
    """
    pool = Pool()
    Lot = pool.get('stock.lot')
    Notice = pool.get('aid.recall.notice')
    RecallLot = pool.get('aid.recall.lot')
    matches = Notice.matches([r.notice for r in recalls])
    labelled = {
        lot.id for lot in Lot.browse({
                m.lot for found in matches.values() for m in found})
        if lot.label_lot}
    rows, better, new = [], [], {}
    for recall in recalls:
        listed = {row.lot.id: row for row in recall.lots}
        new[recall.id] = 0
        for match in matches.get(recall.notice.id, []):
            row = listed.get(match.lot)
            if not row:
                rows.append((
                        recall.id, match.lot, match.grade, match.why,
                        # Once it is open, somebody looks at what is found
                        recall.state != 'open'
                        and _is_meant(match, labelled),
                        match.certain, False))
            elif _is_surer(match, row):
                better += [[row], {
                        'grade': match.grade, 'why': match.why,
                        'certain': match.certain}]
            else:
                continue
            new[recall.id] += 1
    _insert(RecallLot, [
            'recall', 'lot', 'grade', 'why', 'accepted', 'certain',
            'stopped'], rows)
    if better:
        RecallLot.write(*better)
    for recall in recalls:
        recall.notice_version = recall.notice.version
    pool.get('aid.recall').save(recalls)
    _forget()
    return new


def _is_meant(match, labelled: set[int]) -> bool:
    """Whether a lot is ticked until somebody says otherwise.

    Not by words; nor by the barcode alone where the pack bears another lot.
    A lot of which nobody wrote down the maker's number may be the one.
    """
    return match.grade in ACCEPTED and (
        match.certain or match.lot not in labelled)


def _is_surer(match, row) -> bool:
    "Whether the notice says more clearly now that the lot of *row* is meant"
    return (
        not row.accepted and row.grade in _RANK
        and _RANK[match.grade] < _RANK[row.grade])


@without_check_access
def look_again(recalls) -> None:
    "Propose lots that came since *recalls* were opened, and say so"
    lang = Pool().get('ir.lang').get()
    recalls = [r for r in recalls if r.notice]
    before = {r.id: r.notice_version for r in recalls}
    for recall in recalls:
        version = recall.notice.version
        if version and before[recall.id] != version:
            recall.changed = '\n'.join(filter(None, [
                        recall.changed, gettext(
                            'aid_recall.msg_recall_new_version',
                            version=version, title=recall.notice.rec_name)]))
    for id_, count in propose(recalls).items():
        if not count:
            continue
        recall, = [r for r in recalls if r.id == id_]
        recall.changed = '\n'.join(filter(None, [
                    recall.changed, gettext(
                        'aid_recall.msg_recall_new_lots',
                        count=lang.format_number(count, 0))]))
    Pool().get('aid.recall').save(recalls)


# Everything stops

@without_check_access
def stop(recalls) -> None:
    """Stop the accepted lots of *recalls* with all they became.

    What was stopped before stays as it is; what is new is added to the lists
    of branches and households.

    :raises RecallError: no lot is accepted
    """
    Body = Pool().get('aid.recall.body')
    for recall in recalls:
        chosen = {
            row.lot.id: row.certain for row in recall.lots
            if row.accepted and row.grade not in {'became', 'found'}}
        if not chosen:
            raise RecallError(gettext(
                    'aid_recall.msg_recall_no_lot', recall=recall.rec_name))
        line = _wait_for_tills(
            chosen, [lot for lot, certain in chosen.items() if not certain])
        _hold(recall, line.lots)
        _list_lots(recall, line)
        handed = lineage.handed_over(line, *_known_by(recall, chosen))
        _list_branches(recall, line, handed.branches)
        _list_households(recall, handed)
        Body.list_of(recall, line.lots)
        recall.baskets = handed.baskets
        recall.erased = handed.erased
        recall.without_file = handed.without_file
        recall.save()
    Notice = Pool().get('aid.recall.notice')
    if notices := [r.notice for r in recalls if r.notice]:
        Notice.mark_recalled(notices)
    _forget()


def _known_by(
        recall, lots: Iterable[int]) -> tuple[set[str], dt.date | None]:
    """The barcodes of what is recalled, and since when they count.

    Those of the notice, and of the products of *lots*: a till may have
    scanned one before anybody entered the product.
    """
    pool = Pool()
    Lot = pool.get('stock.lot')
    Rule = pool.get('aid.recall.rule')
    today = pool.get('ir.date').today()
    back = Rule.days_back(today)
    since = today - back if back else None
    gtins = {
        gtin for lot in Lot.browse(list(lots))
        for identifier in lot.product.identifiers
        if identifier.type == 'ean' and (gtin := gtin_14(identifier.code))}
    if recall.notice:
        notice = recall.notice.as_compared(back)
        gtins |= notice.gtins
        since = notice.since or since
    return gtins, since


def _wait_for_tills(
        lots: Iterable[int], unsure: list[int]) -> lineage.Lineage:
    """What *lots* became, none of which anybody is handing over meanwhile.

    Who is just doing so finishes first and is on the list; who comes next
    waits, and is then told of the recall.
    """
    OnHand = Pool().get('aid.lot.on_hand')
    held: set[int] = set()
    while True:
        line = lineage.lineage(lots, unsure)
        more = set(line.lots) - held
        if not more:
            return line
        OnHand.hold_lots(more)
        held |= more


def _hold(recall, lots: list[int]) -> None:
    "Hold those of *lots* that this recall does not hold yet"
    pool = Pool()
    Hold = pool.get('aid.lot.hold')
    Lot = pool.get('stock.lot')
    held = _stopped(recall)
    new = [id_ for id_ in lots if id_ not in held]
    if new:
        hold = Hold.stop(Lot.browse(new), gettext(
                'aid_recall.msg_hold_reason', recall=recall.name))
        Hold.write([hold], {'recall': recall.id})


def _stopped(recall) -> set[int]:
    "Ids of the lots that *recall* has stopped"
    table = Pool().get('aid.recall.lot').__table__()
    cursor = Transaction().connection.cursor()
    cursor.execute(*table.select(
            table.lot,
            where=(table.recall == recall.id)
            & (table.stopped == True)))  # noqa: E712
    return {lot for lot, in cursor}


def _list_lots(recall, line: lineage.Lineage) -> None:
    "Mark what is stopped, and list what it became"
    RecallLot = Pool().get('aid.recall.lot')
    table = RecallLot.__table__()
    cursor = Transaction().connection.cursor()
    listed = {row.lot.id for row in recall.lots}
    cursor.execute(*table.update(
            [table.stopped, table.accepted], [True, True],
            where=(table.recall == recall.id)
            & fields.SQL_OPERATORS['in'](table.lot, line.lots)))
    _insert(RecallLot, [
            'recall', 'lot', 'grade', 'accepted', 'certain', 'stopped'], [
            (recall.id, lot, 'became' if lot in line.became else 'found',
                True, lot in line.certain, True)
            for lot in line.lots if lot not in listed])


# What each branch has to do

def _list_branches(
        recall, line: lineage.Lineage, branches: Iterable[int]) -> None:
    """A task for each branch that has, had or handed over some.

    Its rows say how much of each lot should be there. A branch that has done
    its part has to look again if it has more to look at.
    """
    pool = Pool()
    Task = pool.get('aid.recall.task')
    TaskLine = pool.get('aid.recall.task.line')
    there = lineage.on_hand(line.lots)
    concerned = {*line.branches, *branches, *(b for b, _ in there)}
    tasks = _ids(Task, recall, 'branch')
    _insert(Task, ['recall', 'branch', 'state'], [
            (recall.id, branch, 'open')
            for branch in sorted(concerned - tasks.keys())])
    tasks = _ids(Task, recall, 'branch')
    listed = _listed(TaskLine, 'task', 'lot', tasks.values())
    rows = [
        (tasks[branch], lot, quantity)
        for (branch, lot), quantity in sorted(there.items())
        if (tasks[branch], lot) not in listed]
    _insert(TaskLine, ['task', 'lot', 'expected'], rows)
    table = Task.__table__()
    if rows:
        cursor = Transaction().connection.cursor()
        cursor.execute(*table.update(
                [table.state], ['open'],
                where=fields.SQL_OPERATORS['in'](
                    table.id, sorted({task for task, *_ in rows}))))


# Who is to be told

def _list_households(recall, handed: lineage.HandedOver) -> None:
    "Each household that got, or may have, some, and how it is reached"
    pool = Pool()
    Told = pool.get('aid.recall.household')
    table = Told.__table__()
    cursor = Transaction().connection.cursor()
    cursor.execute(*table.select(
            table.household, table.product, table.id,
            where=table.recall == recall.id))
    listed = {(h, product): id_ for h, product, id_ in cursor}
    channels = _channels({h for h, _ in handed.reached})
    _insert(Told, [
            'recall', 'branch', 'household', 'product', 'quantity',
            'certainty', 'booked', 'last_on', 'channel', 'state',
            'reminders'], [
            (recall.id, r.branch, r.household, r.product, r.quantity,
                'certain' if r.certain else 'possible', r.booked, r.last,
                channels[r.household], 'to_tell', 0)
            for key, r in sorted(handed.reached.items())
            if key not in listed])
    more = defaultdict(list)
    for key, id_ in listed.items():
        if r := handed.reached.get(key):
            more[r.quantity, r.certain, r.booked].append(id_)
    for (quantity, certain, booked), ids in more.items():
        cursor.execute(*table.update(
                [table.quantity, table.certainty, table.booked],
                [quantity, 'certain' if certain else 'possible', booked],
                where=fields.SQL_OPERATORS['in'](table.id, ids)
                & ((table.quantity != quantity)
                    | (table.booked != booked))))


def _channels(households: Iterable[int]) -> dict[int, str | None]:
    "Household id → how it chose to be told"
    Household = Pool().get('aid.household')
    return {
        h.id: h.reached_by() for h in Household.browse(sorted(households))}


# Written at once

def _insert(model, names: list[str], rows: Iterable[tuple]) -> None:
    "Write *rows* of the fields *names*, many in one statement"
    table = model.__table__()
    columns = [getattr(table, name) for name in names]
    columns += [table.create_uid, table.create_date]
    cursor = Transaction().connection.cursor()
    made = [Transaction().user or None, CurrentTimestamp()]
    for some in grouped_slice(list(rows), AT_ONCE):
        cursor.execute(*table.insert(
                columns, [[*row, *made] for row in some]))


def _ids(model, recall, name: str) -> dict[int, int]:
    "Value of the field *name* → id, of the records of *recall*"
    table = model.__table__()
    cursor = Transaction().connection.cursor()
    cursor.execute(*table.select(
            getattr(table, name), table.id,
            where=table.recall == recall.id))
    return dict(cursor.fetchall())


def _listed(
        model, parent: str, name: str, parents: Iterable[int]
        ) -> set[tuple[int, int]]:
    table = model.__table__()
    cursor = Transaction().connection.cursor()
    parents = list(parents)
    if not parents:
        return set()
    cursor.execute(*table.select(
            getattr(table, parent), getattr(table, name),
            where=fields.SQL_OPERATORS['in'](
                getattr(table, parent), parents)))
    return set(cursor.fetchall())


def _forget() -> None:
    "What was written at once is read again"
    for cache in list(Transaction().cache.values()):
        cache.clear()
