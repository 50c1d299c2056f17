"""What happens when goods come in, in the order in which it happens.

Everything is read, checked and named first, then written in bulk: the lots
of all the donations in one create, their moves in one create, then done.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from sql import Cast, Literal
from sql.operators import Concat

from trytond.i18n import gettext
from trytond.model import fields
from trytond.modules.product import round_price
from trytond.pool import Pool
from trytond.transaction import Transaction

from aid_branch import lane
from aid_branch.lent import lent
from aid_lot.done_moves import done_moves
from aid_lot.family import get_kilogram

from . import mixed_dates, unknown_barcode
from .exceptions import (
    DonationReceiveError, DonationReverseError, UseByPastError)

ORIGIN = 'aid.donation.line'


@lent()
def receive(donations) -> None:
    """Take the goods of *donations* in.

    :raises DonationReceiveError: something cannot be received as it stands
    """
    pool = Pool()
    Donation = pool.get('aid.donation')
    Line = pool.get('aid.donation.line')
    if not donations:
        return
    days = {d: d.received_on or d.branch.today() for d in donations}
    if _separate_dates(donations, days):
        donations = Donation.browse(donations)
    for donation in donations:
        _check_donation(donation, days[donation])
    lines = [l for d in donations for l in d.lines]
    for line in lines:
        if line.came:
            _check_line(line, days[line.donation])
    kept = [line for line in lines if line.came]
    _make_lots_and_moves(kept, days)
    unknown_barcode.remember(kept)
    Line.delete([l for l in lines if not l.came and not l.refused_weight])
    now = dt.datetime.now(dt.timezone.utc).replace(
        tzinfo=None, microsecond=0)
    to_write: list = []
    of_day = defaultdict(list)
    for donation, day in days.items():
        of_day[day].append(donation)
    for day, received in of_day.items():
        to_write += [received, {
                'received_on': day,
                'received_at': now,
                'received_by': Transaction().user or None,
                }]
    Donation.write(*to_write)


# Rows of several dates

def _separate_dates(donations, days) -> bool:
    """Make a row of each of the dates that were typed into one.

    :return: whether there were any
    :raises DonationReceiveError: they cannot be read, or add up to something
        else than the row
    """
    Line = Pool().get('aid.donation.line')
    to_write: list = []
    to_create: list = []
    for donation in donations:
        for line in donation.lines:
            if not (line.dates or '').strip():
                continue
            first, *others = _rows(line, days[donation])
            to_write += [[line], first]
            to_create += [{
                    'donation': donation.id,
                    'family': line.family.id,
                    'product': line.product.id if line.product else None,
                    'unit': line.unit.id if line.unit else None,
                    'label_lot': line.label_lot,
                    'gtin': line.gtin,
                    'learned_code': line.learned_code,
                    'unit_value': line.unit_value,
                    'value_method': line.value_method,
                    'value_date': line.value_date,
                    'temperature': line.temperature,
                    **other,
                    } for other in others]
    if to_write:
        Line.write(*to_write)
        Line.create(to_create)
    return bool(to_write)


def _rows(line, day: dt.date) -> list[dict]:
    "What differs between the rows that the dates of *line* make"
    try:
        pieces = mixed_dates.read(line.dates, day)
    except mixed_dates.MixedDatesError as error:
        raise DonationReceiveError(dates_error(line, error)) from error
    total = sum(piece.quantity for piece in pieces)
    counted = bool(line.product and line.unit)
    said = line.quantity if counted else line.net_weight
    if said and abs(said - total) > 0.0005:
        lang = Pool().get('ir.lang').get()
        raise DonationReceiveError(gettext(
                'aid_donation.msg_dates_total', goods=_goods(line),
                total=lang.format_number(total),
                said=lang.format_number(said)))
    rows = []
    for piece in pieces:
        weight = None if counted else piece.quantity
        if counted and line.net_weight:
            weight = round(line.net_weight * piece.quantity / total, 3)
        rows.append({
                date_field(line): piece.date,
                'quantity': piece.quantity if counted else None,
                'net_weight': weight,
                'gross_weight': line.gross_weight and round(
                    line.gross_weight * piece.quantity / total, 3),
                'dates': None,
                })
    return rows


def date_field(line) -> str:
    "The field of a row that the usual date of its family stands in"
    return (
        'use_by' if line.family.date_kind == 'use_by' else 'best_before')


def dates_error(line, error) -> str:
    "What is wrong with the several dates of *line*"
    return gettext(
        f'aid_donation.msg_dates_{error.kind}',
        goods=_goods(line), detail=error.detail)


# What is checked

def _check_donation(donation, day: dt.date) -> None:
    if not donation.branch.storage:
        raise DonationReceiveError(gettext(
                'aid_donation.msg_receive_storage',
                donation=donation.rec_name,
                branch=donation.branch.rec_name))
    today = donation.branch.today()
    if day > today:
        raise DonationReceiveError(gettext(
                'aid_donation.msg_receive_future',
                donation=donation.rec_name, date=_date(day)))
    if not any(line.came for line in donation.lines):
        raise DonationReceiveError(gettext(
                'aid_donation.msg_receive_nothing',
                donation=donation.rec_name))
    for line in donation.lines:
        if line.refused_weight and not line.refusal_reason:
            raise DonationReceiveError(gettext(
                    'aid_donation.msg_receive_refusal_reason',
                    goods=_goods(line)))


def _check_line(line, day: dt.date) -> None:
    if line.use_by and line.use_by < day:
        raise UseByPastError(gettext(
                'aid_donation.msg_receive_past',
                goods=_goods(line), date=_date(line.use_by)))
    if (line.family.date_kind == 'use_by'
            and not line.use_by
            and not (line.product and line.best_before)):
        raise DonationReceiveError(gettext(
                'aid_donation.msg_receive_use_by', goods=_goods(line)))
    if line.donation.supply_source.details_required:
        _check_details(line)


def _check_details(line) -> None:
    """What the law asks to know of goods paid by somebody.

    The product, and its lot on the label or, where the label has none, the
    barcode with a date (Directive 2011/91/EU).
    """
    source = line.donation.supply_source
    identified = line.label_lot or (
        line.gtin and (line.use_by or line.best_before))
    if not line.product or not identified:
        raise DonationReceiveError(gettext(
                'aid_donation.msg_receive_details',
                goods=_goods(line), source=source.rec_name))


def remarks(donation) -> list[tuple[str, str]]:
    """What the volunteer should see before receiving, worst first.

    :param donation: as the form has it, perhaps not saved
    :return: (``error`` or ``warning``, sentence)
    """
    Rule = Pool().get('aid.donation.rule')
    day = (
        getattr(donation, 'received_on', None) or donation.branch.today())
    errors, warnings = [], []
    rule = Rule.at(day)
    temperature = getattr(donation, 'temperature', None)
    chilled = False
    for line in donation.lines or []:
        family = getattr(line, 'family', None)
        came = (
            getattr(line, 'net_weight', None)
            or getattr(line, 'quantity', None)
            or getattr(line, 'dates', None))
        if not family or not came:
            continue
        use_by = getattr(line, 'use_by', None)
        if getattr(line, 'dates', None):
            try:
                mixed_dates.read(line.dates, day)
            except mixed_dates.MixedDatesError as error:
                errors.append(('error', dates_error(line, error)))
        if use_by and use_by < day:
            errors.append(('error', gettext(
                        'aid_donation.msg_receive_past',
                        goods=_goods(line), date=_date(use_by))))
        elif getattr(line, 'use_by_short', None):
            warnings.append(('warning', gettext(
                        'aid_donation.msg_use_by_short',
                        goods=_goods(line), date=_date(use_by),
                        hours=rule.use_by_hours if rule else '')))
        measured = getattr(line, 'temperature', None)
        if measured is None:
            measured = temperature
        if rule and family.chilled:
            chilled = True
            limit = (
                rule.frozen_maximum if family.code == 'frozen'
                else rule.chilled_maximum)
            # One temperature is taken, on the chilled goods: it says nothing
            # of the frozen ones
            own = getattr(line, 'temperature', None) is not None
            if (measured is not None and measured > limit
                    and (own or family.code != 'frozen')):
                warnings.append(('warning', gettext(
                            'aid_donation.msg_too_warm',
                            goods=_goods(line), temperature=measured,
                            limit=limit)))
    if chilled and temperature is None:
        warnings.append((
                'info', gettext('aid_donation.msg_temperature_missing')))
    return errors + warnings


# What is written

def _make_lots_and_moves(lines, days) -> None:
    "One lot and one done move for each of *lines*"
    pool = Pool()
    Lot = pool.get('stock.lot')
    goods = [_what_came(line) for line in lines]
    worth = pool.get('product.product').market_values_on([
            (product, days[line.donation])
            for line, (product, *_) in zip(lines, goods)])
    lots = Lot.create([
            _lot_values(
                line, product, weight, days[line.donation], number, worth)
            for line, (product, _, _, weight), number
            in zip(lines, goods, Lot.next_numbers(len(lines)))])
    _remember_weights(lines, [weight for *_, weight in goods])
    supplier = _supplier_location()
    done_moves([
            _move_values(line, lot, quantity, unit, supplier, {
                    'from_location': supplier.id,
                    'to_location': line.donation.branch.storage.id,
                    'effective_date': days[line.donation],
                    })
            for line, lot, (_, quantity, unit, _)
            in zip(lines, lots, goods)])


def _what_came(line):
    """The product, its quantity and unit, and the kilograms of *line*.

    :return: (product, quantity, unit, kg or None)
    :raises DonationReceiveError: weight is known but the product is counted
        and nobody knows what one weighs
    """
    kilogram = get_kilogram()
    product = line.product or line.family.product
    unit = product.default_uom
    if line.product and line.quantity and line.unit:
        weight = line.net_weight
        if weight is None:
            weight = product.to_kg(line.quantity, line.unit)
        return product, line.quantity, line.unit, weight
    if not line.net_weight:
        raise DonationReceiveError(gettext(
                'aid_donation.msg_receive_weight', goods=_goods(line)))
    if unit.category == kilogram.category:
        return product, line.net_weight, kilogram, line.net_weight
    one = product.to_kg(1, unit)
    if not one:
        raise DonationReceiveError(gettext(
                'aid_donation.msg_receive_pieces',
                goods=_goods(line), unit=unit.rec_name))
    quantity = max(unit.round(line.net_weight / one), unit.rounding)
    return product, quantity, unit, line.net_weight


def _lot_values(
        line, product, weight, day: dt.date, number: str,
        worth: dict) -> dict:
    "What the lot of *line* knows; the same keys for each, for one insert"
    donation = line.donation
    value, method, valued_on = _value(line, product, day, worth)
    return {
        'number': number,
        'product': product.id,
        'supply_source': donation.supply_source.id,
        'donor': donation.donor.id if donation.donor else None,
        'donation_line': line.id,
        'shelf_life_expiration_date': line.use_by,
        'expiration_date': line.best_before,
        'net_weight': weight,
        'gross_weight': line.gross_weight,
        'label_lot': line.label_lot,
        'looked_on': day,
        'unit_value': value,
        'value_method': method,
        'value_date': valued_on,
        }


def _value(line, product, day: dt.date, worth: dict):
    """What one default unit of the goods is worth, how it is known and since.

    What the line says goes first (per unit of the line, or per kilogram);
    then the list price of the product or the family's value per kilogram.
    """
    Uom = Pool().get('product.uom')
    if line.unit_value is not None:
        value = line.unit_value
        if line.product and line.quantity and line.unit:
            value = Uom.compute_price(
                line.unit, value, product.default_uom)
        else:
            one = product.to_kg(1, product.default_uom)
            value *= Decimal(str(one)) if one is not None else 1
        return (
            round_price(value), line.value_method, line.value_date or day)
    value = worth[product, day]
    if value is None:
        return None, None, None
    method = (
        'family' if product.list_price_used is None else 'list_price')
    return round_price(value), method, day


def _move_values(line, lot, quantity, unit, supplier, ends: dict) -> dict:
    Uom = Pool().get('product.uom')
    company = line.donation.branch.company
    return {
        'product': lot.product.id,
        'lot': lot.id,
        'quantity': quantity,
        'unit': unit.id,
        # Known here: left to be computed, it costs an update for each move
        'internal_quantity': Uom.compute_qty(
            unit, quantity, lot.product.default_uom, round=True),
        'company': company.id,
        'currency': company.currency.id,
        'unit_price': lot.unit_value or Decimal(0),
        'origin': f'{ORIGIN},{line.id}',
        **ends,
        }


def _remember_weights(lines, weights) -> None:
    "Rows counted in pieces are told what they weigh"
    Line = Pool().get('aid.donation.line')
    counted = []
    for line, weight in zip(lines, weights):
        if line.net_weight is None and weight is not None:
            line.net_weight = round(weight, 3)
            counted.append(line)
    lane.save(Line, counted)


# Undone

def reverse(donations) -> None:
    """Send the goods of received *donations* back by moves the other way.

    The moves bear the day of the arrival: what is undone never came.

    :raises DonationReverseError: something happened to a lot since
    """
    pool = Pool()
    Move = pool.get('stock.move')
    Lot = pool.get('stock.lot')
    if not donations:
        return
    lots = Lot.search([('donation_line.donation', 'in',
                [d.id for d in donations])])
    # Apart, because each of the two has its own index
    waiting = Move.search([
            ('state', 'in', ['staging', 'draft', 'assigned']),
            ('lot', 'in', [l.id for l in lots]),
            ], order=[('id', 'ASC')], limit=1)
    moves = Move.search([
            ('lot', 'in', [l.id for l in lots]),
            ('state', '=', 'done'),
            ], order=[('id', 'ASC')])
    for move in [*waiting, *moves]:
        if (move.state != 'done'
                or not str(move.origin or '').startswith(f'{ORIGIN},')):
            raise DonationReverseError(gettext(
                    'aid_donation.msg_reverse_moved',
                    donation=move.lot.donation_line.donation.rec_name,
                    lot=move.lot.rec_name,
                    product=move.product.rec_name))
    supplier = _supplier_location()
    back = Move.create([
            _move_values(
                move.origin, move.lot, move.quantity, move.unit, supplier, {
                    'from_location': move.to_location.id,
                    'to_location': supplier.id,
                    'effective_date': move.effective_date,
                    })
            for move in moves])
    Move.do(back)


# What it is worth

def values(donations) -> dict[int, Decimal]:
    """Market value of the goods that each of *donations* brought.

    What was sent back counts against it.  Each lot is rounded by the
    currency, in one statement for all.
    """
    pool = Pool()
    Lot = pool.get('stock.lot')
    Line = pool.get('aid.donation.line')
    Move = pool.get('stock.move')
    lot, line, move = Lot.__table__(), Line.__table__(), Move.__table__()
    origin = Concat(f'{ORIGIN},', Cast(line.id, 'VARCHAR'))
    cursor = Transaction().connection.cursor()
    cursor.execute(*line
        .join(lot, condition=lot.donation_line == line.id)
        .join(move, condition=(move.lot == lot.id) & (move.origin == origin))
        .select(
            line.donation, lot.unit_value, move.internal_quantity,
            move.to_branch,
            where=fields.SQL_OPERATORS['in'](
                line.donation, [d.id for d in donations])
            & (move.state == 'done')
            & (lot.unit_value > Literal(0))))
    currencies = {d.id: d.branch.company.currency for d in donations}
    result = {id_: Decimal(0) for id_ in currencies}
    for id_, value, quantity, to_branch in cursor:
        amount = currencies[id_].round(
            Decimal(str(value)) * Decimal(str(quantity)))
        result[id_] += amount if to_branch else -amount
    return result


# Words

def _supplier_location():
    pool = Pool()
    Location = pool.get('stock.location')
    ModelData = pool.get('ir.model.data')
    return Location(ModelData.get_id('stock', 'location_supplier'))


def _goods(line) -> str:
    product = getattr(line, 'product', None)
    return (product or line.family).rec_name


def _date(date: dt.date) -> str:
    return Pool().get('ir.lang').get().strftime(date)
