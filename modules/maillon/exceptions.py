"""What may go wrong with the house as a whole, by name."""
from trytond.exceptions import UserError


class BranchOpeningError(UserError):
    "A branch cannot be opened as it was entered"


class NoticesImportError(UserError):
    "A file is no export of RappelConso"


class CertificatesImportError(UserError):
    "A file of certificates cannot be imported as it is"
