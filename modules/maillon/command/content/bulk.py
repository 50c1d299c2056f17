"""Many rows at once, each a copy of one that a document has left.

For what would take the documents days: a year of a whole network. PostgreSQL
only: SQLite has no generated series, and no place for millions of rows.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from trytond.pool import Pool
from trytond.transaction import Transaction

#: Odd, so that numbers stay apart when they are spread
SPREAD = 2654435761

__all__ = [
    'Indexes', 'Numbers', 'code', 'copy', 'digits', 'go_on_counting',
    'next_id', 'of_code', 'say', 'table', 'table_of']


def say(statement: str, *parameters) -> list:
    "Rows of one SQL *statement*"
    cursor = Transaction().connection.cursor()
    cursor.execute(statement, parameters or None)
    return cursor.fetchall() if cursor.description else []


def table(name: str, statement: str) -> None:
    "A table *name* of what *statement* gives, gone with the transaction"
    say(f'CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {statement}')
    say(f'ANALYZE {name}')


def table_of(name: str, columns: dict[str, list[str]]) -> None:
    "A table *name* of texts, by column, numbered from 0 in the column ``n``"
    typed = ', '.join(f'{column} text' for column in columns)
    arrays = ', '.join(['%s::text[]'] * len(columns))
    say(f'CREATE TEMPORARY TABLE {name} ({typed}, n int) ON COMMIT DROP')
    say(
        f'INSERT INTO {name} SELECT * FROM unnest({arrays})'
        ' WITH ORDINALITY', *columns.values())
    say(f'UPDATE {name} SET n = n - 1')
    say(f'ANALYZE {name}')


def code(number: str, length: int, alphabet: str) -> str:
    """SQL of a code of *length* letters, another one for each *number*.

    Not one that nobody can guess: what is loaded is invented.
    """
    many = 16 ** length
    return (
        f"translate(lpad(to_hex(({number})::bigint * {SPREAD} % {many}),"
        f" {length}, '0'), '0123456789abcdef', '{alphabet[:16]}')")


def copy(
        name: str, template: int | list[int], source: str,
        values: dict[str, str]) -> None:
    """A row of the table *name* like its *template* for each of *source*.

    :param template: the id of the row that is copied (``old``); where there
        are several, ``new.template`` says which
    :param source: a table or a subquery, ``new`` in the expressions
    :param values: SQL by column, for what is not as in the template
    :raises ValueError: the table has no such column
    """
    columns = [column for column, in say(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name = %s"
            " ORDER BY ordinal_position", name)]
    wrong = values.keys() - set(columns)
    if wrong:
        raise ValueError(f"{name} has no columns {sorted(wrong)}")
    names = ', '.join(f'"{column}"' for column in columns)
    chosen = ', '.join(
        values.get(column, f'old."{column}"') for column in columns)
    which = [template] if isinstance(template, int) else template
    old = (
        f'(SELECT * FROM "{name}" WHERE id IN'
        f' ({", ".join(map(str, which))})) old')
    joined = (
        f'CROSS JOIN {old}' if isinstance(template, int)
        else f'JOIN {old} ON old.id = new.template')
    say(
        f'INSERT INTO "{name}" ({names}) SELECT {chosen}'
        f' FROM {source} new {joined}')


def next_id(name: str) -> int:
    "The id that the next row of the table *name* will have"
    return say(f'SELECT coalesce(max(id), 0) + 1 FROM "{name}"')[0][0]


def go_on_counting(name: str) -> None:
    "The next id is after those that were loaded"
    say(
        f"SELECT setval('\"{name}_id_seq\"', coalesce("
        f"(SELECT max(id) FROM \"{name}\"), 1))")


def of_code(code: str, name: str) -> dict[str, str]:
    "What Tryton keeps beside the code in the column *name*, to sort by it"
    return {
        f'{name}_alnum': f"regexp_replace({code}, '[^[:alnum:]]', '', 'g')",
        f'{name}_digit': (
            rf"right(regexp_replace({code}, '\D', '', 'g'), 18)::bigint"),
        }


def digits(number: str, padding: str | int) -> str:
    "SQL of *number* in at least so many digits, as a sequence writes it"
    return (
        f"lpad(({number})::text,"
        f" greatest({padding}, length(({number})::text)), '0')")


@dataclass
class Numbers:
    """What an ``ir.sequence`` will give next, to give it by SQL.

    *xml_id* is its module and name, or *record* is the sequence itself.
    """
    record: object

    @classmethod
    def of(cls, module: str, name: str) -> Numbers:
        "Those of the sequence with an XML id"
        pool = Pool()
        Sequence = pool.get('ir.sequence')
        return cls(Sequence(
                pool.get('ir.model.data').get_id(module, name)))

    def __post_init__(self) -> None:
        self.next = self.record.number_next

    def sql(self, nth: str) -> str:
        "The number of the *nth* from now, an expression that begins with 0"
        prefix = self.record._process(self.record.prefix or '')
        return f"'{prefix}' || " + digits(
            f'{self.next} + ({nth})', self.record.padding or 0)

    def go_on(self, count: int) -> None:
        "So many have been given"
        type(self.record).write(
            [self.record], {'number_next': self.next + count})


@dataclass
class Indexes:
    """Secondary indexes, unique constraints and foreign keys of *tables*.

    They are dropped while rows are loaded, and made again afterwards, which
    checks all rows at once.
    """
    tables: Iterable[str]
    indexes: list = field(default_factory=list)
    constraints: list = field(default_factory=list)

    def drop(self) -> None:
        "Remember all, and drop them"
        tables = ', '.join(f"'\"{name}\"'::regclass" for name in self.tables)
        self.constraints = say(f"""
            SELECT conrelid::regclass::text, conname,
                pg_get_constraintdef(oid)
            FROM pg_constraint
            WHERE conrelid IN ({tables}) AND contype IN ('f', 'u', 'x')
            ORDER BY contype DESC, conname""")
        for name, constraint, _ in self.constraints:
            say(f'ALTER TABLE {name} DROP CONSTRAINT "{constraint}"')
        self.indexes = say(f"""
            SELECT indrelid::regclass::text, indexrelid::regclass::text,
                pg_get_indexdef(indexrelid)
            FROM pg_index
            WHERE indrelid IN ({tables}) AND NOT indisprimary
            ORDER BY 2""")
        for _, index, _ in self.indexes:
            say(f'DROP INDEX {index}')

    def steps(self) -> list[tuple[str, Callable[[], None]]]:
        "To make all of them again, by table, each step with its name"
        return [
            *((f"indexes of {name}", lambda n=name: self._make(n))
                for name in self.tables),
            ("foreign keys", self._make_constraints)]

    def _make(self, name: str) -> None:
        say(f'ANALYZE "{name}"')
        for of, _, definition in self.indexes:
            if of.strip('"') == name:
                say(definition)

    def _make_constraints(self) -> None:
        for name, constraint, definition in self.constraints:
            say(f'ALTER TABLE {name} ADD CONSTRAINT "{constraint}"'
                f' {definition}')
