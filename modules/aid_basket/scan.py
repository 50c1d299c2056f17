"""What a scanned or typed code means at the till.

A scan never raises, the loop of the reader would close: whatever is wrong
is said in the field `message`, with what can be done instead.
"""
from __future__ import annotations

import re
from collections.abc import Callable

from trytond.i18n import gettext
from trytond.model import Model, fields
from trytond.pool import Pool
from trytond.transaction import without_check_access

from aid_branch.lent import lent
from aid_lot import gs1
from aid_lot.barcode import label_of
from aid_lot.exceptions import explain

from . import allergen, command, entry, in_hand, visual_check
from .reckoning import goods_of
from .shelf import Shelf

#: "F3": the third family of the code sheet
FAMILY_KEY = re.compile(r'f\d{1,2}', re.I)


class Found:
    "What a code stands for: goods, and how many of them"

    def __init__(
            self, product=None, lot=None, quantity: float | None = None,
            problem: str | None = None, barcode: str | None = None) -> None:
        self.product = product
        self.lot = lot
        self.quantity = quantity
        self.problem = problem
        #: nobody knows it yet; with a product it is to be remembered
        self.barcode = barcode
        #: what lies there of it and of the rest of the basket, where that
        #: was looked at
        self.shelf: Shelf | None = None


class ScanMixin(command.CommandMixin, Model):
    "Reads codes into the lines of a basket"
    __slots__ = ()

    @fields.depends(
        'state', 'session', 'household', 'lines', 'question',
        'question_code', 'emergency_reason', 'label_words', methods=[
            '_refresh', 'on_change_household', 'begin_emergency', 'obey'])
    def on_scan_code(self, code) -> None:
        """Add what *code* stands for, or say what is the matter.

        A number of a lot, a barcode, the code of a product or of a family
        adds goods; the card or the code of a household says who it is for; a
        short number is the quantity of the goods scanned last, ``3p`` so
        many pieces of them, ``-`` takes them out; a tare is taken off; the
        commands of the code sheet are obeyed. Where the till has asked
        something the answer comes first.
        """
        super().on_scan_code(code)
        self.press = None
        self.read_code(code)

    @fields.depends('pick', methods=['on_scan_code'])
    def on_change_pick(self) -> None:
        "A family that is tapped is as good as scanned"
        if not self.pick:
            return
        code, self.pick = self.pick.code, None
        self.read_code(code)

    def read_code(self, code: str) -> None:
        "Do what *code* asks, on the form alone, and tell it in `message`"
        labels = allergen.labels_of(self)
        with without_check_access(), lent():
            self.message = self._do_code(code)
        allergen.look_again(self, labels)

    def _do_code(self, code: str) -> str:
        "Do what *code* asks; what to say about it"
        typed = entry.read(code)
        ordered = command.BY_CODE.get(typed.code.upper())
        if not self.is_composed:
            return self.obey(ordered) if ordered else gettext(
                'aid_basket.msg_scan_done')
        if not self.session:
            return gettext('aid_basket.msg_scan_no_session')
        if (answer := self._answer(typed)) is not None:
            return answer
        if typed.kind == 'remove':
            return self._remove_last()
        if typed.kind in {'quantity', 'weight', 'pieces'}:
            return self._set_last(typed)
        if ordered:
            return self.obey(ordered)
        code = typed.code
        # A label first: nearly all that is scanned
        found = self._find(find_labelled, code)
        if not found:
            if household := self._find_household(code):
                return self._set_household(household)
            if message := self._read_card(code):
                return message
            found = self._find(find_unlabelled, code)
        if line := self._learned(found):
            found = self._as_learned(line, code)
        if found.problem:
            return self._explain(found, code)
        return self._offer(found, code)

    def _learned(self, found: Found):
        "The line of this basket that says what an unknown barcode is"
        for line in self.lines or []:
            if found.barcode and getattr(
                    line, 'barcode', None) == found.barcode:
                return line
        return None

    def _as_learned(self, line, code: str) -> Found:
        label = label_of(code, self.session.branch, self.session.date)
        return Found(
            line.product, None,
            float(label.weight_kg) if label.weight_kg else None,
            barcode=label.key)

    def _explain(self, found: Found, code: str) -> str:
        "Why *code* adds no goods; an unknown barcode asks for the family"
        Tare = Pool().get('aid.tare')
        if found.barcode:
            self.question, self.question_code = 'family', code
            return gettext(
                'aid_basket.msg_scan_which_family', code=code,
                families=', '.join(
                    f'{n} {f.name}' for n, f in numbered_families()))
        if tare := Tare.find(
                self.session.branch, code, self.session.date):
            return self._take_off(tare)
        return found.problem

    # What the till asked

    def _answer(self, typed: entry.Entry) -> str | None:
        """What comes of *typed* as the answer to what was asked.

        :return: None where nothing was asked or something else was typed
        """
        question = getattr(self, 'question', None)
        if not question:
            return None
        code, self.question, self.question_code = (
            self.question_code, None, None)
        return getattr(self, f'_answer_{question}')(code, typed)

    def _answer_family(self, code: str, typed: entry.Entry) -> str | None:
        family = family_of(typed)
        if not family or not family.product:
            return None
        found = self._as_family(code, family)
        return self._offer(found, f'{code} {family.code}') if found else None

    def _as_family(self, code: str, family) -> Found | None:
        "The goods of the unknown barcode *code* as some of *family*"
        label = label_of(code, self.session.branch, self.session.date)
        if not label:
            return None
        return Found(
            family.product, None,
            float(label.weight_kg) if label.weight_kg else None,
            barcode=label.key)

    def _answer_allergen(self, code: str, typed: entry.Entry) -> str | None:
        choices = dict(enumerate(
                (c for c, _ in allergen.CHOICES if c), start=1))
        if typed.number not in choices:
            return None
        return self._add_goods(
            self._find_again(code), choices[typed.number])

    def _find_again(self, code: str) -> Found:
        "The goods that were asked about"
        Family = Pool().get('aid.family')
        barcode, _, family_code = code.rpartition(' ')
        families = barcode and Family.search([('code', '=', family_code)])
        if families and (found := self._as_family(barcode, families[0])):
            return found
        return self._find(find_labelled, code) or self._find(
            find_unlabelled, code)

    def _find(
            self, find: Callable[..., Found | None], code: str
            ) -> Found | None:
        "What *code* stands for by *find*, with the goods that are there"
        return find(
            code, self.session.branch, self.session.date,
            goods_of(self.lines or []))

    def _offer(self, found: Found, code: str) -> str:
        """Add the goods, or ask once where they go against a constraint.

        :param code: what finds them again, see ``_find_again``
        """
        if not self._line_of(found) and (
                kinds := allergen.contained(
                    self, found.product, found.lot)):
            self.question, self.question_code = 'allergen', code
            return gettext(
                'aid_basket.msg_scan_contains',
                product=found.product.name, kinds=kinds)
        return self._add_goods(found)

    # Households

    @staticmethod
    def _find_household(code: str):
        Household = Pool().get('aid.household')
        households = Household.search(['OR',
                ('code', '=', code.upper()),
                ('card_code', '=', code.upper()),
                ])
        return households[0] if households else None

    def _set_household(self, household) -> str:
        if household.branch != self.session.branch:
            self.emergency_reason = 'elsewhere'
            return gettext(
                'aid_basket.msg_scan_household_elsewhere',
                household=household.code,
                branch=self.session.branch.rec_name)
        self.household = household
        self.emergency_reason = None
        self.on_change_household()
        return ' '.join(filter(None, [
                    gettext(
                        'aid_basket.msg_scan_household',
                        household=household.code,
                        name=household.till_name or ''),
                    self.constraints]))

    # Goods

    def _last_line(self):
        "The line of goods that was touched last, or None"
        return max(
            (l for l in self.lines or [] if getattr(l, 'product', None)),
            key=lambda l: getattr(l, 'rank', None) or 0, default=None)

    def _remove_last(self) -> str:
        if not (line := self._last_line()):
            return gettext('aid_basket.msg_scan_no_line')
        self.lines = [l for l in self.lines if l is not line]
        self._refresh()
        return gettext(
            'aid_basket.msg_scan_removed', product=line.product.rec_name)

    def _weigh_last(self) -> str:
        if not (line := self._last_line()):
            return gettext('aid_basket.msg_scan_no_line')
        return gettext(
            'aid_basket.msg_command_weigh_now',
            product=line.product.rec_name)

    def _set_last(self, typed: entry.Entry) -> str:
        "Set the quantity of the goods scanned last to what was *typed*"
        if not (line := self._last_line()):
            return gettext('aid_basket.msg_scan_no_line')
        quantity, problem = quantity_of(line, typed)
        return problem or self._change(line, quantity)

    def _take_off(self, tare) -> str:
        "Take the weight of a crate off the goods weighed last"
        line = self._last_line()
        if not line or line.product.to_kg(1, line.unit) != 1:
            return gettext('aid_basket.msg_scan_no_weight', tare=tare.name)
        quantity = round(line.quantity - tare.weight, 3)
        if quantity <= 0:
            return gettext('aid_basket.msg_scan_no_weight', tare=tare.name)
        return self._change(line, quantity)

    def _change(self, line, quantity: float) -> str:
        before, line.quantity = line.quantity, quantity
        shelf = self._shelf_with(line)
        problem, remark = self._compare(line, shelf)
        if problem:
            line.quantity = before
            return problem
        self._refresh(shelf)
        return self._say(line, remark)

    def _add_goods(self, found: Found, choice: str | None = None) -> str:
        if not found.product:
            return found.problem
        line = self._line_of(found)
        step = found.quantity or step_of(found.product)
        if line:
            before, line.quantity = line.quantity, round(
                (line.quantity or 0) + step, 3)
        else:
            before, line = None, self._new_line(found, step)
        shelf = found.shelf or self._shelf_with(line)
        problem, remark = self._compare(line, shelf)
        if problem:
            if before is not None:
                line.quantity = before
            return problem
        if choice:
            line.allergen_choice = choice
        line.rank = 1 + max(
            (getattr(l, 'rank', None) or 0 for l in self.lines or []),
            default=0)
        if before is None:
            self.lines = [line, *(self.lines or [])]
            # Its label was not among those that were looked at
            self.labels_read = False
        self._refresh(shelf)
        said = self._say(line, remark)
        if before is None and (look := visual_check.words(self, line)):
            said = f'{said} {look}'
        return said

    def _line_of(self, found: Found):
        "The line that already holds what was *found*"
        for line in self.lines or []:
            # A client tells nothing as an empty text
            if (getattr(line, 'barcode', None) or None) != found.barcode:
                continue
            if getattr(line, 'product', None) != found.product:
                continue
            # What is kept from a replaced basket is not added to
            if getattr(line, 'kept', None):
                continue
            scanned = getattr(line, 'lot_knowledge', None) == 'scanned'
            lot = getattr(line, 'lot', None) if scanned else None
            if lot == found.lot:
                return line
        return None

    def _new_line(self, found: Found, quantity: float):
        Line = Pool().get('aid.basket.line')
        line = Line()
        line.product = found.product
        line.family = found.product.family
        line.unit = found.product.default_uom
        line.unit_category = found.product.default_uom_category
        line.lot = found.lot
        line.lot_knowledge = 'scanned' if found.lot else None
        line.quantity = quantity
        line.barcode = found.barcode
        line.allergen_choice = None
        # What a client is told it need not ask for
        line.kept = line.parcel = None
        line.always_free = False
        line.basket_state = 'draft'
        line.currency = self.on_change_with_currency()
        return line

    def _shelf_with(self, line) -> Shelf:
        "What lies there of the goods of the basket and of *line*"
        return Shelf.of_goods(
            self.session.branch, self.session.date,
            goods_of([line, *(self.lines or [])]))

    def _compare(
            self, line, shelf: Shelf) -> tuple[str | None, str | None]:
        """Compare what *line* wants with the books.

        :return: why it may not be handed over, or None; what to mind about
            goods that are in the hand and not in the books, or None
        """
        # What is kept from a replaced basket is not taken again, and what
        # is in a parcel lies beside the shelf
        if getattr(line, 'kept', None) or getattr(line, 'parcel', None):
            return None, None
        lang = Pool().get('ir.lang').get()
        product = line.product
        lot = line.lot if line.lot_knowledge == 'scanned' else None
        there = (
            shelf.quantity(product, lot) if lot
            else sum(r.quantity for r in shelf.usable(product)))
        missing = round(line.quantity - there, 6)
        if missing <= 0:
            return None, None
        problem = in_hand.refusal(product, lot, missing, shelf)
        if problem is None:
            kind = (
                'chilled' if product.family and product.family.chilled
                else 'found')
            return None, gettext(
                f'aid_basket.msg_scan_{kind}',
                missing=lang.format_number_symbol(
                    missing, product.default_uom))
        return problem or gettext(
            'aid_basket.msg_scan_short',
            goods=(lot or product).rec_name,
            branch=self.session.branch.rec_name,
            there=lang.format_number_symbol(there, product.default_uom)
            ), None

    def _say(self, line, remark: str | None = None) -> str:
        "That *line* is in the basket, and what to mind about it"
        lang = Pool().get('ir.lang').get()
        said = [gettext(
                'aid_basket.msg_scan_added',
                product=line.product.rec_name,
                quantity=lang.format_number_symbol(
                    line.quantity, line.unit))]
        if line.always_free:
            said.append(gettext('aid_basket.msg_scan_free'))
        if line.lot and line.lot.is_past_best_before(self.session.date):
            said.append(gettext(
                    'aid_basket.msg_scan_past_best_before',
                    date=lang.strftime(line.lot.expiration_date)))
        if remark:
            said.append(remark)
        return ' '.join(said)


def step_of(product) -> float:
    "How much one scan of *product* adds: a piece, or what a piece weighs"
    family = product.family
    if family and family.product == product and family.piece_weight:
        return family.piece_weight
    return 1.


def quantity_of(
        line, typed: entry.Entry) -> tuple[float | None, str | None]:
    """How much of the goods of *line* was *typed*, in the unit of the line.

    :return: the quantity, or None and what is the matter
    """
    product, unit, number = line.product, line.unit, typed.number
    by_weight = product.to_kg(1, unit) == 1
    if typed.kind == 'pieces' and by_weight:
        piece = product.family.piece_weight if product.family else None
        if not piece:
            return None, gettext(
                'aid_basket.msg_scan_no_piece', product=product.rec_name)
        return round(number * piece, 3), None
    if not by_weight and (typed.kind == 'weight' or (
                number != int(number) and not unit.digits)):
        return None, gettext(
            'aid_basket.msg_scan_in_pieces', product=product.rec_name)
    return number, None


def numbered_families() -> list[tuple[int, object]]:
    "The families with the one key that stands for each"
    Family = Pool().get('aid.family')
    return list(enumerate(
            Family.search([('product', '!=', None)]), start=1))


def family_of(typed: entry.Entry):
    "The family that a number, its key or its code stands for, or None"
    code = typed.code.lower()
    for number, family in numbered_families():
        if typed.number == number or code in {
                family_key(number).lower(), family.code}:
            return family
    return None


def family_key(number: int) -> str:
    "What to type for the family of *number* at any time: ``F3``"
    return f'F{number}'


def find_labelled(code: str, branch, date, beside=()) -> Found | None:
    """The lot with the number *code*, None where there is none.

    :param beside: products and scanned lots of the basket, to be looked at
        together
    """
    Lot = Pool().get('stock.lot')
    number = code.upper()
    # Those that were scanned before are looked at as well
    for lot in Lot.search(['OR',
                ('number', '=', number),
                ('id', 'in', [lot.id for _, lot in beside if lot]),
                ]):
        if lot.number == number:
            return _found_lot(lot, branch, date, beside=beside)
    return None


def find_unlabelled(code: str, branch, date, beside=()) -> Found:
    """Goods of a family, of a product or with the barcode *code*.

    :param beside: as for ``find_labelled``
    """
    pool = Pool()
    Product = pool.get('product.product')
    Family = pool.get('aid.family')
    if FAMILY_KEY.fullmatch(code):
        if family := family_of(entry.Entry('code', code)):
            return _found_product(family.product, branch)
    if families := Family.search([('code', '=', code.lower())], limit=1):
        if families[0].product:
            return _found_product(families[0].product, branch)
    if products := Product.search([('code', '=', code)], limit=1):
        return _found_product(products[0], branch)
    return _found_barcode(code, branch, date, beside)


def _found_lot(
        lot, branch, date, quantity: float | None = None,
        beside=()) -> Found:
    if refusal := lot.refusal(date):
        return Found(problem=refusal)
    shelf = Shelf.of_goods(branch, date, [(lot.product, lot), *beside])
    if not shelf.quantity(lot.product, lot):
        problem = in_hand.refusal(
            lot.product, lot, quantity or step_of(lot.product), shelf)
        if problem is not None:
            return Found(problem=problem or gettext(
                    'aid_basket.msg_scan_lot_elsewhere',
                    lot=lot.rec_name, product=lot.product.rec_name,
                    branch=branch.rec_name))
    found = Found(lot.product, lot, quantity)
    found.shelf = shelf
    return found


def _found_product(
        product, branch, quantity: float | None = None) -> Found:
    return Found(product, None, quantity)


def _found_barcode(code: str, branch, date, beside=()) -> Found:
    "Goods by the barcode on their pack"
    Lot = Pool().get('stock.lot')
    try:
        read = gs1.read(code)
    except gs1.BarcodeError as error:
        return Found(problem=explain(error))
    except ValueError:
        return Found(problem=_unknown(code))
    if read.use_by and date > read.use_by:
        lang = Pool().get('ir.lang').get()
        return Found(problem=gettext(
                'aid_basket.msg_scan_pack_past_use_by',
                date=lang.strftime(read.use_by)))
    product = product_by_gtin(read.gtin) if read.gtin else None
    if read.lot:
        domain = ['OR',
            ('number', '=', read.lot),
            [
                ('label_lot', '=', read.lot),
                ('product', '=', product.id if product else -1),
                ],
            ]
        for lot in Lot.search(domain, order=[('id', 'DESC')], limit=10):
            found = _found_lot(
                lot, branch, date, _count(read, lot.product), beside)
            if not found.problem or not product:
                return found
    if product:
        return _found_product(product, branch, _count(read, product))
    label = label_of(code, branch, date)
    if not label:
        return Found(problem=_unknown(code))
    known = Pool().get('aid.branch.barcode').find(branch, label.key)
    if not known or not known.goods:
        return Found(problem=_unknown(code), barcode=label.key)
    weight = float(label.weight_kg) if label.weight_kg else None
    by_weight = known.goods.to_kg(1, known.goods.default_uom) == 1
    return _found_product(known.goods, branch, weight if by_weight else None)


def _count(read, product) -> float | None:
    "How much one pack with the barcode *read* is, in the default unit"
    by_weight = product.to_kg(1, product.default_uom) == 1
    if read.weight_kg and by_weight:
        return float(read.weight_kg)
    if read.count and not by_weight:
        return float(read.count)
    return None


def product_by_gtin(gtin: str):
    "The product that bears *gtin* (14 digits) in any of its shorter forms"
    Identifier = Pool().get('product.identifier')
    forms = {gtin} | {
        gtin[14 - length:] for length in (13, 12, 8)
        if not gtin[:14 - length].strip('0')}
    found = Identifier.search([
            ('code', 'in', sorted(forms)),
            ('product', '!=', None),
            ], limit=1)
    return found[0].product if found else None


def _unknown(code: str) -> str:
    return gettext('aid_basket.msg_scan_unknown', code=code)
