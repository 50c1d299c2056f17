"""Closing a till: the money counted by coin, compared, the session closed."""
from __future__ import annotations

from decimal import Decimal

from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

ZERO = Decimal(0)
#: Coins and notes of the euro up to what a till gives change for (Council
#: Regulation EC 974/98, annexes); larger notes are typed as another value.
EURO = [
    '50', '20', '10', '5', '2', '1', '0.50', '0.20', '0.10', '0.05', '0.02',
    '0.01']
#: Why the cash may differ: fixed words, so that they can be added up
REASONS = [
    (None, ""),
    ('change', "Wrong Change Given"),
    ('unrecorded', "Paid or Paid Back without Being Recorded"),
    ('float', "The Cash at Opening Was Wrong"),
    ('mislaid', "Money Mislaid or Found"),
    ('unknown', "Not Explained"),
    ]


def total(counted) -> Decimal:
    """The sum of *counted*, pairs of a value and how many there are.

    >>> total([(Decimal('0.50'), 3), (Decimal(5), None)])
    Decimal('1.50')
    """
    return sum((value * (number or 0) for value, number in counted), ZERO)


class Coin(ModelSQL, ModelView):
    "How many coins or notes of one value were in a till when it closed"
    __name__ = 'aid.session.coin'

    session = fields.Many2One(
        'aid.distribution.session', "Session", required=True, readonly=True,
        ondelete='CASCADE')
    value = fields.Numeric(
        "Coin or Note", digits=(None, 2), required=True,
        domain=[('value', '>', 0)])
    number = fields.Integer(
        "Number", domain=['OR', ('number', '=', None), ('number', '>=', 0)])
    amount = fields.Function(
        fields.Numeric("Amount", digits=(None, 2)), 'on_change_with_amount')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('session')
        table = cls.__table__()
        cls._order = [('value', 'DESC'), ('id', 'ASC')]
        cls._sql_indexes.add(
            Index(table, (table.session, Index.Equality())))

    @fields.depends('value', 'number')
    def on_change_with_amount(self, name: str | None = None) -> Decimal:
        return total([(self.value or ZERO, self.number)])

    def get_rec_name(self, name: str) -> str:
        return f'{self.number or 0} × {self.value}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('session.rec_name', *clause[1:])]


class CloseStart(ModelView):
    "The money in a till when it closes, by coin or as one sum"
    __name__ = 'aid.session.close.start'

    currency = fields.Many2One('currency.currency', "Currency")
    cash_float = Monetary(
        "Cash at Opening", currency='currency', digits='currency',
        readonly=True)
    expected = Monetary(
        "Cash Expected", currency='currency', digits='currency',
        readonly=True)
    coins = fields.One2Many('aid.session.coin', None, "Coins and Notes")
    counted = Monetary(
        "Cash Counted", currency='currency', digits='currency',
        required=True)
    difference = fields.Function(
        Monetary("Difference", currency='currency', digits='currency'),
        'on_change_with_difference')
    reason = fields.Selection(
        REASONS, "Reason of the Difference", sort=False,
        states={
            'required': Eval('difference', 0) != 0,
            'invisible': ~Eval('difference', 0),
            })

    @fields.depends('coins', methods=['on_change_with_difference'])
    def on_change_coins(self) -> None:
        self.counted = total([
                (getattr(c, 'value', None) or ZERO,
                    getattr(c, 'number', None))
                for c in self.coins or []])
        # A client does not ask for it again where it is not typed
        self.difference = self.on_change_with_difference()

    @fields.depends('counted', 'expected')
    def on_change_with_difference(
            self, name: str | None = None) -> Decimal | None:
        if self.counted is None:
            return None
        return self.counted - (self.expected or ZERO)


class Close(Wizard):
    "Count the cash of a till and close its session"
    __name__ = 'aid.session.close'

    start = StateView(
        'aid.session.close.start', 'aid_basket.close_start_view_form', [
            Button("Not Yet", 'end', 'tryton-cancel'),
            Button("Close the Session", 'close', 'tryton-ok', default=True),
            ])
    close = StateTransition()

    def default_start(self, names) -> dict:
        session = self.record
        euro = session.currency.code == 'EUR'
        return {
            'currency': session.currency.id,
            'cash_float': session.cash_float,
            'expected': session.cash_expected,
            'coins': [
                {'value': Decimal(value), 'number': None}
                for value in EURO] if euro else [],
            'counted': None,
            }

    def transition_close(self) -> str:
        pool = Pool()
        Session = pool.get('aid.distribution.session')
        session = self.record
        session.cash_counted = self.start.counted
        session.difference_reason = (
            self.start.reason if self.start.difference else None)
        session.save()
        self._keep_coins(session)
        Session.close([session])
        return 'end'

    @without_check_access
    def _keep_coins(self, session) -> None:
        Coin = Pool().get('aid.session.coin')
        Coin.delete(Coin.search([('session', '=', session.id)]))
        Coin.create([
                {'session': session.id, 'value': c.value, 'number': c.number}
                for c in self.start.coins if c.number])
