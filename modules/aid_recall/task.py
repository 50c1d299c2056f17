"""What each branch has to do: put aside, count, say so, hang up the poster."""
from __future__ import annotations

from collections import defaultdict

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.model.exceptions import AccessError
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from aid_branch.moment import this_second
from aid_branch.named import visible
from aid_branch.scope import BranchMixin
from aid_lot.found import found_lots
from aid_lot.moved import Moved, move_goods

from .exceptions import RecallError
from .lineage import is_aside
from .of_recall import OfRecallMixin

DIGITS = 6
_DONE = {'readonly': Eval('state') != 'open'}


class Task(OfRecallMixin, BranchMixin, ModelSQL, ModelView):
    """What a recall asks of one branch, for nobody else to see.

    Somebody puts the goods aside, counts them and says so with a name: the
    books follow what was counted.
    """
    __name__ = 'aid.recall.task'

    reason = fields.Function(fields.Text("Why"), 'get_recall')
    advice = fields.Function(fields.Text("What to Do"), 'get_recall')
    lines = fields.One2Many(
        'aid.recall.task.line', 'task', "Goods", states=_DONE)
    who = fields.Char(
        "Your Name", states=_DONE,
        help="Who has put the goods aside. A first name is enough.")
    note = fields.Text("Note")
    acknowledged_at = fields.DateTime(
        "Done At", readonly=True,
        states={'invisible': ~Eval('acknowledged_at')})
    acknowledged_by = fields.Many2One(
        'res.user', "Done By", readonly=True, ondelete='RESTRICT',
        states={'invisible': ~Eval('acknowledged_at')})
    poster_at = fields.DateTime(
        "Poster Printed At", readonly=True,
        states={'invisible': ~Eval('poster_at')})
    reminded_at = fields.DateTime("Reminded At", readonly=True)
    state = fields.Selection([
            ('open', "To Do"),
            ('done', "Done"),
            ], "State", required=True, readonly=True, sort=False)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.branch.readonly = True
        table = cls.__table__()
        cls._order = [('id', 'DESC')]
        cls._sql_constraints.append(
            ('branch_unique', Unique(table, table.recall, table.branch),
                'aid_recall.msg_task_unique'))
        cls._sql_indexes.update({
                Index(table, (table.branch, Index.Equality()),
                    where=table.state == 'open'),
                })
        cls._buttons.update({
                'put_aside': {
                    'invisible': Eval('state') != 'open',
                    'depends': ['state'],
                    },
                'poster': {},
                })

    @staticmethod
    def default_state() -> str:
        return 'open'

    @classmethod
    @without_check_access
    def get_recall(cls, tasks, names: list[str]) -> dict:
        "What the branch has to know of the recall, and nothing more"
        result: dict = {name: {} for name in names}
        for task in tasks:
            said = {
                'reason': task.recall.reason,
                'advice': task.recall.said_advice(),
                }
            for name in names:
                result[name][task.id] = said[name]
        return result

    def get_rec_name(self, name: str) -> str:
        return f'{self.recall.rec_name} @ {self.branch.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return ['OR',
            ('recall.rec_name', *clause[1:]),
            ('branch.rec_name', *clause[1:]),
            ]

    # Done

    @classmethod
    @ModelView.button
    def put_aside(cls, tasks) -> None:
        """The goods are in quarantine, so many as were counted.

        What is missing stays on the books of the branch, held, until it is
        counted or found; what is beyond them is found, and stopped too.

        :raises RecallError: a row was not counted, or nobody gives a name
        """
        tasks = visible(tasks)
        cls.lock(tasks)
        for task in tasks:
            task._check()
        with without_check_access():
            for task in tasks:
                _move_aside(task)
        cls.write(tasks, {
                'state': 'done',
                'acknowledged_at': this_second(),
                'acknowledged_by': Transaction().user or None,
                })

    def _check(self) -> None:
        names = {
            'recall': self.recall.rec_name, 'branch': self.branch.rec_name}
        if self.state != 'open':
            raise RecallError(gettext('aid_recall.msg_task_done', **names))
        for line in self.lines:
            if line.counted is None:
                raise RecallError(gettext(
                        'aid_recall.msg_task_count',
                        lot=line.lot.rec_name, **names))
        if not (self.who or '').strip():
            raise RecallError(gettext('aid_recall.msg_task_who', **names))

    @classmethod
    @ModelView.button_action('aid_recall.report_poster')
    def poster(cls, tasks) -> None:
        "Print what to hang up"

    @classmethod
    def check_modification(
            cls, mode, tasks, values=None, external=False) -> None:
        super().check_modification(
            mode, tasks, values=values, external=external)
        if external and mode == 'write' and values.keys() - {'note'}:
            for task in tasks:
                if task.state != 'open':
                    raise AccessError(gettext(
                            'aid_recall.msg_task_done',
                            recall=task.recall.rec_name,
                            branch=task.branch.rec_name))


class TaskLine(ModelSQL, ModelView):
    "How much of a lot should be at a branch, and how much was put aside"
    __name__ = 'aid.recall.task.line'

    task = fields.Many2One(
        'aid.recall.task', "Task", required=True, readonly=True,
        ondelete='CASCADE')
    lot = fields.Many2One(
        'stock.lot', "Lot", required=True, readonly=True,
        ondelete='RESTRICT')
    product = fields.Function(
        fields.Many2One('product.product', "Goods"), 'get_lot')
    label_lot = fields.Function(
        fields.Char("Lot on the Pack"), 'get_lot')
    expiry = fields.Function(fields.Date("Date on the Pack"), 'get_lot')
    unit = fields.Function(
        fields.Many2One('product.uom', "Unit"), 'get_lot')
    expected = fields.Float(
        "In the Books", digits='unit', required=True, readonly=True)
    counted = fields.Float(
        "Counted", digits='unit', states={
            'readonly': Eval('_parent_task', {}).get('state') == 'done',
            },
        domain=['OR', ('counted', '=', None), ('counted', '>=', 0)],
        help="How much you have put aside. None: 0.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('task')
        table = cls.__table__()
        cls._order = [('task', 'DESC'), ('id', 'ASC')]
        cls._sql_indexes.update({
                Index(table, (table.task, Index.Equality())),
                Index(table, (table.lot, Index.Equality())),
                })

    @classmethod
    @without_check_access
    def get_lot(cls, lines, names: list[str]) -> dict:
        "By what the goods are found on the shelf"
        result: dict = {name: {} for name in names}
        for line in lines:
            product = line.lot.product
            values = {
                'product': product.id,
                'label_lot': line.lot.label_lot,
                'expiry': line.lot.expiry,
                'unit': product.default_uom.id,
                }
            for name in names:
                result[name][line.id] = values[name]
        return result

    def get_rec_name(self, name: str) -> str:
        return f'{self.lot.rec_name} @ {self.task.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('lot.rec_name', *clause[1:])]

    @classmethod
    def check_modification(
            cls, mode, lines, values=None, external=False) -> None:
        super().check_modification(
            mode, lines, values=values, external=external)
        if external:
            for line in lines:
                if line.task.state != 'open':
                    raise AccessError(gettext(
                            'aid_recall.msg_task_done',
                            recall=line.task.recall.rec_name,
                            branch=line.task.branch.rec_name))


# What was counted is put aside in the books, too

def _move_aside(task) -> None:
    """Move what was counted for *task* into quarantine, in bulk.

    What lay there when the recall was opened was counted with it; what
    households have brought back since is not.
    """
    OnHand = Pool().get('aid.lot.on_hand')
    branch = task.branch
    shelf = defaultdict(list)
    for row in OnHand.search([
                ('branch', '=', branch.id),
                ('lot', 'in', [line.lot.id for line in task.lines]),
                ('quantity', '>', 0),
                ], order=[('id', 'ASC')]):
        if not is_aside(row.location):
            shelf[row.lot].append(row)
    to_move, beyond = [], []
    for line in task.lines:
        rows = shelf[line.lot]
        aside = max(line.expected - sum(r.quantity for r in rows), 0)
        left = max(round(line.counted - aside, DIGITS), 0)
        for row in rows:
            taken = min(left, row.quantity)
            left = round(left - taken, DIGITS)
            if taken:
                to_move.append((row.lot, row.location, taken))
        if left:
            beyond.append((line.lot.product, left, line.lot))
    if beyond:
        lots = found_lots(branch, beyond, branch.today())
        to_move += [
            (lot, branch.storage, quantity)
            for lot, (_, quantity, _) in zip(lots, beyond)]
    move_goods(
        Moved(lot, quantity, location.id, branch.quarantine.id,
            branch.today(), branch.company)
        for lot, location, quantity in to_move)
    if beyond:
        _stop_found(task.recall, lots)


def _stop_found(recall, lots) -> None:
    "What was found beside the books is of the recall from now on"
    pool = Pool()
    Hold = pool.get('aid.lot.hold')
    RecallLot = pool.get('aid.recall.lot')
    hold = Hold.stop(lots, gettext(
            'aid_recall.msg_hold_reason', recall=recall.name))
    Hold.write([hold], {'recall': recall.id})
    RecallLot.create([{
                'recall': recall.id,
                'lot': lot.id,
                'grade': 'found',
                'accepted': True,
                'certain': True,
                'stopped': True,
                } for lot in lots])
