"""A recall: a dangerous product, stopped everywhere and told to everyone."""
from __future__ import annotations

import json
from contextlib import contextmanager

from sql import For

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Workflow, fields
from trytond.model.exceptions import AccessError
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from aid_basket.own_transaction import own_transaction, read_again
from aid_branch.lent import AnsweringMixin
from aid_branch.moment import this_second
from aid_branch.named import visible

from . import opening, standing
from .exceptions import RecallError

STATES = [
    ('draft', "Draft"),
    ('proposed', "Proposed"),
    ('open', "Open"),
    ('closed', "Closed"),
    ('withdrawn', "Withdrawn"),
    ]
#: States in which it may still be changed
BEFORE = frozenset({'draft', 'proposed'})
COUNTS = [
    'branches', 'branches_done', 'certain', 'possible', 'told', 'answered',
    'unreachable', 'bodies', 'bodies_told']
BALANCE = [
    'received', 'quarantined', 'returned', 'destroyed', 'consumed',
    'unaccounted', 'recovery_rate', 'beyond', 'unit']

_CLOSED = {'readonly': ~Eval('state').in_(list(BEFORE))}
_OPENED = {'invisible': Eval('state').in_(list(BEFORE))}


def _count(label: str, help_: str = ''):
    return fields.Function(
        fields.Integer(label, help=help_, states=_OPENED), 'get_counts')


def _quantity(label: str, help_: str = ''):
    return fields.Function(
        fields.Float(label, digits=(None, 3), help=help_, states=_OPENED),
        'get_balance')


class Recall(AnsweringMixin, Workflow, ModelSQL, ModelView):
    """A product that may harm somebody, from the first notice to the balance.

    Head office looks at the lots that are proposed and opens it: in that
    moment everything that became of them stops everywhere, and each branch
    and each household that is concerned has a task. It is closed by a
    balance. Branches see what they have to know; who got some is for the
    social worker of their own branch.
    """
    __name__ = 'aid.recall'

    name = fields.Char(
        "Product", required=True, states=_CLOSED,
        help="As people know it: it stands in all messages.")
    notice = fields.Many2One(
        'aid.recall.notice', "Notice", ondelete='RESTRICT', states=_CLOSED)
    notice_version = fields.Integer("Version of the Notice", readonly=True)
    reason = fields.Text("Why", states=_CLOSED)
    risk = fields.Text("Risk", states=_CLOSED)
    advice = fields.Text(
        "What to Do", states={
            'readonly': ~Eval('state').in_(['draft', 'proposed', 'open']),
            },
        help="Empty: not to eat it, and to bring it back.")
    lots = fields.One2Many(
        'aid.recall.lot', 'recall', "Lots", states={
            'readonly': ~Eval('state').in_(['draft', 'proposed', 'open']),
            })
    tasks = fields.One2Many(
        'aid.recall.task', 'recall', "Branches", readonly=True,
        states=_OPENED)
    holds = fields.One2Many(
        'aid.lot.hold', 'recall', "Holds", readonly=True, states=_OPENED)
    changed = fields.Text(
        "What Is New", readonly=True, states={'invisible': ~Eval('changed')},
        help="A newer version of the notice, or goods that came since.")
    baskets = fields.Integer("Baskets", readonly=True, states=_OPENED)
    erased = fields.Integer(
        "Can No Longer Be Named", readonly=True, states=_OPENED,
        help="Households whose file, or whose link to the basket, was "
        "erased. Only the poster reaches them.")
    without_file = fields.Integer(
        "Emergency Aid", readonly=True, states=_OPENED,
        help="Baskets of people without a file. Only the poster reaches "
        "them.")
    branches = _count("Branches")
    branches_done = _count("Branches Done")
    certain = _count("Households Certain")
    possible = _count("Households Possible")
    told = _count("Told")
    answered = _count("Answered")
    unreachable = _count(
        "No Way to Tell Them", "They see the poster, or are told at the till.")
    bodies = _count("Bodies", "Others that were given some of it.")
    bodies_told = _count("Bodies Told")
    to_bodies = fields.One2Many(
        'aid.recall.body', 'recall', "Other Bodies", readonly=True,
        states=_OPENED)
    received = _quantity(
        "Received", "All that came in, with what was mixed into it.")
    quarantined = _quantity("Put Aside")
    returned = _quantity(
        "Brought Back", "By households, or given back to who gave it.")
    destroyed = _quantity("Destroyed")
    consumed = _quantity("Eaten")
    unaccounted = _quantity(
        "Not Accounted For", "Handed over without an answer, on the way, "
        "lost, or not yet put aside.")
    beyond = _quantity(
        "Beyond the Books",
        "Answers of households that only may have had some.")
    recovery_rate = fields.Function(
        fields.Float("Recovery Rate (%)", digits=(None, 4), states=_OPENED),
        'get_balance')
    unit = fields.Function(
        fields.Char("Unit", states=_OPENED), 'get_balance')
    closing = fields.Text("Balance at the End", readonly=True)
    opened_at = fields.DateTime("Opened At", readonly=True, states=_OPENED)
    opened_by = fields.Many2One(
        'res.user', "Opened By", readonly=True, ondelete='RESTRICT',
        states=_OPENED)
    end_reason = fields.Char(
        "Why It Ends", states={
            'readonly': ~Eval('state').in_(['draft', 'proposed', 'open']),
            },
        help="Needed to withdraw it, or to close it while something is open.")
    ended_at = fields.DateTime(
        "Ended At", readonly=True, states={'invisible': ~Eval('ended_at')})
    ended_by = fields.Many2One(
        'res.user', "Ended By", readonly=True, ondelete='RESTRICT',
        states={'invisible': ~Eval('ended_at')})
    state = fields.Selection(
        STATES, "State", required=True, readonly=True, sort=False)
    state_string = state.translated('state')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._order = [('id', 'DESC')]
        cls._sql_indexes.update({
                Index(table, (table.notice, Index.Equality())),
                Index(table, (table.id, Index.Range()),
                    where=table.state == 'open'),
                })
        cls._transitions |= {
            ('draft', 'proposed'),
            ('draft', 'open'),
            ('proposed', 'open'),
            ('draft', 'withdrawn'),
            ('proposed', 'withdrawn'),
            ('open', 'closed'),
            ('open', 'withdrawn'),
            }
        running = Eval('state').in_(['draft', 'proposed', 'open'])
        cls._buttons.update({
                'propose': {
                    'invisible': Eval('state') != 'draft',
                    'depends': ['state'],
                    },
                'open': {
                    'invisible': ~Eval('state').in_(list(BEFORE)),
                    'depends': ['state'],
                    },
                'look_again': {
                    'invisible': Eval('state') != 'open',
                    'depends': ['state'],
                    },
                'extend': {
                    'invisible': Eval('state') != 'open',
                    'depends': ['state'],
                    },
                'seen': {
                    'invisible': ~Eval('changed'),
                    'depends': ['changed'],
                    },
                'close': {
                    'invisible': Eval('state') != 'open',
                    'depends': ['state'],
                    },
                'withdraw': {'invisible': ~running, 'depends': ['state']},
                })

    @staticmethod
    def default_state() -> str:
        return 'draft'

    @fields.depends('notice', 'name', 'reason', 'risk', 'advice')
    def on_change_notice(self) -> None:
        "What the notice says, where nothing else is written yet"
        if not self.notice:
            return
        self.name = self.name or self.notice.rec_name
        for name in ['reason', 'risk', 'advice']:
            setattr(
                self, name, getattr(self, name) or getattr(self.notice, name))

    def said_advice(self) -> str:
        "What to do with the product, for whoever has some at home"
        return self.advice or gettext('aid_recall.msg_advice')

    # What is known of it

    @classmethod
    def get_counts(cls, recalls, names: list[str]) -> dict:
        User = Pool().get('res.user')
        counts = standing.counts(recalls)
        if not Transaction().user or User.sees_all_branches():
            # Who got some is forgotten one day, how many there were is not
            for recall in recalls:
                if recall.closing:
                    counts[recall.id] = json.loads(
                        recall.closing)['counts']
        # Of what ended long ago not everything was counted
        return {
            name: {r.id: counts[r.id].get(name) for r in recalls}
            for name in names}

    @classmethod
    def get_balance(cls, recalls, names: list[str]) -> dict:
        "The balance as it is, or as it was when the recall was closed"
        User = Pool().get('res.user')
        result: dict = {name: {} for name in names}
        seen = not Transaction().user or User.sees_all_branches()
        for recall in recalls:
            values = recall._balance() if seen else {}
            for name in names:
                result[name][recall.id] = values.get(name)
        return result

    @without_check_access
    def _balance(self) -> dict:
        if self.state in BEFORE:
            return {}
        if self.closing:
            return json.loads(self.closing)
        return standing.balance_values(self)

    # Its life

    @classmethod
    @ModelView.button
    @Workflow.transition('proposed')
    def propose(cls, recalls) -> None:
        """List the lots that are meant, for somebody to look at.

        :raises RecallError: there is neither a notice nor a lot
        """
        for recall in recalls:
            if not recall.notice and not recall.lots:
                raise RecallError(gettext(
                        'aid_recall.msg_recall_nothing',
                        recall=recall.rec_name))
        opening.propose([r for r in recalls if r.notice])

    @classmethod
    @ModelView.button
    def open(cls, recalls) -> None:
        """Stop everything that became of the accepted lots, everywhere.

        Whoever has some, or got some, has a task from now on.

        :raises RecallError: no lot is accepted; nothing has changed
        """
        with cls._one_after_the_other(recalls, BEFORE) as recalls:
            opening.stop(recalls)
            cls.write(recalls, {
                    'state': 'open',
                    'opened_at': this_second(),
                    'opened_by': Transaction().user or None,
                    })

    @classmethod
    @ModelView.button
    def look_again(cls, recalls) -> None:
        "Propose the lots that are known since, and read the notice again"
        cls._check_state(recalls, {'open'})
        opening.look_again(recalls)

    @classmethod
    def look_again_daily(cls) -> None:
        "Propose what came since the recalls were opened"
        opening.look_again(cls.search([('state', '=', 'open')]))

    @classmethod
    @ModelView.button
    def extend(cls, recalls) -> None:
        "Stop the lots that were accepted since, and tell who got some"
        with cls._one_after_the_other(recalls, {'open'}) as recalls:
            opening.stop(recalls)
            cls.write(recalls, {'changed': None})

    @classmethod
    @ModelView.button
    def seen(cls, recalls) -> None:
        "What is new was looked at"
        cls.write(recalls, {'changed': None})

    @classmethod
    @ModelView.button
    def close(cls, recalls) -> None:
        """Draw the balance.

        :raises RecallError: something is open and nobody says why it ends
        """
        cls._check_state(recalls, {'open'})
        for recall in recalls:
            recall._check_nothing_open()
        for recall in recalls:
            cls.write([recall], {
                    'closing': json.dumps({
                            **standing.balance_values(recall),
                            'counts': standing.counts([recall])[recall.id],
                            }),
                    })
        cls._end(recalls, 'closed')

    def _check_nothing_open(self) -> None:
        if self.end_reason:
            return
        counts = standing.counts([self])[self.id]
        branches = counts['branches'] - counts['branches_done']
        households = standing.count_open(self)
        bodies = counts['bodies'] - counts['bodies_told']
        if branches or households or bodies:
            raise RecallError(gettext(
                    'aid_recall.msg_recall_tasks_open',
                    recall=self.rec_name, branches=branches,
                    households=households, bodies=bodies))

    @classmethod
    @ModelView.button
    def withdraw(cls, recalls) -> None:
        """It was a false alarm: the goods may be used again.

        :raises RecallError: nobody says why
        :raises HoldError: whoever opened it may not release the goods
        """
        Hold = Pool().get('aid.lot.hold')
        cls._check_state(recalls, {'draft', 'proposed', 'open'})
        for recall in recalls:
            if recall.state == 'open' and not recall.end_reason:
                raise RecallError(gettext(
                        'aid_recall.msg_recall_withdraw_reason',
                        recall=recall.rec_name))
        for recall in recalls:
            holds = [h for h in recall.holds if h.state == 'held']
            with without_check_access():
                Hold.write(holds, {'release_reason': recall.end_reason})
            Hold.release(holds)
        cls._end(recalls, 'withdrawn')

    @classmethod
    def _end(cls, recalls, state: str) -> None:
        cls.write(recalls, {
                'state': state,
                'ended_at': this_second(),
                'ended_by': Transaction().user or None,
                'changed': None,
                })

    @classmethod
    @contextmanager
    def _one_after_the_other(cls, recalls, states):
        """In a transaction that sees what tills did while it waited for them.

        Tryton's own sees the goods as they were when it began: a basket that
        was just being checked out would be on no list.

        :raises RecallError: one is in none of *states*
        """
        recalls = visible(recalls)
        with own_transaction(recalls):
            table = cls.__table__()
            transaction = Transaction()
            query = table.select(
                table.id, order_by=[table.id],
                where=fields.SQL_OPERATORS['in'](
                    table.id, [r.id for r in recalls]))
            if transaction.database.has_select_for():
                query.for_ = For('UPDATE')
            transaction.connection.cursor().execute(*query)
            read_again()
            recalls = cls.browse([r.id for r in recalls])
            cls._refuse_others(recalls, states)
            yield recalls

    @classmethod
    def _check_state(cls, recalls, states) -> None:
        "Answers the second click of a double click by name"
        cls.lock(recalls)
        cls._refuse_others(recalls, states)

    @staticmethod
    def _refuse_others(recalls, states) -> None:
        for recall in recalls:
            if recall.state not in states:
                raise RecallError(gettext(
                        'aid_recall.msg_recall_state',
                        recall=recall.rec_name, state=recall.state_string))

    @classmethod
    def check_modification(
            cls, mode, recalls, values=None, external=False) -> None:
        super().check_modification(
            mode, recalls, values=values, external=external)
        if mode != 'delete':
            return
        for recall in recalls:
            if recall.state not in BEFORE:
                raise AccessError(gettext(
                        'aid_recall.msg_recall_kept',
                        recall=recall.rec_name))

    @classmethod
    def copy(cls, recalls, default=None):
        default = default.copy() if default is not None else {}
        for name in [
                'lots', 'tasks', 'to_bodies', 'holds', 'changed', 'closing',
                'opened_at', 'opened_by', 'ended_at', 'ended_by', 'end_reason', 'baskets',
                'erased', 'without_file', 'notice_version']:
            default.setdefault(name)
        default.setdefault('state', 'draft')
        return super().copy(recalls, default=default)
