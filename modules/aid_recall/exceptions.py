"""What may go wrong with notices and recalls, by name."""
from trytond.exceptions import UserError
from trytond.model.exceptions import AccessError


class NoticeError(UserError):
    "A notice cannot be put aside, or changed, as it is"


class NoticeKeptError(AccessError):
    "What an official notice says is not changed by hand, nor thrown away"


class RecallError(UserError):
    "A recall, or a task of it, cannot go on as it is"
