"""The paper of a branch and day: what happened to goods, written once.

A disposal, a repacking, a count: all say where, on which day and what, are
drafts until their button is pressed, and change no more after it. A mistake
is cancelled by the paper itself, and entered again.
"""
from __future__ import annotations

import datetime as dt

from trytond.exceptions import UserError
from trytond.i18n import gettext
from trytond.model import Index, Model, Workflow, fields
from trytond.model.exceptions import AccessError
from trytond.pool import Pool
from trytond.pyson import Bool, Eval

from aid_branch.scope import BranchMixin

STATES = [
    ('draft', "Draft"),
    ('done', "Done"),
    ('cancelled', "Cancelled"),
    ]
CLOSED = {'readonly': Eval('state') != 'draft'}


class DayPaperMixin(Workflow, BranchMixin):
    """What happened at a branch on a day: a draft, then done for good.

    A class names its own `state`: of a field that stands in a mixin Tryton
    takes that of the mixin, whatever a class says.
    """
    __slots__ = ()

    #: What may still be written by hand once it is done
    _written_later: frozenset[str] = frozenset()

    date = fields.Date("Date", required=True, states=CLOSED)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._order = [('date', 'DESC'), ('id', 'DESC')]
        cls._sql_indexes.add(
            Index(table,
                (table.branch, Index.Equality()),
                (table.date, Index.Range(order='DESC'))))
        cls._transitions.add(('draft', 'done'))

    @staticmethod
    def default_state() -> str:
        return 'draft'

    @classmethod
    def default_date(cls) -> dt.date:
        pool = Pool()
        Branch = pool.get('aid.branch')
        branch = cls.default_branch()
        return (
            Branch(branch).today() if branch else pool.get('ir.date').today())

    def get_rec_name(self, name: str) -> str:
        lang = Pool().get('ir.lang').get()
        return f'{lang.strftime(self.date)} - {self.branch.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('branch.rec_name', *clause[1:])]

    @classmethod
    def check_modification(
            cls, mode, papers, values=None, external=False) -> None:
        super().check_modification(
            mode, papers, values=values, external=external)
        if mode == 'delete' or (
                mode == 'write' and external
                and values.keys() - cls._written_later):
            for paper in papers:
                paper.refuse_closed()

    def refuse_closed(self) -> None:
        """Let a draft pass, and nothing else.

        :raises AccessError: it is done, and what is done stays
        """
        if self.state != 'draft':
            raise AccessError(gettext(
                    'aid_lot.msg_paper_closed', **self._named()))

    def _named(self) -> dict[str, str]:
        "The paper and its state, for messages"
        names = self.__names__('state', record=self)
        return {
            'paper': f"{names['model']} {names['record']}",
            'state': names['value'],
            }


class CancelledPaperMixin(DayPaperMixin):
    "A paper with the buttons `do` and `cancel`, which takes it all back"
    __slots__ = ()

    _written_later = frozenset({'note'})
    #: The field of what it is about: with it the branch is fixed
    _goods: str
    #: What its buttons raise
    _error: type[UserError]

    note = fields.Text("Note")
    state = fields.Selection(
        STATES, "State", readonly=True, required=True, sort=False)
    state_string = state.translated('state')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.branch.states = {
            'readonly': (
                (Eval('state') != 'draft') | Bool(Eval(cls._goods, []))),
            }
        cls.branch.domain = [('has_stock', '=', True)]
        cls._transitions |= {
            ('draft', 'cancelled'),
            ('done', 'cancelled'),
            }
        cls._buttons.update({
                'do': {
                    'invisible': Eval('state') != 'draft',
                    'depends': ['state'],
                    },
                'cancel': {
                    'invisible': Eval('state') == 'cancelled',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def check_do(cls, papers) -> None:
        """Lock *papers*, and let drafts of a day that has come pass.

        Answers the second click of a double click by name.

        :raises UserError: the class' own, naming the paper; nothing changed
        """
        cls.lock(papers)
        today: dict = {}
        for paper in papers:
            paper._check_state({'draft'})
            if paper.branch not in today:
                today[paper.branch] = paper.branch.today()
            if paper.date > today[paper.branch]:
                raise cls._error(gettext(
                        'aid_lot.msg_paper_future', **paper._named()))

    @classmethod
    def check_cancel(cls, papers) -> None:
        """Lock *papers*, and let those pass that are not cancelled.

        :raises UserError: the class' own, naming the paper
        """
        cls.lock(papers)
        for paper in papers:
            paper._check_state({'draft', 'done'})

    def _check_state(self, states: set[str]) -> None:
        if self.state not in states:
            raise self._error(gettext(
                    'aid_lot.msg_paper_state', **self._named()))

    @classmethod
    def copy(cls, papers, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('state', 'draft')
        return super().copy(papers, default=default)


class PaperLineMixin(Model):
    """A line of such a paper: as visible as it, and closed with it.

    A class says by ``_paper`` which of its fields is the paper.
    """
    __slots__ = ()

    _paper: str

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add(cls._paper)
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (getattr(table, cls._paper), Index.Equality())))

    @classmethod
    def check_modification(
            cls, mode, lines, values=None, external=False) -> None:
        super().check_modification(
            mode, lines, values=values, external=external)
        if mode == 'delete' or external:
            for paper in {getattr(line, cls._paper) for line in lines}:
                paper.refuse_closed()


def place_of(paper: str) -> fields.Many2One:
    "The field of a line for a location of the branch of its *paper*"
    return fields.Many2One(
        'stock.location', "Location", required=True, ondelete='RESTRICT',
        domain=[
            ('type', '=', 'storage'),
            ('branch', '=', Eval(f'_parent_{paper}', {}).get('branch', -1)),
            ],
        states=CLOSED)


def propose_all(line, branch) -> None:
    "All of the lot of *line* in *branch*, and mostly it lies in one place"
    OnHand = Pool().get('aid.lot.on_hand')
    if line.lot and branch and (row := OnHand.most_of(line.lot, branch)):
        line.location = row.location
        line.quantity = row.quantity
