"""What a household is left to live on: plain arithmetic, no database."""
from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal('0.01')


def left_to_live(
        resources: Iterable[Decimal], charges: Iterable[Decimal],
        persons: int, days: int = 30, rounding: Decimal = CENT) -> Decimal:
    """Money left per person and day (*reste à vivre*).

    The formula of French social groceries: monthly resources less fixed
    monthly charges, by the number of persons, by thirty days.

    :param resources: amounts a month, none negative
    :param charges: amounts a month, none negative
    :param persons: people living on it, at least one
    :param days: days a month counts for
    :param rounding: the smallest coin of the currency
    :return: money per person and day, half up; below zero when the charges
        are more than the resources
    :raises ValueError: a negative amount, no person, or no day

    >>> left_to_live([Decimal(900), Decimal(300)], [Decimal(690)], 2)
    Decimal('8.50')
    """
    if persons < 1:
        raise ValueError("at least one person lives on a budget")
    if days < 1:
        raise ValueError("a month has at least one day")
    income, spent = _total(resources), _total(charges)
    daily = (income - spent) / persons / days
    return (daily / rounding).quantize(1, rounding=ROUND_HALF_UP) * rounding


def _total(amounts: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for amount in amounts:
        if amount < 0:
            raise ValueError(f"a monthly amount cannot be negative: {amount}")
        total += amount
    return total
