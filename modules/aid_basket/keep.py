"""Every scan is kept: a basket is on the server as it is on the screen.

A scan only changes what a client shows, as any `on_change` does, and would be
lost with the tab or the laptop. Here the basket that is composed is saved
with each scan, in the same request; whoever opens it elsewhere goes on at the
same line. What the screen shows that scanned last is what counts: a scan
whose answer got lost is not there twice when it is scanned again.
"""
from __future__ import annotations

from copy import copy

from trytond.model import Model, fields
from trytond.model.fields import on_change_result
from trytond.pool import Pool
from trytond.rpc import RPC
from trytond.transaction import Transaction, without_check_access

from aid_branch import lane
from aid_branch.lent import lent
from aid_branch.named import was_named

from . import told
from .sent_again import plain, writing_what_is_new

#: What of a basket is composed, beside its lines
COMPOSED = [
    'household', 'people', 'kg', 'market_value', 'asked', 'granted',
    'question', 'question_code', 'labels_read', 'served_by', 'emergency',
    'emergency_reason', 'emergency_card', 'adults', 'children', 'babies']
#: What of it is reckoned here and typed by nobody
FIGURES = frozenset({'people', 'kg', 'market_value', 'asked', 'granted'})
#: The columns of a line, and who has a word where one is created, that of
#: nothing but what leaves a draft
COLUMNS = frozenset({
        'allergen_choice', 'always_free', 'asked', 'barcode', 'basket',
        'ceiling', 'fate', 'granted', 'incident', 'kept', 'kg', 'lot',
        'lot_knowledge', 'market_value', 'move', 'parcel', 'price_per_kg',
        'product', 'promotion', 'quantity', 'rank', 'return_move', 'rule',
        'unit'})
KNOWN = frozenset({'aid_basket.basket_line.Line.check_modification'})
ASKED = frozenset({'on_modification'})


class KeepMixin(Model):
    "Saves a basket that is composed with every scan"
    __slots__ = ()

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        # It writes, unlike what a client expects of an on_change
        for name in ['on_scan_code', 'on_change_pick']:
            cls.__rpc__[name] = RPC(
                readonly=False, instantiate=0, result=_what_changed)
        # Of the client alone: it is the one that sends things again
        cls.__rpc__['write'] = writing = copy(cls.__rpc__['write'])
        writing.decorator = writing_what_is_new
        # A form asks for the names of all that is in it
        cls.__rpc__['read'] = reading = copy(cls.__rpc__['read'])
        reading.decorator = lent()

    @fields.depends('state', 'session', 'lines')
    def on_scan_code(self, code) -> None:
        sent = list(self.lines or [])
        super().on_scan_code(code)
        self._keep(sent)

    @fields.depends('lines', methods=['on_scan_code'])
    def on_change_pick(self) -> None:
        sent = list(self.lines or [])
        super().on_change_pick()
        self._keep(sent)

    def _keep(self, sent: list | None = None) -> None:
        """Save the basket as it stands after a scan, if it is on the server.

        :param sent: the lines that the client has sent; None where others
            may say too what somebody typed
        """
        if self.id is None or self.id < 0:
            return
        Basket = Pool().get('aid.basket')
        stored = Basket(self.id)
        # By the rights of the user; what is refused is only not kept
        if not was_named(stored) and not Basket.search([
                    ('id', '=', self.id)]):
            return
        if stored.state != 'draft' or not _may_write():
            return
        with without_check_access(), lent():
            self._keep_lines(stored, sent)
            values = {
                name: plain(getattr(self, name, None))
                for name in COMPOSED}
            changed = {
                name: value for name, value in values.items()
                if value != plain(getattr(stored, name))}
            changed.update(told.to_keep(self, stored))
            self._keep_values(stored, changed)

    @staticmethod
    def _keep_values(stored, changed: dict) -> None:
        "Write what is *changed*: with most scans only what was reckoned"
        Basket = Pool().get('aid.basket')
        if changed.keys() <= FIGURES:
            for name, value in changed.items():
                setattr(stored, name, value)
            lane.save(Basket, [stored])
        else:
            Basket.write([stored], changed)

    def _keep_lines(self, stored, sent: list | None) -> None:
        """Make the lines of *stored* those of the screen.

        Lines that the screen does not know were taken away there, or their
        answer got lost: they are used again for the same goods, else dropped.
        """
        Line = Pool().get('aid.basket.line')
        known = {line.id: line for line in _lines_of(stored)}
        spare = dict(known)
        lines = list(self.lines or [])
        for line in lines:
            spare.pop(line.id, None)
        new = []
        for line in lines:
            if not getattr(line, 'product', None):
                continue
            if line.id is None or line.id < 0:
                new.append(line)
        same = {_goods(line): line.id for line in spare.values()}
        created = _first_without(new, same)
        stands: dict[int, int] = {}
        for line in new:
            if (id_ := same.pop(_goods(line), None)) is not None:
                stands[id(line)] = id_
                del spare[id_]
        # What is there was just read, and is forgotten with what is created
        self._write_lines(known, _standing(lines, stands))
        records = _create(created, stored, sent)
        stands.update(
            (id(line), record.id) for line, record in zip(created, records))
        Line.delete(list(spare.values()))
        self.lines = _standing(lines, stands)

    @staticmethod
    def _write_lines(known: dict, lines) -> None:
        "Write what *lines* say else than the *known* ones of the same id"
        Line = Pool().get('aid.basket.line')
        to_write: list = []
        for line in lines:
            if line.id not in known:
                continue
            before = known[line.id]
            changed = {
                name: value for name, value in _values(line).items()
                if value != plain(getattr(before, name))}
            if changed:
                to_write += [[before], changed]
        if to_write:
            Line.write(*to_write)


def _lines_of(basket) -> list:
    "The lines of *basket*: those that the client named are read already"
    Line = Pool().get('aid.basket.line')
    table = Line.__table__()
    cursor = Transaction().connection.cursor()
    cursor.execute(*table.select(table.id, where=table.basket == basket.id))
    return Line.browse([id_ for id_, in cursor.fetchall()])


def _what_changed(basket) -> dict:
    "What a client is told of *basket*, with the names of all in it"
    with lent():
        return on_change_result(basket)


def _may_write() -> bool:
    "Whether the user may write baskets"
    Access = Pool().get('ir.model.access')
    return (
        not Transaction().check_access
        or Access.get_access(['aid.basket'])['aid.basket']['write'])


def _first_without(lines: list, same: dict) -> list:
    "Those of *lines* that no entry of *same* stands for, each one once"
    left = set(same)
    result = []
    for line in lines:
        if _goods(line) in left:
            left.remove(_goods(line))
        else:
            result.append(line)
    return result


def _standing(lines: list, stands: dict[int, int]) -> list:
    "The *lines*, those for which something stands as that, by its id"
    return [
        _stored(line, stands[id(line)]) if id(line) in stands else line
        for line in lines]


def _create(lines: list, basket, sent: list | None) -> list:
    """The records of *lines*, which are new, in their order.

    What a client has *sent* is proven as ever. What the scan has just made of
    goods that it found is inserted at once.
    """
    Line = Pool().get('aid.basket.line')
    proven = {id(line) for line in (lines if sent is None else sent)}
    if (any(id(line) in proven for line in lines)
            or not lane.is_created_plainly(
                Line, COLUMNS, KNOWN, ASKED)):
        return Line.create(
            [{**_values(l), 'basket': basket.id} for l in lines])
    if not lines:
        return []
    records = lane.insert(Line, [
            {**dict.fromkeys(COLUMNS), **_values(l), 'basket': basket.id}
            for l in lines])
    stored = [_stored(l, r.id) for l, r in zip(lines, records)]
    for record in stored:
        record.basket = basket
    Line.on_modification('create', stored)
    return records


def _goods(line) -> tuple:
    "What tells *line* apart from the others: product and scanned lot"
    scanned = getattr(line, 'lot_knowledge', None) == 'scanned'
    lot = getattr(line, 'lot', None) if scanned else None
    return line.product.id, lot.id if lot else None


def _values(line) -> dict:
    "What of *line* is stored, as it is on the screen"
    values = {}
    for name in line._values._keys():
        field = line._fields[name]
        if name in {'id', 'basket'} or isinstance(field, fields.Function):
            continue
        values[name] = plain(getattr(line, name))
    return values


def _stored(line, id_: int):
    """*line* as the stored record *id_*, with all that a client is told of it.

    Not the line itself: a client that had typed it knows it by another id,
    and is told to drop that one.
    """
    record = line.__class__(id_)
    record._values = line._values._copy()
    return record
