"""What the screen of the till shows while a basket is composed.

Sums, pictures and words; everything is reckoned again with each scan.
"""
from __future__ import annotations

from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import Model, fields
from trytond.modules.currency.fields import Monetary
from trytond.pyson import Eval

from aid_branch.lent import lent

from . import allergen, standing, verdict
from .reckoning import reckon
from .shelf import Shelf

_DONE = {'readonly': Eval('state') != 'draft'}
BALANCE = frozenset({'balance_words', 'balance_picture', 'balance_details'})
CAP = frozenset({'cap_words', 'cap_exceeded'})
#: What is told of the household once it is known who comes
OF_HOUSEHOLD = ('till_name', 'constraints', 'owed', 'serving_words')
#: All that is shown and not stored
SHOWN = BALANCE | CAP | {'total_picture', 'label_words'}


class ScreenMixin(Model):
    "Shows a basket as it is composed"
    __slots__ = ()

    message = fields.Function(
        fields.Char("Message", readonly=True), 'get_message')
    pick = fields.Function(
        fields.Many2One(
            'aid.family', "Family", states=_DONE,
            domain=[('product', '!=', None)],
            help="Tap a family to add some of it."),
        'get_nothing', setter='set_nothing')
    total_picture = fields.Function(
        fields.Binary("Total", readonly=True), 'get_pictures')
    balance_picture = fields.Function(
        fields.Binary("Balance", readonly=True), 'get_pictures')
    balance_words = fields.Function(
        fields.Text("What We Offer", readonly=True), 'get_pictures')
    balance_details = fields.Function(
        fields.Text("Food Groups", readonly=True), 'get_pictures')
    cap_words = fields.Function(
        fields.Char("Entitlement", readonly=True), 'get_pictures')
    label_words = fields.Function(
        fields.Text(
            "Look at These Labels", readonly=True,
            states={'invisible': ~Eval('label_words')}), 'get_pictures')
    labels_read = fields.Boolean(
        "Labels Looked At",
        states={
            'invisible': ~Eval('label_words'),
            'readonly': Eval('state') != 'draft',
            })
    owed = fields.Function(
        Monetary(
            "Still Owed", currency='currency', digits='currency',
            readonly=True,
            help="What the household owes from earlier baskets."),
        'get_of_household')

    @fields.depends('session', methods=['_refresh'])
    def on_change_session(self) -> None:
        if self.session:
            self.branch = self.session.branch
            self.date = self.session.date
        self._refresh()

    @fields.depends(
        'household', 'emergency', 'told', 'id', 'served_by', 'state',
        methods=['_refresh', '_count_people'])
    def on_change_household(self) -> None:
        "All there is to say of it in one answer: no client asks again"
        for name, value in self._of_household().items():
            setattr(self, name, value)
        self._count_people()
        self._refresh()

    @fields.depends('lines', 'label_words', methods=['_refresh'])
    def on_change_lines(self) -> None:
        labels = allergen.labels_of(self)
        self._refresh()
        allergen.look_again(self, labels)

    @fields.depends(
        'session', 'household', 'lines', 'state', 'id', 'emergency',
        'emergency_card', 'told', 'replaces', 'adults', 'children',
        'babies')
    def _refresh(self, shelf: Shelf | None = None) -> None:
        """Reckon everything that depends on the goods and the household.

        :param shelf: what lies there of all the goods, where that was read
        """
        lines = list(self.lines or [])
        with lent():
            entitlement = standing.entitlement_of(self)
            reckon(self, lines, shelf, entitlement=entitlement)
            self.lines = lines
            for name, value in self._shown(
                    lines, entitlement=entitlement).items():
                setattr(self, name, value)
        if getattr(self, 'replaces', None):
            self.difference = self.on_change_with_difference()

    def _shown(self, lines, names=SHOWN, entitlement=...) -> dict:
        """What the screen says of *lines*: pictures and words by field name.

        :param names: what is asked for; nothing else is reckoned
        :param entitlement: ``standing.entitlement_of`` it, where known
        """
        shown: dict = {}
        if BALANCE & set(names):
            balance = verdict.of_basket(self, lines)
            shown.update(
                balance_words=balance.words, balance_picture=balance.picture,
                balance_details=balance.details)
        if CAP & set(names):
            shown['cap_words'], shown['cap_exceeded'] = standing.shown(
                self, lines, entitlement)
        if 'total_picture' in names:
            shown['total_picture'] = verdict.total_picture(self)
        if 'label_words' in names:
            shown['label_words'] = allergen.words(self, lines)
        return shown

    def _of_household(self, names=OF_HOUSEHOLD) -> dict:
        "What is told of who the basket is for, by *names* of fields"
        household = getattr(self, 'household', None)
        told: dict = {}
        if 'till_name' in names:
            told['till_name'] = household.till_name if household else None
        if 'constraints' in names:
            told['constraints'] = allergen.minded_words(self)
        if 'owed' in names:
            told['owed'] = (
                standing.owed(household, but=self.id) if household
                else Decimal(0))
        if 'serving_words' in names:
            told['serving_words'] = self._serving_words()
        return told

    @classmethod
    def get_of_household(cls, baskets, names: list[str]) -> dict:
        result: dict = {name: {} for name in names}
        for basket in baskets:
            for name, value in basket._of_household(names).items():
                result[name][basket.id] = value
        return result

    @classmethod
    def get_nothing(cls, baskets, name: str) -> dict:
        return dict.fromkeys([b.id for b in baskets])

    @staticmethod
    def default_message() -> str:
        return gettext('aid_basket.msg_scan_begin')

    @classmethod
    def get_message(cls, baskets, name: str) -> dict:
        "How to begin, or what comes after a basket that is done"
        said = {
            'draft': cls.default_message(),
            'done': gettext(
                'aid_basket.msg_basket_done',
                command=gettext('aid_basket.msg_command_next')),
            }
        return {
            b.id: None if b.state == 'draft' and b.lines
            else said.get(b.state) for b in baskets}

    @classmethod
    def set_nothing(cls, baskets, name: str, value) -> None:
        "A tap is answered at once; there is nothing to keep"

    @classmethod
    def get_pictures(cls, baskets, names: list[str]) -> dict:
        result: dict = {name: {} for name in names}
        for basket in baskets:
            shown = basket._shown(basket.lines, names)
            for name in names:
                result[name][basket.id] = shown[name]
        return result
