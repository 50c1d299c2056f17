"""Papers of volunteers: as PDF, as HTML where none can be made."""
from __future__ import annotations


class PaperReport:
    """A report that is served as HTML where WeasyPrint, or its system library
    Pango, is missing.
    """
    __slots__ = ()

    @classmethod
    def convert(cls, report, data, **kwargs):
        try:
            import weasyprint  # noqa: F401
        except (ImportError, OSError):
            return 'html', data
        return super().convert(report, data, **kwargs)
