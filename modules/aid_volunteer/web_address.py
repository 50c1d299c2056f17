"""The addresses of the pages that open without an account."""
from __future__ import annotations

from urllib.parse import quote

import trytond.config as config
from trytond.transaction import Transaction
from trytond.url import http_base


def web_address(kind: str, key: str) -> str:
    """The address of the public page *kind* that *key* opens.

    Before it stands ``public`` of the section ``[volunteer]`` of the
    configuration (``https://benevoles.example.org``), else the address of
    the server.

    :param kind: ``call``, ``shift`` or ``calendar``
    """
    base = config.get('volunteer', 'public', default=http_base())
    name = quote(Transaction().database.name)
    return f'{base.rstrip("/")}/{name}/aid/{kind}/{key}'
