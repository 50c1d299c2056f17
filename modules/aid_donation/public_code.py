"""The code under which the outside world knows a donation."""
from __future__ import annotations

import secrets

#: Without 0/O, 1/I/L, 2/Z, 5/S, 8/B and U/V, which a hand or a bad printer
#: mixes up, and without E so that few words come out.
ALPHABET = '34679ACDFGHJKMNPQRTWXY'
LENGTH = 8


def new_code() -> str:
    "A code that nobody can guess: eight characters, 22 kinds of each"
    return ''.join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def spaced(code: str) -> str:
    "The code as a person reads it aloud: in two halves"
    half = len(code) // 2
    return f'{code[:half]} {code[half:]}'


def cleaned(text: str) -> str:
    "The code in what a person typed or a reader read"
    return ''.join(text.split()).replace('-', '').upper()
