"""``maillon check``: what is derived, compared with what it comes from.

The goods on hand are an index beside the moves, an invoice is the sum of its
basket's lines, and every lot says where it comes from. Should one of these
ever be untrue, it is found here, not in front of a family.
"""
import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sql import Null
from sql.aggregate import Sum
from sql.conditionals import Coalesce
from sql.functions import Abs
from tqdm import tqdm

from . import CommandError, database

__all__ = ['NAME', 'HELP', 'add_arguments', 'run', 'check', 'repair',
    'Difference', 'CHECKS', 'as_table']

NAME = 'check'
HELP = "compare what is derived with what it comes from"
EPILOG = """\
Exits with 1 and a table when something differs. --repair makes again what can
be made again (the goods on hand, from the moves); the rest needs a person."""

BATCH = 1000
#: What is less is how a database adds up. A float: SQLite compares no other
HALF_A_CENT = 0.005


def add_arguments(parser: argparse.ArgumentParser) -> None:
    "The options of the sub-command"
    database.add_arguments(parser)
    parser.add_argument(
        '--repair', action='store_true',
        help="make again what is derived and differs")


@dataclass(frozen=True)
class Difference:
    """Something that is not as its source says.

    *what* names the record, *found* is what it says, *expected* what its
    source says.
    """
    check: str
    what: str
    found: str
    expected: str


def run(options: argparse.Namespace) -> int:
    "Do what the options ask; return the exit status"
    name = database.configure_from(options)
    if not database.exists(name):
        raise CommandError(f'there is no database "{name}".')
    database.activate(name)
    if options.repair:
        count = database.run(name, repair)
        print(f"{count} rows of goods on hand made again.")
    differences = database.run(name, check, True)
    if differences:
        print(as_table(differences))
        print(f"{len(differences)} differences.")
        return 1
    print("Everything agrees.")
    return 0


def check(progress: bool = False) -> list[Difference]:
    "Every difference there is, in the current transaction, in order"
    found: list[Difference] = []
    with tqdm(
            CHECKS.items(), desc="Checks", unit="check",
            disable=not progress) as checks:
        for name, differences in checks:
            checks.set_postfix_str(name)
            found.extend(
                Difference(name, *values) for values in differences())
    return found


def repair() -> int:
    """Make again what is derived; return how many rows differed.

    Lots, invoices and baskets are documents: they are reported, and put
    right by people.
    """
    from trytond.pool import Pool
    return len(Pool().get('aid.lot.on_hand').rebuild())


Values = tuple[str, str, str]


def _on_hand() -> Iterator[Values]:
    "Goods on hand against the sum of the done moves"
    from trytond.pool import Pool

    pool = Pool()
    Location = pool.get('stock.location')
    Lot = pool.get('stock.lot')
    differences = pool.get('aid.lot.on_hand').differences()
    lots = {l.id: l for l in Lot.browse({d.lot for d in differences})}
    places = {
        p.id: p for p in Location.browse({d.location for d in differences})}
    for difference in differences:
        yield (
            f"{lots[difference.lot].rec_name} @ "
            f"{places[difference.location].rec_name}",
            f"{difference.found:g}", f"{difference.expected:g}")


def _lot_sources() -> Iterator[Values]:
    "Every lot has its supply source, and whom the source asks for"
    from trytond.pool import Pool

    Lot = Pool().get('stock.lot')
    for lot in _batches(Lot, ['OR',
                ('supply_source', '=', None),
                [
                    ('supply_source.party_required', '!=', 'none'),
                    ('donor', '=', None),
                    ],
                ]):
        if not lot.supply_source:
            yield lot.rec_name, "-", "a supply source"
        else:
            yield (
                lot.rec_name, "-",
                f"a {lot.supply_source.party_required} "
                f"({lot.supply_source.rec_name})")


def _invoice_totals() -> Iterator[Values]:
    "What an invoice asks against what the lines of its basket ask"
    from trytond.pool import Pool
    from trytond.tools import grouped_slice

    Basket = Pool().get('aid.basket')
    for some in grouped_slice(_unlike_invoice(), BATCH):
        for basket in Basket.browse(some):
            asked = sum((line.asked or Decimal(0) for line in basket.lines),
                Decimal(0))
            if basket.invoice.total_amount != basket.asked:
                yield (
                    basket.rec_name, str(basket.invoice.total_amount),
                    str(basket.asked))
            if basket.asked != asked:
                yield basket.rec_name, str(basket.asked), str(asked)


def _unlike_invoice() -> list[int]:
    """Ids of baskets that ask something else than their lines or invoice.

    By one statement, for as many baskets as there are. Whether they do is
    for Tryton to say: SQLite adds up as float, and an invoice that is not
    posted has nothing written down.
    """
    from trytond.pool import Pool
    from trytond.transaction import Transaction

    pool = Pool()
    basket = pool.get('aid.basket').__table__()
    invoice = pool.get('account.invoice').__table__()
    line = pool.get('aid.basket.line').__table__()
    of_lines = line.select(
        line.basket, Sum(line.asked).as_('asked'), group_by=[line.basket])
    total = invoice.total_amount_cache
    cursor = Transaction().connection.cursor()
    cursor.execute(*basket
        .join(invoice, condition=basket.invoice == invoice.id)
        .join(of_lines, 'LEFT', condition=of_lines.basket == basket.id)
        .select(
            basket.id,
            where=(basket.state != 'draft') & (
                (total == Null)
                | (Abs(total - basket.asked) > HALF_A_CENT)
                | (Abs(Coalesce(of_lines.asked, 0) - basket.asked)
                    > HALF_A_CENT)),
            order_by=[basket.id.asc]))
    return [id_ for id_, in cursor]


def _batches(Model: Any, domain: list[Any]) -> Iterator[Any]:
    "All records of *domain*, read some at a time"
    last = -1
    while True:
        records = Model.search(
            [domain, ('id', '>', last)], order=[('id', 'ASC')], limit=BATCH)
        yield from records
        if len(records) < BATCH:
            return
        last = records[-1].id


CHECKS: dict[str, Callable[[], Iterator[Values]]] = {
    "goods on hand": _on_hand,
    "origin of lots": _lot_sources,
    "invoice totals": _invoice_totals,
    }


def as_table(differences: list[Difference]) -> str:
    "The *differences* in columns"
    rows = [("check", "what", "found", "expected")] + [
        (d.check, d.what, d.found, d.expected) for d in differences]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = [
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
        for row in rows]
    lines.insert(1, "  ".join('-' * width for width in widths))
    return '\n'.join(lines)
