"""The public pages: who opens them has a link, and no account.

Looking changes nothing, because programmes that check e-mails for danger
open every link; only sending the form does. What is asked for is searched by
the hash of a key or by the code of a poster, never by a number.

Browsers send forms of these pages from nowhere (``Origin: null``), because the
pages tell nobody their address. No cookie opens them, so nobody can be made
to send one.
"""
from __future__ import annotations

from trytond.pool import Pool
from trytond.protocols.wrappers import (
    HTTPStatus, Response, abort, allow_null_origin, redirect,
    set_max_request_size, with_pool, with_transaction)
from trytond.transaction import Transaction
from trytond.wsgi import app

from . import page
from .shift_page import CallPage, MessagePage, Wrong, gone

#: What may stand in an address to tell what was done
SAID = {
    'done', 'said_answered', 'said_offered', 'said_given', 'said_kept',
    'said_cancelled', 'said_taken', 'standing_coming', 'standing_waiting'}
#: Bytes of a form: some names and ticks
MOST = 16 * 1024


@app.route('/<database_name>/aid/call/<code>', methods=['GET', 'POST'])
@allow_null_origin
@set_max_request_size(MOST)
@with_pool
@with_transaction()
def call(request, pool, code: str):
    "The page of a poster"
    found = pool.get('aid.shift.call').of_code(code)
    return _answer(request, found and CallPage(found))


@app.route('/<database_name>/aid/shift/<key>', methods=['GET', 'POST'])
@allow_null_origin
@set_max_request_size(MOST)
@with_pool
@with_transaction()
def shift(request, pool, key: str):
    "The page behind the link of a message"
    found = pool.get('aid.volunteer.message').of_key(key)
    return _answer(request, found and MessagePage(found))


@app.route('/<database_name>/aid/calendar/<key>.ics', methods=['GET'])
@with_pool
@with_transaction()
def calendar(request, pool, key: str):
    "The shifts of a volunteer or of a branch"
    found = pool.get('aid.volunteer.calendar').of_key(key)
    if not found:
        abort(HTTPStatus.NOT_FOUND)
    with Transaction().set_context(language=language_of(request)):
        return Response(
            found.render(), content_type='text/calendar; charset=utf-8',
            headers={
                'Cache-Control': 'private, no-store',
                'Referrer-Policy': 'no-referrer',
                })


def _answer(request, shown):
    """The answer to *request* about *shown*, a page or None.

    What was sent and taken is answered by the page itself, so that loading
    it again sends nothing again.
    """
    with Transaction().set_context(language=language_of(request)):
        if not shown:
            return _response(gone(), HTTPStatus.NOT_FOUND)
        if request.method != 'POST':
            said = request.args.get('said')
            return _response(shown.page(said if said in SAID else None))
        try:
            said = shown.press(request.form)
        except Wrong as wrong:
            return _response(
                shown.page(wrong=str(wrong), form=request.form),
                HTTPStatus.BAD_REQUEST)
        response = redirect(f'?said={said}', HTTPStatus.SEE_OTHER)
        response.autocorrect_location_header = False
        response.headers.extend(page.HEADERS)
        return response


def _response(shown: page.Page, status=HTTPStatus.OK) -> Response:
    return Response(
        shown.render(), status=status, headers=page.HEADERS,
        content_type='text/html; charset=utf-8')


def language_of(request) -> str:
    "The language the reader asks for, of those the house speaks"
    pool = Pool()
    Lang = pool.get('ir.lang')
    codes = [l.code for l in Lang.search([('translatable', '=', True)])]
    Configuration = pool.get('ir.configuration')
    return request.accept_languages.best_match(
        codes, Configuration.get_language())
