"""The paper of a certificate, and what a stranger learns who checks it."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.pool import Pool, PoolMeta
from trytond.report import Report
from trytond.transaction import without_check_access

from aid_branch.code_picture import picture
from aid_branch.paper import PaperReport
from aid_volunteer.web_address import web_address

from . import verification

PAGE_LABELS = ['title', 'course', 'obtained', 'initials', 'ask', 'check']
PAPER_LABELS = [
    'title', 'says', 'passed', 'hours', 'obtained', 'until', 'for_good',
    'check', 'signature']


class Certificate(metaclass=PoolMeta):
    __name__ = 'aid.certificate'

    def verification_url(self) -> str:
        "Where whoever holds the paper can check it"
        return web_address('certificate', self.code)

    @classmethod
    @without_check_access
    def verify(cls, code: str) -> dict:
        """What the public page says of the certificate of *code*.

        :return: ``answer`` (``valid``, ``not_valid`` or ``unknown``), its
            sentence and labels; of a known one ``course``, ``date`` and
            ``initials``, and nothing else of the person
        """
        pool = Pool()
        Date = pool.get('ir.date')
        Lang = pool.get('ir.lang')
        code = verification.cleaned(code)
        found = cls.search([('code', '=', code)], limit=1) if code else []
        told = {
            'labels': {
                name: gettext(f'aid_training.msg_verify_{name}')
                for name in PAGE_LABELS},
            'answer': 'unknown',
            'course': None, 'date': None, 'initials': None,
            }
        for certificate in found:
            told.update(
                answer=verification.answer(
                    Date.today(), certificate.obtained_on,
                    certificate.accepted_until, certificate.withdrawn_on),
                course=certificate.course.name,
                date=Lang.get().strftime(certificate.obtained_on),
                initials=verification.initials(certificate.person))
        told['sentence'] = gettext(
            f"aid_training.msg_verify_{told['answer']}")
        return told


class CertificatePaper(PaperReport, Report):
    "What somebody takes home who passed: a sheet that can be checked"
    __name__ = 'aid.certificate.paper'

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        context = super().get_context(records, header, data)
        context['labels'] = {
            name: gettext(f'aid_training.msg_certificate_paper_{name}')
            for name in PAPER_LABELS}
        context['picture'] = picture
        with without_check_access():
            context['papers'] = [cls._paper(c) for c in records]
        return context

    @classmethod
    def _paper(cls, certificate) -> dict:
        "What the template prints of *certificate*"
        lang = Pool().get('ir.lang').get()
        branch = certificate.branch
        hours = certificate.hours or certificate.course.hours
        return {
            'person': certificate.person,
            'course': certificate.course.name,
            'hours': (
                lang.format_number(hours, digits=0 if hours % 1 == 0 else 2)
                if hours else ''),
            'obtained': lang.strftime(certificate.obtained_on),
            'until': (
                lang.strftime(certificate.valid_until)
                if certificate.valid_until else ''),
            'organisation': branch.company.party.name,
            'branch': branch.name,
            'code': verification.spaced(certificate.code),
            'url': certificate.verification_url(),
            }
