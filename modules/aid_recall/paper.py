"""The papers of a recall: its whole file, and the poster to hang up."""
from __future__ import annotations

import datetime as dt

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.report import Report
from trytond.transaction import without_check_access

from aid_branch.moment import this_second
from aid_branch.paper import PaperReport, RememberedPaper
from aid_lot.dispatch import dispatches

FILE_LABELS = [
    'title', 'product', 'notice', 'reason', 'risk', 'advice', 'opened',
    'ended', 'end_reason', 'lots', 'lot', 'maker_lot', 'date', 'by',
    'certain', 'possible', 'branches', 'branch', 'expected', 'counted',
    'who', 'when', 'poster', 'bodies', 'body', 'quantity', 'households',
    'count_certain', 'count_possible', 'told', 'answered', 'unreachable',
    'erased', 'without_file', 'baskets', 'balance', 'received',
    'quarantined', 'returned', 'destroyed', 'consumed', 'unaccounted',
    'rate', 'beyond', 'printed', 'nothing', 'unit', 'note']
POSTER_LABELS = [
    'title', 'thanks', 'lots', 'reason', 'risk', 'advice', 'where', 'phone']
SUMS = ['quarantined', 'returned', 'destroyed', 'consumed', 'unaccounted']
COUNTS = [
    'baskets', 'certain', 'possible', 'told', 'answered', 'unreachable',
    'erased', 'without_file']


class RecallFile(PaperReport, Report):
    "All that is known of a recall, for the file and for an inspector"
    __name__ = 'aid.recall.file'

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        context = super().get_context(records, header, data)
        Recall = Pool().get('aid.recall')
        context['labels'] = {
            name: gettext(f'aid_recall.msg_file_{name}')
            for name in FILE_LABELS}
        context['sums'] = SUMS
        context['now'] = dt.datetime.now()
        with without_check_access():
            context['files'] = [
                cls._file(r) for r in Recall.browse([r.id for r in records])]
        return context

    @classmethod
    def _file(cls, recall) -> dict:
        "What the template prints of *recall*; it names no household"
        counts = {
            **{name: getattr(recall, name) for name in COUNTS},
            'baskets': recall.baskets or 0,
            'erased': recall.erased or 0,
            'without_file': recall.without_file or 0,
            }
        labels = {'certain': 'count_certain', 'possible': 'count_possible'}
        lots = [row for row in recall.lots if row.accepted]
        return {
            'recall': recall,
            'advice': recall.said_advice(),
            'lots': [cls._lot(row) for row in lots],
            'tasks': [
                cls._task(t) for t in sorted(
                    recall.tasks, key=lambda t: t.branch.name)],
            'bodies': cls._bodies([r.lot.id for r in lots if r.stopped]),
            'counts': [(labels.get(n, n), counts[n]) for n in COUNTS],
            'balance': recall._balance(),
            }

    @staticmethod
    def _lot(row) -> dict:
        by = dict(
            row.fields_get(['grade'])['grade']['selection'])[row.grade]
        return {
            'number': row.lot.number,
            'product': row.lot.product.rec_name,
            'maker_lot': row.lot.label_lot or '',
            'date': row.lot.expiry,
            'by': f'{by} ({row.why})' if row.why else by,
            'certain': row.certain,
            }

    @staticmethod
    def _task(task) -> dict:
        lang = Pool().get('ir.lang').get()

        def said(name: str) -> str:
            return ', '.join(
                lang.format_number_symbol(getattr(l, name), l.unit)
                for l in task.lines if getattr(l, name) is not None)
        return {
            'branch': task.branch.name,
            'expected': said('expected'),
            'counted': said('counted'),
            'who': task.who if task.state == 'done' else '',
            'when': task.acknowledged_at,
            'poster': bool(task.poster_at),
            }

    @staticmethod
    def _bodies(lots: list[int]) -> list[dict]:
        lang = Pool().get('ir.lang').get()
        return [{
                'name': each.who.rec_name,
                'date': each.date,
                'lot': each.lot.number,
                'quantity': lang.format_number_symbol(
                    each.quantity, each.lot.product.default_uom),
                } for each in dispatches(lots) if each.who]


class Poster(RememberedPaper, Report):
    "What everybody may read who comes to a branch"
    __name__ = 'aid.recall.poster'

    @classmethod
    @without_check_access
    def remember(cls, ids: list[int]) -> None:
        Task = Pool().get('aid.recall.task')
        Task.write(Task.browse(ids), {'poster_at': this_second()})

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        context = super().get_context(records, header, data)
        Task = Pool().get('aid.recall.task')
        context['labels'] = {
            name: gettext(f'aid_recall.msg_poster_{name}')
            for name in POSTER_LABELS}
        with without_check_access():
            context['posters'] = [
                cls._poster(t) for t in Task.browse([r.id for r in records])]
        return context

    @staticmethod
    def _poster(task) -> dict:
        "The product, by what it is known, and what to do with it"
        recall = task.recall
        lang = Pool().get('ir.lang').get()
        known = {}
        for row in recall.lots:
            lot = row.lot
            if not row.accepted or not (lot.label_lot or lot.expiry):
                continue
            known[', '.join(filter(None, [
                            lot.label_lot,
                            lot.expiry and lang.strftime(lot.expiry)]))] = None
        return {
            'product': recall.name,
            'known': list(known),
            'reason': recall.reason,
            'risk': recall.risk,
            'advice': recall.said_advice(),
            'branch': task.branch.name,
            'phone': task.branch.party.phone,
            }
