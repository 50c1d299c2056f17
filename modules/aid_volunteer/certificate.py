"""The certificate of engagement: how long somebody gave time, and for what.

For an employer, a school, the recognition of experience. In the language that
is asked for.
"""
from __future__ import annotations

import datetime as dt

from sql import Null
from sql.aggregate import Count, Max, Min, Sum

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.report import Report
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateReport, StateView, Wizard

from aid_branch.named import visible
from aid_branch.paper import PaperReport
from aid_branch.reading import as_date

LABELS = [
    'title', 'mission', 'kind', 'branch', 'times', 'hours', 'total',
    'engaged', 'place', 'sign']


class CertificateAsk(ModelView):
    "Of which time, in which language"
    __name__ = 'aid.volunteer.certificate.ask'

    volunteer = fields.Many2One(
        'aid.volunteer', "Volunteer", readonly=True)
    first = fields.Date("From", required=True)
    last = fields.Date(
        "To", required=True, domain=[('last', '>=', Eval('first', None))])
    language = fields.Selection([
            ('fr', "French"),
            ('en', "English"),
            ], "Language", required=True)


class Certificate(Wizard):
    "Certificate of Engagement"
    __name__ = 'aid.volunteer.certificate'

    start_state = 'ask'
    ask = StateView(
        'aid.volunteer.certificate.ask',
        'aid_volunteer.certificate_ask_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Print", 'print_', 'tryton-print', default=True),
            ])
    print_ = StateReport('aid.volunteer.certificate.paper')

    def default_ask(self, fields) -> dict:
        "From the first time to today"
        volunteer, = visible(self.records[:1])
        today = Pool().get('ir.date').today()
        rows = missions_of(volunteer, dt.date.min, today)
        language = Transaction().language
        return {
            'volunteer': volunteer.id,
            'first': min(
                (row['first'] for row in rows),
                default=today.replace(month=1, day=1)),
            'last': today,
            'language': language if language in {'fr', 'en'} else 'fr',
            }

    def do_print_(self, action: dict) -> tuple[dict, dict]:
        volunteer, = visible(self.records[:1])
        return action, {
            'model': 'aid.volunteer',
            'id': volunteer.id, 'ids': [volunteer.id],
            'first': self.ask.first, 'last': self.ask.last,
            'language': self.ask.language,
            }


@without_check_access
def missions_of(volunteer, first: dt.date, last: dt.date) -> list[dict]:
    """What *volunteer* gave its approved hours for, by one statement.

    :return: `mission`, `hours`, `times`, `first` and `last` day of each, the
        one with most hours first
    """
    pool = Pool()
    Mission = pool.get('aid.mission')
    signup = pool.get('aid.shift.signup').__table__()
    shift = pool.get('aid.shift').__table__()
    cursor = Transaction().connection.cursor()
    cursor.execute(*signup
        .join(shift, condition=signup.shift == shift.id)
        .select(
            shift.mission, Sum(signup.hours), Count(signup.id),
            Min(shift.date), Max(shift.date),
            where=(signup.volunteer == volunteer.id)
            & (signup.state == 'present') & (signup.approved_by != Null)
            & (shift.date >= first) & (shift.date <= last),
            group_by=[shift.mission]))
    rows = sorted(cursor.fetchall(), key=lambda row: -row[1])
    return [{
            'mission': mission, 'hours': round(hours, 2), 'times': times,
            'first': as_date(start), 'last': as_date(end),
            } for mission, (_, hours, times, start, end) in zip(
                Mission.browse([row[0] for row in rows]), rows)]


class CertificatePaper(PaperReport, Report):
    "The certificate, to be signed by the branch"
    __name__ = 'aid.volunteer.certificate.paper'

    @classmethod
    def execute(cls, ids, data):
        language = (data or {}).get('language') or Transaction().language
        with Transaction().set_context(language=language):
            return super().execute(ids, data)

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        context = super().get_context(records, header, data)
        data = data or {}
        today = Pool().get('ir.date').today()
        first = data.get('first') or today.replace(month=1, day=1)
        last = data.get('last') or today
        context['labels'] = {
            name: gettext(f'aid_volunteer.msg_certificate_{name}')
            for name in LABELS}
        context['pages'] = [
            _page(volunteer, first, last, today)
            for volunteer in visible(records)]
        context['lang'] = Pool().get('ir.lang').get(
            data.get('language') or Transaction().language)
        return context


@without_check_access
def _page(
        volunteer, first: dt.date, last: dt.date, today: dt.date) -> dict:
    "What the template prints of somebody"
    lang = Pool().get('ir.lang').get()
    rows = missions_of(volunteer, first, last)
    engagements = sorted(
        (e for e in volunteer.engagements
            if e.valid_from <= last
            and (not e.valid_until or e.valid_until >= first)),
        key=lambda e: e.valid_from)
    hours = sum(row['hours'] for row in rows)
    return {
        'branch': volunteer.branch,
        'rows': rows,
        'hours': hours,
        'times': sum(row['times'] for row in rows),
        'engagements': engagements,
        'today': today,
        'words': gettext(
            'aid_volunteer.msg_certificate_words',
            branch=volunteer.branch.rec_name,
            association=volunteer.branch.company.rec_name,
            volunteer=volunteer.rec_name,
            first=lang.strftime(first), last=lang.strftime(last),
            hours=lang.format_number(hours)),
        }
