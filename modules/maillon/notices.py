"""Head office brings an export of RappelConso to the client."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pyson import Eval
from trytond.transaction import without_check_access
from trytond.wizard import (
    Button, StateAction, StateTransition, StateView, Wizard)

from .brought import imported
from .command import imports
from .command.imports.table import FileError
from .exceptions import NoticesImportError
from .fault_words import said, translated


class ImportNotices(Wizard):
    "Import notices of recall"
    __name__ = 'aid.recall.notice.import'

    start = StateView(
        'aid.recall.notice.import.start',
        'maillon.import_notices_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Import", 'import_', 'tryton-ok', default=True),
            ])
    import_ = StateTransition()
    result = StateView(
        'aid.recall.notice.import.result',
        'maillon.import_notices_result_view_form', [
            Button("Show What to Look At", 'show', 'tryton-ok',
                default=True),
            ])
    show = StateAction('aid_recall.act_notice')

    def transition_import_(self) -> str:
        outcome = self.start.import_notices()
        self.result.words = gettext(
            'maillon.msg_notices_imported', created=outcome.created,
            updated=outcome.updated, unchanged=outcome.unchanged)
        self.result.left_out = '\n'.join(said(outcome.left_out))
        return 'result'

    def default_result(self, fields) -> dict:
        return {
            'words': self.result.words,
            'left_out': self.result.left_out,
            }


class ImportNoticesStart(ModelView):
    "An export of RappelConso"
    __name__ = 'aid.recall.notice.import.start'

    file = fields.Binary(
        "File", filename='name', required=True,
        help="An export of RappelConso, CSV or JSON, as it was downloaded: "
        "rappelconso-v2-gtin-espaces or rappelconso-v2-gtin-trie.")
    name = fields.Char("Name of the File")

    def import_notices(self) -> imports.Outcome:
        """Bring the notices in, and leave out rows with something wrong.

        :raises NoticesImportError: it is no such file; nothing is changed
        """
        try:
            with without_check_access():
                outcome = imported('rappelconso', self.file, self.name)
        except FileError as error:
            raise NoticesImportError(gettext(
                    'maillon.msg_notices_file',
                    error=translated(error.advice))) from error
        if outcome.faults:
            raise NoticesImportError(gettext(
                    'maillon.msg_notices_columns',
                    faults='\n'.join(said(outcome.faults))))
        return outcome


class ImportNoticesResult(ModelView):
    "What came in"
    __name__ = 'aid.recall.notice.import.result'

    words = fields.Char("Result", readonly=True)
    left_out = fields.Text(
        "Left Out", readonly=True, states={'invisible': ~Eval('left_out')},
        help="Rows with something wrong. The others came in.")
