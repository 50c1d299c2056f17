"""Numbered invoices of baskets, written at once.

The ordinary way creates a draft, reckons its taxes, numbers it, sets it
posted and checks it again after each step. The invoice of a basket without
taxes is known beforehand, so its rows are written as the ordinary way would
leave them (``tests/test_numbered_invoices.py`` compares each column). Where
anything is not as it was when this was written, the ordinary way is taken.
"""
from __future__ import annotations

from typing import Any

from trytond.pool import Pool
from trytond.transaction import Transaction

from aid_branch import lane

from . import books

#: What writing the rows stands for
METHODS = (
    'create', '_before_create', '_after_create', 'preprocess_values',
    'default_get', 'validate_fields', 'check_modification',
    'on_modification', 'compute_fields', '_before_write', '_after_write',
    'write', 'set_number', 'post_batch', '_sequence_type',
    '_number_sequence', 'get_tax_identifier')
LINE_METHODS = (
    'create', '_before_create', '_after_create', 'preprocess_values',
    'default_get', 'validate_fields', 'check_modification',
    'on_modification', 'compute_fields')
#: Who has a word in them, as far as it is known what they say
KNOWN = frozenset({
        'trytond.model.model.Model.default_get',
        'trytond.model.modelsql.ModelSQL.create',
        'trytond.model.modelsql.ModelSQL.write',
        'trytond.model.modelstorage.ModelStorage._after_create',
        'trytond.model.modelstorage.ModelStorage._after_write',
        'trytond.model.modelstorage.ModelStorage._before_create',
        'trytond.model.modelstorage.ModelStorage._before_write',
        'trytond.model.modelstorage.ModelStorage.check_modification',
        'trytond.model.modelstorage.ModelStorage.compute_fields',
        'trytond.model.modelstorage.ModelStorage.create',
        'trytond.model.modelstorage.ModelStorage.on_modification',
        'trytond.model.modelstorage.ModelStorage.preprocess_values',
        'trytond.model.modelstorage.ModelStorage.validate_fields',
        'trytond.model.modelstorage.ModelStorage.write',
        'aid_basket.invoice.Invoice._number_sequence',
        'trytond.modules.account_invoice.invoice.Invoice._number_sequence',
        'trytond.modules.account_invoice.invoice.Invoice._sequence_type',
        'trytond.modules.account_invoice.invoice.Invoice.check_modification',
        'trytond.modules.account_invoice.invoice.Invoice.compute_fields',
        'trytond.modules.account_invoice.invoice.Invoice.get_tax_identifier',
        'trytond.modules.account_invoice.invoice.Invoice.on_modification',
        'trytond.modules.account_invoice.invoice.Invoice.post_batch',
        'trytond.modules.account_invoice.invoice.Invoice.set_number',
        'trytond.modules.account_invoice.invoice.Invoice.validate_fields',
        })
LINE_KNOWN = frozenset({
        'trytond.model.model.Model.default_get',
        'trytond.model.modelsql.ModelSQL.create',
        'trytond.model.modelstorage.ModelStorage._after_create',
        'trytond.model.modelstorage.ModelStorage._before_create',
        'trytond.model.modelstorage.ModelStorage.check_modification',
        'trytond.model.modelstorage.ModelStorage.compute_fields',
        'trytond.model.modelstorage.ModelStorage.create',
        'trytond.model.modelstorage.ModelStorage.on_modification',
        'trytond.model.modelstorage.ModelStorage.preprocess_values',
        'trytond.model.modelstorage.ModelStorage.validate_fields',
        'trytond.modules.account_invoice.invoice.InvoiceLine'
        '.check_modification',
        })
COLUMNS = frozenset({
        'account', 'accounting_date', 'branch', 'cancel_move', 'comment',
        'company', 'currency', 'description', 'invoice_address',
        'invoice_date', 'invoice_report_cache_id', 'invoice_report_format',
        'journal', 'move', 'number', 'number_alnum', 'number_digit', 'party',
        'party_tax_identifier', 'payment_term', 'payment_term_date',
        'posted_by', 'reference', 'sequence', 'sequence_type_cache',
        'source_tax_amount', 'source_total_amount', 'source_untaxed_amount',
        'state', 'supplier_payment_reference',
        'supplier_payment_reference_type', 'tax_amount_cache',
        'tax_identifier', 'total_amount_cache', 'type', 'untaxed_amount_cache',
        'validated_by'})
LINE_COLUMNS = frozenset({
        'account', 'company', 'currency', 'description', 'invoice',
        'invoice_type', 'note', 'origin', 'party', 'product', 'quantity',
        'sequence', 'taxes_date', 'taxes_deductible_rate', 'type', 'unit',
        'unit_price'})


def numbered(invoices: list) -> list | None:
    """Number *invoices*, which are not saved, and write them as posted.

    Their entry is left to the queue, as ``Invoice.post_batch`` does. The
    sequences are held already.

    :param invoices: ``account.invoice`` of customers, with their lines, of
        one company
    :return: the saved invoices in their order; None where the ordinary way
        has to be taken
    """
    pool = Pool()
    Invoice = pool.get('account.invoice')
    Line = pool.get('account.invoice.line')
    if not (
            lane.is_free(Invoice, METHODS, KNOWN, COLUMNS)
            and lane.is_free(Line, LINE_METHODS, LINE_KNOWN, LINE_COLUMNS)
            and all(map(_is_plain, invoices))):
        return None
    _number(invoices)
    saved = lane.insert(
        Invoice, [_row(invoice, COLUMNS) for invoice in invoices],
        written=True)
    lane.insert(Line, [
            {**_row(line, LINE_COLUMNS), 'invoice': invoice.id}
            for invoice, draft in zip(saved, invoices)
            for line in draft.lines])
    if Invoice._log:
        Invoice.log(saved, 'transition', 'state:posted')
    context = Transaction().context
    with Transaction().set_context(
            _skip_warnings=True,
            queue_batch=context.get('queue_batch', True)):
        Invoice.__queue__.post_in_turn(saved)
    return saved


def _is_plain(invoice) -> bool:
    "Whether *invoice* is of a customer, without taxes, numbers or terms"
    return (
        invoice.type == 'out'
        and bool(invoice.lines)
        and not invoice.payment_term
        and not any(line.taxes for line in invoice.lines)
        and all(l.unit_price > 0 and l.quantity > 0 for l in invoice.lines)
        and invoice.invoice_date <= Pool().get('ir.date').today())


def _number(invoices: list) -> None:
    "Set the numbers and what comes with them"
    BranchSequence = Pool().get('aid.branch.sequence')
    by_sequence: dict = {}
    for invoice in invoices:
        date = invoice.invoice_date
        sequence = BranchSequence.numbers(invoice.branch, 'invoice', date)
        by_sequence.setdefault((sequence, date), []).append(invoice)
    today = Pool().get('ir.date').today()
    identifier = books.tax_identifier_of(invoices[0])
    for (sequence, date), group in by_sequence.items():
        with Transaction().set_context(
                date=date, company=group[0].company.id):
            numbers = BranchSequence.next_numbers(sequence, len(group))
        for invoice, number in zip(group, numbers):
            invoice.sequence_type_cache = 'invoice'
            invoice.tax_identifier = identifier
            invoice.sequence = sequence
            invoice.number = number
            invoice.payment_term_date = today
            invoice.state = 'posted'


def _row(record, columns: frozenset[str]) -> dict[str, Any]:
    "What *record*, which is not saved, has in each of *columns*"
    values = dict(record._values._items()) if record._values else {}
    defaults = type(record).default_get(
        sorted(columns - values.keys()), with_rec_name=False)
    row = {name: defaults.get(name) for name in columns}
    for name in columns & values.keys():
        value = values[name]
        row[name] = getattr(value, 'id', value)
    if 'number' in columns:
        row.update(record.compute_fields({'number'}))
    return row
