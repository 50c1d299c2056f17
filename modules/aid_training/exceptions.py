"""What may go wrong with courses and certificates, by name."""
from trytond.model.exceptions import ValidationError


class CertificateValidationError(ValidationError):
    "A certificate cannot be as it was entered"


class NeedValidationError(ValidationError):
    "What a mission needs cannot be as it was entered"


class LapseRuleValidationError(ValidationError):
    "When an end is told cannot be as it was entered"
