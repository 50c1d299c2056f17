"""Codes on the cards that people carry: they tell nothing of them."""
from __future__ import annotations

import secrets

#: No letter that is read as a digit, nor the other way round
ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
LENGTH = 10


def new_card_code(kind: str = '') -> str:
    """A random code for a card; it tells nothing and cannot be guessed.

    :param kind: the letter by which a scanner knows whose card it is
    """
    return kind + ''.join(secrets.choice(ALPHABET) for _ in range(LENGTH))
