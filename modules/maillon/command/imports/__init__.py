"""``maillon import``: products, branches, households, tables of others.

All or nothing: a file with something wrong in it is refused as a whole, with
one line for each thing that is wrong. Doing it again changes nothing, as what
is there already is found by its code. The columns stand at the head of each
file here, and are printed by ``maillon import products`` without a file.
"""
import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from tqdm import tqdm

from .. import CommandError, database
from .table import Fault, FileError, as_table

__all__ = ['NAME', 'HELP', 'add_arguments', 'run', 'Outcome', 'Progress',
    'silent', 'import_file']

NAME = 'import'
HELP = (
    "import products, branches, households, certificates, the Ciqual table or "
    "notices of recall from a file")
KINDS = [
    'products', 'branches', 'households', 'certificates', 'ciqual',
    'rappelconso']

Progress = Callable[
    [int, str], AbstractContextManager[Callable[[int], Any]]]


@dataclass
class Outcome:
    """What an import did.

    Numbers of records, and what was wrong: in a file imported as a whole,
    *faults* mean that nothing was written; *left_out* are rows that were
    left out of a file whose other rows were imported.
    """
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)
    left_out: list[Fault] = field(default_factory=list)


@contextmanager
def silent(total: int, label: str) -> Iterator[Callable[[int], Any]]:
    "No progress bar"
    yield lambda count: None


@contextmanager
def with_bar(total: int, label: str) -> Iterator[Callable[[int], Any]]:
    "A progress bar of *total* rows"
    with tqdm(total=total, desc=label, unit="row") as bar:
        yield bar.update


def add_arguments(parser: argparse.ArgumentParser) -> None:
    "The options of the sub-command"
    parser.add_argument('kind', choices=KINDS, help="what the file holds")
    parser.add_argument(
        'file', type=Path, metavar='FILE', nargs='?',
        help="CSV file with a header; products also from an export of Open "
        "Food Facts, CSV or JSON; ciqual: the sheet that ANSES publishes, "
        "CSV or XLSX; rappelconso: an export of notices of recall, CSV or "
        "JSON. Without it, the columns are printed")
    parser.add_argument(
        '--skip-bad-rows', action='store_true', default=None,
        help="leave out rows with something wrong instead of refusing the "
        "file (always so for exports of Open Food Facts and RappelConso)")
    database.add_arguments(parser)


def _print_columns(kind: str) -> None:
    "The header of a file of *kind*, to begin one with"
    module = import_module(f'.{kind}', __name__)
    print(','.join(module.COLUMNS))
    print(
        f"needed: {', '.join(module.REQUIRED)}", file=sys.stderr)


def run(options: argparse.Namespace) -> int:
    "Do what the options ask; return the exit status"
    if not options.file:
        _print_columns(options.kind)
        return 0
    name = database.configure_from(options)
    if not database.exists(name):
        raise CommandError(
            f'there is no database "{name}": run "maillon setup" first.')
    database.activate(name)
    try:
        outcome = import_file(
            options.kind, options.file, with_bar, options.skip_bad_rows,
            database_name=name)
    except FileError as error:
        raise CommandError(f"{error}.") from error
    if outcome.faults:
        print(as_table(outcome.faults), file=sys.stderr)
        print(
            f"{len(outcome.faults)} to correct in {options.file}: nothing "
            "was imported.", file=sys.stderr)
        return 1
    if outcome.left_out:
        print(as_table(outcome.left_out), file=sys.stderr)
        rows = len({fault.line for fault in outcome.left_out})
        print(f"{rows} rows were left out.", file=sys.stderr)
    print(
        f"{options.kind}: {outcome.created} created, {outcome.updated} "
        f"changed, {outcome.unchanged} unchanged.")
    return 0


def import_file(
        kind: str, path: Path, progress: Progress = silent,
        skip_bad_rows: bool | None = None,
        database_name: str | None = None) -> Outcome:
    """Import the file *path* of *kind* (``products`` ...).

    With *database_name* in a transaction of its own, else in the current
    one. *skip_bad_rows* None leaves it to the kind of file. Raises FileError
    when the file is no such table.
    """
    module = import_module(f'.{kind}', __name__)
    wanted, faults = module.read(path)
    if skip_bad_rows is None:
        skip_bad_rows = getattr(
            module, 'is_foreign', lambda path: False)(path)
    if any(fault.line <= 1 for fault in faults) or (
            faults and not skip_bad_rows):
        return Outcome(faults=faults)

    def store() -> Outcome:
        outcome = module.store(wanted, progress)
        if outcome.faults and skip_bad_rows:
            bad = {fault.line for fault in outcome.faults}
            left_out = outcome.faults
            outcome = module.store(
                [w for w in wanted if w['line'] not in bad], progress)
            outcome.left_out += left_out
        return outcome

    outcome = (
        database.run(database_name, store) if database_name else store())
    if not outcome.faults:
        outcome.left_out = sorted(outcome.left_out + faults)
    return outcome
