"""Keys by which somebody without an account opens one page.

The database knows only their hash: whoever reads it, or a copy of it, opens
nothing.
"""
from __future__ import annotations

import hashlib
import secrets

from trytond.model import Model, Unique, fields


def new_key() -> str:
    "A key that nobody can guess: 24 bytes, to stand in an address"
    return secrets.token_urlsafe(24)


def hashed(key: str) -> str:
    """What is kept of *key*.

    It needs no salt: nobody chose it, so that no list of them exists.
    """
    return hashlib.sha256(key.encode('utf-8')).hexdigest()


class PrivateKeyMixin(Model):
    "Gives a model a key of which only the hash is kept"
    __slots__ = ()

    key_hash = fields.Char("Key", readonly=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints.append(
            ('key_unique', Unique(table, table.key_hash),
                'aid_volunteer.msg_key_unique'))

    @classmethod
    def of_key(cls, key: str):
        "The record that *key* opens, or None"
        found = cls.search([('key_hash', '=', hashed(key))], limit=1)
        return found[0] if found else None

    @classmethod
    def copy(cls, records, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('key_hash')
        return super().copy(records, default=default)
