"""E-mails that the house writes to people: one text, one address each.

What is to be told stands in a record of the room that tells it, and leaves
by its cron job: a mail server that is away stops nobody's work.
"""
from __future__ import annotations

import logging
import smtplib
from email.message import EmailMessage

import trytond.config as config
from trytond.pool import Pool
from trytond.sendmail import get_smtp_server, send_message
from trytond.transaction import Transaction

logger = logging.getLogger(__name__)
FAILURES = (OSError, smtplib.SMTPException)


def compose(to: str, subject: str, text: str, section: str) -> EmailMessage:
    """A message to one address.

    :param section: of the configuration; its ``from`` comes before that of
        ``[email]``. An address alone: a name beside it would tell who writes.
    """
    message = EmailMessage()
    message['From'] = config.get(
        section, 'from', default=config.get('email', 'from'))
    message['To'] = ' '.join(to.split())
    message['Subject'] = ' '.join(subject.split())
    message.set_content(text)
    return message


def deliver(messages: list[tuple]) -> list:
    "Send *messages*, (key, message) pairs; the keys of those that failed"
    if not messages:
        return []
    try:
        server = get_smtp_server(strict=True)
    except FAILURES:
        logger.error('no mail server', exc_info=True)
        return [key for key, _ in messages]
    failed = []
    for key, message in messages:
        try:
            server = send_message(
                message, server=server, strict=True) or server
        except FAILURES:
            # Whom it was for is nobody's business in a log
            logger.error('a message was not sent')
            failed.append(key)
    try:
        server.quit()
    except FAILURES:
        logger.info('the mail server was gone before it was left')
    return failed


def in_language_of(branch):
    "The language of the organisation, for who was not asked for a language"
    Configuration = Pool().get('ir.configuration')
    lang = branch.company.party.lang
    return Transaction().set_context(
        language=lang.code if lang else Configuration.get_language())
