"""One box for everything that bears a code: scanned, it opens.

A label of a lot, a pallet or a place, a barcode: whoever has it in the hand
need not know which list it is in. Rooms above add what they stick codes on.
"""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.model.exceptions import AccessError
from trytond.pool import Pool
from trytond.pyson import PYSONEncoder
from trytond.transaction import Transaction, check_access
from trytond.wizard import (
    Button, StateAction, StateTransition, StateView, Wizard)

from . import gs1
from .exceptions import explain
from .location import place_id

#: More records than anybody looks through
MOST = 50


class ScanBox(Wizard):
    "Open what bears a code"
    __name__ = 'aid.scan'

    start_state = 'start'
    start = StateView(
        'aid.scan.start', 'aid_lot.scan_start_view_form', [
            Button("Close", 'end', 'tryton-close'),
            Button("Open", 'find', 'tryton-ok', default=True),
            ])
    find = StateTransition()
    lot = StateAction('stock_lot.act_lot_form')
    pallet = StateAction('aid_lot.act_pallet')
    place = StateAction('aid_lot.act_place_goods')
    product = StateAction('product.act_product_form')

    @classmethod
    def kinds(cls) -> list[str]:
        """What may bear a code, in the order in which it is looked for.

        Each is a state that opens it, and `find_<kind>` finds its records.
        """
        return ['lot', 'pallet', 'place', 'product']

    def default_start(self, fields) -> dict:
        code = self._code()
        return {
            'code': None,
            'words': _unknown(code) if code else gettext(
                'aid_lot.msg_scan_box'),
            }

    def _code(self) -> str:
        return ' '.join((getattr(self.start, 'code', None) or '').split())

    def transition_find(self) -> str:
        if self._code():
            for kind in self.kinds():
                if self.found(kind):
                    return kind
        return 'start'

    def found(self, kind: str) -> list:
        "The records of *kind* that bear the code, of what the user may see"
        try:
            with check_access():
                return list(getattr(self, f'find_{kind}')(self._code()))
        except AccessError:
            # Whoever may not see any of them does not hear of them either
            return []

    # Who bears the code

    def find_lot(self, code: str) -> list:
        "The lot of that number, or those whose maker's lot is in the barcode"
        Lot = Pool().get('stock.lot')
        if found := Lot.search([('number', '=', code.upper())], limit=1):
            return found
        reading = _read(code)
        if not (reading and reading.lot):
            return []
        domain = [('label_lot', '=', reading.lot)]
        if reading.gtin:
            domain.append((
                    'product.identifiers.code', 'in',
                    _writings(reading.gtin)))
        return Lot.search(domain, order=[('id', 'DESC')], limit=MOST)

    def find_pallet(self, code: str) -> list:
        found = Pool().get('aid.pallet').find(code)
        return [found] if found else []

    def find_place(self, code: str) -> list:
        Location = Pool().get('stock.location')
        id_ = place_id(code)
        return Location.search([
                ('id', '=', id_), ('type', '=', 'storage'),
                ]) if id_ else []

    def find_product(self, code: str) -> list:
        "By its barcode in any writing, or as the branch knows it"
        pool = Pool()
        Product = pool.get('product.product')
        BranchBarcode = pool.get('aid.branch.barcode')
        reading = _read(code)
        codes = (
            _writings(reading.gtin) if reading and reading.gtin else [code])
        if found := Product.search(
                [('identifiers.code', 'in', codes)], limit=MOST):
            return found
        known = BranchBarcode.search([
                ('branch', '=', Transaction().context.get('branch')),
                ('code', 'in', codes),
                ], limit=1)
        return [barcode.goods for barcode in known]

    # How it is opened

    def do_lot(self, action: dict) -> tuple[dict, dict]:
        return opened(action, self.found('lot'))

    def do_pallet(self, action: dict) -> tuple[dict, dict]:
        return opened(action, self.found('pallet'))

    def do_place(self, action: dict) -> tuple[dict, dict]:
        "What lies there, which is what one wants to know of a place"
        place, = self.found('place')
        action['pyson_domain'] = PYSONEncoder().encode([
                ('location', 'child_of', [place.id], 'parent'),
                ('quantity', '>', 0),
                ])
        action['name'] += f': {place.rec_name}'
        return action, {}

    def do_product(self, action: dict) -> tuple[dict, dict]:
        return opened(action, self.found('product'))


class ScanStart(ModelView):
    "A code, and what to do where nothing bears it"
    __name__ = 'aid.scan.start'

    words = fields.Text("What to Do", readonly=True)
    code = fields.Char("Code")


def opened(action: dict, records) -> tuple[dict, dict]:
    "How to open *records*: one as a form, more as a list"
    if len(records) == 1:
        action['views'].reverse()
    # Its tabs are for a whole list
    action['domains'] = []
    return action, {'res_id': [record.id for record in records]}


def _unknown(code: str) -> str:
    "What to do about a *code* that nothing bears"
    try:
        gs1.read(code)
    except gs1.BarcodeError as error:
        if error.kind in {'check_digit', 'date', 'conflict'}:
            return explain(error)
    return gettext('aid_lot.msg_scan_box_unknown', code=code)


def _read(code: str) -> gs1.Reading | None:
    try:
        return gs1.read(code)
    except gs1.BarcodeError:
        return None


def _writings(gtin: str) -> list[str]:
    "A number of 14 digits, and without the zeros before it"
    short = gtin.lstrip('0')
    return list(dict.fromkeys(
            [gtin, *(short.zfill(n) for n in (8, 12, 13))]))
