"""The chain of custody of goods, for an inspector: a sheet, and a table.

Regulation (EC) No 178/2002, article 18: one step back, who supplied the
goods, and one step forward, which businesses were supplied; final consumers
need not be known and are only counted. Regulation (EU) No 931/2011 says what
must be known of each dispatch of goods of animal origin: what they are, how
much, from and to whom (name and address), their lot and the day.
"""
from __future__ import annotations

import csv
from io import StringIO

from genshi.input import XML

from trytond.pool import Pool
from trytond.report import Report
from trytond.transaction import without_check_access

from aid_branch.paper import PaperReport

from . import chain
from .dispatch import dispatches, seen
from .path import picture

#: What an inspector reads of a table in one go
COLUMNS = [
    'lot', 'product', 'kind', 'quantity', 'unit', 'branch', 'to_branch',
    'receiver', 'giver', 'first', 'last', 'moves', 'certain']


class Custody(PaperReport, Report):
    "Where goods came from, one step back, and went, one step forward"
    __name__ = 'aid.lot.custody'

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        pool = Pool()
        Line = pool.get('aid.lot.trace.line')
        Sum = pool.get('aid.lot.trace.sum')
        context = super().get_context(records, header, data)
        lots = pool.get('stock.lot').browse([r.id for r in records])
        back, forward = chain.backward(lots), chain.forward(lots)
        rows = Line.rows(forward)
        before = [
            row for row in Line.rows(back)
            if row.kind in {'received', 'found'}]
        context.update({
                'lots': lots,
                'before': before,
                'rows': rows,
                'dispatches': seen(dispatches(forward.lots)),
                'links': _links(back, forward),
                'sums': _sums(Sum.sums(forward)),
                'kinds': dict(Line.fields_get(['kind'])['kind']['selection']),
                'certainties': dict(
                    Line.fields_get(['certain'])['certain']['selection']),
                'address': address,
                'account': forward.account,
                'picture': XML(picture(forward, rows)) if rows else None,
                'today': pool.get('ir.date').today(),
                })
        return context


class TraceTable(Report):
    "The rows of a trace for spreadsheets: CSV, dates and numbers plain"
    __name__ = 'aid.lot.trace.table'

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        context = super().get_context(records, header, data)
        follow = chain.forward if data.get('forwards', True) \
            else chain.backward
        lots = Pool().get('stock.lot').browse([r.id for r in records])
        context['rows'] = Pool().get('aid.lot.trace.line').rows(follow(lots))
        return context

    @classmethod
    def render(cls, report, report_context) -> str:
        Line = Pool().get('aid.lot.trace.line')
        rows = [row.shown() for row in report_context['rows']]
        columns = COLUMNS + sorted({
                name for row in report_context['rows'] for name in row.more})
        said = Line.fields_get(columns)
        choices = {
            name: dict(said[name]['selection'])
            for name in ['kind', 'certain']}
        text = StringIO()
        writer = csv.writer(text, delimiter=';', lineterminator='\r\n')
        writer.writerow([said[name]['string'] for name in columns])
        for row in rows:
            row['unit'] = row['unit.']['rec_name']
            for name in choices:
                row[name] = choices[name][row[name]]
            writer.writerow([row.get(name) for name in columns])
        return text.getvalue()

    @classmethod
    def convert(cls, report, data, **kwargs):
        # The mark without which spreadsheets misread accents
        return 'csv', data.encode('utf-8-sig')


def _links(*chains: chain.Chain) -> list[tuple]:
    "(parent, lot, quantity) of what was made of what, each once"
    links = {link: None for found in chains for link in found.links}
    Lot = Pool().get('stock.lot')
    lots = {lot.id: lot for lot in Lot.browse(sorted(
                {id_ for link in links for id_ in [link.parent, link.lot]}))}
    return [
        (lots[link.parent], lots[link.lot], link.quantity) for link in links]


def _sums(rows: list[dict]) -> list[dict]:
    return [{**row, 'unit': row['unit.']['rec_name']} for row in rows]


@without_check_access
def address(party) -> str:
    "The first address of *party* in one line, empty where there is none"
    if not party or not party.addresses:
        return ''
    return ', '.join(
        party.addresses[0].full_address.splitlines()).strip(', ')
