"""What all papers have in common: no PDF is no reason to print nothing."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.rpc import RPC
from trytond.transaction import Transaction


class PaperReport:
    "A report that is served as HTML, and says so, where no PDF can be made"
    __slots__ = ()

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        context = super().get_context(records, header, data)
        context['no_pdf'] = (
            '' if can_pdf() else gettext('aid_branch.msg_paper_no_pdf'))
        return context

    @classmethod
    def convert(cls, report, data, **kwargs):
        "The document itself, as HTML, where no PDF can be made"
        if not can_pdf():
            return 'html', data
        return super().convert(report, data, **kwargs)


class RememberedPaper(PaperReport):
    "A paper whose printing is written down"
    __slots__ = ()

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__rpc__ = {**cls.__rpc__, 'execute': RPC(readonly=False)}

    @classmethod
    def execute(cls, ids, data):
        result = super().execute(ids, data)
        # The server itself prints too, where nothing may be written
        if not Transaction().readonly:
            cls.remember(ids)
        return result

    @classmethod
    def remember(cls, ids: list[int]) -> None:
        "Write down that the papers of the records *ids* came out"


def can_pdf() -> bool:
    """Whether WeasyPrint finds the libraries it needs.

    It is a Python package, but Pango is a library of the system.
    """
    try:
        import weasyprint
    except (ImportError, OSError):
        return False
    return bool(weasyprint)
