"""Read what a barcode says, whatever kind it is.

A plain function over a string: EAN and UPC numbers, GS1-128 and DataMatrix
messages, GS1 Digital Links, and what people type from under the bars.
"""
from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

from biip import ParseConfig, ParseError
from biip.checksums import gs1_standard_check_digit
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_element_strings import GS1ElementString
from biip.gs1_messages import GS1Message
from biip.gtin import Gtin
from biip.rcn import Rcn
from biip.symbology import GS1Symbology, SymbologyIdentifier

__all__ = ['BarcodeError', 'Reading', 'read']

SEPARATOR = '\x1d'
# What readers and people put in place of the separator: none of these may
# stand inside a GS1 value
_SEPARATORS = re.compile(r'\{GS\}|\[GS\]|<GS>|<FNC1>|\u241d|[|^~#]')
_CONFIG = ParseConfig(separator_chars=[SEPARATOR])
# Application identifiers that hold a GTIN, an SSCC or a GLN, and how many of
# their digits it takes (GS1 General Specifications, section 3)
_CHECKED = {
    '00': 18, '01': 14, '02': 14, '03': 14,
    '410': 13, '411': 13, '412': 13, '413': 13,
    '414': 13, '415': 13, '416': 13, '417': 13,
    '8006': 14, '8026': 14,
    }
_DATES = {'11', '12', '13', '15', '16', '17'}
_NUMBER_NAMES = {8: 'GTIN', 12: 'GTIN', 13: 'GTIN', 14: 'GTIN', 18: 'SSCC'}


class BarcodeError(ValueError):
    """A barcode that cannot be used, and why.

    :ivar kind: ``empty``, ``check_digit``, ``date``, ``conflict`` or
        ``unknown``; ``aid_lot.exceptions.explain`` says it to the user
    :ivar barcode: what was read
    :ivar detail: the part that is wrong
    """

    def __init__(
            self, kind: str, barcode: str, detail: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.barcode = barcode
        self.detail = detail


@dataclass(frozen=True)
class Reading:
    """What a barcode says; each is None where it does not say it.

    :ivar gtin: 14 digits, of the goods or of the goods inside a pallet
    :ivar lot: the maker's lot
    :ivar use_by: last day to eat (AI 17 and 7003)
    :ivar best_before: AI 15
    :ivar weight_kg: net weight
    :ivar count: how many pieces
    :ivar sscc: number of the pallet, 18 digits
    :ivar in_store: a number that only its shop understands (it begins with
        2, 02 or 04): never a GTIN
    """
    gtin: str | None = None
    lot: str | None = None
    use_by: dt.date | None = None
    best_before: dt.date | None = None
    weight_kg: Decimal | None = None
    count: int | None = None
    sscc: str | None = None
    in_store: str | None = None


def read(barcode: str, today: dt.date | None = None) -> Reading:
    """Read *barcode* as a reader or a person types it.

    :param today: the day that decides the century of two-digit years; the
        real one if left out
    :raises BarcodeError: a ``ValueError`` that says what is wrong.  A wrong
        check digit is wrong wherever it stands

    >>> read('3017620422003').gtin
    '03017620422003'
    >>> read('0103017620422003172612311012A', dt.date(2026, 11, 23)).use_by
    datetime.date(2026, 12, 31)
    """
    today = today or dt.date.today()
    value = (barcode or '').strip(' \t\r\n')
    if not value.strip(SEPARATOR):
        raise BarcodeError('empty', barcode, '', "empty barcode")
    symbology, value = _split_symbology(value)
    if value.lower().startswith(('http://', 'https://')):
        return _read_link(value, today)
    if symbology in GS1Symbology.with_gtin():
        return _read_number(value)
    if symbology is None and value.isdecimal() and value.isascii():
        return _read_digits(value, today)
    return _read_message(value, today)


def _split_symbology(value: str) -> tuple[GS1Symbology | None, str]:
    "The symbology that the reader put in front (``]C1``), and the rest"
    if not value.startswith(']'):
        return None, value
    try:
        symbology = SymbologyIdentifier.extract(value)
    except (ParseError, ValueError, IndexError) as error:
        raise BarcodeError('unknown', value, value[:3],
            f"unknown symbology identifier in {value!r}") from error
    return symbology.gs1_symbology, value[len(symbology):]


def _read_digits(value: str, today: dt.date) -> Reading:
    """Digits without anything that says what they are.

    A number with a right check digit is that number, though it may read as a
    message too (3103 begins many French products, and a net weight).  Only
    eight digits that are a date and nothing else are taken for the date.

    With a wrong check digit, it is a message only if that begins with a value
    of fixed length: a free text such as a lot takes whatever stands there and
    would hide the error.
    """
    elements = _parse_digits(value)
    if len(value) == 8 and elements and elements[0].date:
        return _read_elements(value, elements, today)
    try:
        return _read_number(value)
    except BarcodeError as error:
        if not elements:
            if len(value) == 8 and value[:2] in _DATES:
                # 15990229 is 29 February 1999, not a mistyped EAN-8
                _date(value, value[2:], today)
            if error.kind == 'check_digit':
                raise
            return _read_message(value, today)
        if len(value) in _NUMBER_NAMES and '..' in elements[0].ai.format:
            raise
        return _read_elements(value, elements, today)


def _parse_digits(value: str) -> list[GS1ElementString]:
    "The elements of a message, empty if it is none"
    try:
        return list(GS1Message.parse(value, config=_CONFIG).element_strings)
    except ParseError:
        return []


def _read_number(value: str) -> Reading:
    "A GTIN, an in-store number or an SSCC that stands alone"
    if not (value.isdecimal() and value.isascii()) \
            or len(value) not in _NUMBER_NAMES:
        raise BarcodeError('unknown', value, value,
            f"{value!r} is not a barcode: "
            "8, 12, 13, 14 or 18 digits are expected")
    _check(value, _NUMBER_NAMES[len(value)], value, len(value))
    if len(value) == 18:
        return Reading(sscc=value)
    return _of_gtin(value, value)


def _read_message(value: str, today: dt.date) -> Reading:
    "A GS1 message, with separators or with brackets"
    try:
        if re.match(r'\(\d{2,4}\)', value):
            message = GS1Message.parse_hri(value, config=_CONFIG)
        else:
            message = GS1Message.parse(
                _SEPARATORS.sub(SEPARATOR, value).strip(SEPARATOR),
                config=_CONFIG)
    except (ParseError, ValueError) as error:
        raise _unreadable(value, error) from error
    return _read_elements(value, message.element_strings, today)


def _read_link(value: str, today: dt.date) -> Reading:
    "A GS1 Digital Link: a web address that holds the same elements"
    try:
        link = GS1DigitalLinkURI.parse(value, config=_CONFIG)
    except (ParseError, ValueError) as error:
        raise _unreadable(value, error) from error
    return _read_elements(value, link.element_strings, today)


def _read_elements(
        barcode: str, elements: list[GS1ElementString],
        today: dt.date) -> Reading:
    if not elements:
        raise BarcodeError('empty', barcode, '', f"nothing in {barcode!r}")
    values: dict[str, str] = {}
    for element in elements:
        ai, value = element.ai.ai, element.value
        if ai in _CHECKED:
            _check(barcode, f"AI {ai}", value, _CHECKED[ai])
        if values.setdefault(ai, value) != value:
            raise BarcodeError('conflict', barcode, f"AI {ai}",
                f"{barcode!r} has two values for AI {ai}: "
                f"{values[ai]!r} and {value!r}")
    numbers = Reading()
    for ai in ['01', '02']:
        if ai in values:
            numbers = _of_gtin(barcode, values[ai])
            break
    return Reading(
        gtin=numbers.gtin,
        in_store=numbers.in_store,
        sscc=values.get('00'),
        lot=values.get('10'),
        use_by=_date(
            barcode, values.get('17') or values.get('7003', '')[:6], today),
        best_before=_date(barcode, values.get('15'), today),
        weight_kg=_weight(barcode, elements),
        count=_count(values))


def _of_gtin(barcode: str, value: str) -> Reading:
    try:
        gtin = Gtin.parse(value)
    except ParseError as error:
        raise _unreadable(barcode, error) from error
    if isinstance(gtin, Rcn):
        return Reading(in_store=value)
    return Reading(gtin=gtin.as_gtin_14())


def _check(barcode: str, name: str, value: str, length: int) -> None:
    "Refuse *value* unless its digit number *length* is its check digit"
    number = value[:length]
    if len(number) < length or not number.isdecimal():
        raise BarcodeError('unknown', barcode, name,
            f"{barcode!r}: {name} {value!r} must begin with {length} digits")
    expected = gs1_standard_check_digit(number[:-1])
    if int(number[-1]) != expected:
        raise BarcodeError('check_digit', barcode, f"{name} {number}",
            f"wrong check digit in {barcode!r}: {name} {number} ends with "
            f"{number[-1]}, {expected} expected")


def _date(barcode: str, value: str | None, today: dt.date) -> dt.date | None:
    """The date of *value*, YYMMDD; day 00 is the last of the month.

    The century is the one that brings the year nearest: 50 years back to 49
    ahead (GS1 General Specifications, section 7.12).
    """
    if not value:
        return None
    year, month, day = (int(value[i:i + 2]) for i in (0, 2, 4))
    year += today.year - today.year % 100
    if year - today.year >= 51:
        year -= 100
    elif year - today.year <= -50:
        year += 100
    try:
        if not day:
            day = calendar.monthrange(year, month)[1]
        return dt.date(year, month, day)
    except ValueError as error:
        raise BarcodeError('date', barcode, value,
            f"{value!r} in {barcode!r} is not a date") from error


def _weight(
        barcode: str, elements: list[GS1ElementString]) -> Decimal | None:
    "Net weight in kilograms, however many decimals it was written with"
    weights = {e.decimal for e in elements if e.ai.ai.startswith('310')}
    if len(weights) > 1:
        raise BarcodeError('conflict', barcode, "AI 310n",
            f"{barcode!r} has two net weights")
    return weights.pop() if weights else None


def _count(values: dict[str, str]) -> int | None:
    for ai in ['30', '37']:
        if ai in values:
            return int(values[ai])
    return None


def _unreadable(barcode: str, error: Exception) -> BarcodeError:
    kind = 'date' if 'date/time' in str(error) else 'unknown'
    detail = barcode
    if kind == 'date' and (found := re.search(r"from '(\d+)'", str(error))):
        detail = found[1]
    return BarcodeError(
        kind, barcode, detail, f"cannot read {barcode!r}: {error}")
