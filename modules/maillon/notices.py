"""Head office brings an export of RappelConso to the client."""
from __future__ import annotations

from trytond.model import ModelView, fields
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateAction, StateView, Wizard

from .brought import ImportMixin, ImportStartMixin
from .command import imports
from .exceptions import NoticesImportError


class ImportNotices(ImportMixin, Wizard):
    "Import notices of recall"
    __name__ = 'aid.recall.notice.import'

    start = StateView(
        'aid.recall.notice.import.start',
        'maillon.import_notices_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Import", 'import_', 'tryton-ok', default=True),
            ])
    result = StateView(
        'aid.import.result', 'maillon.import_result_view_form', [
            Button("Show What to Look At", 'show', 'tryton-ok',
                default=True),
            ])
    show = StateAction('aid_recall.act_notice')


class ImportNoticesStart(ImportStartMixin, ModelView):
    "An export of RappelConso"
    __name__ = 'aid.recall.notice.import.start'

    _kind = 'rappelconso'
    _refused = NoticesImportError
    _unreadable = 'maillon.msg_notices_file'
    _faulty = 'maillon.msg_notices_columns'

    file = fields.Binary(
        "File", filename='name', required=True,
        help="An export of RappelConso, CSV or JSON, as it was downloaded: "
        "rappelconso-v2-gtin-espaces or rappelconso-v2-gtin-trie.")

    def imported(self) -> imports.Outcome:
        "The notices come in; rows with something wrong are left out"
        with without_check_access():
            return super().imported()
