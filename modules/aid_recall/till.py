"""What the till says of a recall: a product to bring back, and its name.

Neither how much of it somebody got, nor when, nor of what else.
"""
from __future__ import annotations

from dateutil.relativedelta import relativedelta

from trytond.i18n import gettext
from trytond.model import Index, ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from aid_basket.on_screen import SHOWN
from aid_branch.lent import Answers, lent
from aid_branch.named import visible

from .household import ANSWERS, names_of
from .standing import FINAL

#: Whether any recall is open. Goods that are held stop by themselves; this
#: is only whether there is something to say
_any_open = Answers('aid_recall.any_open', of=['aid.recall'])
#: What the screen shows because of recalls
RECALLED = ('recall_words', 'recall_goods')


class Basket(metaclass=PoolMeta):
    __name__ = 'aid.basket'

    recall_words = fields.Function(
        fields.Char(
            "To Bring Back", readonly=True,
            states={'invisible': ~Eval('recall_words')}), 'get_pictures')
    recall_goods = fields.Function(
        fields.Text(
            "Look at the Packs", readonly=True,
            states={'invisible': ~Eval('recall_goods')}), 'get_pictures')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._buttons.update({
                'recall_answer': {
                    'invisible': ~Bool(Eval('recall_words')),
                    'depends': ['recall_words'],
                    },
                })

    @classmethod
    @without_check_access
    def forget_households(cls) -> None:
        "Who was told of a recall that has ended is forgotten with its basket"
        pool = Pool()
        Rule = pool.get('aid.retention.rule')
        Told = pool.get('aid.recall.household')
        super().forget_households()
        today = pool.get('ir.date').today()
        if months := Rule.months_at(today).get('household'):
            Told.delete(Told.search([
                        ('recall.state', 'in', ['closed', 'withdrawn']),
                        ('last_on', '<',
                            today - relativedelta(months=months.kept)),
                        ]))

    def _shown(
            self, lines, names=(*SHOWN, *RECALLED), entitlement=...) -> dict:
        shown = super()._shown(lines, names, entitlement)
        asked = [name for name in RECALLED if name in names]
        if not asked:
            return shown
        # On most days nothing is recalled: one question answers both
        words = goods = None
        if self.is_composed and _is_any_open():
            words, goods = self._recall_words(), self._recall_goods(lines)
        found = {'recall_words': words, 'recall_goods': goods}
        return {**shown, **{name: found[name] for name in asked}}

    def _recall_words(self) -> str | None:
        "That the household has something to bring back"
        Told = Pool().get('aid.recall.household')
        household = getattr(self, 'household', None)
        if not household or not _serves() or not (
                tasks := Told.waiting(household)):
            return None
        return gettext(
            'aid_recall.msg_till_bring_back', products=names_of(tasks))

    @without_check_access
    def _recall_goods(self, lines) -> str | None:
        """To look at packs whose lot nobody scanned, if they may be meant.

        The goods that are recalled still lie on the shelf beside others.
        """
        OnHand = Pool().get('aid.lot.on_hand')
        branch = self.session.branch if self.session else None
        products = {
            l.product for l in lines
            if getattr(l, 'product', None)
            and getattr(l, 'lot_knowledge', None) != 'scanned'}
        if not branch or not branch.storage or not products:
            return None
        rows = OnHand.search([
                *OnHand.in_branch_domain(branch),
                ('product', 'in', [p.id for p in products]),
                ('lot.hold.recall.state', '=', 'open'),
                ])
        return '\n'.join(
            gettext(
                'aid_recall.msg_till_look', product=row.product.rec_name,
                lot=row.lot.label_lot or row.lot.number)
            for row in rows) or None

    @classmethod
    @ModelView.button_action('aid_recall.wizard_recall_answer')
    def recall_answer(cls, baskets) -> None:
        "Write down what became of what was to be brought back"


class Line(metaclass=PoolMeta):
    __name__ = 'aid.basket.line'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        # Notices ask who took what bore a barcode that nobody knew
        cls._sql_indexes.add(
            Index(table, (table.barcode, Index.Equality()),
                where=table.barcode != None))  # noqa: E711

    @classmethod
    def on_modification(cls, mode, lines, field_names=None) -> None:
        super().on_modification(mode, lines, field_names=field_names)
        if mode == 'write' and 'return_move' in field_names:
            _came_back([
                    l for l in lines if l.return_move
                    and l.fate in {'shelf', 'bin'}
                    and l.lot and l.lot.hold])


@without_check_access
def _came_back(lines) -> None:
    "Goods that are exchanged, or whose basket is reversed, are an answer too"
    Told = Pool().get('aid.recall.household')
    for line in lines:
        if not line.basket.household:
            continue
        tasks = [
            t for t in Told.waiting(line.basket.household)
            if t.product == line.product]
        for task in tasks:
            task.answer_quantity = min(
                line.return_move.internal_quantity, task.quantity)
        Told.write_down(tasks, 'brought_back', move=False)


class RecallAnswer(Wizard):
    "What became of what a household was asked to bring back"
    __name__ = 'aid.recall.answer'

    start = StateView(
        'aid.recall.answer.start', 'aid_recall.answer_start_view_form', [
            Button("Later", 'end', 'tryton-cancel'),
            Button("Write Down", 'answer', 'tryton-ok', default=True),
            ])
    answer = StateTransition()

    def default_start(self, names) -> dict:
        return {
            'lines': [{
                    'task': task.id,
                    'product': task.recall.name,
                    } for task in self._tasks()],
            }

    @without_check_access
    def _tasks(self) -> list:
        """What the household of the basket was asked for.

        Nothing for those who may look at baskets and serve nobody: head
        office sees how many, not who.
        """
        Told = Pool().get('aid.recall.household')
        basket, = visible([self.record])
        if not basket.household or not _serves():
            return []
        return Told.waiting(basket.household)

    @without_check_access
    def transition_answer(self) -> str:
        tasks = {task.id: task for task in self._tasks()}
        for line in self.start.lines:
            # What the client names must be of this household
            task = tasks.get(line.task)
            if not task or not line.answer:
                continue
            if line.quantity is not None:
                task.answer_quantity = min(line.quantity, task.quantity)
            task.write_down([task], line.answer)
        return 'end'


@without_check_access
@lent()
def _is_any_open() -> bool:
    "Whether any product is recalled at present"
    return _any_open(None, _ask_any_open)


def _ask_any_open() -> bool:
    Recall = Pool().get('aid.recall')
    return bool(Recall.search([('state', '=', 'open')], limit=1, order=[]))


def _serves() -> bool:
    "Whether the user serves households, or follows them"
    pool = Pool()
    ModelData = pool.get('ir.model.data')
    groups = pool.get('res.user').get_groups()
    return any(
        ModelData.get_id('aid_branch', f'group_{name}') in groups
        for name in ['till', 'social_worker', 'branch_officer'])


class AnswerStart(ModelView):
    "What a household brought back"
    __name__ = 'aid.recall.answer.start'

    lines = fields.One2Many('aid.recall.answer.line', None, "Products")


class AnswerLine(ModelView):
    "What became of one product"
    __name__ = 'aid.recall.answer.line'

    task = fields.Integer("Task", readonly=True)
    product = fields.Char("Product", readonly=True)
    answer = fields.Selection(
        [a for a in ANSWERS if a[0] is None or a[0] in FINAL],
        "What Became of It", sort=False)
    quantity = fields.Float(
        "How Much", domain=['OR',
            ('quantity', '=', None), ('quantity', '>=', 0)],
        help="Empty: all of it.")
