"""Rows of a CSV file, what is wrong with them, and how to say it.

Nothing here knows a database. A file is read into :class:`Row`; a
:class:`Cells` gives their values as Python objects and notes a
:class:`Fault` where one is missing or not understood, so that a person sees
all of them at once, each with the line to look at and what to do.
"""
import csv
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from .advice import Advice, advise

__all__ = ['Fault', 'FileError', 'Row', 'Cells', 'read_csv', 'read_headers',
    'read_rows', 'read_text', 'as_table', 'unknown_columns']


class FileError(ValueError):
    """A file that cannot be read as a table at all; the text says why.

    So does *advice*, where the file itself is at fault.
    """

    def __init__(self, text: str, advice: Advice | None = None) -> None:
        super().__init__(text)
        self.advice = advice

    @classmethod
    def of(cls, path: Path, advice: Advice) -> 'FileError':
        "The error that *path* is as *advice* says"
        return cls(f"{path} {advice}", advice)


@dataclass(frozen=True, order=True)
class Fault:
    "One thing that is wrong in a file, and what to do about it"
    line: int
    column: str
    value: str
    advice: str


@dataclass(frozen=True)
class Row:
    "A row, with the number of its line in the file (the header is line 1)"
    line: int
    cells: dict[str, str]


def read_text(path: Path) -> str:
    "What stands in the file *path*, in UTF-8. Raises FileError"
    try:
        text = path.read_text(encoding='utf-8-sig')
    except UnicodeDecodeError as error:
        raise FileError.of(
            path, advise('not_utf8', byte=error.start)) from error
    except OSError as error:
        raise FileError.of(
            path, advise('unreadable', error=error.strerror)) from error
    return text


def _delimiter(text: str) -> str:
    "Comma, semicolon or tab: the one the header has most of"
    header = text.split('\n', 1)[0]
    return max(',;\t', key=header.count)


def read_headers(path: Path) -> list[str]:
    "Names of the columns of the CSV file *path*"
    text = read_text(path)
    if not text.strip():
        raise FileError.of(path, advise('empty_file'))
    return [
        name.strip() for name in next(
            csv.reader([text.split('\n', 1)[0]], delimiter=_delimiter(text)))]


def read_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of *path*, the header first, each with its line.

    CSV in UTF-8 with comma, semicolon or tab, or the first sheet of an XLSX.
    Rows without any value are skipped; cells are stripped texts, as many as
    the row has. Raises FileError when it is not such a file.
    """
    if path.suffix.lower() == '.xlsx':
        rows = _xlsx_rows(path)
    else:
        rows = _csv_rows(path)
    for line, values in rows:
        cells = [value.strip() for value in values]
        if any(cells):
            yield line, cells


def _csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    text = read_text(path)
    if not text.strip():
        raise FileError.of(path, advise('empty_file'))
    lines = text.splitlines(keepends=True)
    # Fields of an Open Food Facts export may be longer than csv allows.
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    reader = csv.reader(lines, delimiter=_delimiter(text))
    start = 1
    for values in reader:
        line, start = start, reader.line_num + 1
        yield line, values


def _xlsx_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    # Only this kind of file needs it, and it takes long to load
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (OSError, InvalidFileException, BadZipFile, KeyError) as error:
        raise FileError(f"{path} is no XLSX workbook: {error}") from error
    try:
        rows = book.worksheets[0].iter_rows(values_only=True)
        for line, values in enumerate(rows, 1):
            yield line, [
                '' if value is None else str(value) for value in values]
    finally:
        book.close()


def read_csv(path: Path) -> Iterator[Row]:
    """Yield the rows of the table *path*, by the names of its header.

    Raises FileError as ``read_rows``.
    """
    rows = read_rows(path)
    _, headers = next(rows)
    for line, values in rows:
        yield Row(line, {
                name: value for name, value in zip(headers, values) if name})


def unknown_columns(
        headers: Iterable[str], known: Iterable[str],
        required: Iterable[str]) -> list[Fault]:
    "Faults of the header line itself"
    headers, known = list(headers), set(known)
    faults = [
        Fault(1, name, '', advise('missing_column'))
        for name in required if name not in headers]
    faults += [
        Fault(1, name, '', advise(
                'unknown_column', columns=', '.join(sorted(known))))
        for name in headers if name and name not in known]
    return faults


class Cells:
    """Reads the cells of one row, noting what is wrong in *faults*.

    Each method returns None where the cell is empty or wrong; whether any
    fault was noted is in :attr:`sound`.
    """

    def __init__(self, row: Row, faults: list[Fault]):
        self.row = row
        self.faults = faults
        self.sound = True

    def fault(self, column: str, advice: str) -> None:
        self.sound = False
        self.faults.append(Fault(
                self.row.line, column, self.row.cells.get(column) or '',
                advice))

    def text(self, column: str, required: bool = False) -> str | None:
        value = self.row.cells.get(column) or None
        if required and value is None:
            self.fault(column, advise('empty'))
        return value

    def _parsed(
            self, column: str, parse: Callable[[str], Any], required: bool,
            advice: str) -> Any:
        value = self.text(column, required)
        if value is None:
            return None
        try:
            return parse(value)
        except (ValueError, InvalidOperation):
            self.fault(column, advice)
            return None

    def decimal(
            self, column: str, required: bool = False,
            minimum: Decimal | None = Decimal(0),
            digits: int | None = None) -> Decimal | None:
        """A number, with a point or a comma; not under *minimum*.

        Rounded to so many *digits* behind the point, where it has more.
        """
        value = self._parsed(
            column, lambda text: _finite(text.replace(',', '.')), required,
            advise('not_number'))
        if value is not None and minimum is not None and value < minimum:
            self.fault(column, advise('too_small', minimum=minimum))
            return None
        if value is not None and digits is not None:
            return round(value, digits)
        return value

    def integer(self, column: str, required: bool = False) -> int | None:
        value = self._parsed(
            column, int, required, advise('not_whole'))
        if value is not None and value < 0:
            self.fault(column, advise('too_small', minimum=0))
            return None
        return value

    def date(self, column: str, required: bool = False) -> dt.date | None:
        return self._parsed(column, _date, required, advise('not_date'))

    def choice(
            self, column: str, choices: Sequence[str],
            required: bool = False) -> str | None:
        value = self.text(column, required)
        if value is not None and value not in choices:
            self.fault(
                column, advise('not_choice', choices=', '.join(choices)))
            return None
        return value

    def boolean(self, column: str) -> bool | None:
        return self._parsed(
            column, _boolean, False, advise('not_boolean'))


_BOOLEANS = {
    'yes': True, 'oui': True, 'true': True, 'vrai': True, '1': True,
    'no': False, 'non': False, 'false': False, 'faux': False, '0': False,
    }


def _boolean(text: str) -> bool:
    try:
        return _BOOLEANS[text.lower()]
    except KeyError as error:
        raise ValueError(text) from error


def _finite(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(text)
    return number


def _date(text: str) -> dt.date:
    "ISO, or as French spreadsheets write it"
    if text.count('/') == 2:
        return dt.datetime.strptime(text, '%d/%m/%Y').date()
    return dt.date.fromisoformat(text)


def as_table(faults: Sequence[Fault], limit: int = 50) -> str:
    "The *faults* in the order of the file, the first *limit* of them"
    shown = sorted(faults)[:limit]
    rows = [("line", "column", "value", "what to do")] + [
        (str(f.line), f.column, _short(f.value), f.advice) for f in shown]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    lines = [
        "  ".join([
                row[0].rjust(widths[0]), row[1].ljust(widths[1]),
                row[2].ljust(widths[2]), row[3]]).rstrip()
        for row in rows]
    lines.insert(1, "  ".join('-' * w for w in [*widths, 10]))
    if len(faults) > limit:
        lines.append(f"... and {len(faults) - limit} more")
    return '\n'.join(lines)


def _short(value: str) -> str:
    return value if len(value) <= 24 else value[:21] + "..."
