"""Who got some: told by the way they chose, and what they answered."""
from __future__ import annotations

from collections import defaultdict

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.model.exceptions import AccessError
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from aid_basket import cancel
from aid_branch.moment import this_second
from aid_branch.named import visible
from aid_branch.scope import BranchMixin
from aid_branch.slices import slices
from aid_household.household import CHANNELS

from .exceptions import RecallError
from .of_recall import OfRecallMixin
from .standing import FINAL

ANSWERS = [
    (None, ""),
    ('brought_back', "Brought Back"),
    ('thrown_away', "Thrown Away"),
    ('eaten', "Eaten"),
    ('not_reached', "Not Reached"),
    ]


class RecallHousehold(OfRecallMixin, BranchMixin, ModelSQL, ModelView):
    """A household that got, or may have, some of a recalled product.

    For the social worker and the officer of its own branch. The till is told
    the name of the product and nothing else; head office sees how many.
    """
    __name__ = 'aid.recall.household'

    household = fields.Many2One(
        'aid.household', "Household", required=True, readonly=True,
        ondelete='CASCADE')
    product = fields.Many2One(
        'product.product', "Goods", required=True, readonly=True,
        ondelete='RESTRICT')
    quantity = fields.Float(
        "Received", digits='unit', readonly=True, required=True)
    unit = fields.Function(
        fields.Many2One('product.uom', "Unit"), 'on_change_with_unit')
    certainty = fields.Selection([
            ('certain', "Certain"),
            ('possible', "Possible"),
            ], "Is", required=True, readonly=True, sort=False,
        help="Possible: the lot was assumed, or goods of the same kind were "
        "handed over while it was there.")
    booked = fields.Boolean(
        "In the Books", readonly=True,
        help="Without it, the goods are of another lot by the books.")
    last_on = fields.Date("Last Received On", readonly=True)
    channel = fields.Selection(
        [c for c in CHANNELS if c[0] != 'none'], "Told by", readonly=True,
        sort=False, help="Empty: by the poster, and at the next visit.")
    contact = fields.Function(fields.Char("Contact"), 'get_contact')
    hours = fields.Function(fields.Char("Hours to Call"), 'get_contact')
    state = fields.Selection([
            ('to_tell', "To Tell"),
            ('told', "Told"),
            ('answered', "Answered"),
            ], "State", required=True, readonly=True, sort=False)
    told_at = fields.DateTime("Told At", readonly=True)
    reminders = fields.Integer("Reminders", readonly=True)
    reminded_at = fields.DateTime("Reminded At", readonly=True)
    problem = fields.Char(
        "Problem", readonly=True, states={'invisible': ~Eval('problem')})
    answer = fields.Selection(ANSWERS, "Answer", readonly=True, sort=False)
    answer_quantity = fields.Float(
        "Of It", digits='unit', states={
            'readonly': Eval('answer').in_(list(FINAL)),
            },
        domain=['OR', ('answer_quantity', '=', None), [
                ('answer_quantity', '>=', 0),
                ('answer_quantity', '<=', Eval('quantity', 0)),
                ]],
        help="Empty: all of it.")
    answered_at = fields.DateTime("Answered At", readonly=True)
    answered_by = fields.Many2One(
        'res.user', "Written Down By", readonly=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.branch.readonly = True
        table = cls.__table__()
        cls._order = [
            ('recall', 'DESC'), ('certainty', 'ASC'), ('id', 'ASC')]
        cls._sql_constraints.append(
            ('household_unique', Unique(
                    table, table.recall, table.household, table.product),
                'aid_recall.msg_household_unique'))
        cls._sql_indexes.update({
                Index(table, (table.household, Index.Equality())),
                Index(table, (table.channel, Index.Equality()),
                    where=table.state != 'answered'),
                })
        unanswered = {
            'invisible': Eval('answer').in_(list(FINAL)),
            'depends': ['answer'],
            }
        cls._buttons.update({
                'mark_told': {
                    'invisible': Eval('state') != 'to_tell',
                    'depends': ['state'],
                    },
                'brought_back': unanswered,
                'thrown_away': unanswered,
                'eaten': unanswered,
                'not_reached': {
                    'invisible': Eval('state') == 'answered',
                    'depends': ['state'],
                    },
                })

    @staticmethod
    def default_state() -> str:
        return 'to_tell'

    @staticmethod
    def default_reminders() -> int:
        return 0

    @fields.depends('product')
    def on_change_with_unit(self, name: str | None = None):
        return self.product.default_uom if self.product else None

    @classmethod
    @without_check_access
    def get_contact(cls, tasks, names: list[str]) -> dict:
        "How to reach a household, as its file says today"
        result: dict = {name: {} for name in names}
        for task in tasks:
            household = task.household
            said = {
                'contact': {
                    'email': household.email,
                    'sms': household.phone,
                    'phone': household.phone,
                    }.get(household.reached_by()),
                'hours': household.contact_hours,
                }
            for name in names:
                result[name][task.id] = said[name]
        return result

    def get_rec_name(self, name: str) -> str:
        return f'{self.household.rec_name} - {self.recall.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return ['OR',
            ('recall.rec_name', *clause[1:]),
            ('household.rec_name', *clause[1:]),
            ]

    # Told, and answered

    @classmethod
    @ModelView.button
    def mark_told(cls, tasks) -> None:
        "They were called, or sent a message by hand"
        cls.write(
            [t for t in visible(tasks) if t.state == 'to_tell'],
            {'state': 'told', 'told_at': this_second(), 'problem': None})

    @classmethod
    @ModelView.button
    def brought_back(cls, tasks) -> None:
        "The goods are here again: they go into quarantine"
        cls.write_down(visible(tasks), 'brought_back')

    @classmethod
    @ModelView.button
    def thrown_away(cls, tasks) -> None:
        "They threw it away themselves"
        cls.write_down(visible(tasks), 'thrown_away')

    @classmethod
    @ModelView.button
    def eaten(cls, tasks) -> None:
        "It was eaten: the doctor's number stands in the recall"
        cls.write_down(visible(tasks), 'eaten')

    @classmethod
    @ModelView.button
    def not_reached(cls, tasks) -> None:
        "Nobody answered; they are told at their next visit"
        cls.write_down(visible(tasks), 'not_reached')

    @classmethod
    @without_check_access
    def write_down(cls, tasks, answer: str, move: bool = True) -> None:
        """Write down the *answer* of households, once.

        :param answer: one of ``ANSWERS``
        :param move: whether goods brought back still are to be moved
        :raises RecallError: they gave their answer before
        """
        cls.lock(tasks)
        for task in tasks:
            if task.answer in FINAL:
                raise RecallError(gettext(
                        'aid_recall.msg_household_answered',
                        household=task.household.code,
                        recall=task.recall.rec_name))
        for task in tasks:
            task.state = 'answered'
            task.answer = answer
            task.answered_at = this_second()
            task.answered_by = Transaction().user or None
            if answer == 'not_reached':
                task.answer_quantity = None
            elif task.answer_quantity is None:
                task.answer_quantity = task.quantity
        cls.save(tasks)
        if answer == 'brought_back' and move:
            _bring_back(tasks)

    @classmethod
    def waiting(cls, household) -> list:
        """What *household* still has to bring back, of all open recalls.

        For the till: who asks shows the name of the recall and nothing else.
        """
        with without_check_access():
            return cls.search([
                    ('household', '=', household.id),
                    ('recall.state', '=', 'open'),
                    ['OR', ('answer', '=', None),
                        ('answer', '=', 'not_reached')],
                    ])

    @classmethod
    def check_modification(
            cls, mode, tasks, values=None, external=False) -> None:
        super().check_modification(
            mode, tasks, values=values, external=external)
        if external and mode == 'write':
            for task in tasks:
                if task.answer in FINAL:
                    raise AccessError(gettext(
                            'aid_recall.msg_household_answered',
                            household=task.household.code,
                            recall=task.recall.rec_name))


# What comes back

def _bring_back(tasks) -> None:
    """Take what *tasks* say was brought back into quarantine, in bulk.

    From the lines it was handed over by, those of recalled lots first, and
    no more than is still out: another recall, or an exchange, may have
    brought back some of it before.
    """
    pool = Pool()
    Line = pool.get('aid.basket.line')
    Move = pool.get('stock.move')
    UoM = pool.get('product.uom')
    lines = defaultdict(list)
    for line in Line.search([
                ('basket.household', 'in', [t.household.id for t in tasks]),
                ('basket.state', '=', 'done'),
                ('product', 'in', [t.product.id for t in tasks]),
                ('move', '!=', None),
                ]):
        lines[line.basket.household, line.product].append(line)
    out = cancel.still_out([l for some in lines.values() for l in some])
    values = []
    for task in tasks:
        recalled = {row.lot for row in task.recall.lots if row.stopped}
        left = task.answer_quantity
        for line in sorted(lines[task.household, task.product], key=lambda l: (
                    l.lot not in recalled, -l.basket.date.toordinal(),
                    l.id)):
            there = UoM.compute_qty(
                line.unit, min(line.quantity, out[line]), task.unit,
                round=False)
            taken = round(min(left, there), 6)
            if taken > 0:
                left = round(left - taken, 6)
                out[line] = round(out[line] - UoM.compute_qty(
                        task.unit, taken, line.unit, round=False), 6)
                values.append(_return_values(line, taken, task))
    moves: list = []
    for some in slices(values):
        moves += Move.create(some)
    Move.do(moves)


def _return_values(line, quantity: float, task) -> dict:
    "A move of goods of *line* into the quarantine of its branch"
    move, branch = line.move, line.basket.branch
    return {
        'product': line.product.id,
        'lot': line.lot.id if line.lot else move.lot.id,
        'quantity': quantity,
        'unit': task.unit.id,
        'from_location': move.to_location.id,
        'to_location': branch.quarantine.id,
        'company': move.company.id,
        'currency': move.currency.id if move.currency else None,
        'unit_price': move.unit_price,
        'effective_date': branch.today(),
        'origin': str(move),
        }


def names_of(tasks) -> str:
    "The products that *tasks* are about, each once"
    with without_check_access():
        return ', '.join(dict.fromkeys(t.recall.name for t in tasks))


def by_household(tasks) -> dict:
    "Household and recall → its tasks: it is told of both in one message"
    result = defaultdict(list)
    for task in tasks:
        result[task.household, task.recall].append(task)
    return dict(result)
