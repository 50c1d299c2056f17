"""What may go wrong with rule sets and compositions, by name."""
from trytond.exceptions import UserError, UserWarning
from trytond.model.exceptions import ValidationError


class CompositionError(ValidationError):
    "A value that cannot be"


class CompositionWarning(UserWarning):
    "A value that hardly can be"


class TargetError(ValidationError):
    "A band that nothing can be in"


class AverageError(ValidationError):
    "An average of nothing"


class BindingError(ValidationError):
    "A provisional rule set that would bind somebody"


class NoRuleSetError(UserError):
    "No targets hold on a day that is asked about"
