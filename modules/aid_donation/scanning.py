"""Typing a donation with a barcode reader.

A scan never raises: the loop of the client would close.  What went wrong is
said in a field of the form, and a counter makes sure that something always
changes.
"""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import Model, fields
from trytond.pool import Pool

from aid_lot import gs1
from aid_lot.exceptions import explain
from aid_lot.product import get_piece

_LENGTHS = (14, 13, 12, 8)


def written_forms(gtin: str) -> list[str]:
    """The same article number as it may stand on a product.

    A GTIN of 14 digits is the shorter one with zeros before it.
    """
    gtin = gtin.zfill(14)
    return [
        gtin[14 - length:] for length in _LENGTHS
        if not gtin[:14 - length].strip('0')]


def product_by_gtin(gtin: str):
    "The ``product.product`` that bears the article number, or None"
    Identifier = Pool().get('product.identifier')
    if not gtin.isdigit() or len(gtin) > 14:
        return None
    identifiers = Identifier.search([
            ('code', 'in', written_forms(gtin)),
            ('product.active', '=', True),
            ], order=[('id', 'ASC')], limit=1)
    return identifiers[0].product if identifiers else None


class ScanMixin(Model):
    "Fills the rows of a donation from scanned codes"
    __slots__ = ()

    scan_message = fields.Function(
        fields.Char("Last Scan"), 'get_scan_message')
    scans = fields.Function(fields.Integer("Scans"), 'get_scan_message')

    @classmethod
    def get_scan_message(cls, donations, names) -> dict[str, dict]:
        return {
            name: {d.id: 0 if name == 'scans' else None for d in donations}
            for name in names}

    @fields.depends('lines', 'state', 'branch', 'scan_message', 'scans')
    def on_scan_code(self, code: str) -> None:
        super().on_scan_code(code)
        self.scans = (self.scans or 0) + 1
        self.scan_message = self._scan(code.strip())

    def _scan(self, code: str) -> str:
        "Take *code* in and say what came of it"
        if self.state != 'announced':
            return gettext('aid_donation.msg_scan_closed')
        today = self.branch.today() if self.branch else None
        try:
            scan = gs1.read(code, today=today)
        except gs1.BarcodeError as error:
            return explain(error)
        product = product_by_gtin(scan.gtin) if scan.gtin else None
        if not product:
            return self._scan_unknown(code, scan)
        return self._scan_product(product, scan)

    def _scan_unknown(self, code: str, scan) -> str:
        "What to do with a barcode that no product bears"
        return gettext('aid_donation.msg_scan_unknown', code=code)

    def _scan_product(self, product, scan) -> str:
        "Put *product* on a row, unless something stands against it"
        today = self.branch.today() if self.branch else None
        if not product.template.family:
            return gettext(
                'aid_donation.msg_scan_no_family', product=product.rec_name)
        if today and scan.use_by and scan.use_by < today:
            return gettext(
                'aid_donation.msg_scan_past',
                product=product.rec_name, date=scan.use_by)
        line = self._add_scanned(product, scan)
        if line.net_weight is None and line.quantity is None:
            return gettext(
                'aid_donation.msg_scan_weight', product=product.rec_name)
        return gettext(
            'aid_donation.msg_scan_added', product=product.rec_name,
            weight='?' if line.net_weight is None else line.net_weight)

    def _add_scanned(self, product, scan):
        "Put one scan of *product* on its row"
        Line = Pool().get('aid.donation.line')
        lines = list(self.lines or [])
        line = (
            _same_row(lines, product, scan)
            or empty_row(lines, product.template.family))
        if not line:
            line = Line(family=product.template.family)
            lines.append(line)
        if not getattr(line, 'product', None):
            line.product = product
            line.unit = product.default_uom
            line.quantity = line.net_weight = None
        line.gtin = scan.gtin
        line.label_lot = scan.lot
        line.use_by = scan.use_by
        line.best_before = scan.best_before
        _count_in(line, scan)
        self.lines = lines
        return line


def _same_row(lines, product, scan):
    "The row that already has this product of this lot and these dates"
    for line in lines:
        if (getattr(line, 'product', None) == product
                and getattr(line, 'label_lot', None) == scan.lot
                and getattr(line, 'use_by', None) == scan.use_by
                and getattr(line, 'best_before', None) == scan.best_before):
            return line
    return None


def empty_row(lines, family):
    "The row of *family* that waits for its first kilogram"
    for line in lines:
        if getattr(line, 'family', None) == family and not any(
                getattr(line, name, None) for name in [
                    'product', 'net_weight', 'quantity', 'refused_weight']):
            return line
    return None


def _count_in(line, scan) -> None:
    "Add the weight or the pieces of a scan to its row"
    product = line.product
    piece = get_piece()
    count = scan.count or 1
    weight = (
        float(scan.weight_kg) if scan.weight_kg is not None
        else product.to_kg(count, piece))
    if product.default_uom.category == piece.category:
        line.unit = product.default_uom
        line.quantity = (line.quantity or 0) + count
    if weight is not None:
        line.net_weight = round((line.net_weight or 0) + weight, 3)
