"""What may go wrong with courses and certificates, by name."""
from trytond.exceptions import UserError
from trytond.model.exceptions import AccessError, ValidationError


class CertificateValidationError(ValidationError):
    "A certificate cannot be as it was entered"


class NeedValidationError(ValidationError):
    "What a mission needs cannot be as it was entered"


class LapseRuleValidationError(ValidationError):
    "When an end is told cannot be as it was entered"


class SessionValidationError(ValidationError):
    "A session of a course cannot be as it was entered"


class SessionClosedError(AccessError):
    "A session whose results are approved does not change any more"


class EnrolmentError(UserError):
    "Somebody cannot take a session"


class FeeError(UserError):
    "What a course costs cannot be invoiced"


class CardError(ValidationError):
    "A card for newcomers cannot be as it was entered"
