"""The count at the end of a day: what is left, and what becomes of it.

Only what was handled that day is asked: what the tills handed over and what
came in. One figure for each product; the lots are the business of
`spread.py`.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Bool, Eval
from trytond.transaction import Transaction, without_check_access

from aid_branch.slices import slices
from aid_lot.day_paper import CLOSED, DayPaperMixin, PaperLineMixin
from aid_lot.disposal import FATES
from aid_lot.found import found_lots
from aid_lot.moved import Moved, move_goods

from .exceptions import CountError
from .own_transaction import own_transaction, read_again
from .spread import spread


class Count(DayPaperMixin, ModelSQL, ModelView):
    """What was seen on the shelves of a branch at the end of a day.

    Booked once; a mistake is put right by another count.
    """
    __name__ = 'aid.session.count'

    lines = fields.One2Many(
        'aid.session.count.line', 'count', "Goods", states=CLOSED)
    recipient = fields.Many2One(
        'party.party', "Given to", ondelete='RESTRICT', states=CLOSED,
        help="The body, the farm... that takes what is given away.")
    counted_by = fields.Many2One(
        'res.user', "Counted By", readonly=True, ondelete='RESTRICT')
    counted_at = fields.DateTime("Counted At", readonly=True)
    state = fields.Selection([
            ('draft', "Being Counted"),
            ('done', "Booked"),
            ], "State", required=True, readonly=True, sort=False)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.branch.readonly = True
        cls.date.readonly = True
        cls._buttons.update({
                'book': {
                    'invisible': Eval('state') != 'draft',
                    'depends': ['state'],
                    },
                })

    @classmethod
    @without_check_access
    def of_day(cls, branch, date: dt.date):
        """The count of *branch* on *date* that is not booked yet.

        Made if needed, with what should be left of what was handled. What
        has been handled since is added to a count that was begun before.
        """
        counts = cls.search([
                ('branch', '=', branch.id),
                ('date', '=', date),
                ('state', '=', 'draft'),
                ], limit=1)
        count = counts[0] if counts else cls.create([{
                    'branch': branch.id, 'date': date}])[0]
        count._expect()
        return count

    def _expect(self) -> None:
        "Bring what should be left up to date, as long as nothing was typed"
        Line = Pool().get('aid.session.count.line')
        there = {line.product.id: line for line in self.lines}
        new, changed = [], []
        for product, quantity in handled(self.branch, self.date).items():
            line = there.get(product.id)
            if not line:
                new.append({
                        'count': self.id,
                        'product': product.id,
                        'expected': quantity,
                        })
            elif line.seen is None and line.expected != quantity:
                line.expected = quantity
                changed.append(line)
        for some in slices(new):
            Line.create(some)
        Line.save(changed)

    @classmethod
    @ModelView.button
    def book(cls, counts) -> None:
        """Put the books right and send away what is not kept.

        :raises CountError: it was booked before, or a quantity is negative
        """
        for count in counts:
            with own_transaction([count], count.branch.company):
                count._wait_for_tills()
                cls(count.id)._book()

    def _wait_for_tills(self) -> None:
        "No till of the branch is in the middle of a checkout after this"
        BranchSequence = Pool().get('aid.branch.sequence')
        BranchSequence.hold([(self.branch, 'hand_over', self.date)])
        read_again()

    def _book(self) -> None:
        OnHand = Pool().get('aid.lot.on_hand')
        if self.state != 'draft':
            raise CountError(gettext(
                    'aid_basket.msg_count_booked', count=self.rec_name))
        # The moves make the records be read again: these ones are changed
        lines = list(self.lines)
        rows = defaultdict(list)
        for row in OnHand.in_branch(
                self.branch, [l.product for l in lines]):
            rows[row.product.id].append(row)
        missing, surplus = [], []
        for line in lines:
            line.compare(rows[line.product.id], missing, surplus)
        self._lose(missing)
        found_lots(self.branch, surplus, self.date)
        self._send_away()
        Line = Pool().get('aid.session.count.line')
        Line.save(lines)
        self.state = 'done'
        self.counted_by = Transaction().user or None
        self.counted_at = dt.datetime.now()
        self.save()

    def _lose(self, missing: list[tuple]) -> None:
        "Move what is missing, (row on hand, quantity), to lost and found"
        get_id = Pool().get('ir.model.data').get_id
        lost = get_id('stock', 'location_lost_found')
        move_goods(
            Moved(
                row.lot, quantity, row.location.id, lost, self.date,
                self.branch.company, self)
            for row, quantity in missing)

    def _send_away(self) -> None:
        "Dispose of all that is left of what has a reason"
        pool = Pool()
        Disposal = pool.get('aid.disposal')
        OnHand = pool.get('aid.lot.on_hand')
        ends = {
            line.product.id: (line.reason, line.fate or line.reason.fate)
            for line in self.lines if line.reason}
        if not ends:
            return
        goods = defaultdict(list)
        for row in OnHand.in_branch(self.branch, list(ends)):
            goods[ends[row.product.id]].append(
                (row.lot, row.location, row.quantity))
        for (reason, fate), some in goods.items():
            Disposal.dispose(
                self.branch, some, reason, on=self.date, fate=fate,
                recipient=self.recipient)


class CountLine(PaperLineMixin, ModelSQL, ModelView):
    "What should be left of a product, what was seen, what becomes of it"
    __name__ = 'aid.session.count.line'
    _paper = 'count'

    _counted = {'readonly': Eval('count_state') != 'draft'}

    count = fields.Many2One(
        'aid.session.count', "Count", required=True, ondelete='CASCADE')
    count_state = fields.Function(
        fields.Selection([
                ('draft', "Being Counted"),
                ('done', "Booked"),
                ], "State of the Count"), 'on_change_with_count_state')
    product = fields.Many2One(
        'product.product', "Product", required=True, ondelete='RESTRICT',
        states={
            'readonly': (
                (Eval('count_state') != 'draft') | Bool(Eval('expected', 0))),
            })
    unit = fields.Function(
        fields.Many2One('product.uom', "Unit"), 'on_change_with_unit')
    expected = fields.Float(
        "Should Be Left", digits='unit', required=True, readonly=True)
    seen = fields.Float(
        "Seen", digits='unit', states=_counted,
        domain=['OR', ('seen', '=', None), ('seen', '>=', 0)],
        help="Empty: nothing is left.")
    difference = fields.Function(
        fields.Float("Difference", digits='unit'),
        'on_change_with_difference')
    reason = fields.Many2One(
        'aid.disposal.reason', "Not Kept Because", ondelete='RESTRICT',
        states=_counted, help="Empty: what is left is kept.")
    fate = fields.Selection(
        [(None, ""), *FATES], "Goes to", sort=False, states={
            'readonly': Eval('count_state') != 'draft',
            'invisible': ~Eval('reason'),
            },
        help="Empty: where goods of that reason mostly go.")
    missing = fields.Float("Missing", digits='unit', readonly=True)
    surplus = fields.Float("Found", digits='unit', readonly=True)

    del _counted

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._order = [
            ('product.template.family.sequence', 'ASC NULLS LAST'),
            ('id', 'ASC')]

    @staticmethod
    def default_count_state() -> str:
        return 'draft'

    @staticmethod
    def default_expected() -> float:
        return 0.

    @fields.depends('count', '_parent_count.state')
    def on_change_with_count_state(self, name: str | None = None) -> str:
        return getattr(self.count, 'state', None) or 'draft'

    @fields.depends('product')
    def on_change_with_unit(self, name: str | None = None):
        return self.product.default_uom if self.product else None

    @fields.depends('expected', 'seen')
    def on_change_with_difference(self, name: str | None = None) -> float:
        return round((self.seen or 0) - (self.expected or 0), 3)

    @fields.depends('reason', 'fate')
    def on_change_reason(self) -> None:
        self.fate = self.reason.fate if self.reason else None

    def get_rec_name(self, name: str) -> str:
        return f'{self.product.rec_name} @ {self.count.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('product.rec_name', *clause[1:])]

    def compare(self, rows, missing: list, surplus: list) -> None:
        """Add what of *rows* on hand is missing, and what is too much.

        :param missing: gets (row on hand, quantity)
        :param surplus: gets (product, quantity)
        """
        result = spread(
            [(row, row.quantity, row.expiry) for row in rows],
            self.expected, self.seen)
        self.missing = round(sum(q for _, q in result.missing), 3)
        self.surplus = result.surplus
        missing += result.missing
        if result.surplus:
            surplus.append((self.product, result.surplus))


def handled(branch, date: dt.date) -> dict:
    """What *branch* should have left of what it handled on *date*.

    Only goods by weight and family: what came in that day or what the tills
    handed over; and whatever turned out to be more than the books said. Of
    these all that is there, since whoever counts sees no dates of arrival.
    Bounded by what is on the shelves and by the baskets of the day.

    :return: product → quantity in its default unit
    """
    OnHand = Pool().get('aid.lot.on_hand')
    rows = OnHand.in_branch(branch)
    left = dict.fromkeys(_handed_over(branch, date) | {
            row.product for row in rows
            if _by_weight(row.product) and _came_in(row.lot, date)}, 0.)
    for row in rows:
        if row.product in left:
            left[row.product] = round(left[row.product] + row.quantity, 3)
    return left


def _handed_over(branch, date: dt.date) -> set:
    Line = Pool().get('aid.basket.line')
    Session = Pool().get('aid.distribution.session')
    sessions = Session.search([
            ('branch', '=', branch.id), ('date', '=', date)])
    return {
        line.product for line in Line.search([
                ('basket.session', 'in', [s.id for s in sessions]),
                ('basket.state', '=', 'done'),
                ])
        if _by_weight(line.product) or (
            line.lot and line.lot.supply_source.code == 'found')}


def _by_weight(product) -> bool:
    "Whether *product* stands for its whole family"
    return bool(product.family and product.family.product == product)


def _came_in(lot, date: dt.date) -> bool:
    return bool(lot.donation and lot.donation.received_on == date)
