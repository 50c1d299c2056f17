"""The list of who was there and who passed: a tick each, and it is closed."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.wizard import Button, StateTransition, StateView, Wizard

from aid_branch.named import visible

from .exceptions import SessionClosedError, SessionValidationError


class RecordResults(Wizard):
    "Who Passed"
    __name__ = 'aid.course.session.record_results'

    start_state = 'people'
    people = StateView(
        'aid.course.session.record_results.people',
        'aid_training.record_results_people_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Approve", 'approve', 'tryton-ok', default=True),
            ])
    approve = StateTransition()

    def default_people(self, fields) -> dict:
        "Everybody who is enrolled was there and passed"
        session, = visible(self.records[:1])
        return {
            'session': session.id,
            'lines': [{
                    'enrolment': enrolment.id,
                    'name': enrolment.person,
                    'present': True,
                    'passed': True,
                    } for enrolment in session.enrolments
                if enrolment.state == 'coming'],
            'late': [],
            }

    def transition_approve(self) -> str:
        """Close the session and make the certificates of those who passed.

        Who came without being enrolled is enrolled first, and has passed.
        """
        Enrolment = Pool().get('aid.course.enrolment')
        session, = visible(self.records[:1])
        self._check(session)
        results = {}
        known = {e.id: e for e in session.enrolments}
        for line in self.people.lines:
            if line.present and line.enrolment.id in known:
                results[known[line.enrolment.id]] = bool(line.passed)
        came = visible(self.people.late)
        if came:
            session.make_room(len(came))
            for enrolment in Enrolment.enrol(session, came):
                results[enrolment] = True
        Enrolment.settle(session, results)
        return 'end'

    @staticmethod
    def _check(session) -> None:
        "Refuse what is closed, and what is not over"
        if session.state != 'open':
            raise SessionClosedError(gettext(
                    'aid_training.msg_session_closed',
                    session=session.rec_name))
        if session.branch.today() < session.last_date:
            raise SessionValidationError(gettext(
                    'aid_training.msg_session_not_over',
                    session=session.rec_name, date=session.last_date))

    def end(self) -> str:
        return 'reload'


class RecordResultsPeople(ModelView):
    "A session and those who were expected"
    __name__ = 'aid.course.session.record_results.people'

    session = fields.Many2One(
        'aid.course.session', "Session", readonly=True)
    lines = fields.One2Many(
        'aid.course.session.record_results.line', None, "Who Passed")
    late = fields.Many2Many(
        'aid.volunteer', None, None, "Who Else Came",
        help="Volunteers who came without being enrolled, and passed.")


class RecordResultsLine(ModelView):
    "Somebody who was expected"
    __name__ = 'aid.course.session.record_results.line'

    enrolment = fields.Many2One(
        'aid.course.enrolment', "Enrolment", readonly=True)
    name = fields.Char("Name", readonly=True)
    present = fields.Boolean("There")
    passed = fields.Boolean(
        "Passed", states={'readonly': ~Eval('present')})

    @fields.depends('present', 'passed')
    def on_change_present(self) -> None:
        self.passed = bool(self.present)
