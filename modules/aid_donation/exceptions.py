"""What may go wrong with donations and transfers, by name."""
from trytond.exceptions import UserError
from trytond.model.exceptions import ValidationError


class DonationStateError(UserError):
    "The donation is not in the state that this asks for"


class DonationReceiveError(UserError):
    "Something in the donation cannot be received as it stands"


class UseByPastError(DonationReceiveError):
    "Goods past their use-by date are not received"


class DonationReverseError(UserError):
    "The goods of the donation have moved on"


class GTINValidationError(ValidationError):
    "The check digit of a barcode is wrong"


class TransferError(UserError):
    "The goods cannot be sent or received as asked"
