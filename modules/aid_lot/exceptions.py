"""What may go wrong with lots and what is on hand, by name."""
from __future__ import annotations

from typing import TYPE_CHECKING

from trytond.exceptions import UserError
from trytond.i18n import gettext
from trytond.model.exceptions import AccessError, ValidationError

if TYPE_CHECKING:
    from .gs1 import BarcodeError


class InsufficientQuantityError(UserError):
    "A move takes more of a lot than lies there"


class LotRefusedError(UserError):
    "A lot is past its date: nobody may hand it over or take it in"


class LotOriginError(AccessError):
    "Where a lot comes from cannot change once the lot has moved"


class LotValidationError(ValidationError):
    "A lot is not as its supply source or its family asks"


class FamilyValidationError(ValidationError):
    "A family has a product that cannot stand for it"


class MakerLotError(UserError):
    "Goods of animal origin leave to another body without their maker's lot"


class ResortError(UserError):
    "The goods cannot be sorted again as entered"


class RepackingError(UserError):
    "What goes in and what comes out do not fit, or may not be so"


class LotLineageError(ValidationError):
    "A lot would come out of itself"


class PalletError(ValidationError):
    "The number of a pallet is none, or none is left"


class HoldError(UserError):
    "Held goods cannot be released, or not by this person"


class DisposalStateError(UserError):
    "The disposal is not in the state that this asks for"


def require_maker_lots(lots) -> None:
    """Refuse *lots* of animal origin whose maker's lot is not known.

    :raises MakerLotError: naming all of them
    """
    lacking = [
        f'{lot.rec_name} ({lot.product.rec_name})'
        for lot in dict.fromkeys(lots)
        if lot.family and lot.family.animal_origin and not lot.label_lot]
    if lacking:
        raise MakerLotError(gettext(
                'aid_lot.msg_maker_lot', lots=', '.join(lacking)))


def explain(error: BarcodeError) -> str:
    "What is wrong with a barcode, in the language of the user"
    return gettext(
        f'aid_lot.msg_barcode_{error.kind}',
        barcode=error.barcode, detail=error.detail)
