"""A file that somebody brings to the client, imported as a whole."""
from __future__ import annotations

import tempfile
from pathlib import Path

from .command import imports


def imported(kind: str, content: bytes, name: str | None) -> imports.Outcome:
    """Import the file of *kind*, as ``maillon import`` does.

    In the current transaction, with the rights of the caller.

    :param name: of the file; its ending tells CSV from others
    :raises FileError: it is no such table at all
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, kind + Path(name or '').suffix)
        path.write_bytes(bytes(content))
        return imports.import_file(kind, path)
