"""Where did it go, and where does it come from: the chain as a screen."""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import check_access, without_check_access
from trytond.wizard import (
    Button, StateReport, StateTransition, StateView, Wizard)

from aid_branch.named import visible

from . import chain
from .dispatch import dispatches, seen
from .path import picture

#: More rows than anybody reads on a screen
MOST_ROWS = 300
#: What is asked about first where a period is asked for
USUAL_PERIOD = dt.timedelta(days=90)
KINDS = [
    ('received', "Received"),
    ('found', "Found"),
    ('made', "Made of Other Lots"),
    ('moved', "Moved on the Spot"),
    ('sent', "Sent to Another Branch"),
    ('arrived', "Arrived from Another Branch"),
    ('handed_over', "Handed Over"),
    ('passed_on', "Given to Another Body"),
    ('returned', "Brought Back"),
    ('given_back', "Given Back to the Supplier"),
    ('disposed', "Not Eaten"),
    ('lost', "Lost"),
    ('used', "Used for Other Lots"),
    ('on_the_way', "On the Way"),
    ('on_hand', "Still There"),
    ]
CERTAINTIES = [
    ('certain', "Certain"),
    ('assumed', "Assumed"),
    ('possible', "Possible"),
    ]


@dataclass
class Row:
    """Something that happened to a lot, or what is left of it.

    :param lot: the ``stock.lot``
    :param kind: one of ``KINDS``
    :param quantity: in the default unit of its product
    :param certain: one of ``CERTAINTIES``
    :param branch: the ``aid.branch`` where it happened
    :param to_branch: the other one, where it went to another
    :param receiver: name of the other body that got it, likewise
    :param giver: name of who gave it, for those who may know
    :param more: values by field of a line that other rooms add
    :param said: what other rooms say of it in words
    :param below: nodes of the tree that other rooms put below it
    """
    lot: Any
    kind: str
    quantity: float
    certain: str
    branch: Any = None
    to_branch: Any = None
    receiver: str | None = None
    giver: str | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    moves: int | None = None
    more: dict[str, Any] = field(default_factory=dict)
    said: str = ''
    below: list[dict] = field(default_factory=list)

    def shown(self) -> dict:
        "The values of a line of the screen"
        unit = self.lot.product.default_uom
        return {
            'lot': self.lot.number,
            'product': self.lot.product.rec_name,
            'certain': self.certain,
            'kind': self.kind,
            'quantity': self.quantity,
            'unit': unit.id,
            'unit.': {'rec_name': unit.rec_name},
            'branch': self.branch.rec_name if self.branch else None,
            'to_branch': self.to_branch.rec_name if self.to_branch else None,
            'receiver': self.receiver,
            'giver': self.giver,
            'first': self.first,
            'last': self.last,
            'moves': self.moves,
            **self.more,
            }


class Trace(Wizard):
    "What became of some lots, or what they were made of"
    __slots__ = ()
    _follow = staticmethod(chain.forward)

    start_state = 'begin'
    begin = StateTransition()
    ask = StateView(
        'aid.lot.trace.ask', 'aid_lot.trace_ask_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Show", 'shown', 'tryton-ok', default=True),
            ])
    shown = StateView(
        'aid.lot.trace.shown', 'aid_lot.trace_shown_view_form', [
            Button("Table for Spreadsheets", 'table', 'tryton-download'),
            Button("Chain of Custody", 'sheet', 'tryton-print'),
            Button("Close", 'end', 'tryton-close', default=True),
            ])
    table = StateReport('aid.lot.trace.table')
    sheet = StateReport('aid.lot.custody')

    def transition_begin(self) -> str:
        return 'ask' if self.of_a_period() else 'shown'

    def of_a_period(self) -> bool:
        "Whether so much is asked about that only some days are shown"
        return self.model.__name__ in {
            'product.product', 'product.template', 'party.party'}

    def traced_lots(self) -> list:
        "The lots that are asked about"
        if self.model.__name__ == 'stock.lot':
            return list(self.records)
        name = {
            'party.party': 'donor',
            'product.product': 'product',
            'product.template': 'product.template',
            }[self.model.__name__]
        return Pool().get('stock.lot').browse(chain.came_in(
                self.ask.first, self.ask.last,
                [(name, 'in', [r.id for r in visible(self.records)])]))

    def follow(self) -> chain.Chain:
        """The chain of what is asked about, as it is now.

        A client sends back only what it was shown: every button of the
        screen asks again.
        """
        return self._follow(visible(self.traced_lots()))

    def default_shown(self, fields) -> dict:
        pool = Pool()
        Line = pool.get('aid.lot.trace.line')
        found = self.follow()
        rows = Line.rows(found)
        return {
            'words': _words(found, rows),
            'nodes': pool.get('aid.lot.trace.node').nodes(found, rows),
            'lines': [row.shown() for row in rows[:MOST_ROWS]],
            'sums': pool.get('aid.lot.trace.sum').sums(found),
            'picture': (
                picture(found, rows).encode('utf-8') if rows else None),
            }

    def do_table(self, action: dict) -> tuple[dict, dict]:
        return action, self._asked()

    def do_sheet(self, action: dict) -> tuple[dict, dict]:
        return action, self._asked()

    def _asked(self) -> dict:
        "What a report is told of what is asked about"
        lots = visible(self.traced_lots())
        return {
            'model': 'stock.lot',
            'id': lots[0].id if lots else None,
            'ids': [lot.id for lot in lots],
            'forwards': self._follow is chain.forward,
            }


class Lot(metaclass=PoolMeta):
    "Asks of its form where it went, in place of Tryton's moves one by one"
    __name__ = 'stock.lot'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._buttons.update({'trace_backward': {}, 'trace_forward': {}})

    @classmethod
    @ModelView.button_action('aid_lot.wizard_trace_backward')
    def trace_backward(cls, lots) -> None:
        "Where does it come from"

    @classmethod
    @ModelView.button_action('aid_lot.wizard_trace_forward')
    def trace_forward(cls, lots) -> None:
        "Where did it go"


class TraceForward(Trace):
    "Where Did It Go"
    __name__ = 'aid.lot.trace.forward'


class TraceBackward(Trace):
    "Where Does It Come From"
    __name__ = 'aid.lot.trace.backward'
    _follow = staticmethod(chain.backward)


class TraceAsk(ModelView):
    "Of which days goods are traced"
    __name__ = 'aid.lot.trace.ask'

    first = fields.Date("From Day", required=True)
    last = fields.Date(
        "To Day", required=True,
        domain=[('last', '>=', Eval('first', None))])

    @classmethod
    def default_first(cls) -> dt.date:
        return cls.default_last() - USUAL_PERIOD

    @staticmethod
    def default_last() -> dt.date:
        return Pool().get('ir.date').today()


class TraceShown(ModelView):
    "The chain of some lots"
    __name__ = 'aid.lot.trace.shown'

    words = fields.Char("In Short", readonly=True)
    nodes = fields.One2Many(
        'aid.lot.trace.node', None, "Path", readonly=True)
    lines = fields.One2Many(
        'aid.lot.trace.line', None, "What Happened", readonly=True)
    sums = fields.One2Many(
        'aid.lot.trace.sum', None, "Sums", readonly=True)
    picture = fields.Binary("Picture", readonly=True)


class TraceLine(ModelView):
    "What happened to one lot of a chain, summed over all days"
    __name__ = 'aid.lot.trace.line'

    lot = fields.Char("Lot", readonly=True)
    product = fields.Char("Goods", readonly=True)
    certain = fields.Selection(
        CERTAINTIES, "Is", sort=False, readonly=True,
        help="Assumed: nobody scanned which lot it was. Possible: other goods "
        "went into that lot as well, or it is one of several.")
    kind = fields.Selection(KINDS, "What", sort=False, readonly=True)
    quantity = fields.Float("Quantity", digits='unit', readonly=True)
    unit = fields.Many2One('product.uom', "Unit", readonly=True)
    branch = fields.Char("Branch", readonly=True)
    to_branch = fields.Char("To", readonly=True)
    receiver = fields.Char(
        "Body", readonly=True, states={'invisible': ~Eval('receiver')},
        help="Who was given the goods: another body that feeds people, or "
        "animals.")
    giver = fields.Char(
        "From", readonly=True, states={'invisible': ~Eval('giver')},
        help="Who gave or sold the goods.")
    first = fields.Date("From Day", readonly=True)
    last = fields.Date("To Day", readonly=True)
    moves = fields.Integer("Times", readonly=True)

    @classmethod
    @without_check_access
    def rows(cls, found: chain.Chain) -> list[Row]:
        """One row for each thing that happened to each lot, and what is left.

        Branches are public, and so is what they did with goods; whoever gave
        them is named to those who may see that party.
        """
        pool = Pool()
        lots = pool.get('stock.lot').browse(found.lots)
        givers = visible_givers(lots)
        branches = _branches(found)
        passed_on = PassedOn(found.lots)
        left: dict = {}
        for (lot, branch), quantity in found.on_hand.items():
            left.setdefault(lot, []).append((branch, quantity))
        rows = []
        for lot in lots:
            certain = 'certain' if found.is_certain(lot.id) else 'possible'
            for step in found.steps_of.get(lot.id, []):
                rows += passed_on.rows(step, certain)
                if not (step := passed_on.without(step)):
                    continue
                out_of = branches.get(step.from_branch)
                into = branches.get(step.to_branch)
                rows.append(Row(
                        lot, step.kind, step.quantity, certain,
                        branch=out_of or into,
                        to_branch=into if out_of and out_of != into else None,
                        giver=(
                            givers.get(lot.donor)
                            if step.kind == 'received' else None),
                        first=step.first, last=step.last, moves=step.count))
            if quantity := found.account(lot.id).on_the_way:
                rows.append(Row(lot, 'on_the_way', quantity, certain))
            for branch, quantity in left.get(lot.id, []):
                rows.append(Row(
                        lot, 'on_hand', quantity, certain,
                        branch=branches.get(branch)))
        return rows


class PassedOn:
    """What other bodies got of some lots, apart from what people got.

    :param lots: ids of ``stock.lot``
    """

    def __init__(self, lots: Iterable[int]) -> None:
        self._told: dict[tuple, list] = {}
        self._left: dict[tuple, list] = {}
        for each in seen(dispatches(lots)):
            branch = each.branch.id if each.branch else None
            key = each.lot.id, each.kind, branch
            self._told.setdefault(key, []).append(each)
            left = self._left.setdefault(key, [0, 0])
            left[0] += each.quantity
            left[1] += 1

    def rows(self, step: chain.Step, certain: str) -> list[Row]:
        "A row for each body that got some of what *step* sums up"
        together: dict = {}
        for each in self._told.pop(_key_of(step), []):
            together.setdefault(each.who, []).append(each)
        return [
            Row(
                some[0].lot, 'passed_on',
                round(sum(d.quantity for d in some), chain.DIGITS), certain,
                branch=some[0].branch, receiver=who and who.rec_name,
                first=some[0].date, last=some[-1].date, moves=len(some))
            for who, some in together.items()]

    def without(self, step: chain.Step) -> chain.Step | None:
        "What is left of *step* beside that, None where nothing is"
        left = self._left.get(_key_of(step))
        if not left:
            return step
        quantity = min(left[0], step.quantity)
        count = min(left[1], step.count)
        left[0] = round(left[0] - quantity, chain.DIGITS)
        left[1] -= count
        rest = round(step.quantity - quantity, chain.DIGITS)
        return replace(
            step, quantity=rest, count=step.count - count) if rest else None


def _key_of(step: chain.Step) -> tuple:
    return step.lot, step.kind, step.from_branch


class TraceNode(ModelView):
    "A lot of a chain with what happened to it, and the lots it led to"
    __name__ = 'aid.lot.trace.node'

    name = fields.Char("What", readonly=True)
    quantity = fields.Float("Quantity", digits='unit', readonly=True)
    unit = fields.Many2One('product.uom', "Unit", readonly=True)
    certain = fields.Selection(
        CERTAINTIES, "Is", sort=False, readonly=True)
    first = fields.Date("From Day", readonly=True)
    last = fields.Date("To Day", readonly=True)
    childs = fields.One2Many(
        'aid.lot.trace.node', None, "Below", readonly=True)

    @classmethod
    def nodes(cls, found: chain.Chain, rows: list[Row]) -> list[dict]:
        """The chain as a tree: each lot below the one that it comes from.

        Going back, below the one that it went into. A lot that is reached on
        several ways stands below each, and is unfolded the first time. What
        happened to a single lot that was asked about is unfolded already.
        """
        rows_of: dict = {}
        for row in rows[:MOST_ROWS]:
            rows_of.setdefault(row.lot.id, []).append(row)
        nexts: dict = {}
        for link in found.links:
            near, far = (
                (link.parent, link.lot) if found.forwards
                else (link.lot, link.parent))
            nexts.setdefault(near, []).append(far)
        kinds = dict(_selection('aid.lot.trace.line', 'kind'))
        unfolded: set[int] = set()

        def node(lot: int) -> dict:
            first = rows_of[lot][0]
            value = cls._lot_node(first)
            if lot not in unfolded:
                unfolded.add(lot)
                value['childs'] = [
                    cls._row_node(row, kinds) for row in rows_of[lot]] + [
                    node(far) for far in nexts.get(lot, []) if far in rows_of]
            return value

        nodes = [node(lot) for lot in found.roots if lot in rows_of]
        return nodes[0]['childs'] if len(found.roots) == 1 and nodes else nodes

    @classmethod
    def _lot_node(cls, row: Row) -> dict:
        return {
            'name': f'{row.lot.number} {row.lot.product.rec_name}',
            'certain': row.certain if row.certain != 'assumed' else 'certain',
            }

    @classmethod
    def _row_node(cls, row: Row, kinds: dict[str, str]) -> dict:
        "What happened, where and by whom; rooms above say who got it"
        shown = row.shown()
        where = ' → '.join(
            filter(None, [shown['giver'], shown['branch'],
                    shown['to_branch'], shown['receiver']]))
        return {
            'name': ' – '.join(
                filter(None, [kinds[row.kind], where, row.said])),
            'childs': row.below,
            **{name: shown[name] for name in [
                    'quantity', 'unit', 'unit.', 'certain', 'first', 'last']},
            }


class TraceSum(ModelView):
    "What came into a chain, and what became of it: the sums are the same"
    __name__ = 'aid.lot.trace.sum'

    kind = fields.Char("What", readonly=True)
    came = fields.Float("Came In", digits='unit', readonly=True)
    went = fields.Float("Became", digits='unit', readonly=True)
    unit = fields.Many2One('product.uom', "Unit", readonly=True)

    @classmethod
    def sums(cls, found: chain.Chain) -> list[dict]:
        """Both sides of the account, unit by unit, each with its total.

        received + found + made + brought back = on hand + on the way +
        handed over + given back + not eaten + lost + used.
        """
        kinds = dict(_selection('aid.lot.trace.line', 'kind'))
        result = []
        for unit, sums in _sums_by_unit(found).items():
            said = {'unit': unit.id, 'unit.': {'rec_name': unit.rec_name}}
            for kind in chain.CAME:
                if sums[kind]:
                    result.append(
                        {**said, 'kind': kinds[kind], 'came': sums[kind]})
            for kind in chain.WENT:
                if sums[kind]:
                    result.append(
                        {**said, 'kind': kinds[kind], 'went': sums[kind]})
            result.append({
                    **said,
                    'kind': gettext('aid_lot.msg_trace_total'),
                    'came': _total(sums, chain.CAME),
                    'went': _total(sums, chain.WENT),
                    })
        return result


def _total(sums: dict[str, float], kinds) -> float:
    return round(sum(sums[kind] for kind in kinds), chain.DIGITS)


@without_check_access
def _sums_by_unit(found: chain.Chain) -> dict[Any, dict[str, float]]:
    "What came and became of all lots, by the default unit of their products"
    result: dict[Any, dict[str, float]] = {}
    for lot in Pool().get('stock.lot').browse(found.lots):
        account = found.account(lot.id)
        sums = result.setdefault(
            lot.product.default_uom,
            dict.fromkeys((*chain.CAME, *chain.WENT), 0.0))
        for kind in sums:
            value = (
                getattr(account, kind) if kind in {'on_hand', 'on_the_way'}
                else account.sums[kind])
            sums[kind] = round(sums[kind] + value, chain.DIGITS)
    return result


def _selection(model: str, name: str) -> list[tuple[str, str]]:
    "The choices of a field, in the language of the user"
    return Pool().get(model).fields_get([name])[name]['selection']


def _branches(found: chain.Chain) -> dict:
    "The branches of the steps of *found* by their ids, read together"
    ids = {
        id_ for step in found.steps
        for id_ in [step.from_branch, step.to_branch] if id_}
    return {b.id: b for b in Pool().get('aid.branch').browse(sorted(ids))}


def visible_givers(lots) -> dict:
    "Names of the donors of *lots* that the user may see"
    Party = Pool().get('party.party')
    donors = {lot.donor for lot in lots if lot.donor}
    if not donors:
        return {}
    with check_access():
        seen = Party.search([('id', 'in', [d.id for d in donors])])
    return {party: party.rec_name for party in seen}


def _words(found: chain.Chain, rows: list[Row]) -> str:
    "The chain in one or two sentences"
    if not rows:
        return gettext('aid_lot.msg_trace_nothing')
    roots = {row.lot for row in rows if row.lot.id in found.roots}
    said = [
        f'{lot.number} {lot.product.rec_name}.' for lot in roots
        if len(found.roots) == 1]
    said.append(gettext(
            'aid_lot.msg_trace_words',
            lots=len({row.lot for row in rows}),
            branches=len({
                    branch for row in rows
                    for branch in [row.branch, row.to_branch] if branch})))
    if len(rows) > MOST_ROWS:
        said.append(gettext(
                'aid_lot.msg_trace_more', shown=MOST_ROWS, rows=len(rows)))
    return ' '.join(said)
