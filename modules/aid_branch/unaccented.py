"""Texts without accents, to be compared however they were typed."""
from __future__ import annotations

import unicodedata


def unaccented(text: str) -> str:
    """*text* without its accents; capitals, blanks and signs stay.

    >>> unaccented("Élodie Lefèvre")
    'Elodie Lefevre'
    """
    return ''.join(
        c for c in unicodedata.normalize('NFKD', text)
        if not unicodedata.combining(c))
