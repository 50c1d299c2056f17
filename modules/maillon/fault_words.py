"""What is wrong in a file, in the language of whoever brought it."""
from __future__ import annotations

from collections.abc import Iterator, Sequence

from trytond.i18n import gettext

from .command.imports.advice import Advice
from .command.imports.table import Fault

# Enough to see what is wrong; a file is corrected as a whole anyway
FAULTS_SHOWN = 10


def said(faults: Sequence[Fault]) -> Iterator[str]:
    "The first of *faults* in the language of the user, and how many more"
    for fault in sorted(faults)[:FAULTS_SHOWN]:
        yield gettext(
            'maillon.msg_fault_value' if fault.value else 'maillon.msg_fault',
            line=fault.line, column=fault.column, value=fault.value,
            advice=translated(fault.advice))
    if more := len(faults[FAULTS_SHOWN:]):
        yield gettext('maillon.msg_fault_more', count=more)


def translated(advice: Advice) -> str:
    "The *advice* in the language of the user"
    return gettext(f'maillon.msg_fault_{advice.name}', **advice.values)
