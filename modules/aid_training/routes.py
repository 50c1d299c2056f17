"""The pages that anybody may open: a certificate checked, a card read."""
from __future__ import annotations

from trytond.protocols.wrappers import (
    HTTPStatus, Request, Response, with_pool, with_transaction)
from trytond.transaction import Transaction
from trytond.wsgi import app

from aid_volunteer.routes import language_of

from .page import page


@app.route('/<database_name>/aid/certificate/', methods={'GET'})
@app.route('/<database_name>/aid/certificate/<code>', methods={'GET'})
@with_pool
@with_transaction()
def certificate(request: Request, pool, code: str = '') -> Response:
    """Whether the certificate of *code* counts today.

    Nobody can go through the codes: there are 10^15 of them. Says the
    course, the day and initials, and of what is not valid not why.
    """
    Certificate = pool.get('aid.certificate')
    code = code or request.args.get('code', '')
    with Transaction().set_context(language=language_of(request)):
        told = Certificate.verify(code)
        return page(
            'certificate',
            HTTPStatus.OK if told['answer'] != 'unknown' or not code
            else HTTPStatus.NOT_FOUND,
            asked=bool(code), **told)


@app.route('/<database_name>/aid/card/<code>', methods={'GET'})
@with_pool
@with_transaction()
def card(request: Request, pool, code: str) -> Response:
    "The one page of who begins, by the code of the role"
    Card = pool.get('aid.course.card')
    with Transaction().set_context(language=language_of(request)):
        told = Card.told(code)
        if not told:
            return page(
                'unknown', HTTPStatus.NOT_FOUND, labels=Card.labels())
        return page('card', **told)
