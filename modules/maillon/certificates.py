"""An officer brings a file of certificates to the client."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.transaction import check_access
from trytond.wizard import (
    Button, StateAction, StateTransition, StateView, Wizard)

from .brought import imported
from .command import imports
from .command.imports.table import FileError
from .exceptions import CertificatesImportError
from .fault_words import said, translated


class ImportCertificates(Wizard):
    "Import Certificates"
    __name__ = 'aid.certificate.import'

    start = StateView(
        'aid.certificate.import.start',
        'maillon.import_certificates_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Import", 'import_', 'tryton-ok', default=True),
            ])
    import_ = StateTransition()
    result = StateView(
        'aid.certificate.import.result',
        'maillon.import_certificates_result_view_form', [
            Button("Show the Certificates", 'show', 'tryton-ok',
                default=True),
            ])
    show = StateAction('aid_training.act_certificate')

    def transition_import_(self) -> str:
        outcome = self.start.import_certificates()
        self.result.words = gettext(
            'maillon.msg_notices_imported', created=outcome.created,
            updated=outcome.updated, unchanged=outcome.unchanged)
        return 'result'

    def default_result(self, fields) -> dict:
        return {'words': self.result.words}


class ImportCertificatesStart(ModelView):
    "A table of certificates"
    __name__ = 'aid.certificate.import.start'

    file = fields.Binary(
        "File", filename='name', required=True,
        help="CSV (UTF-8) or XLSX with the columns volunteer (the number) or "
        "email, course (the code), obtained_on, and valid_until and "
        "reference if they are known.")
    name = fields.Char("Name of the File")

    def import_certificates(self) -> imports.Outcome:
        """Bring all of them in, or none, for volunteers the user sees.

        :raises CertificatesImportError: rows are wrong, or it is no table;
            nothing is changed
        """
        try:
            with check_access():
                outcome = imported('certificates', self.file, self.name)
        except FileError as error:
            raise CertificatesImportError(gettext(
                    'maillon.msg_certificates_file',
                    error=translated(error.advice)
                    if error.advice else str(error))) from error
        if outcome.faults:
            raise CertificatesImportError(gettext(
                    'maillon.msg_certificates_rows',
                    faults='\n'.join(said(outcome.faults))))
        return outcome


class ImportCertificatesResult(ModelView):
    "What came in"
    __name__ = 'aid.certificate.import.result'

    words = fields.Char("Result", readonly=True)
