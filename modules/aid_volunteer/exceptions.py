"""What may go wrong with volunteers and their shifts, by name."""
from trytond.exceptions import UserError, UserWarning
from trytond.model.exceptions import AccessError, ValidationError


class VolunteerValidationError(ValidationError):
    "A volunteer cannot be as it was entered"


class DuplicateVolunteerWarning(UserWarning):
    "Somebody alike is known already"


class MergeError(UserError):
    "These records cannot become one"


class EngagementValidationError(ValidationError):
    "An engagement cannot be as it was entered"


class ShiftValidationError(ValidationError):
    "A shift cannot be as it was entered"


class ShiftClosedError(AccessError):
    "A shift whose hours are approved does not change any more"


class SignupError(UserError):
    "Somebody cannot come to a shift"


class HoursError(ValidationError):
    "Hours cannot be as they were entered"


class WageMissingError(UserError):
    "Nothing says what an hour is worth"


class WorthPeriodError(UserError):
    "No statement is made of such a time"


class CallError(UserError):
    "Nobody can be called for these shifts, or not like that"


class SwapError(UserError):
    "A place cannot go from one volunteer to another"


class HonorabilityError(ValidationError):
    "A paper cannot have been seen like that"


class ExpenseError(ValidationError):
    "An expense note cannot be as it was entered"


class ExpenseSelfApprovalError(AccessError):
    "Nobody approves what they entered"


class ExpenseAccountMissingError(UserError):
    "Nothing says which account expenses are booked to"


class CorrectionError(UserError):
    "There is nothing to correct"
