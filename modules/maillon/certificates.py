"""An officer brings a file of certificates to the client."""
from __future__ import annotations

from trytond.model import ModelView, fields
from trytond.transaction import check_access
from trytond.wizard import Button, StateAction, StateView, Wizard

from .brought import ImportMixin, ImportStartMixin
from .command import imports
from .exceptions import CertificatesImportError


class ImportCertificates(ImportMixin, Wizard):
    "Import Certificates"
    __name__ = 'aid.certificate.import'

    start = StateView(
        'aid.certificate.import.start',
        'maillon.import_certificates_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Import", 'import_', 'tryton-ok', default=True),
            ])
    result = StateView(
        'aid.import.result', 'maillon.import_result_view_form', [
            Button("Show the Certificates", 'show', 'tryton-ok',
                default=True),
            ])
    show = StateAction('aid_training.act_certificate')


class ImportCertificatesStart(ImportStartMixin, ModelView):
    "A table of certificates"
    __name__ = 'aid.certificate.import.start'

    _kind = 'certificates'
    _refused = CertificatesImportError
    _unreadable = 'maillon.msg_certificates_file'
    _faulty = 'maillon.msg_certificates_rows'

    file = fields.Binary(
        "File", filename='name', required=True,
        help="CSV (UTF-8) or XLSX with the columns volunteer (the number) or "
        "email, course (the code), obtained_on, and valid_until and "
        "reference if they are known.")

    def imported(self) -> imports.Outcome:
        "All of them come in, or none, for volunteers the user sees"
        with check_access():
            return super().imported()
