"""A file that somebody brings to the client, imported as a whole."""
from __future__ import annotations

import tempfile
from pathlib import Path

from trytond.i18n import gettext
from trytond.model import Model, ModelView, fields
from trytond.pyson import Eval
from trytond.wizard import StateTransition

from .command import imports
from .command.imports.table import FileError
from .fault_words import said, translated


class ImportMixin:
    """Gives a wizard the import of the file on its form, and what came of it.

    Its `start` is an :class:`ImportStartMixin`, its `result` shows an
    :class:`ImportResult`.
    """
    import_ = StateTransition()

    def transition_import_(self) -> str:
        outcome = self.start.imported()
        self.result.words = gettext(
            'maillon.msg_imported', created=outcome.created,
            updated=outcome.updated, unchanged=outcome.unchanged)
        self.result.left_out = '\n'.join(said(outcome.left_out))
        return 'result'

    def default_result(self, fields) -> dict:
        return {
            'words': self.result.words,
            'left_out': self.result.left_out,
            }


class ImportStartMixin(Model):
    "Gives a form the name of the file on it, and its import"
    __slots__ = ()

    #: What ``maillon import`` calls such a file
    _kind: str
    #: The error, and its words: it is no such file, and rows of it are wrong
    _refused: type[Exception]
    _unreadable: str
    _faulty: str

    name = fields.Char("Name of the File")

    def imported(self) -> imports.Outcome:
        """Import the file, as ``maillon import`` does.

        :raises UserError: it is no such file, or rows of it are wrong;
            nothing is changed
        """
        try:
            outcome = _import(self._kind, self.file, self.name)
        except FileError as error:
            raise self._refused(gettext(
                    self._unreadable,
                    error=translated(error.advice)
                    if error.advice else str(error))) from error
        if outcome.faults:
            raise self._refused(gettext(
                    self._faulty, faults='\n'.join(said(outcome.faults))))
        return outcome


def _import(kind: str, content: bytes, name: str | None) -> imports.Outcome:
    "In the current transaction; the ending of *name* tells CSV from others"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, kind + Path(name or '').suffix)
        path.write_bytes(bytes(content))
        return imports.import_file(kind, path)


class ImportResult(ModelView):
    "What came in"
    __name__ = 'aid.import.result'

    words = fields.Char("Result", readonly=True)
    left_out = fields.Text(
        "Left Out", readonly=True, states={'invisible': ~Eval('left_out')},
        help="Rows with something wrong. The others came in.")
