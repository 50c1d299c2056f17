"""Public pages: what anybody may read, without an account.

They know no user, so nothing keeps them from reading everything: whoever
makes one says what stands on it, word by word.
"""
from __future__ import annotations

from genshi.template import MarkupTemplate

from trytond.protocols.wrappers import Response
from trytond.tools import file_open
from trytond.transaction import Transaction

from aid_volunteer.page import HEADERS


def page(template: str, status: int = 200, **values) -> Response:
    """The page *template* of ``public/`` with *values*, in the language at
    hand."""
    with file_open(f'aid_training/public/{template}.html', 'rb') as source:
        markup = MarkupTemplate(source.read())
    stream = markup.generate(language=Transaction().language, **values)
    return Response(
        stream.render('xhtml', doctype='html5', encoding='utf-8'), status,
        headers=HEADERS, content_type='text/html; charset=utf-8')
