"""What may go wrong with household files, by name."""
from trytond.exceptions import UserError, UserWarning
from trytond.model.exceptions import AccessError, ValidationError


class HouseholdValidationError(ValidationError):
    "A household cannot be as it was entered"


class HouseholdFixedError(AccessError):
    "Something of a household may not change any more"


class MemberValidationError(ValidationError):
    "A member of a household cannot be as it was entered"


class DuplicateHouseholdWarning(UserWarning):
    "Somebody of the same name and birth date is known already"


class ConstraintValidationError(ValidationError):
    "A product constraint cannot be as it was entered"


class BudgetValidationError(ValidationError):
    "A budget line cannot be as it was entered"


class EntitlementValidationError(ValidationError):
    "An entitlement cannot be as it was entered"


class EntitlementOverlapError(ValidationError):
    "A household would have two entitlements at once"


class EntitlementStateError(UserError):
    "An entitlement is not in the state that the step needs"


class EntitlementFixedError(AccessError):
    "A decided entitlement may not change any more"


class EraseHouseholdError(UserError):
    "A file may not be erased yet"
