"""Where did it go, and where does it come from: the chain as a screen."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import check_access, without_check_access
from trytond.wizard import Button, StateView, Wizard

from aid_branch.named import visible

from . import chain

#: More rows than anybody reads on a screen
MOST_ROWS = 300
KINDS = [
    ('received', "Received"),
    ('found', "Found"),
    ('made', "Made of Other Lots"),
    ('moved', "Moved on the Spot"),
    ('sent', "Sent to Another Branch"),
    ('arrived', "Arrived from Another Branch"),
    ('handed_over', "Handed Over"),
    ('returned', "Brought Back"),
    ('given_back', "Given Back to the Supplier"),
    ('disposed', "Not Eaten"),
    ('lost', "Lost"),
    ('used', "Used for Other Lots"),
    ('on_the_way', "On the Way"),
    ('on_hand', "Still There"),
    ]


class Trace(Wizard):
    "What became of some lots, or what they were made of"
    __slots__ = ()
    _follow = staticmethod(chain.forward)

    start_state = 'shown'
    shown = StateView(
        'aid.lot.trace.shown', 'aid_lot.trace_shown_view_form', [
            Button("Close", 'end', 'tryton-close', default=True),
            ])

    def traced_lots(self) -> list:
        "The lots that are asked about"
        return list(self.records)

    def default_shown(self, fields) -> dict:
        rows = _rows(self.follow())
        return {
            'words': _words(rows),
            'lines': rows[:MOST_ROWS],
            }

    def follow(self) -> chain.Chain:
        """The chain of what is asked about, as it is now.

        A client sends back only what it was shown: every button of the
        screen asks again.
        """
        return self._follow(visible(self.traced_lots()))


class TraceForward(Trace):
    "Where Did It Go"
    __name__ = 'aid.lot.trace.forward'


class TraceBackward(Trace):
    "Where Does It Come From"
    __name__ = 'aid.lot.trace.backward'
    _follow = staticmethod(chain.backward)


class TraceShown(ModelView):
    "The chain of some lots"
    __name__ = 'aid.lot.trace.shown'

    words = fields.Char("In Short", readonly=True)
    lines = fields.One2Many(
        'aid.lot.trace.line', None, "What Happened", readonly=True)


class TraceLine(ModelView):
    "What happened to one lot of a chain, summed over all days"
    __name__ = 'aid.lot.trace.line'

    lot = fields.Char("Lot", readonly=True)
    product = fields.Char("Goods", readonly=True)
    certain = fields.Selection([
            ('certain', "Certain"),
            ('possible', "Possible"),
            ], "Is", sort=False, readonly=True,
        help="Possible: other goods went into that lot as well.")
    kind = fields.Selection(KINDS, "What", sort=False, readonly=True)
    quantity = fields.Float("Quantity", digits='unit', readonly=True)
    unit = fields.Many2One('product.uom', "Unit", readonly=True)
    branch = fields.Char("Branch", readonly=True)
    to_branch = fields.Char("To", readonly=True)
    giver = fields.Char(
        "From", readonly=True, states={'invisible': ~Eval('giver')},
        help="Who gave or sold the goods.")
    first = fields.Date("From Day", readonly=True)
    last = fields.Date("To Day", readonly=True)
    moves = fields.Integer("Times", readonly=True)


@without_check_access
def _rows(found: chain.Chain) -> list[dict]:
    """One row for each thing that happened to each lot, then what is left.

    Branches are public, and so is what they did with goods; whoever gave
    them is named to those who may see that party.
    """
    pool = Pool()
    Lot = pool.get('stock.lot')
    Branch = pool.get('aid.branch')
    lots = Lot.browse(found.lots)
    givers = _visible_givers(lots)
    branches = {
        b.id: b.rec_name for b in Branch.browse(list({
                    id_ for s in found.steps
                    for id_ in [s.from_branch, s.to_branch] if id_}))}
    rows = []
    for lot in lots:
        said = {
            'lot': lot.number,
            'product': lot.product.rec_name,
            'unit': lot.product.default_uom.id,
            'unit.': {'rec_name': lot.product.default_uom.rec_name},
            'certain': (
                'certain' if found.is_certain(lot.id) else 'possible'),
            }
        for step in found.steps_of.get(lot.id, []):
            from_branch = branches.get(step.from_branch)
            to_branch = branches.get(step.to_branch)
            rows.append({
                    **said,
                    'kind': step.kind,
                    'quantity': step.quantity,
                    'branch': from_branch or to_branch,
                    'to_branch': (
                        to_branch if from_branch != to_branch
                        and from_branch else None),
                    'giver': (
                        givers.get(lot.donor) if step.kind == 'received'
                        else None),
                    'first': step.first,
                    'last': step.last,
                    'moves': step.count,
                    })
        for kind in ['on_the_way', 'on_hand']:
            if quantity := getattr(found.account(lot.id), kind):
                rows.append({**said, 'kind': kind, 'quantity': quantity})
    return rows


def _visible_givers(lots) -> dict:
    "Names of the donors of *lots* that the user may see"
    Party = Pool().get('party.party')
    donors = {lot.donor for lot in lots if lot.donor}
    if not donors:
        return {}
    with check_access():
        seen = Party.search([('id', 'in', [d.id for d in donors])])
    return {party: party.rec_name for party in seen}


def _words(rows: list[dict]) -> str:
    "The chain in one or two sentences"
    if not rows:
        return gettext('aid_lot.msg_trace_nothing')
    said = [gettext(
            'aid_lot.msg_trace_words',
            lots=len({r['lot'] for r in rows}),
            branches=len({
                    name for r in rows
                    for name in [r.get('branch'), r.get('to_branch')]
                    if name}))]
    if len(rows) > MOST_ROWS:
        said.append(gettext(
                'aid_lot.msg_trace_more', shown=MOST_ROWS, rows=len(rows)))
    return ' '.join(said)
