"""When a paper is printed, and how often it was.

A paper remembers: whatever comes out again is marked as a duplicate. Where
the branch says so nothing is printed unless asked for, and a printer that
does not work keeps nobody from the next basket.
"""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import Model, ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.report import Report
from trytond.transaction import without_check_access

from aid_branch import lane
from aid_branch.paper import RememberedPaper

from .exceptions import NothingPrintedError

PRINTING = [
    ('automatic', "At Checkout"),
    ('asked', "When Asked"),
    ]


class PrintedMixin(Model):
    "A basket knows how often its paper was printed"
    __slots__ = ()

    prints = fields.Integer(
        "Printed", readonly=True,
        help="How often. From the second time on it is a duplicate.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._buttons.update({
                'print_last': {
                    'invisible': Eval('state') != 'draft',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def paper_at_checkout(cls, baskets):
        "What the session of *baskets* prints by itself, or None"
        if not baskets or baskets[0].emergency:
            return None
        if baskets[0].session.printing == 'asked':
            return None
        return cls._print_action(baskets)

    @classmethod
    @ModelView.button_action('aid_basket.report_last_of_basket')
    def print_last(cls, baskets) -> None:
        "Print the paper that left this till last once more"

    @classmethod
    @without_check_access
    def count_prints(cls, baskets) -> None:
        "Note that the papers of *baskets* come out once more"
        baskets = list(baskets)
        for basket in baskets:
            basket.prints = (basket.prints or 0) + 1
        lane.save(cls, baskets)


class PrintingMixin(Model):
    "A session prints at checkout or when asked, and prints again"
    __slots__ = ()

    printing = fields.Selection(
        PRINTING, "Print", required=True, sort=False,
        states={'readonly': Eval('state') != 'open'})

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._buttons.update({
                'print_last': {'depends': []},
                'papers': {'depends': []},
                })

    @classmethod
    def default_printing(cls) -> str:
        pool = Pool()
        Branch = pool.get('aid.branch')
        Rule = pool.get('aid.distribution.rule')
        if branch_id := cls.default_branch():
            branch = Branch(branch_id)
            if rule := Rule.for_branch(branch, branch.today()):
                return rule.printing
        return 'automatic'

    @classmethod
    @ModelView.button_action('aid_basket.report_last_of_session')
    def print_last(cls, sessions) -> None:
        "Print the paper that left this till last once more"

    @classmethod
    @ModelView.button_action('aid_basket.act_basket_papers')
    def papers(cls, sessions) -> None:
        "Choose among the papers of this session"


class LastPaper(RememberedPaper, Report):
    "The paper that left a till last, as the session prints it"
    __name__ = 'aid.basket.paper.last'

    @classmethod
    def execute(cls, ids, data):
        # The paper itself remembers
        pool = Pool()
        Paper = pool.get('aid.basket.paper', type='report')
        ActionReport = pool.get('ir.action.report')
        ModelData = pool.get('ir.model.data')
        action = ActionReport(data['action_id'])
        cls.check_access(action, action.model, ids)
        basket = cls._last(action.model, ids)
        if not basket:
            raise NothingPrintedError(
                gettext('aid_basket.msg_nothing_printed'))
        action_id = pool.get('ir.action').get_action_id(ModelData.get_id(
                'aid_basket', f'report_basket_{basket.session.paper}'))
        return Paper.execute(
            [basket.id], {'model': 'aid.basket', 'action_id': action_id})

    @staticmethod
    def _last(model: str, ids: list[int]):
        """The basket that left last from the sessions of the records *ids*.

        What was entered from paper left no till, whatever its hour.
        """
        pool = Pool()
        Basket = pool.get('aid.basket')
        records = pool.get(model).browse(ids)
        sessions = [
            r.session.id if model == 'aid.basket' else r.id for r in records]
        baskets = Basket.search([
                ('session', 'in', sessions),
                ('state', '=', 'done'),
                ('from_paper', '!=', True),
                ],
            order=[('checked_out_at', 'DESC'), ('id', 'DESC')], limit=1)
        return baskets[0] if baskets else None
