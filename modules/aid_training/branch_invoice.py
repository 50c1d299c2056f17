"""Invoices of courses where branches number their own (``aid_basket``)."""
from __future__ import annotations

from trytond.pool import PoolMeta


class Enrolment(metaclass=PoolMeta):
    __name__ = 'aid.course.enrolment'

    @classmethod
    def _new_invoice(cls, branch, payer):
        "It is seen and numbered where the course is given"
        invoice = super()._new_invoice(branch, payer)
        invoice.branch = branch
        invoice.invoice_date = invoice._first_free_date(branch.today())
        return invoice
