"""What may go wrong with branches and dated values, by name."""
from trytond.exceptions import UserError
from trytond.model.exceptions import ValidationError


class ValidityError(ValidationError):
    "A validity ends before it begins"


class BranchValidationError(ValidationError):
    "A branch cannot be as it was entered"


class BranchMissingError(UserError):
    "Something needs a branch and the user has none"
