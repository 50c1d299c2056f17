"""A barcode that nobody knows costs one key: the number of its family.

The row is made, and the branch remembers the barcode for the next time; the
warehouse names the product later, if ever.
"""
from __future__ import annotations

from dataclasses import replace

from trytond.i18n import gettext
from trytond.model import Model, fields
from trytond.pool import Pool
from trytond.pyson import Eval

from aid_lot.barcode import label_of

from .scanning import empty_row


class UnknownBarcodeMixin(Model):
    "Asks for the family of a barcode that is not known"
    __slots__ = ()

    unknown_barcode = fields.Function(
        fields.Char(
            "Unknown Barcode",
            states={'invisible': ~Eval('unknown_barcode')}),
        'get_scan_message')
    unknown_family = fields.Function(
        fields.Many2One(
            'aid.family', "Its Family",
            states={'invisible': ~Eval('unknown_barcode')},
            help="Or type its number where you scan."),
        'get_scan_message', setter='set_unknown_family')

    @classmethod
    def set_unknown_family(cls, donations, name: str, value) -> None:
        "The answer is used at once and kept on the row"

    @fields.depends(
        'unknown_barcode', 'unknown_family', 'lines', 'branch',
        'scan_message')
    def on_change_unknown_family(self) -> None:
        if self.unknown_barcode and self.unknown_family:
            self.scan_message = self._learn(self.unknown_family)

    @fields.depends('unknown_barcode', 'unknown_family')
    def on_scan_code(self, code: str) -> None:
        super().on_scan_code(code)

    def _scan(self, code: str) -> str:
        family = (
            _chosen(code) if getattr(self, 'unknown_barcode', None) else None)
        if family:
            return self._learn(family)
        self.unknown_barcode = self.unknown_family = None
        return super()._scan(code)

    def _scan_unknown(self, code: str, scan) -> str:
        BranchBarcode = Pool().get('aid.branch.barcode')
        label = (
            label_of(code, self.branch, self.branch.today())
            if self.branch else None)
        if not label:
            return super()._scan_unknown(code, scan)
        if row := _row_of(self.lines or [], label.key):
            return self._add_learned(row.family, label)
        known = BranchBarcode.find(self.branch, label.key)
        if known and known.product:
            return self._scan_product(
                known.product, replace(scan, weight_kg=label.weight_kg))
        if known:
            return self._add_learned(known.family, label)
        self.unknown_barcode = code
        return gettext(
            'aid_donation.msg_scan_choose', code=code,
            families=', '.join(
                f'{number} {family.name}'
                for number, family in enumerate(_families(), 1)))

    def _learn(self, family) -> str:
        "The goods of the barcode that is asked about are of *family*"
        label = label_of(
            self.unknown_barcode, self.branch, self.branch.today())
        self.unknown_barcode = self.unknown_family = None
        return self._add_learned(family, label)

    def _add_learned(self, family, label) -> str:
        """Put one scan of goods known by their *family* on their row.

        What no label weighs counts as much as a piece of the family.
        """
        Line = Pool().get('aid.donation.line')
        lines = list(self.lines or [])
        line = _row_of(lines, label.key) or empty_row(lines, family)
        if not line:
            line = Line(family=family, date_kind=family.date_kind)
            lines.append(line)
        line.learned_code = label.key
        weight = label.weight_kg
        if weight is None:
            weight = family.piece_weight
        if weight is not None:
            line.net_weight = round(
                (getattr(line, 'net_weight', None) or 0) + float(weight), 3)
        self.lines = lines
        if weight is None:
            return gettext(
                'aid_donation.msg_scan_weight', product=family.rec_name)
        return gettext(
            'aid_donation.msg_scan_added', product=family.rec_name,
            weight=line.net_weight)


def remember(lines) -> None:
    "The branches of received *lines* know from now on what was scanned"
    Pool().get('aid.branch.barcode').remember(
        (line.donation.branch, line.learned_code, line.family)
        for line in lines if line.learned_code)


def _families() -> list:
    return Pool().get('aid.family').search([])


def _chosen(code: str):
    "The family that *code* is the number or the code of, or None"
    families = _families()
    if code.isdecimal() and len(code) <= 2:
        number = int(code)
        return families[number - 1] if 0 < number <= len(families) else None
    return next((f for f in families if f.code == code.lower()), None)


def _row_of(lines, key: str):
    "The row that already has the goods of this barcode"
    return next(
        (l for l in lines if getattr(l, 'learned_code', None) == key), None)
