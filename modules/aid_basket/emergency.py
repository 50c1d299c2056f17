"""Emergency aid: help first, the file comes later or never.

No household, no name, no paper: people are counted, the goods are free. A
card with a code and nothing else recognises a second visit without telling
who came.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict

from sql import Literal
from sql.aggregate import Count

from trytond.i18n import gettext
from trytond.model import Index, Model, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.report import Report
from trytond.transaction import Transaction, without_check_access

from aid_branch.code_picture import picture
from aid_branch.paper import PaperReport
from aid_branch.scope import BranchMixin
from aid_donation.public_code import new_code

from . import cap

#: Codes of donations and households never begin with this letter
PREFIX = 'U'
REASONS = [
    (None, ""),
    ('no_file', "No File"),
    ('no_entitlement', "No Valid Entitlement"),
    ('elsewhere', "File in Another Branch"),
    ('entitled', "Beside a Valid Entitlement"),
    ]


class EmergencyMixin(Model):
    "Makes a basket one of emergency aid: people counted, goods free"
    __slots__ = ()

    _told = {
        'invisible': ~Eval('emergency', False),
        'readonly': Eval('state') != 'draft',
        }

    # A client does not send what is simply read-only
    emergency = fields.Boolean(
        "Emergency Aid", states={
            'readonly': True,
            'invisible': ~Eval('emergency', False),
            },
        help="Goods are free, nobody is named.")
    emergency_reason = fields.Selection(
        REASONS, "Emergency Because", sort=False, states={
            'readonly': True,
            'invisible': ~Eval('emergency', False),
            })
    adults = fields.Integer(
        "Adults", states=_told, domain=['OR',
            ('adults', '=', None), ('adults', '>=', 0)])
    children = fields.Integer(
        "Children", states=_told, domain=['OR',
            ('children', '=', None), ('children', '>=', 0)])
    babies = fields.Integer(
        "Babies", states=_told, domain=['OR',
            ('babies', '=', None), ('babies', '>=', 0)])
    emergency_card = fields.Many2One(
        'aid.emergency.card', "Code Card", ondelete='RESTRICT',
        states=_told, domain=[('branch', '=', Eval('branch', -1))],
        help="Recognises a second visit without a name. Not required.")

    del _told

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.emergency_card, Index.Equality()),
                (table.date, Index.Range()),
                where=table.emergency_card != None))  # noqa: E711
        shown = {'depends': ['state', 'emergency']}
        cls._buttons.update({
                'emergency_aid': {
                    **shown,
                    'invisible': (
                        (Eval('state') != 'draft')
                        | Eval('emergency', False)),
                    },
                'ordinary_basket': {
                    **shown,
                    'invisible': (
                        (Eval('state') != 'draft')
                        | ~Eval('emergency', False)),
                    },
                })

    @staticmethod
    def default_emergency() -> bool:
        return bool(Transaction().context.get('emergency'))

    @staticmethod
    def default_emergency_reason() -> str | None:
        return 'no_file' if Transaction().context.get('emergency') else None

    @staticmethod
    def default_adults() -> int | None:
        return 1 if Transaction().context.get('emergency') else None

    @ModelView.button_change(methods=['begin_emergency'])
    def emergency_aid(self) -> None:
        "Serve whoever stands there: the goods are free"
        self.begin_emergency()

    @fields.depends(
        'emergency_reason', 'adults', 'children', 'babies', 'household',
        'session', methods=['_refresh', '_count_people'])
    def begin_emergency(self) -> None:
        "Make this basket one of emergency aid, as it is being composed"
        self.emergency = True
        self.emergency_reason = self._why_emergency()
        if not self.household and not (
                self.adults or self.children or self.babies):
            self.adults = 1
        self._count_people()
        self._refresh()

    @without_check_access
    def _why_emergency(self) -> str:
        if self.household and self.session:
            entitled = self.household.entitlement_at(self.session.date)
            return 'entitled' if entitled else 'no_entitlement'
        if getattr(self, 'emergency_reason', None) == 'elsewhere':
            return 'elsewhere'
        return 'no_file'

    @ModelView.button_change(
        'household', 'told', methods=['_refresh', '_count_people'])
    def ordinary_basket(self) -> None:
        "Go back to a basket that follows the rules of the branch"
        self.emergency = False
        self.emergency_reason = self.emergency_card = None
        self.adults = self.children = self.babies = None
        self.told = []
        self._count_people()
        self._refresh()

    @fields.depends(methods=['_count_people'])
    def on_change_adults(self) -> None:
        self._count_people()

    @fields.depends(methods=['_count_people'])
    def on_change_children(self) -> None:
        self._count_people()

    @fields.depends(methods=['_count_people'])
    def on_change_babies(self) -> None:
        self._count_people()

    @fields.depends(methods=['_refresh'])
    def on_change_emergency_card(self) -> None:
        self._refresh()

    @fields.depends('household', 'emergency', 'adults', 'children', 'babies')
    def _count_people(self) -> None:
        self.people = self.count_people()

    def count_people(self) -> int | None:
        "How many people the basket is for"
        if self.household:
            return self.household.size
        if not getattr(self, 'emergency', False):
            return None
        counted = sum(
            getattr(self, name, None) or 0
            for name in ['adults', 'children', 'babies'])
        # Whoever stands there is one at least
        return max(counted, 1)


class Card(BranchMixin, ModelSQL, ModelView):
    """A card with a code, given to somebody without a file.

    It tells how often it came, and nothing else.
    """
    __name__ = 'aid.emergency.card'
    _rec_name = 'code'

    code = fields.Char("Code", required=True, readonly=True)
    visits = fields.Function(
        fields.Integer("Visits This Month"), 'get_visits')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints.append(
            ('code_unique', Unique(table, table.code),
                'aid_basket.msg_emergency_card_unique'))
        cls._order.insert(0, ('id', 'DESC'))

    @staticmethod
    def default_code() -> str:
        return PREFIX + new_code()

    @classmethod
    def preprocess_values(cls, mode: str, values: dict) -> dict:
        values = super().preprocess_values(mode, values)
        # A client does not send what is read-only
        if mode == 'create' and not values.get('code'):
            values['code'] = cls.default_code()
        return values

    @classmethod
    def find(cls, code: str, branch):
        "The card of *branch* with *code*, or None"
        code = ''.join(code.split()).upper()
        if not code.startswith(PREFIX):
            return None
        cards = cls.search([
                ('code', '=', code),
                ('branch', '=', branch.id),
                ], limit=1)
        return cards[0] if cards else None

    @classmethod
    def get_visits(cls, cards, name: str) -> dict[int, int]:
        result = dict.fromkeys([c.id for c in cards], 0)
        by_branch = defaultdict(list)
        for card in cards:
            by_branch[card.branch].append(card)
        for branch, cards in by_branch.items():
            result.update(visits(cards, branch.today()))
        return result

    @classmethod
    def copy(cls, cards, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('code')
        return super().copy(cards, default=default)


class CardSheet(PaperReport, Report):
    "Code cards to cut out"
    __name__ = 'aid.emergency.card'

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        context = super().get_context(records, header, data)
        context['picture'] = picture
        return context


@without_check_access
def visits(cards, date: dt.date, but: int | None = None) -> dict[int, int]:
    """How often each of *cards* was served in the month of *date*.

    :param but: id of a basket that is not counted
    :return: card id → baskets handed over, in one statement
    """
    table = Pool().get('aid.basket').__table__()
    first, last = cap.period('month', date)
    where = (
        fields.SQL_OPERATORS['in'](
            table.emergency_card, [c.id for c in cards])
        & (table.date >= first) & (table.date <= last)
        & (table.state == 'done'))
    if but is not None:
        where &= table.id != but
    cursor = Transaction().connection.cursor()
    cursor.execute(*table.select(
            table.emergency_card, Count(Literal(1)), where=where,
            group_by=[table.emergency_card]))
    return dict(cursor.fetchall())


@without_check_access
def words(basket) -> str:
    "What the till says of a basket of emergency aid; it forces nothing"
    Rule = Pool().get('aid.distribution.rule')
    card = getattr(basket, 'emergency_card', None)
    session = basket.session
    if not (card and session):
        return gettext('aid_basket.msg_emergency')
    before = visits([card], session.date, but=basket.id)
    number = before.get(card.id, 0) + 1
    rule = Rule.for_branch(session.branch, session.date)
    limit = rule.meeting_after if rule else None
    kind = 'meeting' if limit is not None and number > limit else 'visit'
    return gettext(f'aid_basket.msg_emergency_{kind}', number=number)


def review_reason(basket) -> str | None:
    "What the social worker should know of a basket of emergency aid"
    if basket.emergency_reason in {'no_entitlement', 'elsewhere', 'entitled'}:
        return gettext(
            f'aid_basket.msg_review_emergency_{basket.emergency_reason}')
    return None
