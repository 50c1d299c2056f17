"""What may go wrong at the till, by name."""
from trytond.exceptions import UserError, UserWarning
from trytond.model.exceptions import AccessError, ValidationError


class BasketError(UserError):
    "A basket cannot do what is asked"


class CheckoutError(BasketError):
    "A basket cannot be checked out; the message names it"


class FoundChilledWarning(UserWarning):
    "Chilled goods beyond the books: somebody looks at their date"


class BasketAccessError(AccessError):
    "A basket, line or payment that may not be changed any more"


class CatchUpError(UserError):
    "A row of a tally sheet that makes no basket; the message names it"


class CountError(UserError):
    "A count that cannot be booked"


class NothingPrintedError(UserError):
    "No basket has left this till yet"


class ParcelError(UserError):
    "Parcels cannot be made, changed or undone; the message names them"


class QueueError(UserError):
    "Nobody waits"


class SessionError(UserError):
    "A distribution session is not in the right state"


class ContributionValidationError(ValidationError):
    "A contribution rule that makes no sense"


class AccountMissingError(UserError):
    "The books lack an account that the till needs"
